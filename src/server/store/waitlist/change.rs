//! What changes a place in line. Each change is conditional on the version that was read; who comes second starts
//! again.

use std::time::Duration;

use super::{EntryRecord, OfferedPack, Wish};
use crate::domain::{
    BookingId, HoldId, ItemKind, NotificationId, ReleaseReason, StationId, Timestamp, UserId, WaitCommand,
    WaitState, WaitlistEntryId,
};
use crate::server::store::batteries::Claimed;
use crate::server::store::tx::PackEvent;
use crate::server::store::{Audit, StoreError, Tx};

/// A place in line before it exists.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Id.
    pub id: WaitlistEntryId,
    /// Whose.
    pub user: UserId,
    /// Where.
    pub station: StationId,
    /// The vehicle.
    pub vehicle: Option<String>,
    /// How long her offers last.
    pub offer_for: Duration,
    /// The same, when many wait.
    pub busy_offer_for: Duration,
    /// How long her booking will hold its packs.
    pub hold_for: Duration,
    /// What she wants.
    pub wishes: Vec<Wish>,
}

/// What a step changes besides the state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EntryStep {
    /// Until when she may answer; null from now on where `None`.
    pub offer_until: Option<Timestamp>,
    /// The message about it; null from now on where `None`.
    pub notice: Option<NotificationId>,
    /// What became of it.
    pub booking: Option<BookingId>,
}

