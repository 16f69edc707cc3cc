//! What there is to pay. The amount is the server's; nothing is paid here.

use leptos::prelude::*;

use crate::app::calls::bookings::PayBooking;
use crate::app::live::booking::apply;
use crate::app::parts::Icon;
use crate::app::parts::form::{Submit, failure};
use crate::app::parts::note::{Note, Tone};
use crate::domain::{BookingId, Money, PaymentMethod, PaymentState};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// Amount, how it is paid, and the sum of the lines.
#[component]
pub fn Payment(
    booking: RwSignal<BookingOut>,
    /// Somebody takes cards and QR payments.
    pays_online: bool,
) -> impl IntoView {
    let held = booking;
    let panel = move || {
        let booking = held.read();
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
                {booking.payment_failure.clone().filter(|_| may_pay(&booking)).map(|why| view! {
                    <Note tone=Tone::Danger title="The last payment came to nothing">{format!("It was refused: {why}.")}</Note>
                })}
                {booking.checkout_url.clone().map(|url| view! { <Checkout url total method=booking.payment_method id=booking.id /> })}
                {may_pay(&booking).then(|| view! { <Ways booking=held ways=ways(&booking, pays_online) /> })}
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

/// Cash is paid at the counter; who says so before is waited for. A payment that is under way can be made in
/// another way.
fn may_pay(booking: &BookingOut) -> bool {
    let is_open = matches!(booking.payment_state, PaymentState::Due | PaymentState::Pending);
    is_open && booking.total_amount > 0 && !booking.state.is_ended()
}

/// The ways that are left besides the one under way.
fn ways(booking: &BookingOut, pays_online: bool) -> Vec<PaymentMethod> {
    let is_under_way = |method| booking.checkout_url.is_some() && booking.payment_method == method;
    let is_offered = |method: PaymentMethod| match method {
        PaymentMethod::Cash => !booking.awaits_payment,
        PaymentMethod::Card | PaymentMethod::Qr => pays_online,
        PaymentMethod::Plan => false,
    };
    PaymentMethod::ALL
        .into_iter()
        .filter(|method| is_offered(*method) && !is_under_way(*method))
        .collect()
}

fn has_receipt(booking: &BookingOut) -> bool {
    use PaymentState::{Paid, PartiallyRefunded, RefundFailed, RefundPending, Refunded};

    matches!(
        booking.payment_state,
        Paid | RefundPending | PartiallyRefunded | Refunded | RefundFailed
    )
}

/// The way to the payment service.
#[component]
fn Checkout(url: String, total: Money, method: PaymentMethod, id: BookingId) -> impl IntoView {
    let is_qr = method == PaymentMethod::Qr;
    let address = format!("/api/v1/bookings/{id}/checkout.svg");
    view! {
        {is_qr.then(|| view! {
            <img class="qr" src=address alt="QR code of the page on which you pay" width="192" height="192" />
            <p class="label">"Scan it with the phone you pay with, or go on here."</p>
        })}
        <a class="btn btn-go" href=url rel="external">{format!("Pay {total} now")}</a>
    }
}

/// How one can pay: the customer stands at the counter with the money in her hand, or goes to a payment service.
#[component]
fn Ways(booking: RwSignal<BookingOut>, ways: Vec<PaymentMethod>) -> impl IntoView {
    let call = ServerAction::<PayBooking>::new();
    let id = booking.with_untracked(|booking| booking.id);
    // Whichever comes first, the answer or the socket.
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = call.value().get() {
            apply(booking, fresh);
        }
    });
    let problem = failure(move || call.value().get());
    let way = move |method: PaymentMethod| {
        let (label, busy) = match method {
            PaymentMethod::Cash => ("I am paying cash", "Telling the counter…"),
            PaymentMethod::Card => ("Pay by card", "Asking the payment service…"),
            PaymentMethod::Qr | PaymentMethod::Plan => ("Pay by QR code", "Asking the payment service…"),
        };
        view! {
            <ActionForm action=call>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="method" value=method.as_str() />
                <Submit label busy pending=call.pending() class="btn" />
            </ActionForm>
        }
    };
    view! {
        <div class="btns">{ways.into_iter().map(way).collect_view()}</div>
        {move || problem.get().map(|problem| view! { <Note tone=Tone::Danger title=problem.to_string() /> })}
    }
}

fn advice(booking: &BookingOut) -> &'static str {
    match (booking.payment_state, booking.payment_method) {
        (PaymentState::Due, _) if booking.awaits_payment => "Pay to confirm your booking.",
        (PaymentState::Due, PaymentMethod::Cash) => "Pay the attendant at the station when you collect.",
        (PaymentState::Due, _) => "Due when you collect.",
        (PaymentState::Paid, _) => "Paid in full. Thank you.",
        (PaymentState::Waived, PaymentMethod::Plan) => "Your plan pays for this.",
        (PaymentState::Waived, _) => "Nothing to pay.",
        (PaymentState::CashDeclared, _) => "Hand it to the attendant. Your batteries stay held meanwhile.",
        (PaymentState::Pending, _) if booking.awaits_payment => {
            "Pay to confirm your booking. We hear of it by ourselves."
        }
        (PaymentState::Pending, _) => "Pay now; we hear of it by ourselves.",
        (PaymentState::Stuck, _) => "We do not know yet whether it went through.",
        (PaymentState::Rejected | PaymentState::Failed | PaymentState::Expired, _) => {
            "The payment was not accepted."
        }
        (PaymentState::RefundPending, PaymentMethod::Card | PaymentMethod::Qr) => {
            "Some of it goes back to you by itself."
        }
        (PaymentState::RefundPending | PaymentState::RefundFailed, _) => {
            "Some of it goes back to you: ask at the counter."
        }
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
