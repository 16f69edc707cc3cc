//! The payments of all my stations: filters as a form, what they come to, what the last days brought, and the rows in
//! pages. All of it is addresses, so it works without scripts and can be shared.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::Ways;
use super::days::Days;
use super::list::{self, DayFields, Pages, StationField, said};
use crate::app::calls::operators::Named;
use crate::app::calls::takings::{GivePlanMoneyBack, Sought, Takings, load_takings};
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::words::plural;
use crate::domain::{Currency, Money, PaymentId, PaymentMethod, PaymentState};
use crate::protocol::rest::{PaymentOut, PaymentTotalOut};

const PATH: &str = "/operator/payments";

fn read(query: &ParamsMap) -> Sought {
    let text = |name| said(query, name);
    Sought {
        station: text("station").and_then(|id| id.parse().ok()),
        from: text("from"),
        to: text("to"),
        state: text("state"),
        method: text("method"),
        q: text("q"),
        cursor: text("cursor"),
    }
}

fn address(sought: &Sought) -> String {
    let station = sought.station.map(|station| station.to_string());
    let all = [
        ("station", station),
        ("from", sought.from.clone()),
        ("to", sought.to.clone()),
        ("state", sought.state.clone()),
        ("method", sought.method.clone()),
        ("q", sought.q.clone()),
        ("cursor", sought.cursor.clone()),
    ];
    list::address(PATH, all)
}

