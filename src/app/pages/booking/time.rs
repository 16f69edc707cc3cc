//! The countdown panel: how long still, and the pack it is about.

use std::time::Duration;

use leptos::either::Either;
use leptos::prelude::*;

use super::cancel::Cancel;
use super::planned::Planned;
use super::renew::Renew;
use crate::app::browser;
use crate::app::calls::bookings::{CancelBooking, RenewBooking, load_booking};
use crate::app::live::booking::apply;
use crate::app::live::clock::Clock;
use crate::app::parts::booking_card::last_instant;
use crate::app::parts::countdown::{Countdown, MinuteCells, Urgency, time_left};
use crate::app::parts::{ClockTime, Icon, Pack, Shape};
use crate::domain::battery::MIN_DISPENSE_SOC;
use crate::domain::{BookingState, Timestamp};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// How long the page waits for the server's word after zero before it asks.
const ASK_AFTER_MS: u32 = 5_000;

/// The time that is left to collect, or what runs in its place.
#[component]
pub fn TimeLeft(
    booking: RwSignal<BookingOut>,
    present: Signal<Timestamp>,
    cancelling: ServerAction<CancelBooking>,
    renewing: ServerAction<RenewBooking>,
    renew_to: Memo<Option<Timestamp>>,
    packs_at: Option<Timestamp>,
) -> impl IntoView {
    let first = booking.get_untracked();
    let offset = first.utc_offset_minutes;
    let lacks = Memo::new(move |_| booking.with(BookingOut::awaits_battery));
    let waiting = Memo::new(move |_| booking.read().state.is_waiting_for_pickup());
    let deadline = Memo::new(move |_| booking.read().deadline);
    let in_grace = Memo::new(move |_| {
        let booking = booking.read();
        booking.state == BookingState::Ready && present.get() >= booking.deadline
    });
    let counted = Signal::derive(move || {
        if in_grace.get() {
            booking.read().grace_until
        } else {
            deadline.get()
        }
    });
    ask_when_over(booking);
    let from = Memo::new(move |_| {
        let booking = booking.read();
        booking.confirmed_at.unwrap_or(booking.created_at)
    });
    view! {
        <section class="panel panel-body count" aria-labelledby="left-h">
            <div class="count-in">
                <div class="stack-s">
                    <Show when=move || waiting.get() fallback=move || view! { <Underway booking packs_at /> }>
                        <h2 class="count-label" id="left-h">
                            {move || match (lacks.get(), in_grace.get()) {
                                (true, _) => "The next charged one is yours for",
                                (false, true) => "Time is up. Last minutes to collect",
                                (false, false) => "Time left to collect",
                            }}
                        </h2>
                        <Countdown deadline=counted offset labelled_by="left-h" />
                        {move || view! { <MinuteCells from=from.get() to=deadline.get() now=present /> }}
                        <p class="count-until">
                            {move || view! { <Until booking=booking.get() /> }}
                        </p>
                        <Warning counted present />
                        <Renew booking call=renewing to=renew_to />
                    </Show>
                    <Cancel booking call=cancelling />
                </div>
                {move || booking.read().items.iter().find(|item| item.battery_id.is_some()).cloned().map(|item| view! { <Yours item /> })}
            </div>
        </section>
    }
}

/// Until when the packs are held, and what comes after.
#[component]
fn Until(booking: BookingOut) -> impl IntoView {
    let offset = booking.utc_offset_minutes;
    let grace = booking.grace_until.since(booking.deadline).as_secs().div_ceil(60);
    let after = match (booking.state, grace) {
        (BookingState::Ready, 1) => " Then 1 minute’s grace.".to_owned(),
        (BookingState::Ready, 2..) => format!(" Then {grace} minutes’ grace."),
        _ => String::new(),
    };
    let lacks = booking.awaits_battery();
    view! {
        {if lacks { "Your battery failed. You wait in front until " } else { "Held until " }}
        <b>
            <ClockTime at=booking.deadline offset />
        </b>
        "."
        {after}
        {lacks.then(|| view! {
            " You can cancel free of charge and "
            <a href="/?available=1">"go elsewhere"</a>
            "."
        })}
    }
}

