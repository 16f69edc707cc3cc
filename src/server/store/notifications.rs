//! The inbox.

use serde_json::Value;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::tx::{Message, UserEvent};
use super::{IdKind, StoreError, Tx};
use crate::domain::{BookingId, Level, NotificationId, NotificationKind, StationId, UserId};
use crate::protocol::rest::NotificationOut;

/// What somebody is to be told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Of what it tells.
    pub kind: NotificationKind,
    /// What people read.
    pub message: String,
    /// How urgent; the kind's own unless it reads differently for this person.
    pub level: Level,
    /// About which booking.
    pub booking: Option<BookingId>,
    /// About which station.
    pub station: Option<StationId>,
    /// More, by kind.
    pub data: Value,
}

impl Tx<'_> {
    /// Puts a message into somebody's inbox and sends it to her screens at commit.
    pub async fn notify(&mut self, user: UserId, notice: Notice) -> Result<NotificationId, StoreError> {
        let id = NotificationId(self.next_id(IdKind::Notification)?);
        let title = notice.kind.title().to_owned();
        sqlx::query(
            "INSERT INTO notification (id, user_id, kind, title, message, level, booking_id, station_id, data,
                 created_at, read_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)",
        )
        .bind(id.0)
        .bind(user.0)
        .bind(notice.kind.as_str())
        .bind(title.clone())
        .bind(notice.message.clone())
        .bind(notice.level.as_str())
        .bind(notice.booking.map(|booking| booking.0))
        .bind(notice.station.map(|station| station.0))
        .bind(notice.data.to_string())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        let message = Message {
            id,
            kind: notice.kind,
            title,
            text: notice.message,
            level: notice.level,
            booking: notice.booking,
            station: notice.station,
            data: notice.data,
        };
        self.user_event(user, UserEvent::Message(Box::new(message)));
        Ok(id)
    }

    /// Marks one message of somebody as read, or all, and tells her other screens which. Answers how many are
    /// unread now.
    pub async fn mark_read(&mut self, user: UserId, only: Option<NotificationId>) -> Result<i64, StoreError> {
        let rows = sqlx::query(
            "UPDATE notification
             SET read_at = $3
             WHERE user_id = $1 AND read_at IS NULL AND (CAST($2 AS BIGINT) IS NULL OR id = $2)
             RETURNING id",
        )
        .bind(user.0)
        .bind(only.map(|id| id.0))
        .bind(self.now().micros())
        .fetch_all(self.connection())
        .await?;
        let ids = rows.iter().map(|row| Ok(NotificationId(row.plain("id")?)));
        self.tell_read(user, ids.collect::<Result<_, StoreError>>()?)
            .await
    }

    /// Marks what somebody was told about a booking as read: it is moot.
    pub async fn mark_read_about(&mut self, user: UserId, booking: BookingId) -> Result<i64, StoreError> {
        let rows = sqlx::query(
            "UPDATE notification
             SET read_at = $3
             WHERE user_id = $1 AND read_at IS NULL AND booking_id = $2
             RETURNING id",
        )
        .bind(user.0)
        .bind(booking.0)
        .bind(self.now().micros())
        .fetch_all(self.connection())
        .await?;
        let ids = rows.iter().map(|row| Ok(NotificationId(row.plain("id")?)));
        self.tell_read(user, ids.collect::<Result<_, StoreError>>()?)
            .await
    }

    async fn tell_read(&mut self, user: UserId, mut ids: Vec<NotificationId>) -> Result<i64, StoreError> {
        let unread = unread(self.connection(), user).await?;
        if !ids.is_empty() {
            ids.sort_unstable();
            self.user_event(user, UserEvent::Read { ids, unread });
        }
        Ok(unread)
    }
}

/// The newest `limit` messages of somebody.
pub async fn recent(
    connection: &mut AnyConnection,
    user: UserId,
    limit: i64,
) -> Result<Vec<NotificationOut>, StoreError> {
    before(connection, user, None, limit).await
}

/// Messages of somebody, newest first, from the one older than `before` on.
pub async fn before(
    connection: &mut AnyConnection,
    user: UserId,
    before: Option<NotificationId>,
    limit: i64,
) -> Result<Vec<NotificationOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, kind, title, message, level, booking_id, station_id, data, created_at, read_at
         FROM notification
         WHERE user_id = $1
           AND (CAST($2 AS BIGINT) IS NULL
                OR (created_at, id) < (SELECT created_at, id FROM notification WHERE id = $2))
         ORDER BY created_at DESC, id DESC
         LIMIT $3",
    )
    .bind(user.0)
    .bind(before.map(|id| id.0))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(notification).collect()
}

/// Whether a message is somebody's.
pub async fn is_mine(
    connection: &mut AnyConnection,
    user: UserId,
    id: NotificationId,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM notification WHERE id = $1 AND user_id = $2")
        .bind(id.0)
        .bind(user.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// How many messages somebody has not read.
pub async fn unread(connection: &mut AnyConnection, user: UserId) -> Result<i64, StoreError> {
    let row =
        sqlx::query("SELECT COUNT(*) AS unread FROM notification WHERE user_id = $1 AND read_at IS NULL")
            .bind(user.0)
            .fetch_one(connection)
            .await?;
    row.plain("unread")
}

fn notification(row: &AnyRow) -> Result<NotificationOut, StoreError> {
    let data: &str = row.plain("data")?;
    Ok(NotificationOut {
        id: NotificationId(row.plain("id")?),
        event: row.word("kind")?,
        title: row.plain("title")?,
        message: row.plain("message")?,
        level: row.word("level")?,
        booking_id: row.plain::<Option<i64>>("booking_id")?.map(BookingId),
        station_id: row.plain::<Option<i64>>("station_id")?.map(StationId),
        data: serde_json::from_str(data)?,
        read: row.instant_or_null("read_at")?.is_some(),
        timestamp: row.instant("created_at")?,
    })
}
