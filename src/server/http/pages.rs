//! Puts the pages of `app` on the router: the one file that names the Leptos integration's routes, and the
//! one that decides what a page finds in its context.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use leptos::config::{Env, LeptosOptions};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions_and_ssg_and_context,
    render_app_async_with_context,
};

use super::assets;
use crate::app::{App as Pages, shell::shell};
use crate::server::App;
use crate::server::service::{ClientAddress, Visitor};

/// What the Leptos integration wants to carry.
#[derive(Clone)]
struct Site {
    app: App,
    options: LeptosOptions,
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.options.clone()
    }
}

/// Every page, every server function, and the page that says that there is no such page.
pub fn router(app: &App) -> Router {
    let site = Site {
        app: app.clone(),
        options: options(app),
    };
    let context = {
        let app = site.app.clone();
        move || provide(&app)
    };
    let document = {
        let options = site.options.clone();
        move || shell(options.clone())
    };
    let lost = lost(context.clone(), document.clone());
    Router::new()
        .leptos_routes_with_context(&site, routes(context.clone()), context, document)
        .fallback(lost)
        .with_state(site)
}

/// The addresses of all pages. Leptos finds them by making the pages with a switch on that keeps their data from
/// ever coming, for the whole process: done a second time, it would hang what another server in it answers.
fn routes(context: impl Fn() + Clone + Send + 'static) -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES
        .get_or_init(|| generate_route_list_with_exclusions_and_ssg_and_context(Pages, None, context).0)
        .clone()
}

/// Renders the page for an address that does not exist, with the status that says so.
fn lost<V: leptos::IntoView + 'static>(
    context: impl Fn() + Clone + Send + Sync + 'static,
    document: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> impl Fn(Request) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static
{
    move |request| {
        let page = render_app_async_with_context(context.clone(), document.clone())(request);
        Box::pin(async move {
            let mut response = page.await.into_response();
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        })
    }
}

/// What pages and server functions find: the application, who looks and from where.
fn provide(app: &App) {
    provide_context(app.clone());
    if let Some(parts) = use_context::<Parts>() {
        provide_context(parts.extensions.get::<Visitor>().cloned().unwrap_or_default());
        if let Some(address) = parts.extensions.get::<ClientAddress>() {
            provide_context(address.clone());
        }
    }
    if let (Some(options), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce())
        && let Ok(policy) = HeaderValue::from_str(&policy(&nonce.to_string()))
    {
        options.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Only our own files, and inline scripts only with this answer's nonce. Leptos compiles WASM and needs
/// nothing else.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; \
         style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The integration's own settings, made from ours: the program needs no `LEPTOS_…` variable. Under
/// `cargo leptos watch` the port of its reloader comes from one.
fn options(app: &App) -> LeptosOptions {
    let watched = std::env::var_os("LEPTOS_WATCH").is_some();
    let reload_port = std::env::var("LEPTOS_RELOAD_PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    LeptosOptions::builder()
        .output_name("voltbay")
        .site_root(assets::site(app).to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .env(if watched { Env::DEV } else { Env::PROD })
        .site_addr(app.config.addr)
        .reload_port(reload_port.unwrap_or(3_001))
        .hash_file(std::sync::Arc::from(assets::HASH_FILE))
        .hash_files(assets::is_hashed())
        .build()
}
