//! The inbox.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{BookingId, Level, NotificationId, NotificationKind, StationId, Timestamp};

/// A row of my inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NotificationOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: NotificationId,
    /// Of what it tells.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub event: NotificationKind,
    /// Heading.
    pub title: String,
    /// What people read.
    pub message: String,
    /// How urgent.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub level: Level,
    /// About which booking.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub booking_id: Option<BookingId>,
    /// About which station.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub station_id: Option<StationId>,
    /// More, by event.
    #[cfg_attr(feature = "ssr", schema(value_type = Object))]
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub data: Value,
    /// Seen already?
    pub read: bool,
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub timestamp: Timestamp,
}

/// My inbox, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct InboxOut {
    /// The rows.
    pub items: Vec<NotificationOut>,
    /// Give it back as `cursor` for the rows that follow; null on the last page.
    pub next: Option<String>,
    /// How many are unread in all.
    pub unread: i64,
    /// Bookmark of this state in my topic.
    pub epoch: String,
    /// Bookmark of this state in my topic.
    pub seq: u64,
}
