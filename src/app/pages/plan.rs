//! The plan I have: what is left of its month, which bookings used it, until when it lasts, and the ways to
//! change it and to call it off.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::plan_waiting::{Waiting, payment_news};
use crate::app::calls::plans::{CallOffPlan, CancelMyPlan, Held, MyPlansSheet, ResumeMyPlan, load_my_plans};
use crate::app::parts::form::{ErrorSummary, Submit, failure, follow};
use crate::app::parts::note::Tone;
use crate::app::parts::refusal::Refusal;
use crate::app::parts::words::plural;
use crate::app::parts::{Icon, Note, Usage};
use crate::domain::{Money, PaymentMethod, SubscriptionState};
use crate::protocol::rest::{PlanUseOut, SubscriptionOut};

/// The page of my plan.
#[component]
pub fn MyPlan() -> impl IntoView {
    let news = payment_news();
    let sheet = Resource::new_blocking(move || news.get(), |_| load_my_plans());
    let page = move || {
        Suspend::new(async move {
            match sheet.await {
                Ok(sheet) if sheet.held.is_empty() && sheet.waiting.is_empty() => {
                    EitherOf3::A(view! { <Nothing /> })
                }
                Ok(sheet) => EitherOf3::B(view! { <Everything sheet /> }),
                Err(problem) => EitherOf3::C(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="My plan" />
        <Transition>{page}</Transition>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="wrap">
            <div class="inbox stack">
                <div class="split">
                    <h1>"My plan"</h1>
                    <Done />
                </div>
                <div class="panel panel-body stack">
                    <p>"You have no plan. With one you pay by the month instead of per swap."</p>
                    <div class="btns">
                        <a class="btn btn-go" href="/plans">
                            "See plans"
                        </a>
                    </div>
                </div>
            </div>
        </div>
    }
}

/// The commands, one of each for the whole page.
#[derive(Clone, Copy)]
struct Calls {
    cancel: ServerAction<CancelMyPlan>,
    resume: ServerAction<ResumeMyPlan>,
    call_off: ServerAction<CallOffPlan>,
}

#[component]
fn Everything(sheet: MyPlansSheet) -> impl IntoView {
    let calls = Calls {
        cancel: ServerAction::new(),
        resume: ServerAction::new(),
        call_off: ServerAction::new(),
    };
    follow(move || calls.cancel.value().get());
    follow(move || calls.resume.value().get());
    follow(move || calls.call_off.value().get());
    let kept = failure(move || calls.cancel.value().get());
    let gone = failure(move || calls.resume.value().get());
    let begun = failure(move || calls.call_off.value().get());
    let problem = Signal::derive(move || kept.get().or_else(|| gone.get()).or_else(|| begun.get()));
    let offset = sheet.offset;
    let waiting = sheet
        .waiting
        .into_iter()
        .map(|subscription| view! { <Waiting subscription offset call=calls.call_off /> });
    let plans = sheet
        .held
        .into_iter()
        .map(|held| view! { <One held offset calls /> });
    view! {
        <div class="wrap">
            <div class="inbox stack">
                <div class="split">
                    <h1>"My plan"</h1>
                    <Done />
                </div>
                <ErrorSummary problem id="plan-problem" />
                {waiting.collect_view()}
                {plans.collect_view()}
            </div>
        </div>
    }
}

/// The good news of what was just done.
#[component]
fn Done() -> impl IntoView {
    let done = use_query_map().with_untracked(|query| query.get("done"));
    let said = match done.as_deref() {
        Some("subscribed") => Some("Subscribed"),
        Some("changed") => Some("Plan changed"),
        Some("cancelled") => Some("Plan cancelled"),
        Some("resumed") => Some("Plan kept"),
        Some("chosen") => Some("Plan chosen"),
        Some("called-off") => Some("Called off"),
        _ => None,
    };
    view! {
        <span class="word saved" data-tone="done" role="status">
            {said.map(|said| view! { <Icon name="check" /> {said} })}
        </span>
    }
}

#[component]
fn One(held: Held, offset: i32, calls: Calls) -> impl IntoView {
    let Held { subscription, uses } = held;
    let heading = format!("plan-{}-h", subscription.id);
    let labelled = heading.clone();
    let month = format!(
        "{} to {}",
        subscription.period_start.calendar_day(offset),
        subscription.period_end.calendar_day(offset)
    );
    let end = subscription.ends_at.calendar_day(offset);
    let way = if subscription.state == SubscriptionState::Cancelled {
        Either::Left(view! { <Resume subscription=subscription.clone() end=end.clone() calls /> })
    } else {
        Either::Right(view! { <Cancel subscription=subscription.clone() end=end.clone() calls /> })
    };
    view! {
        <section class="panel" aria-labelledby=labelled>
            <div class="panel-head">
                <h2 id=heading>{format!("{} plan", subscription.plan.name)}</h2>
                <span class="label">{subscription.plan.operator_name.clone()}</span>
            </div>
            <div class="panel-body stack">
                <div>
                    <p class="label">"This month, " {month}</p>
                    <Usage used=subscription.used limit=subscription.limit />
                </div>
                <Facts subscription=subscription.clone() end offset />
                {way}
            </div>
        </section>
        <Uses uses offset name=subscription.plan.name.clone() />
    }
}

#[component]
fn Facts(subscription: SubscriptionOut, end: String, offset: i32) -> impl IntoView {
    let months = subscription.months;
    let paid = Money::new(subscription.price_paid, subscription.currency).to_string();
    let mut time = format!("{months} {}", plural(months, "month", "months"));
    if subscription.discount_percent > 0 {
        time = format!("{time}, {} % off", subscription.discount_percent);
    }
    let credit = (subscription.credit > 0).then(|| {
        let credit = Money::new(subscription.credit, subscription.currency).to_string();
        view! {
            <div>
                <dt>"Credited from the plan before"</dt>
                <dd>{credit}</dd>
            </div>
        }
    });
    view! {
        <dl class="sum">
            <div>
                <dt>"Lasts until"</dt>
                <dd>{end}</dd>
            </div>
            <div>
                <dt>"Bought for"</dt>
                <dd>{time}</dd>
            </div>
            {credit}
            <div>
                <dt>"Price"</dt>
                <dd>{paid.clone()}</dd>
            </div>
        </dl>
        {receipt(&subscription, &paid, offset).map(|line| view! { <p class="label">{line}</p> })}
    }
}

/// That it was paid, in which way and when.
fn receipt(subscription: &SubscriptionOut, paid: &str, offset: i32) -> Option<String> {
    let way = match subscription.payment_method? {
        PaymentMethod::Qr => "QR code",
        _ => "card",
    };
    let day = subscription.paid_at?.calendar_day(offset);
    Some(format!("Paid {paid} by {way} on {day}"))
}

#[component]
fn Cancel(subscription: SubscriptionOut, end: String, calls: Calls) -> impl IntoView {
    let terms = format!("It lasts until {end} all the same. Until then you can keep it after all.");
    view! {
        <div class="btns">
            <a class="btn" href="/plans">
                "Change plan"
            </a>
            <details class="ask">
                <summary role="button" class="btn btn-quiet btn-stop">"Cancel plan"</summary>
                <div class="note" data-tone="warn">
                    <p>
                        <b>"Cancel this plan? "</b>
                        {terms}
                    </p>
                    <ActionForm action=calls.cancel attr:class="btns">
                        <input type="hidden" name="operator" value=subscription.plan.operator_id.to_string() />
                        <Submit
                            label="Yes, cancel it"
                            busy="Cancelling…"
                            pending=calls.cancel.pending()
                            class="btn btn-stop"
                        />
                    </ActionForm>
                </div>
            </details>
        </div>
    }
}

#[component]
fn Resume(subscription: SubscriptionOut, end: String, calls: Calls) -> impl IntoView {
    view! {
        <Note tone=Tone::Warn title=format!("Cancelled. You can use it until {end}.")>
            <ActionForm action=calls.resume attr:class="btns">
                <input type="hidden" name="operator" value=subscription.plan.operator_id.to_string() />
                <Submit label="Keep this plan" busy="Asking…" pending=calls.resume.pending() class="btn" />
            </ActionForm>
        </Note>
    }
}

#[component]
fn Uses(uses: Vec<PlanUseOut>, offset: i32, name: String) -> impl IntoView {
    let rows = if uses.is_empty() {
        Either::Left(view! {
            <p class="panel-body soft">"No booking used this plan this month. Choose “My plan” when you hold a battery."</p>
        })
    } else {
        let rows = uses.into_iter().map(|one| view! { <Use one offset /> });
        Either::Right(view! { <ul class="rows">{rows.collect_view()}</ul> })
    };
    view! {
        <section class="panel" aria-label=format!("What bookings used of the {name} plan")>
            <div class="panel-head">
                <h2>"Used this month"</h2>
            </div>
            {rows}
        </section>
    }
}

#[component]
fn Use(one: PlanUseOut, offset: i32) -> impl IntoView {
    let (day, time) = (one.used_at.calendar_day(offset), one.used_at.clock_time(offset));
    let swaps = format!("{} {}", one.swaps, plural(one.swaps, "swap", "swaps"));
    let swaps = if one.given_back {
        Either::Left(view! {
            <span class="word" data-tone="done">
                {swaps}
                " given back"
            </span>
        })
    } else {
        Either::Right(view! { <b>{swaps}</b> })
    };
    view! {
        <li class="plan-row">
            <div>
                <a href=format!("/bookings/{}", one.booking_id)>{one.station_name}</a>
                <small>
                    <time datetime=one.used_at.to_string()>{format!("{day}, {time}")}</time>
                </small>
            </div>
            {swaps}
        </li>
    }
}