impl Tx<'_> {
    /// The line of a station is looked at again when this transaction is settled.
    pub fn look_at_line(&mut self, station: StationId) {
        self.lines.touched.insert(station);
    }

    /// Puts somebody at the end of the line.
    pub async fn insert_entry(&mut self, new: &NewEntry) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO waitlist_entry (id, user_id, station_id, state, version, vehicle, joined_at, offer_us,
                 busy_offer_us, hold_us)
             VALUES ($1, $2, $3, 'waiting', 1, $4, $5, $6, $7, $8)",
        )
        .bind(new.id.0)
        .bind(new.user.0)
        .bind(new.station.0)
        .bind(new.vehicle.clone())
        .bind(self.now().micros())
        .bind(micros(new.offer_for))
        .bind(micros(new.busy_offer_for))
        .bind(micros(new.hold_for))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_in_line)?;
        for wish in &new.wishes {
            self.insert_wish(new.id, wish).await?;
        }
        self.audit(Audit {
            entity: "waitlist",
            entity_id: new.id.0,
            action: "join",
            to: Some(WaitState::Waiting.as_str()),
            ..Audit::default()
        })
        .await?;
        self.look_at_line(new.station);
        Ok(())
    }

    async fn insert_wish(&mut self, entry: WaitlistEntryId, wish: &Wish) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO waitlist_wish (entry_id, position, kind, quantity) VALUES ($1, $2, $3, $4)")
            .bind(entry.0)
            .bind(wish.position)
            .bind(wish.kind.as_str())
            .bind(wish.quantity)
            .execute(self.connection())
            .await?;
        for model in &wish.models {
            sqlx::query("INSERT INTO waitlist_model (entry_id, position, model_id) VALUES ($1, $2, $3)")
                .bind(entry.0)
                .bind(wish.position)
                .bind(model.0)
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Holds a place until commit, if it is still as it was read.
    pub async fn lock_entry(&mut self, read: &EntryRecord) -> Result<(), StoreError> {
        let changed =
            sqlx::query("UPDATE waitlist_entry SET version = version WHERE id = $1 AND version = $2")
                .bind(read.id.0)
                .bind(read.version)
                .execute(self.connection())
                .await?
                .rows_affected();
        must_be_one(changed)
    }

    /// The offer was taken: it is a booking from now on.
    pub async fn accept_entry(&mut self, read: &EntryRecord, booking: BookingId) -> Result<(), StoreError> {
        let step = EntryStep {
            booking: Some(booking),
            ..EntryStep::default()
        };
        self.step_entry(read, WaitCommand::Accept, step).await
    }

    /// Her place is hers no more, or her offer not hers: what was claimed for her is free, and what she was told of
    /// it is moot.
    pub async fn end_entry(&mut self, read: &EntryRecord, command: WaitCommand) -> Result<(), StoreError> {
        self.step_entry(read, command, EntryStep::default()).await?;
        let reason = match command {
            WaitCommand::Miss | WaitCommand::Drop => ReleaseReason::Expired,
            _ => ReleaseReason::Cancelled,
        };
        self.release_offered(read, reason).await?;
        self.forget_notice(read).await
    }

    /// The message about an offer that is over is nothing to act on any more.
    pub async fn forget_notice(&mut self, read: &EntryRecord) -> Result<(), StoreError> {
        if let Some(notice) = read.notice {
            self.mark_read(read.user, Some(notice)).await?;
        }
        Ok(())
    }

    /// Packs that were kept together go back: others come first now, three times at most again.
    pub async fn stop_gathering(&mut self, read: &EntryRecord) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE waitlist_entry SET gather_until = NULL, overtaken = 0, version = version + 1
             WHERE id = $1 AND version = $2 AND state = 'waiting'",
        )
        .bind(read.id.0)
        .bind(read.version)
        .execute(self.connection())
        .await?
        .rows_affected();
        must_be_one(changed)?;
        self.release_offered(read, ReleaseReason::Expired).await?;
        self.look_at_line(read.station);
        Ok(())
    }

    /// Takes the packs of an offer out of it. Their claims go on; [`Tx::insert_hold`] must follow for each.
    pub async fn take_offered(&mut self, read: &EntryRecord) -> Result<Vec<(ItemKind, Claimed)>, StoreError> {
        self.delete_offered(read).await?;
        let claimed = |pack: &OfferedPack| {
            let wish = read.wishes.iter().find(|wish| wish.position == pack.position)?;
            let claimed = Claimed {
                hold: pack.hold,
                battery: pack.battery,
                model: pack.model,
                slot: pack.slot,
            };
            Some((wish.kind, claimed))
        };
        Ok(read.packs.iter().filter_map(claimed).collect())
    }

    pub(super) async fn step_entry(
        &mut self,
        read: &EntryRecord,
        command: WaitCommand,
        step: EntryStep,
    ) -> Result<(), StoreError> {
        let Some(to) = read.state.after(command) else {
            return Err(StoreError::Overtaken);
        };
        let now = self.now().micros();
        let is_missed = matches!(command, WaitCommand::Miss | WaitCommand::Drop);
        let changed = sqlx::query(
            "UPDATE waitlist_entry
             SET state = $4, version = version + 1, offer_until = $5, gather_until = NULL, notice_id = $6,
                 booking_id = $7, ended_at = $8, missed = missed + $9,
                 missed_at = CASE WHEN $9 = 1 THEN $10 ELSE missed_at END
             WHERE id = $1 AND version = $2 AND state = $3",
        )
        .bind(read.id.0)
        .bind(read.version)
        .bind(read.state.as_str())
        .bind(to.as_str())
        .bind(step.offer_until.map(Timestamp::micros))
        .bind(step.notice.map(|notice| notice.0))
        .bind(step.booking.map(|booking| booking.0))
        .bind((!to.is_open()).then_some(now))
        .bind(i64::from(is_missed))
        .bind(now)
        .execute(self.connection())
        .await?
        .rows_affected();
        must_be_one(changed)?;
        self.audit(Audit {
            entity: "waitlist",
            entity_id: read.id.0,
            action: command.as_str(),
            from: Some(read.state.as_str()),
            to: Some(to.as_str()),
            reason: None,
        })
        .await?;
        // What was accepted stays with her: nobody behind her gets more or less by it.
        if command != WaitCommand::Accept {
            self.look_at_line(read.station);
        }
        Ok(())
    }

    pub(super) async fn release_offered(
        &mut self,
        read: &EntryRecord,
        reason: ReleaseReason,
    ) -> Result<(), StoreError> {
        self.delete_offered(read).await?;
        for pack in &read.packs {
            self.unclaim(pack).await?;
            self.pack_event(
                read.station,
                pack.battery,
                reason.action(),
                PackEvent::Released(reason),
            );
        }
        Ok(())
    }

    async fn delete_offered(&mut self, read: &EntryRecord) -> Result<(), StoreError> {
        let deleted = sqlx::query("DELETE FROM offered_pack WHERE entry_id = $1")
            .bind(read.id.0)
            .execute(self.connection())
            .await?
            .rows_affected();
        if deleted == u64::try_from(read.packs.len()).unwrap_or(u64::MAX) {
            Ok(())
        } else {
            Err(StoreError::Overtaken)
        }
    }

    pub(super) async fn unclaim(&mut self, pack: &OfferedPack) -> Result<(), StoreError> {
        let HoldId(hold) = pack.hold;
        let freed =
            sqlx::query("UPDATE battery SET hold_id = NULL, changed_at = $3 WHERE id = $1 AND hold_id = $2")
                .bind(pack.battery.0)
                .bind(hold)
                .bind(self.now().micros())
                .execute(self.connection())
                .await?
                .rows_affected();
        must_be_one(freed)
    }
}

fn must_be_one(changed: u64) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Overtaken)
    }
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

/// She joined in another window since we looked; run again, and the look will see it.
fn overtaken_if_in_line(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}
