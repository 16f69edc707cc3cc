//! JSON bodies: what is wrong with one is said by field, in words for people.
//!
//! Not JSON at all is 400, JSON that makes no sense is 422, another content type 415, too long 413.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::domain::Problem;

/// No sensible request is longer.
pub const LIMIT_BYTES: usize = 64 * 1024;

/// A JSON body.
pub struct Body<T>(pub T);

/// A JSON body that may also be absent: then everything in it is as if left out.
pub struct BodyOrNone<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::UnsupportedMediaType);
        }
        Ok(Self(parse(&read(request).await?)?))
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for BodyOrNone<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let body = read(request).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        if !is_json {
            return Err(Problem::UnsupportedMediaType);
        }
        Ok(Self(parse(&body)?))
    }
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    use http_body_util::BodyExt;
    match request.into_body().collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if is_too_long(&error) => Err(too_large()),
        Err(_) => Err(Problem::InvalidJson {
            detail: "it broke off before its end.".to_owned(),
        }),
    }
}

/// The refusal of a body beyond [`LIMIT_BYTES`].
pub fn too_large() -> Problem {
    Problem::TooLarge {
        limit_bytes: LIMIT_BYTES as u64,
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// `application/json` or `application/….+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a value, or says which field makes no sense.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        // A field may make no sense in what is no JSON further on, and that goes first.
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body);
        let path = path(error.path());
        is_json.map_or_else(|error| complaint("", &error), |_| complaint(&path, error.inner()))
    })?;
    reader.end().map_err(|error| complaint("", &error))?;
    // To serde a list of the fields' values is as good as an object; to us it is a mistake.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::invalid("body", "Expected an object."));
    }
    refuse_nul(body)?;
    Ok(value)
}

/// `items[0].quantity`
fn path(path: &serde_path_to_error::Path) -> String {
    use std::fmt::Write;
    path.iter().fold(String::new(), |mut text, segment| {
        let dot = if text.is_empty() { "" } else { "." };
        // Writing into a String cannot fail.
        let _ = match segment {
            Segment::Seq { index } => write!(text, "[{index}]"),
            Segment::Map { key } => write!(text, "{dot}{key}"),
            Segment::Enum { variant } => write!(text, "{dot}{variant}"),
            Segment::Unknown => Ok(()),
        };
        text
    })
}

fn complaint(path: &str, error: &serde_json::Error) -> Problem {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if matches!(error.classify(), Category::Syntax | Category::Eof | Category::Io) {
        let detail = format!("{text}{place}.");
        return Problem::InvalidJson { detail };
    }
    let (field, detail) = in_words(path, text);
    Problem::invalid(
        if field.is_empty() {
            "body".to_owned()
        } else {
            field
        },
        detail,
    )
}

/// The field and what is wrong with it, from serde's own sentence.
fn in_words(path: &str, text: &str) -> (String, String) {
    let named = |start: &str| text.strip_prefix(start)?.split('`').next();
    let inside = |name: &str| match path {
        "" => name.to_owned(),
        _ if path.ends_with(name) => path.to_owned(),
        _ => format!("{path}.{name}"),
    };
    if let Some(name) = named("missing field `") {
        return (inside(name), "This field is needed.".to_owned());
    }
    if let Some(name) = named("unknown field `") {
        return (inside(name), "There is no such field.".to_owned());
    }
    if let Some(name) = named("duplicate field `") {
        return (inside(name), "This field occurs twice.".to_owned());
    }
    let expected = text
        .split_once(", expected ")
        .map(|(_, expected)| expected.replace('`', ""));
    let detail = match expected {
        Some(expected) if text.starts_with("invalid type") || text.starts_with("unknown variant") => {
            format!("Expected {expected}.")
        }
        _ => sentence(text),
    };
    (path.to_owned(), detail)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let full_stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{full_stop}", first.unwrap_or_default(), letters.as_str())
}

/// `PostgreSQL` keeps no NUL character in a text, and no sensible text has one.
fn refuse_nul(body: &[u8]) -> Result<(), Problem> {
    let escape = br"\u0000";
    if !body.windows(escape.len()).any(|window| window == escape) {
        return Ok(());
    }
    let value = serde_json::from_slice(body).unwrap_or_default();
    let Some(field) = nul_in(&value, String::new()) else {
        return Ok(());
    };
    Err(Problem::invalid(field, "A text has no NUL character."))
}

fn nul_in(value: &serde_json::Value, path: String) -> Option<String> {
    use serde_json::Value::{Array, Object, String};
    match value {
        String(text) => text.contains('\0').then_some(path),
        Array(values) => {
            let mut values = values.iter().enumerate();
            values.find_map(|(index, value)| nul_in(value, format!("{path}[{index}]")))
        }
        Object(fields) => fields.iter().find_map(|(name, value)| {
            let dot = if path.is_empty() { "" } else { "." };
            nul_in(value, format!("{path}{dot}{name}"))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::rest::{BookIn, LoginIn, StationPatch};

    fn refused<T: DeserializeOwned>(body: &str) -> (u16, String, String) {
        match parse::<T>(body.as_bytes()).err() {
            Some(Problem::Invalid { errors }) => (422, errors[0].field.clone(), errors[0].detail.clone()),
            Some(problem) => (problem.status(), String::new(), problem.to_string()),
            None => (200, String::new(), String::new()),
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for body in [
            "",
            "{",
            "nojson",
            "{\"email\":}",
            "{} x",
            "\"\u{1}\"",
            "{\"email\":\"\\ud800\"}",
        ] {
            let (status, _, detail) = refused::<LoginIn>(body);
            assert_eq!(status, 400, "{body}: {detail}");
        }
        assert!(refused::<LoginIn>("{").2.contains("line 1"));
    }

    #[test]
    fn a_field_that_makes_no_sense_is_named_by_its_path() {
        let cases = [
            (
                r#"{"station_id":1,"items":[{"kind":"swap","quantity":"2"}]}"#,
                "items[0].quantity",
            ),
            (r#"{"station_id":1,"items":[{"kind":"jump"}]}"#, "items[0].kind"),
            (
                r#"{"station_id":1,"items":[{"kind":"swap","price":1}]}"#,
                "items[0].price",
            ),
            (r#"{"station_id":1,"items":[{}]}"#, "items[0].kind"),
            (r#"{"station_id":1.5,"items":[]}"#, "station_id"),
            (r#"{"items":[]}"#, "station_id"),
            (r#"{"station_id":1,"items":[],"total_amount":0}"#, "total_amount"),
            (r#"{"station_id":1,"items":[],"pickup_at":"soon"}"#, "pickup_at"),
            (r#"{"station_id":1,"items":[],"vehicle":"a\u0000b"}"#, "vehicle"),
            ("[]", "body"),
            ("null", "body"),
        ];
        for (body, field) in cases {
            let (status, found, detail) = refused::<BookIn>(body);
            assert_eq!((status, found.as_str()), (422, field), "{body}: {detail}");
            assert!(detail.ends_with('.') && !detail.contains("line"), "{detail}");
        }
    }

    #[test]
    fn a_word_out_of_a_list_is_answered_with_the_list() {
        let (_, field, detail) = refused::<StationPatch>(r#"{"status":"open"}"#);
        assert_eq!(field, "status");
        assert!(detail.contains("maintenance"), "{detail}");
    }
}
