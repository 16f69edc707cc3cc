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

impl Room {
    /// What a topic gets.
    pub fn of(topic: Topic) -> Self {
        let rings = if topic == Topic::Stations { 4 } else { 1 };
        Self {
            events: 1_024 * rings,
            bytes: 2 * 1_024 * 1_024 * rings,
        }
    }
}
