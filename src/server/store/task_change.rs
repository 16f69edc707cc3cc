//! What changes tasks. The only place that writes to `staff_task`; each function reports it to the transaction, so what
//! staff see of it follows at commit.

use std::time::Duration;

use super::row::Columns;
use super::tasks::{Ending, NewTask, StaffChanges, TaskRow, TaskStep, find};
use super::{IdKind, StoreError, StoredEvent, Tx, rules, shifts};
use crate::domain::task::rises_after;
use crate::domain::{
    OperatorId, Priority, StationId, TaskCause, TaskId, TaskKind, TaskState, Timer, Timers, Timestamp,
};
use crate::protocol::Topic;
use crate::protocol::staff::{Numbered, StaffMessage};

impl Tx<'_> {
    fn touch_task(&mut self, station: StationId, task: TaskId, is_new: bool) {
        let tasks = &mut self.staff.entry(station).or_default().tasks;
        *tasks.entry(task).or_insert(false) |= is_new;
    }

    /// Says something to the staff of a station at commit.
    pub fn tell_staff(&mut self, station: StationId, message: StaffMessage) {
        self.staff.entry(station).or_default().messages.push(message);
    }

    /// Makes a task. `None` where its cause has one of this kind already.
    pub async fn create_task(&mut self, new: &NewTask) -> Result<Option<TaskId>, StoreError> {
        let now = self.now();
        let timers = self.timers_at(new.station).await?;
        let sla = new.priority.ack_timer().map(|timer| timers.length(timer));
        let raise = (new.kind == TaskKind::VerifyCash).then(|| now + timers.length(Timer::CashVerifySla));
        let assignee = match new.assignee {
            Some(user) => Some(user),
            None => shifts::least_busy(self.connection(), new.station, now).await?,
        };
        let (item, battery, session) = match new.cause {
            Some(TaskCause::Item(item)) => (Some(item.0), None, None),
            Some(TaskCause::Battery(battery)) => (None, Some(battery.0), None),
            Some(TaskCause::Session(session)) => (None, None, Some(session)),
            _ => (None, None, None),
        };
        let id = TaskId(self.next_id(IdKind::Task)?);
        let made = sqlx::query(
            "INSERT INTO staff_task (id, station_id, kind, cause, priority, state, level, booking_id, item_id,
                 battery_id, bay_id, session_id, text, created_at, created_by, sla_us, ack_due_at,
                 next_escalation_at, raise_at, assignee_id, version)
             VALUES ($1, $2, $3, $4, $5, 'open', 0, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17, 1)
             ON CONFLICT DO NOTHING",
        )
        .bind(id.0)
        .bind(new.station.0)
        .bind(new.kind.as_str())
        .bind(new.cause.map(|cause| cause.to_string()))
        .bind(i64::from(new.priority))
        .bind(new.booking.map(|booking| booking.0))
        .bind(item)
        .bind(battery)
        .bind(new.bay)
        .bind(session)
        .bind(new.text.clone())
        .bind(now.micros())
        .bind(self.cause().actor.map(|user| user.0))
        .bind(sla.map(micros))
        .bind(sla.map(|sla| (now + sla).micros()))
        .bind(raise.map(Timestamp::micros))
        .bind(assignee.map(|user| user.0))
        .execute(self.connection())
        .await?
        .rows_affected();
        if made == 0 {
            return Ok(None);
        }
        self.touch_task(new.station, id, true);
        Ok(Some(id))
    }

    /// What a task was there for is over: all tasks of that cause, or only those of a kind, end with it. One that
    /// somebody has done stays done.
    pub async fn end_tasks(
        &mut self,
        cause: TaskCause,
        kind: Option<TaskKind>,
        ending: Ending,
    ) -> Result<(), StoreError> {
        let done = ending == Ending::Done;
        let by = self.cause().actor;
        let rows = sqlx::query(
            "UPDATE staff_task
             SET done_at = CASE WHEN state <> 'done' AND $3 = 1 THEN $4 ELSE done_at END,
                 done_by = CASE WHEN state <> 'done' AND $3 = 1 THEN $5 ELSE done_by END,
                 state = CASE WHEN state = 'done' OR $3 = 1 THEN 'done' ELSE 'cancelled' END,
                 cause = NULL, next_escalation_at = NULL, raise_at = NULL, undo_until = NULL,
                 version = version + 1
             WHERE cause = $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
             RETURNING id, station_id",
        )
        .bind(cause.to_string())
        .bind(kind.map(TaskKind::as_str))
        .bind(i64::from(done))
        .bind(self.now().micros())
        .bind(by.map(|user| user.0))
        .fetch_all(self.connection())
        .await?;
        for row in rows {
            let station = StationId(row.plain("station_id")?);
            self.touch_task(station, TaskId(row.plain("id")?), false);
        }
        Ok(())
    }

    /// Takes a task from how it was read to how it is to be. False when somebody was faster.
    pub async fn step_task(&mut self, read: &TaskRow, step: &TaskStep) -> Result<bool, StoreError> {
        let now = self.now();
        let state = step.state.unwrap_or(read.out.state);
        let due = step.anew.flatten().map(|sla| now + sla);
        let begins_anew = i64::from(step.anew.is_some());
        let is_settled = i64::from(state != TaskState::Open);
        let changed = sqlx::query(
            "UPDATE staff_task
             SET state = $3, version = version + 1,
                 acked_by = CASE WHEN $4 = 1 THEN NULL ELSE COALESCE($5, acked_by) END,
                 acked_at = CASE WHEN $4 = 1 THEN NULL ELSE COALESCE($6, acked_at) END,
                 acked_via = CASE WHEN $4 = 1 THEN NULL ELSE COALESCE($7, acked_via) END,
                 assignee_id = CASE WHEN $4 = 1 THEN $8 ELSE COALESCE($8, assignee_id) END,
                 level = CASE WHEN $4 = 1 THEN 0 ELSE level END,
                 sla_us = CASE WHEN $4 = 1 THEN $9 ELSE sla_us END,
                 ack_due_at = CASE WHEN $4 = 1 THEN $10 ELSE ack_due_at END,
                 next_escalation_at = CASE WHEN $4 = 1 THEN $10
                                           WHEN $11 = 1 THEN NULL
                                           ELSE next_escalation_at END,
                 started_at = CASE WHEN $4 = 1 THEN NULL ELSE COALESCE($12, started_at) END,
                 done_at = CASE WHEN $13 = 1 THEN NULL ELSE COALESCE($14, done_at) END,
                 done_by = CASE WHEN $13 = 1 THEN NULL ELSE COALESCE($15, done_by) END,
                 undo_until = $16,
                 raise_at = CASE WHEN CAST($14 AS BIGINT) IS NULL THEN raise_at END
             WHERE id = $1 AND version = $2",
        )
        .bind(read.out.id.0)
        .bind(read.out.version)
        .bind(state.as_str())
        .bind(begins_anew)
        .bind(step.acked.map(|(user, _)| user.0))
        .bind(step.acked.map(|_| now.micros()))
        .bind(step.acked.map(|(_, via)| via.as_str()))
        .bind(step.assignee.map(|user| user.0))
        .bind(step.anew.flatten().map(micros))
        .bind(due.map(Timestamp::micros))
        .bind(is_settled)
        .bind(step.begins.then(|| now.micros()))
        .bind(i64::from(step.undone))
        .bind(step.done.map(|_| now.micros()))
        .bind(step.done.map(|(user, _)| user.0))
        .bind(step.done.map(|(_, until)| until.micros()))
        .execute(self.connection())
        .await?
        .rows_affected();
        self.touch_task(read.out.station_id, read.out.id, false);
        Ok(changed == 1)
    }

    /// Nobody has acknowledged it in time: it rises by one level. False when somebody was faster.
    pub async fn raise_level(&mut self, read: &TaskRow) -> Result<bool, StoreError> {
        let level = read.out.level + 1;
        let after = |level| read.sla.and_then(|sla| rises_after(sla, level));
        let next = match (read.next_escalation_at, after(level), after(level + 1)) {
            (Some(at), Some(this), Some(next)) => Some(at + next.saturating_sub(this)),
            _ => None,
        };
        let changed = sqlx::query(
            "UPDATE staff_task
             SET level = $3, next_escalation_at = $4, version = version + 1
             WHERE id = $1 AND version = $2 AND state = 'open'",
        )
        .bind(read.out.id.0)
        .bind(read.out.version)
        .bind(level)
        .bind(next.map(Timestamp::micros))
        .execute(self.connection())
        .await?
        .rows_affected();
        self.touch_task(read.out.station_id, read.out.id, false);
        Ok(changed == 1)
    }

    /// It becomes more urgent by itself, and whoever has not acknowledged it has less time for that. False when
    /// somebody was faster.
    pub async fn raise_priority(&mut self, read: &TaskRow, to: Priority) -> Result<bool, StoreError> {
        let timers = self.timers_at(read.out.station_id).await?;
        let sla = to.ack_timer().map(|timer| timers.length(timer));
        let due = sla.map(|sla| (self.now() + sla).micros());
        let changed = sqlx::query(
            "UPDATE staff_task
             SET priority = $3, raise_at = NULL, version = version + 1,
                 sla_us = CASE WHEN state = 'open' THEN $4 ELSE sla_us END,
                 ack_due_at = CASE WHEN state = 'open' THEN $5 ELSE ack_due_at END,
                 next_escalation_at = CASE WHEN state = 'open' THEN $5 END
             WHERE id = $1 AND version = $2",
        )
        .bind(read.out.id.0)
        .bind(read.out.version)
        .bind(i64::from(to))
        .bind(sla.map(micros))
        .bind(due)
        .execute(self.connection())
        .await?
        .rows_affected();
        self.touch_task(read.out.station_id, read.out.id, false);
        Ok(changed == 1)
    }

    /// The timers as they run at a station.
    pub(super) async fn timers_at(&mut self, station: StationId) -> Result<Timers, StoreError> {
        let row = sqlx::query("SELECT operator_id FROM station WHERE id = $1")
            .bind(station.0)
            .fetch_one(self.connection())
            .await?;
        let (operator, installation) = (OperatorId(row.plain("operator_id")?), self.timers());
        rules::timers_at(self.connection(), station, operator, installation).await
    }

    /// Writes what the staff of a station see of this transaction: what is said, then the tasks as they are now.
    pub(super) async fn write_staff(
        &mut self,
        station: StationId,
        changes: StaffChanges,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let (topic, now) = (Topic::StationStaff(station), self.now());
        let count = changes.messages.len() + changes.tasks.len();
        let (epoch, first) = self.advance(topic, count).await?;
        let mut messages = changes.messages;
        for (task, is_new) in changes.tasks {
            let found = find(self.connection(), task).await?;
            let data = Box::new(found.ok_or(StoreError::Overtaken)?.out);
            messages.push(if is_new {
                StaffMessage::TaskNotification { data }
            } else {
                StaffMessage::TaskUpdate { data }
            });
        }
        for (message, seq) in messages.into_iter().zip(first..) {
            let message = Numbered::new(message, seq, station, now);
            events.push(self.store_event(topic, &epoch, seq, &message).await?);
        }
        Ok(())
    }
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}
