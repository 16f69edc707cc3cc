//! Files: the built pages' script and style sheet under `/pkg`, and what `public/` holds.
//!
//! The names in `/pkg` carry a hash of their content, so browsers keep them for a year and never ask again.
//! Everything else is asked for again after some minutes and usually answered with 304.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower_http::services::ServeDir;

use crate::server::App;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// A file that runs by itself, like a worker, may load what a page may.
const OWN_FILES: &str = "default-src 'self'; frame-ancestors 'none'";
const SOME_MINUTES: &str = "public, max-age=300";
/// What cargo-leptos writes the names of hashed files to, beside the program.
pub const HASH_FILE: &str = "hash.txt";

/// The folder with the built site: as set, or where the build puts it, seen from the program or from the
/// working folder.
pub fn site(app: &App) -> PathBuf {
    if let Some(site) = &app.config.site {
        return site.clone();
    }
    let beside_the_program = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.parent()?.join("site")))
        .filter(|site| site.is_dir());
    beside_the_program.unwrap_or_else(|| PathBuf::from("target/site"))
}

/// Whether the names under `/pkg` carry hashes.
pub fn is_hashed() -> bool {
    let program = std::env::current_exe().ok();
    let hashes = program
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join(HASH_FILE));
    hashes.is_some_and(|file| file.is_file())
}

/// Where the pages' style sheet is.
pub fn stylesheet() -> String {
    let program = std::env::current_exe().ok();
    let hashes = program
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join(HASH_FILE));
    let hashes = hashes
        .and_then(|file| std::fs::read_to_string(file).ok())
        .unwrap_or_default();
    let hash = hashes.lines().find_map(|line| line.strip_prefix("css:"));
    hash.map_or_else(
        || "/pkg/voltbay.css".to_owned(),
        |hash| format!("/pkg/voltbay.{}.css", hash.trim()),
    )
}

/// `/pkg` and the files of `public/` at their places.
pub fn router(app: &App) -> Router {
    let site = site(app);
    let files = |folder| ServeDir::new(folder).precompressed_br().precompressed_gzip();
    let how_long = if is_hashed() { FOR_EVER } else { ASK_AGAIN };
    let pkg = Router::new().nest_service("/pkg", files(site.join("pkg")));
    let public = public_files(&site)
        .into_iter()
        .fold(Router::new(), |router, file| {
            router.route_service(&format!("/{file}"), files(site.clone()))
        });
    pkg.layer(from_fn_with_state(how_long, keep))
        .merge(public.layer(from_fn_with_state(SOME_MINUTES, keep)))
}

/// Says how long a file may be kept; that there is none is not to be kept at all.
async fn keep(State(how_long): State<&'static str>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_file = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let how_long = if is_file { how_long } else { "no-store" };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(how_long));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(OWN_FILES));
    response
}

/// The names of the files directly in the site's folder, as they were at the start.
fn public_files(site: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(site) else {
        tracing::warn!(
            "{} is missing: the pages have no style sheet and no script",
            site.display()
        );
        return Vec::new();
    };
    let files = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    names
        .filter(|name| !is_compressed_copy(name) && !name.contains(['{', '}']))
        .collect()
}

fn is_compressed_copy(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(std::ffi::OsStr::to_str);
    matches!(extension, Some("br" | "gz"))
}
