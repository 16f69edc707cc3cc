//! Tasks follow what happens in the bays: at the end of every transaction each swap and each bay it touched is looked
//! at, as bookings are.

use super::floor::{bays, sessions};
use super::row::Columns;
use super::tasks::{Ending, NewTask};
use super::{StoreError, Tx};
use crate::domain::{BayId, BayState, Priority, SessionAlarm, SessionId, SessionStep, TaskCause, TaskKind};

impl Tx<'_> {
    /// Makes and ends the tasks of the swaps and bays that this transaction touched.
    pub(super) async fn follow_floor(&mut self) -> Result<(), StoreError> {
        let touched: Vec<SessionId> = self.sessions.iter().copied().collect();
        for session in touched {
            self.follow_session(session).await?;
        }
        let touched: Vec<BayId> = self.bays.iter().copied().collect();
        for bay in touched {
            self.follow_bay(bay).await?;
        }
        Ok(())
    }

    async fn follow_session(&mut self, session: SessionId) -> Result<(), StoreError> {
        let Some(record) = sessions::find(self.connection(), session).await? else {
            return Ok(());
        };
        let cause = TaskCause::Session(session.0);
        if record.now.ended.is_some() {
            return self.end_tasks(cause, None, Ending::Done).await;
        }
        let said = match (record.now.needs_help, record.now.alarm) {
            (true, _) => Some((Priority::P2, "Somebody is needed at the bay")),
            (false, Some(SessionAlarm::Long)) => Some((Priority::P1, "The swap takes very long")),
            (false, Some(SessionAlarm::Idle)) => Some((Priority::P2, "A step of the swap takes long")),
            (false, None) => None,
        };
        let known = self.open_help(&cause).await?;
        match said {
            Some((priority, _)) if known == Some(priority) => {}
            None if known.is_none() => {}
            _ => {
                let (kind, ending) = (TaskKind::HelpRequest, Ending::Done);
                self.end_tasks(cause, Some(kind), ending).await?;
                if let Some((priority, words)) = said {
                    let text = format!("Bay {}: {words}", record.bay_number());
                    let new = NewTask {
                        priority,
                        booking: record.now.booking,
                        bay: Some(record.bay.0),
                        ..NewTask::new(record.station, kind, cause, text)
                    };
                    self.create_task(&new).await?;
                }
            }
        }
        // The slot that nobody took from is open once more.
        if record.now.step == SessionStep::PackOut {
            self.end_tasks(cause, Some(TaskKind::OutTimeout), Ending::Done)
                .await?;
        }
        Ok(())
    }

    /// How urgent the help is that was asked for at this swap.
    async fn open_help(&mut self, cause: &TaskCause) -> Result<Option<Priority>, StoreError> {
        let row = sqlx::query(
            "SELECT priority
             FROM staff_task
             WHERE cause = $1 AND kind = $2 AND state IN ('open', 'acked', 'in_progress')
             ORDER BY id
             LIMIT 1",
        )
        .bind(cause.to_string())
        .bind(TaskKind::HelpRequest.as_str())
        .fetch_optional(self.connection())
        .await?;
        let number: Option<i64> = row.as_ref().map(|row| row.plain("priority")).transpose()?;
        Ok(number.and_then(|number| Priority::try_from(number).ok()))
    }

    /// A slot was opened, and nobody took the pack out of it.
    pub async fn create_out_timeout(&mut self, session: SessionId) -> Result<(), StoreError> {
        let Some(record) = sessions::find(self.connection(), session).await? else {
            return Ok(());
        };
        let cause = TaskCause::Session(session.0);
        let text = format!(
            "Bay {}: the battery was not taken; it stays held",
            record.bay_number()
        );
        let new = NewTask {
            booking: record.now.booking,
            bay: Some(record.bay.0),
            ..NewTask::new(record.station, TaskKind::OutTimeout, cause, text)
        };
        self.create_task(&new).await?;
        Ok(())
    }

    async fn follow_bay(&mut self, bay: BayId) -> Result<(), StoreError> {
        let Some(record) = bays::find(self.connection(), bay).await? else {
            return Ok(());
        };
        let (cause, kind) = (TaskCause::Bay(bay.0), TaskKind::CleanupBay);
        if record.state() == BayState::TurnOver {
            let text = format!("Bay {} is to be cleared", record.number);
            self.create_task(&NewTask::new(record.station, kind, cause, text))
                .await?;
            return Ok(());
        }
        self.end_tasks(cause, Some(kind), Ending::Done).await
    }
}
