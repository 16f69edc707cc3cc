//! A station that closes down while people have bookings there: what may become of each of them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::BookingState;

/// What is to become of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub enum Choice {
    /// It stays as it is.
    Keep,
    /// Another station serves it.
    Move,
    /// The station calls it off.
    Cancel,
}

impl Choice {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Move, Self::Cancel];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Move => "move",
            Self::Cancel => "cancel",
        }
    }
}

impl FromStr for Choice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let choice = Self::ALL.into_iter().find(|choice| choice.as_str() == text);
        choice.ok_or_else(|| format!("{text} is no choice"))
    }
}

/// What became of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// It stays.
    Kept,
    /// Another station serves it now.
    Moved,
    /// It was called off.
    Cancelled,
    /// It was served or over before.
    Over,
}

impl BookingState {
    /// Whether the booking is hit when its station closes down. A swap that has begun goes on.
    pub fn is_hit_by_closing(self) -> bool {
        matches!(
            self,
            Self::Requested | Self::Scheduled | Self::Confirmed | Self::Ready | Self::CheckedIn
        )
    }

    /// The state at the other station, for a booking that may be moved: what was prepared is prepared again there. Who
    /// is at the station already is not sent away.
    pub fn after_moving(self) -> Option<Self> {
        match self {
            Self::Requested | Self::Scheduled => Some(self),
            Self::Confirmed | Self::Ready => Some(Self::Confirmed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Command;

    #[test]
    fn what_is_moved_or_cancelled_is_hit_and_not_at_the_station_yet() {
        for state in BookingState::ALL {
            let moves = state.after_moving().is_some();
            assert_eq!(moves, state.after(Command::Cancel).is_some(), "{state}");
            assert!(!moves || state.is_hit_by_closing(), "{state}");
            assert!(!(state.is_hit_by_closing() && state.is_ended()), "{state}");
        }
        assert!(BookingState::CheckedIn.is_hit_by_closing());
    }

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for choice in Choice::ALL {
            assert_eq!(choice.as_str().parse(), Ok(choice));
        }
        assert!("wait".parse::<Choice>().is_err());
    }
}
