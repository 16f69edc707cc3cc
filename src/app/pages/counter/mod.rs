//! The counter of one station, for its staff: what to hand over, whom to, and what stands in the slots.
//! Server-rendered; every control is a link or a form and works before WASM arrives; live after.

mod add;
mod bays;
mod booking;
mod booking_end;
mod booking_steps;
mod cash;
mod density;
mod hands;
mod head;
mod history;
mod opened;
mod pack;
mod pack_actions;
mod planned;
mod queue;
mod scan;
mod services;
mod shelf;
mod state;
mod tasks;
mod waitlist;

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::app::browser;
use crate::app::calls::staff::{CounterPage, see_counter};
use crate::app::live::clock::Clock;
use crate::app::parts::StaleNote;
use crate::app::parts::refusal::Refusal;
use bays::Bays;
pub use booking::packs_and_slots;
use head::CounterHead;
use opened::Opened;
use queue::QueueColumn;
use scan::Scan;
use shelf::Shelf;
use state::{Counter, Open};
use tasks::{Alarms, Duty, Tasks, Tiles};

/// The counter of the station of the address.
#[component]
pub fn StationCounter() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let query = use_query_map();
    let open = move || match query.with_untracked(Open::of) {
        Open::Booking(booking) => Some(booking),
        _ => None,
    };
    let page = Resource::new_blocking(move || id.get(), move |id| see_counter(id, Vec::new(), open()));
    let clock = Clock::get();
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Ok(page) => {
                    clock.learn_once(page.as_of);
                    Either::Left(view! { <Desk page /> })
                }
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn Desk(page: CounterPage) -> impl IntoView {
    let station = page.station.clone();
    let (bays, as_of) = (page.bays.clone(), page.as_of);
    let title = format!("Counter · {}", station.name);
    let counter = Counter::new(page);
    let query = use_query_map();
    let open = Memo::new(move |_| query.with(Open::of));
    let density = density::chosen();
    keep_focus(open, counter);
    view! {
        <Title text=title />
        <Alarms counter />
        <div class="desk">
            <CounterHead station counter />
            <Tiles counter />
            <StaleNote line=counter.line offset=counter.offset />
            <div class="board" data-density=density>
                <div class="board-desk stack">
                    <Scan counter open />
                    <Opened counter open />
                    <Tasks counter density />
                </div>
                <QueueColumn counter open />
                <div class="board-bays stack">
                    <Bays bays as_of />
                    <Duty counter />
                </div>
                <Shelf counter open />
            </div>
        </div>
    }
}

/// Whoever opens something goes on there: at the next control, or at its heading.
fn keep_focus(open: Memo<Open>, counter: Counter) {
    Effect::new(move |before: Option<Open>| {
        let now = open.get();
        if before.is_none_or(|before| before == now) {
            return now;
        }
        let target = match now {
            Open::Nothing => "typed",
            Open::Add => "serial",
            Open::Booking(id) if counter.proof_of(id).is_some() => "hand-over",
            Open::Booking(_) | Open::Slot(_) => "open",
        };
        browser::after(0, move || browser::focus(target)).forget();
        now
    });
}
