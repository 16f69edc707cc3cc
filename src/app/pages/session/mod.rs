//! The guided swap: one step at a time, each with one control that Enter presses. Server-rendered; every control is
//! a form and works before WASM arrives. Where the swap is stands on the server: a reload, or another device, goes on
//! there.

mod bring;
mod brought;
mod customer;
mod pay;
mod scan_field;
mod slot_open;
mod way;

use leptos::either::{Either, EitherOf7};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::app::browser;
use crate::app::calls::floor::{BreakSwapOff, SessionPage, SwapOn, SwapStep, see_session};
use crate::app::live::clock::Clock;
use crate::app::live::floor::{follow_session, take_session};
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::app::parts::note::{Note, Tone};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{Icon, LiveChip, Pack, Shape, StaleNote};
use crate::domain::{ItemId, Money, PaymentState, Percent, Problem, SessionAlarm, SessionEnd, SessionStep};
use crate::protocol::rest::{BookingItemOut, SessionOut};
use bring::Bring;
use brought::Brought;
use customer::Customer;
use pay::Pay;
use slot_open::SlotOpen;
use way::Way;

/// The id of the control at which a step begins.
const GO: &str = "go";

/// The page of one swap.
#[component]
pub fn SwapSession() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let page = Resource::new_blocking(move || id.get(), see_session);
    let clock = Clock::get();
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Ok(page) => {
                    clock.learn_once(page.as_of);
                    Either::Left(view! { <Swap page /> })
                }
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn Swap(page: SessionPage) -> impl IntoView {
    let SessionPage {
        session,
        models,
        as_of,
    } = page;
    let (station, offset) = (session.station_id, session.utc_offset_minutes);
    let title = format!("Swap · Bay {}", session.bay_number);
    let (bay, place) = (session.bay_number, session.station_name.clone());
    let session = RwSignal::new(session);
    let line = follow_session(session, as_of);
    let step = Memo::new(move |_| session.read().step);
    let who = move || session.with(who);
    keep_focus(step, session);
    ask_whose(session);
    view! {
        <Title text=title />
        <div class="wrap stack">
            <div class="split">
                <a class="crumb" href=format!("/staff/stations/{station}")>
                    <Icon name="back" />
                    {place}
                </a>
                <LiveChip line offset />
            </div>
            <StaleNote line offset advice="Load the page again before you go on." />
            <header class="stack-s page-head">
                <h1>"Bay " {bay}</h1>
                <p class="soft">{who}</p>
            </header>
            <Alarms session />
            <Way session />
            <section class="panel" aria-labelledby="step-h">
                <div class="panel-head">
                    <h2 id="step-h" tabindex="-1">
                        {move || step.get().label()}
                    </h2>
                </div>
                <div class="panel-body stack">
                    {move || match step.get() {
                        SessionStep::Open => EitherOf7::A(view! { <Customer session models=models.clone() /> }),
                        SessionStep::Identified => EitherOf7::B(view! { <Known session /> }),
                        SessionStep::PackIn => EitherOf7::C(view! { <Bring session /> }),
                        SessionStep::PackAssigned | SessionStep::Review => {
                            EitherOf7::D(view! { <Fetched session step=step.get() /> })
                        }
                        SessionStep::PaymentDue => EitherOf7::E(view! { <Pay session /> }),
                        SessionStep::PackOut => EitherOf7::F(view! { <SlotOpen session /> }),
                        SessionStep::Closed => EitherOf7::G(view! { <Over session /> }),
                    }}
                </div>
            </section>
            <Aside session step />
        </div>
    }
}

/// What comes by the socket does not say what the customer is called: it is asked for once it is known who stands there.
fn ask_whose(session: RwSignal<SessionOut>) {
    let id = session.with_untracked(|session| session.id);
    let is_unnamed = Memo::new(move |_| {
        session.with(|session| session.booking_id.is_some() && session.customer_name.is_none())
    });
    Effect::new(move |_| {
        if is_unnamed.get() {
            spawn_local(async move {
                if let Ok(page) = see_session(id.to_string()).await {
                    take_session(session, page.session);
                }
            });
        }
    });
}

