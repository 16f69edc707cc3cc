//! Work on the vehicle that can be booked with the packs.

use leptos::prelude::*;

use super::basket::{Basket, Extra};
use crate::domain::Money;

/// What the station offers besides swaps, to tick.
#[component]
pub fn Extras(basket: Basket) -> impl IntoView {
    let row = |extra: &Extra| {
        let (service, wanted) = (extra.service.clone(), extra.wanted);
        let price = Money::new(service.price, service.currency).to_string();
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    name=format!("order[s][{}]", service.id)
                    value="1"
                    checked=wanted.get_untracked()
                    on:change=move |event| wanted.set(event_target_checked(&event))
                />
                <span>
                    {service.name}
                    <small>{price} ", " {service.minutes} " min"</small>
                </span>
            </label>
        }
    };
    let rows = basket
        .extras
        .with_value(|extras| (!extras.is_empty()).then(|| extras.iter().map(row).collect_view()));
    rows.map(|rows| {
        view! {
            <fieldset class="group">
                <legend>"Also"</legend>
                {rows}
            </fieldset>
        }
    })
}
