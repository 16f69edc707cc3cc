//! A station closes down while people have bookings there.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{Problem, StationId};
use crate::protocol::rest::{CloseDownIn, CloseDownOut, LiveBookingsOut};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Id, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::stations;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_live_bookings))
        .routes(routes!(close_station_down))
}

/// The bookings that are hit when a station closes down, and where each could be served (its staff)
#[utoipa::path(get, path = "/stations/{id}/live-bookings", tag = "Stations", params(("id" = i64, Path)),
    responses((status = 200, description = "The bookings", body = LiveBookingsOut), Refused))]
async fn list_live_bookings(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<LiveBookingsOut>, Problem> {
    stations::live_bookings(&app, &actor, station).await.map(Json)
}

/// Closes a station down, with a choice for every live booking (its staff); one that is not listed is a 409
/// `choice_missing`, and nothing is changed
#[utoipa::path(post, path = "/stations/{id}/close-down", tag = "Stations", params(("id" = i64, Path)),
    request_body = CloseDownIn, responses((status = 200, description = "The station, and what became of each booking", body = CloseDownOut), Refused))]
async fn close_station_down(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Body(body): Body<CloseDownIn>,
) -> Result<Json<CloseDownOut>, Problem> {
    stations::close_down(&app, &actor, station, body).await.map(Json)
}
