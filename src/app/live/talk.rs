//! One connection as the clock sees it: how long it may be silent, and why it ended.

use crate::app::browser;

/// Silence after which we ask whether anybody is there.
const SILENCE_MS: f64 = 20_000.0;
/// How long the answer, or the first frame, may take.
const ANSWER_MS: f64 = 10_000.0;
/// How long an event may be behind the heartbeat that told of it.
pub const BEHIND_MS: f64 = 1_000.0;
/// A connection that lived so long was a good one: the next wait is short again.
pub const GOOD_MS: f64 = 30_000.0;

/// Why a connection ended.
pub enum Ending {
    Final,
    Restarting(u32),
    Gap,
    Dropped { lived_ms: f64 },
}

/// The times of one connection.
pub struct Talk {
    pub opened: f64,
    /// When something was heard last.
    pub heard: f64,
    /// When we asked whether anybody is there, unless answered.
    pub asked: Option<f64>,
    /// When a heartbeat told of an event that we do not have yet.
    pub behind: Option<f64>,
    pub welcomed: bool,
}

impl Talk {
    pub fn new() -> Self {
        let now = browser::now_ms();
        Self {
            opened: now,
            heard: now,
            asked: None,
            behind: None,
            welcomed: false,
        }
    }

    /// How long to wait for the next frame.
    pub fn patience_ms(&self) -> f64 {
        let silence = if self.welcomed { SILENCE_MS } else { ANSWER_MS };
        let end = self.asked.map_or(self.heard + silence, |asked| asked + ANSWER_MS);
        let end = self.behind.map_or(end, |behind| end.min(behind + BEHIND_MS));
        end - browser::now_ms()
    }

    pub fn is_silent(&self) -> bool {
        browser::now_ms() - self.heard > SILENCE_MS
    }

    pub fn dropped(&self) -> Ending {
        Ending::Dropped {
            lived_ms: browser::now_ms() - self.opened,
        }
    }
}
