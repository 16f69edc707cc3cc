//! The messages of the sockets: one JSON text frame each, told apart by `type`.
//!
//! Frames that carry `seq` are events: numbered per topic, rising by exactly one, stored before they are
//! sent. The others answer or accompany.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::inventory::{BatteryEvent, InventoryUpdate, StationSnapshot};
use super::rest::{BayOut, BookingItemOut, BookingOut, NotificationOut, SessionOut};
use crate::domain::{
    BayId, BookingId, Level, NotificationId, NotificationKind, SessionId, StationId, StationStatus,
    Timestamp, UserId,
};

/// From the server. Its tag is one of its fields; the browser reads that by [`ServerMessage::read`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", serde(tag = "type"))]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// Always first.
    ConnectionEstablished(Welcome),
    /// The whole state of the topic, at a position.
    Snapshot(Snapshot),
    /// The high-water mark of the topic, every 15 s.
    Heartbeat {
        /// The last event's number.
        seq: u64,
        /// The server's clock.
        server_time: Timestamp,
    },
    /// A station's counts, after any commit that touched its packs, slots or status.
    InventoryUpdate(InventoryUpdate),
    /// A pack was held.
    BatteryBooked(BatteryEvent),
    /// A held pack was handed over.
    BatteryCollected(BatteryEvent),
    /// A pack was put in.
    BatteryAdded(BatteryEvent),
    /// A pack was taken out or locked.
    BatteryRemoved(BatteryEvent),
    /// A pack came back from a customer.
    BatteryReturned(BatteryEvent),
    /// A held pack is free again.
    BatteryReleased(BatteryEvent),
    /// A station's status changed.
    StationStatus {
        /// Number in the station's topic.
        seq: u64,
        /// When.
        timestamp: Timestamp,
        /// Which station.
        station_id: StationId,
        /// Its name.
        station_name: String,
        /// What it is now.
        status: StationStatus,
        /// A sentence about it.
        message: String,
    },
    /// To a customer: packs are held.
    BookingConfirmed {
        /// Number in the person's topic.
        seq: u64,
        /// Inbox row.
        id: NotificationId,
        /// Seen already?
        read: bool,
        /// Which booking.
        booking_id: BookingId,
        /// Where.
        station_name: String,
        /// Maker and model of the pack.
        battery_info: String,
        /// What people read.
        message: String,
        /// When.
        timestamp: Timestamp,
    },
    /// To a customer: packs are prepared.
    BookingReady {
        /// Number in the person's topic.
        seq: u64,
        /// Inbox row.
        id: NotificationId,
        /// Seen already?
        read: bool,
        /// Which booking.
        booking_id: BookingId,
        /// Where.
        station_name: String,
        /// What people read.
        message: String,
        /// When.
        timestamp: Timestamp,
    },
    /// To a person: anything else.
    Notification {
        /// Number in the person's topic.
        seq: u64,
        /// Inbox row.
        id: NotificationId,
        /// Seen already?
        read: bool,
        /// Of what it tells.
        event: NotificationKind,
        /// Heading.
        title: String,
        /// What people read.
        message: String,
        /// How urgent.
        level: Level,
        /// About which booking.
        booking_id: Option<BookingId>,
        /// About which station.
        station_id: Option<StationId>,
        /// More, by event.
        #[cfg_attr(not(feature = "ssr"), serde(skip))]
        data: Value,
        /// When.
        timestamp: Timestamp,
    },
    /// To the other tabs and devices of a person: seen elsewhere.
    NotificationRead {
        /// Number in the person's topic.
        seq: u64,
        /// Inbox rows.
        ids: Vec<NotificationId>,
        /// Unread ones left.
        unread: i64,
    },
    /// Answer to [`ClientMessage::Ack`].
    Acked {
        /// Inbox row.
        id: NotificationId,
    },
    /// The booking's state on connect, and the answer to `get_status`.
    BookingStatus {
        /// The booking.
        data: BookingOut,
    },
    /// The booking changed.
    BookingUpdate {
        /// Number in the booking's topic.
        seq: u64,
        /// The booking after the change.
        data: BookingOut,
    },
    /// Answer to `get_items`.
    ItemsList {
        /// The lines.
        items: Vec<BookingItemOut>,
    },
    /// A line of the booking changed.
    ItemsUpdated {
        /// Number in the booking's topic.
        seq: u64,
        /// The lines after the change.
        items: Vec<BookingItemOut>,
    },
    /// The deadline moved.
    BookingTimer {
        /// Number in the booking's topic.
        seq: u64,
        /// The new deadline.
        deadline: Timestamp,
        /// The server's clock.
        server_time: Timestamp,
    },
    /// The bay on connect, and the answer to `get_status`.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    BayStatus {
        /// The bay.
        data: BayOut,
    },
    /// The bay changed. The browser reads it where it shows bays.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    BayUpdate {
        /// Number in the bay's topic.
        seq: u64,
        /// The bay after the change.
        data: BayOut,
    },
    /// The session on connect, and the answer to `get_status`.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    SessionStatus {
        /// The session.
        data: SessionOut,
    },
    /// The session changed. The browser reads it where it shows sessions.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    SessionUpdate {
        /// Number in the session's topic.
        seq: u64,
        /// The session after the change.
        data: SessionOut,
    },
    /// Answer to `ping`.
    Pong {
        /// What the ping carried; null when it carried none.
        #[cfg_attr(not(feature = "ssr"), serde(skip))]
        timestamp: Value,
        /// The server's clock.
        server_time: Timestamp,
    },
    /// Answer of the station sockets to an unknown object.
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    Echo {
        /// The object.
        message: Value,
    },
    /// The message could not be carried out; the socket stays open.
    Error {
        /// What people read.
        message: String,
        /// Stable name of the error.
        code: String,
        /// For `illegal_transition`: what would be possible.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allowed: Option<Vec<String>>,
    },
    /// The server goes down in an orderly way; come back after the delay.
    ServerRestarting {
        /// Jittered, so that not everybody comes at once.
        retry_after_ms: u64,
    },
    /// A frame this build does not know (a newer server): ignore it.
    #[cfg_attr(feature = "ssr", serde(other))]
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    Unknown,
}

