//! The client's place in a topic: what it has applied, what it asks for after a break, and whether a frame
//! is the next one, an old one, or one too far. Pure: no socket, no clock.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::domain::StationId;
use crate::protocol::{Envelope, Topic};

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
    pub fn judge(&mut self, frame: &Envelope) -> Verdict {
        match (frame.kind.as_str(), frame.seq) {
            ("connection_established", _) => {
                if self.epoch.is_some() && self.epoch != frame.epoch {
                    self.forget();
                }
                self.epoch.clone_from(&frame.epoch);
                Verdict::Take
            }
            ("snapshot", seq) => {
                self.epoch.clone_from(&frame.epoch);
                if self.topic == Topic::Stations {
                    // A large network's state comes in several frames, each with a part of the stations.
                    let stations = frame.stations.iter().flatten();
                    self.each
                        .extend(stations.map(|station| (station.station_id, station.seq)));
                } else {
                    self.place = seq;
                }
                Verdict::Take
            }
            ("booking_status" | "bay_status" | "session_status", _) => {
                if let Some(at) = &frame.data {
                    self.epoch.clone_from(&at.epoch);
                    self.place = self.place.max(at.seq);
                }
                Verdict::Take
            }
            ("heartbeat", Some(seq)) if self.place.is_some_and(|place| place < seq) => Verdict::Behind,
            ("heartbeat", _) => Verdict::Skip,
            (_, Some(seq)) => self.step(frame.station_id, seq),
            (_, None) => Verdict::Take,
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
    use serde_json::json;

    use super::*;

    fn frame(json: serde_json::Value) -> Envelope {
        Envelope::read(&json.to_string()).unwrap()
    }

    fn timer(seq: u64) -> Envelope {
        frame(json!({"type": "booking_timer", "seq": seq}))
    }

    fn status(station: i64, seq: u64) -> Envelope {
        frame(json!({"type": "station_status", "seq": seq, "station_id": station}))
    }

    fn welcome(epoch: &str) -> Envelope {
        frame(json!({"type": "connection_established", "epoch": epoch, "seq": 9, "station_id": null}))
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
        let beat = |seq| frame(json!({"type": "heartbeat", "seq": seq}));
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
    fn what_is_new_to_this_build_is_numbered_too_and_what_has_no_number_is_applied() {
        let mut cursor = Cursor::new(Topic::Station(StationId(1)), Bookmark::At("e".into(), 7));
        let verdicts = [
            json!({"type": "of_tomorrow", "seq": 8, "data": null}),
            json!({"type": "error", "message": "no", "code": "no"}),
            json!({"type": "of_tomorrow", "seq": 10}),
        ]
        .map(|json| cursor.judge(&frame(json)));
        assert_eq!(verdicts, [Verdict::Take, Verdict::Take, Verdict::Gap]);
    }

    #[test]
    fn the_wait_grows_to_fifteen_seconds_and_never_beyond() {
        let longest = [0, 1, 2, 4, 5, 40].map(|tries| backoff_ms(tries, 1.0));
        assert_eq!(longest, [500, 1_000, 2_000, 8_000, 15_000, 15_000]);
        assert_eq!(backoff_ms(3, 0.0), 50);
    }
}
