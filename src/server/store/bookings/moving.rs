//! Bookings of a station that closes down: which there are, and what changes when another station serves one.

use sqlx::AnyConnection;

use super::{BookingRecord, Window};
use crate::domain::{BookingId, BookingState, InventoryAction, ItemId, StationId, Timestamp};
use crate::server::store::batteries::Claimed;
use crate::server::store::row::Columns;
use crate::server::store::{Engine, StoreError, Tx};

/// What changes of a booking that another station serves.
#[derive(Clone, Debug)]
pub struct Move {
    /// Which station.
    pub station: StationId,
    /// Its state there.
    pub state: BookingState,
    /// Until when it can be collected there.
    pub window: Window,
    /// When something happens by itself next.
    pub due_at: Option<Timestamp>,
    /// Its code, which is nobody else's there.
    pub code: String,
    /// Its PIN, likewise.
    pub pin: String,
}

/// The bookings of a station that are hit when it closes down, those that end soonest first.
pub async fn hit_by_closing(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<BookingId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM booking
         WHERE station_id = $1 AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in')
         ORDER BY deadline, id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

impl Tx<'_> {
    /// Nobody closes the station before this transaction is over: who books there is seen by whoever closes it down,
    /// or sees that it is closed.
    pub async fn keep_open(&mut self, station: StationId) -> Result<(), StoreError> {
        // SQLite has one writer at a time.
        if self.engine() == Engine::Postgres {
            sqlx::query("SELECT id FROM station WHERE id = $1 FOR SHARE")
                .bind(station.0)
                .fetch_optional(self.connection())
                .await?;
        }
        Ok(())
    }

    /// What is so at its station is another thing now: whoever looks at the booking sees it.
    pub fn retell_booking(&mut self, booking: BookingId) {
        self.touch_booking(booking);
    }

    /// Another station serves the booking from now on. What is still to be paid is paid there; what was paid stays in
    /// the books where it was. False when somebody was faster.
    pub async fn move_booking(&mut self, read: &BookingRecord, to: &Move) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE booking
             SET station_id = $4, state = $5, deadline = $6, grace_until = $7, due_at = $8, code = $9, pin = $10,
                 warned_minutes = NULL, ready_at = NULL, shortage = 0, version = version + 1
             WHERE id = $1 AND state = $2 AND version = $3",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(read.version)
        .bind(to.station.0)
        .bind(to.state.as_str())
        .bind(to.window.deadline.micros())
        .bind(to.window.grace_until.micros())
        .bind(to.due_at.map(Timestamp::micros))
        .bind(to.code.clone())
        .bind(to.pin.clone())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE payment
             SET station_id = $2
             WHERE id = (SELECT payment_id FROM booking WHERE id = $1)
               AND state IN ('due', 'cash_declared', 'pending')",
        )
        .bind(read.id.0)
        .bind(to.station.0)
        .execute(self.connection())
        .await?;
        self.touch_booking(read.id).deadline = true;
        self.touch_station(read.station, InventoryAction::Update);
        self.touch_station(to.station, InventoryAction::Update);
        Ok(true)
    }

    /// The pack of the other station that takes the place of the one before.
    pub async fn move_item(
        &mut self,
        booking: BookingId,
        item: ItemId,
        claimed: &Claimed,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking_item SET state = 'allocated', lost_at = NULL WHERE id = $1")
            .bind(item.0)
            .execute(self.connection())
            .await?;
        self.insert_hold(claimed, booking, item).await?;
        self.set_item_pack(booking, item, claimed.battery, claimed.slot)
            .await
    }
}
