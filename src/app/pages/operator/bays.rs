//! The bays of a station, and a further one.

use leptos::prelude::*;

use crate::app::calls::bay_places::AddBay;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::domain::StationId;
use crate::protocol::rest::BayOut;

/// The list, with the form for whoever may add to it.
#[component]
pub fn StationBays(
    station: StationId,
    bays: Vec<BayOut>,
    add: ServerAction<AddBay>,
    may_change: bool,
) -> impl IntoView {
    let problem = failure(move || add.value().get());
    let is_empty = bays.is_empty();
    let row = |bay: BayOut| {
        view! {
            <li class="split">
                <a href=format!("/staff/bays/{}", bay.id)>"Bay " {bay.number}</a>
                <span class="soft">{bay.zone}</span>
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby="bays-h">
            <div class="panel-head">
                <h2 id="bays-h" tabindex="-1">
                    "Bays"
                </h2>
            </div>
            <ul class="rows">{bays.into_iter().map(row).collect_view()}</ul>
            {is_empty.then(|| view! { <p class="panel-body soft">"No bay yet: batteries are handed over at the counter."</p> })}
            {may_change
                .then(|| {
                    view! {
                        <div class="panel-body panel-foot">
                            <ActionForm action=add attr:class="stack">
                                <ErrorSummary problem id="bay-problem" />
                                <input type="hidden" name="station" value=station.to_string() />
                                <Field
                                    label="Where the next bay is"
                                    name="zone"
                                    autocomplete="off"
                                    optional=true
                                    hint="Like Front, or Left of the gate. At most 40 characters."
                                    problem
                                />
                                <div class="btns">
                                    <Submit label="Add a bay" busy="Adding…" pending=add.pending() class="btn" />
                                </div>
                            </ActionForm>
                        </div>
                    }
                })}
        </section>
    }
}
