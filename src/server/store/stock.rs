//! Packs in and out of slots: put in, taken out, moved, measured, locked, brought back.
//!
//! With `batteries`, which knows claims and charging, the only place that writes to `battery`. Whether a change
//! of state is legal is the domain's to say; here every change is one conditional update, and who comes second
//! changes nothing and is told.

use super::inventory::PackRow;
use super::tx::PackEvent;
use super::{StoreError, Tx};
use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, InventoryAction, Percent, SlotNumber, StationId, Timestamp,
    UserId,
};

/// Where a pack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a slot.
    Slot(StationId, SlotNumber),
    /// With a customer.
    With(UserId),
}

/// A pack before the network knows it.
#[derive(Clone, Debug)]
pub struct NewPack {
    /// Id.
    pub id: BatteryId,
    /// Serial number.
    pub serial: String,
    /// Its model.
    pub model: BatteryModelId,
    /// What is being done with it.
    pub state: BatteryState,
    /// State of charge.
    pub soc: Percent,
    /// When that was measured.
    pub soc_at: Timestamp,
    /// State of health.
    pub soh: Percent,
    /// How often it came back.
    pub service_cycles: i64,
    /// Since when it is charged, if it is.
    pub full_since: Option<Timestamp>,
    /// Where it is.
    pub place: Place,
    /// Why it is locked.
    pub note: Option<String>,
}

/// A pack in a slot as it is to be.
#[derive(Clone, Debug)]
pub struct PackChange {
    /// What is being done with it.
    pub state: BatteryState,
    /// State of charge.
    pub soc: Percent,
    /// When that was measured.
    pub soc_at: Timestamp,
    /// State of health.
    pub soh: Percent,
    /// Where it stands.
    pub slot: SlotNumber,
    /// Why it is locked.
    pub note: Option<String>,
}

impl Tx<'_> {
    /// Makes a pack known to the network.
    pub async fn insert_pack(&mut self, new: &NewPack) -> Result<(), StoreError> {
        let (slot, holder) = match new.place {
            Place::Slot(station, slot) => (Some((station, slot)), None),
            Place::With(user) => (None, Some(user)),
        };
        sqlx::query(
            "INSERT INTO battery (id, serial, model_id, state, soc, soc_at, soh, service_cycles, last_full_at,
                 station_id, slot, hold_id, holder_id, note, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12, $13, $14)",
        )
        .bind(new.id.0)
        .bind(new.serial.clone())
        .bind(new.model.0)
        .bind(new.state.as_str())
        .bind(i64::from(new.soc))
        .bind(new.soc_at.micros())
        .bind(i64::from(new.soh))
        .bind(new.service_cycles)
        .bind(new.full_since.map_or(0, Timestamp::micros))
        .bind(slot.map(|(station, _)| station.0))
        .bind(slot.map(|(_, slot)| slot.0))
        .bind(holder.map(|user| user.0))
        .bind(new.note.clone())
        .bind(self.now().micros())
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?;
        if let Some((station, _)) = slot {
            self.pack_event(station, new.id, InventoryAction::Add, PackEvent::Added);
        }
        Ok(())
    }

    /// Changes a pack in a slot. False when it is no longer as it was read.
    pub async fn change_pack(&mut self, read: &PackRow, to: &PackChange) -> Result<bool, StoreError> {
        let is_full_now = read.state != BatteryState::Available && to.state == BatteryState::Available;
        let changed = sqlx::query(
            "UPDATE battery
             SET state = $7, soc = $8, soc_at = $9, soh = $10, slot = $11, note = $12, changed_at = $13,
                 last_full_at = CASE WHEN $14 = 1 THEN $13 ELSE last_full_at END
             WHERE id = $1 AND state = $2 AND soc = $3 AND station_id = $4 AND slot = $5
               AND COALESCE(hold_id, 0) = $6",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(i64::from(read.soc))
        .bind(read.station.0)
        .bind(read.slot.0)
        .bind(read.hold.map_or(0, |hold| hold.0))
        .bind(to.state.as_str())
        .bind(i64::from(to.soc))
        .bind(to.soc_at.micros())
        .bind(i64::from(to.soh))
        .bind(to.slot.0)
        .bind(to.note.clone())
        .bind(self.now().micros())
        .bind(i64::from(is_full_now))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        if changed == 1 {
            self.tell_change(read, to);
            self.move_promise(read, to.slot).await?;
        }
        Ok(changed == 1)
    }

    /// The line of a booking says where its pack stands.
    async fn move_promise(&mut self, read: &PackRow, slot: SlotNumber) -> Result<(), StoreError> {
        let (Some(hold), Some(booking)) = (read.hold, read.held_for) else {
            return Ok(());
        };
        if slot == read.slot {
            return Ok(());
        }
        sqlx::query("UPDATE booking_item SET slot = $2 WHERE id = (SELECT item_id FROM hold WHERE id = $1)")
            .bind(hold.0)
            .bind(slot.0)
            .execute(self.connection())
            .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    fn tell_change(&mut self, read: &PackRow, to: &PackChange) {
        if to.state == BatteryState::Quarantined && read.state != to.state {
            self.pack_event(read.station, read.id, InventoryAction::Remove, PackEvent::Removed);
        } else if to.state == read.state && to.slot == read.slot && to.soc != read.soc {
            self.touch_pack(read.station, read.id, InventoryAction::Charge);
        } else {
            self.touch_pack(read.station, read.id, InventoryAction::Update);
        }
    }

    /// Takes a pack out for good. Its history stays. False when it is no longer as it was read.
    pub async fn retire_pack(&mut self, read: &PackRow) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE battery
             SET state = 'retired', station_id = NULL, slot = NULL, changed_at = $4
             WHERE id = $1 AND state = $2 AND station_id = $3 AND hold_id IS NULL",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(read.station.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.pack_event(read.station, read.id, InventoryAction::Remove, PackEvent::Removed);
        }
        Ok(changed == 1)
    }

    /// A customer's pack comes back into a slot and waits for the look that follows every return. False when
    /// it is not in use any more.
    pub async fn return_pack(
        &mut self,
        battery: BatteryId,
        station: StationId,
        slot: SlotNumber,
        soc: Percent,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE battery
             SET state = 'returned', soc = $4, soc_at = $5, station_id = $2, slot = $3, holder_id = NULL,
                 service_cycles = service_cycles + 1, changed_at = $5
             WHERE id = $1 AND state = 'in_use'",
        )
        .bind(battery.0)
        .bind(station.0)
        .bind(slot.0)
        .bind(i64::from(soc))
        .bind(self.now().micros())
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        if changed == 1 {
            self.pack_event(station, battery, InventoryAction::Return, PackEvent::Returned);
        }
        Ok(changed == 1)
    }
}

/// The unique indexes of serials and slots: another transaction took it since we looked; run again, and the
/// look will see it.
fn overtaken_if_taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}
