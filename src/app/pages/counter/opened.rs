//! What is open beside the lists: a booking, a slot, or a pack that is to be put in.

use leptos::either::{Either, EitherOf3, EitherOf4};
use leptos::prelude::*;

use super::add::AddPack;
use super::booking::BookingPanel;
use super::pack::PackPanel;
use super::state::{Counter, Open};
use crate::app::live::store::SlotSignal;
use crate::app::parts::{Icon, Shape};
use crate::domain::SlotNumber;

/// The panel that the address opens.
#[component]
pub fn Opened(counter: Counter, open: Memo<Open>) -> impl IntoView {
    view! {
        <section class="panel" id="open" tabindex="-1" aria-labelledby="open-h">
            {move || match open.get() {
                Open::Nothing => EitherOf4::A(view! { <Nothing /> }),
                Open::Slot(number) => EitherOf4::B(view! { <SlotPanel counter number /> }),
                Open::Add => EitherOf4::C(view! { <AddPack counter /> }),
                Open::Booking(id) => EitherOf4::D(view! { <BookingPanel counter id /> }),
            }}
        </section>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="panel-body stack-s">
            <h2 id="open-h">"Ready for the next customer"</h2>
            <p class="soft">"Scan a code, or open a booking or a slot."</p>
        </div>
    }
}

/// Heading of the panel, and the way to close it.
#[component]
pub fn PanelHead(
    counter: Counter,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="open-head">
            <div>
                <h2 id="open-h">{title}</h2>
                <span class="label">{label}</span>
            </div>
            <a
                class="btn btn-quiet btn-icon"
                href=Open::Nothing.address(counter.station)
                aria-label="Close"
                data-noscroll
            >
                <Icon name="close" />
            </a>
        </div>
    }
}

#[component]
fn SlotPanel(counter: Counter, number: SlotNumber) -> impl IntoView {
    let is_it = |slot: &&SlotSignal| slot.cell.with_untracked(|cell| cell.number) == number;
    let found = counter
        .store
        .slots
        .with(|slots| slots.iter().find(is_it).cloned());
    let Some(slot) = found else {
        let label = format!("The station has no slot {}.", number.label());
        return Either::Left(view! { <Missing counter label /> });
    };
    let cell = RwSignal::from(slot.cell);
    let pack = Memo::new(move |_| cell.with(|cell| cell.pack.as_ref().map(|pack| pack.id)));
    let is_broken = Memo::new(move |_| cell.with(|cell| cell.pack.is_none() && cell.shape == Shape::Fault));
    Either::Right(move || match (pack.get(), is_broken.get()) {
        (Some(id), _) => EitherOf3::A(view! { <PackPanel counter id cell /> }),
        (None, true) => {
            let label = format!("Slot {} is out of service.", number.label());
            EitherOf3::B(view! { <Missing counter label /> })
        }
        (None, false) => EitherOf3::C(view! { <AddPack counter into=number /> }),
    })
}

/// There is nothing to do here.
#[component]
pub fn Missing(counter: Counter, label: String) -> impl IntoView {
    view! {
        <PanelHead counter title="Nothing here".to_owned() label />
    }
}
