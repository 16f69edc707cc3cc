//! Packs: the only place that writes to `battery` and `hold`.
//!
//! Every function here reports what it touched to the transaction, so the station's `inventory_update` follows
//! by itself. Every change of state is one conditional update: who comes second changes nothing and is told.

use sqlx::any::AnyRow;

use super::row::Columns;
use super::tx::PackEvent;
use super::{Engine, Failure, IdKind, StoreError, Tx};
use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, BookingId, HoldId, InventoryAction, ItemId, Percent, Problem,
    ReleaseReason, SlotNumber, StationId, UserId,
};

/// A pack that was just claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// The claim.
    pub hold: HoldId,
    /// Which pack.
    pub battery: BatteryId,
    /// Its model.
    pub model: BatteryModelId,
    /// Where it stands.
    pub slot: SlotNumber,
}

/// What a line of a booking asks for.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// Any pack of a model.
    Model(BatteryModelId),
    /// This very pack.
    Battery(BatteryId),
}

/// A hold that is still somebody's.
#[derive(Clone, Copy, Debug)]
struct OpenHold {
    id: HoldId,
    battery: BatteryId,
    station: StationId,
}

impl Tx<'_> {
    /// Claims a pack: one statement, one winner. Longest full first, then the least used (wear levelling).
    /// `None` when there is none that can be handed out. [`Tx::insert_hold`] must follow in the same
    /// transaction, once the item it is for exists.
    pub async fn claim_pack(
        &mut self,
        station: StationId,
        wanted: Wanted,
    ) -> Result<Option<Claimed>, StoreError> {
        let hold = HoldId(self.next_id(IdKind::Hold)?);
        let row = match wanted {
            Wanted::Model(model) => self.claim_any(station, model, hold).await?,
            Wanted::Battery(battery) => self.claim_this(station, battery, hold).await?,
        };
        let Some(row) = row else { return Ok(None) };
        let claimed = Claimed {
            hold,
            battery: BatteryId(row.plain("id")?),
            model: BatteryModelId(row.plain("model_id")?),
            slot: SlotNumber(row.plain("slot")?),
        };
        self.pack_event(station, claimed.battery, InventoryAction::Book, PackEvent::Booked);
        self.lines
            .booked
            .entry(station)
            .or_default()
            .insert(claimed.model);
        Ok(Some(claimed))
    }

    /// Writes down for which item a pack was claimed.
    pub async fn insert_hold(
        &mut self,
        claimed: &Claimed,
        booking: BookingId,
        item: ItemId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO hold (id, battery_id, booking_id, item_id, state, created_at, ended_at)
             VALUES ($1, $2, $3, $4, 'active', $5, NULL)",
        )
        .bind(claimed.hold.0)
        .bind(claimed.battery.0)
        .bind(booking.0)
        .bind(item.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    pub(super) async fn claim_any(
        &mut self,
        station: StationId,
        model: BatteryModelId,
        hold: HoldId,
    ) -> Result<Option<AnyRow>, StoreError> {
        // PostgreSQL: step over packs that another transaction is just claiming, and lock only the pack. That it is
        // free is asked of the locked row itself: the view is as old as the statement, and a pack that was claimed
        // since must be stepped over, not end the search.
        let statement = match self.engine() {
            Engine::Sqlite => {
                "UPDATE battery
                 SET hold_id = $1, changed_at = $2
                 WHERE id = (SELECT id FROM dispensable
                             WHERE station_id = $3 AND model_id = $4
                             ORDER BY last_full_at, service_cycles, id
                             LIMIT 1)
                   AND hold_id IS NULL
                 RETURNING id, model_id, slot"
            }
            Engine::Postgres => {
                "UPDATE battery
                 SET hold_id = $1, changed_at = $2
                 WHERE id = (SELECT free.id FROM battery AS free
                             WHERE free.hold_id IS NULL
                               AND free.id IN (SELECT id FROM dispensable
                                               WHERE station_id = $3 AND model_id = $4)
                             ORDER BY free.last_full_at, free.service_cycles, free.id
                             LIMIT 1
                             FOR UPDATE SKIP LOCKED)
                   AND hold_id IS NULL
                 RETURNING id, model_id, slot"
            }
        };
        let row = sqlx::query(statement)
            .bind(hold.0)
            .bind(self.now().micros())
            .bind(station.0)
            .bind(model.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(row)
    }

    async fn claim_this(
        &mut self,
        station: StationId,
        battery: BatteryId,
        hold: HoldId,
    ) -> Result<Option<AnyRow>, StoreError> {
        let row = sqlx::query(
            "UPDATE battery
             SET hold_id = $1, changed_at = $2
             WHERE id = $3
               AND hold_id IS NULL
               AND id IN (SELECT id FROM dispensable WHERE station_id = $4)
             RETURNING id, model_id, slot",
        )
        .bind(hold.0)
        .bind(self.now().micros())
        .bind(battery.0)
        .bind(station.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(row)
    }

    /// Hands over every pack held for a booking. Answers how many.
    ///
    /// # Errors
    /// Refused when a held pack is not charged any more.
    pub async fn dispense_held(&mut self, booking: BookingId, to: UserId) -> Result<usize, Failure> {
        let holds = self.open_holds(booking).await?;
        for hold in &holds {
            let changed = sqlx::query(
                "UPDATE battery
                 SET state = 'in_use', hold_id = NULL, station_id = NULL, slot = NULL, holder_id = $3, changed_at = $4
                 WHERE id = $1 AND hold_id = $2 AND state = 'available'",
            )
            .bind(hold.battery.0)
            .bind(hold.id.0)
            .bind(to.0)
            .bind(self.now().micros())
            .execute(self.connection())
            .await?
            .rows_affected();
            if changed != 1 {
                let detail = "A held battery is charging again. Cancel the booking and offer another one.";
                return Err(Problem::BatteryBusy {
                    detail: detail.to_owned(),
                }
                .into());
            }
            self.end_hold(hold.id, "consumed").await?;
            self.pack_event(
                hold.station,
                hold.battery,
                InventoryAction::Collect,
                PackEvent::Collected,
            );
        }
        Ok(holds.len())
    }

    /// Frees every pack held for a booking. Answers how many.
    pub async fn release_held(
        &mut self,
        booking: BookingId,
        reason: ReleaseReason,
    ) -> Result<usize, StoreError> {
        let holds = self.open_holds(booking).await?;
        let ended = if reason == ReleaseReason::Expired {
            "expired"
        } else {
            "released"
        };
        for hold in &holds {
            sqlx::query("UPDATE battery SET hold_id = NULL, changed_at = $3 WHERE id = $1 AND hold_id = $2")
                .bind(hold.battery.0)
                .bind(hold.id.0)
                .bind(self.now().micros())
                .execute(self.connection())
                .await?;
            self.end_hold(hold.id, ended).await?;
            self.pack_event(
                hold.station,
                hold.battery,
                reason.action(),
                PackEvent::Released(reason),
            );
        }
        Ok(holds.len())
    }

    /// Marks the holds of a booking as about to be released, or takes that back. The packs stay held.
    pub async fn mark_releasing(&mut self, booking: BookingId, releasing: bool) -> Result<(), StoreError> {
        let (from, to) = if releasing {
            ("active", "releasing")
        } else {
            ("releasing", "active")
        };
        sqlx::query("UPDATE hold SET state = $3 WHERE booking_id = $1 AND state = $2")
            .bind(booking.0)
            .bind(from)
            .bind(to)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    async fn open_holds(&mut self, booking: BookingId) -> Result<Vec<OpenHold>, StoreError> {
        let rows = sqlx::query(
            "SELECT hold.id, hold.battery_id, battery.station_id
             FROM hold
             JOIN battery ON battery.id = hold.battery_id
             WHERE hold.booking_id = $1 AND hold.state IN ('active', 'releasing')
             ORDER BY hold.battery_id",
        )
        .bind(booking.0)
        .fetch_all(self.connection())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OpenHold {
                    id: HoldId(row.plain("id")?),
                    battery: BatteryId(row.plain("battery_id")?),
                    station: StationId(row.plain("station_id")?),
                })
            })
            .collect()
    }

    async fn end_hold(&mut self, hold: HoldId, state: &'static str) -> Result<(), StoreError> {
        sqlx::query("UPDATE hold SET state = $2, ended_at = $3 WHERE id = $1")
            .bind(hold.0)
            .bind(state)
            .bind(self.now().micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// A pack in a slot was measured: charge, and the state that follows from it. Nothing when the pack is no
    /// longer as it was read.
    pub async fn record_charge(
        &mut self,
        station: StationId,
        battery: BatteryId,
        before: (BatteryState, Percent),
        after: (BatteryState, Percent),
        measured_at: crate::domain::Timestamp,
    ) -> Result<bool, StoreError> {
        let is_full_now = before.0 != BatteryState::Available && after.0 == BatteryState::Available;
        let changed = sqlx::query(
            "UPDATE battery
             SET soc = $4, soc_at = $5, state = $6, changed_at = $7,
                 last_full_at = CASE WHEN $8 = 1 THEN $7 ELSE last_full_at END
             WHERE id = $1 AND state = $2 AND soc = $3 AND station_id = $9",
        )
        .bind(battery.0)
        .bind(before.0.as_str())
        .bind(i64::from(before.1))
        .bind(i64::from(after.1))
        .bind(measured_at.micros())
        .bind(after.0.as_str())
        .bind(self.now().micros())
        .bind(i64::from(is_full_now))
        .bind(station.0)
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.touch_pack(station, battery, InventoryAction::Charge);
        }
        Ok(changed == 1)
    }
}
