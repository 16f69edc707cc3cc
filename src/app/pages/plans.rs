//! The plans on sale: what each gives, what it costs for the chosen time, and the button that buys it. Whoever
//! has one already changes it here, and reads first what that comes to.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use crate::app::calls::plans::{ChangeMyPlan, PlansSheet, SubscribeToPlan, find_plans};
use crate::app::parts::Icon;
use crate::app::parts::form::{ErrorSummary, Submit, failure, follow};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::words::plural;
use crate::domain::plan::{MOST_SWAPS, OFFERED_MONTHS, credit, discount_percent, price_of};
use crate::domain::{Money, Timestamp};
use crate::protocol::rest::{PlanOut, SubscriptionOut};

/// The page of the plans.
#[component]
pub fn Plans() -> impl IntoView {
    let query = use_query_map();
    let months = Memo::new(move |_| {
        let asked = query.with(|query| query.get("months")?.parse().ok());
        asked
            .filter(|months| OFFERED_MONTHS.contains(months))
            .unwrap_or(1)
    });
    let sheet = Resource::new_blocking(|| (), |()| find_plans());
    let page = move || {
        let months = months.get();
        Suspend::new(async move {
            match sheet.await {
                Ok(sheet) => Either::Left(view! { <Offers sheet months /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Plans" />
        <Transition>{page}</Transition>
    }
}

/// The two ways to a plan, one of each for the whole page.
#[derive(Clone, Copy)]
struct Calls {
    buy: ServerAction<SubscribeToPlan>,
    change: ServerAction<ChangeMyPlan>,
}

#[component]
fn Offers(sheet: PlansSheet, months: i64) -> impl IntoView {
    let calls = Calls {
        buy: ServerAction::new(),
        change: ServerAction::new(),
    };
    follow(move || calls.buy.value().get());
    follow(move || calls.change.value().get());
    let refused = failure(move || calls.buy.value().get());
    let unchanged = failure(move || calls.change.value().get());
    let problem = Signal::derive(move || refused.get().or_else(|| unchanged.get()));
    let offers = if sheet.plans.is_empty() {
        Either::Left(view! {
            <div class="panel panel-body stack">
                <p>"No plan is on sale right now. You can pay per swap at the station."</p>
                <div class="btns">
                    <a class="btn" href="/">
                        "See stations"
                    </a>
                </div>
            </div>
        })
    } else {
        let offer = |plan: &PlanOut| {
            let mine = sheet
                .mine
                .iter()
                .find(|mine| mine.plan.operator_id == plan.operator_id)
                .cloned();
            let (plan, key) = (plan.clone(), sheet.key.clone());
            let (signed_in, now, offset) = (sheet.signed_in, sheet.now, sheet.offset);
            view! { <Offer plan mine months key signed_in now offset calls /> }
        };
        let offers = sheet.plans.iter().map(offer).collect_view();
        Either::Right(view! { <div class="plans">{offers}</div> })
    };
    let have = (!sheet.mine.is_empty()).then(|| {
        view! {
            <a class="btn" href="/plan">
                "My plan"
            </a>
        }
    });
    view! {
        <div class="wrap stack">
            <div class="split">
                <div>
                    <h1>"Plans"</h1>
                    <p class="soft">"Swaps by the month, at every station of the operator."</p>
                </div>
                {have}
            </div>
            <Times months />
            <ErrorSummary problem id="plans-problem" />
            {offers}
        </div>
    }
}

/// For how long; links, so that they work without scripts.
#[component]
fn Times(months: i64) -> impl IntoView {
    let time = |choice: i64| {
        let off = discount_percent(choice);
        let off = (off > 0).then(|| format!(", {off} % off"));
        let label = format!("{choice} {}", plural(choice, "month", "months"));
        view! {
            <a
                class="chip"
                href=format!("/plans?months={choice}")
                aria-current=(choice == months).then_some("true")
                data-noscroll
            >
                <Icon name="check" />
                {label}
                {off}
            </a>
        }
    };
    view! {
        <nav class="chips" aria-label="For how long">
            {OFFERED_MONTHS.map(time).collect_view()}
        </nav>
    }
}

#[component]
fn Offer(
    plan: PlanOut,
    mine: Option<SubscriptionOut>,
    months: i64,
    key: String,
    signed_in: bool,
    now: Timestamp,
    offset: i32,
    calls: Calls,
) -> impl IntoView {
    let total = Money::new(price_of(plan.price, months), plan.currency);
    let is_mine = mine.as_ref().is_some_and(|mine| mine.plan.id == plan.id);
    let heading = format!("plan-{}-h", plan.id);
    let labelled = heading.clone();
    let (name, seller) = (plan.name.clone(), plan.operator_name.clone());
    let facts = facts(&plan).into_iter().map(|fact| {
        view! {
            <li>
                <Icon name="check" />
                {fact}
            </li>
        }
    });
    let way = match mine {
        Some(mine) => EitherOf3::A(view! { <Change plan=plan.clone() mine months key now offset calls /> }),
        None if signed_in => EitherOf3::B(view! { <Buy plan=plan.clone() months key total calls /> }),
        None => EitherOf3::C(view! { <SignInFirst months name=name.clone() /> }),
    };
    view! {
        <section class="panel plan" aria-labelledby=labelled aria-current=is_mine.then_some("true")>
            <div class="panel-head">
                <h2 id=heading>{name}</h2>
                {is_mine.then(|| view! { <span class="word">"Your plan"</span> })}
            </div>
            <div class="panel-body stack">
                <div>
                    <p class="plan-price">
                        {Money::new(plan.price, plan.currency).to_string()} <span class="label">" a month"</span>
                    </p>
                    {(months > 1).then(|| view! { <p class="label">{for_the_time(total, months)}</p> })}
                </div>
                <ul class="plan-facts">{facts.collect_view()}</ul>
                <p class="label">{seller}</p>
                {way}
            </div>
        </section>
    }
}

fn facts(plan: &PlanOut) -> Vec<String> {
    let swaps = plan.swaps_per_month;
    let mut facts = vec![if swaps == MOST_SWAPS {
        format!("As many swaps as you need, up to {swaps} a month")
    } else {
        format!("{swaps} {} a month", plural(swaps, "swap", "swaps"))
    }];
    if plan.priority {
        facts.push("Prepared first at the station".to_owned());
    }
    facts
}

fn for_the_time(total: Money, months: i64) -> String {
    let time = format!("{total} for {months} {}", plural(months, "month", "months"));
    match discount_percent(months) {
        0 => time,
        off => format!("{time}, {off} % off"),
    }
}

#[component]
fn Buy(plan: PlanOut, months: i64, key: String, total: Money, calls: Calls) -> impl IntoView {
    let id = plan.id;
    let pending = Signal::derive(move || {
        let asked = calls
            .buy
            .input()
            .with(|input| input.as_ref().map(|input| input.plan));
        calls.buy.pending().get() && asked == Some(id)
    });
    view! {
        <ActionForm action=calls.buy>
            <input type="hidden" name="plan" value=id.to_string() />
            <input type="hidden" name="months" value=months.to_string() />
            <input type="hidden" name="key" value=key />
            <Submit label=format!("Get {} for {total}", plan.name) busy="Subscribing…" pending class="btn btn-go" />
        </ActionForm>
    }
}

/// What a change comes to, before it is made.
#[component]
fn Change(
    plan: PlanOut,
    mine: SubscriptionOut,
    months: i64,
    key: String,
    now: Timestamp,
    offset: i32,
    calls: Calls,
) -> impl IntoView {
    let id = plan.id;
    let pending = Signal::derive(move || {
        let asked = calls
            .change
            .input()
            .with(|input| input.as_ref().map(|input| input.plan));
        calls.change.pending().get() && asked == Some(id)
    });
    let price = price_of(plan.price, months);
    let credited = credit(mine.price, mine.starts_at, mine.ends_at, now);
    let money = |minor: i64| Money::new(minor, plan.currency).to_string();
    let ends = now
        .months_later(u32::try_from(months).unwrap_or(1))
        .calendar_day(offset);
    let summary = if mine.plan.id == plan.id {
        format!("Begin {} anew", plan.name)
    } else {
        format!("Change to {}", plan.name)
    };
    let terms = format!(
        "Your {} plan ends now and is credited {} for its days to come: {} is left to pay. The new one lasts until {ends}. Swaps you used this month count in it.",
        mine.plan.name,
        money(credited),
        money((price - credited).max(0)),
    );
    view! {
        <details class="ask">
            <summary role="button" class="btn">
                {summary.clone()}
            </summary>
            <div class="note">
                <p>{terms}</p>
                <ActionForm action=calls.change attr:class="btns">
                    <input type="hidden" name="plan" value=id.to_string() />
                    <input type="hidden" name="months" value=months.to_string() />
                    <input type="hidden" name="key" value=key />
                    <Submit
                        label=format!("Yes, {}", summary.to_lowercase())
                        busy="Changing…"
                        pending
                        class="btn btn-go"
                    />
                </ActionForm>
            </div>
        </details>
    }
}

#[component]
fn SignInFirst(months: i64, name: String) -> impl IntoView {
    let next = ParamsMap::from_iter([("next", format!("/plans?months={months}"))]).to_query_string();
    view! {
        <a class="btn" href=format!("/sign-in{next}")>
            "Sign in to get "
            {name}
        </a>
    }
}
