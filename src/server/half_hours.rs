//! Half hours on the clocks of a station: those at which somebody may come who books for later.

use chrono::{DateTime, Timelike};
use chrono_tz::Tz;

use super::days::Day;
use super::hours::{self, Opening};
use crate::domain::{Timer, Timers, Timestamp};

/// Every clock of the world shows a full or half hour only at a full quarter of UTC's.
const QUARTER_US: i64 = 15 * 60 * 1_000_000;

/// When somebody may come to a station, as of an instant.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The station's opening hours.
    pub opening_hours: &'a str,
    /// Its zone.
    pub timezone: &'a str,
    /// Not before this.
    pub earliest: Timestamp,
    /// Not after this.
    pub latest: Timestamp,
}

impl<'a> Choice<'a> {
    /// By the station's timers.
    pub fn new(opening_hours: &'a str, timezone: &'a str, timers: &Timers, now: Timestamp) -> Self {
        Self {
            opening_hours,
            timezone,
            earliest: now + timers.length(Timer::AllocateLead),
            latest: now + timers.length(Timer::ScheduleHorizon),
        }
    }

    /// The half hours of a day at which somebody may come, earliest first.
    pub fn of_day(&self, day: Day) -> Vec<Timestamp> {
        let mut opening: Option<Opening> = None;
        half_hours(day, self.timezone)
            .filter(|at| (self.earliest..=self.latest).contains(at))
            .filter(|at| {
                // What the hours say holds until they change.
                let known = opening.filter(|known| known.changes_at.is_none_or(|change| *at < change));
                let now = known.unwrap_or_else(|| hours::evaluate(self.opening_hours, self.timezone, *at));
                opening = Some(now);
                now.open_now
            })
            .collect()
    }

    /// The first and the last day of the choice.
    pub fn days(&self) -> (Day, Day) {
        (
            Day::at(self.earliest, self.timezone),
            Day::at(self.latest, self.timezone),
        )
    }

    /// Whether the station is open at an instant.
    pub fn is_open(&self, at: Timestamp) -> bool {
        hours::evaluate(self.opening_hours, self.timezone, at).open_now
    }
}

/// Whether the clocks of a zone show a full or half hour at an instant; UTC's for a zone nobody knows.
pub fn is_half_hour(at: Timestamp, timezone: &str) -> bool {
    let zone = timezone.parse::<Tz>().unwrap_or(Tz::UTC);
    let Some(instant) = DateTime::from_timestamp_micros(at.micros()) else {
        return false;
    };
    let there = instant.with_timezone(&zone);
    there.minute() % 30 == 0 && there.second() == 0 && there.nanosecond() == 0
}

/// All half hours of a day there, earliest first.
fn half_hours(day: Day, timezone: &str) -> impl Iterator<Item = Timestamp> {
    let first = day.begins(timezone).micros();
    let first = first + (-first).rem_euclid(QUARTER_US);
    let until = day.ends(timezone).micros();
    (first..until)
        .step_by(usize::try_from(QUARTER_US).unwrap_or(usize::MAX))
        .map(Timestamp::from_micros)
        .filter(move |at| is_half_hour(*at, timezone))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn all(day: &str, hours: &str, zone: &str) -> Vec<Timestamp> {
        let choice = Choice {
            opening_hours: hours,
            timezone: zone,
            earliest: at("2026-01-01T00:00:00Z"),
            latest: at("2027-01-01T00:00:00Z"),
        };
        choice.of_day(day.parse().unwrap())
    }

    #[test]
    fn half_hours_are_those_of_the_wall_clock() {
        // Nepal is 5:45 ahead: its half hours are UTC's quarters.
        let day = all("2026-11-21", "Mo-Su 06:00-08:00", "Asia/Kathmandu");
        assert_eq!(day.len(), 4);
        assert_eq!(day[0], at("2026-11-21T00:15:00Z"));
        assert!(is_half_hour(at("2026-11-21T00:15:00Z"), "Asia/Kathmandu"));
        assert!(!is_half_hour(at("2026-11-21T00:30:00Z"), "Asia/Kathmandu"));
        assert!(!is_half_hour(at("2026-11-21T10:30:00.000001Z"), "UTC"));
    }

    #[test]
    fn a_day_is_as_long_as_its_clocks_say() {
        assert_eq!(all("2026-10-24", "24/7", "Europe/Berlin").len(), 48);
        assert_eq!(all("2026-10-25", "24/7", "Europe/Berlin").len(), 50);
        assert_eq!(all("2026-03-29", "24/7", "Europe/Berlin").len(), 46);
    }

    #[test]
    fn past_midnight_belongs_to_the_evening_before_and_to_the_day_of_the_calendar() {
        // Open on Friday evening until two on Saturday, 21 November.
        let hours = "Fr 18:00-02:00";
        let friday = all("2026-11-20", hours, "Europe/Berlin");
        let saturday = all("2026-11-21", hours, "Europe/Berlin");
        assert_eq!((friday.len(), saturday.len()), (12, 4));
        assert_eq!(saturday.first(), Some(&at("2026-11-20T23:00:00Z")));
        assert_eq!(saturday.last(), Some(&at("2026-11-21T00:30:00Z")));
    }

    #[test]
    fn neither_too_soon_nor_too_far_ahead() {
        let timers = Timers::default();
        let now = at("2026-11-21T10:30:00Z");
        let choice = Choice::new("24/7", "UTC", &timers, now);
        let today = choice.of_day("2026-11-21".parse().unwrap());
        assert_eq!(today.first(), Some(&at("2026-11-21T11:00:00Z")));
        let last = choice.of_day("2026-11-28".parse().unwrap());
        assert_eq!(last.last(), Some(&at("2026-11-28T10:30:00Z")));
        assert!(choice.of_day("2026-11-29".parse().unwrap()).is_empty());
        assert_eq!(
            choice.days(),
            ("2026-11-21".parse().unwrap(), "2026-11-28".parse().unwrap())
        );
    }

    const ZONES: [&str; 8] = [
        "UTC",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "America/Los_Angeles",
    ];

    proptest::proptest! {
        /// Whatever the day and the zone: every half hour is one, lies in its day, comes after the one before, and
        /// is offered exactly when the doors are open.
        #[test]
        fn half_hours_are_in_their_day_and_the_doors_are_open(
            zone in proptest::sample::select(&ZONES[..]),
            day in 0_i64..365,
            opens in 0_u32..24,
            lasts in 1_u32..24,
        ) {
            let noon = at("2026-01-01T12:00:00Z") + Duration::from_secs(86_400 * u64::try_from(day).unwrap());
            let day = Day::at(noon, zone);
            let hours = format!("Mo-Su {opens:02}:00-{:02}:00", (opens + lasts) % 24);
            let choice = Choice {
                opening_hours: &hours,
                timezone: zone,
                earliest: Timestamp::from_micros(0),
                latest: Timestamp::from_micros(i64::MAX),
            };
            let offered = choice.of_day(day);
            proptest::prop_assert!(offered.is_sorted());
            for at in half_hours(day, zone) {
                proptest::prop_assert_eq!(Day::at(at, zone), day);
                proptest::prop_assert_eq!(offered.contains(&at), choice.is_open(at), "{} {} {}", at, hours, zone);
            }
            for at in &offered {
                proptest::prop_assert!(is_half_hour(*at, zone));
            }
        }
    }
}
