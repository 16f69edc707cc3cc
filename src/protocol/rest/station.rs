//! Stations and what they offer besides swaps.

use serde::{Deserialize, Serialize};

use crate::domain::{Currency, ServiceId, StationId, StationStatus, Timestamp};
use crate::protocol::inventory::{Inventory, read_with_inventory};

/// Makes a station.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StationIn {
    /// 1 to 80 characters.
    pub name: String,
    /// Degrees, −90 to 90.
    pub latitude: f64,
    /// Degrees, −180 to 180.
    pub longitude: f64,
    /// Street.
    #[serde(default)]
    pub address: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// IANA name; UTC unless given.
    #[serde(default)]
    pub timezone: Option<String>,
    /// OpenStreetMap syntax, like `Mo-Su 06:00-22:00`; `24/7` unless given.
    #[serde(default)]
    pub opening_hours: Option<String>,
    /// Number of slots, 1 to 200; 24 unless given.
    #[serde(default)]
    pub slots: Option<i64>,
    /// Only for the network's administrator: the operator it belongs to.
    #[serde(default)]
    pub operator_id: Option<i64>,
}

/// Changes a station; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StationPatch {
    /// New name.
    #[serde(default)]
    pub name: Option<String>,
    /// New street.
    #[serde(default)]
    pub address: Option<String>,
    /// New town.
    #[serde(default)]
    pub city: Option<String>,
    /// New hours.
    #[serde(default)]
    pub opening_hours: Option<String>,
    /// New status: `online`, `paused`, `maintenance`, `offline` or `closed`. The only field that staff of
    /// the station may set too.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub status: Option<StationStatus>,
    /// A sentence about the new status, for everybody.
    #[serde(default)]
    pub message: Option<String>,
}

/// A station.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StationOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: StationId,
    /// Its name.
    pub name: String,
    /// Street.
    pub address: String,
    /// Town.
    pub city: String,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// IANA name.
    pub timezone: String,
    /// Offset of that zone from UTC right now, in minutes.
    pub utc_offset_minutes: i32,
    /// OpenStreetMap syntax.
    pub opening_hours: String,
    /// When it opens or closes next by its hours; null when it never does.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub hours_change_at: Option<Timestamp>,
    /// The sentence that came with the status.
    pub status_message: Option<String>,
    /// Bookings wait until somebody there says yes.
    pub needs_approval: bool,
    /// The counts.
    #[serde(flatten)]
    pub inventory: Inventory,
    /// Stars on average, to one decimal; null without reviews.
    pub rating_average: Option<f64>,
    /// How many reviews.
    pub rating_count: i64,
    /// Metres from the asked position, when one was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<i64>,
    /// Bookmark of the state in this answer.
    pub epoch: String,
    /// Bookmark of the state in this answer.
    pub seq: u64,
}

read_with_inventory!(StationOut, StationFields {
    id: StationId,
    name: String,
    address: String,
    city: String,
    latitude: f64,
    longitude: f64,
    timezone: String,
    utc_offset_minutes: i32,
    opening_hours: String,
    hours_change_at: Option<Timestamp>,
    status_message: Option<String>,
    needs_approval: bool,
    #[serde(default)] rating_average: Option<f64>,
    #[serde(default)] rating_count: i64,
    #[serde(default)] distance_m: Option<i64>,
    epoch: String,
    seq: u64,
});

/// Half an hour of a service, and how full it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ServiceSlotOut {
    /// Its beginning.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub slot_time: Timestamp,
    /// How many places are taken.
    pub booked_count: i64,
    /// How many there are.
    pub capacity: i64,
}

/// Half an hour in which one can come who books for later, and how full it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PickupSlotOut {
    /// Its beginning.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub slot_time: Timestamp,
    /// How many packs are promised for it.
    pub booked_count: i64,
    /// How many the station hands out in it.
    pub capacity: i64,
}

/// A service that a station offers besides swaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ServiceOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: ServiceId,
    /// What people read.
    pub name: String,
    /// Minor units.
    pub price: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// How long it takes, in minutes.
    pub minutes: i64,
}
