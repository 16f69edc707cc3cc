//! Bodies of the HTTP API: `…In` is what a client sends, `…Out` what the server answers.
//!
//! What comes in refuses unknown fields, so that a client that sends an amount or a role learns that it has
//! no say in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::frame::{Inventory, read_with_inventory};
use crate::domain::booking::CancelledBy;
use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, BookingId, BookingState, Currency, Grade, ItemId, ItemKind,
    ItemState, Level, NotificationId, NotificationKind, PaymentMethod, PaymentState, Percent, Role,
    ServiceId, SlotNumber, StationId, StationStatus, Timestamp, UserId,
};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give it back as `cursor` for the rows that follow; null on the last page.
    pub next: Option<String>,
}

/// Makes an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RegisterIn {
    /// What to call the person, 1 to 80 characters.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// At least 10 characters.
    pub password: String,
    /// Optional telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Also answer a bearer token for programs.
    #[serde(default)]
    pub token: bool,
}

/// Signs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct LoginIn {
    /// The account's address.
    pub email: String,
    /// Its password.
    pub password: String,
    /// Also answer a bearer token for programs.
    #[serde(default)]
    pub token: bool,
}

/// A person, to herself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct UserOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: UserId,
    /// What to call her.
    pub name: String,
    /// The address she signs in with.
    pub email: String,
    /// Telephone number, if she gave one.
    pub phone: Option<String>,
    /// What she may do.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub role: Role,
    /// The stations she works at (staff only).
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<i64>))]
    pub stations: Vec<StationId>,
    /// A bearer token for programs, only when asked for at sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Changes my own account; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MePatch {
    /// New name.
    #[serde(default)]
    pub name: Option<String>,
    /// New telephone number; empty removes it.
    #[serde(default)]
    pub phone: Option<String>,
    /// New password; needs `current_password`.
    #[serde(default)]
    pub password: Option<String>,
    /// The password so far.
    #[serde(default)]
    pub current_password: Option<String>,
}

/// A one-use socket ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TicketOut {
    /// Use it once as `?ticket=`.
    pub ticket: String,
    /// Until when.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StationFields")]
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
    /// The counts.
    #[serde(flatten)]
    pub inventory: Inventory,
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
    #[serde(default)] distance_m: Option<i64>,
    epoch: String,
    seq: u64,
});

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

/// Books packs: all of them or none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BookIn {
    /// Where.
    pub station_id: i64,
    /// What.
    pub items: Vec<BookItemIn>,
    /// How to pay; cash unless given.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub payment_method: PaymentMethod,
    /// The vehicle's registration, at most 32 characters; one active booking per vehicle.
    #[serde(default)]
    pub vehicle: Option<String>,
    /// For later (not offered yet: null).
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub pickup_at: Option<Timestamp>,
    /// For how many minutes to hold the packs, 5 to 60; the station's default unless given.
    #[serde(default)]
    pub hold_minutes: Option<i64>,
}

/// One line of an order: a number of packs of a model, or one certain pack, or a service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BookItemIn {
    /// What the line is about.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: ItemKind,
    /// Any pack of this model.
    #[serde(default)]
    pub model_id: Option<i64>,
    /// This very pack.
    #[serde(default)]
    pub battery_id: Option<i64>,
    /// This service.
    #[serde(default)]
    pub service_id: Option<i64>,
    /// How many; 1 unless given.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// Calls a booking off.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CancelIn {
    /// Why, at most 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Proves at the counter whose booking it is: one of the two.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CollectIn {
    /// The booking's code.
    #[serde(default)]
    pub code: Option<String>,
    /// The booking's PIN.
    #[serde(default)]
    pub pin: Option<String>,
}

/// A booking. `code` and `pin` for its customer only, `customer_name` for staff only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BookingOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: BookingId,
    /// Six characters to show at the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Four digits to say at the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Where it is in its life.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: BookingState,
    /// The same for people.
    pub state_label: String,
    /// Rises with every change.
    pub version: i64,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// Its street.
    pub station_address: String,
    /// Its place on the map.
    pub latitude: f64,
    /// Its place on the map.
    pub longitude: f64,
    /// Offset of its zone from UTC right now, in minutes.
    pub utc_offset_minutes: i32,
    /// Until when the packs are held.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub deadline: Timestamp,
    /// Until when a ready booking is kept after all.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub grace_until: Timestamp,
    /// How often it can still be renewed.
    pub renewals_left: i64,
    /// How it is paid.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub payment_method: PaymentMethod,
    /// How far the payment is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub payment_state: PaymentState,
    /// Minor units.
    pub total_amount: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// How many lines.
    pub items_count: i64,
    /// The lines.
    pub items: Vec<BookingItemOut>,
    /// The vehicle's registration.
    pub vehicle: Option<String>,
    /// When it was made.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When the packs were held for good.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub confirmed_at: Option<Timestamp>,
    /// When the packs were prepared.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub ready_at: Option<Timestamp>,
    /// When the packs were handed over.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub completed_at: Option<Timestamp>,
    /// When it ended otherwise.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub ended_at: Option<Timestamp>,
    /// Who called it off.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub cancelled_by: Option<CancelledBy>,
    /// Until when the cancellation can be taken back.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub undo_until: Option<Timestamp>,
    /// Why it ended.
    pub reason: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// Bookmark of this state in the booking's topic.
    pub epoch: String,
    /// Bookmark of this state in the booking's topic.
    pub seq: u64,
}

/// One line of a booking: one pack or one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BookingItemOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: ItemId,
    /// What it is about.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: ItemKind,
    /// What people read.
    pub name: String,
    /// Model of the pack.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub model_id: Option<BatteryModelId>,
    /// The pack held for it.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub battery_id: Option<BatteryId>,
    /// Serial number of that pack.
    pub battery_serial: Option<String>,
    /// Charge of that pack, %.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub soc: Option<Percent>,
    /// Where that pack stands.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub slot: Option<SlotNumber>,
    /// Always 1: every pack has its own line.
    pub quantity: i64,
    /// Minor units, as agreed when it was booked.
    pub price: i64,
    /// How far it is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: ItemState,
}

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
