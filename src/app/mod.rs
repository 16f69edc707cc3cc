//! The pages: rendered on the server, then alive in the browser.
//!
//! Owns the routes and what surrounds every page. Talks to `domain` and `protocol`, and to the server only
//! through the server functions in [`calls`] and the sockets in [`live`].

pub mod browser;
pub mod calls;
pub mod live;
pub mod me;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod shell;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use me::Me;
use parts::announce::{Announcer, LiveRegions};
use parts::{Foot, Header, PackPatterns, Toasts};

/// The whole application: every page is complete HTML before it is sent.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    live::clock::Clock::provide();
    Announcer::provide();
    Me::provide();
    live::toaster::Toaster::provide();
    live::notices::Notices::provide();
    let title = |page: String| match page.as_str() {
        "" => "Voltbay".to_owned(),
        page => format!("{page} · Voltbay"),
    };
    view! {
        <Title formatter=title />
        <Router>
            <PackPatterns />
            <a class="skip" href="#main" rel="external">
                "Skip to content"
            </a>
            <Header />
            <main id="main" tabindex="-1">
                <Routes fallback=pages::NotFound>
                    <Route path=path!("/") view=pages::Stations ssr=SsrMode::Async />
                    <Route path=path!("/stations") view=pages::Stations ssr=SsrMode::Async />
                    <Route path=path!("/stations/:id") view=pages::Station ssr=SsrMode::Async />
                    <Route path=path!("/bookings") view=pages::Bookings ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id") view=pages::Booking ssr=SsrMode::Async />
                    <Route path=path!("/inbox") view=pages::Inbox ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=pages::SignIn ssr=SsrMode::Async />
                    <Route path=path!("/register") view=pages::Register ssr=SsrMode::Async />
                    <Route path=path!("/profile") view=pages::Profile ssr=SsrMode::Async />
                    <Route path=path!("/staff") view=pages::Staff ssr=SsrMode::Async />
                    <Route path=path!("/staff/stations/:id") view=pages::StationCounter ssr=SsrMode::Async />
                </Routes>
            </main>
            <Foot />
            <Toasts />
            <LiveRegions />
        </Router>
    }
}
