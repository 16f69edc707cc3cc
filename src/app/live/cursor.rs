//! The client's place in a topic: what it has applied, what it asks for after a break, and whether a frame
//! is the next one, an old one, or one too far. Pure: no socket, no clock.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::domain::StationId;
use crate::protocol::frame::{ServerMessage, Snapshot};
use crate::protocol::topic::Topic;

/// Where a page already is, so that its socket begins with the very next event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bookmark {
    /// Nowhere: begin with a snapshot.
    #[default]
    Start,
    /// At this event of this log.
    At(String, u64),
    /// On the all-stations topic: at this event of each station.
    Each(String, Vec<(StationId, u64)>),
}

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Apply it.
    Take,
    /// It was applied before, or says nothing new.
    Skip,
    /// Something between is missing: connect again with the bookmark.
    Gap,
    /// The last event is missing, unless it is just on its way.
    Behind,
}

/// How far one topic was applied.
#[derive(Clone, Debug)]
pub struct Cursor {
    topic: Topic,
    epoch: Option<String>,
    place: Option<u64>,
    each: BTreeMap<StationId, u64>,
}

impl Cursor {
    /// At `bookmark`.
    pub fn new(topic: Topic, bookmark: Bookmark) -> Self {
        let (epoch, place, each) = match bookmark {
            Bookmark::Start => (None, None, Vec::new()),
            Bookmark::At(epoch, seq) => (Some(epoch), Some(seq), Vec::new()),
            Bookmark::Each(epoch, each) => (Some(epoch), None, each),
        };
        Self {
            topic,
            epoch,
            place,
            each: each.into_iter().collect(),
        }
    }

    /// Path and query of the socket that continues here.
    pub fn address(&self) -> String {
        let mut address = self.topic.path();
        let Some(epoch) = &self.epoch else { return address };
        if let Some(place) = self.place {
            let _ = write!(address, "?epoch={epoch}&since={place}");
        } else if !self.each.is_empty() {
            let _ = write!(address, "?epoch={epoch}&since=");
            for (index, (station, seq)) in self.each.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(address, "{comma}{station}:{seq}");
            }
        }
        address
    }

    /// Forgets the place: the next connection begins with a snapshot.
    pub fn forget(&mut self) {
        (self.epoch, self.place) = (None, None);
        self.each.clear();
    }

    /// Judges a frame, and moves on when it is to be applied.
    pub fn judge(&mut self, message: &ServerMessage) -> Verdict {
        match message {
            ServerMessage::ConnectionEstablished(welcome) => {
                if self.epoch.as_deref().is_some_and(|epoch| epoch != welcome.epoch) {
                    self.forget();
                }
                self.epoch = Some(welcome.epoch.clone());
                Verdict::Take
            }
            ServerMessage::Snapshot(snapshot) => {
                self.jump(snapshot);
                Verdict::Take
            }
            ServerMessage::BookingStatus { data } => {
                self.epoch = Some(data.epoch.clone());
                self.place = self.place.max(Some(data.seq));
                Verdict::Take
            }
            ServerMessage::Heartbeat { seq, .. } if self.place.is_some_and(|place| place < *seq) => {
                Verdict::Behind
            }
            ServerMessage::Heartbeat { .. } | ServerMessage::Unknown => Verdict::Skip,
            _ => position(message).map_or(Verdict::Take, |(station, seq)| self.step(station, seq)),
        }
    }

    fn jump(&mut self, snapshot: &Snapshot) {
        self.epoch = Some(snapshot.epoch.clone());
        if self.topic == Topic::Stations {
            // A large network's state comes in several frames, each with a part of the stations.
            let stations = snapshot.stations.iter().flatten();
            self.each
                .extend(stations.map(|station| (station.station_id, station.seq)));
        } else {
            self.place = snapshot.seq;
        }
    }

    fn step(&mut self, station: Option<StationId>, seq: u64) -> Verdict {
        let held = match station {
            Some(station) if self.topic == Topic::Stations => self.each.get(&station).copied(),
            _ => self.place,
        };
        match held {
            Some(held) if seq <= held => return Verdict::Skip,
            Some(held) if seq > held + 1 => return Verdict::Gap,
            _ => {}
        }
        match station {
            Some(station) if self.topic == Topic::Stations => {
                self.each.insert(station, seq);
            }
            _ => self.place = Some(seq),
        }
        Verdict::Take
    }
}

