//! What operators see of payments: the rows, their sums, and what the last days brought.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use super::operators::Named;
use crate::domain::{PaymentId, Problem};
use crate::protocol::rest::{PaymentsOut, TakingsOut};

/// What an operator looks for; the query of the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sought {
    /// At this station.
    pub station: Option<i64>,
    /// From this day on, like `2026-11-21`.
    pub from: Option<String>,
    /// Up to this day.
    pub to: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Paid in this way.
    pub method: Option<String>,
    /// Words in the customer's name, a code, or the number of a receipt.
    pub q: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One page of payments, and the days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Takings {
    /// The rows, their sums, and where they go on.
    pub page: PaymentsOut,
    /// What each of the last days brought, today last.
    pub days: Vec<TakingsOut>,
    /// The stations to choose from, by name.
    pub stations: Vec<Named>,
    /// Offset of their zone from UTC, in minutes.
    pub utc_offset_minutes: i32,
}

/// The payments of my stations.
#[server(prefix = "/call", endpoint = "operator_payments", output = Plain)]
pub async fn load_takings(
    /// Which of them.
    #[server(default)]
    sought: Sought,
) -> Result<Takings, Problem> {
    use crate::domain::StationId;
    use crate::server::hours;
    use crate::server::service::operators;
    use crate::server::service::payments::{self, PaymentQuery};

    /// Two weeks show the weekdays beside each other.
    const DAYS: i64 = 14;
    const DAY: &str = "Choose a day.";

    fn word<T: std::str::FromStr>(name: &str, text: Option<&str>, hint: &str) -> Result<Option<T>, Problem> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| Problem::invalid(name, hint)),
        }
    }

    let (app, actor) = (super::app()?, super::actor()?);
    let asked = || -> Result<PaymentQuery, Problem> {
        Ok(PaymentQuery {
            station: sought.station.map(StationId),
            state: word("state", sought.state.as_deref(), "Choose a state.")?,
            method: word("method", sought.method.as_deref(), "Choose a way to pay.")?,
            from: word("from", sought.from.as_deref(), DAY)?,
            to: word("to", sought.to.as_deref(), DAY)?,
            text: sought.q.clone(),
            cursor: word("cursor", sought.cursor.as_deref(), "Begin with the first page.")?,
        })
    };
    let asked = asked().map_err(super::told)?;
    let station = asked.station;
    let mine = operators::stations(&app, &actor).await.map_err(super::told)?;
    let zone = mine.first().map_or("UTC", |station| station.timezone.as_str());
    let utc_offset_minutes = hours::utc_offset_minutes(zone, app.clock.now());
    Ok(Takings {
        page: payments::list(&app, &actor, asked).await.map_err(super::told)?,
        days: payments::by_day(&app, &actor, station, DAYS)
            .await
            .map_err(super::told)?,
        stations: mine
            .into_iter()
            .map(|station| (station.id, station.name))
            .collect(),
        utc_offset_minutes,
    })
}

/// What the payment service did not give back for a plan went back in another way.
#[server(prefix = "/call", endpoint = "give_plan_money_back", output = Plain)]
pub async fn give_plan_money_back(
    /// Which payment.
    payment: PaymentId,
) -> Result<(), Problem> {
    use crate::server::service::payments;

    let (app, actor) = (super::app()?, super::actor()?);
    payments::refund_plan(&app, &actor, payment)
        .await
        .map(drop)
        .map_err(super::told)
}
