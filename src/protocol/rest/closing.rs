//! A station closes down while people have bookings there.

use serde::{Deserialize, Serialize};

use super::{BookingOut, StationOut};
use crate::domain::{Alternative, BookingId, Choice, Outcome, StationId, StationStatus, Timestamp};

/// The bookings that are hit when a station closes down, those that end soonest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct LiveBookingsOut {
    /// The bookings, without their codes.
    pub items: Vec<BookingOut>,
    /// Where each of them could be served, as of now; those that cannot be moved are left out.
    pub elsewhere: Vec<ElsewhereOut>,
    /// Always null: it is one page.
    pub next: Option<String>,
}

/// Where a booking could be served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ElsewhereOut {
    /// Which booking.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub booking_id: BookingId,
    /// Stations of the same operator that have enough, the nearest first.
    pub stations: Vec<Alternative>,
}

/// Closes a station down, and says what becomes of each live booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CloseDownIn {
    /// `maintenance`, `paused` or `offline`.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub status: StationStatus,
    /// A sentence about it, for everybody; at most 160 characters.
    #[serde(default)]
    pub message: Option<String>,
    /// When the station is expected back.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub until: Option<Timestamp>,
    /// One row for each live booking.
    #[serde(default)]
    pub bookings: Vec<ChoiceIn>,
}

/// What is to become of one booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ChoiceIn {
    /// Which.
    pub booking_id: i64,
    /// `keep`, `move` or `cancel`.
    pub choice: Choice,
    /// With `move`: another station of the same operator.
    #[serde(default)]
    pub to: Option<i64>,
}

/// A station that has closed down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CloseDownOut {
    /// The station.
    pub station: StationOut,
    /// What became of each booking.
    pub bookings: Vec<OutcomeOut>,
}

/// What became of one booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OutcomeOut {
    /// Which.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub booking_id: BookingId,
    /// `kept`, `moved`, `cancelled`, or `over` when it was served or over before.
    pub outcome: Outcome,
    /// Where it is now.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub station_id: StationId,
    /// The name of that station.
    pub station_name: String,
    /// Until when it can be collected.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub deadline: Timestamp,
}
