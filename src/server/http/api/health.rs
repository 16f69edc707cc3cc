//! How the server is: for whoever restarts it, sends people to it or draws its curves. At the root, not
//! under `/api/v1`: these are no part of what it offers to customers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::Problem;
use crate::server::http::openapi::Refused;
use crate::server::{App, telemetry};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(alive))
        .routes(routes!(ready))
        .routes(routes!(numbers))
}

/// How the server is.
#[derive(Serialize, ToSchema)]
struct HealthOut {
    /// `ok`.
    status: &'static str,
    /// Which build answers.
    build: &'static str,
}

const FINE: Json<HealthOut> = Json(HealthOut {
    status: "ok",
    build: env!("CARGO_PKG_VERSION"),
});

/// Alive: the process answers
#[utoipa::path(get, path = "/healthz", tag = "Health", security(()),
    responses((status = 200, description = "Alive", body = HealthOut)))]
async fn alive() -> Json<HealthOut> {
    FINE
}

/// Ready: the database answers and the server is not stopping
#[utoipa::path(get, path = "/readyz", tag = "Health", security(()),
    responses((status = 200, description = "Ready", body = HealthOut), Refused))]
async fn ready(State(app): State<App>) -> Result<Json<HealthOut>, Problem> {
    if app.shutdown.is_cancelled() {
        return Err(Problem::Unavailable);
    }
    app.db.ping().await.map_err(|error| {
        tracing::warn!(%error, "the database does not answer");
        Problem::Unavailable
    })?;
    Ok(FINE)
}

/// Numbers in Prometheus' text format
#[utoipa::path(get, path = "/metrics", tag = "Health", security(()),
    responses((status = 200, description = "Numbers", body = String, content_type = "text/plain")))]
async fn numbers() -> Response {
    let Some(numbers) = telemetry::numbers() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "no numbers are kept").into_response();
    };
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        numbers.render(),
    )
        .into_response()
}
