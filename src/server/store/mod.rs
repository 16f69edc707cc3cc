//! The database: the only room that knows SQL, and within it this file, `sqlite` and `writer` the only ones that know
//! which engine runs.
//!
//! Reading is [`Db::snapshot`]: one read transaction, so that a state and its position in the log belong
//! together. Writing is [`Db::write`]: one transaction that holds the change, its audit rows and its events,
//! and that tells the [`CommitListener`] what was committed, in order, only after it was.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};

use crate::domain::{Clock, Problem, Timers, Timestamp};

pub mod accounts;
pub mod batteries;
pub mod bookings;
pub mod cash_counts;
pub mod catalogue;
pub mod check;
mod check_cash;
mod check_payments;
mod check_pickups;
mod check_plans;
mod commit;
pub mod demo;
pub mod floor;
pub mod idempotency;
mod ids;
pub mod inventory;
pub mod ledger;
pub mod lost_pack;
pub mod notifications;
mod online_payments;
pub mod ops;
pub mod outbox;
pub mod payments;
pub mod plan_payments;
pub mod plan_takings;
pub mod plan_use;
pub mod plans;
mod postings;
pub mod report;
pub mod reviews;
pub mod row;
pub mod rules;
pub mod services;
pub mod shifts;
mod sqlite;
pub mod staff_messages;
pub mod stations;
pub mod stock;
pub mod subscriptions;
pub mod substitute;
mod task_change;
mod task_floor;
mod task_follow;
pub mod tasks;
pub mod test_checkouts;
mod timers;
mod tx;
pub mod vehicles;
pub mod waitlist;
pub mod whereabouts;
mod writer;

pub use ids::IdKind;
pub use outbox::{Position, StoredEvent};
pub use tx::{Audit, Cause, Tx};

/// A connection inside a transaction, for reading.
pub type Connection = AnyConnection;

/// A read transaction: everything read from it is of one instant.
pub type Snapshot = Transaction<'static, Any>;

/// The future of a piece of work inside a transaction.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 't>>;

/// Which engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded: one writer at a time, commits in groups.
    Sqlite,
    /// A server: many writers, conflicts are tried again.
    Postgres,
}

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine's own error.
    #[error(transparent)]
    Engine(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// What stands in a column is none of the words the domain knows.
    #[error("unreadable {column}: {detail}")]
    Unreadable {
        /// Which column.
        column: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A frame or answer could not be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The ids at hand ran out in the middle of a transaction; it is run again with more.
    #[error("ids ran out")]
    IdsExhausted(IdKind),
    /// Another transaction came between; it is run again.
    #[error("another transaction came between")]
    Overtaken,
    /// The writer is gone: the server is stopping.
    #[error("the database is closing")]
    Closing,
}

impl StoreError {
    /// Whether the same work may succeed when it is run again.
    fn is_passing(&self) -> bool {
        match self {
            Self::IdsExhausted(_) | Self::Overtaken => true,
            Self::Engine(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "517"))
            }
            _ => false,
        }
    }
}

/// Why a piece of work inside a transaction did not succeed. Either way the transaction is undone.
#[derive(Debug)]
pub enum Failure {
    /// The business says no.
    Refused(Problem),
    /// The database did not do it.
    Store(StoreError),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl<E: Into<StoreError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

/// The one bridge from the database's troubles to what a person is told; logs as it crosses.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let is_busy = match &error {
            StoreError::Overtaken | StoreError::Closing | StoreError::IdsExhausted(_) => true,
            StoreError::Engine(engine) => {
                matches!(
                    engine,
                    sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)
                )
            }
            _ => false,
        };
        if is_busy {
            tracing::warn!(%error, "the database is busy or out of reach");
            Self::Unavailable
        } else {
            tracing::error!(%error, "the database refused");
            Self::Internal
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(problem) => problem,
            Failure::Store(error) => error.into(),
        }
    }
}

/// Hears of committed events, in the order of their topics.
pub trait CommitListener: Send + Sync {
    /// These events are committed.
    fn committed(&self, events: Vec<StoredEvent>);
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    /// Read-only on `SQLite`; on `PostgreSQL` all work.
    pool: AnyPool,
    /// On `SQLite` the one task that writes.
    writer: Option<writer::Writer>,
    clock: Arc<dyn Clock>,
    charge_speed: f64,
    timers: OnceLock<Timers>,
    ids: ids::Ids,
    /// Of the log in this database.
    epoch: String,
    listener: OnceLock<Arc<dyn CommitListener>>,
}

/// Times that a transaction is run again after it was overtaken.
const MAX_TRIES: u32 = 10;

