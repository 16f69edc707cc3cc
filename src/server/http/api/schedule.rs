//! Booking for later: which half hours there are, and the booking as an entry of a calendar.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{BookingId, Problem, StationId};
use crate::protocol::rest::{Page, PickupSlotOut};
use crate::server::App;
use crate::server::days::Day;
use crate::server::http::extract::{Asked, Id, SignedIn, field};
use crate::server::http::openapi::Refused;
use crate::server::service::bookings;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_pickup_slots))
        .routes(routes!(get_calendar_entry))
}

/// What is asked of the half hours.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PickupsAsked {
    /// A day on the clocks of the station, like 2026-11-21; today unless given
    date: Option<String>,
}

/// The half hours of a day for which one can still book, and how full each is
#[utoipa::path(get, path = "/stations/{id}/pickup-slots", tag = "Stations", security(()),
    params(("id" = i64, Path), PickupsAsked),
    responses((status = 200, description = "All of the day", body = Page<PickupSlotOut>), Refused))]
async fn list_pickup_slots(
    State(app): State<App>,
    Id(station): Id<StationId>,
    Asked(asked): Asked<PickupsAsked>,
) -> Result<Json<Page<PickupSlotOut>>, Problem> {
    let day: Option<Day> = field("date", asked.date.as_deref(), "Write a day like 2026-11-21.")?;
    bookings::pickup_slots(&app, station, day).await.map(whole)
}

/// One booking as an entry for a calendar: mine, or of a station I work at
#[utoipa::path(get, path = "/bookings/{id}/calendar.ics", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "An entry (RFC 5545)", body = String, content_type = "text/calendar"), Refused))]
async fn get_calendar_entry(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<Response, Problem> {
    let entry = bookings::calendar(&app, &actor, booking).await?;
    let file = format!("attachment; filename=\"voltbay-booking-{booking}.ics\"");
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, file.as_str()),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, entry).into_response())
}
