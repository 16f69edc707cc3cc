//! What staff can do with the pack in a slot. Each action is a form of its own, with what went wrong beside
//! its control; only those that the pack's state allows are offered.

use leptos::prelude::*;

use super::add::FreeSlots;
use super::state::{Counter, Open};
use crate::app::browser;
use crate::app::calls::packs::{
    AdvanceBattery, MeasureBattery, MoveBattery, QuarantineBattery, RemoveBattery,
};
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::domain::{BatteryId, BatteryState, Problem};
use crate::protocol::rest::BatteryOut;

/// Where the focus goes when an action took its own control away.
const PANEL: &str = "open";

/// All of them.
#[component]
pub fn PackActions(counter: Counter, id: BatteryId, pack: Memo<Option<BatteryOut>>) -> impl IntoView {
    let state = Memo::new(move |_| pack.with(|pack| pack.as_ref().map(|pack| pack.state)));
    let may_be_locked = move || {
        state
            .get()
            .is_some_and(|state| state.may_become(BatteryState::Quarantined))
    };
    let next = Memo::new(move |_| state.get().and_then(next_step));
    view! {
        <div class="stack-s">
            <Advance counter id next />
            <Show when=may_be_locked>
                <Quarantine counter id />
            </Show>
            <Measure counter id pack />
            <Move counter id />
            <Remove counter id />
        </div>
    }
}

/// What comes after a lock or a return, and what the button says.
fn next_step(state: BatteryState) -> Option<(BatteryState, &'static str)> {
    match state {
        BatteryState::Returned => Some((BatteryState::Charging, "Looks good, put on charge")),
        BatteryState::Quarantined => Some((BatteryState::Maintenance, "Send to maintenance")),
        BatteryState::Maintenance => Some((BatteryState::Charging, "Clear, back to charging")),
        _ => None,
    }
}

/// Says what happened, shows it, and keeps the focus in the panel.
fn when_done<T: Clone + Send + Sync + 'static>(
    counter: Counter,
    answer: impl Fn() -> Option<Result<T, Problem>> + 'static,
    said: &'static str,
) {
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(_)) = answer() {
            announcer.say(said);
            counter.acted();
            browser::focus(PANEL);
        }
    });
}

/// A question that unfolds under its control, with or without WASM.
#[component]
fn Ask(
    label: &'static str,
    /// Stays open while there is something to mend.
    problem: Signal<Option<Problem>>,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn">{label}</summary>
            <div class="ask-body">{children()}</div>
        </details>
    }
}

#[component]
fn Advance(
    counter: Counter,
    id: BatteryId,
    next: Memo<Option<(BatteryState, &'static str)>>,
) -> impl IntoView {
    let call = ServerAction::<AdvanceBattery>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Done.");
    let form = move || {
        next.get().map(|(state, label)| {
            view! {
                <ActionForm action=call>
                    <input type="hidden" name="battery" value=id.to_string() />
                    <input type="hidden" name="state" value=state.as_str() />
                    <Submit label busy="Changing…" pending=call.pending() class="btn btn-go" />
                </ActionForm>
            }
        })
    };
    view! {
        <ErrorSummary problem id="advance-problem" />
        {form}
    }
}

#[component]
fn Quarantine(counter: Counter, id: BatteryId) -> impl IntoView {
    let call = ServerAction::<QuarantineBattery>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Battery quarantined.");
    view! {
        <Ask label="Quarantine" problem>
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="note-problem" />
                <input type="hidden" name="battery" value=id.to_string() />
                <Field
                    label="Why"
                    name="note"
                    autocomplete="off"
                    hint="Nobody gets this battery until it was looked at. A booking that holds it gets another, or the next one."
                    problem
                />
                <Submit label="Quarantine it" busy="Locking…" pending=call.pending() class="btn btn-stop" />
            </ActionForm>
        </Ask>
    }
}

#[component]
fn Measure(counter: Counter, id: BatteryId, pack: Memo<Option<BatteryOut>>) -> impl IntoView {
    let call = ServerAction::<MeasureBattery>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Measurement noted.");
    let soh = pack.with_untracked(|pack| pack.as_ref().map(|pack| pack.soh.to_string()));
    view! {
        <Ask label="Note a measurement" problem>
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="measure-problem" />
                <input type="hidden" name="battery" value=id.to_string() />
                <div class="two">
                    <Field label="Charge, %" name="soc" kind="number" autocomplete="off" problem />
                    <Field
                        label="Health, %"
                        name="soh"
                        kind="number"
                        autocomplete="off"
                        value=soh.unwrap_or_default()
                        problem
                    />
                </div>
                <Submit label="Note it" busy="Noting…" pending=call.pending() class="btn btn-go" />
            </ActionForm>
        </Ask>
    }
}

#[component]
fn Move(counter: Counter, id: BatteryId) -> impl IntoView {
    let call = ServerAction::<MoveBattery>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Battery moved.");
    view! {
        <Ask label="Move to another slot" problem>
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="slot-problem" />
                <input type="hidden" name="station" value=counter.station.to_string() />
                <input type="hidden" name="battery" value=id.to_string() />
                <FreeSlots counter first="Choose a slot" problem />
                <Submit label="Move it" busy="Moving…" pending=call.pending() class="btn btn-go" />
            </ActionForm>
        </Ask>
    }
}

#[component]
fn Remove(counter: Counter, id: BatteryId) -> impl IntoView {
    let call = ServerAction::<RemoveBattery>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Battery removed.");
    view! {
        <Ask label="Remove" problem>
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="remove-problem" />
                <p>
                    <b>"Take this battery out for good? "</b>
                    "Its history stays; it cannot be put back in."
                </p>
                <input type="hidden" name="battery" value=id.to_string() />
                <div class="btns">
                    <Submit
                        label="Yes, remove it"
                        busy="Removing…"
                        pending=call.pending()
                        class="btn btn-stop"
                    />
                    <a class="btn btn-quiet" href=Open::Nothing.address(counter.station) data-noscroll>
                        "Keep it"
                    </a>
                </div>
            </ActionForm>
        </Ask>
    }
}
