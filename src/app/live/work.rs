//! The work of a station on a screen: its tasks and what everybody was told, kept true by the staff's socket. Rows
//! never move by themselves: what is new comes last, until somebody sorts.

use leptos::prelude::*;
use serde::Deserialize;

use super::{Bookmark, Line};
use crate::app::calls::tasks::{AlertOut, WorkPage};
use crate::domain::{Priority, StaffMessageId, StationId, TaskId, TaskState, Timestamp};
use crate::protocol::Topic;
use crate::protocol::rest::{OnDutyOut, OpsOut, StaffMessageOut, TaskOut};

/// One row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Which task.
    pub id: TaskId,
    /// Came since the rows were sorted.
    pub is_new: bool,
    /// How it is.
    pub task: ArcRwSignal<TaskOut>,
}

/// What was said to everybody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// What I was asked to acknowledge and have not.
    pub alerts: Vec<AlertOut>,
    /// The last thing that is good to know, until it is put away.
    pub broadcast: Option<AlertOut>,
}

/// How the station stands, and who is at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// In numbers.
    pub ops: OpsOut,
    /// Who is at work.
    pub on_duty: Vec<OnDutyOut>,
    /// I am.
    pub on_shift: bool,
    /// I may say something to everybody here.
    pub may_lead: bool,
    /// What was said last, and who has acknowledged it.
    pub heard: Vec<StaffMessageOut>,
}

impl From<WorkPage> for Standing {
    fn from(page: WorkPage) -> Self {
        Self {
            ops: page.ops,
            on_duty: page.on_duty,
            on_shift: page.on_shift,
            may_lead: page.may_lead,
            heard: page.heard,
        }
    }
}

/// The work of one station.
#[derive(Clone, Copy)]
pub struct Work(StoredValue<Signals>);

#[derive(Clone, Copy)]
struct Signals {
    rows: RwSignal<Vec<Row>>,
    said: RwSignal<Said>,
    rang: RwSignal<Option<(TaskId, Priority)>>,
    standing: RwSignal<Standing>,
}

#[derive(Deserialize)]
struct List {
    tasks: Vec<TaskOut>,
}

#[derive(Deserialize)]
struct Told {
    data: TaskOut,
}

/// Somebody has read what was said.
#[derive(Deserialize)]
struct Heeded {
    #[serde(default)]
    notification_id: Option<StaffMessageId>,
    by: String,
}

impl Work {
    /// With what the page shows; follows the staff of the station from there.
    pub fn follow(station: StationId, page: &WorkPage, as_of: Timestamp) -> (Self, Line) {
        let rows = page.tasks.iter().cloned().map(|task| row(task, false)).collect();
        let said = Said {
            alerts: page.alerts.clone(),
            broadcast: None,
        };
        let work = Self(StoredValue::new(Signals {
            rows: RwSignal::new(rows),
            said: RwSignal::new(said),
            rang: RwSignal::new(None),
            standing: RwSignal::new(Standing::from(page.clone())),
        }));
        let bookmark = Bookmark::At(page.epoch.clone(), page.seq);
        let line = Line::open(
            Topic::StationStaff(station),
            bookmark,
            as_of,
            move |outside, frame| {
                match outside.kind.as_str() {
                    "tasks_list" => work.take_all(serde_json::from_str::<List>(frame)?.tasks),
                    "task_notification" | "task_update" => {
                        work.take(serde_json::from_str::<Told>(frame)?.data);
                    }
                    "acknowledged" => work.heed(&serde_json::from_str(frame)?),
                    "alert" => work.hear(serde_json::from_str(frame)?),
                    "broadcast" => {
                        let said = serde_json::from_str(frame)?;
                        work.said().update(|all| all.broadcast = Some(said));
                    }
                    _ => {}
                }
                Ok(())
            },
        );
        (work, line)
    }

    fn list(self) -> RwSignal<Vec<Row>> {
        self.0.get_value().rows
    }

    /// What was said to everybody.
    pub fn said(self) -> RwSignal<Said> {
        self.0.get_value().said
    }

    /// The task that came last, for whoever makes a sound of it.
    pub fn rang(self) -> RwSignal<Option<(TaskId, Priority)>> {
        self.0.get_value().rang
    }