/// Every step begins at its control.
fn keep_focus(step: Memo<SessionStep>, session: RwSignal<SessionOut>) {
    let announcer = Announcer::get();
    let outstanding = Memo::new(move |_| session.with(|session| session.outstanding().map(|item| item.id)));
    Effect::new(move |before: Option<(SessionStep, Option<ItemId>)>| {
        let now = (step.get(), outstanding.get());
        if before.is_some_and(|before| before != now) {
            announcer.say(format!("Step {}.", now.0.label()));
            browser::after(0, || browser::focus(GO)).forget();
        }
        now
    });
}

/// Whose swap, and how many are served.
fn who(session: &SessionOut) -> String {
    let name = session.customer_name.clone();
    let name = name.unwrap_or_else(|| "Nobody named yet".to_owned());
    let vehicle = session
        .vehicle
        .as_ref()
        .map_or_else(String::new, |vehicle| format!(", vehicle {vehicle}"));
    let party = match session.party_size {
        1 => String::new(),
        party => format!(", {party} served"),
    };
    format!("{name}{vehicle}{party}")
}

#[component]
fn Alarms(session: RwSignal<SessionOut>) -> impl IntoView {
    let needs_help = Memo::new(move |_| session.read().needs_help);
    let alarm = Memo::new(move |_| session.read().alarm);
    view! {
        <Show when=move || needs_help.get()>
            <Note tone=Tone::Warn title="Somebody is needed at this bay" />
        </Show>
        {move || {
            let title = match alarm.get()? {
                SessionAlarm::Idle => "This step takes long",
                SessionAlarm::Long => "This swap takes long",
            };
            Some(view! { <Note tone=Tone::Warn title /> })
        }}
    }
}

/// Takes over what an own action led to.
fn take_answer(
    session: RwSignal<SessionOut>,
    answer: impl Fn() -> Option<Result<SessionOut, Problem>> + 'static,
) {
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = answer() {
            take_session(session, fresh);
        }
    });
}

/// One button.
#[component]
fn Do(
    session: RwSignal<SessionOut>,
    step: SwapStep,
    label: &'static str,
    #[prop(default = "btn btn-go btn-wide")] class: &'static str,
    #[prop(default = "")] id: &'static str,
) -> impl IntoView {
    let call = ServerAction::<SwapOn>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let swap = session.with_untracked(|session| session.id);
    let pending = call.pending();
    view! {
        <ErrorSummary problem id="swap-problem" />
        <ActionForm action=call>
            <input type="hidden" name="session" value=swap.to_string() />
            <input type="hidden" name="step" value=step.as_str() />
            <button
                type="submit"
                class=class
                id=(!id.is_empty()).then_some(id)
                autofocus=!id.is_empty()
                aria-disabled=move || pending.get().then_some("true")
                on:click=move |event| if pending.get_untracked() { event.prevent_default() }
            >
                {label}
            </button>
        </ActionForm>
    }
}

#[component]
fn Known(session: RwSignal<SessionOut>) -> impl IntoView {
    let items = Memo::new(move |_| session.read().items.clone());
    view! {
        <ul class="rows fetch">
            {move || items.get().into_iter().map(|item| view! { <Line item /> }).collect_view()}
        </ul>
        <Do session step=SwapStep::Next label="Begin the swap" id=GO />
    }
}

/// What is handed out, and what came back.
#[component]
fn Fetched(session: RwSignal<SessionOut>, step: SessionStep) -> impl IntoView {
    let items = Memo::new(move |_| session.read().items.clone());
    let label = match step {
        SessionStep::PackAssigned => "These are the ones",
        _ => "All is right",
    };
    view! {
        <ul class="rows fetch">
            <Brought session />
            {move || items.get().into_iter().map(|item| view! { <Line item /> }).collect_view()}
        </ul>
        <p><b class="cash">{move || session.with(money)}</b></p>
        <Do session step=SwapStep::Next label id=GO />
    }
}

