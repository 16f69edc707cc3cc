//! Vehicles: mine, the catalogue of types, and whether one can be booked for.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{Problem, VehicleId, VehicleTypeId};
use crate::protocol::rest::{
    Page, VehicleCheckOut, VehicleIn, VehicleOut, VehiclePatch, VehicleTypeIn, VehicleTypeOut,
    VehicleTypePatch,
};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Admin, Asked, Id, Key, SignedIn};
use crate::server::http::openapi::Refused;
use crate::server::service::vehicles;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_vehicle_types, add_vehicle_type))
        .routes(routes!(change_vehicle_type))
        .routes(routes!(list_vehicles, add_vehicle))
        .routes(routes!(check_vehicle))
        .routes(routes!(change_vehicle, remove_vehicle))
}

/// Types of vehicles, and which battery models fit each
#[utoipa::path(get, path = "/vehicle-types", tag = "Vehicles", security(()),
    responses((status = 200, description = "All of them", body = Page<VehicleTypeOut>), Refused))]
async fn list_vehicle_types(State(app): State<App>) -> Result<Json<Page<VehicleTypeOut>>, Problem> {
    vehicles::types(&app).await.map(whole)
}

/// Adds a type of vehicle
#[utoipa::path(post, path = "/vehicle-types", tag = "Vehicles",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = VehicleTypeIn, responses((status = 201, description = "The type", body = VehicleTypeOut), Refused))]
async fn add_vehicle_type(
    State(app): State<App>,
    Admin(actor): Admin,
    Key(key): Key,
    Body(body): Body<VehicleTypeIn>,
) -> Result<(StatusCode, Json<VehicleTypeOut>), Problem> {
    let added = vehicles::add_type(&app, &actor, body, key).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Changes a type of vehicle
#[utoipa::path(patch, path = "/vehicle-types/{id}", tag = "Vehicles", params(("id" = i64, Path)),
    request_body = VehicleTypePatch, responses((status = 200, description = "The type after the change", body = VehicleTypeOut), Refused))]
async fn change_vehicle_type(
    State(app): State<App>,
    Admin(actor): Admin,
    Id(id): Id<VehicleTypeId>,
    Body(patch): Body<VehicleTypePatch>,
) -> Result<Json<VehicleTypeOut>, Problem> {
    vehicles::change_type(&app, &actor, id, patch).await.map(Json)
}

/// My vehicles, the first I added first
#[utoipa::path(get, path = "/vehicles", tag = "Vehicles",
    responses((status = 200, description = "All of them", body = Page<VehicleOut>), Refused))]
async fn list_vehicles(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Page<VehicleOut>>, Problem> {
    vehicles::list(&app, &actor).await.map(whole)
}

/// Adds one of my vehicles
#[utoipa::path(post, path = "/vehicles", tag = "Vehicles",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = VehicleIn, responses((status = 201, description = "The vehicle", body = VehicleOut), Refused))]
async fn add_vehicle(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Key(key): Key,
    Body(body): Body<VehicleIn>,
) -> Result<(StatusCode, Json<VehicleOut>), Problem> {
    let added = vehicles::add(&app, &actor, body, key).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Which vehicle is asked about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VehicleAsked {
    /// Its registration, however it is written
    registration: Option<String>,
}

/// Whether a vehicle can be booked for
#[utoipa::path(get, path = "/vehicles/check", tag = "Vehicles", params(VehicleAsked),
    responses((status = 200, description = "Whether it has an active booking", body = VehicleCheckOut), Refused))]
async fn check_vehicle(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Asked(asked): Asked<VehicleAsked>,
) -> Result<Json<VehicleCheckOut>, Problem> {
    let registration = asked.registration.unwrap_or_default();
    vehicles::check(&app, &actor, &registration).await.map(Json)
}

/// Changes one of my vehicles
#[utoipa::path(patch, path = "/vehicles/{id}", tag = "Vehicles", params(("id" = i64, Path)),
    request_body = VehiclePatch, responses((status = 200, description = "The vehicle after the change", body = VehicleOut), Refused))]
async fn change_vehicle(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(id): Id<VehicleId>,
    Body(patch): Body<VehiclePatch>,
) -> Result<Json<VehicleOut>, Problem> {
    vehicles::change(&app, &actor, id, patch).await.map(Json)
}

/// Takes one of my vehicles off the list
#[utoipa::path(delete, path = "/vehicles/{id}", tag = "Vehicles", params(("id" = i64, Path)),
    responses((status = 204, description = "Gone"), Refused))]
async fn remove_vehicle(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(id): Id<VehicleId>,
) -> Result<StatusCode, Problem> {
    vehicles::remove(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
