//! Packs and their models.

use serde::{Deserialize, Serialize};

use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, BookingId, Currency, Grade, Percent, SlotNumber, StationId,
    Timestamp,
};

/// A type of pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BatteryModelOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: BatteryModelId,
    /// Model name.
    pub name: String,
    /// Who makes it.
    pub maker: String,
    /// Nominal voltage in volts.
    pub nominal_voltage_v: i64,
    /// Capacity in watt-hours.
    pub capacity_wh: i64,
    /// Price of one swap in minor units.
    pub price: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
}

/// A pack. `serial`, `service_cycles` and `booking_id` only for staff of its station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BatteryOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: BatteryId,
    /// Its model.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub model_id: BatteryModelId,
    /// Its model's name.
    pub model_name: String,
    /// State of charge, %.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub soc: Percent,
    /// State of health, %.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub soh: Percent,
    /// A to D, by health.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub grade: Grade,
    /// What is being done with it.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: BatteryState,
    /// Held for a booking.
    pub held: bool,
    /// Where it stands: 1 to the number of slots; null when it is not in one.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub slot: Option<SlotNumber>,
    /// When it is expected to be ready to hand out; null unless it charges.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub eta_ready: Option<Timestamp>,
    /// When it is expected to be full; null unless it charges.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub eta_full: Option<Timestamp>,
    /// Where it is.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub station_id: Option<StationId>,
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// How often it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_cycles: Option<i64>,
    /// For which booking it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub booking_id: Option<BookingId>,
    /// Why it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Puts a pack into a station.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BatteryIn {
    /// Serial number, 1 to 64 characters, unique in the network.
    pub serial: String,
    /// Which model.
    pub model_id: i64,
    /// State of charge, %; 100 unless given.
    #[serde(default)]
    pub soc: Option<i64>,
    /// State of health, %; 100 unless given.
    #[serde(default)]
    pub soh: Option<i64>,
    /// Which slot; the first free one unless given.
    #[serde(default)]
    pub slot: Option<i64>,
}

/// Changes a pack; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BatteryPatch {
    /// Measured state of charge, %.
    #[serde(default)]
    pub soc: Option<i64>,
    /// Measured state of health, %.
    #[serde(default)]
    pub soh: Option<i64>,
    /// `quarantined`, `maintenance`, `charging` (cleared) or `returned`, where the pack's state allows it.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub state: Option<BatteryState>,
    /// Why; needed to lock a pack.
    #[serde(default)]
    pub note: Option<String>,
    /// Another slot of the same station; for a pack that comes back the slot it is put into, the first free one
    /// unless given.
    #[serde(default)]
    pub slot: Option<i64>,
    /// For `returned`: at which station; needed unless you work at one only.
    #[serde(default)]
    pub station_id: Option<i64>,
}
