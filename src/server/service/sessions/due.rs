//! What happens to a swap by itself: a slot that nobody took from shuts, and a step, or all of it, that takes long
//! is pointed out. Whichever process comes first carries a step out, and each is carried out once.

use super::steps::go;
use super::{due_of, save, timers_of};
use crate::domain::{Problem, SessionAlarm, SessionId, SessionStep, Timer, Timers, Timestamp};
use crate::server::App;
use crate::server::store::floor::{SessionRecord, sessions as rows};
use crate::server::store::{Cause, Failure, Tx};

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
    drop(snapshot);
    let mut steps = 0;
    for session in due {
        match advance(app, session).await {
            Ok(true) => steps += 1,
            Ok(false) => {}
            Err(problem) => tracing::warn!(session.id = %session, %problem, "a due step failed"),
        }
    }
    Ok(steps)
}

async fn advance(app: &App, session: SessionId) -> Result<bool, Problem> {
    let timers = app.timers.clone();
    app.db
        .write(Cause::system("timer"), move |tx| {
            let timers = timers.clone();
            Box::pin(async move {
                let Some(record) = rows::find(tx.connection(), session).await? else {
                    return Ok(false);
                };
                if record.now.due_at.is_none_or(|due| due > tx.now()) {
                    return Ok(false);
                }
                if record.now.step == SessionStep::PackOut {
                    time_out(tx, &record, &timers).await?;
                } else {
                    point_out(tx, &record, &timers).await?;
                }
                Ok(true)
            })
        })
        .await
}

/// Nobody took the pack: the slot shuts, the pack stays held, and the station's staff are to look.
async fn time_out(tx: &mut Tx<'_>, record: &SessionRecord, timers: &Timers) -> Result<(), Failure> {
    go(tx, record, SessionStep::PackAssigned, timers, "out_timeout").await?;
    tx.create_out_timeout(record.id).await?;
    Ok(())
}

/// It takes long.
async fn point_out(tx: &mut Tx<'_>, record: &SessionRecord, installation: &Timers) -> Result<(), Failure> {
    let timers = timers_of(tx, record, installation).await?;
    let is_long = tx.now() >= record.opened_at + timers.length(Timer::SessionMax);
    let alarm = if is_long {
        SessionAlarm::Long
    } else {
        SessionAlarm::Idle
    };
    let mut to = record.now.clone();
    to.alarm = Some(alarm);
    to.due_at = due_of(&to, record.opened_at, &timers);
    save(tx, record, &to, alarm.as_str(), None).await
}
