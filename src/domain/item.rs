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

    /// Whether the customer brings a pack for it.
    pub fn brings_a_pack(self) -> bool {
        matches!(self, Self::Swap | Self::Return)
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
    /// A service that waits for somebody to do it.
    Queued,
    /// A service that somebody is to do.
    Assigned,
    /// A service that is being done.
    InProgress,
    /// A service that the station does not do after all.
    Declined,
    /// A service that was left out.
    Skipped,
}

/// What can be done to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceCommand {
    /// The customer is here: it waits for somebody to do it.
    Queue,
    /// Somebody is to do it.
    Assign,
    /// It is begun.
    Start,
    /// It is done.
    Finish,
    /// The station does not do it after all.
    Decline,
    /// The customer does not want it any more.
    Cancel,
    /// It is left out.
    Skip,
}

impl ServiceCommand {
    /// Every command.
    pub const ALL: [Self; 7] = [
        Self::Queue,
        Self::Assign,
        Self::Start,
        Self::Finish,
        Self::Decline,
        Self::Cancel,
        Self::Skip,
    ];

    /// The name in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Assign => "assign",
            Self::Start => "start",
            Self::Finish => "finish",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
            Self::Skip => "skip",
        }
    }
}

impl ItemState {
    /// The state of a service after `command`, or `None` where that is illegal.
    pub fn of_service_after(self, command: ServiceCommand) -> Option<Self> {
        let is_open = matches!(self, Self::Pending | Self::Queued | Self::Assigned);
        match command {
            ServiceCommand::Queue => (self == Self::Pending).then_some(Self::Queued),
            ServiceCommand::Assign => is_open.then_some(Self::Assigned),
            ServiceCommand::Start => is_open.then_some(Self::InProgress),
            ServiceCommand::Finish => (self == Self::InProgress).then_some(Self::Done),
            ServiceCommand::Decline => is_open.then_some(Self::Declined),
            ServiceCommand::Cancel => is_open.then_some(Self::Cancelled),
            ServiceCommand::Skip => is_open.then_some(Self::Skipped),
        }
    }

    /// Nothing more happens to it.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Done | Self::Cancelled | Self::Failed | Self::Declined | Self::Skipped
        )
    }

    /// Every state.
    pub const ALL: [Self; 13] = [
        Self::Pending,
        Self::Allocated,
        Self::Ready,
        Self::ReturnedIn,
        Self::Dispensed,
        Self::Done,
        Self::Cancelled,
        Self::Failed,
        Self::Queued,
        Self::Assigned,
        Self::InProgress,
        Self::Declined,
        Self::Skipped,
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
            Self::Queued => "queued",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Declined => "declined",
            Self::Skipped => "skipped",
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
            Self::Queued => "Waiting",
            Self::Assigned => "Assigned",
            Self::InProgress => "Being done",
            Self::Declined => "Declined",
            Self::Skipped => "Left out",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_way_of_a_service() {
        let mut state = ItemState::Pending;
        for command in [
            ServiceCommand::Queue,
            ServiceCommand::Assign,
            ServiceCommand::Start,
            ServiceCommand::Finish,
        ] {
            state = state.of_service_after(command).expect("legal");
        }
        assert_eq!(state, ItemState::Done);
    }

    #[test]
    fn what_is_begun_is_finished_and_what_is_over_stays_over() {
        for command in ServiceCommand::ALL {
            let next = ItemState::InProgress.of_service_after(command);
            assert_eq!(next.is_some(), command == ServiceCommand::Finish, "{command:?}");
            for state in ItemState::ALL.into_iter().filter(|state| state.is_over()) {
                assert_eq!(state.of_service_after(command), None, "{state:?} {command:?}");
            }
        }
    }
}
