//! Vehicles, and the catalogue that says which packs fit them.

use serde::{Deserialize, Serialize};

use super::BookingOut;
use crate::domain::{BatteryModelId, Timestamp, VehicleId, VehicleTypeId};

/// Adds a type to the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehicleTypeIn {
    /// Who makes it, 1 to 80 characters.
    pub maker: String,
    /// What it is called, 1 to 80 characters.
    pub name: String,
    /// The battery models that fit, at least one.
    pub model_ids: Vec<i64>,
}

/// Changes a type; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehicleTypePatch {
    /// New maker.
    #[serde(default)]
    pub maker: Option<String>,
    /// New name.
    #[serde(default)]
    pub name: Option<String>,
    /// The battery models that fit from now on, at least one.
    #[serde(default)]
    pub model_ids: Option<Vec<i64>>,
}

/// A type of vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehicleTypeOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: VehicleTypeId,
    /// Who makes it.
    pub maker: String,
    /// What it is called.
    pub name: String,
    /// The battery models that fit.
    pub models: Vec<FittingModel>,
}

impl VehicleTypeOut {
    /// Whether packs of this model fit.
    pub fn takes(&self, model: BatteryModelId) -> bool {
        self.models.iter().any(|fitting| fitting.model_id == model)
    }

    /// `VB60 or VB72`.
    pub fn fitting(&self) -> String {
        let names: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
        match names.as_slice() {
            [] => "no battery of ours".to_owned(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        }
    }
}

/// A battery model that fits a type of vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FittingModel {
    /// Which.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub model_id: BatteryModelId,
    /// Its name.
    pub name: String,
}

/// Adds one of my vehicles.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehicleIn {
    /// 1 to 32 characters; blanks, dashes and small letters make no difference.
    pub registration: String,
    /// What I call it, at most 40 characters; the registration unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// Its type.
    pub type_id: i64,
}

/// Changes one of my vehicles; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehiclePatch {
    /// New registration.
    #[serde(default)]
    pub registration: Option<String>,
    /// New name; empty for the registration.
    #[serde(default)]
    pub name: Option<String>,
    /// New type.
    #[serde(default)]
    pub type_id: Option<i64>,
}

/// One of my vehicles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehicleOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: VehicleId,
    /// In capitals, without blanks and dashes.
    pub registration: String,
    /// What I call it.
    pub name: String,
    /// Its type.
    pub vehicle_type: VehicleTypeOut,
    /// Since when it is in the list.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Whether a vehicle can be booked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VehicleCheckOut {
    /// It has no active booking.
    pub available: bool,
    /// The same for people.
    pub message: String,
    /// The active booking, when it is mine.
    pub existing_booking: Option<BookingOut>,
}
