//! The messages of the sockets: one JSON text frame each, told apart by `type`.
//!
//! Frames that carry `seq` are events: numbered per topic, rising by exactly one, stored before they are
//! sent. The others answer or accompany.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Envelope;
use super::rest::{BatteryOut, BookingItemOut, BookingOut, NotificationOut};
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, InventoryAction, Level, NotificationId, NotificationKind,
    ReleaseReason, StationId, StationStatus, Timestamp, UserId,
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
    /// It stands in place of frames that a slow reader missed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflated: bool,
}

/// One station in a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StationSnapshotFields")]
pub struct StationSnapshot {
    /// Which station.
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// The position in the station's own topic that this state stands for.
    pub seq: u64,
    /// The counts.
    #[serde(flatten)]
    pub inventory: Inventory,
    /// Every pack in a slot; only on the station's own topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batteries: Option<Vec<BatteryOut>>,
}

/// The counts of one station: what `inventory_update`, a snapshot and the station object have in common.
/// `total_batteries` is always `available_batteries` + `booked_batteries`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Inventory {
    /// Packs that can be booked now.
    pub available_batteries: i64,
    /// Packs held for bookings.
    pub booked_batteries: i64,
    /// The sum of both.
    pub total_batteries: i64,
    /// Packs that charge and are not held.
    pub charging_batteries: i64,
    /// Healthy slots without a pack.
    pub free_slots: i64,
    /// All slots.
    pub total_slots: i64,
    /// When the next charging pack is expected to be ready.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub next_available_at: Option<Timestamp>,
    /// Counts by model.
    pub models: Vec<ModelCount>,
    /// Whether the station serves.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub status: StationStatus,
    /// The slots at a glance: two characters a slot, in slot order: what stands there (`r` ready,
    /// `c` charging, `h` held, `k` being checked, `f` out of service, `e` empty) and its charge in tenths
    /// (0 to 9, 9 from 90 %).
    pub strip: String,
}

/// Writes down how a structure is read that has an [`Inventory`] between its other fields. serde's own way to
/// read such a thing copies all of it first, which is a lot of code for the browser to load.
macro_rules! read_with_inventory {
    ($whole:ident, $fields:ident { $($(#[$attribute:meta])* $field:ident: $of:ty,)* }) => {
        #[derive(serde::Deserialize)]
        struct $fields {
            $($(#[$attribute])* $field: $of,)*
            available_batteries: i64,
            booked_batteries: i64,
            total_batteries: i64,
            charging_batteries: i64,
            free_slots: i64,
            total_slots: i64,
            next_available_at: Option<$crate::domain::Timestamp>,
            models: Vec<$crate::protocol::frame::ModelCount>,
            status: $crate::domain::StationStatus,
            strip: String,
        }

        impl From<$fields> for $whole {
            fn from(read: $fields) -> Self {
                Self {
                    $($field: read.$field,)*
                    inventory: $crate::protocol::frame::Inventory {
                        available_batteries: read.available_batteries,
                        booked_batteries: read.booked_batteries,
                        total_batteries: read.total_batteries,
                        charging_batteries: read.charging_batteries,
                        free_slots: read.free_slots,
                        total_slots: read.total_slots,
                        next_available_at: read.next_available_at,
                        models: read.models,
                        status: read.status,
                        strip: read.strip,
                    },
                }
            }
        }
    };
}
pub(super) use read_with_inventory;

read_with_inventory!(StationSnapshot, StationSnapshotFields {
    station_id: StationId,
    station_name: String,
    seq: u64,
    #[serde(default)] batteries: Option<Vec<BatteryOut>>,
});

read_with_inventory!(InventoryUpdate, InventoryUpdateFields {
    seq: u64,
    timestamp: Timestamp,
    station_id: StationId,
    station_name: String,
    action: InventoryAction,
    #[serde(default)] batteries: Vec<BatteryOut>,
    #[serde(default)] gone: Vec<BatteryId>,
});

read_with_inventory!(StationNews, StationNewsFields {
    station_id: StationId,
    seq: u64,
    #[serde(default)] action: Option<InventoryAction>,
});

/// Counts of one model at a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ModelCount {
    /// Which model.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub model_id: BatteryModelId,
    /// Its name.
    pub name: String,
    /// Packs that can be booked now.
    pub available: i64,
    /// Packs that charge and are not held.
    pub charging: i64,
}

/// A station's counts changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "InventoryUpdateFields")]
pub struct InventoryUpdate {
    /// Number in the station's topic.
    pub seq: u64,
    /// When.
    pub timestamp: Timestamp,
    /// Which station.
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// Why.
    pub action: InventoryAction,
    /// The counts after the commit.
    #[serde(flatten)]
    pub inventory: Inventory,
    /// The packs that changed and stand in a slot of the station, as they are after the commit.
    #[serde(default)]
    pub batteries: Vec<BatteryOut>,
    /// The packs that left the station in this commit.
    #[serde(default)]
    pub gone: Vec<BatteryId>,
}

/// What a list needs of an [`InventoryUpdate`] or of a [`StationSnapshot`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "StationNewsFields")]
pub struct StationNews {
    /// Which station.
    pub station_id: StationId,
    /// The position in the station's own topic that this state stands for.
    pub seq: u64,
    /// Why it changed.
    pub action: Option<InventoryAction>,
    /// The counts.
    pub inventory: Inventory,
}

impl StationNews {
    /// What a frame of the all-stations topic tells of counts; nothing where it tells of something else.
    ///
    /// # Errors
    /// When it lacks a field.
    pub fn read(frame: &Envelope, text: &str) -> serde_json::Result<Vec<Self>> {
        #[derive(Deserialize)]
        struct All {
            stations: Vec<StationNews>,
        }
        match frame.kind.as_str() {
            "inventory_update" => Ok(vec![serde_json::from_str(text)?]),
            "snapshot" => Ok(serde_json::from_str::<All>(text)?.stations),
            _ => Ok(Vec::new()),
        }
    }
}

/// What happened to one pack of a station. Never says who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatteryEvent {
    /// Number in the station's topic.
    pub seq: u64,
    /// When.
    pub timestamp: Timestamp,
    /// Which station.
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// Which pack.
    pub battery_id: BatteryId,
    /// Packs that can be booked, after the commit.
    pub available_batteries: i64,
    /// Packs held, after the commit.
    pub booked_batteries: i64,
    /// The sum of both.
    pub total_batteries: i64,
    /// On `battery_booked`: always null, the topic is public. Elsewhere absent.
    #[cfg_attr(feature = "ssr", serde(default, skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(not(feature = "ssr"), serde(skip))]
    pub user: Option<Value>,
    /// On `battery_released`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReleaseReason>,
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
    /// Staff: move the booking to this state.
    UpdateStatus {
        /// The wanted state, for example `ready`.
        status: String,
    },
}
