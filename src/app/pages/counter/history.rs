//! What is on record about a booking, step by step: unfolded when somebody asks. Without scripts it is there
//! as of the page; with them it is asked for when it is unfolded, and again when the booking changes.

use leptos::either::Either;
use leptos::prelude::*;

use super::state::Counter;
use crate::app::calls::staff::read_history;
use crate::app::parts::clock_time::ClockTime;
use crate::domain::BookingState;
use crate::protocol::rest::{BookingOut, StepOut};

/// The history of one booking.
#[component]
pub fn History(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let id = booking.with_untracked(|booking| booking.id);
    let known = counter.given.with_value(|given| match &given.history {
        Some((of, steps)) if *of == id => Some(steps.clone()),
        _ => None,
    });
    let steps = RwSignal::new(known);
    let read = Action::new(move |(): &()| read_history(id));
    let version = Memo::new(move |_| booking.read().version);
    Effect::new(move |before: Option<i64>| {
        let now = version.get();
        let is_shown = steps.with_untracked(Option::is_some);
        if is_shown && before.is_some_and(|before| before != now) {
            read.dispatch(());
        }
        now
    });
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = read.value().get() {
            steps.set(Some(fresh));
        }
    });
    let offset = counter.offset;
    let list = move || match steps.get() {
        Some(steps) => Either::Left(view! {
            <ol class="history">
                {steps.into_iter().map(|step| view! { <Entry step offset /> }).collect_view()}
            </ol>
        }),
        None => Either::Right(view! { <p class="soft">{move || why_not(&read)}</p> }),
    };
    view! {
        <details
            class="more"
            on:toggle=move |_| {
                read.dispatch(());
            }
        >
            <summary>"History of this booking"</summary>
            {list}
        </details>
    }
}

type Reading = Action<(), Result<Vec<StepOut>, crate::domain::Problem>>;

fn why_not(read: &Reading) -> String {
    match read.value().get() {
        Some(Err(problem)) => problem.to_string(),
        _ => "Reading the record…".to_owned(),
    }
}

/// One step: what, from which state to which, when, by whom and why.
#[component]
fn Entry(step: StepOut, offset: i32) -> impl IntoView {
    let by = by(&step);
    let way = way(&step);
    view! {
        <li>
            <b>{name_of(&step.action)}</b>
            {way.map(|way| view! { <span class="soft">{way}</span> })}
            <small>
                {step.at.calendar_day(offset)} ", " <ClockTime at=step.at offset /> ", " {by}
            </small>
            {step.reason.map(|reason| view! { <small>"“" {reason} "”"</small> })}
            <small class="label code">{step.request_id}</small>
        </li>
    }
}

fn by(step: &StepOut) -> String {
    match step.actor_name.as_deref() {
        Some("") => format!("a closed account, {}", step.role),
        Some(name) => format!("{name}, {}", step.role),
        None => "by itself".to_owned(),
    }
}

fn way(step: &StepOut) -> Option<String> {
    let to = label(step.to.as_deref()?);
    Some(match step.from.as_deref() {
        Some(from) => format!("{} → {to}", label(from)),
        None => to,
    })
}

fn label(state: &str) -> String {
    match state.parse::<BookingState>() {
        Ok(state) => state.label().to_owned(),
        Err(_) => state.to_owned(),
    }
}

/// `undo_cancel` as people read it: `Undo cancel`.
fn name_of(action: &str) -> String {
    let text = action.replace('_', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn step(actor: Option<&str>, from: Option<&str>, to: Option<&str>) -> StepOut {
        StepOut {
            at: Timestamp::from_micros(0),
            action: "undo_cancel".to_owned(),
            actor_name: actor.map(str::to_owned),
            role: "attendant".to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            reason: None,
            request_id: String::new(),
        }
    }

    #[test]
    fn a_step_is_told_in_words() {
        let one = step(Some("Asha"), Some("cancelled"), Some("confirmed"));
        assert_eq!(name_of(&one.action), "Undo cancel");
        assert_eq!(way(&one).as_deref(), Some("Cancelled → Confirmed"));
        assert_eq!(by(&one), "Asha, attendant");
        assert_eq!(by(&step(None, None, None)), "by itself");
        assert_eq!(
            way(&step(None, None, Some("ready"))).as_deref(),
            Some("Ready to collect")
        );
    }
}
