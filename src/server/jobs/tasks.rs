//! Lets tasks rise that nobody acknowledges. The instants stand in the database: after a restart the same query goes
//! on where it stopped, and any number of processes may run this.

use std::time::Duration;

use crate::domain::Problem;
use crate::server::App;
use crate::server::service::tasks;

/// A task that another process made is seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// A task that cannot be escalated is tried again after this.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

/// Runs until the server stops.
pub async fn run(app: App) {
    loop {
        let sleep = match sweep(&app).await {
            Ok(0) => until_next(&app).await,
            // There may be more than fitted into one round, or one that is due for its next step already.
            Ok(_) => Duration::ZERO,
            Err(problem) => {
                tracing::warn!(%problem, "tasks could not be read");
                LONGEST_SLEEP
            }
        };
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Carries out what is due now; answers how many steps that were.
///
/// # Errors
/// When the database cannot be read.
pub async fn sweep(app: &App) -> Result<usize, Problem> {
    tasks::advance_due(app).await
}

async fn until_next(app: &App) -> Duration {
    let next = tasks::next_due(app).await.ok().flatten();
    let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()));
    sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}
