//! Lets bookings run out, warns before, and ends undo windows. The deadlines stand in the database: after a
//! restart the same query goes on where it stopped, and any number of processes may run this.

use std::time::Duration;

use crate::server::App;
use crate::server::service::bookings;

/// A deadline set by another process is seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// A step that failed is tried again after this.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);

/// Runs until the server stops.
pub async fn run(app: App) {
    loop {
        let sleep = match sweep(&app).await {
            Ok(0) => until_next(&app).await,
            // There may be more than fitted into one round.
            Ok(_) => Duration::ZERO,
            Err(problem) => {
                tracing::warn!(%problem, "deadlines could not be read");
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
pub async fn sweep(app: &App) -> Result<usize, crate::domain::Problem> {
    bookings::advance_due(app).await
}

async fn until_next(app: &App) -> Duration {
    let next = bookings::next_due(app).await.ok().flatten();
    let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()));
    sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}
