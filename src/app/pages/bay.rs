//! One bay: what its QR code opens. Who is there, and the one next thing to do.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::app::calls::floor::{BayPage, see_bay};
use crate::app::live::clock::Clock;
use crate::app::live::floor::follow_bay;
use crate::app::parts::bay::BayCard;
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{Icon, LiveChip, StaleNote};

/// The page of one bay.
#[component]
pub fn Bay() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let page = Resource::new_blocking(move || id.get(), see_bay);
    let clock = Clock::get();
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Ok(page) => {
                    clock.learn_once(page.as_of);
                    Either::Left(view! { <Sheet page /> })
                }
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn Sheet(page: BayPage) -> impl IntoView {
    let (number, station) = (page.bay.number, page.bay.station_id);
    let bay = RwSignal::new(page.bay);
    let line = follow_bay(bay, page.as_of);
    view! {
        <Title text=format!("Bay {number}") />
        <div class="wrap stack">
            <div class="split">
                <a class="crumb" href=format!("/staff/stations/{station}")>
                    <Icon name="back" />
                    "Counter"
                </a>
                <LiveChip line offset=0 />
            </div>
            <StaleNote line offset=0 advice="Load the page again before you go on." />
            <h1>"Bay " {number}</h1>
            <BayCard bay />
        </div>
    }
}
