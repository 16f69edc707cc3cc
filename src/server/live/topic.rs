//! A topic in memory: its newest events in order, and where each reader stands in them.
//!
//! Pure: no lock, no clock, no database. Events may be offered late, twice or in the wrong order; they come
//! out once and in the order of their numbers, or the reader is told that it lost some.
//!
//! A log has one lane per numbered stream. A numbered topic has a single lane; the all-stations topic has
//! one for every station and keeps their events in the order of arrival.

use std::collections::{BTreeMap, VecDeque};

use super::Text;
use super::cursor::{Bookmark, Cursor, Read, Resume};
use super::room::Room;
use crate::protocol::Topic;

/// Events that came before their turn, kept for each lane; more than that is read from the database.
const MAX_EARLY: usize = 1_024;

/// What became of an offered event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It is in the log, readers may see it.
    Taken,
    /// It was there before.
    Known,
    /// Something before it is missing, or the log is another one: ask the database.
    Waits,
}

#[derive(Debug)]
struct Entry {
    topic: Topic,
    seq: u64,
    text: Text,
}

#[derive(Debug, Default)]
struct Lane {
    head: u64,
    early: BTreeMap<u64, Text>,
}

/// The newest events of a topic.
#[derive(Debug)]
pub struct Log {
    room: Room,
    /// Of which log in the database; empty until it is established.
    epoch: String,
    /// Lanes may appear by themselves.
    is_derived: bool,
    lanes: BTreeMap<Topic, Lane>,
    ring: VecDeque<Entry>,
    /// The place of the ring's first entry, counted since the log was made.
    start: u64,
    bytes: usize,
}

impl Log {
    /// An empty log; what is offered to it waits until it is established.
    pub fn new(topic: Topic, room: Room) -> Self {
        let is_derived = topic == Topic::Stations;
        let mut lanes = BTreeMap::new();
        if !is_derived {
            lanes.insert(topic, Lane::default());
        }
        Self {
            room,
            epoch: String::new(),
            is_derived,
            lanes,
            ring: VecDeque::new(),
            start: 0,
            bytes: 0,
        }
    }

    /// Says where the lanes stand in the database. A second time it means that the log was rebuilt there:
    /// every reader has lost its place.
    pub fn establish(&mut self, epoch: &str, heads: impl IntoIterator<Item = (Topic, u64)>) {
        if self.is_established() {
            self.break_off();
            self.lanes.values_mut().for_each(|lane| lane.early.clear());
        }
        epoch.clone_into(&mut self.epoch);
        for (topic, head) in heads {
            self.lanes.entry(topic).or_default().head = head;
        }
        let topics: Vec<Topic> = self.lanes.keys().copied().collect();
        for topic in topics {
            self.release(topic);
        }
    }

    /// Whether it is known where the lanes stand.
    pub fn is_established(&self) -> bool {
        !self.epoch.is_empty()
    }

    /// Of which log in the database.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Takes an event, whatever way it came.
    pub fn offer(&mut self, topic: Topic, epoch: &str, seq: u64, text: &Text) -> Offer {
        if self.is_derived {
            self.lanes.entry(topic).or_default();
        }
        let is_ours = !self.is_established() || self.epoch == epoch;
        let established = self.is_established();
        let Some(lane) = self.lanes.get_mut(&topic).filter(|_| is_ours) else {
            return Offer::Waits;
        };
        if seq <= lane.head {
            return Offer::Known;
        }
        if lane.early.len() < MAX_EARLY || seq == lane.head + 1 {
            lane.early.insert(seq, text.clone());
        }
        if !established || seq != lane.head + 1 {
            return Offer::Waits;
        }
        self.release(topic);
        Offer::Taken
    }

    /// The events of a lane up to `seq` cannot be had any more: whoever has not read them has lost them.
    pub fn jump(&mut self, topic: Topic, seq: u64) {
        let Some(lane) = self.lanes.get_mut(&topic).filter(|lane| lane.head < seq) else {
            return;
        };
        lane.head = seq;
        self.break_off();
        self.release(topic);
    }

    /// Where each lane stands.
    pub fn heads(&self) -> Bookmark {
        self.lanes
            .iter()
            .map(|(topic, lane)| (*topic, lane.head))
            .collect()
    }

    /// Where one lane stands.
    pub fn head(&self, topic: Topic) -> Option<u64> {
        self.lanes.get(&topic).map(|lane| lane.head)
    }

