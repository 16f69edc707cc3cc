//! The log of events: the frames that were committed, numbered per topic. Sockets are fed from here.

use rand::RngExt;
use sqlx::{AnyConnection, AnyPool, Row};

use super::row::Columns;
use super::{Db, Engine, StoreError, Tx};
use crate::domain::Timestamp;
use crate::protocol::Topic;

/// One committed event.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Of which topic.
    pub topic: Topic,
    /// Of which log.
    pub epoch: String,
    /// Its number.
    pub seq: u64,
    /// The frame as it goes to every subscriber.
    pub frame: String,
}

/// The head of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Of which log.
    pub epoch: String,
    /// The last event's number; 0 before the first.
    pub seq: u64,
}

impl Tx<'_> {
    /// Takes the next `count` numbers of a topic and holds its row until commit. Creates the topic when it
    /// is new. Returns the epoch and the first of the numbers.
    pub(super) async fn advance(&mut self, topic: Topic, count: usize) -> Result<(String, u64), StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let row = sqlx::query(
            "INSERT INTO topic (name, epoch, seq) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET seq = topic.seq + $3
             RETURNING epoch, seq",
        )
        .bind(topic.to_string())
        .bind(self.epoch().to_owned())
        .bind(count)
        .fetch_one(self.connection())
        .await?;
        let last: i64 = row.try_get("seq")?;
        Ok((row.try_get("epoch")?, number(last - count + 1)))
    }

    /// Stores one event under a number from [`Tx::advance`].
    pub(super) async fn store_event(
        &mut self,
        topic: Topic,
        epoch: &str,
        seq: u64,
        message: &impl serde::Serialize,
    ) -> Result<StoredEvent, StoreError> {
        let frame = serde_json::to_string(message)?;
        sqlx::query("INSERT INTO event (topic, seq, at, frame) VALUES ($1, $2, $3, $4)")
            .bind(topic.to_string())
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .bind(self.now().micros())
            .bind(frame.clone())
            .execute(self.connection())
            .await?;
        Ok(StoredEvent {
            topic,
            epoch: epoch.to_owned(),
            seq,
            frame,
        })
    }
}

/// The name of this database's log, made when the database is: every topic carries it, so that a bookmark of
/// several topics needs only one.
pub(super) async fn establish_epoch(pool: &AnyPool) -> Result<String, StoreError> {
    sqlx::query("INSERT INTO setting (key, value) VALUES ('epoch', $1) ON CONFLICT (key) DO NOTHING")
        .bind(new_epoch())
        .execute(pool)
        .await?;
    let row = sqlx::query("SELECT value FROM setting WHERE key = 'epoch'")
        .fetch_one(pool)
        .await?;
    row.plain("value")
}

fn new_epoch() -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = rand::rng();
    (0..8)
        .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
        .collect()
}

