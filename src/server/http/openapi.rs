//! The `OpenAPI` document, made from the handlers themselves, and a page to browse it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use super::api;
use crate::domain::{Alternative, FieldError};
use crate::server::App;

/// What every operation may answer besides its success.
pub struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let body = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let refused = |description: &str| {
            let response = ResponseBuilder::new().description(description);
            RefOr::T(response.content("application/problem+json", body.clone()).build())
        };
        BTreeMap::from([
            (
                "4XX".to_owned(),
                refused("Refused: `code` says why, `detail` what to do"),
            ),
            ("5XX".to_owned(), refused("Our mistake, or busy for the moment")),
        ])
    }
}

/// What went wrong (RFC 9457). Members beyond these depend on `code`.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes for the document what `problem` writes")]
struct ProblemOut {
    /// Where the problem is explained, like `/problems/battery-unavailable`.
    r#type: String,
    /// A short name for people.
    title: String,
    /// The status of the answer.
    status: u16,
    /// The stable name for programs, like `battery_unavailable`.
    code: String,
    /// What happened and what to do.
    detail: String,
    /// For `invalid`: each field that makes no sense.
    errors: Option<Vec<FieldError>>,
    /// For `battery_unavailable` and `station_closed`: stations nearby that have enough.
    alternatives: Option<Vec<Alternative>>,
    /// For `too_many_requests`: when to come back.
    retry_after_s: Option<u64>,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Voltbay", description = "A live battery-swap network. Refusals are problems in the sense of RFC 9457; each is explained at its `type`."),
    modifiers(&SignIn),
    components(schemas(ProblemOut)),
    security(("session" = []), ("bearer" = [])),
    tags(
        (name = "Accounts", description = "The way in and out, and the own account"),
        (name = "Stations", description = "Find, look at and run stations"),
        (name = "Operators", description = "What an operator decides for all its stations"),
        (name = "Batteries", description = "What stands in the slots"),
        (name = "Bookings", description = "Hold batteries, hand them over"),
        (name = "Floor", description = "Bays, and the swaps in them step by step"),
        (name = "Waitlist", description = "Stand in line where a station is sold out"),
        (name = "Tasks", description = "What staff have to do, who is there, and what they are told"),
        (name = "Payments", description = "Pay, count, give back, and the receipts"),
        (name = "Vehicles", description = "What people ride, and which batteries fit it"),
        (name = "Reviews", description = "What customers say about stations"),
        (name = "Operators", description = "What happened at all stations, and who works where"),
        (name = "Notifications", description = "The inbox"),
        (name = "Plans", description = "Swaps by the month: what is sold, and what I have"),
        (name = "Health", description = "How the server is"),
    )
)]
struct Document;

struct SignIn;

impl Modify for SignIn {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new("voltbay_session"));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The routes of the API under their prefix, and their description.
pub fn routes() -> (Router<App>, Router<App>, OpenApi) {
    let (health, described_health) = api::health::router().split_for_parts();
    let (api, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .nest("/api/v1", api::router())
        .split_for_parts();
    document.merge(described_health);
    (api, health, document)
}

/// `/api/openapi.json` and the page to browse it under `/api/docs`.
pub fn router(document: OpenApi) -> Router {
    let docs = SwaggerUi::new("/api/docs").url("/api/openapi.json", document);
    Router::from(docs).layer(axum::middleware::from_fn(let_the_browser_of_the_document_run))
}

/// The page comes from a package of its own, which sets styles from its script.
async fn let_the_browser_of_the_document_run(request: Request, next: Next) -> Response {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'",
    );
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    response
}
