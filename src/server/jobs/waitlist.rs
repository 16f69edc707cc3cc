//! Ends offers to who waits in line, and offers what fell between two transactions. The instants stand in the
//! database: after a restart the same query goes on where it stopped, and any number of processes may run this.

use std::time::Duration;

use tokio::time::Instant;

use crate::server::App;
use crate::server::service::waitlist;

/// An offer that another process made is seen at the latest after this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// A step that failed is tried again after this.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
/// Lines are looked at for what was overlooked this often.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut look_at = Instant::now();
    loop {
        if let Err(problem) = waitlist::advance_due(&app).await {
            tracing::warn!(%problem, "offers could not be ended");
        }
        if Instant::now() >= look_at {
            look_at = Instant::now() + LOOK_AGAIN;
            if let Err(problem) = waitlist::serve_owing(&app).await {
                tracing::warn!(%problem, "lines could not be looked at");
            }
        }
        let next = waitlist::next_due(&app).await.ok().flatten();
        let sleep = next.map_or(LONGEST_SLEEP, |at| at.since(app.clock.now()));
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)) => {}
        }
    }
}
