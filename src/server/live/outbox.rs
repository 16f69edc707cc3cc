//! From the outbox to the hub: committed events are heard of the moment they are committed, and read from
//! the database where one was not heard of.

use std::sync::{Arc, Weak};

use metrics::counter;

use super::Text;
use super::hub::{Channel, Hub};
use crate::protocol::Topic;
use crate::server::store::{CommitListener, Position, StoreError, StoredEvent};
use crate::server::telemetry::Metric;

/// Events read from the database at a time.
pub const PAGE: i64 = 500;

/// From now on the hub hears of every commit of this process.
pub fn listen(hub: &Arc<Hub>) {
    hub.db.set_listener(Arc::new(Ear(Arc::downgrade(hub))));
}

/// The database holds it, and the hub holds the database: a strong hub here would keep both alive forever.
struct Ear(Weak<Hub>);

impl CommitListener for Ear {
    fn committed(&self, events: Vec<StoredEvent>) {
        if let Some(hub) = self.0.upgrade() {
            counter!(Metric::EventsPublished.name()).increment(events.len() as u64);
            hub.take(events);
        }
    }
}

impl Hub {
    /// Takes events, in whatever order and however often they come.
    pub fn take(&self, events: Vec<StoredEvent>) {
        let mut woken: Vec<Arc<Channel>> = Vec::new();
        for event in events {
            let text = Text::from(event.frame);
            self.offer(event.topic, &event.epoch, event.seq, &text, &mut woken);
        }
        for channel in &woken {
            channel.wake();
        }
    }

    /// Reads from the database what the watched topics do not have of a stream. What the database does not
    /// have either is skipped over; its readers are told that they lost it.
    pub async fn pull(&self, topic: Topic, known: Option<&Position>) -> Result<(), StoreError> {
        if let Some(position) = known {
            self.notice_rebuilt(topic, position).await?;
        }
        while let Some(from) = self.lowest_head(topic) {
            let page = self.db.events_after(topic, from, PAGE).await?;
            let (found, first) = (page.len(), page.first().map(|event| event.seq));
            if let Some(first) = first {
                self.skip_over(topic, first - 1);
            }
            counter!(Metric::EventsPulled.name()).increment(found as u64);
            self.take(page);
            let is_last = found < usize::try_from(PAGE).unwrap_or(usize::MAX);
            if is_last || self.lowest_head(topic) == Some(from) {
                break;
            }
        }
        if let Some(position) = known {
            self.skip_over(topic, position.seq);
        }
        Ok(())
    }

    /// Where the reading must begin so that no watched topic misses anything.
    fn lowest_head(&self, topic: Topic) -> Option<u64> {
        let is_established = |channel: &Arc<Channel>| channel.read().is_established();
        let channels = self.carrying(topic).into_iter().filter(is_established);
        channels
            .map(|channel| channel.read().head(topic).unwrap_or(0))
            .min()
    }

    fn skip_over(&self, topic: Topic, seq: u64) {
        for channel in self.carrying(topic) {
            let has_hole = channel.read().head(topic).is_some_and(|head| head < seq);
            if has_hole && channel.read().is_established() {
                tracing::warn!(%topic, seq, "events are not stored any more; their readers get a snapshot");
                channel.write().jump(topic, seq);
                channel.wake();
            }
        }
    }

    /// A restored database has another epoch: everything in memory belongs to a log that is no more.
    async fn notice_rebuilt(&self, topic: Topic, position: &Position) -> Result<(), StoreError> {
        for channel in self.carrying(topic) {
            let is_same = {
                let log = channel.read();
                !log.is_established() || log.epoch() == position.epoch
            };
            if is_same {
                continue;
            }
            let heads = match channel.topic() {
                Topic::Stations => self.db.station_positions().await?,
                _ => vec![(topic, position.clone())],
            };
            let heads = heads.into_iter().map(|(topic, position)| (topic, position.seq));
            channel.write().establish(&position.epoch, heads);
            channel.wake();
        }
        Ok(())
    }
}
