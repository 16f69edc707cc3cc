//! All topics that somebody watches, each with its newest events.
//!
//! A topic is opened by its first subscriber, from its position in the database, and forgotten when nobody
//! has watched it for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OnceCell, watch};

use super::Text;
use super::cursor::{Bookmark, Cursor, Read};
use super::room::Room;
use super::snapshot::Cache;
use super::topic::{Log, Offer};
use crate::domain::Problem;
use crate::protocol::Topic;
use crate::server::store::Db;

/// A topic that nobody watches is kept so long for those who come back.
const KEPT_UNWATCHED: Duration = Duration::from_mins(1);

/// The topics that somebody watches.
pub struct Hub {
    pub(super) db: Db,
    channels: Mutex<HashMap<Topic, Arc<Channel>>>,
    events_in_memory: u32,
    /// Somewhere an event is missing.
    pub(super) gap: Notify,
}

/// One topic that somebody watches.
pub struct Channel {
    topic: Topic,
    log: RwLock<Log>,
    /// Marks every change of the log. A receiver remembers which mark it saw, so none is missed.
    changed: watch::Sender<()>,
    established: OnceCell<()>,
    last_watched: Mutex<Instant>,
    pub(super) snapshot: Cache,
}

/// A watched topic.
pub struct Subscription {
    channel: Arc<Channel>,
    changed: watch::Receiver<()>,
    epoch: String,
    joined: Bookmark,
}

impl Hub {
    /// A hub without topics, that keeps so many events of each. It hears nothing before [`super::outbox::listen`].
    pub fn new(db: Db, events_in_memory: u32) -> Arc<Self> {
        Arc::new(Self {
            db,
            channels: Mutex::default(),
            events_in_memory,
            gap: Notify::new(),
        })
    }

    /// Watches a topic, from this moment on: whatever is committed later will be in its log.
    pub async fn subscribe(&self, topic: Topic) -> Result<Subscription, Problem> {
        let channel = self.channel(topic);
        channel
            .established
            .get_or_try_init(|| self.establish(&channel))
            .await?;
        let (epoch, joined) = {
            let log = channel.read();
            (log.epoch().to_owned(), log.heads())
        };
        Ok(Subscription {
            changed: channel.changed.subscribe(),
            channel,
            epoch,
            joined,
        })
    }

    /// Whether somebody watches the topic already.
    pub fn is_watched(&self, topic: Topic) -> bool {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.contains_key(&topic)
    }

    /// It takes events before it is established, so nothing falls between the look at the database and the
    /// first event heard of.
    fn channel(&self, topic: Topic) -> Arc<Channel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Channel::new(topic, Room::of(topic, self.events_in_memory)));
        Arc::clone(channels.entry(topic).or_insert_with(fresh))
    }

    async fn establish(&self, channel: &Channel) -> Result<(), Problem> {
        if channel.topic == Topic::Stations {
            let heads = self.db.station_positions().await?;
            let heads = heads.into_iter().map(|(topic, position)| (topic, position.seq));
            channel.write().establish(self.db.epoch(), heads);
        } else {
            let position = self.db.open_topic(channel.topic).await?;
            channel
                .write()
                .establish(&position.epoch, [(channel.topic, position.seq)]);
        }
        Ok(())
    }

    /// Brings an event to whoever watches its topic; the caller wakes them with [`Channel::wake`].
    pub(super) fn offer(
        &self,
        topic: Topic,
        epoch: &str,
        seq: u64,
        text: &Text,
        woken: &mut Vec<Arc<Channel>>,
    ) {
        for channel in self.carrying(topic) {
            match channel.write().offer(topic, epoch, seq, text) {
                Offer::Known => {}
                Offer::Waits => self.gap.notify_one(),
                Offer::Taken if woken.iter().any(|known| Arc::ptr_eq(known, &channel)) => {}
                Offer::Taken => woken.push(Arc::clone(&channel)),
            }
        }
    }

    /// The watched topics in which events of `topic` go: itself, and for a station all stations.
    pub(super) fn carrying(&self, topic: Topic) -> Vec<Arc<Channel>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let own = channels.get(&topic);
        let derived = matches!(topic, Topic::Station(_)).then(|| channels.get(&Topic::Stations));
        own.into_iter().chain(derived.flatten()).cloned().collect()
    }

    /// Every watched topic.
    pub(super) fn watched(&self) -> Vec<Arc<Channel>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.values().cloned().collect()
    }

    /// Forgets topics that nobody has watched for a while. Answers how many are left.
    pub(super) fn forget_unwatched(&self, now: Instant) -> usize {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|_, channel| {
            let is_watched = Arc::strong_count(channel) > 1;
            let mut last = channel
                .last_watched
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if is_watched {
                *last = now;
            }
            is_watched || now.saturating_duration_since(*last) < KEPT_UNWATCHED
        });
        channels.len()
    }
}

impl Channel {
    fn new(topic: Topic, room: Room) -> Self {
        Self {
            topic,
            log: RwLock::new(Log::new(topic, room)),
            changed: watch::Sender::new(()),
            established: OnceCell::new(),
            last_watched: Mutex::new(Instant::now()),
            snapshot: Cache::default(),
        }
    }

    /// Which topic.
    pub fn topic(&self) -> Topic {
        self.topic
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Log> {
        self.log.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Log> {
        self.log.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody who watches that the log changed.
    pub(super) fn wake(&self) {
        self.changed.send_replace(());
    }
}

impl Subscription {
    /// The watched topic.
    pub(super) fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Of which log it is.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Where the topic stood when it was subscribed.
    pub fn joined(&self) -> &Bookmark {
        &self.joined
    }

    /// The topic's last event's number now; `None` for all stations, which have no number of their own.
    pub(super) fn head(&self) -> Option<u64> {
        self.channel.read().head(self.channel.topic)
    }

    /// Whether the cursor's reader has everything.
    pub(super) fn is_at_end(&self, cursor: &Cursor) -> bool {
        self.channel.read().is_at_end(cursor)
    }

    /// Waits for something to read. May be dropped and called again: nothing is lost by it.
    pub(super) async fn next(&mut self, cursor: &mut Cursor, bytes: usize) -> Read {
        loop {
            // First the mark, then the look: what changes in between leaves a new mark.
            self.changed.mark_unchanged();
            match self.channel.read().read(cursor, bytes) {
                Read::Nothing => {}
                news => return news,
            }
            if self.changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
