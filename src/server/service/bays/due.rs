//! What happens to bays by themselves: a call that nobody followed, a bay that is cleared, somebody in line where
//! one is free. Whichever process comes first carries a step out, and each is carried out once.

use super::line::MOST_CALLS;
use super::{call_next, record, set_free};
use crate::domain::{BayId, Problem, StationId, Timestamp};
use crate::server::App;
use crate::server::store::floor::bays as rows;
use crate::server::store::{Cause, stations};

/// When something is due next, if anything is.
///
/// # Errors
/// When the database cannot be read.
pub async fn next_due(app: &App) -> Result<Option<Timestamp>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::next_due(&mut snapshot).await?)
}

/// Carries out everything that is due; answers how many steps that were.
///
/// # Errors
/// When the database cannot be read; a step that fails is logged and tried again in the next round.
pub async fn advance_due(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let due = rows::due(&mut snapshot, app.clock.now()).await?;
    let waiting = rows::stations_to_call(&mut snapshot, MOST_CALLS).await?;
    drop(snapshot);
    let mut steps = 0;
    for bay in due {
        match advance(app, bay).await {
            Ok(true) => steps += 1,
            Ok(false) => {}
            Err(problem) => tracing::warn!(bay.id = %bay, %problem, "a due step failed"),
        }
    }
    // Whatever frees a bay calls the next one at once; this is for what fell between two transactions.
    for station in waiting {
        if let Err(problem) = call_waiting(app, station).await {
            tracing::warn!(station.id = %station, %problem, "nobody could be called");
        }
    }
    Ok(steps)
}

async fn advance(app: &App, bay: BayId) -> Result<bool, Problem> {
    let timers = app.timers.clone();
    app.db
        .write(Cause::system("timer"), move |tx| {
            let timers = timers.clone();
            Box::pin(async move {
                let record = record(tx, bay).await?;
                let ends = [
                    record.now.called.map(|(_, until)| until),
                    record.now.turn_over_until,
                ];
                if !ends.into_iter().flatten().any(|end| end <= tx.now()) {
                    return Ok(false);
                }
                set_free(tx, &record).await?;
                call_next(tx, record.station, record.operator, &timers).await?;
                Ok(true)
            })
        })
        .await
}

async fn call_waiting(app: &App, station: StationId) -> Result<(), Problem> {
    let timers = app.timers.clone();
    app.db
        .write(Cause::system("timer"), move |tx| {
            let timers = timers.clone();
            Box::pin(async move {
                if let Some(row) = stations::find(tx.connection(), station).await? {
                    call_next(tx, station, row.operator, &timers).await?;
                }
                Ok(())
            })
        })
        .await
}
