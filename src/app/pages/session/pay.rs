//! The money of a swap.

use leptos::prelude::*;

use super::{Do, GO, money, take_answer};
use crate::app::calls::floor::{PaySwap, SwapStep};
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::domain::{Money, PaymentState};
use crate::protocol::rest::SessionOut;

/// Counts what the customer hands over; goes on when it is paid in another way.
#[component]
pub fn Pay(session: RwSignal<SessionOut>) -> impl IntoView {
    let call = ServerAction::<PaySwap>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let (swap, due) = session.with_untracked(|session| {
        let due = session
            .currency
            .map(|currency| Money::new(session.total_amount, currency).plain());
        (session.id, StoredValue::new(due.unwrap_or_default()))
    });
    let is_settled = Memo::new(move |_| {
        let state = session.read().payment_state;
        state.is_some_and(PaymentState::is_settled)
    });
    view! {
        <p><b class="cash">{move || session.with(money)}</b></p>
        <Show
            when=move || !is_settled.get()
            fallback=move || view! { <Do session step=SwapStep::Next label="Open the slot" id=GO /> }
        >
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="pay-problem" />
                <input type="hidden" name="session" value=swap.to_string() />
                <div class="field">
                    <label for=GO>"Cash received"</label>
                    <input
                        class="input"
                        id=GO
                        name="received"
                        type="text"
                        inputmode="decimal"
                        autocomplete="off"
                        required
                        autofocus
                        value=due.get_value()
                    />
                    <p class="label">"What is more than due is change. The slot opens."</p>
                </div>
                <Submit label="Take the cash" busy="Noting…" pending=call.pending() />
            </ActionForm>
        </Show>
    }
}
