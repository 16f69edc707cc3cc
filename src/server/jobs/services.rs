//! Gives services to somebody when their half hour comes. The half hours stand in the database: after a restart the
//! same query goes on where it stopped, and any number of processes may run this.

use std::time::Duration;

use crate::server::App;
use crate::server::service::services;

/// A half hour that another process booked is seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// A service that cannot be queued is tried again after this.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

/// Runs until the server stops.
pub async fn run(app: App) {
    loop {
        if let Err(problem) = services::queue_due(&app).await {
            tracing::warn!(%problem, "services could not be queued");
        }
        let next = services::next_due(&app).await.ok().flatten();
        let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()));
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)) => {}
        }
    }
}
