//! What nobody at a station has taken up: not all staff, not the leads. Now it is the operator's.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::app::calls::tasks::{MoveTask, TaskStep};
use crate::app::parts::form::{ErrorSummary, failure};
use crate::domain::StationId;
use crate::protocol::rest::TaskOut;

/// The list; who acknowledges one has it.
#[component]
pub fn Raised(
    raised: Vec<TaskOut>,
    names: BTreeMap<StationId, String>,
    again: Callback<()>,
) -> impl IntoView {
    let call = ServerAction::<MoveTask>::new();
    let problem = failure(move || call.value().get());
    Effect::new(move |_| {
        if call.value().with(Option::is_some) {
            again.run(());
        }
    });
    let row = move |task: TaskOut| {
        let station = names.get(&task.station_id).cloned().unwrap_or_default();
        let about = task.text.clone();
        view! {
            <li class="task">
                <span class="prio" data-p=i64::from(task.priority).to_string()>
                    <span class="sr">"Priority "</span>
                    {i64::from(task.priority)}
                </span>
                <div>
                    <b>{task.kind.label()}</b>
                    <p>{task.text}</p>
                    <p>
                        <a href=format!("/staff/stations/{}", task.station_id)>{station}</a>
                    </p>
                </div>
                <div class="task-do">
                    <ActionForm action=call>
                        <input type="hidden" name="task" value=task.id.to_string() />
                        <input type="hidden" name="step" value=TaskStep::Ack.as_str() />
                        <button type="submit" class="btn btn-go">
                            "Acknowledge"
                            <span class="sr">": " {about}</span>
                        </button>
                    </ActionForm>
                </div>
            </li>
        }
    };
    view! {
        <section aria-labelledby="raised-h">
            <div class="col-head">
                <h2 id="raised-h">"Nobody has taken these up"</h2>
            </div>
            <ErrorSummary problem id="raised-problem" />
            <ol class="panel rows">{raised.into_iter().map(row).collect_view()}</ol>
        </section>
    }
}
