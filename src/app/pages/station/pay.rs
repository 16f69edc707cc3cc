//! How to pay for the order: in cash, or by the plan one has here. Without a plan there is nothing to choose; an
//! operator that asks for one says so.

use leptos::either::EitherOf3;
use leptos::prelude::*;

use super::basket::Basket;
use crate::app::parts::Note;
use crate::app::parts::words::plural;

/// The choice, or why there is none.
#[component]
pub fn PayBy(basket: Basket) -> impl IntoView {
    let pay = basket.pay.get_value();
    match pay.plan {
        Some((name, left)) => EitherOf3::A(view! { <CashOrPlan basket name left /> }),
        None if pay.per_swap => EitherOf3::B(()),
        None => EitherOf3::C(view! {
            <Note title="One needs a plan here.">
                <a href="/plans">"See plans"</a>
            </Note>
        }),
    }
}

#[component]
fn CashOrPlan(basket: Basket, name: String, left: i64) -> impl IntoView {
    let by_plan = basket.by_plan;
    let choice = move |value: &'static str, label: &'static str, is_plan: bool| {
        let checked = by_plan.get_untracked() == is_plan;
        view! {
            <label>
                <input
                    type="radio"
                    name="order[pay]"
                    value=value
                    checked=checked
                    aria-describedby="pay-left"
                    on:change=move |_| by_plan.set(is_plan)
                />
                {label}
            </label>
        }
    };
    let swaps = plural(left, "swap", "swaps");
    view! {
        <fieldset class="group">
            <legend>"Pay"</legend>
            <div class="seg">{choice("cash", "Cash", false)} {choice("plan", "My plan", true)}</div>
            <p class="label" id="pay-left">
                {format!("Your {name} plan has {left} {swaps} left this month.")}
            </p>
        </fieldset>
    }
}
