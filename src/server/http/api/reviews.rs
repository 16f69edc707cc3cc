//! Reviews: the one of a booking, and those of a station.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{BookingId, Problem, StationId};
use crate::protocol::rest::{Page, ReviewIn, ReviewOut, ReviewPatch};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Asked, Id, Key, SignedIn};
use crate::server::http::openapi::Refused;
use crate::server::service::reviews;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_review, write_review, change_review, delete_review))
        .routes(routes!(list_reviews))
}

/// The review of a booking that is mine or of a station I work at
#[utoipa::path(get, path = "/bookings/{id}/review", tag = "Reviews", params(("id" = i64, Path)),
    responses((status = 200, description = "The review", body = ReviewOut), Refused))]
async fn get_review(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<Json<ReviewOut>, Problem> {
    let review = reviews::of_booking(&app, &actor, booking).await?;
    review.map(Json).ok_or_else(|| Problem::not_found("review"))
}

/// Reviews my booking, after the batteries were handed over
#[utoipa::path(post, path = "/bookings/{id}/review", tag = "Reviews",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ReviewIn, responses((status = 201, description = "The review", body = ReviewOut), Refused))]
async fn write_review(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
    Key(key): Key,
    Body(body): Body<ReviewIn>,
) -> Result<(StatusCode, Json<ReviewOut>), Problem> {
    let review = reviews::write(&app, &actor, booking, body, key).await?;
    Ok((StatusCode::CREATED, Json(review)))
}

/// Changes my review
#[utoipa::path(patch, path = "/bookings/{id}/review", tag = "Reviews", params(("id" = i64, Path)),
    request_body = ReviewPatch, responses((status = 200, description = "The review after the change", body = ReviewOut), Refused))]
async fn change_review(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
    Body(patch): Body<ReviewPatch>,
) -> Result<Json<ReviewOut>, Problem> {
    reviews::change(&app, &actor, booking, patch).await.map(Json)
}

/// Deletes my review
#[utoipa::path(delete, path = "/bookings/{id}/review", tag = "Reviews", params(("id" = i64, Path)),
    responses((status = 204, description = "Gone"), Refused))]
async fn delete_review(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<StatusCode, Problem> {
    reviews::remove(&app, &actor, booking).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which page is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReviewsAsked {
    /// `next` of the page before
    cursor: Option<String>,
}

/// What customers say about a station, newest first
#[utoipa::path(get, path = "/stations/{id}/reviews", tag = "Reviews", security(()),
    params(("id" = i64, Path), ReviewsAsked),
    responses((status = 200, description = "One page", body = Page<ReviewOut>), Refused))]
async fn list_reviews(
    State(app): State<App>,
    Id(station): Id<StationId>,
    Asked(asked): Asked<ReviewsAsked>,
) -> Result<Json<Page<ReviewOut>>, Problem> {
    reviews::of_station(&app, station, asked.cursor.as_deref())
        .await
        .map(Json)
}
