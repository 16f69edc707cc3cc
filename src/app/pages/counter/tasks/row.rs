//! One task: how urgent, what, who has it, and what I can do with it.

use leptos::prelude::*;

use super::super::state::{Counter, Open};
use super::give::Give;
use crate::app::calls::tasks::{MoveTask, TaskStep};
use crate::app::live::clock::Clock;
use crate::app::live::work::Row as Listed;
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::countdown::{minutes_and_seconds, time_left};
use crate::domain::{TaskCommand, TaskState};
use crate::protocol::rest::TaskOut;

/// The row.
#[component]
pub fn Row(row: Listed, counter: Counter) -> impl IntoView {
    let (id, is_new) = (row.id, row.is_new);
    let task = RwSignal::from(row.task);
    let state = Memo::new(move |_| task.read().state);
    let (priority, kind) = task.with_untracked(|task| (i64::from(task.priority), task.kind.label()));
    let text = task.with_untracked(|task| task.text.clone());
    let booking = task.with_untracked(|task| task.booking_id);
    let level = Memo::new(move |_| task.read().level);
    let who = move || task.with(who);
    let raised = move || {
        let to = match level.get() {
            0 => return None,
            1 => "All staff are asked",
            2 => "The leads are asked",
            _ => "The operator is asked",
        };
        (state.get() == TaskState::Open)
            .then(|| view! { " · " <span class="word" data-tone="warn">{to}</span> })
    };
    view! {
        <li
            class="task"
            tabindex="-1"
            data-task=id.to_string()
            data-new=is_new.then_some("")
            data-ended=move || (!state.get().is_active()).then_some("")
        >
            <span class="prio" data-p=priority.to_string()>
                <span class="sr">"Priority "</span>
                {priority}
            </span>
            <div>
                <b>{kind}</b>
                <p>{text}</p>
                <p>
                    {who} {raised} <Due task />
                </p>
            </div>
            <div class="task-do">
                <Step task counter step=TaskStep::Ack command=TaskCommand::Ack label="Acknowledge" class="btn btn-go" />
                <Step task counter step=TaskStep::Start command=TaskCommand::Start label="Start" class="btn" />
                <Step task counter step=TaskStep::Complete command=TaskCommand::Complete label="Done" class="btn" />
                <Undo task counter />
                <Give task counter />
                <Show when=move || state.get().is_active()>
                    {booking
                        .map(|booking| {
                            view! {
                                <a
                                    class="btn btn-quiet"
                                    href=Open::Booking(booking).address(counter.station)
                                    data-noscroll
                                >
                                    "Open"
                                    <span class="sr">" booking " {booking.to_string()}</span>
                                </a>
                            }
                        })}
                </Show>
            </div>
        </li>
    }
}

/// Who has it, or that nobody has.
fn who(task: &TaskOut) -> String {
    match (task.state, task.acked_by.as_ref().or(task.assignee.as_ref())) {
        (TaskState::Open, Some(name)) => format!("For {name}, not acknowledged"),
        (TaskState::Open, None) => "Nobody has it yet".to_owned(),
        (TaskState::Acked, Some(name)) => format!("{name} has it"),
        (TaskState::InProgress, Some(name)) => format!("{name} is at it"),
        (TaskState::Done, Some(name)) => format!("Done, {name}"),
        (state, _) => state.label().to_owned(),
    }
}

/// By when somebody should have said that she has it.
#[component]
fn Due(task: RwSignal<TaskOut>) -> impl IntoView {
    let clock = Clock::get();
    let ticks = clock.ticks_here();
    move || {
        let due = task.with(|task| task.due_at.filter(|_| task.state == TaskState::Open))?;
        if !ticks.get() {
            return None;
        }
        let left = time_left(due, clock.now());
        Some(if left.is_zero() {
            view! { " · " <span class="over">"overdue"</span> }.into_any()
        } else {
            view! { " · acknowledge within " <time>{minutes_and_seconds(left)}</time> }.into_any()
        })
    }
}

/// One button, where the state of the task allows it.
#[component]
fn Step(
    task: RwSignal<TaskOut>,
    counter: Counter,
    step: TaskStep,
    command: TaskCommand,
    label: &'static str,
    class: &'static str,
) -> impl IntoView {
    let is_possible = Memo::new(move |_| task.read().state.after(command).is_some());
    view! {
        <Show when=move || is_possible.get()>
            <Move task counter step label class />
        </Show>
    }
}

/// While that is possible, "done" can be taken back.
#[component]
fn Undo(task: RwSignal<TaskOut>, counter: Counter) -> impl IntoView {
    let clock = Clock::get();
    let ticks = clock.ticks_here();
    let is_possible = Memo::new(move |_| {
        let until = task.with(|task| task.undo_until.filter(|_| task.state == TaskState::Done));
        until.is_some_and(|until| !ticks.get() || clock.now() < until)
    });
    view! {
        <Show when=move || is_possible.get()>
            <Move task counter step=TaskStep::Undo label="Undo" class="btn" />
        </Show>
    }
}

#[component]
fn Move(
    task: RwSignal<TaskOut>,
    counter: Counter,
    step: TaskStep,
    label: &'static str,
    class: &'static str,
) -> impl IntoView {
    let call = ServerAction::<MoveTask>::new();
    let announcer = Announcer::get();
    Effect::new(move |_| match call.value().get() {
        Some(Ok(fresh)) => {
            announcer.say(fresh.state.label());
            counter.work.take(fresh);
        }
        Some(Err(problem)) => announcer.warn(problem.to_string()),
        None => {}
    });
    let wrong = move || {
        let problem = call.value().get()?.err()?;
        Some(view! { <p class="queued-wrong"><Icon name="alert" />{problem.to_string()}</p> })
    };
    let (id, about) = task.with_untracked(|task| (task.id, task.text.clone()));
    let pending = call.pending();
    view! {
        <ActionForm action=call>
            <input type="hidden" name="task" value=id.to_string() />
            <input type="hidden" name="step" value=step.as_str() />
            <button type="submit" class=class aria-disabled=move || pending.get().then_some("true")>
                {label}
                <span class="sr">": " {about}</span>
            </button>
        </ActionForm>
        {wrong}
    }
}
