//! The end of a shift: the cash that should be there, payment by payment, against what is counted, and the counts
//! before. To print as well.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::app::browser;
use crate::app::calls::shift::{CountTill, ShiftPage, load_shift};
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::app::parts::refusal::Refusal;
use crate::domain::{Currency, Money, StationId};
use crate::protocol::rest::{CashCountOut, CashDueOut};

/// The page.
#[component]
pub fn Shift() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        (id, query.with(|query| query.get("day")))
    });
    let page = Resource::new_blocking(move || asked.get(), |(id, day)| load_shift(id, day));
    let call = ServerAction::<CountTill>::new();
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(count)) = call.value().get() {
            page.refetch();
            announcer.say(difference(count.difference, count.currency));
            browser::focus("counts-h");
        }
    });
    let body = move || {
        let day = asked.with(|(_, day)| day.clone().unwrap_or_default());
        Suspend::new(async move {
            match page.await {
                Ok(page) => Either::Left(view! { <Sheet page day call /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Transition>{body}</Transition> }
}

#[component]
fn Sheet(page: ShiftPage, day: String, call: ServerAction<CountTill>) -> impl IntoView {
    let ShiftPage {
        due,
        counts,
        leads,
        key,
    } = page;
    let (station, offset) = (due.station_id, due.utc_offset_minutes);
    let rules = leads.then(|| {
        view! {
            <a class="btn" href=format!("/operator/stations/{station}/rules")>
                "Rules of the station"
            </a>
        }
    });
    view! {
        <Title text=format!("Shift · {}", due.station_name) />
        <div class="wrap stack">
            <a class="crumb" href=format!("/staff/stations/{station}")>
                <Icon name="back" />
                "Counter"
            </a>
            <div class="split">
                <h1>"End of shift, " {due.station_name.clone()}</h1>
                <div class="btns">{rules}</div>
            </div>
            <Expected due=due.clone() />
            <Count due key call />
            <Earlier station counts leads day offset />
        </div>
    }
}

/// What should be there, and why.
#[component]
fn Expected(due: CashDueOut) -> impl IntoView {
    let (currency, offset) = (due.currency, due.utc_offset_minutes);
    let money = move |minor| signed(minor, currency);
    let since = format!("Since {}", due.from.day_and_time(offset));
    let station = due.station_id;
    let rows = due
        .entries
        .iter()
        .map(|entry| {
            let at = entry.at;
            let href = format!("/staff/stations/{station}?booking={}#open", entry.booking_id);
            let receipt = entry
                .receipt_number
                .map(|number| format!("{station}-{number:06}"));
            let kind = if entry.amount < 0 {
                "Given back"
            } else {
                "Received"
            };
            view! {
                <tr>
                    <td>
                        <time datetime=at.to_string()>{at.day_and_time(offset)}</time>
                    </td>
                    <td class="side">{kind}</td>
                    <td>
                        <a href=href>"Booking " {entry.booking_id.to_string()}</a>
                    </td>
                    <td class="narrow-off">{receipt.unwrap_or_else(|| "None".to_owned())}</td>
                    <td class="end">{money(entry.amount)}</td>
                </tr>
            }
        })
        .collect_view();
    let body = if due.entries.is_empty() {
        Either::Left(view! { <p class="panel-body soft">"You have taken no cash since then."</p> })
    } else {
        Either::Right(view! {
            <div class="table-box">
                <table class="table">
                    <caption>"Cash you took and gave back, oldest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"For"</th>
                            <th scope="col">"Receipt"</th>
                            <th scope="col" class="end">
                                "Amount"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <section class="panel" aria-labelledby="due-h">
            <div class="panel-head">
                <h2 id="due-h">"Expected: " {money(due.expected)}</h2>
                <span class="label">{since}</span>
            </div>
            {body}
        </section>
    }
}

#[component]
fn Count(due: CashDueOut, key: String, call: ServerAction<CountTill>) -> impl IntoView {
    let problem = failure(move || call.value().get());
    view! {
        <section class="panel no-print" aria-labelledby="count-h">
            <div class="panel-head">
                <h2 id="count-h">"Count"</h2>
            </div>
            <div class="panel-body">
                <ActionForm action=call attr:class="gate-form">
                    <ErrorSummary problem id="count-problem" />
                    <input type="hidden" name="station" value=due.station_id.to_string() />
                    <input type="hidden" name="key" value=key />
                    <Field
                        label="Cash in your till"
                        name="counted"
                        autocomplete="off"
                        hint="What you counted, without the change you began with. It cannot be changed afterwards."
                        problem
                    />
                    <Field label="Note" name="note" autocomplete="off" optional=true problem />
                    <div class="btns">
                        <Submit label="Close my shift" busy="Writing…" pending=call.pending() class="btn btn-go" />
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}

#[component]
fn Earlier(
    station: StationId,
    counts: Vec<CashCountOut>,
    leads: bool,
    day: String,
    offset: i32,
) -> impl IntoView {
    let query = if day.is_empty() {
        String::new()
    } else {
        format!("?day={day}")
    };
    let table = format!("/api/v1/stations/{station}/cash-counts.csv{query}");
    let heading = if leads {
        "Counts of everybody"
    } else {
        "Your counts"
    };
    let is_empty = counts.is_empty();
    let rows = counts
        .into_iter()
        .map(|count| view! { <Row count offset /> })
        .collect_view();
    let body = if is_empty {
        Either::Left(view! { <p class="panel-body soft">"Nothing was counted then."</p> })
    } else {
        Either::Right(view! {
            <div class="table-box">
                <table class="table">
                    <caption>"Newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Counted"</th>
                            <th scope="col">"By"</th>
                            <th scope="col" class="end">
                                "Expected"
                            </th>
                            <th scope="col" class="end">
                                "Counted"
                            </th>
                            <th scope="col">"Difference"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <section class="panel" aria-labelledby="counts-h">
            <div class="panel-head">
                <h2 id="counts-h" tabindex="-1">
                    {heading}
                </h2>
                <a class="no-print" href=table download="voltbay-cash.csv">
                    "As a table (CSV)"
                </a>
            </div>
            <form class="filters no-print" method="get" action=format!("/staff/stations/{station}/shift")>
                <div class="field">
                    <label for="day">"Day"</label>
                    <input class="input" id="day" name="day" type="date" value=day />
                </div>
                <button type="submit" class="btn">
                    "Show"
                </button>
            </form>
            {body}
        </section>
    }
}

#[component]
fn Row(count: CashCountOut, offset: i32) -> impl IntoView {
    let to = count.to;
    let who = Some(count.user_name).filter(|name| !name.is_empty());
    let note = count
        .note
        .map(|note| view! { <small class="soft">" " {note}</small> });
    view! {
        <tr>
            <td>
                <time datetime=to.to_string()>{to.day_and_time(offset)}</time>
            </td>
            <td class="side">{who.unwrap_or_else(|| "Closed account".to_owned())}</td>
            <td class="end narrow-off">{signed(count.expected, count.currency)}</td>
            <td class="end">{signed(count.counted, count.currency)}</td>
            <td class="wide">{difference(count.difference, count.currency)} {note}</td>
        </tr>
    }
}

/// An amount with its sign before it.
fn signed(minor: i64, currency: Currency) -> String {
    let money = Money::new(minor.abs(), currency);
    if minor < 0 {
        format!("−{money}")
    } else {
        money.to_string()
    }
}

/// `₹5.00 missing`, `₹1.00 too much`, `Exact`.
fn difference(minor: i64, currency: Currency) -> String {
    let money = Money::new(minor.abs(), currency);
    match minor {
        0 => "Exact".to_owned(),
        ..0 => format!("{money} missing"),
        _ => format!("{money} too much"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_in_words() {
        assert_eq!(difference(-500, Currency::INR), "₹5.00 missing");
        assert_eq!(difference(100, Currency::INR), "₹1.00 too much");
        assert_eq!(difference(0, Currency::INR), "Exact");
        assert_eq!(signed(-500, Currency::INR), "−₹5.00");
    }
}
