//! What an operator sells by the month: every plan with its terms, one form to change one or to add one, and
//! whether one may pay per swap without any.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::app::calls::plans::{DeskSheet, SavePlan, SetPayPerSwap, load_plan_desk};
use crate::app::parts::Icon;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure, follow};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::words::plural;
use crate::domain::{Money, OperatorId};
use crate::protocol::rest::{OperatorOut, PlanOut};

/// The page of an operator's plans.
#[component]
pub fn PlanDesk() -> impl IntoView {
    let query = use_query_map();
    let number = move |name: &str| query.with(|query| query.get(name)?.parse::<i64>().ok());
    let operator = Memo::new(move |_| number("operator").map(OperatorId));
    let edited = Memo::new(move |_| number("edit"));
    let sheet = Resource::new_blocking(move || operator.get(), load_plan_desk);
    let page = move || {
        let edited = edited.get();
        Suspend::new(async move {
            match sheet.await {
                Ok(sheet) => Either::Left(view! { <Desk sheet edited /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Plans we sell" />
        <Transition>{page}</Transition>
    }
}

#[component]
fn Desk(sheet: DeskSheet, edited: Option<i64>) -> impl IntoView {
    let DeskSheet { operator, plans, key } = sheet;
    let done = use_query_map().with_untracked(|query| query.get("done").is_some());
    let chosen = plans.iter().find(|plan| Some(plan.id.0) == edited).cloned();
    let rows = plans.into_iter().map(|plan| {
        let is_open = Some(plan.id.0) == edited;
        view! { <Row plan is_open /> }
    });
    let rows = rows.collect_view();
    view! {
        <div class="wrap stack">
            <div class="split">
                <div>
                    <h1>"Plans we sell"</h1>
                    <p class="soft">{operator.name.clone()}</p>
                </div>
                <span class="word saved" data-tone="done" role="status">
                    {done.then(|| view! { <Icon name="check" /> "Saved" })}
                </span>
            </div>
            <div class="duo">
                <div class="stack">
                    <section class="panel" aria-labelledby="plans-h">
                        <div class="panel-head">
                            <h2 id="plans-h">"Plans"</h2>
                        </div>
                        <ul class="rows">{rows}</ul>
                    </section>
                    <PerSwap operator=operator.clone() />
                </div>
                <PlanEditor operator plan=chosen once=key />
            </div>
        </div>
    }
}

#[component]
fn Row(plan: PlanOut, is_open: bool) -> impl IntoView {
    let price = Money::new(plan.price, plan.currency);
    let swaps = plan.swaps_per_month;
    let priority = if plan.priority { ", first in the queue" } else { "" };
    let terms = format!(
        "{swaps} {}, {price} a month{priority}",
        plural(swaps, "swap", "swaps")
    );
    let word = (!plan.active).then(|| view! { " " <span class="word" data-tone="warn">"Not sold"</span> });
    let href = format!(
        "/operator/plans?operator={}&edit={}#plan-form-h",
        plan.operator_id, plan.id
    );
    view! {
        <li class="plan-row">
            <div>
                <b>{plan.name.clone()}</b>
                {word}
                <small>{terms}</small>
            </div>
            <a class="btn" href=href aria-current=is_open.then_some("true")>
                "Edit"
                <span class="sr">" " {plan.name}</span>
            </a>
        </li>
    }
}

/// The form of the plan that is edited, else of a new one.
#[component]
fn PlanEditor(operator: OperatorOut, plan: Option<PlanOut>, once: String) -> impl IntoView {
    let call = ServerAction::<SavePlan>::new();
    follow(move || call.value().get());
    let problem = failure(move || call.value().get());
    let is_new = plan.is_none();
    let (heading, label) = match &plan {
        Some(plan) => (format!("Change {}", plan.name), "Save"),
        None => ("Add a plan".to_owned(), "Add"),
    };
    let id = plan.as_ref().map(|plan| {
        view! { <input type="hidden" name="form[id]" value=plan.id.to_string() /> }
    });
    let value = |of: fn(&PlanOut) -> String| plan.as_ref().map(of).unwrap_or_default();
    let name = value(|plan| plan.name.clone());
    let swaps = value(|plan| plan.swaps_per_month.to_string());
    let price = value(|plan| Money::new(plan.price, plan.currency).plain());
    let priority = plan.as_ref().is_some_and(|plan| plan.priority);
    let active = plan.as_ref().is_none_or(|plan| plan.active);
    let price_hint =
        "A month, before the discount for longer times. Who bought the plan keeps the old price.";
    view! {
        <section class="panel" aria-labelledby="plan-form-h">
            <div class="panel-head">
                <h2 id="plan-form-h">{heading}</h2>
                {(!is_new)
                    .then(|| {
                        let href = format!("/operator/plans?operator={}#plan-form-h", operator.id);
                        view! {
                            <a class="btn btn-quiet" href=href>
                                "Add another"
                            </a>
                        }
                    })}
            </div>
            <div class="panel-body">
                <ActionForm action=call attr:class="gate-form">
                    <ErrorSummary problem id="plan-form-problem" />
                    <input type="hidden" name="form[operator]" value=operator.id.to_string() />
                    <input type="hidden" name="form[once]" value=once />
                    {id}
                    <Field label="Name" name="name" autocomplete="off" value=name problem />
                    {is_new
                        .then(|| {
                            view! {
                                <Field
                                    label="Key"
                                    name="key"
                                    autocomplete="off"
                                    hint="For programs: small letters and digits, like basic."
                                    problem
                                />
                            }
                        })}
                    <Field
                        label="Swaps a month"
                        name="swaps_per_month"
                        kind="number"
                        autocomplete="off"
                        value=swaps
                        hint="1 to 999. Who bought the plan keeps the old number."
                        problem
                    />
                    <Field label="Price" name="price" autocomplete="off" value=price hint=price_hint problem />
                    <label class="choice">
                        <input type="checkbox" name="priority" value="yes" checked=priority />
                        <span>"Prepared first at the station"</span>
                    </label>
                    {(!is_new)
                        .then(|| {
                            view! {
                                <label class="choice">
                                    <input type="checkbox" name="active" value="yes" checked=active />
                                    <span>"On sale"</span>
                                </label>
                            }
                        })}
                    <Submit label busy="Saving…" pending=call.pending() class="btn btn-go" />
                </ActionForm>
            </div>
        </section>
    }
}

/// Whether one needs a plan at all.
#[component]
fn PerSwap(operator: OperatorOut) -> impl IntoView {
    let call = ServerAction::<SetPayPerSwap>::new();
    follow(move || call.value().get());
    let problem = failure(move || call.value().get());
    view! {
        <section class="panel" aria-labelledby="per-swap-h">
            <div class="panel-head">
                <h2 id="per-swap-h">"Without a plan"</h2>
            </div>
            <div class="panel-body">
                <ActionForm action=call attr:class="stack-s">
                    <ErrorSummary problem id="per-swap-problem" />
                    <input type="hidden" name="operator" value=operator.id.to_string() />
                    <label class="choice">
                        <input type="checkbox" name="allowed" value="yes" checked=operator.pay_per_swap />
                        <span>"Customers without a plan may book and pay per swap"</span>
                    </label>
                    <div class="btns">
                        <Submit label="Save this setting" busy="Saving…" pending=call.pending() class="btn" />
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}
