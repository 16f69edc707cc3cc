//! Paying: amounts are always the server's.

use serde::{Deserialize, Serialize};

use crate::domain::{
    BookingId, Currency, PaymentId, PaymentMethod, PaymentState, StationId, SubscriptionId, Timestamp,
};

/// The customer pays now.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PayIn {
    /// How; cash unless given.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub method: PaymentMethod,
}

/// Staff counted the cash.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct VerifyIn {
    /// What the customer handed over, in minor units; what is more than due is change.
    pub received: i64,
}

/// A payment, for staff of its station; one for a plan for its operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PaymentOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: PaymentId,
    /// For which booking; null for a plan.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub booking_id: Option<BookingId>,
    /// Where; null for a plan, which belongs to no station.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub station_id: Option<StationId>,
    /// Its name; empty for a plan.
    pub station_name: String,
    /// For a plan: which purchase of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub subscription_id: Option<SubscriptionId>,
    /// For a plan: what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_name: Option<String>,
    /// Who pays; empty for a closed account.
    pub customer_name: String,
    /// How it is paid.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub method: PaymentMethod,
    /// How far it is.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: PaymentState,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// What the customer handed over, minor units.
    pub received: Option<i64>,
    /// What went back as change, minor units.
    pub change: Option<i64>,
    /// Who counted it.
    pub verified_by: Option<String>,
    /// When.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub verified_at: Option<Timestamp>,
    /// What is owed back, minor units.
    pub refund_due: i64,
    /// What went back, minor units.
    pub refunded: i64,
    /// The number of its receipt; the receipts of a station are numbered without gaps.
    pub receipt_number: Option<i64>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// When it began.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// One line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReceiptLineOut {
    /// What it is for.
    pub name: String,
    /// Minor units.
    pub price: i64,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReceiptOut {
    /// Number at the station, without gaps, as people read it: station and number.
    pub number: String,
    /// Where.
    pub station_name: String,
    /// Its street.
    pub station_address: String,
    /// Who runs it.
    pub operator_name: String,
    /// For which booking.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub booking_id: BookingId,
    /// When it was paid.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub paid_at: Timestamp,
    /// Offset of the station's zone from UTC then, in minutes.
    pub utc_offset_minutes: i32,
    /// How it was paid.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub method: PaymentMethod,
    /// The lines.
    pub lines: Vec<ReceiptLineOut>,
    /// The sum of the lines, minor units.
    pub subtotal: i64,
    /// Service charge, minor units.
    pub service_charge: i64,
    /// Tax, minor units.
    pub tax: i64,
    /// What was paid, minor units.
    pub total: i64,
    /// What the customer handed over, minor units.
    pub received: Option<i64>,
    /// What went back as change, minor units.
    pub change: Option<i64>,
    /// What was refunded since, minor units.
    pub refunded: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
}

/// What payments come to that were made in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PaymentTotalOut {
    /// In which way.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub method: PaymentMethod,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// They were for plans, not for bookings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_plans: bool,
    /// How many.
    pub payments: i64,
    /// What came in, minor units.
    pub received: i64,
    /// What of it went back, minor units.
    pub refunded: i64,
    /// What is still to be paid, minor units.
    pub outstanding: i64,
}

/// Payments, newest first, and what they come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PaymentsOut {
    /// The rows.
    pub items: Vec<PaymentOut>,
    /// What all that fit come to, on whichever page.
    pub totals: Vec<PaymentTotalOut>,
    /// Give it back as `cursor` for the rows that follow; null on the last page.
    pub next: Option<String>,
}

/// The takings of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TakingsOut {
    /// The day on the calendar of the stations, like `2026-11-21`.
    pub day: String,
    /// What the payments begun that day come to.
    pub totals: Vec<PaymentTotalOut>,
}
