//! The loop of a job that carries out what is due. The instants stand in the database: after a restart the same query
//! goes on where it stopped, and any number of processes may run this.

use std::time::Duration;

use crate::domain::{Problem, Timestamp};
use crate::server::App;

/// What another process made due is seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// A step that failed is tried again after this.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);

/// Something that becomes due.
pub trait Due: 'static {
    /// For the log: what could not be read.
    const WHAT: &'static str;

    /// Carries out what is due now, one round of it; answers how many steps that were.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn sweep(app: &App) -> impl Future<Output = Result<usize, Problem>> + Send;

    /// When something is due next, if anything is.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn next(app: &App) -> impl Future<Output = Result<Option<Timestamp>, Problem>> + Send;
}

/// Runs until the server stops.
pub async fn run<D: Due>(app: App) {
    loop {
        let sleep = match D::sweep(&app).await {
            Ok(0) => until_next::<D>(&app).await,
            // There may be more than fitted into one round.
            Ok(_) => Duration::ZERO,
            Err(problem) => {
                tracing::warn!(%problem, "{} could not be read", D::WHAT);
                LONGEST_SLEEP
            }
        };
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

async fn until_next<D: Due>(app: &App) -> Duration {
    let next = D::next(app).await.ok().flatten();
    let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()));
    sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}
