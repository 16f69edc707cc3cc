//! What people do with tasks. Who is first has it; everybody else is told who that is.

use super::{lead_station, must_lead};
use crate::domain::{
    AckVia, Priority, Problem, StationId, TaskCommand, TaskId, TaskKind, TaskState, Timer, UserId,
};
use crate::protocol::rest::{ReassignIn, TaskIn, TaskOut};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::tasks::{self as rows, NewTask, TaskRow, TaskStep};
use crate::server::store::{Audit, Failure, StoreError, Tx, rules, services, shifts};

/// Longest text of a task, in characters.
const MAX_TEXT: usize = 200;

/// What somebody does with a task.
#[derive(Clone, Debug)]
pub enum Deed {
    /// I have it.
    Ack(AckVia),
    /// I begin.
    Start(AckVia),
    /// It is done.
    Complete,
    /// It is not done after all.
    Undo,
    /// Somebody else is to do it.
    Reassign(ReassignIn),
}

impl Deed {
    fn command(&self) -> TaskCommand {
        match self {
            Self::Ack(_) => TaskCommand::Ack,
            Self::Start(_) => TaskCommand::Start,
            Self::Complete => TaskCommand::Complete,
            Self::Undo => TaskCommand::Undo,
            Self::Reassign(_) => TaskCommand::Reassign,
        }
    }
}

/// One task, to staff of its station.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn get(app: &App, actor: &Actor, task: TaskId) -> Result<TaskOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = rows::find(&mut snapshot, task).await?.ok_or_else(no_such_task)?;
    actor.must_staff(row.out.station_id, row.operator)?;
    Ok(row.out)
}

/// Moves a task on (staff of its station; reassigning is for leads and operators). Who repeats what she did before is
/// answered in the same way.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::TaskBusy`] where it is somebody else's or in no state for
/// that, [`Problem::TooLate`] when [`Timer::TaskUndo`] is over.
pub async fn act(app: &App, actor: &Actor, task: TaskId, deed: Deed) -> Result<TaskOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, deed, timers) = (who.clone(), deed.clone(), timers.clone());
            Box::pin(async move {
                let read = rows::find(tx.connection(), task)
                    .await?
                    .ok_or_else(no_such_task)?;
                actor.must_staff(read.out.station_id, read.operator)?;
                if matches!(deed, Deed::Reassign(_)) {
                    must_lead(&actor)?;
                }
                if is_repeated(&read, &actor, &deed) {
                    return Ok(read.out);
                }
                let station = read.out.station_id;
                let timers = rules::timers_at(tx.connection(), station, read.operator, &timers).await?;
                let now = tx.now();
                let mut step = step(&read, &actor, &deed, now + timers.length(Timer::TaskUndo), now)?;
                if let Deed::Reassign(body) = &deed {
                    step.assignee = Some(assignee(tx, &read, body).await?);
                    let timer = read.out.priority.ack_timer();
                    step.anew = Some(timer.map(|timer| timers.length(timer)));
                }
                carry_out(tx, &read, deed.command(), &step).await?;
                after(tx, task).await
            })
        })
        .await
}

/// A lead or the operator wants something done.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`].
pub async fn create(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: TaskIn,
    key: Option<IdempotencyKey>,
) -> Result<TaskOut, Problem> {
    let mut form = Form::default();
    let text = form.text("text", &body.text, 1..=MAX_TEXT);
    let number = body
        .priority
        .unwrap_or_else(|| TaskKind::PriorityAlert.priority().into());
    let priority = Priority::try_from(number).unwrap_or_else(|complaint| {
        form.complain("priority", complaint);
        Priority::P1
    });
    form.finish()?;
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /stations/{id}/tasks", &(station, &body)));
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, text, claim) = (who.clone(), text.clone(), claim.clone());
            Box::pin(async move {
                lead_station(tx.connection(), &actor, station).await?;
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let new = NewTask {
                    station,
                    kind: TaskKind::PriorityAlert,
                    priority,
                    cause: None,
                    text,
                    booking: None,
                    bay: None,
                    assignee: None,
                };
                let made = tx.create_task(&new).await?.ok_or(StoreError::Overtaken)?;
                audit(tx, made, "create", None, TaskState::Open).await?;
                let task = after(tx, made).await?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &task).await?;
                }
                Ok(task)
            })
        })
        .await
}

fn no_such_task() -> Problem {
    Problem::not_found("task")
}

