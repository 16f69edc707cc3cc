//! Ends offers to who waits in line, and offers what fell between two transactions.

use std::time::Duration;

use super::due::{self, Due};
use crate::domain::{Problem, Timestamp};
use crate::server::App;
use crate::server::service::waitlist;

/// Lines are looked at for what was overlooked this often.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Offers to who waits in line.
pub struct Offers;

impl Due for Offers {
    const WHAT: &'static str = "offers";

    async fn sweep(app: &App) -> Result<usize, Problem> {
        waitlist::advance_due(app).await
    }

    async fn next(app: &App) -> Result<Option<Timestamp>, Problem> {
        waitlist::next_due(app).await
    }
}

/// Runs until the server stops.
pub async fn run(app: App) {
    tokio::join!(due::run::<Offers>(app.clone()), look_again(app));
}

async fn look_again(app: App) {
    let mut ticks = tokio::time::interval(LOOK_AGAIN);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = waitlist::serve_owing(&app).await {
            tracing::warn!(%problem, "lines could not be looked at");
        }
    }
}
