//! Who is at work at a station, and who has a screen of it open. The only place that writes to `shift` and
//! `presence`.

use sqlx::AnyConnection;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::{Role, StationId, Timestamp, UserId};

/// Somebody who is on shift, or has a screen open.
#[derive(Clone, Debug)]
pub struct OnDuty {
    /// Who.
    pub user: UserId,
    /// What to call her.
    pub name: String,
    /// What she may do.
    pub role: Role,
    /// Said that she is at work, since then.
    pub since: Option<Timestamp>,
    /// Has a screen open.
    pub is_present: bool,
}

/// Who is on shift and present and has least to do.
pub async fn least_busy(
    connection: &mut AnyConnection,
    station: StationId,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let row = sqlx::query(
        "SELECT shift.user_id, COUNT(staff_task.id) AS load
         FROM shift
         JOIN users ON users.id = shift.user_id
         JOIN presence ON presence.user_id = shift.user_id AND presence.station_id = shift.station_id
         LEFT JOIN staff_task ON staff_task.assignee_id = shift.user_id
             AND staff_task.station_id = shift.station_id
             AND staff_task.state IN ('open', 'acked', 'in_progress')
         WHERE shift.station_id = $1 AND shift.until IS NULL AND presence.seen_until > $2 AND users.active = 1
         GROUP BY shift.user_id
         ORDER BY load, shift.user_id
         LIMIT 1",
    )
    .bind(station.0)
    .bind(now.micros())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(UserId(row.plain("user_id")?))).transpose()
}

/// Who is on shift at a station or has a screen of it open, by name.
pub async fn on_duty(
    connection: &mut AnyConnection,
    station: StationId,
    now: Timestamp,
) -> Result<Vec<OnDuty>, StoreError> {
    let rows = sqlx::query(
        "SELECT users.id, users.name, users.role, shift.since,
             CASE WHEN presence.seen_until IS NULL THEN 0 ELSE 1 END AS is_present
         FROM users
         LEFT JOIN shift ON shift.user_id = users.id AND shift.station_id = $1 AND shift.until IS NULL
         LEFT JOIN presence ON presence.user_id = users.id AND presence.station_id = $1
             AND presence.seen_until > $2
         WHERE users.active = 1 AND (shift.since IS NOT NULL OR presence.seen_until IS NOT NULL)
         ORDER BY LOWER(users.name), users.id",
    )
    .bind(station.0)
    .bind(now.micros())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OnDuty {
                user: UserId(row.plain("id")?),
                name: row.plain("name")?,
                role: row.word("role")?,
                since: row.instant_or_null("since")?,
                is_present: row.flag("is_present")?,
            })
        })
        .collect()
}

impl Tx<'_> {
    /// Somebody begins to work. False when she is at work already.
    pub async fn begin_shift(&mut self, user: UserId, station: StationId) -> Result<bool, StoreError> {
        let begun = sqlx::query(
            "INSERT INTO shift (user_id, station_id, since, until) VALUES ($1, $2, $3, NULL)
             ON CONFLICT DO NOTHING",
        )
        .bind(user.0)
        .bind(station.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(begun == 1)
    }

    /// Somebody goes home. False when she was not at work.
    pub async fn end_shift(&mut self, user: UserId, station: StationId) -> Result<bool, StoreError> {
        let ended = sqlx::query(
            "UPDATE shift SET until = $3 WHERE user_id = $1 AND station_id = $2 AND until IS NULL",
        )
        .bind(user.0)
        .bind(station.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(ended == 1)
    }

    /// Somebody has a screen of a station open until then, unless she says so again.
    pub async fn note_presence(
        &mut self,
        user: UserId,
        station: StationId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO presence (user_id, station_id, seen_until) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, station_id) DO UPDATE SET seen_until = $3",
        )
        .bind(user.0)
        .bind(station.0)
        .bind(until.micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
