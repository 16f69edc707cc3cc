//! The simulator's power: lets packs charge, as fast as the setting says.

use std::time::Duration;

use crate::server::App;
use crate::server::service::batteries;

/// Screens change this often.
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
        if let Err(problem) = batteries::charge(&app).await {
            tracing::warn!(%problem, "packs could not be charged");
        }
    }
}
