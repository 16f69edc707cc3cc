//! The booking: its states and the one table of transitions between them.
//!
//! Everything that changes the state of a booking asks [`BookingState::after`]; nothing else knows which
//! change is legal. Who may give a command, and what else must hold (a hold still active, a deadline not
//! passed), is decided by the use case that gives it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most packs that one booking may hold.
pub const MAX_PACKS_PER_BOOKING: i64 = 10;
/// Who did not come so often, and has not made up for it, pays before the next booking is confirmed.
pub const STRIKES_UNTIL_PREPAYMENT: i64 = 2;

/// Where a booking is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingState {
    /// Waits for approval or prepayment; packs are held.
    Requested,
    /// For a later time; no concrete pack yet.
    Scheduled,
    /// Packs are held until the deadline.
    Confirmed,
    /// Packs are prepared for the customer.
    Ready,
    /// The customer is at the station.
    CheckedIn,
    /// The swap is going on.
    InService,
    /// Everything handed over.
    Completed,
    /// The station said no.
    Declined,
    /// Called off by the customer or the station.
    Cancelled,
    /// The time ran out before the station had the packs ready.
    Expired,
    /// The packs were ready and nobody came.
    NoShow,
    /// Broken off during the swap.
    Failed,
}

/// What can be done to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Staff accept a requested booking, or its prepayment arrived.
    Approve,
    /// Staff refuse a requested booking.
    Decline,
    /// Staff accept a request for a later time: no packs yet.
    Schedule,
    /// Concrete packs are claimed for a scheduled booking.
    Allocate,
    /// Staff have the packs prepared.
    Ready,
    /// A prepared pack failed.
    Delay,
    /// The customer arrived.
    CheckIn,
    /// The arrival was a mistake.
    UndoCheckIn,
    /// The swap begins.
    Start,
    /// The packs are handed over.
    Collect,
    /// The customer or the station calls it off.
    Cancel,
    /// The customer takes the cancellation back, within [`Timer::CancelUndo`](super::Timer::CancelUndo).
    UndoCancel,
    /// The deadline passed and the packs were not ready.
    Expire,
    /// The grace after the deadline passed and nobody came.
    NoShow,
    /// Staff take the no-show back.
    UndoNoShow,
    /// The swap is broken off.
    Abort,
    /// The deadline moves; the state stays.
    Renew,
}

impl Command {
    /// Every command.
    pub const ALL: [Self; 17] = [
        Self::Approve,
        Self::Decline,
        Self::Schedule,
        Self::Allocate,
        Self::Ready,
        Self::Delay,
        Self::CheckIn,
        Self::UndoCheckIn,
        Self::Start,
        Self::Collect,
        Self::Cancel,
        Self::UndoCancel,
        Self::Expire,
        Self::NoShow,
        Self::UndoNoShow,
        Self::Abort,
        Self::Renew,
    ];
}

impl BookingState {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::Requested,
        Self::Scheduled,
        Self::Confirmed,
        Self::Ready,
        Self::CheckedIn,
        Self::InService,
        Self::Completed,
        Self::Declined,
        Self::Cancelled,
        Self::Expired,
        Self::NoShow,
        Self::Failed,
    ];

    /// The state after `command`, or `None` where the command is illegal in this state.
    pub fn after(self, command: Command) -> Option<Self> {
        use BookingState::{
            Cancelled, CheckedIn, Completed, Confirmed, Declined, Expired, Failed, InService, NoShow, Ready,
            Requested, Scheduled,
        };
        let next = match (self, command) {
            (Requested, Command::Approve) | (Scheduled, Command::Allocate) | (Ready, Command::Delay) => {
                Confirmed
            }
            (Requested, Command::Decline) => Declined,
            (Requested, Command::Schedule) => Scheduled,
            (Confirmed, Command::Ready) => Ready,
            (Confirmed | Ready, Command::CheckIn) => CheckedIn,
            (CheckedIn, Command::UndoCheckIn) => Confirmed,
            (CheckedIn, Command::Start) => InService,
            (Confirmed | Ready | CheckedIn | InService, Command::Collect) => Completed,
            (Requested | Scheduled | Confirmed | Ready, Command::Cancel) => Cancelled,
            // Preparing is done again. A request or a plan goes on as such: see [`Self::back_to`].
            (Cancelled, Command::UndoCancel) => Confirmed,
            (Requested | Confirmed, Command::Expire) => Expired,
            (Confirmed | Ready, Command::NoShow) => NoShow,
            (NoShow, Command::UndoNoShow) => CheckedIn,
            (InService, Command::Abort) => Failed,
            (Confirmed | Ready, Command::Renew) => self,
            _ => return None,
        };
        Some(next)
    }

    /// Where taking a cancellation back leads to, for a booking that was cancelled in this state: what was not
    /// confirmed before is not by that.
    #[must_use]
    pub fn back_to(self) -> Self {
        match self {
            Self::Requested | Self::Scheduled => self,
            _ => Self::Confirmed,
        }
    }

    /// The commands that are legal in this state.
    pub fn allowed(self) -> Vec<Command> {
        Command::ALL
            .into_iter()
            .filter(|command| self.after(*command).is_some())
            .collect()
    }

    /// Nothing more happens by itself; the packs are handed over or free (after the undo window).
    pub fn is_ended(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Declined | Self::Cancelled | Self::Expired | Self::NoShow | Self::Failed
        )
    }

    /// The pickup clock is running.
    pub fn is_waiting_for_pickup(self) -> bool {
        matches!(self, Self::Confirmed | Self::Ready)
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Scheduled => "scheduled",
            Self::Confirmed => "confirmed",
            Self::Ready => "ready",
            Self::CheckedIn => "checked_in",
            Self::InService => "in_service",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::NoShow => "no_show",
            Self::Failed => "failed",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Requested => "Waiting for approval",
            Self::Scheduled => "Scheduled",
            Self::Confirmed => "Confirmed",
            Self::Ready => "Ready to collect",
            Self::CheckedIn => "Checked in",
            Self::InService => "Swap in progress",
            Self::Completed => "Collected",
            Self::Declined => "Declined",
            Self::Cancelled => "Cancelled",
            Self::Expired => "Expired",
            Self::NoShow => "Not collected",
            Self::Failed => "Broken off",
        }
    }
}

