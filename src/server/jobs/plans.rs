//! Ends subscriptions whose time is over. Nothing waits for it: a plan counts by the clock, and this only writes
//! down what is so.

use std::time::Duration;

use crate::server::App;
use crate::server::service::plans;

const TICK: Duration = Duration::from_mins(1);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = plans::end_due(&app).await {
            tracing::warn!(%problem, "subscriptions could not be ended");
        }
    }
}
