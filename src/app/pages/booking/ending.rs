//! A booking that ended: what happened, and what to do now. Never a dead end.

use leptos::either::Either;
use leptos::prelude::*;

use super::cancel::Undo;
use crate::app::parts::Icon;
use crate::domain::booking::CancelledBy;
use crate::domain::{BookingState, PaymentState, Timestamp};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// In place of the countdown.
#[component]
pub fn Ending(booking: RwSignal<BookingOut>, present: Signal<Timestamp>) -> impl IntoView {
    let may_undo = Memo::new(move |_| {
        let booking = booking.read();
        booking.state == BookingState::Cancelled
            && booking.cancelled_by == Some(CancelledBy::Customer)
            && booking.undo_until.is_some_and(|until| until > present.get())
    });
    let station = booking.with_untracked(|booking| format!("/stations/{}", booking.station_id));
    let collected = move || booking.read().state == BookingState::Completed;
    view! {
        <section class="panel panel-body stack" aria-labelledby="end-h">
            <div class="stack-s">
                <h2 class="count-label" id="end-h">
                    "What happened"
                </h2>
                <p class="count-state">{move || booking.read().state.label()}</p>
                <p class="soft">{move || sentence(&booking.read())}</p>
            </div>
            {move || {
                if may_undo.get() {
                    Either::Left(view! { <Undo booking /> })
                } else {
                    Either::Right(
                        view! {
                            <div class="btns">
                                <a class=if collected() { "btn" } else { "btn btn-go" } href=station.clone()>
                                    "Book again here"
                                </a>
                                <a class="btn" href="/">
                                    <Icon name="station" />
                                    "Other stations"
                                </a>
                            </div>
                        },
                    )
                }
            }}
        </section>
    }
}

/// What happened and what it means.
fn sentence(booking: &BookingOut) -> String {
    let at = |instant: Option<Timestamp>| {
        let instant = instant.unwrap_or(booking.deadline);
        instant.clock_time(booking.utc_offset_minutes)
    };
    let deadline = booking.deadline.clock_time(booking.utc_offset_minutes);
    let reason = booking
        .reason
        .as_deref()
        .map(|reason| format!(" “{reason}”"))
        .unwrap_or_default();
    let unpaid = match booking.payment_state {
        PaymentState::Paid => "",
        PaymentState::RefundPending if booking.payment_method.is_online() => {
            " What you paid goes back to you by itself."
        }
        PaymentState::RefundPending | PaymentState::RefundFailed => {
            " What you paid goes back to you: ask at the counter."
        }
        PaymentState::Refunded => " What you paid went back to you.",
        PaymentState::PartiallyRefunded => " A part of what you paid went back to you.",
        PaymentState::Due
        | PaymentState::CashDeclared
        | PaymentState::Pending
        | PaymentState::Rejected
        | PaymentState::Failed
        | PaymentState::Expired
        | PaymentState::Stuck
        | PaymentState::Waived
        | PaymentState::Cancelled => " There is nothing to pay.",
    };
    match booking.state {
        BookingState::Completed => {
            let completed = at(booking.completed_at);
            format!("Handed over at {completed}. Ride safely, and bring the battery back when it is empty.")
        }
        BookingState::Cancelled => match booking.cancelled_by {
            Some(CancelledBy::Station) => {
                format!(
                    "The station called it off at {}.{reason}{unpaid} Sorry for that.",
                    at(booking.ended_at)
                )
            }
            Some(CancelledBy::System) => {
                format!("It was called off at {}.{reason}{unpaid}", at(booking.ended_at))
            }
            _ => format!("You called it off at {}.{unpaid}", at(booking.ended_at)),
        },
        BookingState::Declined => format!("The station could not take it.{reason}{unpaid}"),
        BookingState::Expired
            if booking.confirmed_at.is_some()
                && booking.items.iter().any(BookingItemOut::lost_its_battery) =>
        {
            format!(
                "No charged battery came by {deadline}. That was not your fault, and nothing is held against you.{unpaid}"
            )
        }
        BookingState::Expired => {
            format!("It was not collected by {deadline}, so the battery was released.{unpaid}")
        }
        BookingState::NoShow => {
            format!(
                "Your battery was ready and waited until {}, then it was released.{unpaid}",
                at(booking.ended_at)
            )
        }
        _ => {
            format!("The swap could not be finished.{reason} Ask at the counter; nobody leaves without help.")
        }
    }
}