fn number(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

/// The head of a topic; a topic nobody wrote to yet stands at 0 with an empty epoch, which a bookmark may
/// carry as well.
pub async fn position(connection: &mut AnyConnection, topic: Topic) -> Result<Position, StoreError> {
    let row = sqlx::query("SELECT epoch, seq FROM topic WHERE name = $1")
        .bind(topic.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(Position {
            epoch: String::new(),
            seq: 0,
        });
    };
    Ok(Position {
        epoch: row.plain("epoch")?,
        seq: number(row.plain("seq")?),
    })
}

/// The heads of all station topics.
pub async fn station_positions(connection: &mut AnyConnection) -> Result<Vec<(Topic, Position)>, StoreError> {
    let rows = sqlx::query(
        "SELECT topic.name AS name, topic.epoch AS epoch, topic.seq AS seq
         FROM station
         JOIN topic ON topic.name = 'station:' || CAST(station.id AS TEXT)
         ORDER BY station.id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(named_head).collect()
}

impl Db {
    /// Makes sure that a topic has an epoch, so that a bookmark given to somebody stays good. Idempotent.
    pub async fn open_topic(&self, topic: Topic) -> Result<Position, crate::domain::Problem> {
        let mut snapshot = self.snapshot().await?;
        let known = position(&mut snapshot, topic).await?;
        drop(snapshot);
        if !known.epoch.is_empty() {
            return Ok(known);
        }
        self.write(super::Cause::system("topic"), move |tx| {
            Box::pin(async move {
                let (epoch, next) = tx.advance(topic, 0).await?;
                Ok(Position { epoch, seq: next - 1 })
            })
        })
        .await
    }

    /// The name of this database's log; every topic carries it.
    pub fn epoch(&self) -> &str {
        &self.0.epoch
    }

    /// The heads of all station topics.
    pub async fn station_positions(&self) -> Result<Vec<(Topic, Position)>, StoreError> {
        let mut connection = self.0.pool.acquire().await?;
        station_positions(&mut connection).await
    }

    /// The heads of these topics; those nobody wrote to yet are left out.
    pub async fn positions(&self, topics: &[Topic]) -> Result<Vec<(Topic, Position)>, StoreError> {
        let statement = match self.engine() {
            Engine::Sqlite => {
                "SELECT name, epoch, seq FROM topic WHERE name IN (SELECT value FROM json_each($1))"
            }
            Engine::Postgres => {
                "SELECT name, epoch, seq
                 FROM topic
                 WHERE name IN (SELECT json_array_elements_text(CAST($1 AS JSON)))"
            }
        };
        let rows = sqlx::query(statement)
            .bind(serde_json::to_string(topics)?)
            .fetch_all(&self.0.pool)
            .await?;
        rows.iter().map(named_head).collect()
    }

    /// The number of the first event after `since` that is still stored.
    pub async fn first_event_after(&self, topic: Topic, since: u64) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query("SELECT MIN(seq) AS seq FROM event WHERE topic = $1 AND seq > $2")
            .bind(topic.to_string())
            .bind(i64::try_from(since).unwrap_or(i64::MAX))
            .fetch_one(&self.0.pool)
            .await?;
        let seq: Option<i64> = row.plain("seq")?;
        Ok(seq.map(number))
    }

    /// The head of one topic, outside any transaction.
    pub async fn topic_position(&self, topic: Topic) -> Result<Position, StoreError> {
        let mut connection = self.0.pool.acquire().await?;
        position(&mut connection, topic).await
    }

    /// At most `limit` events of a topic after number `since`, in order.
    pub async fn events_after(
        &self,
        topic: Topic,
        since: u64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT topic.epoch AS epoch, event.seq AS seq, event.frame AS frame
             FROM event
             JOIN topic ON topic.name = event.topic
             WHERE event.topic = $1 AND event.seq > $2
             ORDER BY event.seq
             LIMIT $3",
        )
        .bind(topic.to_string())
        .bind(i64::try_from(since).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.0.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let seq = number(row.plain("seq")?);
                Ok(StoredEvent {
                    topic,
                    epoch: row.plain("epoch")?,
                    seq,
                    frame: row.plain("frame")?,
                })
            })
            .collect()
    }

    /// Forgets events: of bookings those older than `before`, of stations the same except the newest `keep` of
    /// each, and everything older than `long_before`. A bookmark older than what is left gets a snapshot.
    pub async fn forget_events(
        &self,
        before: Timestamp,
        long_before: Timestamp,
        keep: i64,
    ) -> Result<(), crate::domain::Problem> {
        self.write(super::Cause::system("cleanup"), move |tx| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM event
                     WHERE at < $1
                       AND (at < $2
                            OR topic LIKE 'booking:%'
                            OR topic LIKE 'session:%'
                            OR topic LIKE 'bay:%'
                            OR (topic LIKE 'station%'
                                AND seq <= (SELECT topic.seq FROM topic WHERE topic.name = event.topic) - $3))",
                )
                .bind(before.micros())
                .bind(long_before.micros())
                .bind(keep)
                .execute(tx.connection())
                .await?;
                Ok(())
            })
        })
        .await
    }
}

fn named_head(row: &sqlx::any::AnyRow) -> Result<(Topic, Position), StoreError> {
    Ok((row.word("name")?, head(row)?))
}

fn head(row: &sqlx::any::AnyRow) -> Result<Position, StoreError> {
    Ok(Position {
        epoch: row.plain("epoch")?,
        seq: number(row.plain("seq")?),
    })
}
