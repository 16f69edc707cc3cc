//! My places in line: which one I am, when to expect my batteries, and what is offered to me right now.

use std::time::Duration;

use leptos::either::Either;
use leptos::prelude::*;

use crate::app::calls::waitlist::{AcceptOffer, DeclineOffer, LeaveWaitlist, Place};
use crate::app::live::clock::Clock;
use crate::app::parts::countdown::{Urgency, minutes_and_seconds, time_left};
use crate::app::parts::form::{Submit, failure};
use crate::app::parts::note::Tone;
use crate::app::parts::words::plural;
use crate::app::parts::{ClockTime, Icon, Note};
use crate::domain::{PaymentMethod, Problem, Timestamp};
use crate::protocol::rest::WaitlistOut;

/// Positions move without a word to me: they are looked at again so often.
const LOOK_AGAIN_S: i64 = 20;

/// What I do with a place; one each for the whole page.
#[derive(Clone, Copy)]
struct Calls {
    accept: ServerAction<AcceptOffer>,
    decline: ServerAction<DeclineOffer>,
    leave: ServerAction<LeaveWaitlist>,
}

/// All of them; `again` reads them anew.
#[component]
pub fn Places(places: Vec<Place>, again: Callback<()>) -> impl IntoView {
    let calls = Calls {
        accept: ServerAction::new(),
        decline: ServerAction::new(),
        leave: ServerAction::new(),
    };
    follow(calls, again);
    let problem = failure(move || calls.accept.value().get());
    let other = failure(move || calls.decline.value().get().or_else(|| calls.leave.value().get()));
    let told = move || {
        let problem = problem.get().or_else(|| other.get())?;
        let title = match problem {
            Problem::TooLate => "The offer has ended.".to_owned(),
            other => other.to_string(),
        };
        Some(view! { <Note tone=Tone::Danger title /> })
    };
    let row = move |place: Place| view! { <Row place calls /> };
    view! {
        <section class="stack" id="waitlist" aria-labelledby="waitlist-h">
            <h2 class="day" id="waitlist-h" tabindex="-1">
                "Waitlist"
            </h2>
            {told}
            <ul class="panel rows">{places.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

/// What was answered is read anew, and so is every place now and then.
fn follow(calls: Calls, again: Callback<()>) {
    let clock = Clock::get();
    Effect::new(move |_| {
        let ended = [calls.decline.value().get(), calls.leave.value().get()];
        let refused = calls.accept.value().get().is_some_and(|answer| answer.is_err());
        if refused || ended.into_iter().flatten().next().is_some() {
            again.run(());
        }
    });
    let beat = Memo::new(move |_| {
        if clock.is_ticking() {
            clock.now().micros() / 1_000_000 / LOOK_AGAIN_S
        } else {
            0
        }
    });
    Effect::new(move |before: Option<i64>| {
        let now = beat.get();
        if before.is_some_and(|before| before != now && before != 0) {
            again.run(());
        }
        now
    });
}

#[component]
fn Row(place: Place, calls: Calls) -> impl IntoView {
    let Place { place, ways } = place;
    let wanted = wanted(&place);
    let body = match place.offer_until {
        Some(until) => Either::Left(view! { <Offered place=place.clone() until ways calls /> }),
        None => Either::Right(view! { <InLine place=place.clone() calls /> }),
    };
    view! {
        <li class="panel-body stack-s">
            <p>
                <a href=format!("/stations/{}", place.station_id)>
                    <b>{place.station_name}</b>
                </a>
                " · "
                {wanted}
            </p>
            {body}
        </li>
    }
}

/// `2 × VB60 or VB72`.
fn wanted(place: &WaitlistOut) -> String {
    let item = |item: &crate::protocol::rest::WaitItemOut| format!("{} × {}", item.quantity, item.name);
    let items: Vec<String> = place.items.iter().map(item).collect();
    items.join(", ")
}

/// `You are next`, or how many come first.
fn position(position: i64) -> String {
    match position - 1 {
        ..=0 => "You are next in line.".to_owned(),
        before => format!(
            "{before} {} in line before you.",
            plural(before, "person", "people")
        ),
    }
}

#[component]
fn InLine(place: WaitlistOut, calls: Calls) -> impl IntoView {
    let offset = place.utc_offset_minutes;
    let expected = match place.estimated_at {
        Some(at) => Either::Left(view! { " Expected at about " <ClockTime at offset /> "." }),
        None => Either::Right(" Too few batteries are charging to say when."),
    };
    view! {
        <p>
            <span class="word">
                <Icon name="clock" />
                {position(place.position)}
            </span>
            <span class="soft">{expected}</span>
        </p>
        <ActionForm action=calls.leave attr:class="btns">
            <input type="hidden" name="id" value=place.id.to_string() />
            <Submit label="Leave the line" busy="Leaving…" pending=calls.leave.pending() class="btn btn-quiet" />
        </ActionForm>
    }
}

#[component]
fn Offered(place: WaitlistOut, until: Timestamp, ways: Vec<PaymentMethod>, calls: Calls) -> impl IntoView {
    let count: i64 = place.items.iter().map(|item| item.quantity).sum();
    let what = match count {
        1 => "A battery is free. Yours until ".to_owned(),
        many => format!("{many} batteries are free. Yours until "),
    };
    let offset = place.utc_offset_minutes;
    let (id, same) = (place.id.to_string(), place.id.to_string());
    view! {
        <p>
            <span class="word" data-tone="warn">
                <Icon name="bell" />
                "Your turn"
            </span>
            " "
            {what}
            <ClockTime at=until offset />
            ". "
            <Left until />
        </p>
        <div class="btns">
            <ActionForm action=calls.accept attr:class="btns">
                <input type="hidden" name="id" value=id />
                <Pay ways />
                <Submit label="Accept" busy="Holding…" pending=calls.accept.pending() class="btn btn-go" />
            </ActionForm>
            <ActionForm action=calls.decline>
                <input type="hidden" name="id" value=same />
                <Submit label="Decline" busy="Declining…" pending=calls.decline.pending() class="btn" />
            </ActionForm>
        </div>
    }
}

/// How to pay, where there is a choice.
#[component]
fn Pay(ways: Vec<PaymentMethod>) -> impl IntoView {
    match ways.as_slice() {
        [] | [_] => {
            let only = ways.first().copied().unwrap_or_default();
            Either::Left(view! { <input type="hidden" name="method" value=only.as_str() /> })
        }
        _ => {
            let option = |way: &PaymentMethod| view! { <option value=way.as_str()>{way.label()}</option> };
            Either::Right(view! {
                <select class="input" name="method" aria-label="Pay">
                    {ways.iter().map(option).collect_view()}
                </select>
            })
        }
    }
}

/// Minutes and seconds, once the page is alive.
#[component]
fn Left(until: Timestamp) -> impl IntoView {
    let clock = Clock::get();
    let ticks = clock.ticks_here();
    let left = Memo::new(move |_| time_left(until, clock.now()));
    let text = move || {
        ticks.get().then(|| match left.get() {
            Duration::ZERO => "Checking…".to_owned(),
            left => format!("{} left", minutes_and_seconds(left)),
        })
    };
    let urgency = move || ticks.get().then(|| Urgency::of(left.get()).as_str());
    view! {
        <span class="num" role="timer" aria-label="Time left to accept" data-urgency=urgency>
            {text}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_told_by_who_comes_before() {
        assert_eq!(position(1), "You are next in line.");
        assert_eq!(position(2), "1 person in line before you.");
        assert_eq!(position(5), "4 people in line before you.");
    }
}
