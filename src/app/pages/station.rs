//! One station: what it can hand out, slot by slot and live, and the form that holds packs.

mod basket;
mod book;
mod extras;
mod head;
mod instead;
mod lines;
mod nearby;
mod pay;
mod reviews;
mod vehicle;
mod wait;
mod when;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::NotFound;
use crate::app::calls::stations::{StationPage, see_station};
use crate::app::live::clock::Clock;
use crate::app::live::store::{SlotSignal, StationStore};
use crate::app::live::{Bookmark, Line};
use crate::app::parts::note::Tone;
use crate::app::parts::{Icon, KeyToShapes, LiveBar, Note, Shape, SlotGrid, StaleNote};
use crate::domain::{Problem, StationId};
use crate::protocol::{ServerMessage, Topic};
use basket::Basket;
use book::{ActionBar, BookPanel};
use head::Head;
use reviews::Reviews;
pub use reviews::rated;

/// The station of the address.
#[component]
pub fn Station() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let page = Resource::new_blocking(
        move || id.get(),
        move |id| {
            let asked = |name: &str| query.with_untracked(|query| query.get(name));
            let day = asked("day").or_else(|| asked("order[day]"));
            see_station(id, asked("near"), asked("reviews"), day)
        },
    );
    let clock = Clock::get();
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Ok(page) => {
                    clock.learn_once(page.as_of);
                    EitherOf3::A(view! { <Found page /> })
                }
                Err(Problem::NotFound { .. }) => EitherOf3::B(view! { <NotFound /> }),
                Err(problem) => EitherOf3::C(view! { <Failed problem /> }),
            }
        })
    };
    view! { <Suspense fallback=Skeleton>{body}</Suspense> }
}

#[component]
fn Found(page: StationPage) -> impl IntoView {
    let StationPage {
        station,
        packs,
        nearby,
        reviews,
        ..
    } = page.clone();
    let (id, offset) = (station.id, station.utc_offset_minutes);
    let store = StationStore::new(&station, &packs);
    let bookmark = Bookmark::At(station.epoch.clone(), station.seq);
    let line = Line::open(Topic::Station(id), bookmark, page.as_of, move |_, frame| {
        store.take(&ServerMessage::read(frame)?);
        Ok(())
    });
    let basket = Basket::new(&page, store);
    let title = station.name.clone();
    let rating = (station.rating_average, station.rating_count);
    let open = Memo::new(move |_| {
        store
            .inventory
            .with(|inventory| inventory.status.takes_bookings())
    });
    let offer = Callback::new(move |slot| view! { <Pick at=slot station=id open basket /> }.into_any());
    view! {
        <Title text=title />
        <div class="wrap">
            <a class="crumb" href="/">
                <Icon name="back" />
                "All stations"
            </a>
            <div class="duo">
                <div class="stack">
                    <Head station store distance_m=page.distance_m />
                    <section class="stack" aria-labelledby="slots-h">
                        <div class="live-bar">
                            <h2 id="slots-h">"Slots"</h2>
                            <LiveBar
                                line
                                pause=store.pause
                                toggle=Callback::new(move |()| store.toggle_pause())
                                offset
                            />
                        </div>
                        <StaleNote line offset />
                        <SlotGrid slots=store.slots offset offer />
                        <KeyToShapes />
                    </section>
                    <Reviews station=id rating reviews offset />
                </div>
                <BookPanel basket store nearby offset />
            </div>
        </div>
        <ActionBar basket store offset />
    }
}

/// Chooses the very pack of a slot, as long as it can be taken.
#[component]
fn Pick(at: SlotSignal, station: StationId, open: Memo<bool>, basket: Basket) -> impl IntoView {
    let number = at.cell.with_untracked(|cell| cell.number.label());
    let cell = at.cell;
    let pack = Memo::new(move |_| {
        cell.with(|cell| {
            cell.pack
                .as_ref()
                .filter(|_| cell.shape == Shape::Ready)
                .map(|pack| pack.id)
        })
    });
    move || {
        let pack = pack.get().filter(|_| open.get())?;
        let number = number.clone();
        let chosen = basket.pack.get() == Some(pack);
        Some(if chosen {
            let href = format!("/stations/{station}#book-h");
            Either::Left(view! {
                <a class="slot-pick" href=href aria-current="true">
                    "Chosen, undo"
                    <span class="sr">" slot " {number}</span>
                </a>
            })
        } else {
            let href = format!("/stations/{station}?pack={pack}#book-h");
            Either::Right(view! {
                <a class="slot-pick" href=href>
                    "Hold this one"
                    <span class="sr">", slot " {number}</span>
                </a>
            })
        })
    }
}

/// The final shape, empty, for whoever comes from another page and waits.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="wrap skeleton" aria-busy="true">
            <p class="sr">"Loading the station"</p>
            <div class="skeleton-line"></div>
            <div class="skeleton-box"></div>
        </div>
    }
}

#[component]
fn Failed(problem: Problem) -> impl IntoView {
    view! {
        <Title text="Station" />
        <div class="wrap stack">
            <Note tone=Tone::Danger title=problem.to_string()>
                <a href="/">"Show all stations"</a>
            </Note>
        </div>
    }
}
