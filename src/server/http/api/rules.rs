//! Rules: what a station or an operator wants otherwise than the installation.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{OperatorId, Problem, StationId};
use crate::protocol::rest::{RulesOut, RulesPatch};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::extract::{Id, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::rules;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_station_rules, change_station_rules))
        .routes(routes!(get_operator_rules, change_operator_rules))
}

/// The rules of a station, for its staff
#[utoipa::path(get, path = "/stations/{id}/rules", tag = "Stations", params(("id" = i64, Path)),
    responses((status = 200, description = "The rules as they are in force", body = RulesOut), Refused))]
async fn get_station_rules(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<RulesOut>, Problem> {
    rules::of_station(&app, &actor, station).await.map(Json)
}

/// Changes the rules of a station (its operator); running bookings keep their deadlines
#[utoipa::path(patch, path = "/stations/{id}/rules", tag = "Stations", params(("id" = i64, Path)),
    request_body = RulesPatch, responses((status = 200, description = "The rules after the change", body = RulesOut), Refused))]
async fn change_station_rules(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Body(patch): Body<RulesPatch>,
) -> Result<Json<RulesOut>, Problem> {
    rules::change_station(&app, &actor, station, patch)
        .await
        .map(Json)
}

/// The rules of an operator's stations, where these have none of their own
#[utoipa::path(get, path = "/operators/{id}/rules", tag = "Operators", params(("id" = i64, Path)),
    responses((status = 200, description = "The rules as they are in force", body = RulesOut), Refused))]
async fn get_operator_rules(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(operator): Id<OperatorId>,
) -> Result<Json<RulesOut>, Problem> {
    rules::of_operator(&app, &actor, operator).await.map(Json)
}

/// Changes the rules of an operator's stations (the operator)
#[utoipa::path(patch, path = "/operators/{id}/rules", tag = "Operators", params(("id" = i64, Path)),
    request_body = RulesPatch, responses((status = 200, description = "The rules after the change", body = RulesOut), Refused))]
async fn change_operator_rules(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(operator): Id<OperatorId>,
    Body(patch): Body<RulesPatch>,
) -> Result<Json<RulesOut>, Problem> {
    rules::change_operator(&app, &actor, operator, patch)
        .await
        .map(Json)
}
