//! A line of a booking whose pack failed, with no other to take its place: its claim ends, and the next pack that
//! is as good is claimed for it before anybody else can.
//!
//! Whatever makes a pack available touches its station, so the claim is made at the end of that same transaction
//! (see [`Tx::settle`]), with the station's topic locked: of two transactions, one that makes a pack available and
//! one that needs it, the later one sees the other. What still falls between two chairs (a transaction that held a
//! row and was undone) is found by [`stations_owing`].

use std::collections::BTreeSet;

use sqlx::AnyConnection;

use super::bookings::BookingRecord;
use super::inventory::PackRow;
use super::notifications::Notice;
use super::row::Columns;
use super::substitute::Equal;
use super::tx::PackEvent;
use super::{Audit, Engine, StoreError, Tx};
use crate::domain::notification::text;
use crate::domain::{
    BatteryModelId, BookingId, Grade, InventoryAction, ItemId, Level, NotificationKind, Percent, StationId,
    UserId,
};
use crate::protocol::Topic;

/// Who waits for a pack, in the order in which theirs failed.
macro_rules! select_waiting {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM booking_item
             JOIN booking ON booking.id = booking_item.booking_id
             JOIN station ON station.id = booking.station_id
             WHERE booking_item.lost_at IS NOT NULL AND booking_item.state = 'pending'
               AND booking.state IN ('requested', 'confirmed', 'checked_in', 'in_service') ",
            $rest
        )
    };
}

const WAITING_SQLITE: &str = select_waiting!(
    "booking_item.id, booking_item.booking_id, booking_item.model_id, booking_item.least_soh, booking.state,
     booking.user_id, station.name AS station_name",
    "AND booking.station_id = $1
     ORDER BY booking_item.lost_at, booking_item.id"
);
// Whoever is just changing the booking is stepped over: to wait for him with the topic locked could be to wait in
// a circle.
const WAITING_POSTGRES: &str = select_waiting!(
    "booking_item.id, booking_item.booking_id, booking_item.model_id, booking_item.least_soh, booking.state,
     booking.user_id, station.name AS station_name",
    "AND booking.station_id = $1
     ORDER BY booking_item.lost_at, booking_item.id
     FOR NO KEY UPDATE OF booking_item, booking SKIP LOCKED"
);

/// A line that waits for a pack.
struct Waiting {
    item: ItemId,
    booking: BookingId,
    state: String,
    user: UserId,
    station_name: String,
    equal: Equal,
}

/// Stations where somebody waits for a pack although one that is as good can be handed out.
pub async fn stations_owing(connection: &mut AnyConnection) -> Result<Vec<StationId>, StoreError> {
    let rows = sqlx::query(select_waiting!(
        "DISTINCT booking.station_id",
        "AND EXISTS (SELECT 1
                     FROM battery
                     JOIN slot ON slot.station_id = battery.station_id AND slot.number = battery.slot
                     WHERE battery.station_id = booking.station_id AND battery.model_id = booking_item.model_id
                       AND battery.state = 'available' AND battery.hold_id IS NULL AND battery.soc >= 90
                       AND battery.soh >= booking_item.least_soh AND slot.state = 'healthy')
         ORDER BY booking.station_id"
    ))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(StationId(row.plain("station_id")?)))
        .collect()
}

