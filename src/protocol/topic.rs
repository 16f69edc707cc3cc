//! What can be subscribed to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{BayId, BookingId, OperatorId, SessionId, StationId, UserId};

/// A stream of events with its own numbering, except [`Topic::Stations`], which is all station streams seen
/// at once and numbered by theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Topic {
    /// Every station, public.
    Stations,
    /// One station, public.
    Station(StationId),
    /// One person's notifications.
    User(UserId),
    /// One booking, for its customer and the station's staff.
    Booking(BookingId),
    /// One station's work, for its staff.
    StationStaff(StationId),
    /// One bay, for the staff of its station.
    Bay(BayId),
    /// One swap in a bay, for its customer and the station's staff.
    Session(SessionId),
    /// The work at all stations somebody works at: those of the stations, seen at once.
    Staff(UserId),
    /// The work at all stations of an operator: those of the stations, seen at once.
    Operator(OperatorId),
}

impl Topic {
    /// The socket's path.
    pub fn path(self) -> String {
        match self {
            Self::Stations => "/ws/stations/".to_owned(),
            Self::Station(id) => format!("/ws/stations/{id}/"),
            Self::User(_) => "/ws/notifications/".to_owned(),
            Self::Booking(id) => format!("/ws/bookings/{id}/"),
            Self::StationStaff(id) => format!("/ws/stations/{id}/staff/"),
            Self::Bay(id) => format!("/ws/bays/{id}/"),
            Self::Session(id) => format!("/ws/sessions/{id}/"),
            Self::Staff(_) => "/ws/staff/".to_owned(),
            Self::Operator(id) => format!("/ws/operators/{id}/"),
        }
    }

    /// A subscriber too slow for it may be given the latest state in place of every step.
    pub fn may_conflate(self) -> bool {
        matches!(self, Self::Stations | Self::Station(_))
    }

    /// It is several topics seen at once, each with its own numbers.
    pub fn is_union(self) -> bool {
        matches!(self, Self::Stations | Self::Staff(_) | Self::Operator(_))
    }

    /// What staff of a station follow and speak on.
    pub fn is_for_staff(self) -> bool {
        matches!(self, Self::StationStaff(_) | Self::Staff(_) | Self::Operator(_))
    }

    /// What kind of topic it is, for metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Stations => "stations",
            Self::Station(_) => "station",
            Self::User(_) => "user",
            Self::Booking(_) => "booking",
            Self::StationStaff(_) => "station_staff",
            Self::Bay(_) => "bay",
            Self::Session(_) => "session",
            Self::Staff(_) => "staff",
            Self::Operator(_) => "operator",
        }
    }
}

/// The name in the database, like `station:7`.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stations => f.write_str("stations"),
            Self::Station(id) => write!(f, "station:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Booking(id) => write!(f, "booking:{id}"),
            Self::StationStaff(id) => write!(f, "station_staff:{id}"),
            Self::Bay(id) => write!(f, "bay:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
            Self::Staff(id) => write!(f, "staff:{id}"),
            Self::Operator(id) => write!(f, "operator:{id}"),
        }
    }
}

impl FromStr for Topic {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let complaint = || format!("{text} is no topic");
        if text == "stations" {
            return Ok(Self::Stations);
        }
        let (kind, id) = text.split_once(':').ok_or_else(complaint)?;
        let id: i64 = id.parse().map_err(|_| complaint())?;
        match kind {
            "station" => Ok(Self::Station(StationId(id))),
            "user" => Ok(Self::User(UserId(id))),
            "booking" => Ok(Self::Booking(BookingId(id))),
            "station_staff" => Ok(Self::StationStaff(StationId(id))),
            "bay" => Ok(Self::Bay(BayId(id))),
            "session" => Ok(Self::Session(SessionId(id))),
            "staff" => Ok(Self::Staff(UserId(id))),
            "operator" => Ok(Self::Operator(OperatorId(id))),
            _ => Err(complaint()),
        }
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.to_string()
    }
}

impl TryFrom<String> for Topic {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_and_its_name_belong_together() {
        for topic in [
            Topic::Stations,
            Topic::Station(StationId(7)),
            Topic::User(UserId(7)),
            Topic::Booking(BookingId(7)),
            Topic::StationStaff(StationId(7)),
            Topic::Bay(BayId(7)),
            Topic::Session(SessionId(7)),
            Topic::Staff(UserId(7)),
            Topic::Operator(OperatorId(7)),
        ] {
            assert_eq!(topic.to_string().parse(), Ok(topic));
        }
        assert!("station:x".parse::<Topic>().is_err());
        assert!("table:1".parse::<Topic>().is_err());
    }
}
