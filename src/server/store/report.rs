//! What people who run stations look back on: bookings there, and what is on record about them. Only reads.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::StoreError;
use super::row::Columns;
use crate::domain::{BookingId, BookingState, OperatorId, StationId, Timestamp};
use crate::protocol::rest::StepOut;

/// In which order bookings are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The most expensive first.
    Dearest,
    /// The cheapest first.
    Cheapest,
}

impl Order {
    /// Larger keys come first.
    pub fn falls(self) -> bool {
        matches!(self, Self::Newest | Self::Dearest)
    }
}

/// Which bookings are asked for. All stations in question share one zone.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Of this company's stations; of all where none is named.
    pub operator: Option<OperatorId>,
    /// In this zone.
    pub timezone: String,
    /// At this station.
    pub station: Option<StationId>,
    /// In these states; all where empty.
    pub states: Vec<BookingState>,
    /// Words in station, customer, vehicle or code.
    pub text: Option<String>,
    /// Made then or later.
    pub from: Option<Timestamp>,
    /// Made before then.
    pub until: Option<Timestamp>,
    /// In which order.
    pub order: Order,
    /// Where the page before ended.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: i64,
}

/// Where a booking stands in a list: by what it is sorted, then by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What the list is sorted by.
    pub key: i64,
    /// Which booking.
    pub booking: BookingId,
}

macro_rules! select_bookings {
    ($key:literal, $after:literal, $direction:literal) => {
        concat!(
            "SELECT booking.id, ",
            $key,
            " AS sort_key
             FROM booking
             JOIN station ON station.id = booking.station_id
             JOIN users ON users.id = booking.user_id
             WHERE (CAST($1 AS BIGINT) IS NULL OR station.operator_id = $1)
               AND station.timezone = $2
               AND (CAST($3 AS BIGINT) IS NULL OR booking.station_id = $3)
               AND ($4 = '' OR ',' || $4 || ',' LIKE '%,' || booking.state || ',%')
               AND (CAST($5 AS TEXT) IS NULL
                    OR LOWER(station.name) LIKE $5 ESCAPE '!'
                    OR LOWER(COALESCE(booking.vehicle, '')) LIKE $5 ESCAPE '!'
                    OR LOWER(booking.code) LIKE $5 ESCAPE '!'
                    OR LOWER(users.name) LIKE $5 ESCAPE '!')
               AND (CAST($6 AS BIGINT) IS NULL OR booking.created_at >= $6)
               AND (CAST($7 AS BIGINT) IS NULL OR booking.created_at < $7)
               AND (CAST($8 AS BIGINT) IS NULL
                    OR ",
            $key,
            " ",
            $after,
            " $8 OR (",
            $key,
            " = $8 AND booking.id ",
            $after,
            " $9))
             ORDER BY ",
            $key,
            " ",
            $direction,
            ", booking.id ",
            $direction,
            " LIMIT $10"
        )
    };
}

/// The bookings that are asked for, in their order.
pub async fn bookings(connection: &mut AnyConnection, asked: &Asked) -> Result<Vec<Place>, StoreError> {
    let statement = match asked.order {
        Order::Newest => select_bookings!("booking.created_at", "<", "DESC"),
        Order::Oldest => select_bookings!("booking.created_at", ">", "ASC"),
        Order::Dearest => select_bookings!("booking.total_amount", "<", "DESC"),
        Order::Cheapest => select_bookings!("booking.total_amount", ">", "ASC"),
    };
    let states: Vec<&str> = asked.states.iter().map(|state| state.as_str()).collect();
    let text = asked.text.as_ref().map(|text| text.trim().to_lowercase());
    let text = text.map(|text| {
        format!(
            "%{}%",
            text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
        )
    });
    let rows = sqlx::query(statement)
        .bind(asked.operator.map(|operator| operator.0))
        .bind(asked.timezone.clone())
        .bind(asked.station.map(|station| station.0))
        .bind(states.join(","))
        .bind(text)
        .bind(asked.from.map(Timestamp::micros))
        .bind(asked.until.map(Timestamp::micros))
        .bind(asked.after.map(|place| place.key))
        .bind(asked.after.map(|place| place.booking.0))
        .bind(asked.limit)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Place {
                key: row.plain("sort_key")?,
                booking: BookingId(row.plain("id")?),
            })
        })
        .collect()
}

/// Every step of a booking on record, oldest first.
pub async fn steps_of(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Vec<StepOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT audit.at, audit.action, users.name AS actor_name, audit.role, audit.from_state, audit.to_state,
             audit.reason, audit.request_id
         FROM audit
         LEFT JOIN users ON users.id = audit.actor_id
         WHERE audit.entity = 'booking' AND audit.entity_id = $1
         ORDER BY audit.at, audit.id",
    )
    .bind(booking.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(step).collect()
}

fn step(row: &AnyRow) -> Result<StepOut, StoreError> {
    Ok(StepOut {
        at: row.instant("at")?,
        action: row.plain("action")?,
        actor_name: row.plain("actor_name")?,
        role: row.plain("role")?,
        from: row.plain("from_state")?,
        to: row.plain("to_state")?,
        reason: row.plain("reason")?,
        request_id: row.plain("request_id")?,
    })
}

/// A step on record about a station: about itself, a booking there or a review of it.
#[derive(Clone, Debug)]
pub struct RecordRow {
    /// Its number in the record.
    pub id: i64,
    /// Where.
    pub station_name: String,
    /// About what.
    pub entity: String,
    /// About which.
    pub entity_id: i64,
    /// What was done, by whom.
    pub step: StepOut,
}

/// What is on record about the stations of a company (of all where none is named) in one zone within a time,
/// oldest first.
pub async fn record(
    connection: &mut AnyConnection,
    operator: Option<OperatorId>,
    timezone: &str,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<RecordRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT audit.id, audit.entity, audit.entity_id, audit.at, audit.action, users.name AS actor_name,
             audit.role, audit.from_state, audit.to_state, audit.reason, audit.request_id,
             station.name AS station_name
         FROM audit
         LEFT JOIN booking ON audit.entity = 'booking' AND booking.id = audit.entity_id
         LEFT JOIN review ON audit.entity = 'review' AND review.id = audit.entity_id
         JOIN station ON station.id = CASE audit.entity
             WHEN 'station' THEN audit.entity_id
             WHEN 'booking' THEN booking.station_id
             WHEN 'review' THEN review.station_id
         END
         LEFT JOIN users ON users.id = audit.actor_id
         WHERE audit.entity IN ('booking', 'review', 'station')
           AND audit.at >= $3 AND audit.at < $4
           AND station.timezone = $2
           AND (CAST($1 AS BIGINT) IS NULL OR station.operator_id = $1)
         ORDER BY audit.at, audit.id
         LIMIT $5",
    )
    .bind(operator.map(|operator| operator.0))
    .bind(timezone.to_owned())
    .bind(from.micros())
    .bind(until.micros())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(RecordRow {
                id: row.plain("id")?,
                station_name: row.plain("station_name")?,
                entity: row.plain("entity")?,
                entity_id: row.plain("entity_id")?,
                step: step(row)?,
            })
        })
        .collect()
}
