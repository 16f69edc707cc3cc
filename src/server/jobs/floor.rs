//! Calls the next customer where a bay is free, ends calls that nobody followed, frees bays that are cleared, shuts
//! slots that nobody took from, and points out swaps that take long. The instants stand in the database: any number
//! of processes may run this.

use std::time::Duration;

use crate::domain::Problem;
use crate::server::App;
use crate::server::service::{bays, sessions};

/// What another process changed is seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// What cannot be done now is tried again after this.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

/// Runs until the server stops.
pub async fn run(app: App) {
    loop {
        let sleep = match sweep(&app).await {
            Ok(0) => until_next(&app).await,
            // There may be more than fitted into one round.
            Ok(_) => Duration::ZERO,
            Err(problem) => {
                tracing::warn!(%problem, "the floor could not be read");
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
    // Slots first: a swap that ends frees a bay.
    let steps = sessions::advance_due(app).await?;
    Ok(steps + bays::advance_due(app).await?)
}

async fn until_next(app: &App) -> Duration {
    let bay = bays::next_due(app).await.ok().flatten();
    let session = sessions::next_due(app).await.ok().flatten();
    let next = bay.into_iter().chain(session).min();
    let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()));
    sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}
