//! Opens and closes stations by their hours. When that is stands in the database: after a restart the first
//! round catches up.

use std::time::Duration;

use crate::server::App;
use crate::server::service::stations;

/// New hours, also those another process wrote, are seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// Runs until the server stops.
pub async fn run(app: App) {
    loop {
        if let Err(problem) = stations::follow_hours(&app).await {
            tracing::warn!(%problem, "opening hours could not be followed");
        }
        let next = stations::next_hours_change(&app).await.ok().flatten();
        let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()).min(LONGEST_SLEEP));
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            // Never at once again: a change that failed waits a moment.
            () = tokio::time::sleep(sleep.max(Duration::from_millis(50))) => {}
        }
    }
}
