//! Time zones and opening hours: when a station is open, and what its clocks show.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::Timestamp;

/// Offset of a zone from UTC at an instant, in minutes; 0 for a zone nobody knows.
pub fn utc_offset_minutes(timezone: &str, at: Timestamp) -> i32 {
    let Ok(zone) = timezone.parse::<Tz>() else {
        return 0;
    };
    let Some(instant) = DateTime::<Utc>::from_timestamp_micros(at.micros()) else {
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
