//! The rows: the number that can be taken, then what comes next.

use leptos::either::Either;
use leptos::prelude::*;

use super::search::{address, is_narrow};
use crate::app::calls::stations::Search;
use crate::app::live::store::{Counted, Row, StationList, ready_and_charging};
use crate::app::parts::words::{distance, plural};
use crate::app::parts::{ClockTime, Strip};
use crate::protocol::inventory::Inventory;

/// All rows, or why there are none.
#[component]
pub fn List(
    store: StationList,
    search: Memo<Search>,
    counted: RwSignal<Counted>,
    next: RwSignal<Option<String>>,
) -> impl IntoView {
    let rows = move || {
        let rows = store.rows.get();
        if rows.is_empty() {
            return Either::Left(view! { <NoMatch search /> });
        }
        let near = search.with_untracked(|search| search.near.clone());
        let rows = rows
            .into_iter()
            .map(|row| view! { <StationRow row counted near=near.clone() /> });
        Either::Right(view! { <ul>{rows.collect_view()}</ul> })
    };
    let newcomers = move || {
        let count = store.newcomers.get();
        (count > 0).then(|| {
            let label = format!(
                "{count} new {}, show",
                plural(i64::from(count), "station", "stations")
            );
            view! {
                <a class="btn btn-wide" href="/" rel="external">
                    {label}
                </a>
            }
        })
    };
    let more = move || {
        next.get().map(|cursor| {
            let href = address(&Search {
                cursor: Some(cursor),
                ..search.get()
            });
            view! {
                <a class="btn btn-wide" href=href>
                    "More stations"
                </a>
            }
        })
    };
    view! { <div class="find-scroll">{rows} {more} {newcomers}</div> }
}

/// Nothing fits: why, and the way out.
#[component]
fn NoMatch(search: Memo<Search>) -> impl IntoView {
    let asked = search.get_untracked();
    let narrow = is_narrow(&asked);
    let why = match (asked.q.is_empty(), narrow) {
        (false, _) => format!("No station matches “{}”.", asked.q),
        (true, true) => "No station has what you filter for right now.".to_owned(),
        (true, false) => "There are no stations yet.".to_owned(),
    };
    let all = address(&Search {
        near: asked.near,
        ..Search::default()
    });
    view! {
        <div class="empty">
            <p>{why}</p>
            {narrow
                .then(|| {
                    view! {
                        <a class="btn" href=all>
                            "Clear search and filters"
                        </a>
                    }
                })}
        </div>
    }
}

#[component]
fn StationRow(row: Row, counted: RwSignal<Counted>, near: Option<String>) -> impl IntoView {
    let Row {
        about,
        shown,
        outline,
    } = row;
    let shown = RwSignal::from(shown);
    let offset = about.utc_offset_minutes;
    let ready = Memo::new(move |_| {
        counted.with(|counted| shown.with(|inventory| ready_and_charging(inventory, counted).0))
    });
    let away = about.distance_m.map(distance);
    let name = about.name.clone();
    let full_name = {
        let (name, away) = (name.clone(), away.clone());
        move || shown.with(|inventory| spoken(&name, away.as_deref(), ready.get(), inventory, offset))
    };
    let href = match near {
        Some(near) => format!("/stations/{}?near={near}", about.id),
        None => format!("/stations/{}", about.id),
    };
    let strip = Signal::derive(move || shown.with(|inventory| inventory.strip.clone()));
    view! {
        <li class="station" data-changed=move || outline.is_on().then_some("")>
            <a href=href aria-label=full_name>
                <span class="station-n" data-none=move || (ready.get() == 0).then_some("")>
                    <b>{ready}</b>
                    " ready"
                </span>
                <span class="station-name">{name}</span>
                <span class="station-dist">{away}</span>
                <span class="station-line">{move || shown.with(|inventory| second_line(inventory, offset))}</span>
                <Strip letters=strip />
            </a>
        </li>
    }
}

/// The second line: what it is if not open, what charges, what is free.
fn second_line(inventory: &Inventory, offset: i32) -> impl IntoView + use<> {
    let status = inventory.status;
    let word = (!status.takes_bookings()).then(|| view! { <span class="word">{status.label()}</span> });
    let charging = match (inventory.charging_batteries, inventory.next_available_at) {
        (0, _) => Either::Left("none charging".to_owned()),
        (count, None) => Either::Left(format!("{count} charging")),
        (count, Some(at)) => Either::Right(view! { {count} " charging, next " <ClockTime at offset /> }),
    };
    let free = inventory.free_slots;
    view! { {word} {charging} " · " {free} {plural(free, " free slot", " free slots")} }
}

fn spoken(name: &str, away: Option<&str>, ready: i64, inventory: &Inventory, offset: i32) -> String {
    let mut parts = vec![name.to_owned()];
    parts.extend(away.map(ToOwned::to_owned));
    if !inventory.status.takes_bookings() {
        parts.push(inventory.status.label().to_owned());
    }
    parts.push(format!("{ready} {} ready", plural(ready, "battery", "batteries")));
    let charging = inventory.charging_batteries;
    if charging > 0 {
        parts.push(format!("{charging} charging"));
    }
    if let Some(next) = inventory.next_available_at {
        parts.push(format!("next {}", next.clock_time(offset)));
    }
    let free = inventory.free_slots;
    parts.push(format!("{free} {}", plural(free, "free slot", "free slots")));
    parts.join(", ")
}
