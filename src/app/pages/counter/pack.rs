//! The pack in a slot, as staff see it.

use leptos::either::Either;
use leptos::prelude::*;

use super::opened::PanelHead;
use super::pack_actions::PackActions;
use super::state::{Counter, Open};
use crate::app::live::store::Cell;
use crate::app::parts::{ClockTime, Pack, Shape};
use crate::domain::{BatteryId, BatteryState, Percent};
use crate::protocol::rest::BatteryOut;

/// The state of a pack in the words of the counter.
pub fn state_word(pack: &BatteryOut) -> &'static str {
    match pack.state {
        BatteryState::Available | BatteryState::Charging if pack.held => "Held",
        BatteryState::Available => "Ready",
        BatteryState::Charging => "Charging",
        BatteryState::Returned => "To check",
        BatteryState::Quarantined => "Quarantined",
        BatteryState::Maintenance => "Maintenance",
        BatteryState::InUse => "With a customer",
        BatteryState::InTransit => "On its way",
        BatteryState::Lost => "Lost",
        BatteryState::Retired => "Removed",
    }
}

/// Facts and actions.
#[component]
pub fn PackPanel(counter: Counter, id: BatteryId, cell: RwSignal<Cell>) -> impl IntoView {
    let pack = Memo::new(move |_| cell.with(|cell| cell.pack.clone()));
    let number = cell.with_untracked(|cell| cell.number);
    let shape = Memo::new(move |_| cell.with(|cell| cell.shape));
    let soc = Memo::new(move |_| pack.with(|pack| pack.as_ref().map_or(0, |pack| pack.soc.get())));
    let title = move || {
        let model = pack.with(|pack| pack.as_ref().map(|pack| pack.model_name.clone()));
        format!("Slot {}, {}", number.label(), model.unwrap_or_default())
    };
    let word = move || pack.with(|pack| pack.as_ref().map_or("", state_word).to_owned());
    view! {
        <PanelHead counter title=Signal::derive(title) label=Signal::derive(word) />
        <div class="panel-body stack">
            <div class="pack-facts">
                <Pack shape soc class="pack pack-l" />
                {move || pack.get().map(|pack| view! { <Facts pack counter /> })}
            </div>
            <PackActions counter id pack />
        </div>
    }
}

#[component]
fn Facts(pack: BatteryOut, counter: Counter) -> impl IntoView {
    let offset = counter.offset;
    let held = pack.booking_id.map(|booking| {
        view! {
            <div>
                <dt>"Held for"</dt>
                <dd>
                    <a href=Open::Booking(booking).address(counter.station) data-noscroll>
                        "Booking "
                        {booking.to_string()}
                    </a>
                </dd>
            </div>
        }
    });
    let ready = pack
        .eta_ready
        .map(|at| view! { ", ready " <ClockTime at offset /> });
    view! {
        <dl class="facts">
            <Fact name="Serial" value=pack.serial.unwrap_or_else(|| "–".to_owned()) />
            <div>
                <dt>"Charge"</dt>
                <dd>{percent(pack.soc)} {ready}</dd>
            </div>
            <Fact name="Health" value=percent(pack.soh) />
            {pack
                .service_cycles
                .map(|cycles| view! { <Fact name="Came back" value=times(cycles) /> })}
            {held}
            {pack.note.map(|note| view! { <Fact name="Note" value=note /> })}
        </dl>
    }
}

#[component]
fn Fact(name: &'static str, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
}

fn percent(value: Percent) -> String {
    format!("{value} %")
}

fn times(count: i64) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// What a slot of the grid says: the state, and whatever staff must know about it. The whole cell opens it.
#[component]
pub fn SlotWords(counter: Counter, open: Memo<Open>, cell: RwSignal<Cell>) -> impl IntoView {
    let number = cell.with_untracked(|cell| cell.number);
    let words = Memo::new(move |_| cell.with(words));
    let more = Memo::new(move |_| cell.with(details));
    let current = move || (open.get() == Open::Slot(number)).then_some("true");
    let details = move || {
        let (serial, detail) = more.get();
        match serial {
            None => Either::Left(()),
            Some(serial) => Either::Right(view! {
                <span class="slot-serial">{serial}</span>
                <span class="slot-note">{detail}</span>
            }),
        }
    };
    view! {
        <a class="slot-open" href=Open::Slot(number).address(counter.station) aria-current=current data-noscroll>
            {words}
            <span class="sr">", slot " {number.label()}</span>
        </a>
        {details}
    }
}

fn words(cell: &Cell) -> &'static str {
    match &cell.pack {
        Some(pack) => state_word(pack),
        None if cell.shape == Shape::Empty => "Add battery",
        None => cell.shape.label(),
    }
}

/// Serial number, and for whom it is held or why it is locked.
fn details(cell: &Cell) -> (Option<String>, Option<String>) {
    let Some(pack) = &cell.pack else {
        return (None, None);
    };
    let held = pack.booking_id.map(|booking| format!("for booking {booking}"));
    (
        Some(pack.serial.clone().unwrap_or_else(|| pack.model_name.clone())),
        held.or_else(|| pack.note.clone()),
    )
}
