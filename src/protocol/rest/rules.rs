//! What a station or an operator wants otherwise than the installation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whose word a timer's length is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub enum SetBy {
    /// The installation's setting, or its default.
    Installation,
    /// The operator's.
    Operator,
    /// The station's own.
    Station,
}

/// A timer as it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TimerOut {
    /// Its length, like `15m` or `1h30m`.
    pub length: String,
    /// Whose word that is.
    pub set_by: SetBy,
    /// What its length is without that word: the operator's, or the installation's.
    #[serde(default)]
    pub otherwise: String,
    /// What waits so long.
    pub meaning: String,
}

/// The rules in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RulesOut {
    /// Bookings wait until somebody at the station says yes; absent for an operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_approval: Option<bool>,
    /// Bookings are paid online, or by a plan, before they are confirmed; absent for an operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_prepayment: Option<bool>,
    /// How many packs the station hands out in half an hour to those who booked for later; absent for an operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pickup_capacity: Option<i64>,
    /// Tax on lines and service charge, hundredths of a percent.
    pub tax_basis_points: i64,
    /// Service charge on the lines, hundredths of a percent.
    pub service_charge_basis_points: i64,
    /// More cash than this, in minor units, is counted by a lead.
    pub cash_limit: i64,
    /// The timers, by name.
    pub timers: BTreeMap<String, TimerOut>,
}

/// Changes rules; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RulesPatch {
    /// Bookings wait until somebody at the station says yes. Stations only.
    #[serde(default)]
    pub needs_approval: Option<bool>,
    /// Bookings are paid online, or by a plan, before they are confirmed. Stations only.
    #[serde(default)]
    pub needs_prepayment: Option<bool>,
    /// How many packs are handed out in half an hour to those who book for later, 0 to 100. Stations only.
    #[serde(default)]
    pub pickup_capacity: Option<i64>,
    /// Tax on lines and service charge, hundredths of a percent, for new bookings. Operators only.
    #[serde(default)]
    pub tax_basis_points: Option<i64>,
    /// Service charge on the lines, hundredths of a percent, for new bookings. Operators only.
    #[serde(default)]
    pub service_charge_basis_points: Option<i64>,
    /// More cash than this, in minor units, is counted by a lead. Operators only.
    #[serde(default)]
    pub cash_limit: Option<i64>,
    /// New lengths by name, like `{"hold_ttl": "20m"}`; null takes one's own word back.
    #[serde(default)]
    pub timers: BTreeMap<String, Option<String>>,
}