impl Db {
    /// Opens the database (and creates the `SQLite` file with its folder), and brings the schema up to date.
    /// `charge_speed` is how many times faster than in reality packs charge here.
    pub async fn open(url: &str, clock: Arc<dyn Clock>, charge_speed: f64) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        if url.starts_with("postgres") {
            Self::open_postgres(url, clock, charge_speed).await
        } else {
            Self::open_sqlite(url, clock, charge_speed).await
        }
    }

    async fn open_postgres(url: &str, clock: Arc<dyn Clock>, charge_speed: f64) -> Result<Self, StoreError> {
        let pool = AnyPoolOptions::new()
            .max_connections(20)
            .acquire_timeout(Duration::from_secs(10))
            .connect(url)
            .await?;
        sqlx::migrate!().run(&pool).await?;
        let epoch = outbox::establish_epoch(&pool).await?;
        Ok(Self(Arc::new(Inner {
            engine: Engine::Postgres,
            pool,
            writer: None,
            clock,
            charge_speed,
            timers: OnceLock::new(),
            ids: ids::Ids::default(),
            epoch,
            listener: OnceLock::new(),
        })))
    }

    async fn open_sqlite(url: &str, clock: Arc<dyn Clock>, charge_speed: f64) -> Result<Self, StoreError> {
        let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        if let Some(folder) = std::path::Path::new(path).parent() {
            std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
        }
        let url = format!("sqlite:{path}?mode=rwc");
        let write_pool = sqlite::pool(1, sqlite::WRITER_PRAGMAS).connect(&url).await?;
        sqlx::migrate!().run(&write_pool).await?;
        let pool = sqlite::pool(8, sqlite::READER_PRAGMAS).connect(&url).await?;
        let epoch = outbox::establish_epoch(&write_pool).await?;
        Ok(Self(Arc::new(Inner {
            engine: Engine::Sqlite,
            pool,
            writer: Some(writer::Writer::start(write_pool)),
            clock,
            charge_speed,
            timers: OnceLock::new(),
            ids: ids::Ids::default(),
            epoch,
            listener: OnceLock::new(),
        })))
    }

    /// Who hears of commits from now on. Only the first call counts.
    pub fn set_listener(&self, listener: Arc<dyn CommitListener>) {
        let _ = self.0.listener.set(listener);
    }

    /// Which engine runs.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// The present instant by the injected clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// How many times faster than in reality packs charge here.
    pub fn charge_speed(&self) -> f64 {
        self.0.charge_speed
    }

    /// A read transaction.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let statement = match self.0.engine {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        // In a task of its own: given up half-way, when somebody hangs up, it would stay open in the pool.
        let pool = self.0.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
        Ok(begun.map_err(|_| StoreError::Closing)??)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.0.pool).await?;
        Ok(())
    }

    /// Makes sure that a transaction that needs many ids of a kind finds them.
    pub async fn reserve_ids(&self, kind: IdKind, count: i64) -> Result<(), Problem> {
        self.0.ids.reserve(self, kind, count).await
    }

    /// Runs `work` in one transaction. What it changed, the audit and the events it caused are committed
    /// together or not at all. `work` may be run more than once, so it must have no effect but through its
    /// [`Tx`].
    ///
    /// # Errors
    /// What `work` refused, or [`Problem::Unavailable`] / [`Problem::Internal`] for the database's troubles.
    pub async fn write<T, F>(&self, cause: Cause, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx<'_>) -> Work<'t, T> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        let mut tries = 0;
        loop {
            self.0.ids.refill(self).await?;
            match self.try_write(cause.clone(), Arc::clone(&work)).await {
                Ok(value) => return Ok(value),
                Err(Failure::Store(error)) if error.is_passing() && tries < MAX_TRIES => {
                    tries += 1;
                    if let StoreError::IdsExhausted(kind) = error {
                        self.0.ids.fetch_more(self, kind, tries).await?;
                    }
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    /// Runs `work` once, without fetching ids first: fetching ids is itself such work.
    async fn write_once<T, F>(&self, cause: Cause, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx<'_>) -> Work<'t, T> + Send + Sync + 'static,
    {
        Ok(self.try_write(cause, Arc::new(work)).await?)
    }

    async fn try_write<T, F>(&self, cause: Cause, work: Arc<F>) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx<'_>) -> Work<'t, T> + Send + Sync + 'static,
    {
        let (answer, receiver) = tokio::sync::oneshot::channel();
        let db = self.clone();
        let job: writer::Job = Box::new(move |connection| {
            Box::pin(async move {
                let mut tx = Tx::new(connection, &db, cause);
                let outcome = match work(&mut tx).await {
                    Ok(value) => tx
                        .finish()
                        .await
                        .map(|events| (value, events))
                        .map_err(Failure::from),
                    Err(failure) => Err(failure),
                };
                match outcome {
                    Ok((value, events)) => writer::Outcome::commit(events, move |committed| {
                        let _ = answer.send(committed.map(|()| value).map_err(Failure::Store));
                    }),
                    Err(failure) => writer::Outcome::undo(move || {
                        let _ = answer.send(Err(failure));
                    }),
                }
            })
        });
        self.run(job).await?;
        receiver.await.map_err(|_| StoreError::Closing)?
    }

    /// Brings a job to whoever runs it on this engine. The job goes on even when nobody waits for it any
    /// more: a browser that hangs up does not tear a booking in two.
    async fn run(&self, job: writer::Job) -> Result<(), StoreError> {
        let listener = self.0.listener.get().cloned();
        if let Some(writer) = &self.0.writer {
            return writer.run(job, listener).await;
        }
        let pool = self.0.pool.clone();
        tokio::spawn(async move {
            let outcome = writer::run_alone(&pool, job, listener).await;
            if let Err(error) = outcome {
                tracing::warn!(%error, "a transaction could not begin");
            }
        });
        Ok(())
    }

    /// Waits until everything given to the writer is done, and closes the connections.
    pub async fn close(&self) {
        if let Some(writer) = &self.0.writer {
            writer.close().await;
        }
        self.0.pool.close().await;
    }
}
