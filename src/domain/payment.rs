//! How a booking is paid and how far that is. Amounts always come from the server.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How the customer wants to pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// In cash at the station.
    #[default]
    Cash,
    /// By card, online.
    Card,
    /// By QR code, online.
    Qr,
    /// From the swaps of a plan.
    Plan,
}

impl PaymentMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Cash, Self::Card, Self::Qr, Self::Plan];

    /// Paid through a payment service.
    pub fn is_online(self) -> bool {
        matches!(self, Self::Card | Self::Qr)
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Qr => "qr",
            Self::Plan => "plan",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cash => "Cash",
            Self::Card => "Card",
            Self::Qr => "QR payment",
            Self::Plan => "My plan",
        }
    }
}

impl FromStr for PaymentMethod {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let method = Self::ALL.into_iter().find(|method| method.as_str() == text);
        method.ok_or_else(|| format!("{text} is no way to pay"))
    }
}

/// How far the payment of a booking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// To be paid at the station.
    Due,
    /// The customer says that she pays cash now; staff have not counted it yet.
    CashDeclared,
    /// The customer was sent to a payment service; its answer is not there yet.
    Pending,
    /// Paid in full.
    Paid,
    /// Too little, or none at all.
    Rejected,
    /// The payment service said no.
    Failed,
    /// Nobody paid in time.
    Expired,
    /// The payment service does not say what became of it.
    Stuck,
    /// Money is to go back to the customer.
    RefundPending,
    /// All of it went back.
    Refunded,
    /// A part of it went back.
    PartiallyRefunded,
    /// The payment service did not give it back; the counter has to.
    RefundFailed,
    /// Nothing to pay.
    Waived,
    /// The booking ended before anything was paid.
    Cancelled,
}

impl PaymentState {
    /// Where the payment of a booking begins: a plan that covers everything leaves nothing to pay.
    pub fn at_first(method: PaymentMethod, total_amount: i64) -> Self {
        if method == PaymentMethod::Plan && total_amount == 0 {
            Self::Waived
        } else {
            Self::Due
        }
    }

    /// Every state.
    pub const ALL: [Self; 14] = [
        Self::Due,
        Self::CashDeclared,
        Self::Pending,
        Self::Paid,
        Self::Rejected,
        Self::Failed,
        Self::Expired,
        Self::Stuck,
        Self::RefundPending,
        Self::Refunded,
        Self::PartiallyRefunded,
        Self::RefundFailed,
        Self::Waived,
        Self::Cancelled,
    ];

    /// How it stands when its booking ends without a hand-over: what was paid is owed back.
    #[must_use]
    pub fn when_ended(self) -> Self {
        match self {
            Self::Paid | Self::RefundPending | Self::PartiallyRefunded => Self::RefundPending,
            Self::Refunded | Self::RefundFailed => self,
            Self::Due
            | Self::CashDeclared
            | Self::Pending
            | Self::Rejected
            | Self::Failed
            | Self::Expired
            | Self::Stuck
            | Self::Waived
            | Self::Cancelled => Self::Cancelled,
        }
    }

    /// The customer's money is with the station, all or a part of it.
    pub fn has_money(self) -> bool {
        matches!(
            self,
            Self::Paid | Self::RefundPending | Self::PartiallyRefunded | Self::RefundFailed
        )
    }

    /// Nothing is left to pay.
    pub fn is_settled(self) -> bool {
        self.has_money() || self == Self::Waived
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::CashDeclared => "cash_declared",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Stuck => "stuck",
            Self::RefundPending => "refund_pending",
            Self::Refunded => "refunded",
            Self::PartiallyRefunded => "partially_refunded",
            Self::RefundFailed => "refund_failed",
            Self::Waived => "waived",
            Self::Cancelled => "cancelled",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::CashDeclared => "to be counted",
            Self::Pending => "waiting for payment",
            Self::Paid => "paid",
            Self::Rejected => "not received",
            Self::Failed => "declined",
            Self::Expired => "not paid in time",
            Self::Stuck => "not known yet",
            Self::RefundPending => "to be refunded",
            Self::Refunded => "refunded",
            Self::PartiallyRefunded => "partly refunded",
            Self::RefundFailed => "refund failed",
            Self::Waived => "nothing to pay",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for PaymentState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of a payment"))
    }
}
