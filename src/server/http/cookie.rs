//! The session cookie: who wrote it is in the browser, what it means is in the database.

use axum::http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::server::App;

/// Its name.
const NAME: &str = "voltbay_session";

/// Browsers keep the cookie longer than any session lives (400 days is the most they allow): whether it still
/// means anything is the server's business, and a session lives on as long as it is used.
const FOR_EVER_S: u64 = 400 * 24 * 60 * 60;

/// Sets the cookie: no script can read it, no other site's form can send it, and over TLS it never travels
/// in the clear.
pub fn signed_in(app: &App, token: &str) -> Option<HeaderValue> {
    write(app, token, FOR_EVER_S)
}

/// Takes the cookie away.
pub fn signed_out(app: &App) -> Option<HeaderValue> {
    write(app, "", 0)
}

fn write(app: &App, value: &str, seconds: u64) -> Option<HeaderValue> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}

/// The session's secret in a request, if it brought one.
pub fn read(headers: &HeaderMap) -> Option<&str> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| value)
}
