//! How to pay for the order: in cash, by card or QR, or by the plan one has here. Where there is one way only there is
//! nothing to choose; an operator that asks for a plan says so.

use leptos::either::EitherOf3;
use leptos::prelude::*;

use super::basket::Basket;
use crate::app::calls::stations::PayHere;
use crate::app::parts::Note;
use crate::app::parts::words::plural;
use crate::domain::PaymentMethod;

/// The choice, or why there is none.
#[component]
pub fn PayBy(basket: Basket) -> impl IntoView {
    let ways = basket.pay.with_value(PayHere::ways);
    match ways.as_slice() {
        [] => EitherOf3::A(view! {
            <Note title="One needs a plan here.">
                <a href="/plans">"See plans"</a>
            </Note>
        }),
        [PaymentMethod::Cash] => EitherOf3::B(()),
        _ => EitherOf3::C(view! { <Ways basket ways /> }),
    }
}

#[component]
fn Ways(basket: Basket, ways: Vec<PaymentMethod>) -> impl IntoView {
    let pay_by = basket.pay_by;
    let choice = move |way: PaymentMethod| {
        view! {
            <label>
                <input
                    type="radio"
                    name="order[pay]"
                    value=way.as_str()
                    checked=pay_by.get_untracked() == way
                    aria-describedby="pay-hint"
                    on:change=move |_| pay_by.set(way)
                />
                {way.label()}
            </label>
        }
    };
    let plan = basket.pay.with_value(|pay| pay.plan.clone()).map(|(name, left)| {
        let swaps = plural(left, "swap", "swaps");
        format!("Your {name} plan has {left} {swaps} left this month. ")
    });
    let hint = move || {
        let method = pay_by.get();
        method
            .is_online()
            .then_some("You pay on the next page; then your booking is confirmed.")
    };
    let first = basket.pay.with_value(|pay| pay.pays_first);
    view! {
        <fieldset class="group">
            <legend>"Pay"</legend>
            <div class="seg">{ways.into_iter().map(choice).collect_view()}</div>
            <p class="label" id="pay-hint">
                {plan}
                {first.then_some("This booking is paid before it is confirmed. ")}
                {hint}
            </p>
        </fieldset>
    }
}
