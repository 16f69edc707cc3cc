//! Accounts and signing in.

use serde::{Deserialize, Serialize};

use crate::domain::{Role, StationId, Timestamp, UserId};

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
    /// She wants help at the bay whenever she comes.
    #[serde(default)]
    pub wants_help: bool,
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
    /// Whether somebody is to help at the bay.
    #[serde(default)]
    pub wants_help: Option<bool>,
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
