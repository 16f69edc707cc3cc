//! A bay as its staff see it: how it is, who is there, and the one next thing to do.

use leptos::either::{Either, EitherOf4};
use leptos::prelude::*;

use super::countdown::{minutes_and_seconds, time_left};
use super::form::{ErrorSummary, Submit, failure};
use crate::app::browser;
use crate::app::calls::floor::{BayStep, MoveBay, OpenSwap};
use crate::app::live::clock::Clock;
use crate::app::live::floor::take_bay;
use crate::domain::{BayState, SessionAlarm};
use crate::protocol::rest::{BayOut, BaySessionOut};

/// One bay.
#[component]
pub fn BayCard(
    /// The bay.
    bay: RwSignal<BayOut>,
) -> impl IntoView {
    let (id, number) = bay.with_untracked(|bay| (bay.id, bay.number));
    let state = Memo::new(move |_| bay.read().state);
    let session = Memo::new(move |_| bay.read().session.clone());
    let zone = move || bay.with(|bay| bay.zone.clone().map(|zone| format!("{zone} · ")));
    // Held by the card, not by its form: the bay's socket takes the form away before the
    // answer that opens the swap's page has come.
    let opened = ServerAction::<OpenSwap>::new();
    Effect::new(move |_| {
        if let Some(Ok(session)) = opened.value().get() {
            browser::go_to(&format!("/staff/sessions/{}", session.id));
        }
    });
    let heading = format!("bay-{id}");
    let label = heading.clone();
    view! {
        <article class="panel panel-body bay" aria-labelledby=label>
            <div class="bay-head">
                <div>
                    <h3 id=heading>
                        <a href=format!("/staff/bays/{id}")>"Bay " {number}</a>
                    </h3>
                    <p class="soft">
                        <small>{zone} {move || bay.with(who)}</small>
                    </p>
                </div>
                <div class="bay-now">
                    <span class="word" data-tone=move || tone(state.get())>
                        {move || state.get().label()}
                    </span>
                    <Left bay />
                </div>
            </div>
            {move || match state.get() {
                BayState::Occupied => EitherOf4::A(session.get().map(|session| view! { <Goes session /> })),
                BayState::Called => EitherOf4::B(view! {
                    <Drive bay opened label="The customer is in the bay" asks=false />
                    <Move bay step=BayStep::Release label="Nobody came" />
                }),
                BayState::Free => EitherOf4::C(view! {
                    <Drive bay opened label="Open a swap" asks=true />
                    <div class="btns">
                        <Move bay step=BayStep::Call label="Call the next one" />
                        <Move bay step=BayStep::Block label="Block" />
                        <Move bay step=BayStep::TakeOut label="Out of service" />
                    </div>
                }),
                BayState::TurnOver | BayState::Blocked | BayState::OutOfService => {
                    EitherOf4::D(view! { <Move bay step=BayStep::Release label="It is free" /> })
                }
            }}
        </article>
    }
}

fn who(bay: &BayOut) -> String {
    match (&bay.session, bay.called_booking_id) {
        (Some(session), _) => {
            let party = match session.party_size {
                1 => "1 served".to_owned(),
                party => format!("{party} served"),
            };
            match session.booking_id {
                Some(booking) => format!("Booking {booking}, {party}"),
                None => "Nobody named yet".to_owned(),
            }
        }
        (None, Some(booking)) => format!("Kept for booking {booking}"),
        (None, None) => String::new(),
    }
}

fn tone(state: BayState) -> Option<&'static str> {
    match state {
        BayState::Blocked | BayState::OutOfService => Some("warn"),
        _ => None,
    }
}

/// How long a call or a clearing still lasts.
#[component]
fn Left(bay: RwSignal<BayOut>) -> impl IntoView {
    let clock = Clock::get();
    let ticks = clock.ticks_here();
    let until = Memo::new(move |_| bay.with(|bay| bay.called_until.or(bay.turn_over_until)));
    move || {
        let until = until.get().filter(|_| ticks.get())?;
        let left = minutes_and_seconds(time_left(until, clock.now()));
        Some(view! { <span class="bay-time"><time datetime=until.to_string()>{left}</time></span> })
    }
}

/// The swap that goes on there.
#[component]
fn Goes(session: BaySessionOut) -> impl IntoView {
    let flags = [
        session.needs_help.then_some("Needs help"),
        session.alarm.map(|alarm| match alarm {
            SessionAlarm::Idle => "This step takes long",
            SessionAlarm::Long => "This swap takes long",
        }),
    ];
    let flag = |flag: &'static str| view! { <span class="word" data-tone="warn">{flag}</span> };
    view! {
        <p>
            <b>{session.step.label()}</b> " "
            {flags.into_iter().flatten().map(flag).collect_view()}
        </p>
        <div class="btns">
            <a class="btn btn-go" href=format!("/staff/sessions/{}", session.id)>
                "Go on with the swap"
            </a>
        </div>
    }
}

/// One button.
#[component]
fn Move(bay: RwSignal<BayOut>, step: BayStep, label: &'static str) -> impl IntoView {
    let call = ServerAction::<MoveBay>::new();
    let problem = failure(move || call.value().get());
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = call.value().get() {
            take_bay(bay, fresh);
        }
    });
    let id = bay.with_untracked(|bay| bay.id);
    view! {
        <ErrorSummary problem id="bay-problem" />
        <ActionForm action=call>
            <input type="hidden" name="bay" value=id.to_string() />
            <input type="hidden" name="step" value=step.as_str() />
            <Submit label busy="Noting…" pending=call.pending() class="btn" />
        </ActionForm>
    }
}

/// Somebody drives in; with a code where nobody was called.
#[component]
fn Drive(
    bay: RwSignal<BayOut>,
    opened: ServerAction<OpenSwap>,
    label: &'static str,
    asks: bool,
) -> impl IntoView {
    let problem = failure(move || opened.value().get());
    let id = bay.with_untracked(|bay| bay.id);
    let shown = if asks {
        let field = format!("shown-{id}");
        Either::Left(view! {
            <div class="field">
                <label for=field.clone()>"Who drives in"</label>
                <input
                    class="input"
                    id=field
                    name="shown"
                    type="text"
                    maxlength="64"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    placeholder="QR, code or PIN; empty without a booking"
                />
            </div>
        })
    } else {
        Either::Right(())
    };
    view! {
        <ActionForm action=opened attr:class="stack-s">
            <ErrorSummary problem id="open-problem" />
            <input type="hidden" name="bay" value=id.to_string() />
            {shown}
            <Submit label busy="Opening…" pending=opened.pending() class="btn btn-go" />
        </ActionForm>
    }
}
