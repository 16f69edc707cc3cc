//! Bookings, as their customers use them: make one, follow it, renew it, call it off.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{BookingId, BookingState, Problem, StationId};
use crate::protocol::rest::{BookIn, BookingOut, CancelIn, Page};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Asked, Id, Key, SignedIn, field};
use crate::server::http::openapi::Refused;
use crate::server::service::bookings::{self, BookingQuery};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_bookings, book))
        .routes(routes!(get_booking))
        .routes(routes!(cancel_booking))
        .routes(routes!(undo_cancel))
        .routes(routes!(renew_booking))
}

/// What is asked of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BookingsAsked {
    /// The bookings of this station, for its staff; my own unless given
    station_id: Option<String>,
    /// Only these states, separated by commas
    state: Option<String>,
    /// Words that occur in station, vehicle or (for staff) customer name
    q: Option<String>,
    /// `next` of the page before
    cursor: Option<String>,
    /// Rows a page, 1 to 100; 20 unless given
    limit: Option<String>,
}

impl BookingsAsked {
    fn query(self) -> Result<BookingQuery, Problem> {
        let limit_hint = "Write a number of rows from 1 to 100.";
        let limit: Option<i64> = field("limit", self.limit.as_deref(), limit_hint)?;
        if limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
            return Err(Problem::invalid("limit", limit_hint));
        }
        let states = self.state.as_deref().unwrap_or_default().split(',');
        let states = states.map(str::trim).filter(|state| !state.is_empty());
        let state = |state: &str| state.parse::<BookingState>().map_err(|_| unknown_state());
        Ok(BookingQuery {
            station: field::<StationId>(
                "station_id",
                self.station_id.as_deref(),
                "Write the id of a station.",
            )?,
            states: states.map(state).collect::<Result<_, _>>()?,
            text: self.q.filter(|words| !words.trim().is_empty()),
            cursor: self.cursor,
            limit,
        })
    }
}

fn unknown_state() -> Problem {
    let known = BookingState::ALL.map(BookingState::as_str).join(", ");
    Problem::invalid("state", format!("Write one or more of {known}."))
}

/// Bookings, newest first
#[utoipa::path(get, path = "/bookings", tag = "Bookings", params(BookingsAsked),
    responses((status = 200, description = "One page", body = Page<BookingOut>), Refused))]
async fn list_bookings(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Asked(asked): Asked<BookingsAsked>,
) -> Result<Json<Page<BookingOut>>, Problem> {
    bookings::list(&app, &actor, asked.query()?).await.map(Json)
}

/// Holds batteries for me: all that is asked for or none
#[utoipa::path(post, path = "/bookings", tag = "Bookings",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = BookIn, responses((status = 201, description = "The booking, confirmed, or scheduled for later; requested where the station wants to say yes", body = BookingOut), Refused))]
async fn book(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Key(key): Key,
    Body(body): Body<BookIn>,
) -> Result<(StatusCode, Json<BookingOut>), Problem> {
    let booking = bookings::book(&app, &actor, body, key).await?;
    Ok((StatusCode::CREATED, Json(booking)))
}

/// One booking: mine, or of a station I work at
#[utoipa::path(get, path = "/bookings/{id}", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn get_booking(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::get(&app, &actor, booking).await.map(Json)
}

/// Calls a booking off; for some seconds that can be taken back
#[utoipa::path(post, path = "/bookings/{id}/cancel", tag = "Bookings", params(("id" = i64, Path)),
    request_body = Option<CancelIn>,
    responses((status = 200, description = "The booking, cancelled", body = BookingOut), Refused))]
async fn cancel_booking(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
    BodyOrNone(body): BodyOrNone<CancelIn>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::cancel(&app, &actor, booking, body).await.map(Json)
}

/// Takes a cancellation back
#[utoipa::path(post, path = "/bookings/{id}/undo-cancel", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, as it was", body = BookingOut), Refused))]
async fn undo_cancel(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::undo_cancel(&app, &actor, booking).await.map(Json)
}

/// Moves the deadline five minutes on, up to ten times; the batteries stay the same
#[utoipa::path(post, path = "/bookings/{id}/renew", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking with its new deadline", body = BookingOut), Refused))]
async fn renew_booking(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::renew(&app, &actor, booking).await.map(Json)
}