/// How the money stands.
fn money(session: &SessionOut) -> String {
    let Some(currency) = session.currency else {
        return String::new();
    };
    let amount = Money::new(session.total_amount, currency);
    match session.payment_state {
        Some(PaymentState::Due) => format!("{amount} due"),
        Some(PaymentState::CashDeclared) => format!("{amount} cash to count"),
        Some(PaymentState::Paid) => format!("{amount} paid"),
        Some(state) => state.label().to_owned(),
        None => String::new(),
    }
}

/// One line: which pack, from where.
#[component]
fn Line(item: BookingItemOut) -> impl IntoView {
    let soc = item.soc.map_or(0, Percent::get);
    let sign = if item.kind.takes_a_pack() {
        Either::Left(view! { <Pack shape=Shape::Held soc class="pack pack-s" /> })
    } else {
        Either::Right(view! { <Icon name="tool" /> })
    };
    let charge = item.soc.map(|soc| format!(", {soc} %"));
    let slot = item
        .slot
        .map(|slot| view! { <span class="fetch-slot"><span class="sr">"Slot "</span>{slot.label()}</span> });
    view! {
        <li>
            {sign}
            <div>
                <b>{item.name}</b>
                <small>{item.battery_serial} {charge}</small>
            </div>
            {slot}
        </li>
    }
}

/// What became of it, and the way on.
#[component]
fn Over(session: RwSignal<SessionOut>) -> impl IntoView {
    let (station, booking, how) =
        session.with_untracked(|session| (session.station_id, session.booking_id, session.ended_as));
    let (title, receipt) = match (how, booking) {
        (Some(SessionEnd::Aborted), _) => ("The swap was broken off", None),
        (_, Some(booking)) => ("The swap is done", Some(format!("/bookings/{booking}/receipt"))),
        (_, None) => ("Nobody was served", None),
    };
    view! {
        <Note title />
        <Show when=move || !session.read().returns.is_empty()>
            <ul class="rows fetch">
                <Brought session />
            </ul>
        </Show>
        <div class="btns">
            <a class="btn btn-go" id=GO href=format!("/staff/stations/{station}")>
                "Back to the counter"
            </a>
            {receipt.map(|href| view! { <a class="btn" href=href>"Receipt"</a> })}
        </div>
    }
}

/// What is possible beside the step.
#[component]
fn Aside(session: RwSignal<SessionOut>, step: Memo<SessionStep>) -> impl IntoView {
    let goes_back = move || step.get() > SessionStep::Identified && step.get() < SessionStep::PackOut;
    let runs = move || step.get() != SessionStep::Closed;
    let needs_help = Memo::new(move |_| session.read().needs_help);
    view! {
        <div class="btns">
            <Show when=goes_back>
                <Do session step=SwapStep::Back label="Step back" class="btn" />
            </Show>
            <Show when=move || runs() && !needs_help.get()>
                <Do session step=SwapStep::Help label="Ask for help" class="btn btn-quiet" />
            </Show>
            <Show when=move || runs() && needs_help.get()>
                <Do session step=SwapStep::Helped label="Help is there" class="btn" />
            </Show>
            <Show when=move || step.get() == SessionStep::Open>
                <Do session step=SwapStep::Close label="Nobody is here" class="btn btn-quiet" />
            </Show>
        </div>
        <Show when=move || runs() && step.get() != SessionStep::Open>
            <BreakOff session />
        </Show>
    }
}

#[component]
fn BreakOff(session: RwSignal<SessionOut>) -> impl IntoView {
    let call = ServerAction::<BreakSwapOff>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let swap = session.with_untracked(|session| session.id);
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet btn-stop">"Break the swap off"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="break-problem" />
                    <input type="hidden" name="session" value=swap.to_string() />
                    <Field
                        label="Why"
                        name="reason"
                        autocomplete="off"
                        hint="The customer reads it. A lead or the operator may do this."
                        problem
                    />
                    <Submit label="Yes, break it off" busy="Ending…" pending=call.pending() class="btn btn-stop" />
                </ActionForm>
            </div>
        </details>
    }
}
