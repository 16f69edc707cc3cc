//! What nobody at the station may miss: the most urgent tasks until somebody has them, and what was said to everybody.

use leptos::prelude::*;

use super::super::state::Counter;
use crate::app::calls::tasks::{AlertOut, HeedMessage, MoveTask, TaskStep};
use crate::app::parts::Icon;
use crate::app::parts::note::{Note, Tone};
use crate::domain::Loudness;
use crate::protocol::rest::TaskOut;

/// The banners over the board.
#[component]
pub fn Alarms(counter: Counter) -> impl IntoView {
    let work = counter.work;
    view! {
        <For each=move || work.alarming() key=|task| task.with_untracked(|task| task.id) let:task>
            <Alarm task=RwSignal::from(task) counter />
        </For>
        <For each=move || work.said().read().alerts.clone() key=|alert| alert.notification_id let:alert>
            <Said alert counter />
        </For>
        {move || {
            work.said().read().broadcast.clone()
                .map(|said| {
                    view! {
                        <Note title=format!("{}: {}", said.from, said.message)>
                            <button type="button" class="btn btn-quiet" on:click=move |_| work.said().update(|said| said.broadcast = None)>
                                "Put away"
                            </button>
                        </Note>
                    }
                })
        }}
    }
}

#[component]
fn Alarm(task: RwSignal<TaskOut>, counter: Counter) -> impl IntoView {
    let call = ServerAction::<MoveTask>::new();
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = call.value().get() {
            counter.work.take(fresh);
        }
    });
    let (id, kind, text) = task.with_untracked(|task| (task.id, task.kind.label(), task.text.clone()));
    view! {
        <div class="alarm" role="alert">
            <Icon name="alert" />
            <p>
                <b>{kind}</b>
                ": "
                {text}
            </p>
            <ActionForm action=call>
                <input type="hidden" name="task" value=id.to_string() />
                <input type="hidden" name="step" value=TaskStep::Ack.as_str() />
                <button type="submit" class="btn">
                    "Acknowledge"
                </button>
            </ActionForm>
        </div>
    }
}

/// What a lead or the operator said; loud ones look like an alarm.
#[component]
fn Said(alert: AlertOut, counter: Counter) -> impl IntoView {
    let call = ServerAction::<HeedMessage>::new();
    let said = StoredValue::new(alert.clone());
    Effect::new(move |_| {
        if let Some(Ok(_)) = call.value().get() {
            said.with_value(|said| counter.work.heeded(said));
        }
    });
    let is_loud = alert.priority == Loudness::High;
    let form = move || {
        view! {
            <ActionForm action=call>
                <input type="hidden" name="message" value=said.with_value(|said| said.notification_id.to_string()) />
                <button type="submit" class="btn">
                    "I have read it"
                </button>
            </ActionForm>
        }
    };
    if is_loud {
        view! {
            <div class="alarm" role="alert">
                <Icon name="alert" />
                <p>
                    <b>{alert.from}</b>
                    ": "
                    {alert.message}
                </p>
                {form()}
            </div>
        }
        .into_any()
    } else {
        view! { <Note tone=Tone::Warn title=format!("{}: {}", alert.from, alert.message)>{form()}</Note> }
            .into_any()
    }
}
