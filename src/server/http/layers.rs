//! What happens to every request around its handler, each step a function; `mod.rs` puts them in order.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{counter, histogram};
use tower_http::request_id::RequestId;
use tracing::Instrument;

use super::problem::Told;
use super::{body, cookie, origin};
use crate::domain::Problem;
use crate::server::App;
use crate::server::auth::Limit;
use crate::server::service::{ClientAddress, Visitor, accounts};
use crate::server::telemetry::Metric;

/// An answer's head is sent by then, or the client is told to come back.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that is logged while a request is answered carries its id; how it was answered is counted.
pub async fn observe(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(String::new, |path| path.as_str().to_owned());
    let id = id_of(&request);
    let span = tracing::info_span!("request", request.id = id, http.method = %method, http.route = route);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let taken = started.elapsed();
    let status = response.status();
    let _in_span = span.enter();
    tracing::debug!(
        http.status = status.as_u16(),
        duration_ms = taken.as_millis(),
        "answered"
    );
    // A method is whatever the client writes; a label must come from a closed set.
    let method = if KNOWN_METHODS.contains(&method) {
        method.to_string()
    } else {
        "other".to_owned()
    };
    counter!(Metric::HttpRequests.name(), "method" => method, "route" => route.clone(), "status" => class(status)).increment(1);
    histogram!(Metric::HttpSeconds.name(), "route" => route).record(taken);
    response
}

const KNOWN_METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

fn id_of(request: &Request) -> String {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or_default().to_owned()
}

/// A handler that panicked is our mistake, told like any other.
pub fn told_of_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message.unwrap_or("of another kind"), "a handler panicked");
    Problem::Internal.into_response()
}

/// Who or whatever refused, under `/api` the refusal is a problem in the agreed form: never a page, never
/// plain text.
pub async fn tell(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(Told(Problem::CodeLocked { until })) = response.extensions().get::<Told>() {
        let seconds = until.since(app.clock.now()).as_millis().div_ceil(1_000);
        if let Ok(seconds) = HeaderValue::from_str(&seconds.to_string()) {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        return response;
    }
    let is_told = response.extensions().get::<Told>().is_some();
    match in_words(response.status()) {
        Some(problem) if !is_told => {
            let mut told = problem.into_response();
            told.headers_mut().extend(kept(response.headers()));
            told
        }
        _ => response,
    }
}

fn in_words(status: StatusCode) -> Option<Problem> {
    match status {
        StatusCode::NOT_FOUND => Some(Problem::not_found("address")),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(body::too_large()),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Problem::UnsupportedMediaType),
        status if status.is_client_error() => {
            Some(Problem::invalid("request", "The request makes no sense."))
        }
        status if status.is_server_error() => Some(Problem::Internal),
        _ => None,
    }
}

/// Of an answer that is told anew only this stays.
fn kept(headers: &HeaderMap) -> impl Iterator<Item = (axum::http::HeaderName, HeaderValue)> {
    let allow = headers.get(axum::http::header::ALLOW).cloned();
    allow.map(|allow| (axum::http::header::ALLOW, allow)).into_iter()
}

/// Nobody waits for ever.
pub async fn hurry(request: Request, next: Next) -> Response {
    if let Ok(response) = tokio::time::timeout(PATIENCE, next.run(request)).await {
        response
    } else {
        tracing::warn!("an answer took longer than {PATIENCE:?}");
        Problem::Unavailable.into_response()
    }
}

/// A body that says that it is too long is refused before it is read; others are counted while they are.
pub async fn refuse_long_bodies(request: Request, next: Next) -> Response {
    let length = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > body::LIMIT_BYTES as u64) {
        return body::too_large().into_response();
    }
    let limited = |body| axum::body::Body::new(http_body_util::Limited::new(body, body::LIMIT_BYTES));
    next.run(request.map(limited)).await
}

/// What changes something is carried out for our own pages and for programs only.
pub async fn refuse_foreign_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = !request.method().is_safe();
    if changes && !origin::may_change(&app.config, request.headers()) {
        return Problem::ForeignOrigin.into_response();
    }
    next.run(request).await
}

/// Finds out who asks and from where, for everybody further in.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let address = client_address(&app, &request);
    let secret = bearer(request.headers()).or_else(|| cookie::read(request.headers()));
    let who = match secret {
        Some(secret) => accounts::who(&app, secret).await,
        None => Ok(None),
    };
    let visitor = match who {
        Ok(actor) => Visitor(actor.map(|actor| crate::server::service::Actor {
            request_id: id_of(&request),
            ..actor
        })),
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(address);
    next.run(request).await
}

/// The token in `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The peer, or behind a trusted proxy whom it names: the last address in the list that is no proxy of
/// ours, because everything before it may be made up.
pub(super) fn client_address(app: &App, request: &Request) -> ClientAddress {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip().to_canonical());
    let Some(peer) = peer else {
        return ClientAddress("unknown".to_owned());
    };
    let is_proxy = |address: &IpAddr| app.config.trusted_proxies.contains(address);
    let forwarded = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok());
    let named: Vec<IpAddr> = forwarded
        .flat_map(|line| line.split(','))
        .filter_map(|address| address.trim().parse().ok())
        .collect();
    let client = if is_proxy(&peer) {
        named.into_iter().rev().find(|address| !is_proxy(address))
    } else {
        None
    };
    ClientAddress(network(client.unwrap_or(peer).to_canonical()))
}

/// An IPv6 customer has a whole network of 2⁶⁴ addresses.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// No person and no address asks more often than any sensible client would.
pub async fn limit_requests(
    State(app): State<App>,
    Extension(address): Extension<ClientAddress>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let who = visitor
        .0
        .map_or(address.0, |actor| format!("user {}", actor.user));
    match app.auth.throttle.take(Limit::Requests, &who) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_one_network_are_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::"));
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let read = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("bearer abc"), Some("abc".to_owned()));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("Bearer"), None);
    }
}
