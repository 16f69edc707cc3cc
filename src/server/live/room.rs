//! How much memory a watched topic may take.

use crate::protocol::Topic;

/// How much of a topic is kept in memory. What fell out is read from the database, or a snapshot stands in.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Events.
    pub events: usize,
    /// Bytes of all their frames.
    pub bytes: usize,
}

/// However many events fit: the frames of one topic take so much.
const BYTES: usize = 2 * 1_024 * 1_024;

impl Room {
    /// What a topic gets where so many events of each are kept; all stations together get more.
    pub fn of(topic: Topic, events: u32) -> Self {
        let rings = if topic == Topic::Stations { 4 } else { 1 };
        Self {
            events: events as usize * rings,
            bytes: BYTES * rings,
        }
    }
}
