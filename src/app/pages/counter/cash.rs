//! Cash at the counter: counted, refused, given back.

use leptos::prelude::*;

use super::booking_end::when_done;
use super::state::Counter;
use crate::app::calls::cash::{CountCash, GiveBack, RefuseCash};
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::domain::{Money, PaymentState};
use crate::protocol::rest::BookingOut;

/// What is to be done about the money of a booking.
#[component]
pub fn Cash(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let state = Memo::new(move |_| booking.read().payment_state);
    let runs = Memo::new(move |_| !booking.read().state.is_ended());
    view! {
        <Show when=move || runs.get() && state.get() == PaymentState::CashDeclared>
            <Count counter booking />
            <Refuse counter booking />
        </Show>
        <Show when=move || goes_back_here(&booking.read())>
            <Back counter booking />
        </Show>
    }
}

/// What was paid in cash goes back in cash; so does what a payment service would not give back.
fn goes_back_here(booking: &BookingOut) -> bool {
    let is_online = booking.payment_method.is_online();
    match booking.payment_state {
        PaymentState::RefundPending => !is_online,
        state => state == PaymentState::RefundFailed,
    }
}

#[component]
fn Count(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<CountCash>::new();
    let problem = failure(move || call.value().get());
    when_done(
        counter,
        move || call.value().get(),
        "Counted. The customer was told.",
    );
    let (id, due) =
        booking.with_untracked(|booking| (booking.id, Money::new(booking.total_amount, booking.currency)));
    view! {
        <ActionForm action=call attr:class="stack">
            <ErrorSummary problem id="count-problem" />
            <input type="hidden" name="booking" value=id.to_string() />
            <Field
                label="Cash received"
                name="received"
                autocomplete="off"
                value=due.plain()
                hint="What is more than due is change."
                problem
            />
            <Submit label="Confirm the cash" busy="Noting…" pending=call.pending() />
        </ActionForm>
    }
}

#[component]
fn Refuse(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<RefuseCash>::new();
    let problem = failure(move || call.value().get());
    when_done(
        counter,
        move || call.value().get(),
        "Refused. The customer was told.",
    );
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet btn-stop">"Short or none"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="refuse-problem" />
                    <input type="hidden" name="booking" value=id.to_string() />
                    <Field label="What is wrong" name="why" autocomplete="off" hint="The customer reads it." problem />
                    <Submit label="Not accepted" busy="Noting…" pending=call.pending() class="btn btn-stop" />
                </ActionForm>
            </div>
        </details>
    }
}

#[component]
fn Back(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<GiveBack>::new();
    let problem = failure(move || call.value().get());
    when_done(
        counter,
        move || call.value().get(),
        "Noted. The customer was told.",
    );
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <ErrorSummary problem id="back-problem" />
        <ActionForm action=call>
            <input type="hidden" name="booking" value=id.to_string() />
            <Submit label="Money given back" busy="Noting…" pending=call.pending() class="btn" />
        </ActionForm>
    }
}
