//! Bookings and their lines.

use serde::{Deserialize, Serialize};

use crate::domain::booking::CancelledBy;
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, BookingState, Currency, ItemId, ItemKind, ItemState, PaymentId,
    PaymentMethod, PaymentState, Percent, ServiceId, SessionId, SessionStep, SlotNumber, StationId,
    Timestamp,
};

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
    /// Somebody of the station helps at the bay; as my account says unless given.
    #[serde(default)]
    pub wants_help: Option<bool>,
    /// When to come, on a half hour of the station's clocks, for a booking for later; now unless given.
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
    /// For a service: in which half hour; the first with a place unless given.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub slot_at: Option<Timestamp>,
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

/// Who is to do a service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct AssignIn {
    /// This person; whoever of the station has least to do unless given.
    #[serde(default)]
    pub user_id: Option<i64>,
}

/// Says no to a request, or breaks a swap off.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReasonIn {
    /// Why, 1 to 200 characters; the customer reads it.
    #[serde(default)]
    pub reason: String,
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

/// A booking. `code` and `pin` for its customer only, `customer_name` and `priority` for staff only.
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
    /// Offset of its zone from UTC in minutes: at the pickup time, else right now.
    pub utc_offset_minutes: i32,
    /// When the customer wants to come; null for who comes at once.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub pickup_at: Option<Timestamp>,
    /// Until when the packs are held.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub deadline: Timestamp,
    /// Until when a ready booking is kept after all.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub grace_until: Timestamp,
    /// How often it can still be renewed.
    pub renewals_left: i64,
    /// The deadline after one more renewal; null where there is none.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub renew_to: Option<Timestamp>,
    /// How it is paid.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub payment_method: PaymentMethod,
    /// How far the payment is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub payment_state: PaymentState,
    /// The payment that counts.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub payment_id: Option<PaymentId>,
    /// A request that the station has not answered yet.
    #[serde(default)]
    pub awaits_approval: bool,
    /// A request that is confirmed by paying online.
    #[serde(default)]
    pub awaits_payment: bool,
    /// Where it is paid online, while it can be.
    #[serde(default)]
    pub checkout_url: Option<String>,
    /// Why the last attempt to pay came to nothing, while it is still due.
    #[serde(default)]
    pub payment_failure: Option<String>,
    /// Tax in the total, minor units.
    pub tax_amount: i64,
    /// Service charge in the total, minor units.
    pub service_charge_amount: i64,
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
    /// Its customer wants help at the bay.
    #[serde(default)]
    pub wants_help: bool,
    /// When it was made.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When the packs were held for good.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub confirmed_at: Option<Timestamp>,
    /// When the customer arrived.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub checked_in_at: Option<Timestamp>,
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
    /// What is so at its station while that is not open as usual and the booking runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station_notice: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// For staff: its customer's plan lets it be prepared first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<bool>,
    /// The bay its customer is called to, or stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bay_number: Option<i64>,
    /// Until when that bay is kept for her; null once she stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub bay_until: Option<Timestamp>,
    /// The swap that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub session_id: Option<SessionId>,
    /// How far that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub session_step: Option<SessionStep>,
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
    /// Which service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub service_id: Option<ServiceId>,
    /// The half hour a service is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub slot_at: Option<Timestamp>,
    /// Who does the service; for staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Why a service is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl BookingOut {
    /// Whether its customer looks for another station, because this one cannot give what was booked.
    pub fn looks_elsewhere(&self) -> bool {
        let by_station = self.cancelled_by == Some(CancelledBy::Station);
        self.awaits_battery()
            || self.state == BookingState::Declined
            || (self.state == BookingState::Cancelled && by_station)
    }

    /// Whether a pack that was promised failed, and no other has taken its place yet.
    pub fn awaits_battery(&self) -> bool {
        let has_packs = !self.state.is_ended() && self.state != BookingState::Scheduled;
        has_packs && self.confirmed_at.is_some() && self.items.iter().any(BookingItemOut::awaits_battery)
    }
}

impl BookingItemOut {
    /// Whether the line ended without a pack.
    pub fn lost_its_battery(&self) -> bool {
        self.kind.takes_a_pack() && self.state == ItemState::Cancelled && self.battery_id.is_none()
    }

    /// Whether the line is to get a pack and has none.
    pub fn awaits_battery(&self) -> bool {
        self.kind.takes_a_pack() && self.state == ItemState::Pending && self.battery_id.is_none()
    }
}