/// The number of an event frame, and its station when it belongs to one.
fn position(message: &ServerMessage) -> Option<(Option<StationId>, u64)> {
    use ServerMessage as M;
    match message {
        M::InventoryUpdate(update) => Some((Some(update.station_id), update.seq)),
        M::BatteryBooked(event)
        | M::BatteryCollected(event)
        | M::BatteryAdded(event)
        | M::BatteryRemoved(event)
        | M::BatteryReturned(event)
        | M::BatteryReleased(event) => Some((Some(event.station_id), event.seq)),
        M::StationStatus { station_id, seq, .. } => Some((Some(*station_id), *seq)),
        M::BookingConfirmed { seq, .. }
        | M::BookingReady { seq, .. }
        | M::Notification { seq, .. }
        | M::NotificationRead { seq, .. }
        | M::BookingUpdate { seq, .. }
        | M::ItemsUpdated { seq, .. }
        | M::BookingTimer { seq, .. } => Some((None, *seq)),
        _ => None,
    }
}

/// How long to wait before the `tries`-th attempt, in ms: full jitter, from half a second to fifteen.
pub fn backoff_ms(tries: u32, random: f64) -> u32 {
    const BASE: u32 = 500;
    const CAP: u32 = 15_000;
    let most = BASE.saturating_mul(1 << tries.min(5)).min(CAP);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 15 000"
    )]
    let wait = (f64::from(most) * random.clamp(0.0, 1.0)) as u32;
    wait.max(50)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::protocol::frame::Welcome;

    fn timer(seq: u64) -> ServerMessage {
        ServerMessage::BookingTimer {
            seq,
            deadline: Timestamp::default(),
            server_time: Timestamp::default(),
        }
    }

    fn status(station: i64, seq: u64) -> ServerMessage {
        ServerMessage::StationStatus {
            seq,
            timestamp: Timestamp::default(),
            station_id: StationId(station),
            station_name: String::new(),
            status: crate::domain::StationStatus::Online,
            message: String::new(),
        }
    }

    fn welcome(epoch: &str) -> ServerMessage {
        ServerMessage::ConnectionEstablished(Welcome {
            message: String::new(),
            station_id: None,
            user_id: None,
            booking_id: None,
            epoch: epoch.to_owned(),
            seq: Some(9),
            server_time: Timestamp::default(),
            build: String::new(),
        })
    }

    #[test]
    fn the_next_event_is_applied_an_old_one_skipped_and_a_later_one_is_a_gap() {
        let topic = Topic::Booking(crate::domain::BookingId(3));
        let mut cursor = Cursor::new(topic, Bookmark::At("e".into(), 7));
        assert_eq!(cursor.address(), "/ws/bookings/3/?epoch=e&since=7");
        let verdicts = [8, 8, 7, 10, 9].map(|seq| cursor.judge(&timer(seq)));
        use Verdict::{Gap, Skip, Take};
        assert_eq!(verdicts, [Take, Skip, Skip, Gap, Take]);
        assert_eq!(cursor.address(), "/ws/bookings/3/?epoch=e&since=9");
    }

    #[test]
    fn a_heartbeat_ahead_of_the_cursor_tells_of_a_lost_event() {
        let mut cursor = Cursor::new(Topic::Station(StationId(1)), Bookmark::At("e".into(), 7));
        let beat = |seq| ServerMessage::Heartbeat {
            seq,
            server_time: Timestamp::default(),
        };
        assert_eq!(cursor.judge(&beat(7)), Verdict::Skip);
        assert_eq!(cursor.judge(&beat(8)), Verdict::Behind);
    }

    #[test]
    fn all_stations_are_numbered_one_by_one() {
        let each = vec![(StationId(1), 41), (StationId(2), 17)];
        let mut cursor = Cursor::new(Topic::Stations, Bookmark::Each("e".into(), each));
        assert_eq!(cursor.address(), "/ws/stations/?epoch=e&since=1:41,2:17");
        assert_eq!(cursor.judge(&status(2, 18)), Verdict::Take);
        assert_eq!(cursor.judge(&status(1, 43)), Verdict::Gap);
        assert_eq!(
            cursor.judge(&status(3, 5)),
            Verdict::Take,
            "a station we did not know"
        );
        assert_eq!(cursor.address(), "/ws/stations/?epoch=e&since=1:41,2:18,3:5");
    }

    #[test]
    fn a_rebuilt_log_makes_the_bookmark_worthless() {
        let mut cursor = Cursor::new(Topic::Station(StationId(1)), Bookmark::At("old".into(), 7));
        cursor.judge(&welcome("new"));
        assert_eq!(cursor.address(), "/ws/stations/1/");
        assert_eq!(cursor.judge(&status(1, 3)), Verdict::Take);
    }

    #[test]
    fn the_wait_grows_to_fifteen_seconds_and_never_beyond() {
        let longest = [0, 1, 2, 4, 5, 40].map(|tries| backoff_ms(tries, 1.0));
        assert_eq!(longest, [500, 1_000, 2_000, 8_000, 15_000, 15_000]);
        assert_eq!(backoff_ms(3, 0.0), 50);
    }
}
