//! What there is to pay. The amount is the server's; nothing is paid here.

use leptos::prelude::*;

use crate::app::calls::bookings::PayBooking;
use crate::app::parts::Icon;
use crate::app::parts::form::{Submit, failure};
use crate::app::parts::note::{Note, Tone};
use crate::domain::{BookingId, Money, PaymentMethod, PaymentState};
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
        let extra = |what: &'static str, minor: i64| {
            (minor != 0 && !over).then(|| {
                let price = Money::new(minor, booking.currency).to_string();
                view! {
                    <div>
                        <dt>{what}</dt>
                        <dd>{price}</dd>
                    </div>
                }
            })
        };
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
                <dl class="sum">{lines.collect_view()} {extra("Service charge", booking.service_charge_amount)} {extra("Tax", booking.tax_amount)}</dl>
                {may_pay(&booking).then(|| view! { <PayCash id=booking.id /> })}
                {has_receipt(&booking).then(|| view! {
                    <a class="btn" href=format!("/bookings/{}/receipt", booking.id)>"Receipt"</a>
                })}
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="due-h">
            {panel}
        </section>
    }
}

/// Cash is paid at the counter; who says so before is waited for.
fn may_pay(booking: &BookingOut) -> bool {
    booking.payment_state == PaymentState::Due && booking.total_amount > 0 && !booking.state.is_ended()
}

fn has_receipt(booking: &BookingOut) -> bool {
    use PaymentState::{Paid, PartiallyRefunded, RefundPending, Refunded};

    matches!(
        booking.payment_state,
        Paid | RefundPending | PartiallyRefunded | Refunded
    )
}

/// The customer stands at the counter with the money in her hand.
#[component]
fn PayCash(id: BookingId) -> impl IntoView {
    let call = ServerAction::<PayBooking>::new();
    let problem = failure(move || call.value().get());
    view! {
        <ActionForm action=call attr:class="btns">
            <input type="hidden" name="id" value=id.to_string() />
            <Submit label="I am paying cash" busy="Telling the counter…" pending=call.pending() class="btn" />
        </ActionForm>
        {move || problem.get().map(|problem| view! { <Note tone=Tone::Danger title=problem.to_string() /> })}
    }
}

fn advice(booking: &BookingOut) -> &'static str {
    match (booking.payment_state, booking.payment_method) {
        (PaymentState::Due, PaymentMethod::Cash) => "Pay the attendant at the station when you collect.",
        (PaymentState::Due, _) => "Due when you collect.",
        (PaymentState::Paid, _) => "Paid in full. Thank you.",
        (PaymentState::Waived, PaymentMethod::Plan) => "Your plan pays for this.",
        (PaymentState::Waived, _) => "Nothing to pay.",
        (PaymentState::CashDeclared, _) => "Hand it to the attendant. Your batteries stay held meanwhile.",
        (PaymentState::Rejected, _) => "The payment was not accepted.",
        (PaymentState::RefundPending, _) => "Some of it goes back to you: ask at the counter.",
        (PaymentState::Refunded, _) => "It went back to you.",
        (PaymentState::PartiallyRefunded, _) => "A part of it went back to you.",
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
