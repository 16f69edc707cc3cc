//! How a transaction is run on each engine.
//!
//! `SQLite` has one writer: a task that takes whatever is queued, runs each job in a savepoint of one
//! transaction and commits them together, so that one `fsync` pays for many bookings and one refused job
//! does not hurt the others. `PostgreSQL` runs each job in a transaction of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use sqlx::{AnyConnection, AnyPool, Executor};
use tokio::sync::{mpsc, oneshot};

use super::{CommitListener, StoreError, StoredEvent};

/// A job at work on its connection.
pub type Running<'c> = Pin<Box<dyn Future<Output = Outcome> + Send + 'c>>;
/// What is to be done in one transaction.
pub type Job = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> Running<'c> + Send>;
type Listener = Option<Arc<dyn CommitListener>>;

/// How a job ended, and whom to tell.
pub enum Outcome {
    /// Commit; then tell the caller and publish.
    Commit {
        events: Vec<StoredEvent>,
        tell: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
    },
    /// Undo; then tell the caller.
    Undo { tell: Box<dyn FnOnce() + Send> },
}

impl Outcome {
    pub fn commit(
        events: Vec<StoredEvent>,
        tell: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) -> Self {
        Self::Commit {
            events,
            tell: Box::new(tell),
        }
    }

    pub fn undo(tell: impl FnOnce() + Send + 'static) -> Self {
        Self::Undo { tell: Box::new(tell) }
    }
}

/// Jobs in one commit at the most.
const MAX_BATCH: usize = 128;
const QUEUE: usize = 1024;

/// The handle of `SQLite`'s writing task.
pub struct Writer {
    queue: mpsc::Sender<Order>,
}

enum Order {
    Run(Job, Listener),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the task. It ends when it is closed or the last handle is dropped.
    pub fn start(pool: AnyPool) -> Self {
        let (queue, orders) = mpsc::channel(QUEUE);
        tokio::spawn(write(pool, orders));
        Self { queue }
    }

    pub async fn run(&self, job: Job, listener: Listener) -> Result<(), StoreError> {
        self.queue
            .send(Order::Run(job, listener))
            .await
            .map_err(|_| StoreError::Closing)
    }

    /// Waits until everything queued so far is committed.
    pub async fn close(&self) {
        let (done, waiting) = oneshot::channel();
        if self.queue.send(Order::Close(done)).await.is_ok() {
            let _ = waiting.await;
        }
    }
}

async fn write(pool: AnyPool, mut orders: mpsc::Receiver<Order>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while orders.recv_many(&mut batch, MAX_BATCH).await > 0 {
        let mut jobs = Vec::with_capacity(batch.len());
        let mut closing = Vec::new();
        for order in batch.drain(..) {
            match order {
                Order::Run(job, listener) => jobs.push((job, listener)),
                Order::Close(done) => closing.push(done),
            }
        }
        if !jobs.is_empty()
            && let Err(error) = commit_together(&pool, jobs).await
        {
            tracing::error!(%error, "a batch could not be written");
        }
        if !closing.is_empty() {
            pool.close().await;
            for done in closing {
                // Who stopped waiting needs no word.
                let _ = done.send(());
            }
            return;
        }
    }
}

/// Runs the jobs in one transaction. When the transaction cannot begin, the jobs are dropped, which their
/// callers see as [`StoreError::Closing`].
async fn commit_together(pool: &AnyPool, jobs: Vec<(Job, Listener)>) -> Result<(), StoreError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut done = Vec::with_capacity(jobs.len());
    for (job, listener) in jobs {
        transaction.execute("SAVEPOINT job").await?;
        match run_caught(job, &mut transaction).await {
            Some(outcome @ Outcome::Commit { .. }) => {
                transaction.execute("RELEASE job").await?;
                done.push((outcome, listener));
            }
            other => {
                transaction.execute("ROLLBACK TO job").await?;
                transaction.execute("RELEASE job").await?;
                tell_undone(other);
            }
        }
    }
    let committed = transaction.commit().await;
    for (outcome, listener) in done {
        conclude(
            outcome,
            listener,
            committed.as_ref().err().map(|_| StoreError::Closing),
        );
    }
    Ok(committed?)
}

/// Runs one job in a transaction of its own.
pub async fn run_alone(pool: &AnyPool, job: Job, listener: Listener) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    match run_caught(job, &mut transaction).await {
        Some(outcome @ Outcome::Commit { .. }) => {
            let failed = transaction.commit().await.err().map(StoreError::from);
            conclude(outcome, listener, failed);
        }
        other => {
            let undone = transaction.rollback().await;
            tell_undone(other);
            undone?;
        }
    }
    Ok(())
}

/// A job that panics is undone like one that refuses; its caller sees a dropped answer.
async fn run_caught(job: Job, connection: &mut AnyConnection) -> Option<Outcome> {
    let outcome = std::panic::AssertUnwindSafe(job(connection)).catch_unwind().await;
    outcome
        .inspect_err(|_| tracing::error!("a transaction panicked"))
        .ok()
}

fn tell_undone(outcome: Option<Outcome>) {
    if let Some(Outcome::Undo { tell }) = outcome {
        tell();
    }
}

fn conclude(outcome: Outcome, listener: Listener, failed: Option<StoreError>) {
    let Outcome::Commit { events, tell } = outcome else {
        return;
    };
    if let Some(error) = failed {
        return tell(Err(error));
    }
    // Publish before answering: who gets the answer of a command finds its events on the way already.
    if let Some(listener) = listener
        && !events.is_empty()
    {
        listener.committed(events);
    }
    tell(Ok(()));
}
