//! What the clock looks for in lines.

use sqlx::AnyConnection;

use crate::domain::{StationId, Timestamp, WaitlistEntryId};
use crate::server::store::StoreError;
use crate::server::store::row::Columns;

/// When an offer ends next, or packs that were kept together go back.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT MIN(due.at) AS at
         FROM (SELECT MIN(offer_until) AS at FROM waitlist_entry WHERE offer_until IS NOT NULL
               UNION ALL
               SELECT MIN(gather_until) AS at FROM waitlist_entry WHERE gather_until IS NOT NULL) AS due",
    )
    .fetch_one(connection)
    .await?;
    row.instant_or_null("at")
}

/// Places whose time has come, earliest first.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<WaitlistEntryId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM waitlist_entry
         WHERE offer_until <= $1 OR gather_until <= $1
         ORDER BY COALESCE(offer_until, gather_until), id
         LIMIT $2",
    )
    .bind(now.micros())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(WaitlistEntryId(row.plain("id")?)))
        .collect()
}

/// Stations where somebody waits for a model of which one can be handed out.
pub async fn stations_owing(connection: &mut AnyConnection) -> Result<Vec<StationId>, StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT waitlist_entry.station_id
         FROM waitlist_entry
         JOIN waitlist_model ON waitlist_model.entry_id = waitlist_entry.id
         WHERE waitlist_entry.state = 'waiting'
           AND EXISTS (SELECT 1 FROM dispensable
                       WHERE dispensable.station_id = waitlist_entry.station_id
                         AND dispensable.model_id = waitlist_model.model_id)
         ORDER BY waitlist_entry.station_id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(StationId(row.plain("station_id")?)))
        .collect()
}
