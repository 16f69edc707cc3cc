//! Writes a [`Problem`] as RFC 9457: one shape for every refusal, whatever refused.

use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value};

use crate::domain::Problem;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
/// A client that came at a bad moment may come back after so many seconds.
const BUSY_FOR_S: u64 = 1;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Value::Object(body(&self)).to_string();
        let mut response = (status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        if let Some(seconds) = retry_after_s(&self) {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Told(self));
        response
    }
}

/// Rides on the response, so that the layers around know that it was told as it should be, and what.
#[derive(Clone, Debug)]
pub struct Told(pub Problem);

/// The members of the answer: the five that every problem has, then those of this one.
fn body(problem: &Problem) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("type".into(), type_of(problem.code()).into());
    body.insert("title".into(), problem.title().into());
    body.insert("status".into(), problem.status().into());
    body.insert("code".into(), problem.code().into());
    body.insert("detail".into(), problem.to_string().into());
    if let Ok(Value::Object(members)) = serde_json::to_value(problem) {
        for (name, value) in members {
            body.entry(name).or_insert(value);
        }
    }
    body
}

/// `battery_unavailable` is explained under `/problems/battery-unavailable`.
fn type_of(code: &str) -> String {
    format!("/problems/{}", code.replace('_', "-"))
}

fn retry_after_s(problem: &Problem) -> Option<u64> {
    match problem {
        Problem::TooManyRequests { retry_after_s } => Some(*retry_after_s),
        Problem::Unavailable => Some(BUSY_FOR_S),
        _ => None,
    }
}
