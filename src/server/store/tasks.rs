//! What staff have to do, as it stands in the database; `task_change` changes it.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::StoreError;
use super::row::Columns;
use crate::domain::{
    AckVia, BatteryId, BookingId, ItemId, OperatorId, Priority, StationId, TaskCause, TaskId, TaskKind,
    TaskState, Timestamp, UserId,
};
use crate::protocol::rest::TaskOut;
use crate::protocol::staff::StaffMessage;

/// What a transaction did to the work at one station so far.
#[derive(Debug, Default)]
pub(super) struct StaffChanges {
    /// What is said besides.
    pub messages: Vec<StaffMessage>,
    /// Tasks touched, and whether they are new.
    pub tasks: BTreeMap<TaskId, bool>,
}

/// A task before it exists.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Where.
    pub station: StationId,
    /// What is to be done.
    pub kind: TaskKind,
    /// How urgent.
    pub priority: Priority,
    /// What it is there for; none for what somebody made up.
    pub cause: Option<TaskCause>,
    /// What people read.
    pub text: String,
    /// About which booking.
    pub booking: Option<BookingId>,
    /// About which bay, by its number in the database.
    pub bay: Option<i64>,
    /// Who is to do it; where none is named, whoever is present and has least to do.
    pub assignee: Option<UserId>,
}

impl NewTask {
    /// A task as its kind usually is.
    pub fn new(station: StationId, kind: TaskKind, cause: TaskCause, text: String) -> Self {
        Self {
            station,
            kind,
            priority: kind.priority(),
            cause: Some(cause),
            text,
            booking: match cause {
                TaskCause::Booking(booking) => Some(booking),
                _ => None,
            },
            bay: match cause {
                TaskCause::Bay(bay) => Some(bay),
                _ => None,
            },
            assignee: None,
        }
    }
}

/// How the cause of a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What was to be done is done.
    Done,
    /// There is nothing to do any more.
    Cancelled,
}

/// A task with its station and its people.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// As staff see it.
    pub out: TaskOut,
    /// Whose station it is at.
    pub operator: OperatorId,
    /// What that is called.
    pub station_name: String,
    /// Within which time somebody has to acknowledge it.
    pub sla: Option<Duration>,
    /// When it rises next.
    pub next_escalation_at: Option<Timestamp>,
    /// When it becomes more urgent by itself.
    pub raise_at: Option<Timestamp>,
    /// Who did it.
    pub done_by: Option<UserId>,
    /// What it was there for is not over, or it is there for itself.
    pub can_come_back: bool,
}

/// What changes with a step of a task; `None` leaves a column as it is.
#[derive(Clone, Debug, Default)]
pub struct TaskStep {
    /// The new state.
    pub state: Option<TaskState>,
    /// Somebody has it from now on, and said so by this way.
    pub acked: Option<(UserId, AckVia)>,
    /// Who is to do it.
    pub assignee: Option<UserId>,
    /// It begins now.
    pub begins: bool,
    /// It was done now, and may be taken back until then.
    pub done: Option<(UserId, Timestamp)>,
    /// It has to be acknowledged anew within this time, if there is one.
    pub anew: Option<Option<Duration>>,
    /// It is not done after all.
    pub undone: bool,
}

macro_rules! select_tasks {
    ($rest:literal) => {
        concat!(
            "SELECT staff_task.id, staff_task.station_id, staff_task.kind, staff_task.cause,
        staff_task.priority, staff_task.state, staff_task.level, staff_task.booking_id, staff_task.item_id,
        staff_task.battery_id, staff_task.session_id, staff_task.text, staff_task.created_at, staff_task.sla_us,
        staff_task.ack_due_at, staff_task.next_escalation_at, staff_task.raise_at, staff_task.acked_at,
        staff_task.acked_via, staff_task.assignee_id, staff_task.started_at, staff_task.done_at, staff_task.done_by,
        staff_task.undo_until, staff_task.version, station.name AS station_name, station.operator_id,
        bay.number AS bay_number, acker.name AS acker, assignee.name AS assignee,
        (SELECT COUNT(*) FROM booking_item WHERE booking_item.booking_id = staff_task.booking_id) AS items_count
     FROM staff_task
     JOIN station ON station.id = staff_task.station_id
     LEFT JOIN bay ON bay.id = staff_task.bay_id
     LEFT JOIN users AS acker ON acker.id = staff_task.acked_by
     LEFT JOIN users AS assignee ON assignee.id = staff_task.assignee_id ",
            $rest
        )
    };
}

