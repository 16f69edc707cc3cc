//! Giving a task to somebody else: for leads and the operator.

use leptos::prelude::*;

use super::super::state::Counter;
use crate::app::calls::tasks::GiveTask;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::domain::TaskCommand;
use crate::protocol::rest::{OnDutyOut, TaskOut};

/// Folded away until somebody needs it. Who gets it has to acknowledge it.
#[component]
pub fn Give(task: RwSignal<TaskOut>, counter: Counter) -> impl IntoView {
    let call = ServerAction::<GiveTask>::new();
    let problem = failure(move || call.value().get());
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = call.value().get() {
            announcer.say(format!("For {} now.", fresh.assignee.clone().unwrap_or_default()));
            counter.work.take(fresh);
        }
    });
    let may_lead = move || counter.work.standing().read().may_lead;
    let is_possible = Memo::new(move |_| task.read().state.after(TaskCommand::Reassign).is_some());
    let people = Memo::new(move |_| counter.work.standing().with(|standing| standing.on_duty.clone()));
    let (id, about) = task.with_untracked(|task| (task.id, task.text.clone()));
    let about = StoredValue::new(about);
    view! {
        <Show when=move || may_lead() && is_possible.get() && !people.read().is_empty()>
            <details class="ask">
                <summary class="btn btn-quiet">
                    "Give to" <span class="sr">" somebody: " {about.get_value()}</span>
                </summary>
                <ActionForm action=call attr:class="ask-body stack-s">
                    <ErrorSummary problem id="give-problem" />
                    <input type="hidden" name="task" value=id.to_string() />
                    <select class="input" name="to" aria-label="Who does it">
                        {move || people.get().into_iter().map(choice).collect_view()}
                    </select>
                    <Submit label="Give it" busy="Giving…" pending=call.pending() class="btn" />
                </ActionForm>
            </details>
        </Show>
    }
}

fn choice(person: OnDutyOut) -> impl IntoView {
    let at_work = if person.on_shift { "" } else { ", not on shift" };
    view! {
        <option value=person.user_id.to_string()>
            {person.name} ", has " {person.tasks.len()} {at_work}
        </option>
    }
}
