//! Whose swap it is: by the code or PIN of a booking, or a customer without one.

use leptos::prelude::*;

use super::scan_field::ScanField;
use super::{GO, take_answer};
use crate::app::calls::floor::{NameCustomer, NameWalkIn};
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::protocol::rest::{BatteryModelOut, SessionOut};

/// The two ways to say it.
#[component]
pub fn Customer(session: RwSignal<SessionOut>, models: Vec<BatteryModelOut>) -> impl IntoView {
    view! {
        <ByCode session />
        <WalkIn session models />
    }
}

#[component]
fn ByCode(session: RwSignal<SessionOut>) -> impl IntoView {
    let call = ServerAction::<NameCustomer>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let swap = session.with_untracked(|session| session.id);
    let shown = RwSignal::new(String::new());
    view! {
        <ActionForm action=call attr:class="stack">
            <ErrorSummary problem id="shown-problem" but=("shown", GO) />
            <input type="hidden" name="session" value=swap.to_string() />
            <ScanField
                label="Customer's QR, code or PIN"
                name="shown"
                text=shown
                is_wrong=move || problem.with(Option::is_some)
                problem_id="shown-problem"
            />
            <Submit label="This is the customer" busy="Looking…" pending=call.pending() />
        </ActionForm>
    }
}

#[component]
fn WalkIn(session: RwSignal<SessionOut>, models: Vec<BatteryModelOut>) -> impl IntoView {
    let call = ServerAction::<NameWalkIn>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let swap = session.with_untracked(|session| session.id);
    let option = |model: BatteryModelOut| {
        view! { <option value=model.id.to_string()>{model.maker} " " {model.name}</option> }
    };
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet">"No booking"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="walk-in-problem" />
                    <input type="hidden" name="session" value=swap.to_string() />
                    <Field
                        label="Customer's e-mail address"
                        name="email"
                        kind="email"
                        autocomplete="off"
                        optional=true
                        hint="Of the customer's account. Empty for a guest without one."
                        problem
                    />
                    <Field label="Name" name="name" autocomplete="off" optional=true hint="Of a guest." problem />
                    <div class="field">
                        <label for="model">"Type of battery"</label>
                        <select class="input" id="model" name="model">
                            {models.into_iter().map(option).collect_view()}
                        </select>
                    </div>
                    <Submit label="Book and begin" busy="Booking…" pending=call.pending() class="btn" />
                </ActionForm>
            </div>
        </details>
    }
}
