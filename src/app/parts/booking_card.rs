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
    let lacks = booking.awaits_battery();
    let (word, tone) = if lacks {
        ("No battery yet".to_owned(), Some("warn"))
    } else {
        (booking.state_label.clone(), tone(state))
    };
    let end = if state.is_waiting_for_pickup() {
        let last = last_instant(&booking);
        Either::Left(view! { <Left deadline=booking.deadline last offset /> })
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
                <span class="word" data-tone=tone>
                    {word}
                </span>
                {end}
            </div>
        </li>
    }
}

/// When the pickup is over for good.
pub fn last_instant(booking: &BookingOut) -> Timestamp {
    if booking.state == BookingState::Ready {
        booking.grace_until
    } else {
        booking.deadline
    }
}

/// What is counted down to: the deadline, and from then on the end of the grace.
pub fn end_of(booking: &BookingOut, now: Timestamp) -> Timestamp {
    if now < booking.deadline {
        booking.deadline
    } else {
        last_instant(booking)
    }
}

/// How long the packs are still held; before the page is alive, until when.
#[component]
fn Left(deadline: Timestamp, last: Timestamp, offset: i32) -> impl IntoView {
    let clock = Clock::get();
    let left = Memo::new(move |_| {
        let now = clock.now();
        time_left(if now < deadline { deadline } else { last }, now)
    });
    let urgency = move || clock.is_ticking().then(|| Urgency::of(left.get()).as_str());
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
        <time class="booking-left" data-urgency=urgency datetime=deadline.to_string()>
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

#[cfg(test)]
pub(in crate::app) mod tests {
    use super::*;
    use crate::domain::{BookingId, Currency, PaymentMethod, PaymentState, StationId};

    /// A booking without lines, to be collected until then, with two minutes of grace.
    pub fn running(id: i64, state: BookingState, deadline: i64) -> BookingOut {
        let now = Timestamp::from_micros(0);
        BookingOut {
            id: BookingId(id),
            code: None,
            pin: None,
            state,
            state_label: String::new(),
            version: 1,
            station_id: StationId(1),
            station_name: String::new(),
            station_address: String::new(),
            latitude: 0.0,
            longitude: 0.0,
            utc_offset_minutes: 0,
            deadline: Timestamp::from_micros(deadline),
            grace_until: Timestamp::from_micros(deadline + 120_000_000),
            renewals_left: 0,
            renew_to: None,
            payment_method: PaymentMethod::Cash,
            payment_state: PaymentState::Due,
            payment_id: None,
            awaits_approval: false,
            awaits_payment: false,
            checkout_url: None,
            payment_failure: None,
            pickup_at: None,
            tax_amount: 0,
            service_charge_amount: 0,
            total_amount: 0,
            currency: Currency::INR,
            items_count: 0,
            items: Vec::new(),
            vehicle: None,
            wants_help: false,
            created_at: now,
            confirmed_at: None,
            checked_in_at: None,
            ready_at: None,
            completed_at: None,
            ended_at: None,
            cancelled_by: None,
            undo_until: None,
            reason: None,
            customer_name: None,
            priority: None,
            bay_number: None,
            bay_until: None,
            session_id: None,
            session_step: None,
            station_notice: None,
            epoch: String::new(),
            seq: 0,
        }
    }

    #[test]
    fn what_is_counted_down_to_is_the_deadline_and_then_the_grace() {
        let ends = |state, now| end_of(&running(1, state, 100), Timestamp::from_micros(now)).micros();
        assert_eq!(ends(BookingState::Ready, 99), 100);
        assert_eq!(ends(BookingState::Ready, 100), 120_000_100);
        assert_eq!(ends(BookingState::Confirmed, 100), 100);
    }
}
