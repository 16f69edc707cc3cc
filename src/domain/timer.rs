//! Every period the network waits for, in one table: used by the server that waits, by the pages that count
//! down and by the command line that explains the settings.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A period with a name and a default (design: timer defaults).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A request waits so long for approval.
    RequestConfirmTtl,
    /// Whoever says that she pays has so long until it is done; the packs stay held meanwhile.
    PaymentTtl,
    /// A confirmed booking holds its packs so long.
    HoldTtl,
    /// A ready booking is kept so much longer than its deadline.
    Grace,
    /// One may book so long ahead.
    ScheduleHorizon,
    /// So long before its time a booking for later gets its packs.
    AllocateLead,
    /// The grace of a booking that was made for later.
    ScheduledGrace,
    /// A no-show may be taken back so long.
    NoShowUndo,
    /// A cancellation may be taken back so long; the packs stay held meanwhile.
    CancelUndo,
    /// A check-in may be taken back so long.
    CheckInUndo,
    /// One renewal moves the deadline by so much.
    RenewStep,
    /// So long before the deadline the customer is warned the first time.
    FirstExpiryWarning,
    /// So long before the deadline the customer is warned the last time.
    LastExpiryWarning,
    /// So long after five wrong codes nobody may try again.
    WrongPinLock,
    /// A returned pack waits so long for somebody to object before it charges.
    ReturnInspection,
    /// A bay is kept so long for who was called to it.
    BayCallTtl,
    /// So long after a swap its bay is free for the next one by itself.
    TurnOver,
    /// A step of a swap that takes longer is pointed out.
    SessionStepIdle,
    /// A swap that takes longer is pointed out.
    SessionMax,
    /// A slot that was opened stays open so long.
    DispenseTimeout,
    /// A customer's sign-in lasts so long without use.
    SessionTtl,
}

impl Timer {
    /// Every timer.
    pub const ALL: [Self; 21] = [
        Self::RequestConfirmTtl,
        Self::PaymentTtl,
        Self::HoldTtl,
        Self::Grace,
        Self::ScheduleHorizon,
        Self::AllocateLead,
        Self::ScheduledGrace,
        Self::NoShowUndo,
        Self::CancelUndo,
        Self::CheckInUndo,
        Self::RenewStep,
        Self::FirstExpiryWarning,
        Self::LastExpiryWarning,
        Self::WrongPinLock,
        Self::ReturnInspection,
        Self::BayCallTtl,
        Self::TurnOver,
        Self::SessionStepIdle,
        Self::SessionMax,
        Self::DispenseTimeout,
        Self::SessionTtl,
    ];

    /// How long it is unless somebody set it otherwise.
    pub const fn default_length(self) -> Duration {
        const MINUTE: u64 = 60;
        let seconds = match self {
            Self::RequestConfirmTtl | Self::RenewStep | Self::FirstExpiryWarning | Self::BayCallTtl => {
                5 * MINUTE
            }
            Self::HoldTtl | Self::NoShowUndo => 15 * MINUTE,
            Self::Grace | Self::CheckInUndo | Self::DispenseTimeout => 2 * MINUTE,
            Self::CancelUndo => 8,
            Self::LastExpiryWarning | Self::ReturnInspection | Self::TurnOver => MINUTE,
            Self::SessionStepIdle => 3 * MINUTE,
            Self::SessionMax => 20 * MINUTE,
            Self::WrongPinLock | Self::PaymentTtl | Self::ScheduledGrace => 10 * MINUTE,
            Self::AllocateLead => 30 * MINUTE,
            Self::ScheduleHorizon => 7 * 24 * 60 * MINUTE,
            Self::SessionTtl => 30 * 24 * 60 * MINUTE,
        };
        Duration::from_secs(seconds)
    }

