//! What I ride: the list, and the form that adds to it or changes one of it. Which one is changed stands in the
//! address, so that it also works without scripts.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::app::browser;
use crate::app::calls::vehicles::{AddVehicle, ChangeVehicle, Garage, RemoveVehicle, load_garage};
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, complaint_about, failure};
use crate::app::parts::refusal::Refusal;
use crate::domain::{Problem, VehicleId};
use crate::protocol::rest::{VehicleOut, VehicleTypeOut};

/// What can be done here; it outlives the list, which is read again after each.
#[derive(Clone, Copy)]
struct Doing {
    add: ServerAction<AddVehicle>,
    change: ServerAction<ChangeVehicle>,
    remove: ServerAction<RemoveVehicle>,
}

/// The page of my vehicles.
#[component]
pub fn Vehicles() -> impl IntoView {
    let garage = Resource::new_blocking(|| (), |()| load_garage());
    let doing = Doing {
        add: ServerAction::new(),
        change: ServerAction::new(),
        remove: ServerAction::new(),
    };
    let query = use_query_map();
    let edited = Memo::new(move |_| query.with(|query| query.get("edit")?.parse().ok().map(VehicleId)));
    when_done(garage, move || doing.add.value().get(), "Vehicle added.");
    when_done(garage, move || doing.change.value().get(), "Vehicle changed.");
    when_done(garage, move || doing.remove.value().get(), "Vehicle removed.");
    let page = move || {
        let edited = edited.get();
        Suspend::new(async move {
            match garage.await {
                Ok(garage) => Either::Left(view! { <Mine garage doing edited /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Your vehicles" />
        <Transition>{page}</Transition>
    }
}

/// Reads the list again, says what happened, and puts the focus where it can be seen.
fn when_done<T: Clone + Send + Sync + 'static>(
    garage: Resource<Result<Garage, Problem>>,
    answer: impl Fn() -> Option<Result<T, Problem>> + 'static,
    said: &'static str,
) {
    let (announcer, navigate) = (Announcer::get(), use_navigate());
    Effect::new(move |_| {
        if let Some(Ok(_)) = answer() {
            garage.refetch();
            navigate("/vehicles", NavigateOptions::default());
            announcer.say(said);
            browser::after(0, || browser::focus("vehicles-h")).forget();
        }
    });
}

#[component]
fn Mine(garage: Garage, doing: Doing, edited: Option<VehicleId>) -> impl IntoView {
    let Garage { vehicles, types, key } = garage;
    let edited = vehicles
        .iter()
        .find(|vehicle| Some(vehicle.id) == edited)
        .cloned();
    let form = match edited {
        Some(vehicle) => Either::Left(view! { <Change vehicle types doing /> }),
        None => Either::Right(view! { <Add types key doing /> }),
    };
    let list = if vehicles.is_empty() {
        Either::Left(view! {
            <div class="panel panel-body">
                <p>
                    "No vehicle yet. Add yours, and the stations show what fits it."
                </p>
            </div>
        })
    } else {
        let row = |vehicle| view! { <Row vehicle doing /> };
        let rows = vehicles.into_iter().map(row).collect_view();
        Either::Right(view! { <ul class="panel rows">{rows}</ul> })
    };
    view! {
        <div class="wrap">
            <div class="inbox stack">
                <a class="crumb" href="/profile">
                    <Icon name="back" />
                    "Profile"
                </a>
                <h1 id="vehicles-h" tabindex="-1">
                    "Your vehicles"
                </h1>
                {list}
                {form}
            </div>
        </div>
    }
}

#[component]
fn Row(vehicle: VehicleOut, doing: Doing) -> impl IntoView {
    let id = vehicle.id;
    let failed = failure(move || {
        let last = doing.remove.input().get();
        let is_this = last.is_none_or(|last| last.vehicle == id);
        doing.remove.value().get().filter(|_| is_this)
    });
    let fitting = vehicle.vehicle_type.fitting();
    let registration = (vehicle.name != vehicle.registration).then(|| vehicle.registration.clone());
    let registration = registration.map(|registration| format!("{registration} · "));
    let name = vehicle.name.clone();
    view! {
        <li class="stack-s">
            <div class="split">
                <div>
                    <b>{vehicle.name.clone()}</b>
                    <small class="soft vehicle-line">
                        {registration} {vehicle.vehicle_type.maker} " " {vehicle.vehicle_type.name}
                        " · takes " {fitting}
                    </small>
                </div>
                <a class="btn" href=format!("/vehicles?edit={id}#edit-h")>
                    "Change"
                    <span class="sr">" " {name.clone()}</span>
                </a>
            </div>
            <details class="ask">
                <summary role="button" class="btn btn-quiet btn-stop">
                    "Remove"
                    <span class="sr">" " {name.clone()}</span>
                </summary>
                <div class="note" data-tone="warn">
                    <p>
                        <b>"Remove " {name} "? "</b>
                        "Bookings made with it stay as they are."
                    </p>
                    <ErrorSummary problem=failed id="remove-problem" />
                    <ActionForm action=doing.remove attr:class="btns">
                        <input type="hidden" name="vehicle" value=id.to_string() />
                        <Submit
                            label="Yes, remove it"
                            busy="Removing…"
                            pending=doing.remove.pending()
                            class="btn btn-stop"
                        />
                    </ActionForm>
                </div>
            </details>
        </li>
    }
}

#[component]
fn Add(types: Vec<VehicleTypeOut>, key: String, doing: Doing) -> impl IntoView {
    let problem = failure(move || doing.add.value().get());
    view! {
        <section class="panel" aria-labelledby="add-h">
            <div class="panel-head">
                <h2 id="add-h">"Add a vehicle"</h2>
            </div>
            <div class="panel-body">
                <ActionForm action=doing.add attr:class="gate-form">
                    <ErrorSummary problem id="add-problem" />
                    <input type="hidden" name="key" value=key />
                    <Fields types vehicle=None problem />
                    <div class="btns">
                        <Submit label="Add vehicle" busy="Adding…" pending=doing.add.pending() class="btn btn-go" />
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}

#[component]
fn Change(vehicle: VehicleOut, types: Vec<VehicleTypeOut>, doing: Doing) -> impl IntoView {
    let problem = failure(move || doing.change.value().get());
    let id = vehicle.id;
    let title = format!("Change {}", vehicle.name);
    view! {
        <section class="panel" aria-labelledby="edit-h">
            <div class="panel-head">
                <h2 id="edit-h" tabindex="-1">
                    {title}
                </h2>
            </div>
            <div class="panel-body">
                <ActionForm action=doing.change attr:class="gate-form">
                    <ErrorSummary problem id="change-problem" />
                    <input type="hidden" name="vehicle" value=id.to_string() />
                    <Fields types vehicle=Some(vehicle) problem />
                    <div class="btns">
                        <Submit label="Save" busy="Saving…" pending=doing.change.pending() class="btn btn-go" />
                        <a class="btn" href="/vehicles">
                            "Leave it as it is"
                        </a>
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}

#[component]
fn Fields(
    types: Vec<VehicleTypeOut>,
    vehicle: Option<VehicleOut>,
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let complaint = Memo::new(move |_| problem.with(|problem| complaint_about(problem.as_ref()?, "type_id")));
    let of = vehicle.as_ref().map(|vehicle| vehicle.vehicle_type.id);
    let options = types.into_iter().map(|known| {
        let label = format!("{} {}, takes {}", known.maker, known.name, known.fitting());
        view! {
            <option value=known.id.to_string() selected=of == Some(known.id)>
                {label}
            </option>
        }
    });
    let registration = vehicle
        .as_ref()
        .map(|vehicle| vehicle.registration.clone())
        .unwrap_or_default();
    let name = vehicle
        .filter(|vehicle| vehicle.name != vehicle.registration)
        .map(|vehicle| vehicle.name)
        .unwrap_or_default();
    view! {
        <Field
            label="Registration"
            name="registration"
            autocomplete="off"
            hint="As on the plate, like KL 07 AB 1234."
            value=registration
            problem
        />
        <div class="field">
            <label for="type_id">"Type"</label>
            <select
                class="input"
                id="type_id"
                name="type_id"
                required
                aria-invalid=move || complaint.get().map(|_| "true")
                aria-describedby=move || complaint.get().map(|_| "type_id-error")
            >
                <option value="">"Choose a type"</option>
                {options.collect_view()}
            </select>
            {move || {
                complaint
                    .get()
                    .map(|detail| {
                        view! {
                            <p class="error" id="type_id-error">
                                <Icon name="alert" />
                                {detail}
                            </p>
                        }
                    })
            }}
        </div>
        <Field label="What you call it" name="name" autocomplete="off" optional=true value=name problem />
    }
}
