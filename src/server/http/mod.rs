//! Lets requests in: routes and what happens to every request before and after its handler. Knows nothing
//! of SQL and holds no rule of the business: a handler calls one use case.

pub mod api;
pub mod assets;
pub mod body;
mod checkout;
pub mod cookie;
pub mod extract;
pub mod layers;
pub mod openapi;
pub mod origin;
pub mod pages;
pub mod problem;
pub mod serve;
pub mod ws;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::domain::Problem;
use crate::server::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The one address that has its slash: the files of the API's browsable page are named relative to it.
const DOCS: &str = "/api/docs/";
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// For answers that are no page: they load nothing.
const STRICT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// What is made for somebody is hers, and is asked for again when it is needed again.
const PERSONAL: &str = "private, no-cache";
/// Pages ask where the customer is and look through the camera of the staff's counter, nothing else.
const PERMISSIONS: &str = "geolocation=(self), camera=(self), microphone=()";

/// Everything that is answered.
pub fn router(app: &App) -> Router {
    let (api, health, document) = openapi::routes();
    let api = api
        .route("/api", any(nowhere))
        .route("/api/{*rest}", any(nowhere))
        .layer(from_fn_with_state(app.clone(), layers::limit_requests))
        .layer(from_fn_with_state(app.clone(), layers::identify))
        .layer(from_fn_with_state(app.clone(), layers::tell))
        .with_state(app.clone());
    let pages = pages::router(app).layer(from_fn_with_state(app.clone(), layers::identify));
    let dynamic = Router::new()
        .merge(pages)
        .merge(api)
        .merge(checkout::router().with_state(app.clone()))
        .merge(openapi::router(document))
        .merge(problem::router())
        // The outermost of these comes last.
        .layer(from_fn_with_state(app.clone(), layers::refuse_foreign_pages))
        .layer(from_fn(layers::refuse_long_bodies))
        .layer(from_fn(layers::hurry))
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static(PERSONAL),
        ))
        .layer(CompressionLayer::new());
    let everything = Router::new()
        .merge(dynamic)
        .merge(ws::router(app))
        .merge(health.with_state(app.clone()))
        .merge(assets::router(app));
    surrounded(everything, app)
}

async fn nowhere() -> Problem {
    Problem::not_found("address")
}

/// Around everything, files and failures included, outermost first.
fn surrounded(router: Router, app: &App) -> Router {
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    let only_over_tls = app
        .config
        .is_https()
        .then(|| header(STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    let layers = ServiceBuilder::new()
        // Who logs a header by mistake logs no secret.
        .layer(SetSensitiveRequestHeadersLayer::new([AUTHORIZATION, COOKIE]))
        // A request has a number from here on, and the answer carries it.
        .layer(SetRequestIdLayer::new(REQUEST_ID, Numbered))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn(layers::observe))
        // What browsers must not do with an answer.
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(REFERRER_POLICY, "same-origin"))
        .layer(header(PERMISSIONS_POLICY, PERMISSIONS))
        .layer(header(CONTENT_SECURITY_POLICY, STRICT_POLICY))
        .option_layer(only_over_tls)
        // A panic is an answer too, and has all of the above.
        .layer(CatchPanicLayer::custom(layers::told_of_panic));
    router.layer(layers)
}

/// Version 7 ids: they sort by time.
#[derive(Clone, Copy)]
struct Numbered;

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = uuid::Uuid::now_v7().to_string();
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// Addresses are the same with and without a slash at the end. What is read by a person is sent on to the
/// one true address, everything else is answered right away.
#[expect(clippy::result_large_err, reason = "the redirect is the answer itself")]
pub fn without_trailing_slash(mut request: Request) -> Result<Request, Response> {
    let path = request.uri().path();
    let trimmed = path.trim_end_matches('/');
    if path.len() == 1 || trimmed.len() == path.len() || path == DOCS {
        return Ok(request);
    }
    let trimmed = if trimmed.is_empty() { "/" } else { trimmed };
    // A path that began with two slashes would name another host.
    let trimmed = format!("/{}", trimmed.trim_start_matches('/'));
    let target = match request.uri().query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed.clone(),
    };
    let is_for_programs = trimmed.starts_with("/api") || trimmed.starts_with("/ws");
    if !is_for_programs && request.method().is_safe() {
        return Err(Redirect::permanent(&target).into_response());
    }
    if let Ok(target) = target.parse() {
        *request.uri_mut() = target;
    }
    Ok(request)
}
