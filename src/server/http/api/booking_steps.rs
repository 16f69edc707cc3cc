//! Bookings, as the staff of a station move them on.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{BookingId, Problem};
use crate::protocol::rest::{BookingOut, CollectIn, ReasonIn};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Id, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::bookings;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(approve))
        .routes(routes!(decline))
        .routes(routes!(make_ready))
        .routes(routes!(check_in))
        .routes(routes!(undo_check_in))
        .routes(routes!(start_swap))
        .routes(routes!(collect_booking))
        .routes(routes!(abort_swap))
        .routes(routes!(mark_no_show))
        .routes(routes!(undo_no_show))
}

/// Says yes to a request: the batteries are held from now on
#[utoipa::path(post, path = "/bookings/{id}/approve", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, confirmed", body = BookingOut), Refused))]
async fn approve(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::approve(&app, &actor, booking).await.map(Json)
}

/// Says no to a request, and why
#[utoipa::path(post, path = "/bookings/{id}/decline", tag = "Bookings", params(("id" = i64, Path)),
    request_body = ReasonIn, responses((status = 200, description = "The booking, declined", body = BookingOut), Refused))]
async fn decline(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
    Body(body): Body<ReasonIn>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::decline(&app, &actor, booking, body).await.map(Json)
}

/// The batteries are prepared
#[utoipa::path(post, path = "/bookings/{id}/ready", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, ready", body = BookingOut), Refused))]
async fn make_ready(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::ready(&app, &actor, booking).await.map(Json)
}

/// The customer is here, proved by code or PIN: the clock stops
#[utoipa::path(post, path = "/bookings/{id}/check-in", tag = "Bookings", params(("id" = i64, Path)),
    request_body = CollectIn, responses((status = 200, description = "The booking, checked in", body = BookingOut), Refused))]
async fn check_in(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
    Body(body): Body<CollectIn>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::check_in(&app, &actor, booking, body).await.map(Json)
}

/// The check-in was a mistake: the clock runs on with what was left
#[utoipa::path(post, path = "/bookings/{id}/undo-check-in", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, confirmed", body = BookingOut), Refused))]
async fn undo_check_in(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::undo_check_in(&app, &actor, booking).await.map(Json)
}

/// The swap begins
#[utoipa::path(post, path = "/bookings/{id}/start", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, in service", body = BookingOut), Refused))]
async fn start_swap(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::start(&app, &actor, booking).await.map(Json)
}

/// The batteries are handed over, against code or PIN
#[utoipa::path(post, path = "/bookings/{id}/collect", tag = "Bookings", params(("id" = i64, Path)),
    request_body = CollectIn, responses((status = 200, description = "The booking, completed", body = BookingOut), Refused))]
async fn collect_booking(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
    Body(body): Body<CollectIn>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::collect(&app, &actor, booking, body).await.map(Json)
}

/// Breaks a swap off (lead, operator), and says why
#[utoipa::path(post, path = "/bookings/{id}/abort", tag = "Bookings", params(("id" = i64, Path)),
    request_body = ReasonIn, responses((status = 200, description = "The booking, failed", body = BookingOut), Refused))]
async fn abort_swap(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
    Body(body): Body<ReasonIn>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::abort(&app, &actor, booking, body).await.map(Json)
}

/// Nobody came
#[utoipa::path(post, path = "/bookings/{id}/no-show", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, not collected", body = BookingOut), Refused))]
async fn mark_no_show(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::no_show(&app, &actor, booking).await.map(Json)
}

/// The customer came late after all: batteries are claimed anew and the strike is taken back
#[utoipa::path(post, path = "/bookings/{id}/undo-no-show", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking, checked in", body = BookingOut), Refused))]
async fn undo_no_show(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::undo_no_show(&app, &actor, booking).await.map(Json)
}
