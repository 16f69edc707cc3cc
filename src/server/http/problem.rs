//! Writes a [`Problem`] as RFC 9457: one shape for every refusal, whatever refused.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
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
        if response.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
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

/// `/problems/{name}` explains each problem to people.
pub fn router() -> axum::Router {
    axum::Router::new().route("/problems/{name}", axum::routing::get(explain))
}

async fn explain(axum::extract::Path(name): axum::extract::Path<String>) -> Response {
    let code = name.replace('-', "_");
    let Some((_, meaning)) = MEANINGS.iter().find(|(known, _)| *known == code) else {
        return Problem::not_found("problem").into_response();
    };
    let stylesheet = super::assets::stylesheet();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{code} · Voltbay</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{stylesheet}\"></head>\
         <body><main id=\"main\"><h1><code>{code}</code></h1><p>{meaning}</p><p><a href=\"/\">Voltbay</a></p></main></body></html>"
    );
    let policy = HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'");
    (
        [(axum::http::header::CONTENT_SECURITY_POLICY, policy)],
        Html(page),
    )
        .into_response()
}

/// What each problem means, beyond the one case in which somebody met it.
const MEANINGS: &[(&str, &str)] = &[
    (
        "invalid_json",
        "The body of the request is not JSON. The detail says where it stops being JSON.",
    ),
    (
        "invalid",
        "Some fields of the request make no sense. `errors` names each with what is wrong and how to mend it. Nothing was changed.",
    ),
    (
        "unsupported_media_type",
        "The body came under another content type. Send it as application/json.",
    ),
    (
        "too_large",
        "The body is larger than any sensible request. `limit_bytes` is the limit.",
    ),
    (
        "method_not_allowed",
        "The address exists, but it does not answer this method. `Allow` lists those that it does.",
    ),
    (
        "upgrade_required",
        "The address is that of a WebSocket, and the request did not ask for an upgrade of the connection.",
    ),
    (
        "not_found",
        "There is no such thing, or none that you may know of.",
    ),
    (
        "unauthenticated",
        "Nobody is signed in, or the session has ended. Sign in and send the request again.",
    ),
    (
        "invalid_credentials",
        "E-mail address and password do not belong together.",
    ),
    (
        "account_deactivated",
        "The account was switched off. Its operator can switch it on again.",
    ),
    (
        "forbidden",
        "You are signed in, but this is for somebody else to do. The detail says for whom.",
    ),
    (
        "foreign_origin",
        "The request was made by a page of another site and was not carried out.",
    ),
    (
        "too_many_requests",
        "Too many requests or attempts. `retry_after_s` and the header Retry-After say when to come back.",
    ),
    (
        "email_taken",
        "There is an account with this e-mail address already. Sign in to it.",
    ),
    (
        "battery_unavailable",
        "The station has not enough charged batteries of what was asked for. `alternatives` lists stations nearby that have.",
    ),
    (
        "station_closed",
        "The station takes no bookings for now. `alternatives` lists stations nearby that do.",
    ),
    (
        "duplicate_booking",
        "The vehicle has an active booking already: `booking_id`.",
    ),
    (
        "illegal_transition",
        "The booking is in a state in which this is not possible. `allowed` lists what is.",
    ),
    (
        "choice_missing",
        "The station has live bookings (`booking_ids`) that the request says nothing about, because they came in since the list was read. Nothing was changed; read `GET /stations/{id}/live-bookings` again.",
    ),
    (
        "already_collected",
        "The batteries of this booking were handed over before. Nothing was changed.",
    ),
    (
        "renewal_refused",
        "The deadline was not moved and is still `deadline`, at the station's clock. `why` says why.",
    ),
    (
        "service_busy",
        "The service, or the booking it belongs to, is in a state in which this is not possible. The detail says why.",
    ),
    (
        "task_busy",
        "Somebody else has this task (`by`), or it is in a state in which this is not possible. The detail says why.",
    ),
    (
        "service_full",
        "The half hour that begins at `slot_time` has no place left for this service.",
    ),
    (
        "bay_busy",
        "The bay is in a state in which this is not possible. The detail says why.",
    ),
    (
        "session_busy",
        "The swap is at a step at which this is not possible. The detail says why.",
    ),
    (
        "pickup_full",
        "The half hour that begins at `slot_time` has no room for so many packs. `GET /stations/{id}/pickup-slots` lists those that have.",
    ),
    (
        "payment_busy",
        "The payment is in a state in which this is not possible. The detail says why.",
    ),
    (
        "prepayment_required",
        "This booking is to be paid before it is confirmed, because the station wants it or because you did not come to others. Send it again with another `payment_method`.",
    ),
    (
        "payment_due",
        "Nothing is handed over before it is paid: `amount` of payment `payment_id` is due.",
    ),
    ("too_late", "The time in which this was possible has passed."),
    (
        "wrong_code",
        "Code or PIN do not belong to this booking. After `tries_left` more nobody may try for a while.",
    ),
    (
        "code_locked",
        "Too many wrong codes were tried. The next try is possible at `until`.",
    ),
    ("slot_taken", "Another battery stands in this slot."),
    (
        "no_free_slot",
        "Every slot of the station is taken. Take a battery out first.",
    ),
    ("serial_taken", "Another battery has this serial number."),
    (
        "vehicle_taken",
        "You have a vehicle with this registration already. Change that one.",
    ),
    (
        "vehicle_type_taken",
        "The catalogue has a vehicle type of this maker and name already. Change that one.",
    ),
    (
        "already_reviewed",
        "A booking has one review. Change or delete the one there is.",
    ),
    (
        "battery_busy",
        "The battery is in a state in which this is not possible. The detail says why.",
    ),
    (
        "subscription_limit_exceeded",
        "No plan pays for this booking. `reason` says why: no_subscription, not_active, other_operator, or monthly_limit with `limit`, what is `left` and when the next month begins (`renews_at`). Nothing was changed.",
    ),
    (
        "already_subscribed",
        "There is a plan with this operator already, until `until`. Change that one, or wait for its end.",
    ),
    (
        "idempotency_mismatch",
        "The Idempotency-Key was used for another request. Repeat a request with the same body, or use a new key.",
    ),
    (
        "unavailable",
        "The server is busy or stopping. The same request may succeed in a moment; with an Idempotency-Key it has one effect however often it is sent.",
    ),
    (
        "internal",
        "A mistake of ours. It was logged under the number in the header x-request-id.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_explained_and_nothing_else_is() {
        let complaint = serde_json::from_str::<Problem>(r#"{"code":"?"}"#)
            .unwrap_err()
            .to_string();
        let mut known: Vec<&str> = complaint
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| *word != "?")
            .collect();
        let mut explained: Vec<&str> = MEANINGS.iter().map(|(code, _)| *code).collect();
        known.sort_unstable();
        explained.sort_unstable();
        assert_eq!(known, explained);
    }

    #[test]
    fn a_problem_is_written_as_agreed() {
        let problem = Problem::TooManyRequests { retry_after_s: 7 };
        let expected = serde_json::json!({
            "type": "/problems/too-many-requests",
            "title": "Too many attempts",
            "status": 429,
            "code": "too_many_requests",
            "detail": "Too many attempts. Try again in 7 seconds.",
            "retry_after_s": 7,
        });
        assert_eq!(Value::Object(body(&problem)), expected);
        let response = problem.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[RETRY_AFTER], "7");
    }
}
