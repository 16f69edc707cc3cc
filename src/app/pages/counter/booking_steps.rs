//! The steps between a request and the hand-over: yes or no, arrival, the swap.

use leptos::prelude::*;

use super::booking_end::when_done;
use super::state::Counter;
use crate::app::calls::steps::{BreakOff, CheckInBooking, DeclineBooking, MoveOn, PlainStep};
use crate::app::live::clock::Clock;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::domain::{BookingState, Command, Problem, Timer};
use crate::protocol::rest::BookingOut;

/// What can be done before the hand-over.
#[component]
pub fn Steps(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let clock = Clock::get();
    let state = Memo::new(move |_| booking.read().state);
    let can = move |command: Command| state.get().after(command).is_some();
    // The server decides; a station may give more or less time.
    let just_arrived = Memo::new(move |_| {
        let at = booking.read().checked_in_at;
        state.get() == BookingState::CheckedIn
            && at.is_some_and(|at| clock.now() < at + Timer::CheckInUndo.default_length())
    });
    view! {
        <Show when=move || booking.read().awaits_payment && can(Command::Approve)>
            <p class="soft">"The customer has not paid yet."</p>
        </Show>
        <Show when=move || booking.read().awaits_approval && can(Command::Approve)>
            <Plain counter booking step=PlainStep::Approve label="Accept" busy="Accepting…" said="Accepted. The customer was told." class="btn btn-go" />
        </Show>
        <Show when=move || can(Command::Decline)>
            <Decline counter booking />
        </Show>
        <Show when=move || can(Command::CheckIn)>
            <CheckIn counter booking />
        </Show>
        <Show when=move || can(Command::Start)>
            <Plain counter booking step=PlainStep::Start label="Start the swap" busy="Starting…" said="The swap has begun." class="btn" />
        </Show>
        <Show when=move || just_arrived.get()>
            <Plain counter booking step=PlainStep::UndoCheckIn label="Undo check-in" busy="Undoing…" said="The check-in was taken back." class="btn btn-quiet" />
        </Show>
        <Show when=move || can(Command::Abort)>
            <BreakOffSwap counter booking />
        </Show>
    }
}

/// One button.
#[component]
pub fn Plain(
    counter: Counter,
    booking: RwSignal<BookingOut>,
    step: PlainStep,
    label: &'static str,
    busy: &'static str,
    said: &'static str,
    class: &'static str,
) -> impl IntoView {
    let call = ServerAction::<MoveOn>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), said);
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <ErrorSummary problem id="step-problem" />
        <ActionForm action=call>
            <input type="hidden" name="booking" value=id.to_string() />
            <input type="hidden" name="step" value=step.as_str() />
            <Submit label busy pending=call.pending() class />
        </ActionForm>
    }
}

/// The customer is here, and is served in a moment.
#[component]
fn CheckIn(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<CheckInBooking>::new();
    let problem = failure(move || call.value().get());
    when_done(
        counter,
        move || call.value().get(),
        "Checked in. The clock stands still.",
    );
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet">"Check in only"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="check-in-problem" />
                    <input type="hidden" name="booking" value=id.to_string() />
                    <Field
                        label="Customer's code or PIN"
                        name="shown"
                        autocomplete="off"
                        hint="Stops the clock for a customer who waits for the swap."
                        value=counter.proof_of(id).unwrap_or_default()
                        problem
                    />
                    <Submit label="Check in" busy="Checking in…" pending=call.pending() class="btn" />
                </ActionForm>
            </div>
        </details>
    }
}

/// No to a request, with a reason that the customer reads.
#[component]
fn Decline(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<DeclineBooking>::new();
    let problem = failure(move || call.value().get());
    when_done(
        counter,
        move || call.value().get(),
        "Declined. The customer was told.",
    );
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet btn-stop">"Decline"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="decline-problem" />
                    <Why booking problem />
                    <Submit label="Yes, decline it" busy="Declining…" pending=call.pending() class="btn btn-stop" />
                </ActionForm>
            </div>
        </details>
    }
}

/// The end of a swap that went wrong, with a reason that the customer reads.
#[component]
fn BreakOffSwap(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<BreakOff>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "The swap was broken off.");
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet btn-stop">"Break the swap off"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="break-off-problem" />
                    <Why booking problem />
                    <Submit label="Yes, break it off" busy="Ending…" pending=call.pending() class="btn btn-stop" />
                </ActionForm>
            </div>
        </details>
    }
}

#[component]
fn Why(booking: RwSignal<BookingOut>, problem: Signal<Option<Problem>>) -> impl IntoView {
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <input type="hidden" name="booking" value=id.to_string() />
        <Field label="Why" name="reason" autocomplete="off" hint="The customer reads it." problem />
    }
}
