//! Stations: where they are, whether they serve, and how what happens to their packs is called.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A point on the earth, WGS 84, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// −90 to 90, north is positive.
    pub latitude: f64,
    /// −180 to 180, east is positive.
    pub longitude: f64,
}

impl Position {
    /// A point, if both numbers are in range.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        fits.then_some(Self { latitude, longitude })
    }

    /// Great-circle distance in metres (haversine, mean earth radius).
    pub fn distance_m(self, other: Self) -> f64 {
        const EARTH_RADIUS_M: f64 = 6_371_008.8;
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_latitude = ((to - from) / 2.0).sin();
        let half_longitude = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let a = half_latitude * half_latitude + from.cos() * to.cos() * half_longitude * half_longitude;
        2.0 * EARTH_RADIUS_M * a.sqrt().min(1.0).asin()
    }
}

/// `9.9312,76.2673`
impl FromStr for Position {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_once(',')
            .and_then(|(latitude, longitude)| Self::new(degrees(latitude)?, degrees(longitude)?))
            .ok_or("Write a position as latitude,longitude in degrees, like 9.9312,76.2673.")
    }
}

/// Degrees as people and programs write them: a sign, digits, a point and at most nine more digits count.
fn degrees(text: &str) -> Option<f64> {
    const SCALE: f64 = 1e9;
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !is_number(whole) || !is_number(part) || whole.len() > 3 {
        return None;
    }
    let part = part.get(..9).unwrap_or(part);
    let billionths: u32 = format!("{part:0<9}").parse().ok()?;
    let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    Some(sign * (f64::from(whole) + f64::from(billionths) / SCALE))
}

/// Whether a station serves. `Closed` also follows from its opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StationStatus {
    /// Books and serves.
    Online,
    /// Not reached.
    Offline,
    /// Being worked on: books nothing, serves nothing.
    Maintenance,
    /// Serves what is booked, books nothing new.
    Paused,
    /// Outside its opening hours, or closed by hand.
    Closed,
}

impl StationStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Online,
        Self::Offline,
        Self::Maintenance,
        Self::Paused,
        Self::Closed,
    ];

    /// Takes new bookings.
    pub fn takes_bookings(self) -> bool {
        self == Self::Online
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Maintenance => "maintenance",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Online => "Open",
            Self::Offline => "Offline",
            Self::Maintenance => "Maintenance",
            Self::Paused => "Paused",
            Self::Closed => "Closed",
        }
    }

    /// What it means for somebody who wants a pack.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Online => "The station is open.",
            Self::Offline => "The station cannot be reached right now.",
            Self::Maintenance => "The station is under maintenance.",
            Self::Paused => "The station serves existing bookings and takes no new ones.",
            Self::Closed => "The station is closed.",
        }
    }
}

impl FromStr for StationStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let status = Self::ALL.into_iter().find(|status| status.as_str() == text);
        status.ok_or_else(|| format!("{text} is no status of a station"))
    }
}

/// Why a station's inventory changed, as told with every `inventory_update`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InventoryAction {
    /// Something else about a pack or the station changed.
    Update,
    /// The station is new.
    Created,
    /// Sent by hand to test the live connection.
    Test,
    /// A pack was put in.
    Add,
    /// A pack was taken out by staff, or locked.
    Remove,
    /// A pack was held for a booking.
    Book,
    /// A held pack was handed over.
    Collect,
    /// A pack came back from a customer.
    Return,
    /// A booking was cancelled.
    Cancel,
    /// A hold ran out.
    Expire,
    /// A pack's charge changed.
    Charge,
    /// The station's status changed.
    Status,
}

/// Why a held pack is free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The booking was cancelled.
    Cancelled,
    /// The booking's time ran out.
    Expired,
    /// The station declined the booking.
    Declined,
    /// Nobody came.
    NoShow,
    /// Another pack took its place.
    Substituted,
}

impl ReleaseReason {
    /// The inventory action that goes with it.
    pub fn action(self) -> InventoryAction {
        match self {
            Self::Cancelled | Self::Declined => InventoryAction::Cancel,
            Self::Expired | Self::NoShow => InventoryAction::Expire,
            Self::Substituted => InventoryAction::Update,
        }
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::NoShow => "no_show",
            Self::Substituted => "substituted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_map() {
        let downtown = Position::new(9.9816, 76.2999).unwrap();
        let fort_kochi = Position::new(9.9658, 76.2421).unwrap();
        let metres = downtown.distance_m(fort_kochi);
        assert!((6_400.0..6_800.0).contains(&metres), "{metres}");
        assert!(downtown.distance_m(downtown) < 0.001);
    }

    #[test]
    fn a_position_off_the_earth_is_refused() {
        for text in ["91,0", "0,181", "9.9", "a,b", "NaN,0", ""] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }
}
