//! Putting a pack into a slot.

use leptos::prelude::*;

use super::opened::PanelHead;
use super::state::{Counter, Given};
use crate::app::calls::packs::AddBattery;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, complaint_about, failure};
use crate::app::parts::{Icon, Shape};
use crate::domain::{Problem, SlotNumber};

/// The form; into a certain slot, or into any that is free.
#[component]
pub fn AddPack(counter: Counter, #[prop(optional)] into: Option<SlotNumber>) -> impl IntoView {
    let call = ServerAction::<AddBattery>::new();
    let problem = failure(move || call.value().get());
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(pack)) = call.value().get() {
            let label = pack.slot.map(SlotNumber::label).unwrap_or_default();
            announcer.say(format!("Battery added in slot {label}."));
            counter.acted();
        }
    });
    let label = match into {
        Some(slot) => format!("Slot {} is free", slot.label()),
        None => "Into a free slot".to_owned(),
    };
    view! {
        <PanelHead counter title="Add a battery".to_owned() label />
        <div class="panel-body">
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="add-problem" />
                <input type="hidden" name="station" value=counter.station.to_string() />
                <input type="hidden" name="key" value=move || counter.key.get() />
                <Field label="Serial" name="serial" autocomplete="off" problem />
                <Models counter problem />
                <div class="two">
                    <Field
                        label="Charge, %"
                        name="soc"
                        kind="number"
                        autocomplete="off"
                        value="100"
                        problem
                    />
                    <Field
                        label="Health, %"
                        name="soh"
                        kind="number"
                        autocomplete="off"
                        value="100"
                        problem
                    />
                </div>
                <FreeSlots counter first="First free slot" chosen=into problem />
                <Submit label="Add battery" busy="Adding…" pending=call.pending() />
            </ActionForm>
        </div>
    }
}

#[component]
fn Models(counter: Counter, problem: Signal<Option<Problem>>) -> impl IntoView {
    let models = counter.given.with_value(|Given { models, .. }| {
        let option = |model: &crate::protocol::rest::BatteryModelOut| {
            let name = format!("{} {}, {} V", model.maker, model.name, model.nominal_voltage_v);
            view! { <option value=model.id.to_string()>{name}</option> }
        };
        models.iter().map(option).collect_view()
    });
    view! {
        <div class="field">
            <label for="model_id">"Model"</label>
            <select
                class="input"
                id="model_id"
                name="model_id"
                required
                aria-invalid=move || complaint(problem, "model_id").map(|_| "true")
            >
                <option value="">"Choose a model"</option>
                {models}
            </select>
            <Complaint problem field="model_id" />
        </div>
    }
}

/// The free slots of the station, to choose one.
#[component]
pub fn FreeSlots(
    counter: Counter,
    /// What the choice of none says.
    first: &'static str,
    /// Chosen already.
    #[prop(optional_no_strip)]
    chosen: Option<SlotNumber>,
    /// The problem of the last answer.
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let free = Memo::new(move |_| {
        let slots = counter.store.slots.get();
        let free = |slot: &crate::app::live::store::SlotSignal| {
            slot.cell
                .with(|cell| (cell.shape == Shape::Empty).then_some(cell.number))
        };
        slots.iter().filter_map(free).collect::<Vec<_>>()
    });
    let picked = RwSignal::new(chosen.map(|slot| slot.0.to_string()).unwrap_or_default());
    let options = move || {
        let option = |slot: SlotNumber| {
            let value = slot.0.to_string();
            let selected = picked.read_untracked() == value;
            view! {
                <option value=value selected=selected>
                    {slot.label()}
                </option>
            }
        };
        free.get().into_iter().map(option).collect_view()
    };
    view! {
        <div class="field">
            <label for="slot">"Slot"</label>
            <select
                class="input"
                id="slot"
                name="slot"
                aria-invalid=move || complaint(problem, "slot").map(|_| "true")
                on:change=move |event| picked.set(event_target_value(&event))
            >
                <option value="">{first}</option>
                {options}
            </select>
            <Complaint problem field="slot" />
        </div>
    }
}

fn complaint(problem: Signal<Option<Problem>>, field: &str) -> Option<String> {
    problem.with(|problem| complaint_about(problem.as_ref()?, field))
}

#[component]
fn Complaint(problem: Signal<Option<Problem>>, field: &'static str) -> impl IntoView {
    move || {
        complaint(problem, field).map(|detail| {
            view! {
                <p class="error">
                    <Icon name="alert" />
                    {detail}
                </p>
            }
        })
    }
}
