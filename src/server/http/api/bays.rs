//! Bays, for the staff of their station.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{BayId, Problem, StationId};
use crate::protocol::rest::{BayIn, BayOut, BayPatch, CallIn, Page, SessionIn, SessionOut};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Id, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::{bays, sessions};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_bays, add_bay))
        .routes(routes!(get_bay, update_bay))
        .routes(routes!(bay_qr))
        .routes(routes!(call_to_bay))
        .routes(routes!(occupy_bay))
        .routes(routes!(release_bay))
        .routes(routes!(open_session))
}

/// The bays of a station of mine
#[utoipa::path(get, path = "/stations/{id}/bays", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "All of them, by number", body = Page<BayOut>), Refused))]
async fn list_bays(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<Page<BayOut>>, Problem> {
    bays::list(&app, &actor, station).await.map(whole)
}

/// Adds a bay to a station of mine (operator)
#[utoipa::path(post, path = "/stations/{id}/bays", tag = "Floor", params(("id" = i64, Path)),
    request_body = BayIn, responses((status = 201, description = "The bay", body = BayOut), Refused))]
async fn add_bay(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Body(body): Body<BayIn>,
) -> Result<(StatusCode, Json<BayOut>), Problem> {
    let bay = bays::add(&app, &actor, station, body).await?;
    Ok((StatusCode::CREATED, Json(bay)))
}

/// One bay, with the swap in it
#[utoipa::path(get, path = "/bays/{id}", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The bay", body = BayOut), Refused))]
async fn get_bay(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
) -> Result<Json<BayOut>, Problem> {
    bays::get(&app, &actor, bay).await.map(Json)
}

/// Names the place of a bay, takes it out of use or back into it
#[utoipa::path(patch, path = "/bays/{id}", tag = "Floor", params(("id" = i64, Path)),
    request_body = BayPatch, responses((status = 200, description = "The bay", body = BayOut), Refused))]
async fn update_bay(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
    Body(body): Body<BayPatch>,
) -> Result<Json<BayOut>, Problem> {
    bays::update(&app, &actor, bay, body).await.map(Json)
}

/// The QR code to put up at a bay: it opens the bay's page
#[utoipa::path(get, path = "/bays/{id}/qr.svg", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "A drawing", content_type = "image/svg+xml"), Refused))]
async fn bay_qr(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let drawing = bays::sign(&app, &actor, bay).await?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], drawing))
}

/// Calls a checked-in customer to a bay; the next in line unless one is named
#[utoipa::path(post, path = "/bays/{id}/call", tag = "Floor", params(("id" = i64, Path)),
    request_body = Option<CallIn>, responses((status = 200, description = "The bay, called", body = BayOut), Refused))]
async fn call_to_bay(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
    BodyOrNone(body): BodyOrNone<CallIn>,
) -> Result<Json<BayOut>, Problem> {
    bays::call(&app, &actor, bay, body).await.map(Json)
}

/// A vehicle stands there: that of who was called, or one of which is said later whose it is
#[utoipa::path(post, path = "/bays/{id}/occupy", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The bay, occupied", body = BayOut), Refused))]
async fn occupy_bay(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
) -> Result<Json<BayOut>, Problem> {
    bays::occupy(&app, &actor, bay).await.map(Json)
}

/// The bay is free again
#[utoipa::path(post, path = "/bays/{id}/release", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The bay, free unless the next one is called there", body = BayOut), Refused))]
async fn release_bay(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
) -> Result<Json<BayOut>, Problem> {
    bays::release(&app, &actor, bay).await.map(Json)
}

/// Opens a swap session in a bay: for who was called, by code or PIN, or for a walk-in
#[utoipa::path(post, path = "/bays/{id}/sessions", tag = "Floor", params(("id" = i64, Path)),
    request_body = Option<SessionIn>, responses((status = 201, description = "The session", body = SessionOut), Refused))]
async fn open_session(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(bay): Id<BayId>,
    BodyOrNone(body): BodyOrNone<SessionIn>,
) -> Result<(StatusCode, Json<SessionOut>), Problem> {
    let session = sessions::open(&app, &actor, bay, body).await?;
    Ok((StatusCode::CREATED, Json(session)))
}