    /// How the station stands, and who is at work.
    pub fn standing(self) -> RwSignal<Standing> {
        self.0.get_value().standing
    }

    /// The rows, as they stand.
    pub fn rows(self) -> Vec<Row> {
        self.list().get()
    }

    /// Tasks that somebody still has to do.
    pub fn open(self) -> usize {
        let is_active = |row: &&Row| row.task.with(|task| task.state.is_active());
        self.list().with(|rows| rows.iter().filter(is_active).count())
    }

    /// The most urgent tasks that nobody has acknowledged.
    pub fn alarming(self) -> Vec<ArcRwSignal<TaskOut>> {
        let is_alarming = |task: &TaskOut| task.priority == Priority::P1 && task.state == TaskState::Open;
        self.list().with(|rows| {
            let alarming = rows.iter().filter(|row| row.task.with(is_alarming));
            alarming.map(|row| row.task.clone()).collect()
        })
    }

    /// How many came, and how many are over, since the rows were sorted.
    pub fn news(self) -> (usize, usize) {
        self.list().with(|rows| {
            let is_over = |row: &&Row| row.task.with(|task| !task.state.is_active());
            let over = rows.iter().filter(is_over).count();
            (rows.iter().filter(|row| row.is_new).count(), over)
        })
    }

    /// The most urgent first, and what is over is gone.
    pub fn tidy(self) {
        self.list().update(|rows| {
            rows.retain(|row| row.task.with_untracked(|task| task.state.is_active()));
            rows.sort_by_key(|row| {
                row.task
                    .with_untracked(|task| (task.priority, task.created_at, task.id))
            });
            for row in rows {
                row.is_new = false;
            }
        });
    }

    /// Takes over a newer state of a task; an older one, overtaken on its way, is dropped.
    pub fn take(self, fresh: TaskOut) {
        let known = self.list().with_untracked(|rows| {
            rows.iter()
                .find(|row| row.id == fresh.id)
                .map(|row| row.task.clone())
        });
        match known {
            Some(held) => held.maybe_update(|held| {
                let is_newer = fresh.version > held.version;
                if is_newer {
                    *held = fresh;
                }
                is_newer
            }),
            None if fresh.state.is_active() => {
                self.rang().set(Some((fresh.id, fresh.priority)));
                self.list().update(|rows| rows.push(row(fresh, true)));
            }
            None => {}
        }
    }

    /// Whoever acknowledged what was said needs not be told again.
    pub fn heeded(self, said: &AlertOut) {
        self.said().update(|all| {
            all.alerts
                .retain(|alert| alert.notification_id != said.notification_id);
        });
    }

    /// The whole list: what it leaves out is over.
    fn take_all(self, tasks: Vec<TaskOut>) {
        let gone = self.list().with_untracked(|rows| {
            let listed = |row: &&Row| tasks.iter().all(|task| task.id != row.id);
            let gone = rows.iter().filter(listed).map(|row| row.task.clone());
            gone.collect::<Vec<_>>()
        });
        for task in gone {
            task.maybe_update(|task| {
                let was_active = task.state.is_active();
                if was_active {
                    task.state = TaskState::Cancelled;
                }
                was_active
            });
        }
        for task in tasks {
            self.take(task);
        }
    }

    fn heed(self, heeded: &Heeded) {
        self.standing().update(|standing| {
            let message = standing
                .heard
                .iter_mut()
                .find(|message| Some(message.id) == heeded.notification_id);
            let Some(message) = message else { return };
            let reader = message.waiting.iter().position(|reader| reader.name == heeded.by);
            if let Some(reader) = reader {
                let reader = message.waiting.remove(reader);
                message.acknowledged.push(reader);
            }
        });
    }

    fn hear(self, said: AlertOut) {
        self.said().update(|all| {
            let is_same = |alert: &AlertOut| alert.notification_id == said.notification_id;
            if !all.alerts.iter().any(is_same) {
                all.alerts.push(said);
            }
        });
    }
}

fn row(task: TaskOut, is_new: bool) -> Row {
    Row {
        id: task.id,
        is_new,
        task: ArcRwSignal::new(task),
    }
}
