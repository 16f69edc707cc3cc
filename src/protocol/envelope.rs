//! What can be read of every frame without knowing what it means: enough to keep one's place in a topic.

use serde::Deserialize;

use crate::domain::{StationId, Timestamp};

/// The outside of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Envelope {
    /// `type`: what kind of frame.
    #[serde(rename = "type")]
    pub kind: String,
    /// The number of an event, or how far a topic is.
    pub seq: Option<u64>,
    /// Which log the number belongs to.
    pub epoch: Option<String>,
    /// About which station.
    pub station_id: Option<StationId>,
    /// The server's clock.
    pub server_time: Option<Timestamp>,
    /// When to come back.
    pub retry_after_ms: Option<u64>,
    /// In a snapshot of all stations: the place of each.
    pub stations: Option<Vec<StationPlace>>,
    /// In a status: the place it stands for.
    pub data: Option<StatusPlace>,
}

/// How far a station's topic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct StationPlace {
    /// Which station.
    pub station_id: StationId,
    /// Its last event.
    pub seq: u64,
}

/// How far the topic of a thing is whose status is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatusPlace {
    /// Of which log.
    pub epoch: Option<String>,
    /// Its last event.
    pub seq: Option<u64>,
}

impl Envelope {
    /// Reads the outside of a frame.
    ///
    /// # Errors
    /// When it is no frame.
    pub fn read(frame: &str) -> serde_json::Result<Self> {
        serde_json::from_str(frame)
    }
}
