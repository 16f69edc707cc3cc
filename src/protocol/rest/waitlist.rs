//! Places in line at stations that are sold out.

use serde::{Deserialize, Serialize};

use crate::domain::{
    BatteryModelId, ItemKind, PaymentMethod, StationId, Timestamp, UserId, WaitState, WaitlistEntryId,
};

/// Waits in line for packs: all of them or none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaitIn {
    /// What.
    pub items: Vec<WaitItemIn>,
    /// The vehicle's registration, at most 32 characters.
    #[serde(default)]
    pub vehicle: Option<String>,
}

/// So many packs of a model.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaitItemIn {
    /// `swap` or `take`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: ItemKind,
    /// Of this model; any that fits unless given.
    #[serde(default)]
    pub model_id: Option<i64>,
    /// How many; 1 unless given.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// Takes an offer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TakeOfferIn {
    /// How to pay; cash unless given.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub payment_method: PaymentMethod,
}

/// A place in line. `customer_name`, `user_id` and `why` for staff only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaitlistOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: WaitlistEntryId,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// Offset of its zone from UTC in minutes, right now.
    pub utc_offset_minutes: i32,
    /// How far it is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: WaitState,
    /// Which one she is among those who wait for the same, from 1.
    pub position: i64,
    /// What she waits for.
    pub items: Vec<WaitItemOut>,
    /// The vehicle's registration.
    pub vehicle: Option<String>,
    /// Since when.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub joined_at: Timestamp,
    /// When the packs can be expected: the forecast and a tenth; null where too few charge.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub estimated_at: Option<Timestamp>,
    /// Until when the packs are hers; null unless they are offered.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub offer_until: Option<Timestamp>,
    /// In which slots they stand, while they are offered.
    pub slots: Vec<String>,
    /// Offers that were not answered.
    pub missed: i64,
    /// The server's clock.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub server_time: Timestamp,
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub user_id: Option<UserId>,
    /// What to call her.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// Why nothing is offered to her now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// So many packs; each of these models will do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WaitItemOut {
    /// `swap` or `take`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub kind: ItemKind,
    /// How many.
    pub quantity: i64,
    /// Of one of these.
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<i64>))]
    pub model_ids: Vec<BatteryModelId>,
    /// The same for people.
    pub name: String,
}
