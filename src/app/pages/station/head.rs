//! What a station is: name, place, hours, whether it serves, and the counts that matter.

use leptos::either::Either;
use leptos::prelude::*;

use crate::app::live::clock::Clock;
use crate::app::live::store::{Cell, StationStore};
use crate::app::parts::note::Tone;
use crate::app::parts::words::{distance, duration};
use crate::app::parts::{ClockTime, Icon, Note, Shape};
use crate::domain::{SlotNumber, StationStatus, Timestamp};
use crate::protocol::rest::StationOut;

/// Head, banner, counts and what comes next.
#[component]
pub fn Head(station: StationOut, store: StationStore, distance_m: Option<i64>) -> impl IntoView {
    let offset = station.utc_offset_minutes;
    let inventory = store.inventory;
    let status = Memo::new(move |_| inventory.with(|inventory| inventory.status));
    let place = match (station.address.is_empty(), station.city.is_empty()) {
        (false, false) => format!("{}, {}", station.address, station.city),
        _ => format!("{}{}", station.address, station.city),
    };
    let directions = format!(
        "https://www.openstreetmap.org/directions?to={:.6},{:.6}",
        station.latitude, station.longitude
    );
    let change = station.hours_change_at;
    view! {
        <header class="stack-s">
            <h1>{station.name}</h1>
            <p class="meta">
                {(!place.is_empty()).then(|| view! { <span>{place}</span> })}
                {distance_m.map(|metres| view! { <span>{distance(metres)}</span> })}
                <span>{move || hours(status.get(), change, offset)}</span>
            </p>
        </header>
        {move || banner(status.get(), store.message.get(), change, offset)}
        <div class="split">
            <Counts store offset />
            <a class="btn" href=directions rel="external noreferrer">
                <Icon name="route" />
                "Directions"
            </a>
        </div>
        <Next store offset />
    }
}

fn hours(status: StationStatus, change: Option<Timestamp>, offset: i32) -> impl IntoView {
    match (status, change) {
        (StationStatus::Closed, Some(at)) => Either::Right(view! { "Opens " <ClockTime at offset /> }),
        (StationStatus::Closed, None) => Either::Left("Closed"),
        (_, Some(at)) => Either::Right(view! { "Open until " <ClockTime at offset /> }),
        (_, None) => Either::Left("Open around the clock"),
    }
}

/// Why nothing can be booked here right now.
fn banner(
    status: StationStatus,
    message: Option<String>,
    change: Option<Timestamp>,
    offset: i32,
) -> Option<impl IntoView> {
    if status.takes_bookings() {
        return None;
    }
    let opens = change.filter(|_| status == StationStatus::Closed);
    let opens = opens.map(|at| view! { <p>"It opens at " <ClockTime at offset /> "."</p> });
    Some(view! {
        <Note tone=Tone::Warn title=status.sentence()>
            {message.map(|message| view! { <p>{message}</p> })}
            {opens}
        </Note>
    })
}

#[component]
fn Counts(store: StationStore, offset: i32) -> impl IntoView {
    let inventory = store.inventory;
    let ready = Memo::new(move |_| inventory.with(|inventory| inventory.available_batteries));
    let charging = Memo::new(move |_| inventory.with(|inventory| inventory.charging_batteries));
    let held = Memo::new(move |_| inventory.with(|inventory| inventory.booked_batteries));
    let free = Memo::new(move |_| inventory.with(|inventory| inventory.free_slots));
    let next = Memo::new(move |_| inventory.with(|inventory| inventory.next_available_at));
    let next_ready = move || {
        next.get().filter(|_| ready.get() == 0).map(|at| {
            view! {
                <div>
                    <dt>"next ready"</dt>
                    <dd>
                        <ClockTime at offset />
                    </dd>
                </div>
            }
        })
    };
    view! {
        <dl class="counts">
            <div class="lead" data-none=move || (ready.get() == 0).then_some("")>
                <dt>"ready"</dt>
                <dd>{ready}</dd>
            </div>
            {next_ready}
            <div>
                <dt>"charging"</dt>
                <dd>{charging}</dd>
            </div>
            <div>
                <dt>"held"</dt>
                <dd>{held}</dd>
            </div>
            <div>
                <dt>"free"</dt>
                <dd>{free}</dd>
            </div>
        </dl>
    }
}

/// The next pack to be ready: in how long, when, and where it stands.
#[component]
fn Next(store: StationStore, offset: i32) -> impl IntoView {
    let clock = Clock::get();
    let next = Memo::new(move |_| {
        let slots = store.slots.get();
        let coming = slots.iter().filter_map(|slot| slot.cell.with(coming));
        coming.min()
    });
    let wait = Memo::new(move |_| {
        next.get()
            .map(|(at, _)| duration(at.since(clock.now()).as_secs()))
    });
    move || {
        let ((at, slot), wait) = (next.get()?, wait.get()?);
        Some(view! {
            <p class="soft">
                "Next battery ready in " {wait} ", " <ClockTime at offset /> ", slot " {slot.label()} "."
            </p>
        })
    }
}

fn coming(cell: &Cell) -> Option<(Timestamp, SlotNumber)> {
    let at = cell
        .pack
        .as_ref()
        .filter(|_| cell.shape == Shape::Charging)?
        .eta_ready?;
    Some((at, cell.number))
}
