//! The lines of the booking form: the chosen pack, the steppers by model, the time to hold, the sum.

use leptos::either::Either;
use leptos::prelude::*;

use super::basket::{Basket, Choice};
use crate::app::parts::note::Tone;
use crate::app::parts::words::plural;
use crate::app::parts::{Icon, Note};
use crate::domain::{Money, PaymentMethod};

/// The certain pack, with the way to let it go again; or that it went.
pub fn chosen_row(basket: Basket) -> Option<impl IntoView> {
    let pack = basket.pack.get()?;
    let back = format!("/stations/{}#book-h", basket.station());
    Some(match basket.chosen.get() {
        Some(chosen) => Either::Left(view! {
            <div class="model">
                <div>
                    <b>"Slot " {chosen.slot.label()}</b>
                    <span class="model-stock">{chosen.name} " · " {chosen.soc} " %"</span>
                </div>
                <a class="btn btn-quiet" href=back>
                    "Remove"
                    <span class="sr">" slot " {chosen.slot.label()}</span>
                </a>
                <input type="hidden" name="order[pack]" value=pack.to_string() />
            </div>
        }),
        None => Either::Right(view! {
            <div>
                <Note tone=Tone::Warn title="The battery you chose is not free any more.">
                    <p>"Choose another slot, or let the station choose one."</p>
                </Note>
            </div>
        }),
    })
}

/// One model: what it is, what is left of it, and how many.
#[component]
pub fn Model(basket: Basket, choice: Choice) -> impl IntoView {
    let Choice { model, wanted, ready } = choice.clone();
    let most = Memo::new(move |_| basket.most(&choice));
    let name = model.name.clone();
    let spec = format!(
        "{} V · {}.{} kWh",
        model.nominal_voltage_v,
        model.capacity_wh / 1_000,
        model.capacity_wh % 1_000 / 100
    );
    let price = Money::new(model.price, model.currency);
    let step =
        move |by: i64| wanted.update(|wanted| *wanted = (*wanted + by).clamp(0, most.get_untracked().max(0)));
    let typed = move |event| {
        let count = event_target_value(&event).parse::<i64>().unwrap_or(0);
        wanted.set(count.max(0));
    };
    view! {
        <div class="model" data-none=move || (ready.get() == 0).then_some("")>
            <div>
                <b>{name.clone()}</b>
                <span class="model-spec">{spec}</span>
                <br />
                <span class="model-stock">
                    <strong>{ready} " ready"</strong>
                    " · "
                    {price.to_string()}
                    " a swap"
                </span>
            </div>
            <div class="step-n" role="group" aria-label=format!("How many {name}")>
                <button
                    type="button"
                    aria-label=format!("One {name} less")
                    disabled=move || wanted.get() <= 0
                    on:click=move |_| step(-1)
                >
                    <Icon name="minus" />
                </button>
                <input
                    type="number"
                    inputmode="numeric"
                    name=format!("order[n][{}]", model.id)
                    value=wanted.get_untracked().to_string()
                    prop:value=move || wanted.get().to_string()
                    min="0"
                    max=move || most.get().max(wanted.get()).to_string()
                    aria-label=format!("Number of {name}")
                    on:input=typed
                />
                <button
                    type="button"
                    aria-label=format!("One {name} more")
                    disabled=move || { wanted.get() >= most.get() }
                    on:click=move |_| step(1)
                >
                    <Icon name="plus" />
                </button>
            </div>
        </div>
    }
}

/// For how long.
#[component]
pub fn HoldFor(basket: Basket) -> impl IntoView {
    let radios = basket.holds.get_value().into_iter().map(|minutes| {
        let checked = basket.hold.get_untracked() == minutes;
        view! {
            <label>
                <input
                    type="radio"
                    name="order[hold]"
                    value=minutes.to_string()
                    checked=checked
                    on:change=move |_| basket.hold.set(minutes)
                />
                {minutes}
                " min"
            </label>
        }
    });
    view! {
        <fieldset class="group">
            <legend>"Hold for"</legend>
            <div class="seg">{radios.collect_view()}</div>
        </fieldset>
    }
}

pub fn sum(basket: Basket) -> impl IntoView {
    let (lines, total) = basket.sum();
    let pay_by = basket.pay_by.get();
    let by_plan = pay_by == PaymentMethod::Plan;
    let swaps: i64 = lines.iter().map(|(count, ..)| count).sum();
    let rows = lines.into_iter().map(|(count, name, price)| {
        let price = if by_plan {
            "by plan".to_owned()
        } else {
            price.to_string()
        };
        view! {
            <div>
                <dt>{count} " × " {name} " swap"</dt>
                <dd>{price}</dd>
            </div>
        }
    });
    let services = basket.services();
    let extra: i64 = services.iter().map(|(_, price)| price.minor).sum();
    let services = services.into_iter().map(|(name, price)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{price.to_string()}</dd>
            </div>
        }
    });
    let total = total.map(|total| {
        let cash = Money::new(extra, total.currency);
        let (how, amount) = match (by_plan, extra) {
            (true, 0) => ("My plan", format!("{swaps} {}", plural(swaps, "swap", "swaps"))),
            (true, _) => (
                "My plan, and cash",
                format!("{swaps} {}, {cash}", plural(swaps, "swap", "swaps")),
            ),
            (false, _) => (
                how_to_pay(pay_by),
                Money::new(total.minor + extra, total.currency).to_string(),
            ),
        };
        view! {
            <div class="sum-total">
                <dt>{how}</dt>
                <dd>{amount}</dd>
            </div>
        }
    });
    view! { <dl class="sum">{rows.collect_view()} {services.collect_view()} {total}</dl> }
}

fn how_to_pay(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "Cash, at the station",
        PaymentMethod::Card => "By card, now",
        PaymentMethod::Qr => "By QR code, now",
        PaymentMethod::Plan => "My plan",
    }
}
