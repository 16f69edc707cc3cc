//! What the staff of a station hear on their sockets. Written by the server only: their page reads the few fields
//! it needs.

use serde::Serialize;

use super::rest::{OpsOut, TaskOut};
use crate::domain::{
    BookingId, Currency, Loudness, PaymentId, PaymentState, StaffMessageId, StationId, TaskId, Timestamp,
};

/// To staff. What carries no number of its own goes out inside of [`Numbered`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StaffMessage {
    /// All that is to be done: on connect, and the answer to `get_tasks`.
    TasksList {
        /// Most urgent first.
        tasks: Vec<TaskOut>,
    },
    /// Answer to `get_status`.
    StationOpsStatus {
        /// How the station stands.
        data: OpsOut,
    },
    /// The answer to `acknowledge`; and to the others, when somebody acknowledged a message.
    Acknowledged {
        /// A task.
        #[serde(skip_serializing_if = "Option::is_none")]
        task_id: Option<TaskId>,
        /// A message.
        #[serde(skip_serializing_if = "Option::is_none")]
        notification_id: Option<StaffMessageId>,
        /// Who has it.
        by: String,
        /// Since when.
        at: Timestamp,
        /// So many seconds after it should have been; 0 in time.
        late_s: i64,
    },
    /// There is something to do.
    TaskNotification {
        /// What.
        data: Box<TaskOut>,
    },
    /// A task changed.
    TaskUpdate {
        /// The task after the change.
        data: Box<TaskOut>,
    },
    /// A customer is here.
    OrderNotification {
        /// About which booking.
        data: OrderNews,
    },
    /// Somebody has cash to count.
    PaymentNotification {
        /// About which payment.
        data: PaymentNews,
    },
    /// There is a booking.
    NewBooking {
        /// Which.
        data: BookingNews,
    },
    /// The packs of a booking are prepared.
    BookingReady {
        /// Which.
        data: ReadyNews,
    },
    /// A booking is paid.
    PaymentCompleted {
        /// By which payment.
        data: PaidNews,
    },
    /// Somebody wants to be heard.
    Alert(Announcement),
    /// Good to know.
    Broadcast(Announcement),
}

/// A customer is here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderNews {
    /// Whose booking.
    pub booking_id: BookingId,
    /// Where she stands.
    pub bay_number: Option<i64>,
    /// How many lines it has.
    pub items_count: i64,
    /// What people read.
    pub message: String,
}

/// Somebody has cash to count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PaymentNews {
    /// Which payment.
    pub payment_id: PaymentId,
    /// Of which booking.
    pub booking_id: BookingId,
    /// Minor units.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
    /// What people read.
    pub message: String,
}

/// There is a booking.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BookingNews {
    /// Which.
    pub booking_id: BookingId,
    /// Where its customer stands, if she is here.
    pub bay_number: Option<i64>,
    /// How many lines it has.
    pub items_count: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The packs of a booking are prepared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadyNews {
    /// Which.
    pub booking_id: BookingId,
    /// What people read.
    pub message: String,
}

/// A booking is paid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PaidNews {
    /// Which payment.
    pub payment_id: PaymentId,
    /// How far it is.
    pub status: PaymentState,
    /// Minor units.
    pub amount: i64,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// What a lead or the operator says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Announcement {
    /// What to acknowledge.
    pub notification_id: StaffMessageId,
    /// What people read.
    pub message: String,
    /// How loud.
    pub priority: Loudness,
    /// Who says it.
    pub from: String,
    /// Where.
    pub station_id: StationId,
    /// When it was said.
    pub sent_at: Timestamp,
}

/// An event of a station's staff topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbered {
    /// What happened.
    #[serde(flatten)]
    pub message: StaffMessage,
    /// Number in the station's staff topic.
    pub seq: u64,
    /// Where; an announcement says it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station_id: Option<StationId>,
    /// When.
    pub timestamp: Timestamp,
}

impl Numbered {
    /// The event under its number.
    pub fn new(message: StaffMessage, seq: u64, station: StationId, timestamp: Timestamp) -> Self {
        let says_where = matches!(message, StaffMessage::Alert(_) | StaffMessage::Broadcast(_));
        Self {
            message,
            seq,
            station_id: (!says_where).then_some(station),
            timestamp,
        }
    }
}

impl From<StaffMessage> for super::ServerMessage {
    fn from(message: StaffMessage) -> Self {
        Self::Staff(Box::new(message))
    }
}
