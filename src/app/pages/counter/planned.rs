//! What is booked for the next day at this station, apart from what is to be prepared now.

use leptos::prelude::*;

use super::booking::{due_amount, packs_and_slots};
use super::queue::name_of;
use super::state::{Counter, Open};
use crate::app::live::queue::Queued;
use crate::protocol::rest::BookingOut;

/// The list; nothing where there is none.
#[component]
pub fn PlannedList(counter: Counter, open: Memo<Open>) -> impl IntoView {
    let queue = counter.queue;
    let is_empty = Memo::new(move |_| queue.planned().is_empty());
    view! {
        <Show when=move || !is_empty.get()>
            <div class="col-head">
                <h3 id="planned-h">"Booked for later"</h3>
            </div>
            <div class="panel">
                <ol class="rows" aria-labelledby="planned-h">
                    <For each=move || queue.planned() key=|row| row.id let:row>
                        <Row row counter open />
                    </For>
                </ol>
            </div>
        </Show>
    }
}

#[component]
fn Row(row: Queued, counter: Counter, open: Memo<Open>) -> impl IntoView {
    let id = row.id;
    let booking = RwSignal::from(row.booking);
    let name = booking.with_untracked(name_of);
    let is_open = move || (open.get() == Open::Booking(id)).then_some("");
    view! {
        <li class="queued" data-open=is_open>
            <div>
                <b>{name.clone()}</b>
                <p>{move || booking.with(packs_and_slots)}</p>
                <p>{move || booking.with(due_amount)}</p>
            </div>
            {move || booking.with(pickup)}
            <div class="task-do">
                <a
                    class="btn"
                    id=format!("go-{id}")
                    href=Open::Booking(id).address(counter.station)
                    aria-current=move || is_open().map(|_| "true")
                    data-noscroll
                >
                    "Open"
                    <span class="sr">" booking " {id.to_string()} " of " {name}</span>
                </a>
            </div>
        </li>
    }
}

fn pickup(booking: &BookingOut) -> Option<impl IntoView + use<>> {
    let (at, offset) = (booking.pickup_at?, booking.utc_offset_minutes);
    Some(view! {
        <time class="queued-due" datetime=at.to_string()>
            {at.day_and_time(offset)}
        </time>
    })
}