/// A second press of the same button changes nothing.
fn is_repeated(read: &TaskRow, actor: &Actor, deed: &Deed) -> bool {
    let is_mine = read.out.assignee_id == Some(actor.user);
    match deed {
        Deed::Ack(_) => is_mine && matches!(read.out.state, TaskState::Acked | TaskState::InProgress),
        Deed::Start(_) => is_mine && read.out.state == TaskState::InProgress,
        Deed::Complete => read.done_by == Some(actor.user) && read.out.state == TaskState::Done,
        Deed::Undo | Deed::Reassign(_) => false,
    }
}

/// What the deed changes, by the table of the domain and by who may.
fn step(
    read: &TaskRow,
    actor: &Actor,
    deed: &Deed,
    undo_until: crate::domain::Timestamp,
    now: crate::domain::Timestamp,
) -> Result<TaskStep, Problem> {
    let next = read.out.state.after(deed.command()).ok_or_else(|| busy(read))?;
    let is_hers = read.out.assignee_id == Some(actor.user) || actor.role.may_lead();
    let mut step = TaskStep {
        state: Some(next),
        ..TaskStep::default()
    };
    match deed {
        Deed::Ack(via) => {
            step.acked = Some((actor.user, *via));
            step.assignee = Some(actor.user);
        }
        Deed::Start(via) if read.out.state == TaskState::Open => {
            step.acked = Some((actor.user, *via));
            step.assignee = Some(actor.user);
            step.begins = true;
        }
        Deed::Start(_) if is_hers => {
            step.assignee = Some(actor.user);
            step.begins = true;
        }
        Deed::Complete if is_hers => step.done = Some((actor.user, undo_until)),
        Deed::Undo => {
            let is_in_time = read.out.undo_until.is_some_and(|until| now < until);
            if !is_in_time || !read.can_come_back {
                return Err(Problem::TooLate);
            }
            if read.done_by != Some(actor.user) && !actor.role.may_lead() {
                return Err(busy(read));
            }
            step.undone = true;
        }
        Deed::Reassign(_) => {}
        Deed::Start(_) | Deed::Complete => return Err(busy(read)),
    }
    Ok(step)
}

fn busy(read: &TaskRow) -> Problem {
    let by = read
        .out
        .assignee
        .clone()
        .filter(|_| read.out.state != TaskState::Open);
    let detail = match (read.out.state, &by) {
        (TaskState::Acked | TaskState::InProgress, Some(name)) => format!("{name} has it."),
        (TaskState::Done, Some(name)) => format!("{name} has done it already."),
        (state, _) => format!("The task is: {}.", state.label().to_lowercase()),
    };
    Problem::TaskBusy { detail, by }
}

async fn assignee(tx: &mut Tx<'_>, read: &TaskRow, body: &ReassignIn) -> Result<UserId, Failure> {
    let (station, now) = (read.out.station_id, tx.now());
    let Some(user) = body.user_id.map(UserId) else {
        let found = shifts::least_busy(tx.connection(), station, now).await?;
        return found.ok_or_else(|| Problem::invalid("user_id", "Nobody is on shift and present.").into());
    };
    let name = services::name_at(tx.connection(), station, user).await?;
    let no_such = || Problem::invalid("user_id", "Nobody with this number works at the station.");
    name.map(|_| user).ok_or_else(|| no_such().into())
}

async fn carry_out(
    tx: &mut Tx<'_>,
    read: &TaskRow,
    command: TaskCommand,
    step: &TaskStep,
) -> Result<(), Failure> {
    if !tx.step_task(read, step).await? {
        return Err(StoreError::Overtaken.into());
    }
    let to = step.state.unwrap_or(read.out.state);
    audit(tx, read.out.id, command.as_str(), Some(read.out.state), to).await
}

async fn audit(
    tx: &mut Tx<'_>,
    task: TaskId,
    action: &str,
    from: Option<TaskState>,
    to: TaskState,
) -> Result<(), Failure> {
    tx.audit(Audit {
        entity: "task",
        entity_id: task.0,
        action,
        from: from.map(TaskState::as_str),
        to: Some(to.as_str()),
        reason: None,
    })
    .await?;
    Ok(())
}

async fn after(tx: &mut Tx<'_>, task: TaskId) -> Result<TaskOut, Failure> {
    let row = rows::find(tx.connection(), task).await?;
    Ok(row.ok_or_else(no_such_task)?.out)
}
