//! What the staff of a station have to do, who is there to do it, and what they are told. Each call is one use case; a
//! bare form is sent back to the page it stood on.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Loudness, Problem, StaffMessageId, StationId, TaskId, Timestamp, UserId};
use crate::protocol::rest::{OnDutyOut, OpsOut, StaffMessageOut, TaskOut};

/// The work of a station, as its page shows it first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkPage {
    /// What is to be done, most urgent first.
    pub tasks: Vec<TaskOut>,
    /// What I was asked to acknowledge and have not.
    pub alerts: Vec<AlertOut>,
    /// How the station stands.
    pub ops: OpsOut,
    /// Who is at work.
    pub on_duty: Vec<OnDutyOut>,
    /// I am.
    pub on_shift: bool,
    /// I may say something to everybody here.
    pub may_lead: bool,
    /// For who may: what was said last, and who has acknowledged it.
    pub heard: Vec<StaffMessageOut>,
    /// The log and the position of the staff's topic that this stands for.
    pub epoch: String,
    /// The position.
    pub seq: u64,
}

/// Something that a lead or the operator says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertOut {
    /// What to acknowledge.
    pub notification_id: StaffMessageId,
    /// What people read.
    pub message: String,
    /// How loud.
    pub priority: Loudness,
    /// Who says it.
    pub from: String,
}

/// What somebody does with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStep {
    /// I have it.
    Ack,
    /// I begin.
    Start,
    /// It is done.
    Complete,
    /// It is not done after all.
    Undo,
}

impl TaskStep {
    /// The name in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Undo => "undo",
        }
    }
}

/// So much of what was said is shown on the board.
#[cfg(feature = "ssr")]
const SHOWN: usize = 3;

/// Reads the work of a station of mine.
#[cfg(feature = "ssr")]
pub async fn work(
    app: &crate::server::App,
    actor: &crate::server::service::Actor,
    station: StationId,
) -> Result<WorkPage, Problem> {
    use crate::protocol::Topic;
    use crate::protocol::staff::StaffMessage;
    use crate::server::service::tasks;

    let floor = tasks::floor(app, actor, &[station]).await?;
    let on_duty = tasks::on_duty(app, actor, station).await?;
    let alert = |said| match said {
        StaffMessage::Alert(said) => Some(AlertOut {
            notification_id: said.notification_id,
            message: said.message,
            priority: said.priority,
            from: said.from,
        }),
        _ => None,
    };
    let may_lead = actor.role.may_lead();
    let heard = if may_lead {
        tasks::messages(app, actor, station).await?
    } else {
        Vec::new()
    };
    Ok(WorkPage {
        ops: tasks::ops(app, actor, station).await?,
        on_shift: on_duty
            .iter()
            .any(|one| one.user_id == actor.user && one.on_shift),
        may_lead,
        heard: heard.into_iter().take(SHOWN).collect(),
        on_duty,
        epoch: app.db.epoch().to_owned(),
        seq: floor.at.get(&Topic::StationStaff(station)).copied().unwrap_or(0),
        alerts: floor.alerts.into_iter().filter_map(alert).collect(),
        tasks: floor.tasks,
    })
}

/// Moves a task on.
#[server(prefix = "/call", endpoint = "move_task", output = Plain)]
pub async fn move_task(
    /// Which.
    task: TaskId,
    /// By which step.
    step: TaskStep,
) -> Result<TaskOut, Problem> {
    use crate::domain::AckVia;
    use crate::server::service::tasks::{self, Deed};

    let (app, actor) = (super::app()?, super::actor()?);
    let deed = match step {
        TaskStep::Ack => Deed::Ack(AckVia::Page),
        TaskStep::Start => Deed::Start(AckVia::Page),
        TaskStep::Complete => Deed::Complete,
        TaskStep::Undo => Deed::Undo,
    };
    tasks::act(&app, &actor, task, deed).await.map_err(super::told)
}

/// Gives a task to somebody else (leads and the operator).
#[server(prefix = "/call", endpoint = "give_task", output = Plain)]
pub async fn give_task(
    /// Which.
    task: TaskId,
    /// To whom.
    to: UserId,
) -> Result<TaskOut, Problem> {
    use crate::protocol::rest::ReassignIn;
    use crate::server::service::tasks::{self, Deed};

    let (app, actor) = (super::app()?, super::actor()?);
    let body = ReassignIn { user_id: Some(to.0) };
    tasks::act(&app, &actor, task, Deed::Reassign(body))
        .await
        .map_err(super::told)
}

/// I have read what was said to everybody.
#[server(prefix = "/call", endpoint = "heed_message", output = Plain)]
pub async fn heed_message(
    /// Which.
    message: StaffMessageId,
) -> Result<Timestamp, Problem> {
    use crate::server::service::tasks;

    let (app, actor) = (super::app()?, super::actor()?);
    tasks::acknowledge_message(&app, &actor, message)
        .await
        .map_err(super::told)
}

/// My work here begins or ends.
#[server(prefix = "/call", endpoint = "turn_up", output = Plain)]
pub async fn turn_up(
    /// Where.
    station: StationId,
    /// It begins.
    on: bool,
) -> Result<Vec<OnDutyOut>, Problem> {
    use crate::protocol::rest::ShiftIn;
    use crate::server::service::tasks;

    let (app, actor) = (super::app()?, super::actor()?);
    tasks::turn_up(&app, &actor, station, ShiftIn { on })
        .await
        .map_err(super::told)
}

/// Says something to everybody at a station (lead, operator).
#[server(prefix = "/call", endpoint = "say_to_staff", output = Plain)]
pub async fn say_to_staff(
    /// Where.
    station: StationId,
    /// What.
    message: String,
    /// `broadcast`, or how loud an alert that is to be acknowledged.
    loudness: String,
    /// Makes a repeated press have one effect.
    key: String,
) -> Result<(), Problem> {
    use crate::domain::StaffMessageKind;
    use crate::protocol::rest::StaffMessageIn;
    use crate::server::service::{IdempotencyKey, tasks};

    let (app, actor) = (super::app()?, super::actor()?);
    let (kind, priority) = match loudness.as_str() {
        "high" => (StaffMessageKind::Alert, Loudness::High),
        "normal" => (StaffMessageKind::Alert, Loudness::Normal),
        _ => (StaffMessageKind::Broadcast, Loudness::Normal),
    };
    let body = StaffMessageIn {
        message,
        kind,
        priority,
    };
    tasks::say(&app, &actor, station, body, Some(IdempotencyKey(key)))
        .await
        .map(drop)
        .map_err(super::told)
}
