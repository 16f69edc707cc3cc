//! What changes swap sessions. Each function reports it to the transaction, so `session_update`, `bay_update` and
//! `booking_update` follow by themselves.

use super::{SessionNow, SessionRecord};
use crate::domain::{BayId, SessionAlarm, SessionId, SessionStep, StationId, Timestamp, UserId};
use crate::server::store::{StoreError, Tx};

/// A session before it exists.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Id.
    pub id: SessionId,
    /// Eight characters.
    pub code: String,
    /// In which bay.
    pub bay: BayId,
    /// Where.
    pub station: StationId,
    /// Who opened it.
    pub opened_by: UserId,
    /// How it begins.
    pub now: SessionNow,
}

impl Tx<'_> {
    /// Opens a session. Whoever opened another one in the bay meanwhile is seen when this is run again.
    pub async fn open_session(&mut self, new: &NewSession) -> Result<(), StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO swap_session (id, code, bay_id, station_id, booking_id, party_size, step, step_at,
                 needs_help, opened_by, notes, opened_at, due_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $8, $11, 1)",
        )
        .bind(new.id.0)
        .bind(new.code.clone())
        .bind(new.bay.0)
        .bind(new.station.0)
        .bind(new.now.booking.map(|booking| booking.0))
        .bind(new.now.party_size)
        .bind(new.now.step.as_str())
        .bind(new.now.step_at.micros())
        .bind(new.opened_by.0)
        .bind(new.now.notes.clone())
        .bind(new.now.due_at.map(Timestamp::micros))
        .execute(self.connection())
        .await;
        inserted.map_err(overtaken_if_taken)?;
        self.note_step(new.id, 1, new.now.step).await?;
        self.touch_session(new.id, new.bay, new.now.booking);
        self.touch_counts(new.station);
        Ok(())
    }

    /// Changes a session that is open. False when it is no longer as it was read.
    pub async fn change_session(
        &mut self,
        read: &SessionRecord,
        to: &SessionNow,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE swap_session
             SET booking_id = $3, party_size = $4, step = $5, step_at = $6, needs_help = $7, alarm = $8,
                 notes = $9, dispense_until = $10, due_at = $11, closed_at = $12, ended_as = $13,
                 version = version + 1
             WHERE id = $1 AND version = $2 AND closed_at IS NULL",
        )
        .bind(read.id.0)
        .bind(read.version)
        .bind(to.booking.map(|booking| booking.0))
        .bind(to.party_size)
        .bind(to.step.as_str())
        .bind(to.step_at.micros())
        .bind(i64::from(to.needs_help))
        .bind(to.alarm.map(SessionAlarm::as_str))
        .bind(to.notes.clone())
        .bind(to.dispense_until.map(Timestamp::micros))
        .bind(to.due_at.map(Timestamp::micros))
        .bind(to.ended.map(|(at, _)| at.micros()))
        .bind(to.ended.map(|(_, how)| how.as_str()))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        if to.step != read.now.step {
            self.note_step(read.id, read.version + 1, to.step).await?;
        }
        self.touch_session(read.id, read.bay, to.booking);
        Ok(true)
    }

    async fn note_step(
        &mut self,
        session: SessionId,
        version: i64,
        step: SessionStep,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO session_step (session_id, version, step, at) VALUES ($1, $2, $3, $4)")
            .bind(session.0)
            .bind(version)
            .bind(step.as_str())
            .bind(self.now().micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

/// The unique indexes of open sessions and of returns: another transaction was faster; run again, and the look will
/// see it.
pub(super) fn overtaken_if_taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}
