//! The lines of a booking.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What one line of a booking is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Bring an empty pack, take a charged one.
    Swap,
    /// Take a pack without bringing one.
    Take,
    /// Bring a pack back.
    Return,
    /// Work done on the vehicle.
    Service,
}

impl ItemKind {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Swap => "swap",
            Self::Take => "take",
            Self::Return => "return",
            Self::Service => "service",
        }
    }

    /// Whether the line claims a charged pack.
    pub fn takes_a_pack(self) -> bool {
        matches!(self, Self::Swap | Self::Take)
    }
}

impl FromStr for ItemKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Swap, Self::Take, Self::Return, Self::Service]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("{text} is no kind of item"))
    }
}

/// How far one line of a booking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Nothing done yet.
    Pending,
    /// A concrete pack is claimed.
    Allocated,
    /// The pack is prepared for the customer.
    Ready,
    /// The customer's empty pack is back.
    ReturnedIn,
    /// The charged pack has left its slot.
    Dispensed,
    /// Nothing left to do.
    Done,
    /// The booking ended before the line was done.
    Cancelled,
    /// Could not be done.
    Failed,
}

impl ItemState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Allocated,
        Self::Ready,
        Self::ReturnedIn,
        Self::Dispensed,
        Self::Done,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Allocated => "allocated",
            Self::Ready => "ready",
            Self::ReturnedIn => "returned_in",
            Self::Dispensed => "dispensed",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Allocated => "Allocated",
            Self::Ready => "Ready",
            Self::ReturnedIn => "Returned",
            Self::Dispensed => "Handed over",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }
}

impl FromStr for ItemState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of an item"))
    }
}
