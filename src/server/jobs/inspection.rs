//! Puts returned packs on charge when the time to object is over. How long ago each came back stands in the
//! database: a restart forgets nothing.

use std::time::Duration;

use crate::server::App;
use crate::server::service::batteries;

const TICK: Duration = Duration::from_secs(2);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = batteries::release_inspected(&app).await {
            tracing::warn!(%problem, "returned packs could not be put on charge");
        }
    }
}
