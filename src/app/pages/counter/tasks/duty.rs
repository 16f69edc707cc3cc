//! Who is at work here, with what, and whether I am.

use leptos::prelude::*;

use super::super::state::Counter;
use crate::app::calls::tasks::TurnUp;
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::protocol::rest::OnDutyOut;

/// The list, and my switch.
#[component]
pub fn Duty(counter: Counter) -> impl IntoView {
    let call = ServerAction::<TurnUp>::new();
    let problem = failure(move || call.value().get());
    Effect::new(move |_| {
        if let Some(Ok(_)) = call.value().get() {
            counter.acted();
        }
    });
    let on = Memo::new(move |_| counter.work.standing().read().on_shift);
    let people = Memo::new(move |_| counter.work.standing().with(|standing| standing.on_duty.clone()));
    view! {
        <section aria-labelledby="duty-h">
            <div class="col-head">
                <h3 id="duty-h">"On shift"</h3>
                <ActionForm action=call>
                    <input type="hidden" name="station" value=counter.station.to_string() />
                    <input type="hidden" name="on" value=move || (!on.get()).to_string() />
                    {move || {
                        let label = if on.get() { "End my shift" } else { "Begin my shift" };
                        view! { <Submit label busy="Noting…" pending=call.pending() class="btn" /> }
                    }}
                </ActionForm>
            </div>
            <ErrorSummary problem id="duty-problem" />
            <dl class="panel rows shift">
                {move || people.get().into_iter().map(person).collect_view()}
            </dl>
            <Show when=move || people.read().is_empty()>
                <p class="soft">"Nobody has begun a shift."</p>
            </Show>
        </section>
    }
}

fn person(one: OnDutyOut) -> impl IntoView {
    let tasks = match one.tasks.len() {
        0 => "no task".to_owned(),
        1 => "1 task".to_owned(),
        count => format!("{count} tasks"),
    };
    let how = match (one.on_shift, one.present) {
        (true, true) => "",
        (true, false) => ", no screen open",
        (false, _) => ", not on shift",
    };
    view! {
        <div class="split">
            <dt>{one.name}</dt>
            <dd>{tasks} {how}</dd>
        </div>
    }
}
