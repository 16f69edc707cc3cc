//! Server functions: what the pages ask the server for. Each takes what it needs from the request's
//! context and calls one use case; none contains rules. The only room of `app` that knows the server.

pub mod book;
pub mod stations;
pub mod visitor;

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::domain::Problem;

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

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
pub use request::{actor, app, plain_form, see_other, told, visitor};

/// What a server function finds in the context of its request.
#[cfg(feature = "ssr")]
mod request {
    use axum::http::header::{ACCEPT, COOKIE};
    use axum::http::request::Parts;
    use axum::http::{Method, StatusCode};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use crate::domain::Problem;
    use crate::server::App;
    use crate::server::service::{Actor, Visitor};

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
        visitor().ok_or(Problem::Unauthenticated)
    }

    /// The request is a `<form>` sent by the browser itself, not by our WASM.
    pub fn plain_form() -> bool {
        let posted = use_context::<Parts>().is_some_and(|parts| parts.method == Method::POST);
        posted && header(ACCEPT).is_some_and(|accept| accept.contains("text/html"))
    }

    /// The problem, told with its HTTP status: that of the page, or of the answer to our WASM. A plain form
    /// is sent back to its page instead.
    pub fn told(problem: Problem) -> Problem {
        let status = StatusCode::from_u16(problem.status());
        if let (Some(response), Ok(status), false) = (use_context::<ResponseOptions>(), status, plain_form())
        {
            response.set_status(status);
        }
        problem
    }

    /// Sends the browser on to another page of ours.
    pub fn see_other(path: &str) {
        leptos_axum::redirect(path);
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
