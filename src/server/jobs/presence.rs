//! Says again and again who has a screen of which station open in this process. Who is not named for a lease is not
//! present any more: nobody has to say goodbye.

use std::time::Duration;

use crate::server::App;
use crate::server::service::tasks;

/// Several times within a lease, so that one that fails does no harm.
const TICK: Duration = Duration::from_secs(10);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = tasks::renew_presence(&app, app.presence.on_floor()).await {
            tracing::warn!(%problem, "who is present could not be noted");
        }
    }
}
