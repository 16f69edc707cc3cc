//! The pages: rendered on the server, then alive in the browser.
//!
//! Owns the routes and what surrounds every page. Talks to `domain` and `protocol`, and to the server only
//! through the server functions in [`calls`] and the sockets in [`live`].

pub mod browser;
pub mod calls;
mod lazy;
pub mod live;
pub mod me;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod shell;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

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
                    <Route path=path!("/stations/:id") view={Lazy::<lazy::StationRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/bookings") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id/receipt") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/inbox") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view={Lazy::<lazy::StationRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/register") view={Lazy::<lazy::StationRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/profile") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/plans") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/plan") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/operator/plans") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/vehicles") view={Lazy::<lazy::MineRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/operator") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/operator/bookings") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/operator/payments") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/operator/staff") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/staff") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/operator/stations/:id/rules") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/staff/stations/:id/close-down") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/staff/stations/:id/shift") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/staff/bays/:id") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/staff/sessions/:id") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/staff/stations/:id") view={Lazy::<lazy::WorkRoute>::new()} ssr=SsrMode::Async />
                </Routes>
            </main>
            <Foot />
            <Toasts />
            <LiveRegions />
        </Router>
    }
}