/// The same in words, when it gets urgent.
#[component]
fn Warning(counted: Signal<Timestamp>, present: Signal<Timestamp>) -> impl IntoView {
    let ticks = Clock::get().ticks_here();
    let urgency = Memo::new(move |_| Urgency::of(time_left(counted.get(), present.get())));
    let word = move || match urgency.get() {
        _ if !ticks.get() => None,
        Urgency::Soon => Some("Expiring soon"),
        Urgency::Now => Some("Less than a minute"),
        Urgency::Calm | Urgency::Over => None,
    };
    move || {
        word().map(|word| {
            view! {
                <p>
                    <span class="word" data-tone="warn">
                        <Icon name="clock" />
                        {word}
                    </span>
                </p>
            }
        })
    }
}

/// In place of the clock, when nobody waits for it any more or not yet.
#[component]
fn Underway(booking: RwSignal<BookingOut>, packs_at: Option<Timestamp>) -> impl IntoView {
    let planned = Memo::new(move |_| {
        let booking = booking.read();
        booking.pickup_at.is_some() && booking.state < BookingState::Confirmed
    });
    move || {
        if planned.get() {
            Either::Left(view! { <Planned booking packs_at /> })
        } else {
            Either::Right(view! { <Now booking /> })
        }
    }
}

#[component]
fn Now(booking: RwSignal<BookingOut>) -> impl IntoView {
    let offset = booking.with_untracked(|booking| booking.utc_offset_minutes);
    let answer_by = |booking: &BookingOut| {
        let is_request = booking.state == BookingState::Requested;
        let ahead = if booking.awaits_payment {
            "You have to pay until "
        } else {
            "You hear from the station by "
        };
        is_request.then_some((ahead, booking.deadline))
    };
    view! {
        <h2 class="count-label" id="left-h">
            "Now"
        </h2>
        <p class="count-state">{move || booking.read().state_label.clone()}</p>
        {move || answer_by(&booking.read()).map(|(ahead, at)| view! {
            <p class="count-until">{ahead} <b><ClockTime at offset /></b> ". Your batteries are held meanwhile."</p>
        })}
    }
}

/// The pack, large: what the person came for.
#[component]
fn Yours(item: BookingItemOut) -> impl IntoView {
    let soc = item.soc.map_or(0, crate::domain::Percent::get);
    let ready = soc >= MIN_DISPENSE_SOC;
    if item.awaits_battery() {
        return Either::Left(view! {
            <div class="yours">
                <Pack shape=Shape::Empty soc=0 />
                <p>"No battery yet" <br /> {item.name}</p>
            </div>
        });
    }
    let shape = if ready { Shape::Ready } else { Shape::Charging };
    let place = item.slot.map_or_else(
        || " at the counter".to_owned(),
        |slot| format!(" in slot {}", slot.label()),
    );
    Either::Right(view! {
        <div class="yours">
            <Pack shape soc />
            <div>
                <b>{soc}" %"</b>
                <p>
                    <span class=ready.then_some("go")>{if ready { "Charged" } else { "Charging" }}</span>
                    {place}
                    <br />
                    {item.name}
                </p>
            </div>
        </div>
    })
}

/// At zero only the server knows what is so. If its word does not come by itself, ask for it.
fn ask_when_over(booking: RwSignal<BookingOut>) {
    let clock = Clock::get();
    let over = Memo::new(move |_| {
        let booking = booking.read();
        booking.state.is_waiting_for_pickup()
            && clock.is_ticking()
            && time_left(last_instant(&booking), clock.now()) == Duration::ZERO
    });
    Effect::new(move |_| {
        if !over.get() {
            return;
        }
        let ask = move || {
            if over.try_get_untracked() == Some(true) {
                ask_again(booking);
            }
        };
        browser::after(ASK_AFTER_MS, ask).forget();
    });
}

fn ask_again(booking: RwSignal<BookingOut>) {
    let id = booking.with_untracked(|booking| booking.id);
    leptos::task::spawn_local(async move {
        if let Ok(sheet) = load_booking(id).await {
            apply(booking, sheet.booking);
        }
    });
}