impl ServerMessage {
    /// Reads a frame.
    ///
    /// serde reads an enum whose tag is a field by way of a copy of everything, and the code for that is a
    /// tenth of the browser's program. So the browser looks up the tag first and puts it in front.
    ///
    /// # Errors
    /// When it is no frame, or a known one without the fields that it must have.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        #[cfg(feature = "ssr")]
        return serde_json::from_str(text);
        #[cfg(not(feature = "ssr"))]
        {
            #[derive(Deserialize)]
            struct Tag<'a> {
                #[serde(rename = "type")]
                tag: &'a str,
            }
            let Tag { tag } = serde_json::from_str(text)?;
            match serde_json::from_str(&format!("{{\"{tag}\":{text}}}")) {
                Err(error) if error.to_string().starts_with("unknown variant") => Ok(Self::Unknown),
                message => message,
            }
        }
    }
}

/// The first frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// `Connected to …`.
    pub message: String,
    /// On station sockets: the station, or null for all of them. Elsewhere absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station_id: Option<Option<StationId>>,
    /// On the notification socket: me.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// On booking sockets: the booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<BookingId>,
    /// On bay sockets: the bay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bay_id: Option<BayId>,
    /// On session sockets: the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Changes only when the log was rebuilt.
    pub epoch: String,
    /// The last event's number; null on the all-stations socket, which has no number of its own.
    pub seq: Option<u64>,
    /// The server's clock.
    pub server_time: Timestamp,
    /// Which build answers.
    pub build: String,
}

/// The whole state of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The position it stands for; null on the all-stations socket (each station carries its own).
    pub seq: Option<u64>,
    /// Of which log.
    pub epoch: String,
    /// On station topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stations: Option<Vec<StationSnapshot>>,
    /// On the notification topic: how many are unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<i64>,
    /// On the notification topic: the last 50, newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Vec<NotificationOut>>,
    /// On a booking's topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<BookingOut>,
    /// On the topic of a bay or a session, also as `data`: read by whoever shows it.
    #[serde(
        default,
        rename(serialize = "data"),
        skip_deserializing,
        skip_serializing_if = "Option::is_none"
    )]
    pub floor: Option<FloorState>,
    /// It stands in place of frames that a slow reader missed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflated: bool,
}

/// The whole state of a bay or a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FloorState {
    /// A bay.
    Bay(Box<BayOut>),
    /// A session.
    Session(Box<SessionOut>),
}

/// From the client. `"action"` may stand in place of `"type"` (an older spelling).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Are you there?
    Ping {
        /// Comes back in the pong.
        #[serde(default)]
        timestamp: Value,
    },
    /// I have seen this notification.
    Ack {
        /// Inbox row.
        id: NotificationId,
    },
    /// Send the state again.
    GetStatus,
    /// Send the lines of the booking.
    GetItems,
    /// Staff: a vehicle stands in the bay.
    Occupy,
    /// Staff: the bay is free again.
    Release,
    /// Staff: so many are served in the session.
    UpdatePartySize {
        /// Vehicles or packs.
        party_size: i64,
    },
    /// Staff: the swap is over.
    CloseSession,
    /// Staff: move the booking to this state.
    UpdateStatus {
        /// The wanted state, for example `ready`.
        status: String,
        /// Why; for `declined`, `cancelled` and `failed`.
        #[serde(default)]
        reason: Option<String>,
        /// The customer's code; for `checked_in` and `completed`, this or the PIN.
        #[serde(default)]
        code: Option<String>,
        /// The customer's PIN.
        #[serde(default)]
        pin: Option<String>,
    },
}
