//! Batteries: measure, lock, clear, move and take one out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{BatteryId, Problem};
use crate::protocol::rest::{BatteryOut, BatteryPatch};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Id, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::batteries;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(update_battery, remove_battery))
}

/// Measures, locks, clears or moves a battery
#[utoipa::path(patch, path = "/batteries/{id}", tag = "Batteries", params(("id" = i64, Path)),
    request_body = BatteryPatch, responses((status = 200, description = "The battery after the change", body = BatteryOut), Refused))]
async fn update_battery(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(battery): Id<BatteryId>,
    Body(patch): Body<BatteryPatch>,
) -> Result<Json<BatteryOut>, Problem> {
    batteries::update(&app, &actor, battery, patch).await.map(Json)
}

/// Takes a battery out for good
#[utoipa::path(delete, path = "/batteries/{id}", tag = "Batteries", params(("id" = i64, Path)),
    responses((status = 204, description = "Taken out"), Refused))]
async fn remove_battery(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(battery): Id<BatteryId>,
) -> Result<StatusCode, Problem> {
    batteries::remove(&app, &actor, battery).await?;
    Ok(StatusCode::NO_CONTENT)
}
