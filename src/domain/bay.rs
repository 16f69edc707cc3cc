//! The bay: its states and the one table of transitions between them.
//!
//! Nothing stores the state. It follows from what staff set, from the call and the turn-over that stand in the
//! database, and from whether a swap session is open there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What staff set of a bay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BayCondition {
    /// Vehicles can stand there.
    #[default]
    InUse,
    /// Something is in the way.
    Blocked,
    /// Not for now.
    OutOfService,
}

impl BayCondition {
    /// Every condition.
    pub const ALL: [Self; 3] = [Self::InUse, Self::Blocked, Self::OutOfService];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InUse => "in_use",
            Self::Blocked => "blocked",
            Self::OutOfService => "out_of_service",
        }
    }

    /// By which command a bay gets there.
    pub fn command(self) -> BayCommand {
        match self {
            Self::InUse => BayCommand::Release,
            Self::Blocked => BayCommand::Block,
            Self::OutOfService => BayCommand::TakeOut,
        }
    }
}

impl FromStr for BayCondition {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| format!("{text} is no condition of a bay"))
    }
}

/// How a bay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BayState {
    /// Anybody may be called there.
    Free,
    /// Kept for who was called.
    Called,
    /// A swap goes on there.
    Occupied,
    /// It is made ready for the next one.
    TurnOver,
    /// Something is in the way.
    Blocked,
    /// Not for now.
    OutOfService,
}

/// What can be done with a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BayCommand {
    /// Somebody is called there.
    Call,
    /// A vehicle stands there.
    Occupy,
    /// The swap there is over.
    Close,
    /// It is free again.
    Release,
    /// Something is in the way.
    Block,
    /// It is not used for now.
    TakeOut,
}

impl BayCommand {
    /// Every command.
    pub const ALL: [Self; 6] = [
        Self::Call,
        Self::Occupy,
        Self::Close,
        Self::Release,
        Self::Block,
        Self::TakeOut,
    ];

    /// The name in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Occupy => "occupy",
            Self::Close => "close",
            Self::Release => "release",
            Self::Block => "block",
            Self::TakeOut => "take_out",
        }
    }
}

impl BayState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Free,
        Self::Called,
        Self::Occupied,
        Self::TurnOver,
        Self::Blocked,
        Self::OutOfService,
    ];

    /// How a bay is of which all this is known. Who stands there stands there, whatever else is so.
    pub fn of(condition: BayCondition, is_occupied: bool, is_called: bool, is_turned_over: bool) -> Self {
        match condition {
            _ if is_occupied => Self::Occupied,
            BayCondition::OutOfService => Self::OutOfService,
            BayCondition::Blocked => Self::Blocked,
            BayCondition::InUse if is_called => Self::Called,
            BayCondition::InUse if is_turned_over => Self::TurnOver,
            BayCondition::InUse => Self::Free,
        }
    }

    /// The state after `command`, or `None` where the command is illegal in this state.
    pub fn after(self, command: BayCommand) -> Option<Self> {
        use BayState::{Blocked, Called, Free, Occupied, OutOfService, TurnOver};
        let next = match (self, command) {
            (Free, BayCommand::Call) => Called,
            (Free | Called, BayCommand::Occupy) => Occupied,
            (Occupied, BayCommand::Close) => TurnOver,
            (Called | TurnOver | Blocked | OutOfService, BayCommand::Release) => Free,
            (Free | Called | TurnOver | OutOfService, BayCommand::Block) => Blocked,
            (Free | Called | TurnOver | Blocked, BayCommand::TakeOut) => OutOfService,
            _ => return None,
        };
        Some(next)
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Called => "called",
            Self::Occupied => "occupied",
            Self::TurnOver => "turn_over",
            Self::Blocked => "blocked",
            Self::OutOfService => "out_of_service",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Called => "Called",
            Self::Occupied => "Occupied",
            Self::TurnOver => "Being cleared",
            Self::Blocked => "Blocked",
            Self::OutOfService => "Out of service",
        }
    }
}

impl fmt::Display for BayState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bay_goes_round() {
        let mut state = BayState::Free;
        for command in [
            BayCommand::Call,
            BayCommand::Occupy,
            BayCommand::Close,
            BayCommand::Release,
        ] {
            state = state.after(command).expect("legal");
        }
        assert_eq!(state, BayState::Free);
    }

    #[test]
    fn who_stands_there_is_not_sent_away_by_anything_but_the_end_of_the_swap() {
        let legal = |command: &BayCommand| BayState::Occupied.after(*command).is_some();
        let legal: Vec<_> = BayCommand::ALL.into_iter().filter(legal).collect();
        assert_eq!(legal, [BayCommand::Close]);
        for condition in BayCondition::ALL {
            assert_eq!(BayState::of(condition, true, true, true), BayState::Occupied);
        }
    }

    #[test]
    fn every_condition_is_reached_by_its_command_and_left_by_release() {
        for condition in BayCondition::ALL {
            let state = BayState::of(condition, false, false, false);
            assert!(
                condition == BayCondition::InUse || BayState::Free.after(condition.command()) == Some(state)
            );
            assert!(state == BayState::Free || state.after(BayCommand::Release) == Some(BayState::Free));
            assert_eq!(condition.as_str().parse(), Ok(condition));
        }
    }

    proptest::proptest! {
        /// Nobody is called to a bay, or stands in one, that is not in use.
        #[test]
        fn nothing_leads_into_a_bay_that_is_not_in_use(commands in proptest::collection::vec(0..BayCommand::ALL.len(), 0..40)) {
            let mut state = BayState::Free;
            for index in commands {
                let next = state.after(BayCommand::ALL[index]);
                if matches!(state, BayState::Blocked | BayState::OutOfService | BayState::TurnOver) {
                    proptest::prop_assert!(!matches!(next, Some(BayState::Called | BayState::Occupied)));
                }
                state = next.unwrap_or(state);
            }
        }
    }
}
