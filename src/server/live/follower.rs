//! One reader's way through a topic: from its bookmark over the stored events into the live ones, or from a
//! snapshot. It asks for the next piece and gets it; where it comes from is decided here.

use std::sync::Arc;

use metrics::counter;

use super::Text;
use super::cursor::{Bookmark, Cursor, Read, Resume};
use super::hub::{Hub, Subscription};
use super::outbox::PAGE;
use super::snapshot;
use crate::domain::Problem;
use crate::protocol::{ServerMessage, Topic};
use crate::server::store::StoreError;
use crate::server::store::bookings::Audience;
use crate::server::telemetry::Metric;

/// What one turn of live events brings at the most, so that a busy topic does not keep a connection from
/// listening to its client.
const TURN_BYTES: usize = 64 * 1_024;
/// A lane of the network that a bookmark does not name is read from its beginning if it is no longer.
const SHORT_LANE: u64 = 100;

/// Where a reader wants to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the whole state.
    Snapshot,
    /// With what is committed from now on.
    Now,
    /// After this bookmark, of this log (`None`: whichever there is).
    After(Option<String>, Bookmark),
}

/// What a reader gets next.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Frames, in order.
    Frames(Vec<Text>),
    /// It was too slow: what comes next has left the memory.
    Lost,
}

enum Phase {
    /// The client's own bookmark, not looked at yet.
    Claimed(Option<String>, Bookmark),
    Snapshot {
        conflated: bool,
    },
    /// A bookmark that is good; what follows it may lie in the database.
    Replay(Bookmark),
    Live(Cursor),
}

/// One reader of one topic.
pub struct Follower {
    hub: Arc<Hub>,
    subscription: Subscription,
    audience: Audience,
    phase: Phase,
}

impl Follower {
    /// Begins to read. The subscription exists already, so nothing is missed in between.
    pub fn new(hub: Arc<Hub>, subscription: Subscription, audience: Audience, start: Start) -> Self {
        let phase = match start {
            Start::Snapshot => Phase::Snapshot { conflated: false },
            Start::Now => Phase::Replay(subscription.joined().clone()),
            Start::After(epoch, bookmark) => Phase::Claimed(epoch, bookmark),
        };
        Self {
            hub,
            subscription,
            audience,
            phase,
        }
    }

    /// The next piece; waits for it. May be dropped and called again: nothing is lost by it.
    pub async fn next(&mut self) -> Result<Piece, Problem> {
        loop {
            let news = match &mut self.phase {
                Phase::Live(cursor) => match self.subscription.next(cursor, TURN_BYTES).await {
                    Read::Frames(frames) => return Ok(Piece::Frames(frames)),
                    Read::Nothing => continue,
                    Read::Lost => return Ok(Piece::Lost),
                },
                Phase::Snapshot { conflated } => {
                    let conflated = *conflated;
                    Some(self.snapshot(conflated).await?)
                }
                Phase::Claimed(epoch, bookmark) => {
                    let (epoch, bookmark) = (epoch.clone(), bookmark.clone());
                    self.examine(epoch, bookmark).await?
                }
                Phase::Replay(bookmark) => {
                    let bookmark = bookmark.clone();
                    self.replay(bookmark).await?
                }
            };
            if let Some(frames) = news.filter(|frames| !frames.is_empty()) {
                return Ok(Piece::Frames(frames));
            }
        }
    }

    /// Goes on with a snapshot in place of what was lost.
    pub fn conflate(&mut self) {
        self.phase = Phase::Snapshot { conflated: true };
    }

    /// The last event's number, when the reader has everything up to it.
    pub fn settled_head(&self) -> Option<u64> {
        match &self.phase {
            Phase::Live(cursor) if self.subscription.is_at_end(cursor) => self.subscription.head(),
            _ => None,
        }
    }

    fn topic(&self) -> Topic {
        self.subscription.channel().topic()
    }

    async fn snapshot(&mut self, conflated: bool) -> Result<Vec<Text>, Problem> {
        let state = snapshot::read(&self.hub.db, self.subscription.channel(), self.audience).await?;
        let frames = if conflated {
            written(&state.conflated())
        } else {
            written(&state.frames)
        }?;
        self.phase = Phase::Replay(state.at.clone());
        Ok(frames)
    }

