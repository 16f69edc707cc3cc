//! Time zones and opening hours: when a station is open, and what its clocks show.
//!
//! Hours are written in OpenStreetMap's syntax and mean the clock on the station's wall. Who keeps the answer
//! up to date, and what follows from it, is decided elsewhere.

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use opening_hours::localization::TzLocation;
use opening_hours::{Context, OpeningHours, RuleKind};

use crate::domain::Timestamp;

/// Longer hours than any station's are refused before they are read.
const MAX_LENGTH: usize = 200;
/// A change that is further away than this is looked for again later.
const HORIZON: TimeDelta = TimeDelta::days(400);

/// What the hours say at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Open right now.
    pub open_now: bool,
    /// When that changes next; `None`: never.
    pub changes_at: Option<Timestamp>,
}

/// Offset of a zone from UTC at an instant, in minutes; 0 for a zone nobody knows.
pub fn utc_offset_minutes(timezone: &str, at: Timestamp) -> i32 {
    let Ok(zone) = timezone.parse::<Tz>() else {
        return 0;
    };
    let Some(instant) = utc(at) else {
        return 0;
    };
    zone.offset_from_utc_datetime(&instant.naive_utc())
        .fix()
        .local_minus_utc()
        / 60
}

/// Whether the zone database has such a name.
pub fn is_zone(timezone: &str) -> bool {
    timezone.parse::<Tz>().is_ok()
}

/// Checks how hours are written.
///
/// # Errors
/// A sentence for whoever wrote them.
pub fn check(hours: &str) -> Result<(), &'static str> {
    const COMPLAINT: &str =
        "Write the hours like 24/7, Mo-Su 06:00-22:00 or Mo-Fr 05:00-01:00; Sa,Su 08:00-20:00.";
    let hours = hours.trim();
    let is_readable = !hours.is_empty() && hours.len() <= MAX_LENGTH && hours.parse::<OpeningHours>().is_ok();
    is_readable.then_some(()).ok_or(COMPLAINT)
}

/// What `hours` say at an instant on the walls of `timezone`. Hours or a zone that cannot be read (they were
/// checked when they were entered) count as always open in UTC.
pub fn evaluate(hours: &str, timezone: &str, at: Timestamp) -> Opening {
    const ALWAYS: Opening = Opening {
        open_now: true,
        changes_at: None,
    };
    let zone = timezone.parse::<Tz>().unwrap_or(Tz::UTC);
    let (Ok(hours), Some(now)) = (hours.trim().parse::<OpeningHours>(), utc(at)) else {
        return ALWAYS;
    };
    let context = Context::default()
        .with_locale(TzLocation::new(zone))
        .approx_bound_interval_size(HORIZON);
    let hours = hours.with_context(context);
    let now = now.with_timezone(&zone);
    let mut spans = hours.iter_range(now, now + HORIZON).peekable();
    let is_open = |kind: RuleKind| kind == RuleKind::Open;
    let open_now = spans.peek().is_some_and(|span| is_open(span.kind));
    // Spans that differ only in their comments are one to whoever stands before the door.
    let changes_at = spans
        .find(|span| is_open(span.kind) != open_now)
        .map(|span| Timestamp::from_micros(span.range.start.timestamp_micros()));
    Opening { open_now, changes_at }
}

fn utc(at: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::<Utc>::from_timestamp_micros(at.micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn around_the_clock_never_changes() {
        let always = evaluate("24/7", "Asia/Kolkata", at("2026-11-21T20:00:00Z"));
        assert_eq!(
            always,
            Opening {
                open_now: true,
                changes_at: None
            }
        );
    }

    #[test]
    fn hours_are_those_of_the_wall_clock() {
        let hours = |now| evaluate("Mo-Su 06:00-22:00", "Asia/Kolkata", at(now));
        let day = hours("2026-11-21T10:00:00Z");
        assert_eq!(
            day,
            Opening {
                open_now: true,
                changes_at: Some(at("2026-11-21T16:30:00Z"))
            }
        );
        let night = hours("2026-11-21T16:30:00Z");
        assert_eq!(
            night,
            Opening {
                open_now: false,
                changes_at: Some(at("2026-11-22T00:30:00Z"))
            }
        );
    }

    #[test]
    fn past_midnight_it_is_still_yesterdays_evening() {
        let hours = |now| evaluate("Fr 18:00-02:00", "Europe/Berlin", at(now));
        let late = hours("2026-11-21T00:59:59Z");
        assert_eq!(
            late,
            Opening {
                open_now: true,
                changes_at: Some(at("2026-11-21T01:00:00Z"))
            }
        );
        assert!(!hours("2026-11-21T01:00:00Z").open_now);
    }

    #[test]
    fn a_night_with_a_changed_clock_is_an_hour_longer() {
        // On 25 October 2026 Berlin's clocks go back from 03:00 to 02:00.
        let night = evaluate("Mo-Su 22:00-05:00", "Europe/Berlin", at("2026-10-24T21:00:00Z"));
        assert_eq!(night.changes_at, Some(at("2026-10-25T04:00:00Z")));
    }

    #[test]
    fn comments_do_not_open_or_close() {
        let hours = "Mo-Su 08:00-12:00 open \"morning\", 12:00-20:00 open \"afternoon\"";
        let now = evaluate(hours, "UTC", at("2026-11-21T09:00:00Z"));
        assert_eq!(
            now,
            Opening {
                open_now: true,
                changes_at: Some(at("2026-11-21T20:00:00Z"))
            }
        );
    }

    #[test]
    fn hours_that_cannot_be_read_are_refused() {
        for hours in [
            "",
            "always",
            "Mo-Su 25:00-26:00x",
            "6 to 22",
            &"Mo 06:00-22:00; ".repeat(50),
        ] {
            assert!(check(hours).is_err(), "{hours}");
        }
        for hours in [
            "24/7",
            "Mo-Su 06:00-22:00",
            "Mo-Fr 05:00-01:00; Sa,Su 08:00-20:00",
        ] {
            assert_eq!(check(hours), Ok(()), "{hours}");
        }
    }
}
