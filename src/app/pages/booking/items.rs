//! The lines of a booking.

use leptos::either::Either;
use leptos::prelude::*;

use crate::app::parts::{Icon, Pack, Shape};
use crate::domain::battery::MIN_DISPENSE_SOC;
use crate::domain::{BookingState, Currency, ItemState, Money, Percent};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// What was booked, line by line.
#[component]
pub fn Items(booking: RwSignal<BookingOut>) -> impl IntoView {
    let count = move || match booking.read().items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    };
    let rows = Memo::new(move |_| {
        let booking = booking.read();
        let lacks = booking.awaits_battery();
        (booking.items.clone(), booking.currency, booking.state, lacks)
    });
    view! {
        <section class="panel" aria-labelledby="items-h">
            <div class="panel-head">
                <h2 id="items-h">"Items"</h2>
                <span class="label">{count}</span>
            </div>
            <ul class="rows">
                {move || {
                    let (items, currency, state, lacks) = rows.get();
                    let row = move |item| view! { <Item item currency state lacks /> };
                    items.into_iter().map(row).collect_view()
                }}
            </ul>
        </section>
    }
}

#[component]
fn Item(item: BookingItemOut, currency: Currency, state: BookingState, lacks: bool) -> impl IntoView {
    let price = Money::new(item.price, currency).to_string();
    let lacks = lacks && item.awaits_battery();
    let place = if lacks {
        "The next charged one is yours".to_owned()
    } else {
        place(&item, state)
    };
    let word = if lacks {
        "No battery yet"
    } else {
        item.state.label()
    };
    let go = item.state == ItemState::Ready;
    let sign = match item.soc {
        Some(soc) if item.kind.takes_a_pack() => {
            Either::Left(view! { <Pack shape=shape(soc, state) soc=soc.get() /> })
        }
        _ if lacks => Either::Left(view! { <Pack shape=Shape::Empty soc=0 /> }),
        None if item.kind.takes_a_pack() => Either::Left(view! { <Pack shape=Shape::Held soc=0 /> }),
        _ => Either::Right(view! { <Icon name="tool" /> }),
    };
    view! {
        <li class="item">
            {sign}
            <div>
                <b>{item.name.clone()}</b>
                <small>{place}</small>
            </div>
            <div class="item-end">
                <span class=go.then_some("go")>{word}</span>
                <br />
                {price}
            </div>
        </li>
    }
}

fn shape(soc: Percent, state: BookingState) -> Shape {
    match state {
        _ if state.is_ended() => Shape::Held,
        _ if soc.get() >= MIN_DISPENSE_SOC => Shape::Ready,
        _ => Shape::Charging,
    }
}

/// `Slot A7, 98 % charged`, as far as it is known and still true.
fn place(item: &BookingItemOut, state: BookingState) -> String {
    let charge = item.soc.map(|soc| format!("{soc} % charged"));
    let slot = item
        .slot
        .filter(|_| !state.is_ended())
        .map(|slot| format!("Slot {}", slot.label()));
    match (slot, charge) {
        (Some(slot), Some(charge)) => format!("{slot}, {charge}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) if item.kind.takes_a_pack() && !state.is_ended() => "Chosen shortly before".to_owned(),
        (None, None) => "At the counter".to_owned(),
    }
}
