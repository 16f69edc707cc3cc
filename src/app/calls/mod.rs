//! Server functions: what the pages ask the server for. Each takes what it needs from the request's
//! context and calls one use case; none contains rules. The only room of `app` that knows the server.

pub mod auth;
pub mod bay_places;
pub mod book;
pub mod bookings;
pub mod cash;
pub mod closing;
pub mod codec;
pub mod floor;
pub mod notifications;
pub mod operators;
pub mod packs;
pub mod pickup;
pub mod plans;
pub mod reviews;
pub mod rules;
pub mod scan;
pub mod shift;
pub mod staff;
pub mod stations;
pub mod steps;
pub mod takings;
pub mod tasks;
pub mod vehicles;
pub mod visitor;
pub mod waitlist;

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::domain::Problem;

impl FromServerFnError for Problem {
    type Encoder = codec::JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                Self::invalid("form", detail)
            }
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

#[cfg(feature = "ssr")]
pub use request::{actor, address, app, plain_form, see_other, set_cookie, set_status, told, visitor};

/// The status of the answer is the server's business; a page in the browser has none.
#[cfg(not(feature = "ssr"))]
pub fn set_status(_status: u16) {}

/// What a server function finds in the context of its request.
#[cfg(feature = "ssr")]
mod request {
    use axum::http::header::{ACCEPT, COOKIE, HeaderValue, SET_COOKIE};
    use axum::http::request::Parts;
    use axum::http::{Method, StatusCode};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use crate::domain::Problem;
    use crate::server::App;
    use crate::server::service::{Actor, ClientAddress, Visitor};

    /// The running application.
    pub fn app() -> Result<App, Problem> {
        use_context().ok_or(Problem::Internal)
    }

    /// Who asks, signed in or not.
    pub fn visitor() -> Option<Actor> {
        use_context::<Visitor>().and_then(|visitor| visitor.0)
    }

    /// Who asks; signed in.
    pub fn actor() -> Result<Actor, Problem> {
        visitor().ok_or_else(|| told(Problem::Unauthenticated))
    }

    /// The request is a `<form>` sent by the browser itself, not by our WASM.
    pub fn plain_form() -> bool {
        let posted = use_context::<Parts>().is_some_and(|parts| parts.method == Method::POST);
        posted && header(ACCEPT).is_some_and(|accept| accept.contains("text/html"))
    }

    /// The problem, told with its HTTP status: that of the page, or of the answer to our WASM. A plain form
    /// is sent back to its page instead.
    pub fn told(problem: Problem) -> Problem {
        if !plain_form() {
            set_status(problem.status());
        }
        problem
    }

    /// Sends the browser on to another page of ours.
    pub fn see_other(path: &str) {
        leptos_axum::redirect(path);
    }

    /// From where the request came, as far as attempts are counted.
    pub fn address() -> String {
        use_context::<ClientAddress>()
            .map(|address| address.0)
            .unwrap_or_default()
    }

    /// Lets the answer set a cookie.
    pub fn set_cookie(cookie: Option<HeaderValue>) {
        if let (Some(cookie), Some(answer)) = (cookie, use_context::<ResponseOptions>()) {
            answer.append_header(SET_COOKIE, cookie);
        }
    }

    /// Gives the answer the HTTP status of what it says.
    pub fn set_status(status: u16) {
        let status = StatusCode::from_u16(status).ok();
        if let (Some(status), Some(answer)) = (status, use_context::<ResponseOptions>()) {
            answer.set_status(status);
        }
    }

    /// The value of one cookie of the request.
    pub fn cookie(name: &str) -> Option<String> {
        let cookies = header(COOKIE)?;
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    fn header(name: axum::http::HeaderName) -> Option<String> {
        let parts = use_context::<Parts>()?;
        Some(parts.headers.get(name)?.to_str().ok()?.to_owned())
    }
}

/// The value of one cookie of the request that is being answered.
#[cfg(feature = "ssr")]
pub use request::cookie;
