//! The plans on sale: what each gives, what it costs for the chosen time, and the button that buys it. Whoever
//! has one already changes it here, and reads first what that comes to.

use leptos::either::{Either, EitherOf4};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::plan_waiting::payment_news;
use crate::app::calls::plans::{BuyPlan, PlansSheet, find_plans};
use crate::app::parts::Icon;
use crate::app::parts::form::{ErrorSummary, Submit, failure, follow};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::words::plural;
use crate::domain::plan::{MOST_SWAPS, OFFERED_MONTHS, credit, discount_percent, price_of};
use crate::domain::{Money, PaymentMethod, PlanId, Timestamp};
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
    let news = payment_news();
    let sheet = Resource::new_blocking(move || news.get(), |_| find_plans());
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

#[component]
fn Offers(sheet: PlansSheet, months: i64) -> impl IntoView {
    let call = ServerAction::<BuyPlan>::new();
    follow(move || call.value().get());
    let problem = failure(move || call.value().get());
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
            let of_operator = |all: &[SubscriptionOut]| {
                all.iter()
                    .find(|one| one.plan.operator_id == plan.operator_id)
                    .cloned()
            };
            let (mine, waiting) = (of_operator(&sheet.mine), of_operator(&sheet.waiting));
            let till = Till {
                months,
                key: sheet.key.clone(),
                pays_online: sheet.pays_online,
                call,
            };
            let (signed_in, now, offset) = (sheet.signed_in, sheet.now, sheet.offset);
            view! { <Offer plan=plan.clone() mine waiting till signed_in now offset /> }
        };
        let offers = sheet.plans.iter().map(offer).collect_view();
        Either::Right(view! { <div class="plans">{offers}</div> })
    };
    let have = (!sheet.mine.is_empty() || !sheet.waiting.is_empty()).then(|| {
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

/// What every form that buys has in common.
#[derive(Clone)]
struct Till {
    months: i64,
    key: String,
    pays_online: bool,
    /// One for the whole page.
    call: ServerAction<BuyPlan>,
}

#[component]
fn Offer(
    plan: PlanOut,
    mine: Option<SubscriptionOut>,
    waiting: Option<SubscriptionOut>,
    till: Till,
    signed_in: bool,
    now: Timestamp,
    offset: i32,
) -> impl IntoView {
    let months = till.months;
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
    let way = match (waiting, mine) {
        (Some(waiting), _) => EitherOf4::A(view! { <PayFirst waiting /> }),
        (None, Some(mine)) => EitherOf4::B(view! { <Change plan=plan.clone() mine till now offset /> }),
        (None, None) if signed_in => EitherOf4::C(view! { <Buy plan=plan.clone() till total /> }),
        (None, None) => EitherOf4::D(view! { <SignInFirst months name=name.clone() /> }),
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

/// The form that buys: what it says, how it is paid, and its button.
#[component]
fn Purchase(
    id: PlanId,
    till: Till,
    /// In place of the one she has.
    instead: bool,
    /// What is left to pay, minor units.
    due: i64,
    label: String,
    busy: &'static str,
) -> impl IntoView {
    let call = till.call;
    let pending = Signal::derive(move || {
        let asked = call.input().with(|input| input.as_ref().map(|input| input.plan));
        call.pending().get() && asked == Some(id)
    });
    let way = |way: PaymentMethod| {
        view! {
            <label>
                <input type="radio" name="pay" value=way.as_str() checked=way == PaymentMethod::Card />
                {way.label()}
            </label>
        }
    };
    let ways = (till.pays_online && due > 0).then(|| {
        view! {
            <fieldset class="group">
                <legend>"Pay"</legend>
                <div class="seg">{[PaymentMethod::Card, PaymentMethod::Qr].map(way).collect_view()}</div>
            </fieldset>
        }
    });
    view! {
        <ActionForm action=call attr:class="stack">
            <input type="hidden" name="plan" value=id.to_string() />
            <input type="hidden" name="months" value=till.months.to_string() />
            <input type="hidden" name="key" value=till.key />
            {instead.then(|| view! { <input type="hidden" name="instead" value="yes" /> })}
            {ways}
            <Submit label busy pending class="btn btn-go" />
        </ActionForm>
    }
}

#[component]
fn Buy(plan: PlanOut, till: Till, total: Money) -> impl IntoView {
    let label = format!("Get {} for {total}", plan.name);
    view! { <Purchase id=plan.id till instead=false due=total.minor label busy="Subscribing…" /> }
}

/// Another one with this operator waits for its payment.
#[component]
fn PayFirst(waiting: SubscriptionOut) -> impl IntoView {
    view! {
        <p>{format!("You chose the {} plan. Pay it, or call it off first.", waiting.plan.name)}</p>
        <a class="btn" href="/plan">
            "Go on to pay"
        </a>
    }
}

/// What a change comes to, before it is made.
#[component]
fn Change(plan: PlanOut, mine: SubscriptionOut, till: Till, now: Timestamp, offset: i32) -> impl IntoView {
    let months = till.months;
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
    let due = (price - credited).max(0);
    let when = if till.pays_online && due > 0 {
        "ends when the new one is paid"
    } else {
        "ends now"
    };
    let terms = format!(
        "Your {} plan {when} and is credited {} for its days to come: {} is left to pay. The new one lasts until {ends}. Swaps you used this month count in it.",
        mine.plan.name,
        money(credited),
        money(due),
    );
    let label = format!("Yes, {}", summary.to_lowercase());
    view! {
        <details class="ask">
            <summary role="button" class="btn">
                {summary}
            </summary>
            <div class="note">
                <p>{terms}</p>
                <Purchase id=plan.id till instead=true due label busy="Changing…" />
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
