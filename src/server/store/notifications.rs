//! The inbox.

use serde_json::Value;

use super::tx::{Message, UserEvent};
use super::{IdKind, StoreError, Tx};
use crate::domain::{BookingId, Level, NotificationId, NotificationKind, StationId, UserId};

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
            message: notice.message,
            level: notice.level,
            booking: notice.booking,
            station: notice.station,
            data: notice.data,
        };
        self.user_event(user, UserEvent::Message(Box::new(message)));
        Ok(id)
    }
}
