//! The ways a booking ends without a handover: nobody came, or the station calls it off and says why.

use leptos::prelude::*;

use super::booking_steps::Plain;
use super::state::Counter;
use crate::app::browser;
use crate::app::calls::bookings::UndoCancelBooking;
use crate::app::calls::staff::{NotCollected, TurnAway};
use crate::app::calls::steps::PlainStep;
use crate::app::live::clock::Clock;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::domain::{BookingState, Command, Problem, Timer};
use crate::protocol::rest::BookingOut;

/// What is possible right now.
#[component]
pub fn Endings(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let clock = Clock::get();
    let state = Memo::new(move |_| booking.read().state);
    let is_over =
        Memo::new(move |_| clock.now() >= booking.read().deadline && state.get().is_waiting_for_pickup());
    // A request is declined instead.
    let can_cancel = Memo::new(move |_| {
        state.get().after(Command::Cancel).is_some() && state.get() != BookingState::Requested
    });
    // The server decides; a station may give more or less time.
    let came_late = Memo::new(move |_| {
        let ended = booking.read().ended_at;
        state.get() == BookingState::NoShow
            && ended.is_some_and(|at| clock.now() < at + Timer::NoShowUndo.default_length())
    });
    let can_undo = Memo::new(move |_| {
        let until = booking.read().undo_until;
        let by_station = booking.read().cancelled_by == Some(crate::domain::booking::CancelledBy::Station);
        by_station
            && state.get().after(Command::UndoCancel).is_some()
            && until.is_some_and(|until| clock.now() < until)
    });
    view! {
        <div class="stack-s">
            <Show when=move || is_over.get()>
                <NobodyCame counter booking />
            </Show>
            <Show when=move || can_cancel.get()>
                <CallOff counter booking />
            </Show>
            <Show when=move || came_late.get()>
                <Plain
                    counter
                    booking
                    step=PlainStep::UndoNoShow
                    label="Came late, serve after all"
                    busy="Claiming…"
                    said="The customer is served after all."
                    class="btn"
                />
            </Show>
            <Show when=move || can_undo.get()>
                <Undo counter booking />
            </Show>
        </div>
    }
}

/// Takes over the answer; the control may be gone then, so the focus goes to the panel.
pub fn when_done(
    counter: Counter,
    answer: impl Fn() -> Option<Result<BookingOut, Problem>> + 'static,
    said: &'static str,
) {
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(booking)) = answer() {
            announcer.say(said);
            counter.changed(booking);
            browser::focus("open");
        }
    });
}

#[component]
fn NobodyCame(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<NotCollected>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Noted as not collected.");
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <ErrorSummary problem id="not-collected-problem" />
        <ActionForm action=call>
            <input type="hidden" name="booking" value=id.to_string() />
            <Submit label="Not collected" busy="Noting…" pending=call.pending() class="btn" />
        </ActionForm>
    }
}

#[component]
fn CallOff(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<TurnAway>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Booking cancelled.");
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet btn-stop">"Cancel booking"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="cancel-problem" />
                    <input type="hidden" name="booking" value=id.to_string() />
                    <Field
                        label="Why"
                        name="reason"
                        autocomplete="off"
                        hint="The customer reads it. You can take it back for a few seconds."
                        problem
                    />
                    <Submit label="Yes, cancel it" busy="Cancelling…" pending=call.pending() class="btn btn-stop" />
                </ActionForm>
            </div>
        </details>
    }
}

#[component]
fn Undo(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<UndoCancelBooking>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "The booking stands again.");
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <ErrorSummary problem id="undo-problem" />
        <ActionForm action=call>
            <input type="hidden" name="id" value=id.to_string() />
            <Submit label="Undo, keep the booking" busy="Asking…" pending=call.pending() class="btn" />
        </ActionForm>
    }
}