impl Tx<'_> {
    /// Holds the booking's row until commit, before those of its packs, as whoever hands them over does. False
    /// when somebody was faster.
    pub async fn lock_booking(&mut self, read: &BookingRecord) -> Result<bool, StoreError> {
        let locked = sqlx::query("UPDATE booking SET version = version + 1 WHERE id = $1 AND version = $2")
            .bind(read.id.0)
            .bind(read.version)
            .execute(self.connection())
            .await?
            .rows_affected();
        Ok(locked == 1)
    }

    /// Ends the claim on a pack that failed. Its line has no pack from now on, and waits for one as good.
    pub async fn lose_promise(&mut self, pack: &PackRow) -> Result<(), StoreError> {
        let Some(promise) = self.promise_on(pack).await? else {
            return Ok(());
        };
        self.break_promise(pack, &promise).await?;
        // A cancelled line stays so; it waits when the cancellation is taken back.
        sqlx::query(
            "UPDATE booking_item
             SET battery_id = NULL, slot = NULL, lost_at = $2, least_soh = $3,
                 state = CASE WHEN state = 'cancelled' THEN state ELSE 'pending' END
             WHERE id = $1",
        )
        .bind(promise.item.0)
        .bind(self.now().micros())
        .bind(i64::from(Grade::of(pack.soh).least_soh()))
        .execute(self.connection())
        .await?;
        self.touch_booking(promise.booking).items = true;
        self.touch_pack(pack.station, pack.id, InventoryAction::Update);
        Ok(())
    }

    /// Gives packs to those who wait for one at the stations where this transaction may have freed some: first to
    /// whose own failed, then to who stands in line. Looks also at lines that changed, or that were booked past.
    pub(super) async fn refill_touched(&mut self) -> Result<(), StoreError> {
        let freed = self.stations.iter().filter(|(_, changes)| changes.may_free);
        let freed: BTreeSet<StationId> = freed.map(|(station, _)| *station).collect();
        let mut stations = std::mem::take(&mut self.lines.touched);
        stations.extend(self.lines.booked.keys());
        stations.extend(&freed);
        for station in stations {
            if self.engine() == Engine::Postgres {
                self.advance(Topic::Station(station), 0).await?;
            }
            if freed.contains(&station) {
                self.refill(station).await?;
            }
            self.serve_line(station).await?;
        }
        // What serving itself changed was looked at just now.
        self.lines.touched.clear();
        Ok(())
    }

    /// Gives packs to those who wait for one at a station, whose failed first first. Answers how many.
    pub async fn refill(&mut self, station: StationId) -> Result<usize, StoreError> {
        let mut filled = 0;
        for waiting in self.waiting(station).await? {
            filled += usize::from(self.fill(station, &waiting).await?);
        }
        Ok(filled)
    }

    async fn waiting(&mut self, station: StationId) -> Result<Vec<Waiting>, StoreError> {
        let statement = match self.engine() {
            Engine::Sqlite => WAITING_SQLITE,
            Engine::Postgres => WAITING_POSTGRES,
        };
        let rows = sqlx::query(statement)
            .bind(station.0)
            .fetch_all(self.connection())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    item: ItemId(row.plain("id")?),
                    booking: BookingId(row.plain("booking_id")?),
                    state: row.plain("state")?,
                    user: UserId(row.plain("user_id")?),
                    station_name: row.plain("station_name")?,
                    equal: Equal {
                        station,
                        model: BatteryModelId(row.plain("model_id")?),
                        least_soh: Percent::clamped(row.plain("least_soh")?),
                        soc: Percent::clamped(0),
                    },
                })
            })
            .collect()
    }

    async fn fill(&mut self, station: StationId, waiting: &Waiting) -> Result<bool, StoreError> {
        let Some(claimed) = self.claim_equal(waiting.equal).await? else {
            return Ok(false);
        };
        self.insert_hold(&claimed, waiting.booking, waiting.item).await?;
        sqlx::query(
            "UPDATE booking_item
             SET battery_id = $2, slot = $3, state = 'allocated', lost_at = NULL, least_soh = NULL
             WHERE id = $1",
        )
        .bind(waiting.item.0)
        .bind(claimed.battery.0)
        .bind(claimed.slot.0)
        .execute(self.connection())
        .await?;
        sqlx::query("UPDATE booking SET version = version + 1 WHERE id = $1")
            .bind(waiting.booking.0)
            .execute(self.connection())
            .await?;
        self.touch_booking(waiting.booking).items = true;
        self.pack_event(station, claimed.battery, InventoryAction::Book, PackEvent::Booked);
        self.audit(Audit {
            entity: "booking",
            entity_id: waiting.booking.0,
            action: "new_battery",
            from: Some(&waiting.state),
            to: Some(&waiting.state),
            ..Audit::default()
        })
        .await?;
        let slot = claimed.slot.label();
        let notice = Notice {
            kind: NotificationKind::StationAlert,
            message: text::battery_found(&waiting.station_name, &slot),
            level: Level::Success,
            booking: Some(waiting.booking),
            station: Some(station),
            data: serde_json::json!({ "station_name": waiting.station_name, "slot": slot }),
        };
        self.notify(waiting.user, notice).await?;
        Ok(true)
    }
}
