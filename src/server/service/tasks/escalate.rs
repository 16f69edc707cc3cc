//! What the clock does with tasks: one that nobody acknowledges rises, from all staff to the leads to the operator;
//! cash that nobody counts becomes urgent. The instants stand in the database; whichever process comes first carries
//! a step out, and each is carried out once.

use serde_json::json;

use crate::domain::notification::text;
use crate::domain::task::OPERATOR_LEVEL;
use crate::domain::{NotificationKind, Priority, Problem, TaskId, TaskState, Timestamp};
use crate::server::App;
use crate::server::store::notifications::Notice;
use crate::server::store::tasks::{self as rows, TaskRow};
use crate::server::store::{Audit, Cause, Failure, StoreError, Tx, accounts, stations};

/// Tasks looked at in one round.
const ROUND: i64 = 100;
/// From this level on the leads are told, and from [`OPERATOR_LEVEL`] on the operator.
const LEADS: i64 = 2;

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
    for task in due {
        match advance(app, task).await {
            Ok(true) => steps += 1,
            Ok(false) => {}
            Err(problem) => tracing::warn!(task.id = %task, %problem, "a task was not escalated"),
        }
    }
    Ok(steps)
}

async fn advance(app: &App, task: TaskId) -> Result<bool, Problem> {
    app.db
        .write(Cause::system("timer"), move |tx| {
            Box::pin(async move {
                let Some(read) = rows::find(tx.connection(), task).await? else {
                    return Ok(false);
                };
                let now = tx.now();
                let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
                if read.out.state == TaskState::Open && is_due(read.next_escalation_at) {
                    rise(tx, &read).await?;
                    return Ok(true);
                }
                if read.out.state.is_active() && is_due(read.raise_at) {
                    if !tx.raise_priority(&read, Priority::P2).await? {
                        return Err(StoreError::Overtaken.into());
                    }
                    audit(tx, &read, "raise").await?;
                    return Ok(true);
                }
                Ok(false)
            })
        })
        .await
}

async fn rise(tx: &mut Tx<'_>, read: &TaskRow) -> Result<(), Failure> {
    if !tx.raise_level(read).await? {
        return Err(StoreError::Overtaken.into());
    }
    audit(tx, read, "escalate").await?;
    let (station, level) = (read.out.station_id, read.out.level + 1);
    let people = match level {
        LEADS => accounts::leads_of(tx.connection(), station).await?,
        OPERATOR_LEVEL => stations::operators_of(tx.connection(), station).await?,
        _ => Vec::new(),
    };
    let kind = NotificationKind::TaskEscalated;
    let waited = tx.now().since(read.out.created_at).as_secs();
    let label = read.out.kind.label();
    let message = text::task_escalated(label, &read.out.text, &read.station_name, waited);
    for person in people {
        let told = Notice {
            kind,
            message: message.clone(),
            level: kind.level(),
            booking: read.out.booking_id,
            station: Some(station),
            data: json!({ "station_name": read.station_name, "task_id": read.out.id, "level": level }),
        };
        tx.notify(person, told).await?;
    }
    Ok(())
}

async fn audit(tx: &mut Tx<'_>, read: &TaskRow, action: &str) -> Result<(), Failure> {
    let state = Some(read.out.state.as_str());
    tx.audit(Audit {
        entity: "task",
        entity_id: read.out.id.0,
        action,
        from: state,
        to: state,
        reason: None,
    })
    .await?;
    Ok(())
}
