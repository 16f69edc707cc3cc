//! Bays and the swaps in them.

use serde::{Deserialize, Serialize};

use super::BookingItemOut;
use crate::domain::{
    BatteryId, BayCondition, BayId, BayState, BookingId, BookingState, Currency, ItemId, PaymentMethod,
    PaymentState, SessionAlarm, SessionEnd, SessionId, SessionStep, SlotNumber, StationId, Timestamp,
};

/// A further bay of a station.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BayIn {
    /// Where it is, like `Front`, at most 40 characters.
    #[serde(default)]
    pub zone: Option<String>,
}

/// Changes a bay; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BayPatch {
    /// Where it is, at most 40 characters; empty for nowhere in particular.
    #[serde(default)]
    pub zone: Option<String>,
    /// `in_use`, `blocked` or `out_of_service`; nobody stands in it.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub condition: Option<BayCondition>,
}

/// Calls somebody to a bay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CallIn {
    /// The checked-in booking; the next in line unless given.
    #[serde(default)]
    pub booking_id: Option<i64>,
}

/// Opens a session in a bay, or says who stands in one that is open. With nothing it is who was called there; where
/// nobody was, that is said later.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SessionIn {
    /// A booking that is checked in; with code or PIN, one that is not yet.
    #[serde(default)]
    pub booking_id: Option<i64>,
    /// The customer's code.
    #[serde(default)]
    pub code: Option<String>,
    /// The customer's PIN.
    #[serde(default)]
    pub pin: Option<String>,
    /// A customer without a booking.
    #[serde(default)]
    pub walk_in: Option<WalkIn>,
    /// Vehicles or packs served, 1 to 50; 1 unless given.
    #[serde(default)]
    pub party_size: Option<i64>,
    /// For the staff, at most 200 characters.
    #[serde(default)]
    pub notes: Option<String>,
}

/// A swap for a customer who did not book: booked, confirmed and begun at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WalkIn {
    /// The address of the customer's account; a guest has none.
    #[serde(default)]
    pub email: Option<String>,
    /// What to call a guest, 1 to 80 characters; `Guest` unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// Which type of pack.
    pub model_id: i64,
    /// How many; 1 unless given.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// A pack goes in, or the customer brought none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReturnIn {
    /// What stands on the pack, typed or scanned.
    #[serde(default)]
    pub serial: Option<String>,
    /// Its charge in percent; empty unless given.
    #[serde(default)]
    pub soc: Option<i64>,
    /// Into which slot; the first that is free unless given.
    #[serde(default)]
    pub slot: Option<i64>,
    /// What is broken, at most 200 characters: the pack is locked then.
    #[serde(default)]
    pub damage: Option<String>,
    /// Take it in although its serial number is unknown, it is another customer's, or of another type.
    #[serde(default)]
    pub confirm: bool,
    /// The customer brought none for this line.
    #[serde(default)]
    pub none: bool,
}

/// The money of a swap.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CashIn {
    /// What was counted, minor units; exactly what is due unless given.
    #[serde(default)]
    pub received: Option<i64>,
}

/// Whether somebody is needed at the bay.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct HelpIn {
    /// Needed, or not any more.
    pub needs_help: bool,
}

/// The pack is out of the slot.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TakenIn {
    /// What stands on it, typed or scanned: looked at before it leaves. Nobody looks unless given.
    #[serde(default)]
    pub serial: Option<String>,
}

/// How many are served.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PartyIn {
    /// Vehicles or packs, 1 to 50.
    pub party_size: i64,
}

/// The open session of a bay, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BaySessionOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: SessionId,
    /// Eight characters.
    pub session_code: String,
    /// Vehicles or packs served.
    pub party_size: i64,
    /// When it was opened.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub started_at: Timestamp,
    /// How far it is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub step: SessionStep,
    /// Somebody is needed there.
    pub needs_help: bool,
    /// What the clock noticed: `idle` one step takes long, `long` all of it does.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub alarm: Option<SessionAlarm>,
    /// Whose swap.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub booking_id: Option<BookingId>,
}

/// A bay, for staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BayOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: BayId,
    /// What it is called at its station.
    pub number: i64,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// Where it is there.
    pub zone: Option<String>,
    /// How it is: `free`, `called`, `occupied`, `turn_over`, `blocked` or `out_of_service`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: BayState,
    /// What staff set.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub condition: BayCondition,
    /// The swap there.
    pub session: Option<BaySessionOut>,
    /// Who was called there.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub called_booking_id: Option<BookingId>,
    /// Until when it is kept.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub called_until: Option<Timestamp>,
    /// Until when it is made ready for the next one.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub turn_over_until: Option<Timestamp>,
    /// Rises with every change.
    pub version: i64,
    /// Of which log.
    pub epoch: String,
    /// The last event of this bay.
    pub seq: u64,
}

/// What came back for a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReturnOut {
    /// The line.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub item_id: ItemId,
    /// The pack; null when the customer had none.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub battery_id: Option<BatteryId>,
    /// What stands on it.
    pub serial: Option<String>,
    /// Where it stands.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub slot: Option<SlotNumber>,
    /// It is locked until somebody has looked at it.
    pub is_locked: bool,
    /// Every slot was taken: it goes into the one that the new pack leaves.
    pub is_waiting: bool,
}

/// When a step was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SessionStepOut {
    /// Which.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub step: SessionStep,
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
}

/// A swap in a bay. `customer_name` and `notes` for staff only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SessionOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: SessionId,
    /// Eight characters.
    pub session_code: String,
    /// In which bay.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub bay_id: BayId,
    /// What that is called.
    pub bay_number: i64,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// Vehicles or packs served.
    pub party_size: i64,
    /// How far it is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub step: SessionStep,
    /// The same for people.
    pub step_label: String,
    /// When each step was reached, in order.
    pub steps: Vec<SessionStepOut>,
    /// The steps of this swap, without those in which there is nothing to do.
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<String>))]
    pub way: Vec<SessionStep>,
    /// Somebody is needed there.
    pub needs_help: bool,
    /// What the clock noticed: `idle` one step takes long, `long` all of it does.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub alarm: Option<SessionAlarm>,
    /// When it was opened.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub started_at: Timestamp,
    /// When it ended.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub closed_at: Option<Timestamp>,
    /// How.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub ended_as: Option<SessionEnd>,
    /// Until when the slot stays open.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub dispense_until: Option<Timestamp>,
    /// For the staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Whose swap.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub booking_id: Option<BookingId>,
    /// How far that booking is.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub booking_state: Option<BookingState>,
    /// Who she is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// What she rides.
    pub vehicle: Option<String>,
    /// What it is about.
    pub items: Vec<BookingItemOut>,
    /// What came back.
    pub returns: Vec<ReturnOut>,
    /// What it costs, minor units.
    pub total_amount: i64,
    /// Of which currency.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// How it is paid.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub payment_method: Option<PaymentMethod>,
    /// How far that is.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub payment_state: Option<PaymentState>,
    /// Offset of the station's zone from UTC in minutes.
    pub utc_offset_minutes: i32,
    /// Rises with every change.
    pub version: i64,
    /// Of which log.
    pub epoch: String,
    /// The last event of this session.
    pub seq: u64,
}

impl SessionOut {
    /// The line for which the customer's pack is not in yet.
    pub fn outstanding(&self) -> Option<&BookingItemOut> {
        let is_in = |item: &BookingItemOut| self.returns.iter().any(|one| one.item_id == item.id);
        let mut bringing = self.items.iter().filter(|item| item.kind.brings_a_pack());
        bringing.find(|item| !item.state.is_over() && !is_in(item))
    }
}
