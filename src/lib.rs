//! Voltbay, a live battery-swap network.
//!
//! One crate, built twice: with the feature `ssr` it is the server, with `hydrate` the WASM client.
//!
//! - [`domain`] is the business, pure: bookings, packs, stations and what may happen to them.
//! - [`protocol`] is what crosses a wire: socket frames and HTTP bodies.
//! - [`app`] are the pages, rendered on the server and then alive in the browser.
//! - `server` is everything that exists only on the server: database, use cases, live topics, HTTP.
//!
//! ARCHITECTURE.md draws the picture and follows one booking through the code.

pub mod app;
pub mod domain;
pub mod protocol;
#[cfg(feature = "ssr")]
pub mod server;

/// Brings the server-rendered page to life in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}

/// Room for the splitter of pages. It moves every constant into the file that uses it, and where they end up
/// longer than they were (each is aligned anew) it gives up and leaves them all in the first file: a quarter
/// more to load. Nothing refers to this one, so it goes nowhere and its room is left to the others.
#[cfg(feature = "hydrate")]
#[used]
static ROOM: [u8; 4096] = [1; 4096];
