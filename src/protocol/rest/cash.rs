//! The end of a shift: what should be in the till, and what somebody counted.

use serde::{Deserialize, Serialize};

use crate::domain::{BookingId, CashCountId, Currency, PaymentId, StationId, Timestamp, UserId};

/// Cash that I took or gave back since my last count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CashEntryOut {
    /// For which payment.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub payment_id: PaymentId,
    /// For which booking.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub booking_id: BookingId,
    /// The number of the receipt at this station.
    pub receipt_number: Option<i64>,
    /// Minor units; less than nothing for what was given back.
    pub amount: i64,
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
}

/// What I should have in cash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CashDueOut {
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// Its name.
    pub station_name: String,
    /// Offset of its zone from UTC right now, in minutes.
    pub utc_offset_minutes: i32,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// Minor units.
    pub expected: i64,
    /// Since my last count, or since the first of the entries.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub from: Timestamp,
    /// What it is made of, oldest first.
    pub entries: Vec<CashEntryOut>,
}

/// What I counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CashCountIn {
    /// Minor units.
    pub counted: i64,
    /// Why it differs, or whatever else is worth knowing; at most 200 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// What somebody counted, against what should have been there. Never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CashCountOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: CashCountId,
    /// Where.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// Who counted, her own till.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub user_id: UserId,
    /// What she is called; empty for a closed account.
    pub user_name: String,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// What the ledger says, minor units.
    pub expected: i64,
    /// What was there, minor units.
    pub counted: i64,
    /// How much more was there than expected; less than nothing where some is missing.
    pub difference: i64,
    /// What she wrote about it.
    pub note: Option<String>,
    /// Since when.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub from: Timestamp,
    /// Until when: when she counted.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub to: Timestamp,
}
