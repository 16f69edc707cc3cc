//! A receipt, to keep or to print.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::app::calls::bookings::load_receipt;
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{ClockTime, Icon};
use crate::domain::{BookingId, Money, Problem};
use crate::protocol::rest::{ReceiptLineOut, ReceiptOut};

/// The page of one receipt.
#[component]
pub fn Receipt() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<BookingId>().ok()));
    let receipt = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => load_receipt(id).await,
                None => Err(Problem::not_found("receipt")),
            }
        },
    );
    let page = move || {
        Suspend::new(async move {
            match receipt.await {
                Ok(receipt) => Either::Left(view! { <Sheet receipt /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

#[component]
fn Sheet(receipt: ReceiptOut) -> impl IntoView {
    let currency = receipt.currency;
    let money = move |minor: i64| Money::new(minor, currency).to_string();
    let row = move |what: String, minor: i64| {
        view! {
            <div>
                <dt>{what}</dt>
                <dd>{money(minor)}</dd>
            </div>
        }
    };
    let maybe = move |what: &str, minor: i64| (minor != 0).then(|| row(what.to_owned(), minor));
    let line = move |line: ReceiptLineOut| row(line.name, line.price);
    let at = receipt.paid_at;
    view! {
        <Title text=format!("Receipt {}", receipt.number) />
        <div class="wrap">
            <a class="crumb" href=format!("/bookings/{}", receipt.booking_id)>
                <Icon name="back" />
                "Booking"
            </a>
            <section class="panel receipt" aria-labelledby="receipt-h">
                <div class="panel-head">
                    <h1 id="receipt-h">"Receipt " {receipt.number.clone()}</h1>
                </div>
                <div class="panel-body stack">
                    <p>
                        <b>{receipt.station_name.clone()}</b>
                        <br />
                        {receipt.station_address.clone()}
                        <br />
                        {receipt.operator_name.clone()}
                    </p>
                    <p class="soft">
                        {at.calendar_day(receipt.utc_offset_minutes)}
                        ", "
                        <ClockTime at offset=receipt.utc_offset_minutes />
                        ", "
                        {receipt.method.label()}
                    </p>
                    <dl class="sum">
                        {receipt.lines.clone().into_iter().map(line).collect_view()}
                        {maybe("Service charge", receipt.service_charge)}
                        {maybe("Tax", receipt.tax)}
                        {row("Total".to_owned(), receipt.total)}
                        {receipt.received.map(|received| row("Received".to_owned(), received))}
                        {receipt.change.and_then(|change| maybe("Change", change))}
                        {maybe("Refunded", receipt.refunded)}
                    </dl>
                </div>
            </section>
        </div>
    }
}
