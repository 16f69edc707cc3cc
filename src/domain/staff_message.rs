//! What a lead or the operator says to everybody at a station.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whether it wants an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffMessageKind {
    /// Good to know.
    Broadcast,
    /// Everybody has to acknowledge it.
    Alert,
}

impl StaffMessageKind {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broadcast => "broadcast",
            Self::Alert => "alert",
        }
    }
}

impl FromStr for StaffMessageKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let kind = [Self::Broadcast, Self::Alert]
            .into_iter()
            .find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| format!("{text} is no kind of message"))
    }
}

/// How loud it is; a loud alert stays on the screen until it is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// Whenever somebody looks.
    Low,
    /// As usual.
    #[default]
    Normal,
    /// Now.
    High,
}

impl Loudness {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

impl FromStr for Loudness {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let loudness = [Self::Low, Self::Normal, Self::High]
            .into_iter()
            .find(|loudness| loudness.as_str() == text);
        loudness.ok_or_else(|| format!("{text} is neither low nor normal nor high"))
    }
}
