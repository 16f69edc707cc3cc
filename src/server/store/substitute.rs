//! Another pack takes the place of a held one, in one transaction: the claim ends, a new one begins, and the
//! line of the booking names the new pack.

use super::batteries::Claimed;
use super::inventory::PackRow;
use super::row::Columns;
use super::tx::PackEvent;
use super::{Engine, IdKind, StoreError, Tx};
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, Grade, HoldId, InventoryAction, ItemId, Percent, ReleaseReason,
    SlotNumber, StationId,
};

/// What took the place of a held pack.
#[derive(Clone, Copy, Debug)]
pub struct Substitute {
    /// For which booking.
    pub booking: BookingId,
    /// Which pack.
    pub battery: BatteryId,
    /// Where it stands.
    pub slot: SlotNumber,
}

/// The claim that changes packs.
pub(super) struct Promise {
    pub hold: HoldId,
    pub booking: BookingId,
    pub item: ItemId,
    state: String,
}

/// What is as good as a pack that was promised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Equal {
    /// Where.
    pub station: StationId,
    /// Of the same model.
    pub model: BatteryModelId,
    /// Of the same grade at least.
    pub least_soh: Percent,
    /// Rather one that is charged so much; every one that can be handed out will do.
    pub soc: Percent,
}

impl Tx<'_> {
    /// Gives the booking that holds `pack` another one of the same model and of at least its grade in the same
    /// station, rather one that is charged as well. `None`, and nothing changed, when there is none. Whether the
    /// station takes new bookings does not matter: this one exists.
    pub async fn substitute(&mut self, pack: &PackRow) -> Result<Option<Substitute>, StoreError> {
        let Some(promise) = self.promise_on(pack).await? else {
            return Ok(None);
        };
        let equal = Equal {
            station: pack.station,
            model: pack.model,
            least_soh: Grade::of(pack.soh).least_soh(),
            soc: pack.soc,
        };
        let Some(other) = self.claim_equal(equal).await? else {
            return Ok(None);
        };
        self.break_promise(pack, &promise).await?;
        self.renew_promise(&promise, &other).await?;
        let released = PackEvent::Released(ReleaseReason::Substituted);
        self.pack_event(pack.station, pack.id, InventoryAction::Update, released);
        self.pack_event(
            pack.station,
            other.battery,
            InventoryAction::Update,
            PackEvent::Booked,
        );
        Ok(Some(Substitute {
            booking: promise.booking,
            battery: other.battery,
            slot: other.slot,
        }))
    }

    pub(super) async fn promise_on(&mut self, pack: &PackRow) -> Result<Option<Promise>, StoreError> {
        let row = sqlx::query(
            "SELECT id, booking_id, item_id, state
             FROM hold
             WHERE id = $1 AND battery_id = $2 AND state IN ('active', 'releasing')",
        )
        .bind(pack.hold.map(|hold| hold.0))
        .bind(pack.id.0)
        .fetch_optional(self.connection())
        .await?;
        row.map(|row| {
            Ok(Promise {
                hold: HoldId(row.plain("id")?),
                booking: BookingId(row.plain("booking_id")?),
                item: ItemId(row.plain("item_id")?),
                state: row.plain("state")?,
            })
        })
        .transpose()
    }

    /// Claims a pack that is as good; [`Tx::insert_hold`] must follow.
    pub(super) async fn claim_equal(&mut self, equal: Equal) -> Result<Option<Claimed>, StoreError> {
        macro_rules! claim {
            ($lock:literal) => {
                concat!(
                    "UPDATE battery
                     SET hold_id = $1, changed_at = $2
                     WHERE id = (SELECT free.id
                                 FROM battery AS free
                                 WHERE free.station_id = $3 AND free.model_id = $4 AND free.soc >= 90
                                   AND free.state = 'available' AND free.hold_id IS NULL AND free.soh >= $5
                                   AND EXISTS (SELECT 1 FROM slot
                                               WHERE slot.station_id = free.station_id
                                                 AND slot.number = free.slot AND slot.state = 'healthy')
                                 ORDER BY CASE WHEN free.soc >= $6 THEN 0 ELSE 1 END, free.last_full_at, free.service_cycles, free.id
                                 LIMIT 1 ",
                    $lock,
                    ")
                       AND hold_id IS NULL
                     RETURNING id, slot"
                )
            };
        }
        let statement = match self.engine() {
            Engine::Sqlite => claim!(""),
            Engine::Postgres => claim!("FOR UPDATE SKIP LOCKED"),
        };
        let hold = HoldId(self.next_id(IdKind::Hold)?);
        let row = sqlx::query(statement)
            .bind(hold.0)
            .bind(self.now().micros())
            .bind(equal.station.0)
            .bind(equal.model.0)
            .bind(i64::from(equal.least_soh))
            .bind(i64::from(equal.soc))
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| {
            Ok(Claimed {
                hold,
                battery: BatteryId(row.plain("id")?),
                model: equal.model,
                slot: SlotNumber(row.plain("slot")?),
            })
        })
        .transpose()
    }

    pub(super) async fn break_promise(
        &mut self,
        pack: &PackRow,
        promise: &Promise,
    ) -> Result<(), StoreError> {
        let now = self.now().micros();
        let freed =
            sqlx::query("UPDATE battery SET hold_id = NULL, changed_at = $3 WHERE id = $1 AND hold_id = $2")
                .bind(pack.id.0)
                .bind(promise.hold.0)
                .bind(now)
                .execute(self.connection())
                .await?
                .rows_affected();
        if freed != 1 {
            return Err(StoreError::Overtaken);
        }
        sqlx::query("UPDATE hold SET state = 'released', ended_at = $2 WHERE id = $1")
            .bind(promise.hold.0)
            .bind(now)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    async fn renew_promise(&mut self, promise: &Promise, other: &Claimed) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO hold (id, battery_id, booking_id, item_id, state, created_at, ended_at)
             VALUES ($1, $2, $3, $4, $5, $6, NULL)",
        )
        .bind(other.hold.0)
        .bind(other.battery.0)
        .bind(promise.booking.0)
        .bind(promise.item.0)
        .bind(promise.state.clone())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        self.set_item_pack(promise.booking, promise.item, other.battery, other.slot)
            .await
    }
}
