//! Throws away what nobody can ask for any more: old events, ended sessions, keys of requests long answered.

use std::time::Duration;

use crate::domain::Problem;
use crate::server::App;
use crate::server::store::Cause;

const TICK: Duration = Duration::from_mins(10);
/// Events of stations and bookings are kept so long, …
const EVENTS: Duration = Duration::from_hours(1);
/// … of each station at least so many, …
const EVENTS_OF_A_STATION: i64 = 1_000;
/// … and those of people so long.
const INBOX_EVENTS: Duration = Duration::from_hours(30 * 24);
/// A request may be repeated with its key so long.
const KEYS: Duration = Duration::from_hours(24);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = tidy_up(&app).await {
            tracing::warn!(%problem, "old rows could not be thrown away");
        }
    }
}

/// Throws away what is too old now.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy_up(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    app.db
        .forget_events(now - EVENTS, now - INBOX_EVENTS, EVENTS_OF_A_STATION)
        .await?;
    app.db
        .write(Cause::system("cleanup"), move |tx| {
            Box::pin(async move {
                tx.forget_sessions(now).await?;
                tx.forget_keys(now - KEYS).await?;
                Ok(())
            })
        })
        .await
}
