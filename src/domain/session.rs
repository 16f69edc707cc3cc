//! The swap session: the steps of one swap in a bay, which of them there is something to do in, and what comes
//! next or before.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most vehicles and packs that one session serves.
pub const MAX_PARTY: i64 = 50;

/// How far a swap is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStep {
    /// Somebody stands in the bay; nobody said who.
    Open,
    /// It is known who.
    Identified,
    /// What is brought back goes in.
    PackIn,
    /// These packs are hers, in these slots.
    PackAssigned,
    /// All of it once more.
    Review,
    /// The money.
    PaymentDue,
    /// The slot is open.
    PackOut,
    /// Over.
    Closed,
}

/// What there is to do in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four questions that have nothing to do with each other"
)]
pub struct Work {
    /// Something was or is to be brought back.
    pub brings: bool,
    /// Some of that is not in yet.
    pub is_outstanding: bool,
    /// Packs are handed out.
    pub takes: bool,
    /// Money is due.
    pub pays: bool,
}

impl SessionStep {
    /// Every step, in order.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Identified,
        Self::PackIn,
        Self::PackAssigned,
        Self::Review,
        Self::PaymentDue,
        Self::PackOut,
        Self::Closed,
    ];

    /// The step that follows, leaving out those in which there is nothing to do. None where something else must
    /// come first: somebody must be known, a pack must be in, money must be paid; and after the pack is out nothing
    /// follows but the end.
    pub fn next(self, work: Work) -> Option<Self> {
        let is_held_up = match self {
            Self::Open | Self::PackOut | Self::Closed => true,
            Self::PackIn => work.is_outstanding,
            Self::PaymentDue => work.pays,
            Self::Identified | Self::PackAssigned | Self::Review => false,
        };
        let follows = |step: &Self| *step > self && step.has_work(work, work.is_outstanding);
        let mut steps = Self::ALL.into_iter();
        (!is_held_up).then(|| steps.find(follows)).flatten()
    }

    /// The step before, leaving out those in which there was nothing to do. None at the beginning, and when the
    /// slot is open.
    pub fn back(self, work: Work) -> Option<Self> {
        if matches!(self, Self::PackOut | Self::Closed) {
            return None;
        }
        let precedes = |step: &Self| *step < self && *step > Self::Open && step.has_work(work, work.brings);
        Self::ALL.into_iter().rev().find(precedes)
    }

    fn has_work(self, work: Work, with_returns: bool) -> bool {
        match self {
            Self::PackIn => with_returns,
            Self::PackAssigned => work.takes,
            Self::PaymentDue => work.pays,
            _ => true,
        }
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Identified => "identified",
            Self::PackIn => "pack_in",
            Self::PackAssigned => "pack_assigned",
            Self::Review => "review",
            Self::PaymentDue => "payment_due",
            Self::PackOut => "pack_out",
            Self::Closed => "closed",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open | Self::Identified => "Customer",
            Self::PackIn => "Return",
            Self::PackAssigned => "New",
            Self::Review => "Review",
            Self::PaymentDue => "Payment",
            Self::PackOut | Self::Closed => "Done",
        }
    }
}

impl FromStr for SessionStep {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let step = Self::ALL.into_iter().find(|step| step.as_str() == text);
        step.ok_or_else(|| format!("{text} is no step of a swap"))
    }
}

impl fmt::Display for SessionStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! words {
    ($name:ident, $what:literal, $($variant:ident => $word:literal),+) => {
        impl $name {
            /// The name on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("{text} is no {}", $what)),
                }
            }
        }
    };
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// As it was meant to.
    Closed,
    /// Broken off.
    Aborted,
}

words!(SessionEnd, "end of a swap", Closed => "closed", Aborted => "aborted");

/// What the clock noticed of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionAlarm {
    /// One step takes long.
    Idle,
    /// All of it takes long.
    Long,
}

words!(SessionAlarm, "alarm of a swap", Idle => "idle", Long => "long");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL_OF_IT: Work = Work {
        brings: true,
        is_outstanding: false,
        takes: true,
        pays: true,
    };

    #[test]
    fn a_swap_goes_through_all_its_steps() {
        let mut work = Work {
            is_outstanding: true,
            ..ALL_OF_IT
        };
        let mut way = vec![SessionStep::Identified];
        loop {
            let step = *way.last().expect("one");
            if step == SessionStep::PackIn {
                assert_eq!(step.next(work), None, "the pack is not in yet");
                work.is_outstanding = false;
            }
            if step == SessionStep::PaymentDue {
                assert_eq!(step.next(work), None, "nothing is paid yet");
                work.pays = false;
            }
            match step.next(work) {
                Some(next) => way.push(next),
                None => break,
            }
        }
        assert_eq!(way, SessionStep::ALL[1..7]);
    }

    #[test]
    fn steps_with_nothing_to_do_are_left_out() {
        let none = Work {
            takes: true,
            ..Work::default()
        };
        assert_eq!(
            SessionStep::Identified.next(none),
            Some(SessionStep::PackAssigned)
        );
        assert_eq!(SessionStep::Review.next(none), Some(SessionStep::PackOut));
        assert_eq!(
            SessionStep::PackAssigned.back(none),
            Some(SessionStep::Identified)
        );
    }

    #[test]
    fn nothing_goes_back_once_the_slot_is_open() {
        assert_eq!(SessionStep::PackOut.back(ALL_OF_IT), None);
        assert_eq!(SessionStep::Closed.back(ALL_OF_IT), None);
        assert_eq!(SessionStep::Identified.back(ALL_OF_IT), None);
    }

    #[test]
    fn a_step_and_its_name_belong_together() {
        for step in SessionStep::ALL {
            assert_eq!(step.as_str().parse(), Ok(step));
        }
        assert_eq!("aborted".parse(), Ok(SessionEnd::Aborted));
        assert_eq!("idle".parse(), Ok(SessionAlarm::Idle));
    }

    proptest! {
        /// Next and back never pass each other by: where nothing is open, back leads to where next came from.
        #[test]
        fn back_undoes_next(brings: bool, takes: bool, pays: bool, at in 1..6_usize) {
            let step = SessionStep::ALL[at];
            let work = Work { brings, is_outstanding: brings, takes, pays };
            prop_assume!(step.has_work(work, brings));
            if let Some(next) = step.next(work) {
                prop_assert!(next > step);
                prop_assert!(next == SessionStep::PackOut || next.back(work) == Some(step));
            }
        }
    }
}
