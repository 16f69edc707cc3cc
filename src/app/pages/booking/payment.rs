//! What there is to pay. The amount is the server's; nothing is paid here.

use leptos::prelude::*;

use crate::app::parts::Icon;
use crate::domain::{Money, PaymentMethod, PaymentState};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// Amount, how it is paid, and the sum of the lines.
#[component]
pub fn Payment(booking: RwSignal<BookingOut>) -> impl IntoView {
    let panel = move || {
        let booking = booking.read();
        let over = booking.payment_state == PaymentState::Cancelled;
        let amount = if over { 0 } else { booking.total_amount };
        let total = Money::new(amount, booking.currency);
        let lines = if over { Vec::new() } else { lines(&booking.items) };
        let lines = lines.into_iter().map(|(text, minor)| {
            let price = Money::new(minor, booking.currency).to_string();
            view! {
                <div>
                    <dt>{text}</dt>
                    <dd>{price}</dd>
                </div>
            }
        });
        view! {
            <div class="panel-head">
                <h2 id="due-h">"Payment"</h2>
                <span class="word">
                    <Icon name="cash" />
                    {format!("{}, {}", booking.payment_method.label(), booking.payment_state.label())}
                </span>
            </div>
            <div class="panel-body stack">
                <div class="due">
                    <data value=amount.to_string()>{total.to_string()}</data>
                    <span class="label">{advice(&booking)}</span>
                </div>
                <dl class="sum">{lines.collect_view()}</dl>
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="due-h">
            {panel}
        </section>
    }
}

fn advice(booking: &BookingOut) -> &'static str {
    match (booking.payment_state, booking.payment_method) {
        (PaymentState::Due, PaymentMethod::Cash) => "Pay the attendant at the station when you collect.",
        (PaymentState::Due, _) => "Due when you collect.",
        (PaymentState::Paid, _) => "Paid in full. Thank you.",
        (PaymentState::Waived, PaymentMethod::Plan) => "Your plan pays for this.",
        (PaymentState::Waived, _) => "Nothing to pay.",
        (PaymentState::Cancelled, _) => "Nothing was paid and nothing is due.",
    }
}

/// Equal lines together: `2 × VB60 swap` and their price.
fn lines(items: &[BookingItemOut]) -> Vec<(String, i64)> {
    let mut groups: Vec<(&str, i64, i64)> = Vec::new();
    for item in items {
        let same = groups
            .iter_mut()
            .find(|(name, price, _)| *name == item.name && *price == item.price);
        match same {
            Some((_, _, count)) => *count += item.quantity,
            None => groups.push((&item.name, item.price, item.quantity)),
        }
    }
    let line = |(name, price, count): (&str, i64, i64)| match count {
        1 => (name.to_owned(), price),
        count => (format!("{count} × {name}"), price * count),
    };
    groups.into_iter().map(line).collect()
}