    /// Looks whether everything after a client's bookmark can be had; otherwise it gets the whole state.
    async fn examine(
        &mut self,
        epoch: Option<String>,
        mut bookmark: Bookmark,
    ) -> Result<Option<Vec<Text>>, Problem> {
        let is_foreign = epoch.is_some_and(|epoch| epoch != self.subscription.epoch());
        let verdict = if is_foreign {
            "other_epoch"
        } else if self.is_ahead(&bookmark).await? {
            "ahead"
        } else if self.is_forgotten(&bookmark).await? {
            "forgotten"
        } else {
            "resumed"
        };
        counter!(Metric::WsRecover.name(), "result" => verdict).increment(1);
        if verdict != "resumed" {
            self.phase = Phase::Snapshot { conflated: false };
            return Ok(None);
        }
        let strangers = self.unnamed_lanes(&bookmark);
        let mut frames = Vec::new();
        if !strangers.is_empty() {
            let state = snapshot::read(&self.hub.db, self.subscription.channel(), self.audience).await?;
            frames = written(&state.only(&strangers))?;
            let positions = strangers.iter().filter_map(|topic| state.at.get_key_value(topic));
            bookmark.extend(positions.map(|(topic, seq)| (*topic, *seq)));
        }
        self.phase = Phase::Replay(bookmark);
        Ok(Some(frames))
    }

    /// Whether it names events that not even the database has.
    async fn is_ahead(&self, bookmark: &Bookmark) -> Result<bool, StoreError> {
        let channel = self.subscription.channel();
        let ahead = channel.read().ahead(bookmark);
        for topic in ahead {
            // Perhaps another process committed them a moment ago.
            self.hub.refresh(topic).await?;
        }
        let is_ahead = !channel.read().ahead(bookmark).is_empty();
        Ok(is_ahead)
    }

    /// Whether events after it are neither in memory nor stored any more.
    async fn is_forgotten(&self, bookmark: &Bookmark) -> Result<bool, StoreError> {
        let resume = self.subscription.channel().read().resume(bookmark);
        let Resume::Behind(topics) = resume else {
            return Ok(false);
        };
        for topic in topics {
            let Some(since) = bookmark.get(&topic).copied() else {
                continue;
            };
            if self.hub.db.first_event_after(topic, since).await? != Some(since + 1) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stations that a bookmark of the network does not name, and whose history is too long to be told.
    fn unnamed_lanes(&self, bookmark: &Bookmark) -> Vec<Topic> {
        if self.topic() != Topic::Stations {
            return Vec::new();
        }
        let heads = self.subscription.channel().read().heads();
        let is_long = |(topic, head): &(&Topic, &u64)| !bookmark.contains_key(topic) && **head > SHORT_LANE;
        heads.iter().filter(is_long).map(|(topic, _)| *topic).collect()
    }

    /// Joins the live events, or reads the next page on the way there.
    async fn replay(&mut self, mut bookmark: Bookmark) -> Result<Option<Vec<Text>>, Problem> {
        let resume = self.subscription.channel().read().resume(&bookmark);
        let topic = match resume {
            Resume::Here(cursor) => {
                self.phase = Phase::Live(cursor);
                return Ok(None);
            }
            Resume::Behind(topics) => topics.first().copied(),
        };
        let Some(topic) = topic else { return Ok(None) };
        let since = bookmark.get(&topic).copied().unwrap_or(0);
        let page = self.hub.db.events_after(topic, since, PAGE).await?;
        let mut frames = Vec::new();
        let mut last = since;
        for event in page {
            if event.seq != last + 1 {
                // Forgotten while we were on the way: never a part without saying so.
                self.phase = Phase::Snapshot { conflated: true };
                return Ok(None);
            }
            last = event.seq;
            frames.push(Text::from(event.frame));
        }
        if frames.is_empty() {
            self.phase = Phase::Snapshot { conflated: true };
            return Ok(None);
        }
        counter!(Metric::WsReplayedEvents.name()).increment(frames.len() as u64);
        bookmark.insert(topic, last);
        self.phase = Phase::Replay(bookmark);
        Ok(Some(frames))
    }
}

/// Frames as they go over the wire.
pub fn written(messages: &[ServerMessage]) -> Result<Vec<Text>, Problem> {
    let write = |message| {
        serde_json::to_string(message).map(Text::from).map_err(|error| {
            tracing::error!(%error, "a frame cannot be written");
            Problem::Internal
        })
    };
    messages.iter().map(write).collect()
}
