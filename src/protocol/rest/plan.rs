//! Plans and what somebody has of one. Prices come from the server: nobody sends an amount but the operator who
//! sets it.

use serde::{Deserialize, Serialize};

use crate::domain::{
    BookingId, Currency, OperatorId, PaymentMethod, PaymentState, PlanId, StationId, SubscriptionId,
    SubscriptionState, Timestamp,
};

/// Makes a plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PlanIn {
    /// How programs call it: 1 to 32 small letters, digits, `-` and `_`; one of a kind with its operator.
    pub key: String,
    /// How people call it, 1 to 40 characters.
    pub name: String,
    /// Swaps a month, 1 to 999.
    pub swaps_per_month: i64,
    /// Whether its bookings are prepared first; not unless given.
    #[serde(default)]
    pub priority: bool,
    /// Price a month, minor units of the operator's currency.
    pub price: i64,
    /// Whose plan it is (administrators only; an operator's own unless given).
    #[serde(default)]
    pub operator_id: Option<i64>,
}

/// Changes a plan for those who buy it from now on; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PlanPatch {
    /// How people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// Swaps a month, 1 to 999.
    #[serde(default)]
    pub swaps_per_month: Option<i64>,
    /// Whether its bookings are prepared first.
    #[serde(default)]
    pub priority: Option<bool>,
    /// Price a month, minor units.
    #[serde(default)]
    pub price: Option<i64>,
    /// Whether it can be bought.
    #[serde(default)]
    pub active: Option<bool>,
}

/// A plan as it is sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PlanOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: PlanId,
    /// Whose plan it is.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub operator_id: OperatorId,
    /// That operator's name.
    pub operator_name: String,
    /// How programs call it.
    pub key: String,
    /// How people call it.
    pub name: String,
    /// Swaps a month.
    pub swaps_per_month: i64,
    /// Whether its bookings are prepared first.
    pub priority: bool,
    /// Price a month, minor units.
    pub price: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// Whether it can be bought.
    pub active: bool,
    /// What it costs for the usual times.
    pub terms: Vec<PlanTermOut>,
}

/// What a plan costs for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PlanTermOut {
    /// So many months.
    pub months: i64,
    /// Percent off.
    pub discount_percent: i64,
    /// For all of them together, minor units.
    pub price: i64,
}

/// Buys a plan, or changes mine for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SubscribeIn {
    /// Which.
    pub plan_id: i64,
    /// For how many months, 1 to 12.
    pub months: i64,
    /// `card` or `qr`, where a payment service takes the money; `card` unless given.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub payment_method: Option<PaymentMethod>,
}

/// Which of my subscriptions: one with each operator is possible.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SubscriptionPick {
    /// The one with this operator; the newest unless given.
    #[serde(default)]
    pub operator_id: Option<i64>,
}

/// My subscription and what is left of its running month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SubscriptionOut {
    /// Always true.
    pub has_subscription: bool,
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: SubscriptionId,
    /// The plan as it is sold now; what was bought is in `limit` and `price`.
    pub plan: PlanOut,
    /// Where it is in its life.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub state: SubscriptionState,
    /// Swaps used in the running month.
    pub used: i64,
    /// Swaps a month.
    pub limit: i64,
    /// Swaps left in the running month.
    pub left: i64,
    /// Whether its bookings are prepared first.
    pub priority: bool,
    /// When the running month began.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub period_start: Timestamp,
    /// When it ends.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub period_end: Timestamp,
    /// When it began; when it was chosen, as long as it waits for its payment.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub starts_at: Timestamp,
    /// Until when it lasts.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    /// When it was called off.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub cancelled_at: Option<Timestamp>,
    /// For how many months it was bought.
    pub months: i64,
    /// Percent off for that.
    pub discount_percent: i64,
    /// Worth of the whole time, minor units.
    pub price: i64,
    /// What the plan before was credited for its days to come, minor units.
    pub credit: i64,
    /// What was left to pay, minor units.
    pub price_paid: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// How it is paid; null where it costs nothing or no payment service takes the money.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub payment_method: Option<PaymentMethod>,
    /// How far that is. It begins when it is paid.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub payment_state: Option<PaymentState>,
    /// Why the payment came to nothing.
    pub payment_failure: Option<String>,
    /// When it was paid.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub paid_at: Option<Timestamp>,
    /// Until when it can be paid, as long as it waits for that.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub pay_until: Option<Timestamp>,
    /// Where it is paid, as long as it waits for that; an address on this very site begins with `/`.
    pub checkout_url: Option<String>,
}

/// I have no subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NoSubscriptionOut {
    /// Always false.
    pub has_subscription: bool,
}

/// My subscription, if I have one; `has_subscription` says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub enum MySubscriptionOut {
    /// I have one.
    Mine(Box<SubscriptionOut>),
    /// I have none.
    None(NoSubscriptionOut),
}

/// What one booking used of the running month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PlanUseOut {
    /// Which booking.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub booking_id: BookingId,
    /// Where it was.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// That station's name.
    pub station_name: String,
    /// How many swaps.
    pub swaps: i64,
    /// They were given back: the booking ended before anything was handed over.
    pub given_back: bool,
    /// When they were used.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub used_at: Timestamp,
}

/// A company that runs stations, and how one pays there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OperatorOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: OperatorId,
    /// Its name.
    pub name: String,
    /// In which currency it counts.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub currency: Currency,
    /// Whether one may book without a plan and pay per swap.
    pub pay_per_swap: bool,
}

/// Changes how one pays with an operator; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OperatorPatch {
    /// Whether one may book without a plan and pay per swap.
    #[serde(default)]
    pub pay_per_swap: Option<bool>,
}
