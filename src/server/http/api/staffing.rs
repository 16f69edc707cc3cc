//! Who works at a station: for its operator.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{Problem, StationId, UserId};
use crate::protocol::rest::{Page, StaffIn, StaffOut};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Id, Ids, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::staffing;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_staff, assign_staff))
        .routes(routes!(take_staff_away))
}

/// Who works at a station of mine
#[utoipa::path(get, path = "/stations/{id}/staff", tag = "Operators", params(("id" = i64, Path)),
    responses((status = 200, description = "All of them, by name", body = Page<StaffOut>), Refused))]
async fn list_staff(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<Page<StaffOut>>, Problem> {
    staffing::list(&app, &actor, station).await.map(whole)
}

/// Assigns an attendant or lead to a station of mine; once more changes nothing
#[utoipa::path(post, path = "/stations/{id}/staff", tag = "Operators", params(("id" = i64, Path)),
    request_body = StaffIn, responses((status = 200, description = "Who works there from now on", body = StaffOut), Refused))]
async fn assign_staff(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Body(body): Body<StaffIn>,
) -> Result<Json<StaffOut>, Problem> {
    staffing::assign(&app, &actor, station, body).await.map(Json)
}

/// Takes somebody away from a station of mine, with all rights there at once
#[utoipa::path(delete, path = "/stations/{id}/staff/{user_id}", tag = "Operators",
    params(("id" = i64, Path), ("user_id" = i64, Path)),
    responses((status = 204, description = "Works there no more"), Refused))]
async fn take_staff_away(
    State(app): State<App>,
    Staff(actor): Staff,
    Ids(station, user): Ids<StationId, UserId>,
) -> Result<StatusCode, Problem> {
    staffing::take_away(&app, &actor, station, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
