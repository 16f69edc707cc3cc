//! What a station is: name, place, hours, whether it serves, and the counts that matter.

use leptos::either::Either;
use leptos::prelude::*;

use super::reviews::rated;
use crate::app::live::clock::Clock;
use crate::app::live::store::{Cell, StationStore};
use crate::app::parts::decimal::decimal;
use crate::app::parts::station_state::{Banner, Counts};
use crate::app::parts::words::{distance, duration};
use crate::app::parts::{ClockTime, Icon, Shape};
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
        "https://www.openstreetmap.org/directions?to={},{}",
        decimal(station.latitude, 6),
        decimal(station.longitude, 6)
    );
    let change = station.hours_change_at;
    let rating = station
        .rating_average
        .map(|average| rated(average, station.rating_count));
    view! {
        <header class="stack-s">
            <h1>{station.name}</h1>
            <p class="meta">
                {(!place.is_empty()).then(|| view! { <span>{place}</span> })}
                {distance_m.map(|metres| view! { <span>{distance(metres)}</span> })}
                <span>{move || hours(status.get(), change, offset)}</span>
                {rating.map(|rating| view! { <span><a href="#reviews-h" rel="external">{rating}</a></span> })}
            </p>
        </header>
        <Banner store change offset />
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