/// The page.
#[component]
pub fn OperatorPayments() -> impl IntoView {
    let query = use_query_map();
    let sought = Memo::new(move |_| query.with(read));
    let takings = Resource::new_blocking(move || sought.get(), load_takings);
    let give_back = ServerAction::<GivePlanMoneyBack>::new();
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(())) = give_back.value().get() {
            takings.refetch();
            announcer.say("Written down.".to_owned());
        }
    });
    let page = move || {
        let sought = sought.get();
        Suspend::new(async move {
            match takings.await {
                Ok(takings) => Either::Left(view! { <Found takings sought give_back /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Payments · Operator" />
        <Transition>{page}</Transition>
    }
}

#[component]
fn Found(takings: Takings, sought: Sought, give_back: ServerAction<GivePlanMoneyBack>) -> impl IntoView {
    let Takings {
        page,
        days,
        stations,
        utc_offset_minutes,
    } = takings;
    let failed = failure(move || give_back.value().get());
    let back = sought.cursor.is_some().then(|| {
        let first = Sought {
            cursor: None,
            ..sought.clone()
        };
        address(&first)
    });
    let next = page.next.map(|cursor| {
        address(&Sought {
            cursor: Some(cursor),
            ..sought.clone()
        })
    });
    let body = if page.items.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <p>"No payment fits what you look for."</p>
                <a class="btn" href=PATH>
                    "Show all payments"
                </a>
            </div>
        })
    } else {
        Either::Right(view! { <Rows payments=page.items offset=utc_offset_minutes give_back /> })
    };
    view! {
        <div class="wrap stack">
            <h1>"Payments"</h1>
            <Ways />
            <ErrorSummary problem=failed id="give-back-problem" />
            <Sums totals=page.totals />
            <Days days />
            <section class="panel" aria-label="Payments at your stations">
                <Filters sought stations />
                {body}
            </section>
            <Pages first=back next />
        </div>
    }
}

/// One sum over several ways to pay.
fn sum(totals: &[PaymentTotalOut], currency: Currency, part: impl Fn(&PaymentTotalOut) -> i64) -> Money {
    let same = totals.iter().filter(|total| total.currency == currency);
    Money::new(same.map(part).sum(), currency)
}

/// What the payments that fit come to.
#[component]
fn Sums(totals: Vec<PaymentTotalOut>) -> impl IntoView {
    let mut currencies: Vec<Currency> = totals.iter().map(|total| total.currency).collect();
    currencies.dedup();
    let tiles = currencies.into_iter().map(|currency| {
        let left = sum(&totals, currency, |total| total.received - total.refunded);
        let cash = sum(&totals, currency, |total| {
            let is_cash = total.method == PaymentMethod::Cash;
            i64::from(is_cash) * (total.received - total.refunded)
        });
        let plans = sum(&totals, currency, |total| {
            i64::from(total.for_plans) * (total.received - total.refunded)
        });
        let plans =
            (plans.minor != 0).then(|| view! { <dd class="delta">{format!("{plans} of it for plans")}</dd> });
        let payments: i64 = totals
            .iter()
            .filter(|total| total.currency == currency)
            .map(|total| total.payments)
            .sum();
        view! {
            <dl class="tiles tiles-big">
                <div>
                    <dt>"Takings"</dt>
                    <dd>{left.to_string()}</dd>
                    <dd class="delta">{cash.to_string()} " of it cash"</dd>
                    {plans}
                </div>
                <div>
                    <dt>"Received"</dt>
                    <dd>{sum(&totals, currency, |total| total.received).to_string()}</dd>
                    <dd class="delta">{payments} " " {plural(payments, "payment", "payments")}</dd>
                </div>
                <div>
                    <dt>"Refunded"</dt>
                    <dd>{sum(&totals, currency, |total| total.refunded).to_string()}</dd>
                </div>
                <div>
                    <dt>"Still to come"</dt>
                    <dd>{sum(&totals, currency, |total| total.outstanding).to_string()}</dd>
                </div>
            </dl>
        }
    });
    let tiles = tiles.collect_view();
    view! { <section aria-label="What they come to">{tiles}</section> }
}

#[component]
fn Filters(sought: Sought, stations: Vec<Named>) -> impl IntoView {
    let choice = |chosen: &Option<String>, value: &'static str, label: &'static str| {
        let selected = chosen.as_deref() == Some(value);
        view! {
            <option value=value selected=selected>
                {label}
            </option>
        }
    };
    let states = PaymentState::ALL.map(|state| choice(&sought.state, state.as_str(), state.label()));
    let methods = PaymentMethod::ALL.map(|method| choice(&sought.method, method.as_str(), method.label()));
    view! {
        <form class="filters" method="get" action=PATH role="search">
            <div class="field">
                <label for="q">"Customer, code or receipt"</label>
                <input class="input" id="q" name="q" type="search" maxlength="80" value=sought.q.unwrap_or_default() />
            </div>
            <StationField stations chosen=sought.station />
            <div class="field">
                <label for="state">"State"</label>
                <select class="input" id="state" name="state">
                    <option value="">"Any state"</option>
                    {states.collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="method">"Paid by"</label>
                <select class="input" id="method" name="method">
                    <option value="">"Any way"</option>
                    {methods.collect_view()}
                </select>
            </div>
            <DayFields from=sought.from to=sought.to />
            <button type="submit" class="btn">
                "Filter"
            </button>
        </form>
    }
}

#[component]
fn Rows(payments: Vec<PaymentOut>, offset: i32, give_back: ServerAction<GivePlanMoneyBack>) -> impl IntoView {
    let rows = payments
        .into_iter()
        .map(|payment| view! { <Row payment offset give_back /> })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <caption>"Payments, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Begun"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Station or plan"</th>
                        <th scope="col">"Paid by"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Receipt"</th>
                        <th scope="col" class="end">
                            "Amount"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Where the payment service gave nothing back for a plan, the operator does in another way, and says so here.
#[component]
fn GiveBack(payment: PaymentId, owed: String, call: ServerAction<GivePlanMoneyBack>) -> impl IntoView {
    let question = format!("{owed} back to the customer? ");
    view! {
        <details class="ask">
            <summary role="button" class="btn btn-quiet">
                "Give back"
                <span class="sr">" " {owed}</span>
            </summary>
            <div class="note" data-tone="warn">
                <p>
                    <b>"Did you give " {question}</b>
                    "The payment service refused. Give it back in cash or by transfer first; this only writes it down."
                </p>
                <ActionForm action=call attr:class="btns">
                    <input type="hidden" name="payment" value=payment.to_string() />
                    <Submit label="Yes, given back" busy="Writing…" pending=call.pending() class="btn btn-go" />
                </ActionForm>
            </div>
        </details>
    }
}

#[component]
fn Row(payment: PaymentOut, offset: i32, give_back: ServerAction<GivePlanMoneyBack>) -> impl IntoView {
    let begun = payment.created_at;
    let (day, time) = (begun.calendar_day(offset), begun.clock_time(offset));
    let amount = Money::new(payment.amount, payment.currency).to_string();
    let back = (payment.refunded > 0).then(|| {
        let back = Money::new(payment.refunded, payment.currency);
        view! { <small class="soft">" " {back.to_string()} " back"</small> }
    });
    let customer = Some(payment.customer_name).filter(|name| !name.is_empty());
    let customer = customer.unwrap_or_else(|| "Closed account".to_owned());
    let at_counter = payment.station_id.zip(payment.booking_id);
    let state = match at_counter {
        Some((station, booking)) => {
            let counter = format!("/staff/stations/{station}?booking={booking}#open");
            Either::Left(view! { <a href=counter>{payment.state.label()}</a> })
        }
        None => Either::Right(payment.state.label()),
    };
    let receipt = match at_counter.zip(payment.receipt_number) {
        Some(((station, booking), number)) => {
            let href = format!("/bookings/{booking}/receipt");
            Either::Left(view! { <a href=href>{format!("{station}-{number:06}")}</a> })
        }
        None => Either::Right("None"),
    };
    let place = match &payment.plan_name {
        Some(plan) => format!("Plan {plan}"),
        None => payment.station_name.clone(),
    };
    let is_owed = payment.plan_name.is_some() && payment.state == PaymentState::RefundFailed;
    let owed = is_owed.then(|| {
        let owed = Money::new(payment.refund_due, payment.currency).to_string();
        view! { <GiveBack payment=payment.id owed call=give_back /> }
    });
    let why = payment
        .reason
        .map(|why| view! { <small class="soft">" " {why}</small> });
    view! {
        <tr>
            <td>
                <time datetime=begun.to_string()>{day} ", " {time}</time>
            </td>
            <td class="side">{customer}</td>
            <td class="wide">{place}</td>
            <td>{payment.method.label()}</td>
            <td>{state} {why} {owed}</td>
            <td class="narrow-off">{receipt}</td>
            <td class="end wide">{amount} {back}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_all_that_is_sought() {
        let sought = Sought {
            station: Some(3),
            method: Some("card".to_owned()),
            ..Sought::default()
        };
        assert_eq!(address(&sought), "/operator/payments?station=3&method=card");
        assert_eq!(address(&Sought::default()), PATH);
    }

    #[test]
    fn sums_are_kept_apart_by_currency() {
        let total = |method, received, refunded| PaymentTotalOut {
            method,
            currency: Currency::INR,
            for_plans: false,
            payments: 1,
            received,
            refunded,
            outstanding: 0,
        };
        let totals = [
            total(PaymentMethod::Cash, 500, 0),
            total(PaymentMethod::Card, 900, 400),
        ];
        let left = sum(&totals, Currency::INR, |total| total.received - total.refunded);
        assert_eq!(left, Money::new(1_000, Currency::INR));
    }
}
