//! What the last days brought: bars to see, and a table to read.

use leptos::prelude::*;

use crate::domain::{Currency, Money};
use crate::protocol::rest::TakingsOut;

/// The days of one currency, of which each has what was received less what went back.
#[component]
pub fn Days(days: Vec<TakingsOut>) -> impl IntoView {
    let currency = days
        .iter()
        .flat_map(|day| &day.totals)
        .map(|total| total.currency)
        .next();
    currency.map(|currency| {
        let days: Vec<(String, i64)> = days
            .iter()
            .map(|day| (day.day.clone(), takings(day, currency)))
            .collect();
        view! { <Chart days currency /> }
    })
}

fn takings(day: &TakingsOut, currency: Currency) -> i64 {
    let same = day.totals.iter().filter(|total| total.currency == currency);
    same.map(|total| total.received - total.refunded).sum()
}

#[component]
fn Chart(days: Vec<(String, i64)>, currency: Currency) -> impl IntoView {
    let most = days.iter().map(|(_, takings)| *takings).max().unwrap_or(0).max(0);
    let count = i64::try_from(days.len()).unwrap_or(1).max(1);
    let money = |minor| Money::new(minor, currency).to_string();
    let label = format!(
        "Takings per day, {} to {}. Highest {}, today {} so far.",
        days.first().map(|(day, _)| day.as_str()).unwrap_or_default(),
        days.last().map(|(day, _)| day.as_str()).unwrap_or_default(),
        money(most),
        money(days.last().map_or(0, |(_, takings)| *takings)),
    );
    let bars = days
        .iter()
        .zip(0..)
        .map(|((_, takings), number)| {
            // Tenths of a percent: the bars stand between 8 % from the top and 12 % from the bottom.
            let height = takings.max(&0) * 800 / most.max(1);
            let (x, width) = (number * 1_000 / count, 700 / count);
            let class = if number == count - 1 { "bar-now" } else { "bar" };
            view! {
                <rect
                    class=class
                    x=percent(x)
                    y=percent(880 - height)
                    width=percent(width)
                    height=percent(height)
                ></rect>
            }
        })
        .collect_view();
    let rows = days
        .iter()
        .rev()
        .map(|(day, takings)| {
            view! {
                <tr>
                    <th scope="row">{day.clone()}</th>
                    <td class="end">{money(*takings)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel panel-body">
            <figure class="chart">
                <figcaption>
                    <h2>"Takings per day"</h2>
                    <span class="label">{format!("Highest {}", money(most))}</span>
                </figcaption>
                <svg class="chart-bars" role="img" aria-label=label>
                    <line class="base" x1="0" x2="100%" y1="88.0%" y2="88.0%"></line>
                    {bars}
                </svg>
                <details class="more">
                    <summary>"Show as a table"</summary>
                    <div class="table-box">
                        <table class="table table-keep">
                            <caption>"Takings per day"</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"Day"</th>
                                    <th scope="col" class="end">
                                        "Takings"
                                    </th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                </details>
            </figure>
        </section>
    }
}

fn percent(tenths: i64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}
