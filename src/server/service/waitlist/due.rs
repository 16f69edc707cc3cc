//! What happens to places in line by itself: offers end, and packs that were kept together go back. The instants
//! stand in the database; whichever process comes first carries a step out, and each is carried out once.

use crate::domain::notification::text;
use crate::domain::waitlist::after_no_answer;
use crate::domain::{Problem, StationId, Timestamp, WaitCommand, WaitState, WaitlistEntryId};
use crate::server::App;
use crate::server::store::waitlist::{self as rows, EntryRecord};
use crate::server::store::{Cause, Failure, Tx, stations};

/// Places looked at in one round.
const ROUND: i64 = 100;

/// When something is due next, if anything is.
///
/// # Errors
/// When the database cannot be read.
pub async fn next_due(app: &App) -> Result<Option<Timestamp>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::next_due(&mut snapshot).await?)
}

/// Carries out everything that is due; answers how many steps that were. Safe to run in any number of processes at
/// once.
///
/// # Errors
/// When the database cannot be read; a step that fails is logged and tried again in the next round.
pub async fn advance_due(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let due = rows::due(&mut snapshot, app.clock.now(), ROUND).await?;
    drop(snapshot);
    let mut steps = 0;
    for entry in due {
        match advance(app, entry).await {
            Ok(true) => steps += 1,
            Ok(false) => {}
            Err(problem) => tracing::warn!(waitlist.id = %entry, %problem, "a due step failed"),
        }
    }
    Ok(steps)
}

/// Looks at the lines of stations that have what somebody waits for. Whatever frees a pack offers it at once; this
/// is for what fell between two transactions, and for stations that open again.
///
/// # Errors
/// When the database does not answer.
pub async fn serve_owing(app: &App) -> Result<(), Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let owing = rows::stations_owing(&mut snapshot).await?;
    drop(snapshot);
    for station in owing {
        serve(app, station).await?;
    }
    Ok(())
}

async fn serve(app: &App, station: StationId) -> Result<(), Problem> {
    app.db
        .write(Cause::system("timer"), move |tx| {
            Box::pin(async move {
                tx.look_at_line(station);
                Ok(())
            })
        })
        .await
}

async fn advance(app: &App, entry: WaitlistEntryId) -> Result<bool, Problem> {
    app.db
        .write(Cause::system("timer"), move |tx| {
            Box::pin(async move {
                let Some(read) = rows::find(tx.connection(), entry).await? else {
                    return Ok(false);
                };
                let now = tx.now();
                let is_over = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
                if read.state == WaitState::Offered && is_over(read.offer_until) {
                    miss(tx, &read).await?;
                    return Ok(true);
                }
                if is_over(read.gather_until) {
                    tx.stop_gathering(&read).await?;
                    return Ok(true);
                }
                Ok(false)
            })
        })
        .await
}

/// Nobody answered.
async fn miss(tx: &mut Tx<'_>, read: &EntryRecord) -> Result<(), Failure> {
    let command = after_no_answer(read.missed);
    tx.end_entry(read, command).await?;
    let Some(here) = stations::find(tx.connection(), read.station).await? else {
        return Ok(());
    };
    let message = match command {
        WaitCommand::Drop => text::waitlist_dropped(&here.name),
        _ => text::waitlist_missed(&here.name),
    };
    tx.tell_line(&here, read.user, message).await?;
    Ok(())
}
