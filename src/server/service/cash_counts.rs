//! The end of a shift: the cash that somebody should have, by the ledger, against what she counts. Each counts her own
//! till; leads and operators see all counts of their stations, and nobody changes one.

use super::form::Form;
use super::{Actor, IdempotencyKey};
use crate::domain::{CashCountId, Currency, Money, Problem, StationId, Timestamp};
use crate::protocol::rest::{CashCountIn, CashCountOut, CashDueOut};
use crate::server::csv::Table;
use crate::server::days::Day;
use crate::server::store::cash_counts::{self as rows, Asked, NewCount, TillEntry};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::inventory::StationRow;
use crate::server::store::{Audit, Connection, Failure, StoreError, Tx, stations};
use crate::server::{App, hours};

/// Nobody has more than this in a till, in minor units.
const MOST_CASH: i64 = 1_000_000_000;
/// Longest note, in characters.
const MAX_NOTE: usize = 200;
/// Most counts of one list.
const MOST: i64 = 500;

const HEADS: [&str; 11] = [
    "count",
    "station",
    "attendant",
    "from",
    "to",
    "currency",
    "expected",
    "counted",
    "over",
    "missing",
    "note",
];

/// The cash that I should have at a station (its staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn due(app: &App, actor: &Actor, station: StationId) -> Result<CashDueOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = my_station(&mut snapshot, actor, station).await?;
    let now = app.clock.now();
    let till = Till::read(&mut snapshot, actor, &row, now).await?;
    Ok(CashDueOut {
        station_id: row.id,
        station_name: row.name,
        utc_offset_minutes: hours::utc_offset_minutes(&row.timezone, now),
        currency: till.currency,
        expected: till.entries.iter().map(|entry| entry.out.amount).sum(),
        from: till.from,
        entries: till.entries.into_iter().map(|entry| entry.out).collect(),
    })
}

/// I have counted my cash at a station (its staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::IdempotencyMismatch`].
pub async fn count(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: CashCountIn,
    key: Option<IdempotencyKey>,
) -> Result<CashCountOut, Problem> {
    let mut form = Form::default();
    let counted = form.number("counted", body.counted, 0..=MOST_CASH);
    let note = form.text_or_none("note", body.note.as_deref(), MAX_NOTE);
    form.finish()?;
    let claimed = (station, &body);
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /stations/{id}/cash-counts", &claimed));
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, note, claim) = (who.clone(), note.clone(), claim.clone());
            Box::pin(async move {
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let row = my_station(tx.connection(), &actor, station).await?;
                let id = close_till(tx, &actor, &row, counted, note).await?;
                let written = rows::find(tx.connection(), id).await?;
                let written = written.ok_or(StoreError::Overtaken)?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &written).await?;
                }
                Ok(written)
            })
        })
        .await
}

async fn close_till(
    tx: &mut Tx<'_>,
    actor: &Actor,
    station: &StationRow,
    counted: i64,
    note: Option<String>,
) -> Result<CashCountId, Failure> {
    let now = tx.now();
    let till = Till::read(tx.connection(), actor, station, now).await?;
    let new = NewCount {
        station: station.id,
        user: actor.user,
        currency: till.currency,
        entries: till.entries,
        counted,
        note,
        from: till.from,
    };
    let id = tx.insert_cash_count(&new).await?;
    let money = |minor: i64| Money::new(minor, new.currency).to_string();
    let reason = format!("{} counted, {} expected", money(counted), money(new.expected()));
    tx.audit(Audit {
        entity: "station",
        entity_id: station.id.0,
        action: "cash_count",
        reason: Some(&reason),
        ..Audit::default()
    })
    .await?;
    Ok(id)
}

/// What was counted at a station, newest first: leads and operators see all of it, others their own. Of one day on the
/// station's calendar, where one is named.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn list(
    app: &App,
    actor: &Actor,
    station: StationId,
    day: Option<Day>,
) -> Result<Vec<CashCountOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = my_station(&mut snapshot, actor, station).await?;
    Ok(counts(&mut snapshot, actor, &row, day).await?)
}

/// The same as a table for spreadsheets; amounts in whole units.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn table(
    app: &App,
    actor: &Actor,
    station: StationId,
    day: Option<Day>,
) -> Result<String, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = my_station(&mut snapshot, actor, station).await?;
    let mut table = Table::new(&HEADS);
    for count in counts(&mut snapshot, actor, &row, day).await? {
        let [id, from, to] = [count.id.to_string(), count.from.to_string(), count.to.to_string()];
        // Two columns, because a cell that begins with a sign is no number any more.
        let (over, missing) = (count.difference.max(0), count.difference.min(0).abs());
        let [expected, counted, over, missing] =
            [count.expected, count.counted, over, missing].map(|minor| decimal(minor, count.currency));
        table.row([
            id.as_str(),
            &row.name,
            &count.user_name,
            &from,
            &to,
            count.currency.as_str(),
            &expected,
            &counted,
            &over,
            &missing,
            count.note.as_deref().unwrap_or_default(),
        ]);
    }
    Ok(table.into_text())
}

/// An amount in whole units, without a currency's sign.
fn decimal(minor: i64, currency: Currency) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}", Money::new(minor.abs(), currency).plain())
}

async fn counts(
    connection: &mut Connection,
    actor: &Actor,
    station: &StationRow,
    day: Option<Day>,
) -> Result<Vec<CashCountOut>, StoreError> {
    let asked = Asked {
        station: station.id,
        user: (!actor.role.may_lead()).then_some(actor.user),
        from: day.map(|day| day.begins(&station.timezone)),
        until: day.map(|day| day.ends(&station.timezone)),
        limit: MOST,
    };
    rows::list(connection, asked).await
}

async fn my_station(
    connection: &mut Connection,
    actor: &Actor,
    station: StationId,
) -> Result<StationRow, Problem> {
    let row = stations::find(connection, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)?;
    Ok(row)
}

/// What somebody has taken and given back since she counted last.
struct Till {
    currency: Currency,
    entries: Vec<TillEntry>,
    from: Timestamp,
}

impl Till {
    /// In one currency: that of the oldest entry. Others wait for the next count.
    async fn read(
        connection: &mut Connection,
        actor: &Actor,
        station: &StationRow,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut entries = rows::uncounted(connection, station.id, actor.user).await?;
        let currency = match entries.first() {
            Some(entry) => entry.currency,
            None => rows::currency_of(connection, station.operator).await?,
        };
        entries.retain(|entry| entry.currency == currency);
        let last = rows::last_count(connection, station.id, actor.user).await?;
        let oldest = entries.first().map(|entry| entry.out.at);
        let from = last.or(oldest).unwrap_or(now).min(now);
        Ok(Self {
            currency,
            entries,
            from,
        })
    }
}
