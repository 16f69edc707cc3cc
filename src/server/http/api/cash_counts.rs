//! The end of a shift: expected against counted cash.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{Problem, StationId};
use crate::protocol::rest::{CashCountIn, CashCountOut, CashDueOut, Page};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Asked, Id, Key, Staff, field};
use crate::server::http::openapi::Refused;
use crate::server::service::cash_counts;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_cash_counts, count_cash))
        .routes(routes!(get_cash_due))
        .routes(routes!(download_cash_counts))
}

/// Of which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CountsAsked {
    /// Only of this day on the station's calendar, like `2026-11-21`
    day: Option<String>,
}

impl CountsAsked {
    fn day<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        field("day", self.day.as_deref(), "Write a day like 2026-11-21.")
    }
}

/// What was counted at a station, newest first: leads and operators see all of it, others their own
#[utoipa::path(get, path = "/stations/{id}/cash-counts", tag = "Payments", params(("id" = i64, Path), CountsAsked),
    responses((status = 200, description = "The counts", body = Page<CashCountOut>), Refused))]
async fn list_cash_counts(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Asked(asked): Asked<CountsAsked>,
) -> Result<Json<Page<CashCountOut>>, Problem> {
    let counts = cash_counts::list(&app, &actor, station, asked.day()?).await?;
    Ok(whole(counts))
}

/// I have counted my cash; never changed afterwards
#[utoipa::path(post, path = "/stations/{id}/cash-counts", tag = "Payments",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = CashCountIn, responses((status = 201, description = "The count", body = CashCountOut), Refused))]
async fn count_cash(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Key(key): Key,
    Body(body): Body<CashCountIn>,
) -> Result<(StatusCode, Json<CashCountOut>), Problem> {
    let count = cash_counts::count(&app, &actor, station, body, key).await?;
    Ok((StatusCode::CREATED, Json(count)))
}

/// The cash that I should have at a station since I counted last
#[utoipa::path(get, path = "/stations/{id}/cash-due", tag = "Payments", params(("id" = i64, Path)),
    responses((status = 200, description = "The sum and what it is made of", body = CashDueOut), Refused))]
async fn get_cash_due(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<CashDueOut>, Problem> {
    cash_counts::due(&app, &actor, station).await.map(Json)
}

/// What was counted at a station, for spreadsheets
#[utoipa::path(get, path = "/stations/{id}/cash-counts.csv", tag = "Payments", params(("id" = i64, Path), CountsAsked),
    responses((status = 200, description = "A table (RFC 4180)", body = String, content_type = "text/csv"), Refused))]
async fn download_cash_counts(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Asked(asked): Asked<CountsAsked>,
) -> Result<Response, Problem> {
    let table = cash_counts::table(&app, &actor, station, asked.day()?).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"voltbay-cash.csv\""),
    ];
    Ok((headers, table).into_response())
}
