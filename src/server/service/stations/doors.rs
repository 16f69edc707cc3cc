//! Stations open and close by their hours.

use super::change::tell_holders;
use crate::domain::{Problem, StationId, StationStatus, Timestamp};
use crate::server::store::{Audit, Cause, Failure, Tx, stations};
use crate::server::{App, hours};

/// When the hours of any station change next.
///
/// # Errors
/// When the database does not answer.
pub async fn next_hours_change(app: &App) -> Result<Option<Timestamp>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(stations::next_hours_change(&mut snapshot).await?)
}

/// Opens and closes every station whose time has come; answers how many. What was missed while the server was
/// down is caught up with in one step.
///
/// # Errors
/// When the database does not answer.
pub async fn follow_hours(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let due = stations::hours_due(&mut snapshot, app.clock.now()).await?;
    drop(snapshot);
    for station in &due {
        follow(app, *station).await?;
    }
    Ok(due.len())
}

async fn follow(app: &App, station: StationId) -> Result<(), Problem> {
    app.db
        .write(Cause::system("hours"), move |tx| Box::pin(turn(tx, station)))
        .await
}

async fn turn(tx: &mut Tx<'_>, station: StationId) -> Result<(), Failure> {
    let Some(read) = stations::find(tx.connection(), station).await? else {
        return Ok(());
    };
    if read.hours_change_at.is_none_or(|at| at > tx.now()) {
        return Ok(());
    }
    let opening = hours::evaluate(&read.opening_hours, &read.timezone, tx.now());
    if !tx.set_opening(&read, opening).await? || opening.open_now == read.open_now {
        return Ok(());
    }
    tx.audit(Audit {
        entity: "station",
        entity_id: station.0,
        action: if opening.open_now { "open" } else { "close" },
        ..Audit::default()
    })
    .await?;
    if !opening.open_now && read.set_status == StationStatus::Online {
        tell_holders(tx, &read, StationStatus::Closed.sentence()).await?;
    }
    Ok(())
}