    /// The lanes in which an event is missing.
    pub fn gaps(&self) -> Vec<Topic> {
        let has_gap = |lane: &Lane| self.is_established() && !lane.early.is_empty();
        let gaps = self.lanes.iter().filter(|(_, lane)| has_gap(lane));
        gaps.map(|(topic, _)| *topic).collect()
    }

    /// A cursor behind the newest event.
    #[cfg(test)]
    pub fn end(&self) -> Cursor {
        Cursor {
            next: self.end_place(),
            skip: Bookmark::new(),
        }
    }

    /// Lanes in which the bookmark names events that this log has not heard of.
    pub fn ahead(&self, at: &Bookmark) -> Vec<Topic> {
        let is_ahead = |(topic, seq): &(&Topic, &u64)| self.head(**topic).is_none_or(|head| head < **seq);
        at.iter().filter(is_ahead).map(|(topic, _)| *topic).collect()
    }

    /// A cursor behind the bookmark's events. A lane that the bookmark does not name is read from its
    /// beginning; where the bookmark is newer than the log, its events are stepped over when they come.
    pub fn resume(&self, at: &Bookmark) -> Resume {
        let mut missing = self.missing(at);
        let mut left: u64 = missing.values().sum();
        let mut place = self.end_place();
        for entry in self.ring.iter().rev() {
            if left == 0 {
                break;
            }
            place -= 1;
            if entry.seq > at.get(&entry.topic).copied().unwrap_or(0)
                && let Some(missing) = missing.get_mut(&entry.topic)
            {
                *missing -= 1;
                left -= 1;
            }
        }
        if left > 0 {
            missing.retain(|_, missing| *missing > 0);
            return Resume::Behind(missing.into_keys().collect());
        }
        let skip = at.clone();
        Resume::Here(Cursor { next: place, skip })
    }

    /// At most about `bytes` of what follows the cursor.
    pub fn read(&self, cursor: &mut Cursor, bytes: usize) -> Read {
        let Some(skipped) = cursor.next.checked_sub(self.start) else {
            return Read::Lost;
        };
        let mut frames = Vec::new();
        let mut read = 0;
        let first = usize::try_from(skipped).unwrap_or(usize::MAX);
        for entry in self.ring.iter().skip(first) {
            if read >= bytes {
                break;
            }
            cursor.next += 1;
            if cursor
                .skip
                .get(&entry.topic)
                .is_none_or(|known| *known < entry.seq)
            {
                read += entry.text.len();
                frames.push(entry.text.clone());
            }
        }
        if cursor.next == self.end_place() {
            let is_ahead = |topic: &Topic, known: u64| self.head(*topic).is_none_or(|head| head < known);
            cursor.skip.retain(|topic, known| is_ahead(topic, *known));
        }
        if frames.is_empty() {
            return Read::Nothing;
        }
        Read::Frames(frames)
    }

    /// Whether the cursor's reader has everything.
    pub fn is_at_end(&self, cursor: &Cursor) -> bool {
        cursor.next == self.end_place()
    }

    /// How many events of each lane follow the bookmark.
    fn missing(&self, at: &Bookmark) -> BTreeMap<Topic, u64> {
        let count = |(topic, lane): (&Topic, &Lane)| {
            let missing = lane.head.saturating_sub(at.get(topic).copied().unwrap_or(0));
            (missing > 0).then_some((*topic, missing))
        };
        self.lanes.iter().filter_map(count).collect()
    }

    fn end_place(&self) -> u64 {
        self.start + self.ring.len() as u64
    }

    /// Nobody may read across this place.
    fn break_off(&mut self) {
        self.start = self.end_place() + 1;
        self.ring.clear();
        self.bytes = 0;
    }

    /// Moves what waited and whose turn it is into the ring.
    fn release(&mut self, topic: Topic) {
        if !self.is_established() {
            return;
        }
        let Some(lane) = self.lanes.get_mut(&topic) else {
            return;
        };
        while let Some(first) = lane.early.first_entry() {
            let seq = *first.key();
            if seq > lane.head + 1 {
                break;
            }
            let text = first.remove();
            if seq == lane.head + 1 {
                lane.head = seq;
                self.bytes += text.len();
                self.ring.push_back(Entry { topic, seq, text });
            }
        }
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.ring.len() > self.room.events || (self.bytes > self.room.bytes && self.ring.len() > 1) {
            let Some(oldest) = self.ring.pop_front() else {
                return;
            };
            self.bytes -= oldest.text.len();
            self.start += 1;
        }
    }
}

#[cfg(test)]
#[path = "topic_tests.rs"]
mod tests;
