//! Bookings for later: places in a half hour, and the packs that are claimed when their time has come. The only
//! place that writes to `pickup_seat`.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::BookingRecord;
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, HoldId, InventoryAction, ItemId, SlotNumber, StationId, Timestamp,
};
use crate::server::store::batteries::Claimed;
use crate::server::store::row::{Columns, first_gap};
use crate::server::store::tx::PackEvent;
use crate::server::store::{Engine, IdKind, StoreError, Tx};

/// Who knows that the packs of a booking are short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shortage {
    /// Nobody: they are not, or nobody has looked.
    Untold,
    /// The station's staff.
    Staff,
    /// Its customer too.
    Customer,
}

impl Shortage {
    pub(super) fn of(number: i64) -> Self {
        match number {
            0 => Self::Untold,
            1 => Self::Staff,
            _ => Self::Customer,
        }
    }
}

/// How many packs a station hands out in half an hour to those who booked for later.
pub async fn pickup_capacity(connection: &mut AnyConnection, station: StationId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT pickup_capacity FROM station WHERE id = $1")
        .bind(station.0)
        .fetch_one(connection)
        .await?;
    row.plain("pickup_capacity")
}

/// How many places of a half hour are taken.
pub async fn pickups_taken(
    connection: &mut AnyConnection,
    station: StationId,
    slot: Timestamp,
) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS taken FROM pickup_seat WHERE station_id = $1 AND slot_at = $2")
        .bind(station.0)
        .bind(slot.micros())
        .fetch_one(connection)
        .await?;
    row.plain("taken")
}

/// The same of every half hour from one instant until before another; those without any are left out.
pub async fn pickups_booked(
    connection: &mut AnyConnection,
    station: StationId,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<Timestamp, i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT slot_at, COUNT(*) AS taken
         FROM pickup_seat
         WHERE station_id = $1 AND slot_at >= $2 AND slot_at < $3
         GROUP BY slot_at
         ORDER BY slot_at",
    )
    .bind(station.0)
    .bind(from.micros())
    .bind(until.micros())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((row.instant("slot_at")?, row.plain("taken")?)))
        .collect()
}

/// How many healthy packs of a model stand in a station besides those promised for a half hour. A pack that
/// charges counts: there is time.
pub async fn spare_packs(
    connection: &mut AnyConnection,
    station: StationId,
    model: BatteryModelId,
    slot: Timestamp,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*)
                 FROM battery
                 WHERE station_id = $1 AND model_id = $2 AND soh >= 70
                   AND state NOT IN ('quarantined', 'maintenance'))
              - (SELECT COUNT(*)
                 FROM pickup_seat
                 JOIN booking_item ON booking_item.id = pickup_seat.item_id
                 WHERE pickup_seat.station_id = $1 AND pickup_seat.slot_at = $3
                   AND booking_item.model_id = $2) AS spare",
    )
    .bind(station.0)
    .bind(model.0)
    .bind(slot.micros())
    .fetch_one(connection)
    .await?;
    row.plain("spare")
}

/// Scheduled bookings of a station up to a pickup time, earliest first; more than fit on a screen are left out.
pub async fn scheduled_until(
    connection: &mut AnyConnection,
    station: StationId,
    until: Timestamp,
) -> Result<Vec<BookingId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM booking
         WHERE station_id = $1 AND state = 'scheduled' AND pickup_at <= $2
         ORDER BY pickup_at, id
         LIMIT 100",
    )
    .bind(station.0)
    .bind(until.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

impl Tx<'_> {
    /// Takes a place in a half hour. False when it is full. The item must exist.
    pub async fn take_pickup(
        &mut self,
        station: StationId,
        slot: Timestamp,
        item: ItemId,
        capacity: i64,
    ) -> Result<bool, StoreError> {
        for _ in 0..=capacity {
            let seat = self.free_pickup(station, slot).await?;
            if seat > capacity {
                return Ok(false);
            }
            let taken = sqlx::query(
                "INSERT INTO pickup_seat (station_id, slot_at, seat, item_id) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (station_id, slot_at, seat) DO NOTHING",
            )
            .bind(station.0)
            .bind(slot.micros())
            .bind(seat)
            .bind(item.0)
            .execute(self.connection())
            .await?
            .rows_affected();
            if taken == 1 {
                return Ok(true);
            }
            // Somebody else sat down meanwhile: look again.
        }
        Err(StoreError::Overtaken)
    }

    async fn free_pickup(&mut self, station: StationId, slot: Timestamp) -> Result<i64, StoreError> {
        let rows =
            sqlx::query("SELECT seat FROM pickup_seat WHERE station_id = $1 AND slot_at = $2 ORDER BY seat")
                .bind(station.0)
                .bind(slot.micros())
                .fetch_all(self.connection())
                .await?;
        first_gap(&rows, "seat")
    }

    /// Gives back the places of a booking in its half hour.
    pub async fn leave_pickup(&mut self, booking: BookingId) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM pickup_seat WHERE item_id IN (SELECT id FROM booking_item WHERE booking_id = $1)",
        )
        .bind(booking.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Claims a charged pack of a model for a booking that exists: the station has to serve what is booked, but
    /// need not take new bookings, nor be open yet. Else as [`Tx::claim_pack`].
    pub async fn claim_promised(
        &mut self,
        station: StationId,
        model: BatteryModelId,
    ) -> Result<Option<Claimed>, StoreError> {
        let hold = HoldId(self.next_id(IdKind::Hold)?);
        let Some(row) = self.claim_row(station, model, hold).await? else {
            return Ok(None);
        };
        let claimed = Claimed {
            hold,
            battery: BatteryId(row.plain("id")?),
            model,
            slot: SlotNumber(row.plain("slot")?),
        };
        self.pack_event(station, claimed.battery, InventoryAction::Book, PackEvent::Booked);
        Ok(Some(claimed))
    }

    async fn claim_row(
        &mut self,
        station: StationId,
        model: BatteryModelId,
        hold: HoldId,
    ) -> Result<Option<AnyRow>, StoreError> {
        macro_rules! claim {
            ($lock:literal) => {
                concat!(
                    "UPDATE battery
                     SET hold_id = $1, changed_at = $2
                     WHERE id = (SELECT free.id
                                 FROM battery AS free
                                 WHERE free.station_id = $3 AND free.model_id = $4 AND free.soc >= 90
                                   AND free.state = 'available' AND free.hold_id IS NULL AND free.soh >= 70
                                   AND EXISTS (SELECT 1 FROM slot
                                               WHERE slot.station_id = free.station_id
                                                 AND slot.number = free.slot AND slot.state = 'healthy')
                                   AND EXISTS (SELECT 1 FROM station
                                               WHERE station.id = free.station_id
                                                 AND station.status IN ('online', 'paused'))
                                 ORDER BY free.last_full_at, free.service_cycles, free.id
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
        let row = sqlx::query(statement)
            .bind(hold.0)
            .bind(self.now().micros())
            .bind(station.0)
            .bind(model.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(row)
    }

    /// Its packs are short: notes who knows, and when they are looked for again. False when somebody was faster.
    pub async fn note_shortage(
        &mut self,
        read: &BookingRecord,
        known_to: Shortage,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE booking
             SET shortage = $3, due_at = $4, version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(read.id.0)
        .bind(read.version)
        .bind(known_to as i64)
        .bind(due_at.micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }

    /// How many packs a station hands out in half an hour to those who booked for later. Who has a place keeps it.
    pub async fn set_pickup_capacity(&mut self, station: StationId, capacity: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE station SET pickup_capacity = $2 WHERE id = $1")
            .bind(station.0)
            .bind(capacity)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
