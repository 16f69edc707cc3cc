//! Instants. Everything Voltbay stores or sends is an absolute instant in UTC; time zones appear only when
//! a page writes a clock time for a person.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant: microseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC with six decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Where the present comes from. The server asks the system; tests set the hands themselves.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Not an RFC 3339 instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written like 2026-11-21T10:30:00Z")]
pub struct NotATimestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the Unix epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// Clock time `HH:MM` at the given offset from UTC.
    pub fn clock_time(self, utc_offset_minutes: i32) -> String {
        let (_, _, _, seconds) = self.shifted(utc_offset_minutes).civil();
        format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    }

    /// Clock time `HH:MM:SS` at the given offset from UTC.
    pub fn clock_time_with_seconds(self, utc_offset_minutes: i32) -> String {
        let (_, _, _, seconds) = self.shifted(utc_offset_minutes).civil();
        format!(
            "{:02}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    /// Calendar day `21 Nov 2026` at the given offset from UTC.
    pub fn calendar_day(self, utc_offset_minutes: i32) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (year, month, day, _) = self.shifted(utc_offset_minutes).civil();
        format!("{day} {} {year}", MONTHS[month as usize - 1])
    }

    /// Weekday, day and clock time `Sat 21 Nov, 10:30` at the given offset from UTC.
    pub fn day_and_time(self, utc_offset_minutes: i32) -> String {
        // The epoch was a Thursday.
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let micros = self.shifted(utc_offset_minutes).0;
        let day = micros
            .div_euclid(SECONDS_PER_DAY * MICROS_PER_SECOND)
            .rem_euclid(7);
        let weekday = usize::try_from(day).map_or("", |day| DAYS[day]);
        let date = self.calendar_day(utc_offset_minutes);
        let (date, _year) = date.rsplit_once(' ').unwrap_or_default();
        format!("{weekday} {date}, {}", self.clock_time(utc_offset_minutes))
    }

    /// The same time of day (UTC) so many calendar months later; where that month has no such day, its last.
    #[must_use]
    pub fn months_later(self, months: u32) -> Self {
        let (year, month, day, _) = self.civil();
        let count = i64::from(month) - 1 + i64::from(months);
        let year = year + count.div_euclid(12);
        let month = u32::try_from(count.rem_euclid(12)).unwrap_or(0) + 1;
        let day = day.min(days_in_month(year, month));
        let days = days_from_civil(year, month, day).unwrap_or(0);
        let of_day = self.0.rem_euclid(SECONDS_PER_DAY * MICROS_PER_SECOND);
        Self(days * SECONDS_PER_DAY * MICROS_PER_SECOND + of_day)
    }

    fn shifted(self, utc_offset_minutes: i32) -> Self {
        Self(self.0 + i64::from(utc_offset_minutes) * 60 * MICROS_PER_SECOND)
    }

    /// Year, month, day and second of the day.
    fn civil(self) -> (i64, u32, u32, u32) {
        let seconds = self.0.div_euclid(MICROS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        (
            year,
            month,
            day,
            u32::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).unwrap_or(0),
        )
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, second) = self.civil();
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"
        )
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    /// Reads RFC 3339 with any offset and up to nine decimals (what is finer than a microsecond is dropped).
    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        parse_rfc3339(text).ok_or(NotATimestamp)
    }
}

fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let shape_fits = bytes.len() >= 20
        && bytes.is_ascii()
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b't' | b' ')
        && bytes[13] == b':'
        && bytes[16] == b':';
    if !shape_fits {
        return None;
    }
    let number = |range: std::ops::Range<usize>| digits(&text[range]);
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let (micros, zone) = fraction(&text[19..])?;
    let days = days_from_civil(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset_seconds(zone)?;
    Some(Timestamp(seconds * MICROS_PER_SECOND + micros))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// Splits `.123456Z` into microseconds and the zone that follows.
fn fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(decimals) = rest.strip_prefix('.') else {
        return Some((0, rest));
    };
    let end = decimals.find(|c: char| !c.is_ascii_digit())?;
    if !(1..=9).contains(&end) {
        return None;
    }
    let micros = format!("{:0<6}", &decimals[..end])[..6].parse().ok()?;
    Some((micros, &decimals[end..]))
}

fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_from_civil(year: i64, month: u32, day: u32) -> Option<i64> {
    if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        year,
        u32::try_from(month).unwrap_or(1),
        u32::try_from(day).unwrap_or(1),
    )
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_with_six_decimals() {
        assert_eq!(
            Timestamp::from_micros(0).to_string(),
            "1970-01-01T00:00:00.000000Z"
        );
        assert_eq!(
            Timestamp::from_micros(1_795_257_000_123_456).to_string(),
            "2026-11-21T10:30:00.123456Z"
        );
    }

    #[test]
    fn an_offset_and_decimals_are_understood() {
        let expected = "2026-11-21T10:30:00.5Z".parse::<Timestamp>();
        assert_eq!("2026-11-21T16:00:00.500000000+05:30".parse(), expected);
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2026-11-21",
            "2026-02-29T00:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T10:30:00",
            "2026-11-21T10:30:00.Z",
            "+026-11-21T10:30:00Z",
            "2026-11-21T10:30:00+5:30",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }

    #[test]
    fn a_clock_time_is_that_of_the_zone() {
        let instant: Timestamp = "2026-11-21T20:30:05Z".parse().unwrap();
        assert_eq!(instant.clock_time(330), "02:00");
        assert_eq!(instant.clock_time_with_seconds(0), "20:30:05");
        assert_eq!(instant.calendar_day(330), "22 Nov 2026");
        assert_eq!(instant.day_and_time(330), "Sun 22 Nov, 02:00");
        assert_eq!(Timestamp::from_micros(-1).day_and_time(0), "Wed 31 Dec, 23:59");
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_last_one() {
        let cases = [
            ("2026-11-21T10:30:00Z", 1, "2026-12-21T10:30:00Z"),
            ("2026-12-31T23:59:59.5Z", 2, "2027-02-28T23:59:59.5Z"),
            ("2027-12-31T00:00:00Z", 2, "2028-02-29T00:00:00Z"),
            ("2026-10-31T08:00:00Z", 1, "2026-11-30T08:00:00Z"),
            ("2026-01-15T00:00:00Z", 0, "2026-01-15T00:00:00Z"),
            ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00Z"),
        ];
        for (from, months, to) in cases {
            let from: Timestamp = from.parse().unwrap();
            assert_eq!(
                from.months_later(months),
                to.parse().unwrap(),
                "{from} and {months}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_are_inverse(micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000) {
            let instant = Timestamp::from_micros(micros);
            proptest::prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }
    }
}
