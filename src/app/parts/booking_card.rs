//! A booking as a row of a list: what, where, when, how it stands. The whole row is one link.

use leptos::either::Either;
use leptos::prelude::*;

use super::countdown::{Urgency, minutes_and_seconds, time_left};
use super::{Pack, Shape};
use crate::app::live::clock::Clock;
use crate::domain::{BookingState, Money, Percent, Timestamp};
use crate::protocol::rest::BookingOut;

/// One row.
#[component]
pub fn BookingCard(
    /// The booking.
    booking: BookingOut,
    /// The present; decides between today and a date.
    now: Timestamp,
) -> impl IntoView {
    let offset = booking.utc_offset_minutes;
    let price = Money::new(booking.total_amount, booking.currency).to_string();
    let soc = booking
        .items
        .iter()
        .find_map(|item| item.soc)
        .map_or(0, Percent::get);
    let what = what(&booking);
    let state = booking.state;
    let end = if state.is_waiting_for_pickup() {
        Either::Left(view! { <Left deadline=booking.deadline offset /> })
    } else {
        let at = booking.pickup_at.filter(|_| !state.is_ended());
        Either::Right(
            view! { <span class="booking-day">{day(at.unwrap_or(booking.created_at), now, offset)}</span> },
        )
    };
    view! {
        <li class="booking-row" data-active=(!state.is_ended()).then_some("")>
            <Pack shape=shape(state) soc />
            <div>
                <a href=format!("/bookings/{}", booking.id)>{booking.station_name}</a>
                <small>{what}", "{price}</small>
            </div>
            <div class="booking-end">
                <span class="word" data-tone=tone(state)>
                    {state.label()}
                </span>
                {end}
            </div>
        </li>
    }
}

/// How long the packs are still held; before the page is alive, until when.
#[component]
fn Left(deadline: Timestamp, offset: i32) -> impl IntoView {
    let clock = Clock::get();
    let left = Memo::new(move |_| time_left(deadline, clock.now()));
    let text = move || {
        if !clock.is_ticking() {
            return format!("until {}", deadline.clock_time(offset));
        }
        match Urgency::of(left.get()) {
            Urgency::Over => "Checking…".to_owned(),
            _ => format!("{} left", minutes_and_seconds(left.get())),
        }
    };
    view! {
        <time class="booking-left" datetime=deadline.to_string()>
            {text}
        </time>
    }
}

fn what(booking: &BookingOut) -> String {
    match booking.items.as_slice() {
        [] => "No items".to_owned(),
        [only] => only.name.clone(),
        [first, rest @ ..] if rest.iter().all(|item| item.name == first.name) => {
            format!("{} × {}", rest.len() + 1, first.name)
        }
        [first, rest @ ..] => format!("{} and {} more", first.name, rest.len()),
    }
}

fn day(at: Timestamp, now: Timestamp, offset: i32) -> impl IntoView {
    let (day, time) = (at.calendar_day(offset), at.clock_time(offset));
    let text = if day == now.calendar_day(offset) {
        format!("Today, {time}")
    } else {
        format!("{day}, {time}")
    };
    view! { <time datetime=at.to_string()>{text}</time> }
}

fn shape(state: BookingState) -> Shape {
    match state {
        BookingState::Ready | BookingState::CheckedIn | BookingState::InService => Shape::Ready,
        BookingState::Requested | BookingState::Scheduled | BookingState::Confirmed => Shape::Held,
        BookingState::Completed => Shape::Checking,
        _ => Shape::Empty,
    }
}

fn tone(state: BookingState) -> Option<&'static str> {
    match state {
        BookingState::Expired | BookingState::NoShow | BookingState::Declined | BookingState::Failed => {
            Some("warn")
        }
        BookingState::Completed | BookingState::Cancelled => Some("done"),
        _ => None,
    }
}
