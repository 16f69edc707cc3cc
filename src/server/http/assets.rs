//! Files: the built pages' script and style sheet under `/pkg`, and what `public/` holds.
//!
//! The names in `/pkg` carry a hash of their content, so browsers keep them for a year and never ask again.
//! Everything else is asked for again after some minutes and usually answered with 304.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::server::App;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
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
    let caching =
        |value| SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static(value));
    let pkg = ServeDir::new(site.join("pkg"))
        .precompressed_br()
        .precompressed_gzip();
    let pkg =
        Router::new()
            .fallback_service(pkg)
            .layer(caching(if is_hashed() { FOR_EVER } else { ASK_AGAIN }));
    let mut router = Router::new().nest_service("/pkg", pkg);
    for file in public_files(&site) {
        let files = ServeDir::new(&site).precompressed_br().precompressed_gzip();
        let service = tower::ServiceBuilder::new()
            .layer(caching(SOME_MINUTES))
            .service(files);
        router = router.route_service(&format!("/{file}"), service);
    }
    router
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
