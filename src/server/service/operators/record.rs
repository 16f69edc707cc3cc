//! The record of my stations as a table for spreadsheets: who did what, to bookings, reviews and the stations
//! themselves.

use super::{company_of, stations_of, zones_of};
use crate::domain::Problem;
use crate::server::App;
use crate::server::csv::Table;
use crate::server::days::Day;
use crate::server::service::Actor;
use crate::server::store::report::{self, RecordRow};

/// Most rows of one table; a longer one is refused, never cut short.
pub const MOST_ROWS: usize = 20_000;

const HEADS: [&str; 11] = [
    "at",
    "station",
    "entity",
    "entity_id",
    "action",
    "from",
    "to",
    "actor",
    "role",
    "reason",
    "request_id",
];

/// What is on record about my stations from the first day to the last, on the clocks of each station.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::Invalid`] for days that make no sense or hold more than [`MOST_ROWS`].
pub async fn record(app: &App, actor: &Actor, from: Day, to: Day) -> Result<String, Problem> {
    let operator = company_of(actor)?;
    if from > to {
        return Err(Problem::invalid("to", "The last day lies before the first."));
    }
    let limit = i64::try_from(MOST_ROWS + 1).unwrap_or(i64::MAX);
    let mut snapshot = app.db.snapshot().await?;
    let stations = stations_of(&mut snapshot, actor).await?;
    let mut rows: Vec<RecordRow> = Vec::new();
    for zone in zones_of(&stations) {
        let span = (from.begins(&zone), to.ends(&zone));
        rows.extend(report::record(&mut snapshot, operator, &zone, span, limit).await?);
    }
    if rows.len() > MOST_ROWS {
        let detail = format!("There are more than {MOST_ROWS} rows between these days. Choose fewer days.");
        return Err(Problem::invalid("to", detail));
    }
    rows.sort_by_key(|row| (row.step.at, row.id));
    let mut table = Table::new(&HEADS);
    for row in &rows {
        write(&mut table, row);
    }
    Ok(table.into_text())
}

fn write(table: &mut Table, row: &RecordRow) {
    let (at, id) = (row.step.at.to_string(), row.entity_id.to_string());
    let step = &row.step;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (from, to, actor, reason) = (
        text(&step.from),
        text(&step.to),
        text(&step.actor_name),
        text(&step.reason),
    );
    table.row([
        at.as_str(),
        &row.station_name,
        &row.entity,
        &id,
        &step.action,
        &from,
        &to,
        &actor,
        &step.role,
        &reason,
        &step.request_id,
    ]);
}
