//! What operators and staff look back on, and who works where.

use serde::{Deserialize, Serialize};

use crate::domain::{Role, StationId, Timestamp, UserId};

/// One step of a booking's history, as it is on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StepOut {
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// What was done, like `collect`.
    pub action: String,
    /// Who did it; nobody where it happened by itself.
    pub actor_name: Option<String>,
    /// In which role; `system` where it happened by itself.
    pub role: String,
    /// State before.
    pub from: Option<String>,
    /// State after.
    pub to: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The request or job it belongs to.
    pub request_id: String,
}

/// Assigns somebody to a station: by one of the two.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StaffIn {
    /// The address she signs in with.
    #[serde(default)]
    pub email: Option<String>,
    /// Her account.
    #[serde(default)]
    pub user_id: Option<i64>,
}

/// Somebody who works at a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StaffOut {
    /// Her account.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub user_id: UserId,
    /// What to call her.
    pub name: String,
    /// The address she signs in with.
    pub email: String,
    /// Attendant or lead.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub role: Role,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
}
