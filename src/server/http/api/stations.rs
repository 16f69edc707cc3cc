//! Stations: find one, look at it, run it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{BatteryModelId, Problem, StationId};
use crate::protocol::rest::{
    BatteryIn, BatteryModelOut, BatteryOut, BookingOut, Page, ServiceOut, StationIn, StationOut, StationPatch,
};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Anybody, Asked, Id, Key, Staff, field};
use crate::server::http::openapi::Refused;
use crate::server::service::stations::{self, StationQuery};
use crate::server::service::{batteries, bookings};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_stations, create_station))
        .routes(routes!(get_station, update_station))
        .routes(routes!(list_batteries, add_battery))
        .routes(routes!(list_services))
        .routes(routes!(find_booking))
        .routes(routes!(list_battery_models))
}

/// What is asked of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StationsAsked {
    /// Words that occur in name, address or city
    q: Option<String>,
    /// `latitude,longitude`: sorts by distance from there
    near: Option<String>,
    /// With `near`: no farther than so many kilometres
    radius_km: Option<String>,
    /// Counts and filters by this battery model
    model: Option<String>,
    /// Counts and filters by the battery models that fit this type of vehicle
    vehicle_type: Option<String>,
    /// `1`: only stations that can hand out a battery now
    available: Option<String>,
    /// `next` of the page before
    cursor: Option<String>,
}

impl StationsAsked {
    fn query(self) -> Result<StationQuery, Problem> {
        let near_hint = "Write a position as latitude,longitude in degrees, like 9.9312,76.2673.";
        let radius_hint = "Write a radius as a number of kilometres above 0.";
        let radius: Option<f64> = field("radius_km", self.radius_km.as_deref(), radius_hint)?;
        if radius.is_some_and(|radius| !(radius > 0.0 && radius.is_finite())) {
            return Err(Problem::invalid("radius_km", radius_hint));
        }
        let available = match self.available.as_deref() {
            None | Some("" | "0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => return Err(Problem::invalid("available", "Write 1 or leave it out.")),
        };
        let model_hint = "Write the id of a battery model.";
        let model: Option<BatteryModelId> = field("model", self.model.as_deref(), model_hint)?;
        Ok(StationQuery {
            text: self.q.filter(|words| !words.trim().is_empty()),
            near: field("near", self.near.as_deref(), near_hint)?,
            radius_km: radius,
            models: model.map(|model| vec![model]),
            vehicle_type: field(
                "vehicle_type",
                self.vehicle_type.as_deref(),
                "Write the id of a vehicle type.",
            )?,
            available,
            cursor: self.cursor,
        })
    }
}

/// Stations, best choice first
#[utoipa::path(get, path = "/stations", tag = "Stations", security(()), params(StationsAsked),
    responses((status = 200, description = "One page", body = Page<StationOut>), Refused))]
async fn list_stations(
    State(app): State<App>,
    Asked(asked): Asked<StationsAsked>,
) -> Result<Json<Page<StationOut>>, Problem> {
    stations::list(&app, asked.query()?).await.map(Json)
}

/// Makes a station
#[utoipa::path(post, path = "/stations", tag = "Stations",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = StationIn, responses((status = 201, description = "The station", body = StationOut), Refused))]
async fn create_station(
    State(app): State<App>,
    Staff(actor): Staff,
    Key(key): Key,
    Body(body): Body<StationIn>,
) -> Result<(StatusCode, Json<StationOut>), Problem> {
    let station = stations::create(&app, &actor, body, key).await?;
    Ok((StatusCode::CREATED, Json(station)))
}

/// One station
#[utoipa::path(get, path = "/stations/{id}", tag = "Stations", security(()), params(("id" = i64, Path)),
    responses((status = 200, description = "The station", body = StationOut), Refused))]
async fn get_station(
    State(app): State<App>,
    Id(station): Id<StationId>,
) -> Result<Json<StationOut>, Problem> {
    stations::get(&app, station).await.map(Json)
}

/// Changes a station: its operator everything, its staff the status
#[utoipa::path(patch, path = "/stations/{id}", tag = "Stations", params(("id" = i64, Path)),
    request_body = StationPatch, responses((status = 200, description = "The station after the change", body = StationOut), Refused))]
async fn update_station(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Body(patch): Body<StationPatch>,
) -> Result<Json<StationOut>, Problem> {
    stations::update(&app, &actor, station, patch).await.map(Json)
}

/// The batteries in a station's slots; its staff see serials and bookings too
#[utoipa::path(get, path = "/stations/{id}/batteries", tag = "Batteries", security(()), params(("id" = i64, Path)),
    responses((status = 200, description = "All of them, by slot", body = Page<BatteryOut>), Refused))]
async fn list_batteries(
    State(app): State<App>,
    Anybody(actor): Anybody,
    Id(station): Id<StationId>,
) -> Result<Json<Page<BatteryOut>>, Problem> {
    stations::batteries(&app, actor.as_ref(), station)
        .await
        .map(whole)
}

/// Puts a battery into a slot
#[utoipa::path(post, path = "/stations/{id}/batteries", tag = "Batteries",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = BatteryIn, responses((status = 201, description = "The battery", body = BatteryOut), Refused))]
async fn add_battery(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Key(key): Key,
    Body(body): Body<BatteryIn>,
) -> Result<(StatusCode, Json<BatteryOut>), Problem> {
    let battery = batteries::add(&app, &actor, station, body, key).await?;
    Ok((StatusCode::CREATED, Json(battery)))
}

/// What a station offers besides swaps
#[utoipa::path(get, path = "/stations/{id}/services", tag = "Stations", security(()), params(("id" = i64, Path)),
    responses((status = 200, description = "All of them", body = Page<ServiceOut>), Refused))]
async fn list_services(
    State(app): State<App>,
    Id(station): Id<StationId>,
) -> Result<Json<Page<ServiceOut>>, Problem> {
    stations::services(&app, station).await.map(whole)
}

/// What was typed or scanned at the counter.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CodeAsked {
    /// The booking's code, its PIN or the text of its QR
    code: Option<String>,
}

/// The active booking with a code or PIN, for the station's staff
#[utoipa::path(get, path = "/stations/{id}/bookings/find", tag = "Bookings", params(("id" = i64, Path), CodeAsked),
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn find_booking(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Asked(asked): Asked<CodeAsked>,
) -> Result<Json<BookingOut>, Problem> {
    let typed = asked
        .code
        .as_deref()
        .map(str::trim)
        .filter(|code| !code.is_empty());
    let typed = typed.ok_or_else(|| Problem::invalid("code", "Write the booking's code or PIN."))?;
    bookings::find(&app, &actor, station, typed).await.map(Json)
}

/// The types of batteries
#[utoipa::path(get, path = "/battery-models", tag = "Batteries", security(()),
    responses((status = 200, description = "All of them", body = Page<BatteryModelOut>), Refused))]
async fn list_battery_models(State(app): State<App>) -> Result<Json<Page<BatteryModelOut>>, Problem> {
    stations::models(&app).await.map(whole)
}
