//! What sockets and the HTTP API say about a station's packs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Envelope;
use super::rest::BatteryOut;
use crate::domain::{
    BatteryId, BatteryModelId, InventoryAction, ReleaseReason, StationId, StationStatus, Timestamp,
};

/// One station in a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Bays that are free: nobody stands there, is called there or has just left, and nothing is in the way.
    pub free_bays: i64,
    /// All bays.
    pub total_bays: i64,
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
            #[serde(default)]
            free_bays: i64,
            #[serde(default)]
            total_bays: i64,
            next_available_at: Option<$crate::domain::Timestamp>,
            models: Vec<$crate::protocol::inventory::ModelCount>,
            status: $crate::domain::StationStatus,
            strip: String,
        }

        impl<'de> serde::Deserialize<'de> for $whole {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: $fields = $crate::domain::by_name(deserializer)?;
                Ok(Self {
                    $($field: read.$field,)*
                    inventory: $crate::protocol::inventory::Inventory {
                        available_batteries: read.available_batteries,
                        booked_batteries: read.booked_batteries,
                        total_batteries: read.total_batteries,
                        charging_batteries: read.charging_batteries,
                        free_slots: read.free_slots,
                        total_slots: read.total_slots,
                        free_bays: read.free_bays,
                        total_bays: read.total_bays,
                        next_available_at: read.next_available_at,
                        models: read.models,
                        status: read.status,
                        strip: read.strip,
                    },
                })
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq)]
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
