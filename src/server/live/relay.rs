//! How this process learns of what other processes commit to the same database (a second server,
//! `voltbay test-broadcast`): it compares, a few times a second, how far the watched topics are here and
//! there, in one cheap query. It also fills gaps that a commit heard of out of order leaves.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use tokio_util::sync::CancellationToken;

use super::hub::Hub;
use crate::protocol::Topic;
use crate::server::store::{Position, StoreError};
use crate::server::telemetry::Metric;

/// What another process commits is seen here so much later at the most.
const EVERY: Duration = Duration::from_millis(300);
/// A commit heard of too early is usually followed at once by the one before it.
const GRACE: Duration = Duration::from_millis(10);
/// Topics compared at a time; with more of them open, each has its turn later.
const AT_A_TIME: usize = 500;

/// Keeps the hub true until the server stops.
pub async fn run(hub: Arc<Hub>, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut turn = 0;
    let mut is_failing = false;
    loop {
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {
                let open = hub.forget_unwatched(Instant::now());
                #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 topics")]
                gauge!(Metric::TopicsOpen.name()).set(open as f64);
                turn += 1;
                hub.compare(turn).await
            }
            () = hub.gap.notified() => {
                tokio::time::sleep(GRACE).await;
                hub.fill_gaps().await
            }
        };
        match outcome {
            Ok(()) => is_failing = false,
            Err(error) if !is_failing => {
                tracing::warn!(%error, "the database cannot be compared with; trying on");
                is_failing = true;
            }
            Err(_) => {}
        }
    }
}

impl Hub {
    /// Reads the events that others announced before those in front of them.
    pub(super) async fn fill_gaps(&self) -> Result<(), StoreError> {
        let gaps = self
            .watched()
            .into_iter()
            .flat_map(|channel| channel.read().gaps());
        for topic in gaps.collect::<BTreeSet<_>>() {
            counter!(Metric::GapsDetected.name()).increment(1);
            self.pull(topic, None).await?;
        }
        Ok(())
    }

    /// Compares watched topics with the database and reads what is missing.
    pub(super) async fn compare(&self, turn: usize) -> Result<(), StoreError> {
        for (topic, position) in self.heads_there(turn).await? {
            if self.is_behind(topic, &position) {
                self.pull(topic, Some(&position)).await?;
            }
        }
        Ok(())
    }

    /// The same for one topic, now.
    pub(super) async fn refresh(&self, topic: Topic) -> Result<(), StoreError> {
        let position = self.db.topic_position(topic).await?;
        self.pull(topic, Some(&position)).await
    }

    async fn heads_there(&self, turn: usize) -> Result<Vec<(Topic, Position)>, StoreError> {
        let mut topics: Vec<Topic> = self.watched().iter().map(|channel| channel.topic()).collect();
        if topics.is_empty() {
            return Ok(Vec::new());
        }
        topics.sort_unstable();
        let whole_network = topics.first() == Some(&Topic::Stations);
        topics.retain(|topic| !(whole_network && matches!(topic, Topic::Station(_) | Topic::Stations)));
        let chunks = topics.len().div_ceil(AT_A_TIME).max(1);
        let chunk = topics.chunks(AT_A_TIME).nth(turn % chunks).unwrap_or_default();
        let mut heads = Vec::new();
        if whole_network {
            heads = self.db.station_positions().await?;
        }
        if !chunk.is_empty() {
            heads.extend(self.db.positions(chunk).await?);
        }
        Ok(heads)
    }

    fn is_behind(&self, topic: Topic, there: &Position) -> bool {
        self.carrying(topic).iter().any(|channel| {
            let log = channel.read();
            let is_older = log.head(topic).is_none_or(|head| head < there.seq);
            log.is_established() && (is_older || log.epoch() != there.epoch)
        })
    }
}
