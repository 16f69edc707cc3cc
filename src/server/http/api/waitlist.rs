//! Places in line at stations that are sold out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{Problem, StationId, WaitlistEntryId};
use crate::protocol::rest::{BookingOut, Page, TakeOfferIn, WaitIn, WaitlistOut};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Id, SignedIn, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::{bookings, waitlist};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_line, join_waitlist))
        .routes(routes!(list_waitlist))
        .routes(routes!(leave_waitlist))
        .routes(routes!(accept_offer))
        .routes(routes!(decline_offer))
}

/// Who stands in line, first come first, and why nothing is offered to whom
#[utoipa::path(get, path = "/stations/{id}/waitlist", tag = "Waitlist", params(("id" = i64, Path)),
    responses((status = 200, description = "The line", body = Page<WaitlistOut>), Refused))]
async fn list_line(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<Page<WaitlistOut>>, Problem> {
    waitlist::of_station(&app, &actor, station).await.map(whole)
}

/// Joins the line of a station that is sold out; one place for each person and station
#[utoipa::path(post, path = "/stations/{id}/waitlist", tag = "Waitlist", params(("id" = i64, Path)),
    request_body = WaitIn,
    responses((status = 201, description = "The place", body = WaitlistOut), Refused))]
async fn join_waitlist(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(station): Id<StationId>,
    Body(body): Body<WaitIn>,
) -> Result<(StatusCode, Json<WaitlistOut>), Problem> {
    let place = waitlist::join(&app, &actor, station, body).await?;
    Ok((StatusCode::CREATED, Json(place)))
}

/// Where I stand in line, with my position, an estimate and my offers
#[utoipa::path(get, path = "/waitlist", tag = "Waitlist",
    responses((status = 200, description = "My places", body = Page<WaitlistOut>), Refused))]
async fn list_waitlist(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Page<WaitlistOut>>, Problem> {
    waitlist::mine(&app, &actor).await.map(whole)
}

/// I do not wait any longer
#[utoipa::path(delete, path = "/waitlist/{id}", tag = "Waitlist", params(("id" = i64, Path)),
    responses((status = 204, description = "Left"), Refused))]
async fn leave_waitlist(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(entry): Id<WaitlistEntryId>,
) -> Result<StatusCode, Problem> {
    waitlist::leave(&app, &actor, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// I take what is offered: a booking of the very packs of the offer
#[utoipa::path(post, path = "/waitlist/{id}/accept", tag = "Waitlist", params(("id" = i64, Path)),
    request_body = Option<TakeOfferIn>,
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn accept_offer(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(entry): Id<WaitlistEntryId>,
    BodyOrNone(body): BodyOrNone<TakeOfferIn>,
) -> Result<Json<BookingOut>, Problem> {
    bookings::take_offer(&app, &actor, entry, body).await.map(Json)
}

/// I do not want what is offered; that ends my place in line
#[utoipa::path(post, path = "/waitlist/{id}/decline", tag = "Waitlist", params(("id" = i64, Path)),
    responses((status = 204, description = "Declined"), Refused))]
async fn decline_offer(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(entry): Id<WaitlistEntryId>,
) -> Result<StatusCode, Problem> {
    waitlist::decline(&app, &actor, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
