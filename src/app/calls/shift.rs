//! The end of a shift: what should be in the till, and what somebody counted. Amounts that people type are read here.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Problem, StationId};
use crate::protocol::rest::{CashCountOut, CashDueOut};

/// What the page of a shift shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftPage {
    /// What I should have.
    pub due: CashDueOut,
    /// What was counted before, newest first: mine, or everybody's for who leads.
    pub counts: Vec<CashCountOut>,
    /// I see everybody's.
    pub leads: bool,
    /// Makes a repeated count of this page have one effect.
    pub key: String,
}

/// My till at a station.
#[server(prefix = "/call", endpoint = "shift", output = Plain)]
pub async fn load_shift(
    /// Which, as the address says.
    id: String,
    /// Only the counts of this day.
    day: Option<String>,
) -> Result<ShiftPage, Problem> {
    use crate::server::days::Day;
    use crate::server::service::cash_counts;

    let (app, actor) = (super::app()?, super::actor()?);
    let no_such = |_| super::told(Problem::not_found("station"));
    let station = id.parse::<StationId>().map_err(no_such)?;
    let day = day.filter(|day| !day.trim().is_empty());
    let day = day.map(|day| day.parse::<Day>()).transpose();
    let day = day.map_err(|_| super::told(Problem::invalid("day", "Choose a day.")))?;
    Ok(ShiftPage {
        due: cash_counts::due(&app, &actor, station)
            .await
            .map_err(super::told)?,
        counts: cash_counts::list(&app, &actor, station, day)
            .await
            .map_err(super::told)?,
        leads: actor.role.may_lead(),
        key: uuid::Uuid::now_v7().to_string(),
    })
}

/// I have counted my till.
#[server(prefix = "/call", endpoint = "count_till", output = Plain)]
pub async fn count_till(
    /// Where.
    station: StationId,
    /// Made with the page.
    key: String,
    /// What is there, as people write it.
    counted: String,
    /// Why it differs.
    note: String,
) -> Result<CashCountOut, Problem> {
    use crate::domain::Money;
    use crate::protocol::rest::CashCountIn;
    use crate::server::service::{IdempotencyKey, cash_counts};

    let (app, actor) = (super::app()?, super::actor()?);
    let due = cash_counts::due(&app, &actor, station)
        .await
        .map_err(super::told)?;
    let hint = || super::told(Problem::invalid("counted", "Write an amount, like 95 or 95.00."));
    let counted = Money::typed(&counted, due.currency).ok_or_else(hint)?.minor;
    let key = (!key.is_empty()).then_some(IdempotencyKey(key));
    let body = CashCountIn {
        counted,
        note: Some(note),
    };
    cash_counts::count(&app, &actor, station, body, key)
        .await
        .map_err(super::told)
}
