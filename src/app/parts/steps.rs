//! The way of a booking, step by step: what is done, what is now, what comes.

use leptos::prelude::*;

use crate::domain::{BookingState, Timestamp};
use crate::protocol::rest::BookingOut;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    name: &'static str,
    detail: Detail,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Detail {
    At(Timestamp),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Done,
    Now,
    Later,
    /// The way ended here, otherwise than it was meant to.
    Ended,
}

/// The steps of a booking as it is now.
pub fn steps_of(booking: &BookingOut) -> Vec<Step> {
    let mut steps = vec![done("Booked", booking.created_at)];
    steps.extend(booking.confirmed_at.map(|at| done("Confirmed", at)));
    if booking.state.is_ended() {
        steps.extend(booking.ready_at.map(|at| done("Ready", at)));
        steps.push(ending(booking));
        return steps;
    }
    let now = booking.state;
    if booking.confirmed_at.is_none() {
        let says_yes = booking.pickup_at.is_none() || now == BookingState::Requested;
        if says_yes {
            steps.push(step(
                now == BookingState::Requested,
                "Confirmed",
                if booking.awaits_payment {
                    "When it is paid"
                } else {
                    "By the station"
                },
            ));
        }
        if booking.pickup_at.is_some() {
            steps.push(step(
                now == BookingState::Scheduled,
                "Batteries chosen",
                "Shortly before",
            ));
        }
    }
    steps.push(match booking.ready_at {
        Some(at) if now > BookingState::Ready => done("Ready", at),
        Some(_) if now == BookingState::Ready => step(true, "Ready to collect", &slots(booking)),
        _ if booking.awaits_battery() => step(
            now == BookingState::Confirmed,
            "Waiting for a battery",
            "The next charged one is yours",
        ),
        _ => step(
            now == BookingState::Confirmed,
            "Being prepared",
            "You need not wait for it",
        ),
    });
    let at_counter = matches!(now, BookingState::CheckedIn | BookingState::InService);
    steps.push(step(at_counter, "Hand-over", "Show the code at the station"));
    steps.push(step(false, "Done", "Ride on"));
    steps
}

fn done(name: &'static str, at: Timestamp) -> Step {
    Step {
        name,
        detail: Detail::At(at),
        place: Place::Done,
    }
}

fn step(now: bool, name: &'static str, text: &str) -> Step {
    Step {
        name,
        detail: Detail::Text(text.to_owned()),
        place: if now { Place::Now } else { Place::Later },
    }
}

fn ending(booking: &BookingOut) -> Step {
    let at = booking.completed_at.or(booking.ended_at);
    Step {
        name: booking.state.label(),
        detail: at.map_or_else(|| Detail::Text(String::new()), Detail::At),
        place: if booking.state == BookingState::Completed {
            Place::Done
        } else {
            Place::Ended
        },
    }
}

/// `Slot A7`, or `Slots A7, B2`.
pub fn slots(booking: &BookingOut) -> String {
    let labels: Vec<_> = booking
        .items
        .iter()
        .filter_map(|item| item.slot)
        .map(crate::domain::battery::SlotNumber::label)
        .collect();
    match labels.as_slice() {
        [] => "At the counter".to_owned(),
        [only] => format!("Slot {only}"),
        several => format!("Slots {}", several.join(", ")),
    }
}

/// The steps as a line, from left to right where there is room.
#[component]
pub fn Steps(
    /// The booking.
    #[prop(into)]
    booking: Signal<BookingOut>,
) -> impl IntoView {
    let steps = Memo::new(move |_| booking.with(steps_of));
    let offset = booking.with_untracked(|booking| booking.utc_offset_minutes);
    let heading = move || {
        if booking.read().state.is_ended() {
            "How it went"
        } else {
            "What happens next"
        }
    };
    let row = move |step: Step| {
        let detail = match step.detail {
            Detail::At(at) => {
                view! { <time datetime=at.to_string()>{at.clock_time(offset)}</time> }.into_any()
            }
            Detail::Text(text) => text.into_any(),
        };
        view! {
            <li
                data-step=match step.place {
                    Place::Done => Some("done"),
                    Place::Ended => Some("ended"),
                    Place::Now | Place::Later => None,
                }
                aria-current=(step.place == Place::Now).then_some("step")
            >
                <b>{step.name}</b>
                <small>{detail}</small>
            </li>
        }
    };
    view! {
        <section class="panel steps" aria-labelledby="steps-h">
            <div class="panel-head">
                <h2 id="steps-h">{heading}</h2>
            </div>
            <div class="panel-body">
                <ol>{move || steps.get().into_iter().map(row).collect_view()}</ol>
            </div>
        </section>
    }
}
