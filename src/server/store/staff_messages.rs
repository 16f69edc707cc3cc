//! What is said to everybody at a station, and who has acknowledged it. The only place that writes to
//! `staff_message` and `staff_receipt`.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{IdKind, StoreError, Tx};
use crate::domain::{Loudness, OperatorId, StaffMessageId, StaffMessageKind, StationId, Timestamp, UserId};
use crate::protocol::rest::{HeardOut, StaffMessageOut};
use crate::protocol::staff::{Announcement, StaffMessage};

/// A message before it is said.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// To whom.
    pub station: StationId,
    /// Whether it wants an answer.
    pub kind: StaffMessageKind,
    /// How loud.
    pub priority: Loudness,
    /// What people read.
    pub message: String,
    /// Who says it.
    pub sender: UserId,
    /// What she is called.
    pub from: String,
}

/// Where a message was said.
#[derive(Clone, Copy, Debug)]
pub struct MessagePlace {
    /// The station.
    pub station: StationId,
    /// Whose that is.
    pub operator: OperatorId,
}

macro_rules! select_messages {
    ($rest:literal) => {
        concat!(
            "SELECT staff_message.id, staff_message.station_id, staff_message.kind,
        staff_message.priority, staff_message.message, staff_message.created_at, users.name AS sender
     FROM staff_message
     JOIN users ON users.id = staff_message.sender_id ",
            $rest
        )
    };
}

impl Tx<'_> {
    /// Says something to these people and to every screen of the station.
    pub async fn say(&mut self, new: &NewMessage, readers: &[UserId]) -> Result<StaffMessageId, StoreError> {
        let (id, now) = (StaffMessageId(self.next_id(IdKind::StaffMessage)?), self.now());
        sqlx::query(
            "INSERT INTO staff_message (id, station_id, kind, priority, message, sender_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.0)
        .bind(new.station.0)
        .bind(new.kind.as_str())
        .bind(new.priority.as_str())
        .bind(new.message.clone())
        .bind(new.sender.0)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        for reader in readers {
            sqlx::query("INSERT INTO staff_receipt (message_id, user_id, acked_at) VALUES ($1, $2, NULL)")
                .bind(id.0)
                .bind(reader.0)
                .execute(self.connection())
                .await?;
        }
        let said = Announcement {
            notification_id: id,
            message: new.message.clone(),
            priority: new.priority,
            from: new.from.clone(),
            station_id: new.station,
            sent_at: now,
        };
        self.tell_staff(new.station, as_frame(new.kind, said));
        Ok(id)
    }

    /// Somebody acknowledges a message. False when she was not asked or has done so before.
    pub async fn note_receipt(&mut self, id: StaffMessageId, user: UserId) -> Result<bool, StoreError> {
        let noted = sqlx::query(
            "UPDATE staff_receipt SET acked_at = $3 WHERE message_id = $1 AND user_id = $2 AND acked_at IS NULL",
        )
        .bind(id.0)
        .bind(user.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(noted == 1)
    }
}

/// Where a message was said.
pub async fn place_of(
    connection: &mut AnyConnection,
    id: StaffMessageId,
) -> Result<Option<MessagePlace>, StoreError> {
    let row = sqlx::query(
        "SELECT staff_message.station_id, station.operator_id
         FROM staff_message
         JOIN station ON station.id = staff_message.station_id
         WHERE staff_message.id = $1",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(MessagePlace {
            station: StationId(row.plain("station_id")?),
            operator: OperatorId(row.plain("operator_id")?),
        })
    })
    .transpose()
}

/// When somebody acknowledged a message, if she did.
pub async fn receipt(
    connection: &mut AnyConnection,
    id: StaffMessageId,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query("SELECT acked_at FROM staff_receipt WHERE message_id = $1 AND user_id = $2")
        .bind(id.0)
        .bind(user.0)
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(None), |row| row.instant_or_null("acked_at"))
}

/// One message, with who has acknowledged it.
pub async fn find(
    connection: &mut AnyConnection,
    id: StaffMessageId,
) -> Result<Option<StaffMessageOut>, StoreError> {
    let row = sqlx::query(select_messages!("WHERE staff_message.id = $1"))
        .bind(id.0)
        .fetch_optional(&mut *connection)
        .await?;
    match row {
        Some(row) => Ok(Some(with_receipts(connection, &row).await?)),
        None => Ok(None),
    }
}

/// The newest messages at a station, with who has acknowledged them.
pub async fn recent(
    connection: &mut AnyConnection,
    station: StationId,
    limit: i64,
) -> Result<Vec<StaffMessageOut>, StoreError> {
    let rows = sqlx::query(select_messages!(
        "WHERE staff_message.station_id = $1 ORDER BY staff_message.id DESC LIMIT $2"
    ))
    .bind(station.0)
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in &rows {
        messages.push(with_receipts(connection, row).await?);
    }
    Ok(messages)
}

/// The alerts at a station that somebody was asked to acknowledge and has not, oldest first.
pub async fn waiting_for(
    connection: &mut AnyConnection,
    station: StationId,
    user: UserId,
) -> Result<Vec<StaffMessage>, StoreError> {
    let rows = sqlx::query(select_messages!(
        "JOIN staff_receipt ON staff_receipt.message_id = staff_message.id
         WHERE staff_message.station_id = $1 AND staff_receipt.user_id = $2 AND staff_receipt.acked_at IS NULL
           AND staff_message.kind = 'alert'
         ORDER BY staff_message.id
         LIMIT 50"
    ))
    .bind(station.0)
    .bind(user.0)
    .fetch_all(connection)
    .await?;
    let said = |row: &AnyRow| {
        Ok(StaffMessage::Alert(Announcement {
            notification_id: StaffMessageId(row.plain("id")?),
            message: row.plain("message")?,
            priority: row.word("priority")?,
            from: row.plain("sender")?,
            station_id: StationId(row.plain("station_id")?),
            sent_at: row.instant("created_at")?,
        }))
    };
    rows.iter().map(said).collect()
}

fn as_frame(kind: StaffMessageKind, said: Announcement) -> StaffMessage {
    match kind {
        StaffMessageKind::Alert => StaffMessage::Alert(said),
        StaffMessageKind::Broadcast => StaffMessage::Broadcast(said),
    }
}

async fn with_receipts(connection: &mut AnyConnection, row: &AnyRow) -> Result<StaffMessageOut, StoreError> {
    let id: i64 = row.plain("id")?;
    let readers = sqlx::query(
        "SELECT staff_receipt.user_id, staff_receipt.acked_at, users.name
         FROM staff_receipt
         JOIN users ON users.id = staff_receipt.user_id
         WHERE staff_receipt.message_id = $1
         ORDER BY LOWER(users.name), users.id",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    let reader = |row: &AnyRow| -> Result<HeardOut, StoreError> {
        Ok(HeardOut {
            user_id: UserId(row.plain("user_id")?),
            name: row.plain("name")?,
            at: row.instant_or_null("acked_at")?,
        })
    };
    let readers: Vec<HeardOut> = readers.iter().map(reader).collect::<Result<_, _>>()?;
    let (acknowledged, waiting) = readers.into_iter().partition(|reader| reader.at.is_some());
    Ok(StaffMessageOut {
        id: StaffMessageId(id),
        station_id: StationId(row.plain("station_id")?),
        kind: row.word("kind")?,
        priority: row.word("priority")?,
        message: row.plain("message")?,
        from: row.plain("sender")?,
        created_at: row.instant("created_at")?,
        acknowledged,
        waiting,
    })
}
