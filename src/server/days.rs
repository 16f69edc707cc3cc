//! Calendar days on the walls of a station: when they begin.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::domain::Timestamp;

/// A clock that is put forward at midnight skips no more than this.
const LONGEST_GAP_H: i64 = 3;

/// A day of the calendar, in no zone yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// The day on the walls of a zone at an instant; in UTC for a zone nobody knows.
    pub fn at(instant: Timestamp, timezone: &str) -> Self {
        let zone = timezone.parse::<Tz>().unwrap_or(Tz::UTC);
        let instant = DateTime::from_timestamp_micros(instant.micros()).unwrap_or_default();
        Self(instant.with_timezone(&zone).date_naive())
    }

    /// The day so many days earlier.
    #[must_use]
    pub fn earlier(self, days: i64) -> Self {
        Self(self.0 - TimeDelta::days(days))
    }

    /// When the day begins in a zone; UTC for a zone nobody knows.
    pub fn begins(self, timezone: &str) -> Timestamp {
        let zone = timezone.parse::<Tz>().unwrap_or(Tz::UTC);
        let midnight = self.0.and_time(NaiveTime::MIN);
        let first = (0..=LONGEST_GAP_H).find_map(|hours| {
            let local = midnight + TimeDelta::hours(hours);
            zone.from_local_datetime(&local).earliest()
        });
        let micros = first.map_or_else(
            || midnight.and_utc().timestamp_micros(),
            |at| at.timestamp_micros(),
        );
        Timestamp::from_micros(micros)
    }

    /// `Sat 21 Nov`, as people at a zone's clocks read it.
    pub fn label(self, timezone: &str) -> String {
        // At noon it is this day, whatever the clocks do at night.
        let noon = self.begins(timezone) + std::time::Duration::from_hours(12);
        let there = noon.day_and_time(super::hours::utc_offset_minutes(timezone, noon));
        there.split(',').next().unwrap_or_default().to_owned()
    }

    /// When it ends there: when the next one begins.
    pub fn ends(self, timezone: &str) -> Timestamp {
        self.0
            .succ_opt()
            .map_or(Timestamp::from_micros(i64::MAX), |next| {
                Self(next).begins(timezone)
            })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = &'static str;

    /// Reads `2026-11-21`; years 1970 to 2999.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const COMPLAINT: &str = "Write a day like 2026-11-21.";
        let is_shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let is_sensible = |day: &NaiveDate| (1970..3000).contains(&day.year());
        day.filter(|day| is_shaped && is_sensible(day))
            .map(Self)
            .ok_or(COMPLAINT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(day: &str, zone: &str) -> (String, String) {
        let day: Day = day.parse().unwrap();
        (day.begins(zone).to_string(), day.ends(zone).to_string())
    }

    #[test]
    fn a_day_is_that_of_the_wall_clock() {
        let (from, until) = span("2026-11-21", "Asia/Kolkata");
        assert_eq!(from, "2026-11-20T18:30:00.000000Z");
        assert_eq!(until, "2026-11-21T18:30:00.000000Z");
    }

    #[test]
    fn a_day_on_which_clocks_change_is_longer_or_has_no_midnight() {
        let (from, until) = span("2026-10-25", "Europe/Berlin");
        assert_eq!(from, "2026-10-24T22:00:00.000000Z");
        assert_eq!(until, "2026-10-25T23:00:00.000000Z");
        // In Beirut the clocks went from 00:00 to 01:00 on that day.
        let (from, _) = span("2024-03-31", "Asia/Beirut");
        assert_eq!(from, "2024-03-30T22:00:00.000000Z");
    }

    #[test]
    fn a_day_is_written_as_it_is_read() {
        let late = "2026-11-21T20:00:00Z".parse().unwrap();
        assert_eq!(Day::at(late, "Asia/Kolkata").to_string(), "2026-11-22");
        assert_eq!(Day::at(late, "UTC").earlier(30).to_string(), "2026-10-22");
        assert_eq!(Day::at(late, "Asia/Kolkata").label("Asia/Kolkata"), "Sun 22 Nov");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026-02-29",
            "2026-1-1",
            "21-11-2026",
            "2026-11-21T00:00",
            "+2026-11-2",
            "9999-01-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