impl FromStr for BookingState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of a booking"))
    }
}

impl fmt::Display for BookingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who called a booking off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// The customer.
    Customer,
    /// Staff of the station.
    Station,
    /// The system.
    System,
}

impl CancelledBy {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Station => "station",
            Self::System => "system",
        }
    }
}

impl FromStr for CancelledBy {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Customer, Self::Station, Self::System]
            .into_iter()
            .find(|by| by.as_str() == text)
            .ok_or_else(|| format!("{text} cannot cancel"))
    }
}

/// A booking code, six characters that cannot be mistaken for each other, as people read it: `K7F 2QX`.
pub fn spaced_code(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((first, rest)) if !rest.is_empty() => format!("{first} {rest}"),
        _ => code.to_owned(),
    }
}

/// What the QR code of a booking says; [`normal_code`] reads it back. Only characters of QR's alphanumeric
/// mode, so that the code stays coarse and is read at once.
pub fn qr_text(code: &str) -> String {
    format!("VOLTBAY:{code}")
}

/// What a person typed or scanned as a booking code, ready to compare: capitals, no blanks or dashes, and
/// without the prefix of [`qr_text`].
pub fn normal_code(typed: &str) -> String {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_uppercase)
        .collect();
    match code.strip_prefix("VOLTBAY:") {
        Some(scanned) => scanned.to_owned(),
        None => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_booking_comes_back_only_by_an_undo() {
        for state in BookingState::ALL.into_iter().filter(|state| state.is_ended()) {
            let expected = match state {
                BookingState::Cancelled => vec![Command::UndoCancel],
                BookingState::NoShow => vec![Command::UndoNoShow],
                _ => vec![],
            };
            assert_eq!(state.allowed(), expected, "{state}");
        }
    }

    #[test]
    fn the_usual_way_leads_from_booking_to_collection() {
        let mut state = BookingState::Requested;
        for command in [
            Command::Approve,
            Command::Ready,
            Command::CheckIn,
            Command::Start,
            Command::Collect,
        ] {
            state = state.after(command).expect("legal");
        }
        assert_eq!(state, BookingState::Completed);
    }

    #[test]
    fn a_code_is_read_in_two_groups_and_typed_in_any_way() {
        assert_eq!(spaced_code("K7F2QX"), "K7F 2QX");
        assert_eq!(normal_code(" k7f-2qx "), "K7F2QX");
        assert_eq!(normal_code(&qr_text("K7F2QX")), "K7F2QX");
    }

    #[test]
    fn a_booking_for_later_has_its_packs_claimed_when_its_time_comes() {
        let scheduled = BookingState::Requested.after(Command::Schedule);
        assert_eq!(scheduled, Some(BookingState::Scheduled));
        let state = BookingState::Scheduled;
        assert_eq!(state.allowed(), [Command::Allocate, Command::Cancel]);
        assert_eq!(state.after(Command::Allocate), Some(BookingState::Confirmed));
        assert_eq!(state.back_to(), state);
    }

    proptest::proptest! {
        /// Whatever is tried in whatever order, only the table's arrows are ever taken, and a collected
        /// booking stays collected.
        #[test]
        fn no_sequence_of_commands_leaves_the_table(commands in proptest::collection::vec(0..Command::ALL.len(), 0..40)) {
            let mut state = BookingState::Confirmed;
            for index in commands {
                let command = Command::ALL[index];
                let next = state.after(command);
                proptest::prop_assert_eq!(next.is_some(), state.allowed().contains(&command));
                proptest::prop_assert!(state != BookingState::Completed || next.is_none());
                state = next.unwrap_or(state);
                proptest::prop_assert!(state != BookingState::Requested && state != BookingState::Scheduled);
            }
        }
    }
}
