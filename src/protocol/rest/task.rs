//! What staff have to do, who is there to do it, and what they are told.

use serde::{Deserialize, Serialize};

use crate::domain::{
    AckVia, BatteryId, BookingId, ItemId, Loudness, Priority, Role, StaffMessageId, StaffMessageKind,
    StationId, TaskId, TaskKind, TaskState, Timestamp, UserId,
};

/// Something to do at a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TaskOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: TaskId,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// What is to be done, like `serve_customer`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: TaskKind,
    /// 1 (most urgent) to 4.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub priority: Priority,
    /// `open`, `acked`, `in_progress`, `done` or `cancelled`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: TaskState,
    /// How far it has risen: 0, 1 all staff, 2 the leads, 3 the operator.
    pub level: i64,
    /// At which bay.
    pub bay_number: Option<i64>,
    /// About which booking.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub booking_id: Option<BookingId>,
    /// How many lines that has.
    pub items_count: i64,
    /// About which line of it.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub item_id: Option<ItemId>,
    /// About which pack.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub battery_id: Option<BatteryId>,
    /// About which swap session.
    pub session_id: Option<i64>,
    /// What people read.
    pub text: String,
    /// Since when.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// By when somebody has to acknowledge it; null where nobody has to.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub due_at: Option<Timestamp>,
    /// Who acknowledged it.
    pub acked_by: Option<String>,
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub acked_at: Option<Timestamp>,
    /// By which way: `api`, `socket` or `page`.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub acked_via: Option<AckVia>,
    /// So many seconds late; 0 in time.
    pub late_s: i64,
    /// Who is to do it.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub assignee_id: Option<UserId>,
    /// What she is called.
    pub assignee: Option<String>,
    /// When somebody began.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub started_at: Option<Timestamp>,
    /// When it was done.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub done_at: Option<Timestamp>,
    /// Until when that can be taken back.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub undo_until: Option<Timestamp>,
    /// Rises with every change.
    pub version: i64,
}

/// What a lead or the operator wants done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TaskIn {
    /// What.
    pub text: String,
    /// 1 (most urgent, if left out) to 4.
    #[serde(default)]
    pub priority: Option<i64>,
}

/// Who is to do a task from now on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReassignIn {
    /// Whose account; left out, whoever is present and has least to do.
    #[serde(default)]
    pub user_id: Option<i64>,
}

/// Whether I am at work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ShiftIn {
    /// True begins, false ends.
    pub on: bool,
}

/// Somebody who is on shift at a station, or has a screen of it open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OnDutyOut {
    /// Her account.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub user_id: UserId,
    /// What to call her.
    pub name: String,
    /// Attendant, lead or operator.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub role: Role,
    /// Said that she is at work.
    pub on_shift: bool,
    /// Since when.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub since: Option<Timestamp>,
    /// Has a screen of the station open.
    pub present: bool,
    /// What she has.
    pub tasks: Vec<TaskOut>,
}

/// How a station stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OpsOut {
    /// Which.
    pub station_id: i64,
    /// Its name.
    pub name: String,
    /// Bookings that are not over and not for later.
    pub active_bookings: i64,
    /// Swaps under way.
    pub occupied_bays: i64,
    /// Tasks that somebody still has to do.
    pub open_tasks: i64,
    /// Customers who are here and are not served yet.
    pub waiting: i64,
    /// Bookings to answer or to prepare.
    pub pending: i64,
    /// Bookings that stand ready.
    pub ready: i64,
    /// Customers who are here.
    pub serving: i64,
    /// Tasks done since midnight on the station's clocks.
    pub done_today: i64,
    /// Nine of ten tasks acknowledged today were so within so many seconds; null before the first.
    pub ack_p90_s: Option<i64>,
}

/// Something to say to everybody at a station.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StaffMessageIn {
    /// What.
    pub message: String,
    /// `broadcast`, or `alert`, which everybody has to acknowledge.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: StaffMessageKind,
    /// `low`, `normal` (if left out) or `high`.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub priority: Loudness,
}

/// Something said to everybody at a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StaffMessageOut {
    /// Id; `notification_id` on the sockets.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: StaffMessageId,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// `broadcast` or `alert`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: StaffMessageKind,
    /// `low`, `normal` or `high`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub priority: Loudness,
    /// What people read.
    pub message: String,
    /// Who says it.
    pub from: String,
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Who has acknowledged it, and when.
    pub acknowledged: Vec<HeardOut>,
    /// Who has not yet.
    pub waiting: Vec<HeardOut>,
}

/// A reader of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct HeardOut {
    /// Her account.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub user_id: UserId,
    /// What to call her.
    pub name: String,
    /// When she acknowledged it.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub at: Option<Timestamp>,
}
