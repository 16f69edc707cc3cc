//! Services on bookings: how full each half hour is, and each service from waiting to done.

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{ItemId, Problem, ServiceId, StationId};
use crate::protocol::rest::{AssignIn, BookingOut, Page, ReasonIn, ServiceSlotOut};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Id, SignedIn, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::services::{self, Deed};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_slots))
        .routes(routes!(assign_service))
        .routes(routes!(start_service))
        .routes(routes!(finish_service))
        .routes(routes!(decline_service))
        .routes(routes!(skip_service))
        .routes(routes!(cancel_service))
}

/// The next half hours of a service, and how full each is
#[utoipa::path(get, path = "/stations/{id}/services/{service_id}/slots", tag = "Stations", security(()),
    params(("id" = i64, Path), ("service_id" = i64, Path)),
    responses((status = 200, description = "The next two hours", body = Page<ServiceSlotOut>), Refused))]
async fn list_slots(
    State(app): State<App>,
    Path((station, service)): Path<(String, String)>,
) -> Result<Json<Page<ServiceSlotOut>>, Problem> {
    let station: StationId = station.parse().map_err(|_| Problem::not_found("station"))?;
    let service: ServiceId = service.parse().map_err(|_| Problem::not_found("service"))?;
    services::slots(&app, station, service).await.map(whole)
}

/// Gives a service to somebody of the station; to whoever has least to do unless named
#[utoipa::path(post, path = "/items/{id}/assign", tag = "Bookings", params(("id" = i64, Path)),
    request_body = Option<AssignIn>,
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn assign_service(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(item): Id<ItemId>,
    BodyOrNone(body): BodyOrNone<AssignIn>,
) -> Result<Json<BookingOut>, Problem> {
    services::act(&app, &actor, item, Deed::Assign(body))
        .await
        .map(Json)
}

/// A service is begun
#[utoipa::path(post, path = "/items/{id}/start", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn start_service(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(item): Id<ItemId>,
) -> Result<Json<BookingOut>, Problem> {
    services::act(&app, &actor, item, Deed::Start).await.map(Json)
}

/// A service is done; the customer is told
#[utoipa::path(post, path = "/items/{id}/done", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn finish_service(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(item): Id<ItemId>,
) -> Result<Json<BookingOut>, Problem> {
    services::act(&app, &actor, item, Deed::Finish).await.map(Json)
}

/// The station does not do a service after all, and says why; the batteries are not concerned
#[utoipa::path(post, path = "/items/{id}/decline", tag = "Bookings", params(("id" = i64, Path)),
    request_body = ReasonIn, responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn decline_service(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(item): Id<ItemId>,
    Body(body): Body<ReasonIn>,
) -> Result<Json<BookingOut>, Problem> {
    services::act(&app, &actor, item, Deed::Decline(body))
        .await
        .map(Json)
}

/// A service is left out
#[utoipa::path(post, path = "/items/{id}/skip", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn skip_service(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(item): Id<ItemId>,
) -> Result<Json<BookingOut>, Problem> {
    services::act(&app, &actor, item, Deed::Skip).await.map(Json)
}

/// I do not want a service any more; possible until it is begun
#[utoipa::path(post, path = "/items/{id}/cancel", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn cancel_service(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(item): Id<ItemId>,
) -> Result<Json<BookingOut>, Problem> {
    services::act(&app, &actor, item, Deed::Cancel).await.map(Json)
}
