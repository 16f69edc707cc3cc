//! What people counted at the end of a shift, and which entries of the ledger that was about. The only place that
//! writes to `cash_count` and `cash_counted`; both are appended to, never changed.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{IdKind, StoreError, Tx};
use crate::domain::{BookingId, CashCountId, Currency, OperatorId, PaymentId, StationId, Timestamp, UserId};
use crate::protocol::rest::{CashCountOut, CashEntryOut};

/// An entry of the ledger that nobody has counted yet.
#[derive(Clone, Debug)]
pub struct TillEntry {
    /// Its number in the ledger.
    pub id: i64,
    /// Of which currency.
    pub currency: Currency,
    /// What it is about.
    pub out: CashEntryOut,
}

/// A count before it exists.
#[derive(Clone, Debug)]
pub struct NewCount {
    /// Where.
    pub station: StationId,
    /// Whose till.
    pub user: UserId,
    /// Of which currency.
    pub currency: Currency,
    /// The entries it is about.
    pub entries: Vec<TillEntry>,
    /// What was there, minor units.
    pub counted: i64,
    /// What she wrote about it.
    pub note: Option<String>,
    /// Since when.
    pub from: Timestamp,
}

impl NewCount {
    /// What should be there.
    pub fn expected(&self) -> i64 {
        self.entries.iter().map(|entry| entry.out.amount).sum()
    }
}

/// The cash that somebody took or gave back at a station and has not counted yet, oldest first.
pub async fn uncounted(
    connection: &mut AnyConnection,
    station: StationId,
    user: UserId,
) -> Result<Vec<TillEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT ledger.id, ledger.at, ledger.amount, ledger.currency, ledger.payment_id, payment.booking_id,
             payment.receipt_number
         FROM ledger
         JOIN payment ON payment.id = ledger.payment_id
         WHERE ledger.account = 'cash' AND ledger.station_id = $1 AND ledger.actor_id = $2
           AND NOT EXISTS (SELECT 1 FROM cash_counted WHERE cash_counted.ledger_id = ledger.id)
         ORDER BY ledger.at, ledger.id",
    )
    .bind(station.0)
    .bind(user.0)
    .fetch_all(connection)
    .await?;
    let entry = |row: &AnyRow| {
        Ok(TillEntry {
            id: row.plain("id")?,
            currency: row.word("currency")?,
            out: CashEntryOut {
                payment_id: PaymentId(row.plain("payment_id")?),
                booking_id: BookingId(row.plain("booking_id")?),
                receipt_number: row.plain("receipt_number")?,
                amount: row.plain("amount")?,
                at: row.instant("at")?,
            },
        })
    };
    rows.iter().map(entry).collect()
}

/// When somebody counted last at a station.
pub async fn last_count(
    connection: &mut AnyConnection,
    station: StationId,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let row =
        sqlx::query("SELECT MAX(to_at) AS to_at FROM cash_count WHERE station_id = $1 AND user_id = $2")
            .bind(station.0)
            .bind(user.0)
            .fetch_one(connection)
            .await?;
    row.instant_or_null("to_at")
}

/// The currency of an operator's own prices.
pub async fn currency_of(
    connection: &mut AnyConnection,
    operator: OperatorId,
) -> Result<Currency, StoreError> {
    let row = sqlx::query("SELECT currency FROM operator WHERE id = $1")
        .bind(operator.0)
        .fetch_one(connection)
        .await?;
    row.word("currency")
}

/// Which counts a list asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// At this station.
    pub station: StationId,
    /// Of this person; of everybody where none is named.
    pub user: Option<UserId>,
    /// Made then or later.
    pub from: Option<Timestamp>,
    /// Made before then.
    pub until: Option<Timestamp>,
    /// At most so many.
    pub limit: i64,
}

macro_rules! select_counts {
    ($rest:literal) => {
        concat!(
            "SELECT cash_count.id, cash_count.station_id, cash_count.user_id, users.name AS user_name,
                 cash_count.currency, cash_count.expected, cash_count.counted, cash_count.difference,
                 cash_count.note, cash_count.from_at, cash_count.to_at
             FROM cash_count
             JOIN users ON users.id = cash_count.user_id ",
            $rest
        )
    };
}

/// Counts, newest first.
pub async fn list(connection: &mut AnyConnection, asked: Asked) -> Result<Vec<CashCountOut>, StoreError> {
    let rows = sqlx::query(select_counts!(
        "WHERE cash_count.station_id = $1
           AND (CAST($2 AS BIGINT) IS NULL OR cash_count.user_id = $2)
           AND (CAST($3 AS BIGINT) IS NULL OR cash_count.to_at >= $3)
           AND (CAST($4 AS BIGINT) IS NULL OR cash_count.to_at < $4)
         ORDER BY cash_count.to_at DESC, cash_count.id DESC
         LIMIT $5"
    ))
    .bind(asked.station.0)
    .bind(asked.user.map(|user| user.0))
    .bind(asked.from.map(Timestamp::micros))
    .bind(asked.until.map(Timestamp::micros))
    .bind(asked.limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(count).collect()
}

/// One count.
pub async fn find(
    connection: &mut AnyConnection,
    id: CashCountId,
) -> Result<Option<CashCountOut>, StoreError> {
    let row = sqlx::query(select_counts!("WHERE cash_count.id = $1"))
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(count).transpose()
}

fn count(row: &AnyRow) -> Result<CashCountOut, StoreError> {
    Ok(CashCountOut {
        id: CashCountId(row.plain("id")?),
        station_id: StationId(row.plain("station_id")?),
        user_id: UserId(row.plain("user_id")?),
        user_name: row.plain("user_name")?,
        currency: row.word("currency")?,
        expected: row.plain("expected")?,
        counted: row.plain("counted")?,
        difference: row.plain("difference")?,
        note: row.plain("note")?,
        from: row.instant("from_at")?,
        to: row.instant("to_at")?,
    })
}

impl Tx<'_> {
    /// Writes down what somebody counted. Two counts at the same moment are never about the same entries: the second
    /// one is run again.
    pub async fn insert_cash_count(&mut self, new: &NewCount) -> Result<CashCountId, StoreError> {
        let id = CashCountId(self.next_id(IdKind::CashCount)?);
        let expected = new.expected();
        sqlx::query(
            "INSERT INTO cash_count (id, station_id, user_id, currency, expected, counted, difference, note,
                 from_at, to_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id.0)
        .bind(new.station.0)
        .bind(new.user.0)
        .bind(new.currency.to_string())
        .bind(expected)
        .bind(new.counted)
        .bind(new.counted - expected)
        .bind(new.note.clone())
        .bind(new.from.micros())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        for entry in &new.entries {
            let marked = sqlx::query(
                "INSERT INTO cash_counted (ledger_id, count_id) VALUES ($1, $2)
                 ON CONFLICT (ledger_id) DO NOTHING",
            )
            .bind(entry.id)
            .bind(id.0)
            .execute(self.connection())
            .await?
            .rows_affected();
            if marked != 1 {
                return Err(StoreError::Overtaken);
            }
        }
        Ok(id)
    }
}
