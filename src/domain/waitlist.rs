//! Standing in line at a station that is sold out: first come, first served, one offer at a time.

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// From so many in line on, offers are shorter.
pub const MANY: usize = 5;
/// Offers that may go unanswered before the place is lost.
pub const MAX_MISSED: i64 = 2;
/// Times that somebody behind may be served before packs are kept together.
pub const MAX_OVERTAKEN: i64 = 3;
/// Packs are kept together so long for one who wants several.
pub const GATHER: Duration = Duration::from_mins(10);

/// How far a place in line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitState {
    /// In line.
    Waiting,
    /// Packs are held for her; she has a short time to answer.
    Offered,
    /// She took the offer: there is a booking.
    Accepted,
    /// She did not want it.
    Declined,
    /// She left the line.
    Left,
    /// She answered no offer.
    Dropped,
    /// The station closed.
    Closed,
}

/// What can happen to a place in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaitCommand {
    /// Packs are there.
    Offer,
    /// She takes them.
    Accept,
    /// She does not.
    Decline,
    /// She does not wait any longer.
    Leave,
    /// The offer ended without an answer; there is one more chance.
    Miss,
    /// The same, and there is none.
    Drop,
    /// What was offered is not there any more, by no fault of hers.
    Withdraw,
    /// The station closes.
    Close,
}

impl WaitState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Offered,
        Self::Accepted,
        Self::Declined,
        Self::Left,
        Self::Dropped,
        Self::Closed,
    ];

    /// Where a command leads from here: the one table.
    pub fn after(self, command: WaitCommand) -> Option<Self> {
        use WaitCommand as C;
        match (self, command) {
            (Self::Waiting, C::Offer) => Some(Self::Offered),
            (Self::Offered, C::Accept) => Some(Self::Accepted),
            (Self::Offered, C::Decline) => Some(Self::Declined),
            (Self::Offered, C::Miss | C::Withdraw) => Some(Self::Waiting),
            (Self::Offered, C::Drop) => Some(Self::Dropped),
            (Self::Waiting | Self::Offered, C::Leave) => Some(Self::Left),
            (Self::Waiting | Self::Offered, C::Close) => Some(Self::Closed),
            _ => None,
        }
    }

    /// Still in line.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Offered)
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Left => "left",
            Self::Dropped => "dropped",
            Self::Closed => "closed",
        }
    }
}

impl WaitCommand {
    /// The name in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Leave => "leave",
            Self::Miss => "miss",
            Self::Drop => "drop",
            Self::Withdraw => "withdraw",
            Self::Close => "close",
        }
    }
}

impl FromStr for WaitState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of a place in line"))
    }
}

/// What an unanswered offer leads to, after so many that were missed before.
pub fn after_no_answer(missed_before: i64) -> WaitCommand {
    if missed_before + 1 < MAX_MISSED {
        WaitCommand::Miss
    } else {
        WaitCommand::Drop
    }
}

/// How long an offer lasts while so many are in line, she among them.
pub fn offer_length(in_line: usize, usual: Duration, busy: Duration) -> Duration {
    if in_line >= MANY { busy } else { usual }
}

/// Whether there is time for an offer and the booking that follows before the station closes.
pub fn fits_before(closes_at: Option<Timestamp>, now: Timestamp, offer: Duration, hold: Duration) -> bool {
    closes_at.is_none_or(|closes_at| now + offer + hold <= closes_at)
}

/// When she can expect her packs: the forecast of the last one that everybody before her and she herself need,
/// with a tenth more time, for a forecast kept is better than one that was too fine. `None` where not so many
/// charge.
pub fn estimate(now: Timestamp, mut ready_at: Vec<Timestamp>, needed: usize) -> Option<Timestamp> {
    let Some(last) = needed.checked_sub(1) else {
        return Some(now);
    };
    ready_at.sort_unstable();
    let at = *ready_at.get(last)?;
    let ahead = at.since(now);
    Some(now + ahead + ahead / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn minute(number: u32) -> Timestamp {
        Timestamp::from_micros(0) + MINUTE * number
    }

    #[test]
    fn what_is_over_stays_over() {
        use WaitCommand as C;
        let commands = [
            C::Offer,
            C::Accept,
            C::Decline,
            C::Leave,
            C::Miss,
            C::Drop,
            C::Withdraw,
            C::Close,
        ];
        for state in WaitState::ALL {
            let leads_somewhere = commands.iter().any(|command| state.after(*command).is_some());
            assert_eq!(leads_somewhere, state.is_open(), "{state:?}");
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        // Nobody accepts what was not offered.
        assert_eq!(WaitState::Waiting.after(C::Accept), None);
    }

    #[test]
    fn there_is_one_more_chance() {
        assert_eq!(after_no_answer(0), WaitCommand::Miss);
        assert_eq!(after_no_answer(1), WaitCommand::Drop);
    }

    #[test]
    fn offers_are_shorter_when_many_wait() {
        let length = |in_line| offer_length(in_line, MINUTE * 5, MINUTE * 3);
        assert_eq!((length(1), length(4)), (MINUTE * 5, MINUTE * 5));
        assert_eq!((length(5), length(50)), (MINUTE * 3, MINUTE * 3));
    }

    #[test]
    fn nothing_is_offered_that_ends_after_closing() {
        let fits = |closes| fits_before(closes, minute(0), MINUTE * 5, MINUTE * 15);
        assert!(fits(None));
        assert!(fits(Some(minute(20))));
        assert!(!fits(Some(minute(19))));
    }

    #[test]
    fn the_estimate_is_the_forecast_and_a_tenth() {
        let charging = || vec![minute(40), minute(20), minute(30)];
        assert_eq!(estimate(minute(0), charging(), 0), Some(minute(0)));
        assert_eq!(estimate(minute(0), charging(), 1), Some(minute(22)));
        assert_eq!(estimate(minute(0), charging(), 3), Some(minute(44)));
        assert_eq!(estimate(minute(0), charging(), 4), None);
        // What should have been ready already is expected now.
        assert_eq!(estimate(minute(25), charging(), 1), Some(minute(25)));
    }

    proptest::proptest! {
        #[test]
        fn who_is_further_behind_never_waits_less(
            ready in proptest::collection::vec(0_u32..600, 1..30), place in 1_usize..29,
        ) {
            let ready: Vec<Timestamp> = ready.into_iter().map(minute).collect();
            let here = estimate(minute(0), ready.clone(), place);
            let behind = estimate(minute(0), ready, place + 1);
            if let Some(behind) = behind {
                proptest::prop_assert!(here.is_some_and(|here| here <= behind));
            }
        }
    }
}
