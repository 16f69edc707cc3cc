//! A station in numbers, as its staff see them.

use sqlx::AnyConnection;

use super::StoreError;
use super::row::Columns;
use crate::domain::{StationId, Timestamp};
use crate::protocol::rest::OpsOut;

/// How many bookings and tasks there are, and how many tasks were done since `today`. Its name is left empty.
pub async fn counts(
    connection: &mut AnyConnection,
    station: StationId,
    today: Timestamp,
) -> Result<OpsOut, StoreError> {
    let row = sqlx::query(
        "SELECT
             CAST(COALESCE(SUM(CASE WHEN state IN ('requested', 'confirmed') THEN 1 ELSE 0 END), 0) AS BIGINT)
                 AS pending,
             CAST(COALESCE(SUM(CASE WHEN state = 'ready' THEN 1 ELSE 0 END), 0) AS BIGINT) AS ready,
             CAST(COALESCE(SUM(CASE WHEN state = 'checked_in' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting,
             CAST(COALESCE(SUM(CASE WHEN state = 'in_service' THEN 1 ELSE 0 END), 0) AS BIGINT) AS in_service,
             (SELECT COUNT(*) FROM staff_task
              WHERE staff_task.station_id = $1 AND staff_task.state IN ('open', 'acked', 'in_progress')) AS open_tasks,
             (SELECT COUNT(*) FROM staff_task
              WHERE staff_task.station_id = $1 AND staff_task.state = 'done' AND staff_task.done_at >= $2)
                 AS done_today
         FROM booking
         WHERE station_id = $1 AND state IN ('requested', 'confirmed', 'ready', 'checked_in', 'in_service')",
    )
    .bind(station.0)
    .bind(today.micros())
    .fetch_one(connection)
    .await?;
    let (pending, ready): (i64, i64) = (row.plain("pending")?, row.plain("ready")?);
    let (waiting, in_service): (i64, i64) = (row.plain("waiting")?, row.plain("in_service")?);
    Ok(OpsOut {
        station_id: station.0,
        name: String::new(),
        active_bookings: pending + ready + waiting + in_service,
        occupied_bays: in_service,
        open_tasks: row.plain("open_tasks")?,
        waiting,
        pending,
        ready,
        serving: waiting + in_service,
        done_today: row.plain("done_today")?,
        ack_p90_s: None,
    })
}

/// How many seconds each task waited that was acknowledged since `today`.
pub async fn waits(
    connection: &mut AnyConnection,
    station: StationId,
    today: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT (acked_at - created_at) / 1000000 AS waited
         FROM staff_task
         WHERE station_id = $1 AND acked_at >= $2
         ORDER BY acked_at DESC, id DESC
         LIMIT 2000",
    )
    .bind(station.0)
    .bind(today.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row.plain("waited")).collect()
}
