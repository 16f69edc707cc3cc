//! Who works at which of my stations: send somebody there, or call her back.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{Ways, role_name};
use crate::app::browser;
use crate::app::calls::operators::{AssignStaff, Named, Roster, TakeStaffAway, load_rosters};
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, complaint_about, failure};
use crate::app::parts::refusal::Refusal;
use crate::protocol::rest::StaffOut;

/// The page.
#[component]
pub fn OperatorStaff() -> impl IntoView {
    let rosters = Resource::new_blocking(|| (), |()| load_rosters());
    let assign = ServerAction::<AssignStaff>::new();
    let take_away = ServerAction::<TakeStaffAway>::new();
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(person)) = assign.value().get() {
            rosters.refetch();
            announcer.say(format!("{} works there now.", person.name));
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(())) = take_away.value().get() {
            rosters.refetch();
            announcer.say("Taken away. The rights there ended at once.".to_owned());
            browser::focus("staff-h");
        }
    });
    let page = move || {
        Suspend::new(async move {
            match rosters.await {
                Ok(rosters) => Either::Left(view! { <Rosters rosters assign take_away /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Staff · Operator" />
        <Transition>{page}</Transition>
    }
}

#[component]
fn Rosters(
    rosters: Vec<Roster>,
    assign: ServerAction<AssignStaff>,
    take_away: ServerAction<TakeStaffAway>,
) -> impl IntoView {
    let stations = rosters.iter().map(|roster| roster.station.clone()).collect();
    let mut known: Vec<StaffOut> = rosters
        .iter()
        .flat_map(|roster| roster.people.iter().cloned())
        .collect();
    known.sort_by_key(|person| person.user_id);
    known.dedup_by_key(|person| person.user_id);
    let failed = failure(move || take_away.value().get());
    let sections = rosters
        .into_iter()
        .map(|roster| view! { <Station roster take_away /> })
        .collect_view();
    view! {
        <div class="wrap stack">
            <h1 id="staff-h" tabindex="-1">
                "Staff"
            </h1>
            <Ways />
            <ErrorSummary problem=failed id="take-away-problem" />
            <Assign stations known assign />
            <div class="rosters">{sections}</div>
        </div>
    }
}

#[component]
fn Assign(stations: Vec<Named>, known: Vec<StaffOut>, assign: ServerAction<AssignStaff>) -> impl IntoView {
    let problem = failure(move || assign.value().get());
    let complaint = Memo::new(move |_| problem.with(|problem| complaint_about(problem.as_ref()?, "station")));
    let options = stations
        .into_iter()
        .map(|(id, name)| view! { <option value=id.to_string()>{name}</option> })
        .collect_view();
    let people = known
        .into_iter()
        .map(|person| {
            view! { <li>{person.name} ", " <span class="code">{person.email}</span></li> }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="assign-h">
            <div class="panel-head">
                <h2 id="assign-h">"Assign somebody"</h2>
            </div>
            <div class="panel-body stack">
                <ActionForm action=assign attr:class="gate-form">
                    <ErrorSummary problem id="assign-problem" />
                    <Field
                        label="Email"
                        name="email"
                        kind="email"
                        autocomplete="off"
                        hint="Of an attendant or lead. Both of you get a message."
                        problem
                    />
                    <div class="field">
                        <label for="station">"Station"</label>
                        <select
                            class="input"
                            id="station"
                            name="station"
                            required
                            aria-invalid=move || complaint.get().map(|_| "true")
                            aria-describedby=move || complaint.get().map(|_| "station-error")
                        >
                            <option value="">"Choose a station"</option>
                            {options}
                        </select>
                        {move || complaint.get().map(|detail| view! { <Complaint detail /> })}
                    </div>
                    <div class="btns">
                        <Submit label="Assign" busy="Assigning…" pending=assign.pending() class="btn btn-go" />
                    </div>
                </ActionForm>
                <details class="more">
                    <summary>"People who work for you already"</summary>
                    <ul class="stack-s">{people}</ul>
                </details>
            </div>
        </section>
    }
}

#[component]
fn Complaint(detail: String) -> impl IntoView {
    view! {
        <p class="error" id="station-error">
            <Icon name="alert" />
            {detail}
        </p>
    }
}

#[component]
fn Station(roster: Roster, take_away: ServerAction<TakeStaffAway>) -> impl IntoView {
    let Roster { station, people } = roster;
    let heading = format!("roster-{}", station.0);
    let id = heading.clone();
    let body = if people.is_empty() {
        Either::Left(view! {
            <p class="panel-body soft">"Nobody is assigned here. You serve it yourself at its counter."</p>
        })
    } else {
        let row = |person| view! { <Person person take_away /> };
        let rows = people.into_iter().map(row).collect_view();
        Either::Right(view! { <ul class="rows">{rows}</ul> })
    };
    view! {
        <section class="panel" aria-labelledby=heading>
            <div class="panel-head">
                <h2 id=id>{station.1}</h2>
                <a href=format!("/staff/stations/{}", station.0)>"Counter"</a>
            </div>
            {body}
        </section>
    }
}

#[component]
fn Person(person: StaffOut, take_away: ServerAction<TakeStaffAway>) -> impl IntoView {
    let name = person.name.clone();
    view! {
        <li class="stack-s">
            <div>
                <b>{person.name}</b>
                <small class="soft vehicle-line">{role_name(person.role)} ", " {person.email}</small>
            </div>
            <details class="ask">
                <summary role="button" class="btn btn-quiet btn-stop">
                    "Take away"
                    <span class="sr">" " {name.clone()}</span>
                </summary>
                <div class="note" data-tone="warn">
                    <p>
                        <b>"Take " {name} " away from here? "</b>
                        "What she may do at this station ends at once. You can assign her again."
                    </p>
                    <ActionForm action=take_away attr:class="btns">
                        <input type="hidden" name="station" value=person.station_id.to_string() />
                        <input type="hidden" name="user" value=person.user_id.to_string() />
                        <Submit
                            label="Yes, take away"
                            busy="Taking away…"
                            pending=take_away.pending()
                            class="btn btn-stop"
                        />
                    </ActionForm>
                </div>
            </details>
        </li>
    }
}