    /// What waits so long, for the list of settings.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::RequestConfirmTtl => "A request waits so long for approval",
            Self::PaymentTtl => "Whoever says that she pays has so long until it is done",
            Self::HoldTtl => "A confirmed booking holds its packs so long",
            Self::Grace => "A ready booking is kept so much longer than its deadline",
            Self::ScheduleHorizon => "One may book so long ahead",
            Self::AllocateLead => "So long before its time a booking for later gets its packs",
            Self::ScheduledGrace => "The same grace, for a booking that was made for later",
            Self::NoShowUndo => "A no-show may be taken back so long",
            Self::CancelUndo => "A cancellation may be taken back so long; the packs stay held meanwhile",
            Self::CheckInUndo => "A check-in may be taken back so long",
            Self::RenewStep => "One renewal moves the deadline by so much",
            Self::FirstExpiryWarning => "So long before the deadline the customer is warned the first time",
            Self::LastExpiryWarning => "So long before the deadline the customer is warned the last time",
            Self::WrongPinLock => "So long after five wrong codes nobody may try again",
            Self::ReturnInspection => {
                "A returned pack waits so long for somebody to object before it charges"
            }
            Self::BayCallTtl => "A bay is kept so long for who was called to it",
            Self::TurnOver => "So long after a swap its bay is free for the next one by itself",
            Self::SessionStepIdle => "A step of a swap that takes longer is pointed out",
            Self::SessionMax => "A swap that takes longer is pointed out",
            Self::DispenseTimeout => "A slot that was opened stays open so long",
            Self::SessionTtl => "A customer's sign-in lasts so long without use",
        }
    }

    /// The key in settings; the environment variable is `VOLTBAY_` and this in capitals.
    pub const fn key(self) -> &'static str {
        match self {
            Self::RequestConfirmTtl => "request_confirm_ttl",
            Self::PaymentTtl => "payment_ttl",
            Self::HoldTtl => "hold_ttl",
            Self::Grace => "grace",
            Self::ScheduleHorizon => "schedule_horizon",
            Self::AllocateLead => "allocate_lead",
            Self::ScheduledGrace => "scheduled_grace",
            Self::NoShowUndo => "no_show_undo",
            Self::CancelUndo => "cancel_undo",
            Self::CheckInUndo => "check_in_undo",
            Self::RenewStep => "renew_step",
            Self::FirstExpiryWarning => "first_expiry_warning",
            Self::LastExpiryWarning => "last_expiry_warning",
            Self::WrongPinLock => "wrong_pin_lock",
            Self::ReturnInspection => "return_inspection",
            Self::BayCallTtl => "bay_call_ttl",
            Self::TurnOver => "turn_over",
            Self::SessionStepIdle => "session_step_idle",
            Self::SessionMax => "session_max",
            Self::DispenseTimeout => "dispense_timeout",
            Self::SessionTtl => "session_ttl",
        }
    }
}

impl Timer {
    /// By its key in settings.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|timer| timer.key() == key)
    }

    /// Whether operators and stations may set it for themselves. A sign-in and a lock belong to the person, not
    /// to a station.
    pub fn is_a_stations(self) -> bool {
        !matches!(self, Self::SessionTtl | Self::WrongPinLock)
    }
}

/// The length of every timer in this installation.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    set: Vec<(Timer, Duration)>,
}

impl Timers {
    /// Sets one timer.
    pub fn set(&mut self, timer: Timer, length: Duration) {
        self.set.retain(|(other, _)| *other != timer);
        self.set.push((timer, length));
    }

    /// How long `timer` is here.
    pub fn length(&self, timer: Timer) -> Duration {
        let set = self.set.iter().find(|(other, _)| *other == timer);
        set.map_or_else(|| timer.default_length(), |(_, length)| *length)
    }
}

/// Shortest and longest time for which a customer may ask to have packs held.
pub const HOLD_CHOICE: std::ops::RangeInclusive<Duration> = Duration::from_mins(5)..=Duration::from_hours(1);
/// How often one booking may be renewed (WCAG 2.2.1 asks for at least ten).
pub const MAX_RENEWALS: i64 = 10;
/// Wrong codes after which [`Timer::WrongPinLock`] begins.
pub const MAX_WRONG_CODES: i64 = 5;

/// Reads `20s`, `5m`, `1h30m`, `250ms`, `7d`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let complaint =
        || format!("\"{text}\" is no duration; write a number with its unit, like 20s, 5m or 1h30m");
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(complaint());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(complaint)?;
        let amount: u64 = rest[..digits].parse().map_err(|_| complaint())?;
        let unit_and_rest = &rest[digits..];
        let unit_end = unit_and_rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(unit_and_rest.len());
        let millis = match &unit_and_rest[..unit_end] {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(complaint()),
        };
        let part = amount.checked_mul(millis).ok_or_else(complaint)?;
        total = total
            .checked_add(Duration::from_millis(part))
            .ok_or_else(complaint)?;
        rest = &unit_and_rest[unit_end..];
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        let seconds = |text| parse_duration(text).map(|length| length.as_secs_f64());
        assert_eq!(seconds("20s"), Ok(20.0));
        assert_eq!(seconds("1h30m"), Ok(5400.0));
        assert_eq!(seconds("250ms"), Ok(0.25));
        for wrong in ["", "20", "s", "5 m", "1x", "-5s", "99999999999999999999s"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_timer_can_be_set_and_has_a_default() {
        let mut timers = Timers::default();
        for timer in Timer::ALL {
            assert_eq!(timers.length(timer), timer.default_length());
            timers.set(timer, Duration::from_secs(7));
            assert_eq!(timers.length(timer), Duration::from_secs(7));
        }
    }
}