/// One task.
pub async fn find(connection: &mut AnyConnection, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
    let row = sqlx::query(select_tasks!("WHERE staff_task.id = $1"))
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(task).transpose()
}

/// What somebody still has to do at a station, most urgent first, and what was done and can be taken back.
pub async fn of_station(
    connection: &mut AnyConnection,
    station: StationId,
    now: Timestamp,
) -> Result<Vec<TaskRow>, StoreError> {
    let rows = sqlx::query(select_tasks!(
        "WHERE staff_task.station_id = $1
           AND (staff_task.state IN ('open', 'acked', 'in_progress')
                OR (staff_task.state = 'done' AND staff_task.undo_until > $2))
         ORDER BY staff_task.priority, staff_task.id
         LIMIT 500"
    ))
    .bind(station.0)
    .bind(now.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(task).collect()
}

/// Tasks to which something happens by itself now.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<TaskId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM staff_task
         WHERE next_escalation_at <= $1
         UNION
         SELECT id
         FROM staff_task
         WHERE raise_at <= $1
         ORDER BY id
         LIMIT $2",
    )
    .bind(now.micros())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(TaskId(row.plain("id")?))).collect()
}

/// When something happens to a task by itself next.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT MIN(at) AS at
         FROM (SELECT MIN(next_escalation_at) AS at FROM staff_task WHERE next_escalation_at IS NOT NULL
               UNION ALL
               SELECT MIN(raise_at) AS at FROM staff_task WHERE raise_at IS NOT NULL) AS next",
    )
    .fetch_one(connection)
    .await?;
    row.instant_or_null("at")
}

fn task(row: &AnyRow) -> Result<TaskRow, StoreError> {
    let (due_at, acked_at) = (
        row.instant_or_null("ack_due_at")?,
        row.instant_or_null("acked_at")?,
    );
    let late = due_at
        .zip(acked_at)
        .map(|(due, acked)| acked.since(due).as_secs());
    let kind: TaskKind = row.word("kind")?;
    let number: i64 = row.plain("priority")?;
    let priority = Priority::try_from(number).map_err(|detail| StoreError::Unreadable {
        column: "priority",
        detail,
    })?;
    let via: Option<String> = row.plain("acked_via")?;
    let acked_via = via.and_then(|via| {
        let ways = [AckVia::Api, AckVia::Socket, AckVia::Page];
        ways.into_iter().find(|way| way.as_str() == via)
    });
    let sla: Option<i64> = row.plain("sla_us")?;
    let cause: Option<String> = row.plain("cause")?;
    Ok(TaskRow {
        out: TaskOut {
            id: TaskId(row.plain("id")?),
            station_id: StationId(row.plain("station_id")?),
            kind,
            priority,
            state: row.word("state")?,
            level: row.plain("level")?,
            bay_number: row.plain("bay_number")?,
            booking_id: row.plain::<Option<i64>>("booking_id")?.map(BookingId),
            items_count: row.plain("items_count")?,
            item_id: row.plain::<Option<i64>>("item_id")?.map(ItemId),
            battery_id: row.plain::<Option<i64>>("battery_id")?.map(BatteryId),
            session_id: row.plain("session_id")?,
            text: row.plain("text")?,
            created_at: row.instant("created_at")?,
            due_at,
            acked_by: row.plain("acker")?,
            acked_at,
            acked_via,
            late_s: late.and_then(|late| i64::try_from(late).ok()).unwrap_or(0),
            assignee_id: row.plain::<Option<i64>>("assignee_id")?.map(UserId),
            assignee: row.plain("assignee")?,
            started_at: row.instant_or_null("started_at")?,
            done_at: row.instant_or_null("done_at")?,
            undo_until: row.instant_or_null("undo_until")?,
            version: row.plain("version")?,
        },
        operator: OperatorId(row.plain("operator_id")?),
        station_name: row.plain("station_name")?,
        sla: sla.map(|sla| Duration::from_micros(u64::try_from(sla).unwrap_or(0))),
        next_escalation_at: row.instant_or_null("next_escalation_at")?,
        raise_at: row.instant_or_null("raise_at")?,
        done_by: row.plain::<Option<i64>>("done_by")?.map(UserId),
        can_come_back: cause.is_some() || kind == TaskKind::PriorityAlert,
    })
}
