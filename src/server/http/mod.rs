//! Lets requests in: routes and what happens to every request before and after its handler. Knows nothing
//! of SQL and holds no rule of the business: a handler calls one use case.

pub mod assets;
pub mod cookie;
pub mod pages;
pub mod serve;

use axum::Router;

use crate::server::App;

/// Everything that is answered.
pub fn router(app: &App) -> Router {
    Router::new().merge(assets::router(app)).merge(pages::router(app))
}
