//! Services on bookings: places in a half hour, and how far each is. The only place that writes to
//! `service_seat`.

use std::time::Duration;

use sqlx::AnyConnection;

use super::bookings::ItemRecord;
use super::row::{Columns, first_gap};
use super::{StoreError, Tx};
use crate::domain::{
    Bill, BookingId, Currency, ItemId, ItemState, Rates, ServiceId, StationId, Timestamp, UserId,
};

/// Services are planned in steps of half an hour.
pub const SLOT: Duration = Duration::from_mins(30);

/// A service as a station offers it.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    /// Id.
    pub id: ServiceId,
    /// What people read.
    pub name: String,
    /// Minor units.
    pub price: i64,
    /// Of which currency.
    pub currency: Currency,
    /// How many fit into half an hour.
    pub capacity: i64,
}

/// The beginning of the half hour an instant belongs to.
pub fn slot_of(at: Timestamp) -> Timestamp {
    let step = i64::try_from(SLOT.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.micros().div_euclid(step) * step)
}

/// A service of a station.
pub async fn find(
    connection: &mut AnyConnection,
    station: StationId,
    service: ServiceId,
) -> Result<Option<ServiceRow>, StoreError> {
    let row = sqlx::query(
        "SELECT service.id, service.name, service.price, service.capacity, operator.currency
         FROM service
         JOIN station ON station.id = service.station_id
         JOIN operator ON operator.id = station.operator_id
         WHERE service.id = $1 AND service.station_id = $2",
    )
    .bind(service.0)
    .bind(station.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(ServiceRow {
            id: ServiceId(row.plain("id")?),
            name: row.plain("name")?,
            price: row.plain("price")?,
            currency: row.word("currency")?,
            capacity: row.plain("capacity")?,
        })
    })
    .transpose()
}

/// How many places of a half hour are taken.
pub async fn taken(
    connection: &mut AnyConnection,
    service: ServiceId,
    slot: Timestamp,
) -> Result<i64, StoreError> {
    let row =
        sqlx::query("SELECT COUNT(*) AS taken FROM service_seat WHERE service_id = $1 AND slot_at = $2")
            .bind(service.0)
            .bind(slot.micros())
            .fetch_one(connection)
            .await?;
    row.plain("taken")
}

/// The booking an item belongs to.
pub async fn booking_of(
    connection: &mut AnyConnection,
    item: ItemId,
) -> Result<Option<BookingId>, StoreError> {
    let row = sqlx::query("SELECT booking_id FROM booking_item WHERE id = $1")
        .bind(item.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(BookingId(row.plain("booking_id")?))).transpose()
}

/// Whoever works at a station, with the fewest services in hand first.
pub async fn least_loaded(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Option<(UserId, String)>, StoreError> {
    let row = sqlx::query(
        "SELECT users.id, users.name, COUNT(booking_item.id) AS load
         FROM users
         JOIN assignment ON assignment.user_id = users.id
         LEFT JOIN booking_item ON booking_item.assignee_id = users.id
             AND booking_item.state IN ('assigned', 'in_progress')
         WHERE assignment.station_id = $1 AND users.active = 1 AND users.role IN ('attendant', 'lead')
         GROUP BY users.id, users.name
         ORDER BY load, users.id
         LIMIT 1",
    )
    .bind(station.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((UserId(row.plain("id")?), row.plain("name")?)))
        .transpose()
}

/// Bookings with a service whose half hour has come and that nobody was given yet, earliest first.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<BookingId>, StoreError> {
    let rows = sqlx::query(
        "SELECT booking.id, MIN(booking_item.slot_at) AS slot_at
         FROM booking_item
         JOIN booking ON booking.id = booking_item.booking_id
         WHERE booking_item.slot_at IS NOT NULL AND booking_item.state = 'pending'
           AND booking_item.slot_at <= $1
           AND booking.state IN ('confirmed', 'ready', 'checked_in', 'in_service')
         GROUP BY booking.id
         ORDER BY MIN(booking_item.slot_at), booking.id
         LIMIT $2",
    )
    .bind(now.micros())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

/// When the next half hour begins for which a service waits.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT MIN(booking_item.slot_at) AS slot_at
         FROM booking_item
         JOIN booking ON booking.id = booking_item.booking_id
         WHERE booking_item.slot_at IS NOT NULL AND booking_item.state = 'pending'
           AND booking.state IN ('confirmed', 'ready', 'checked_in', 'in_service')",
    )
    .fetch_one(connection)
    .await?;
    row.instant_or_null("slot_at")
}

/// What somebody who works at a station is called.
pub async fn name_at(
    connection: &mut AnyConnection,
    station: StationId,
    user: UserId,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "SELECT users.name
         FROM users
         JOIN assignment ON assignment.user_id = users.id
         WHERE users.id = $2 AND assignment.station_id = $1 AND users.active = 1",
    )
    .bind(station.0)
    .bind(user.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.plain("name")).transpose()
}

/// What changes with a step of a service; `None` leaves a column as it is.
#[derive(Clone, Debug, Default)]
pub struct ServiceStep {
    /// Who is to do it.
    pub assignee: Option<UserId>,
    /// Why it is not done.
    pub reason: Option<String>,
    /// It costs nothing any more.
    pub is_free: bool,
}

impl Tx<'_> {
    /// Takes a place in a half hour. False when it is full. The item must exist.
    pub async fn take_seat(
        &mut self,
        service: &ServiceRow,
        slot: Timestamp,
        item: ItemId,
    ) -> Result<bool, StoreError> {
        let seat = self.free_seat(service.id, slot).await?;
        if seat > service.capacity {
            return Ok(false);
        }
        let taken = sqlx::query(
            "INSERT INTO service_seat (service_id, slot_at, seat, item_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (service_id, slot_at, seat) DO NOTHING",
        )
        .bind(service.id.0)
        .bind(slot.micros())
        .bind(seat)
        .bind(item.0)
        .execute(self.connection())
        .await?
        .rows_affected();
        // Somebody else sat down meanwhile: look again.
        if taken == 1 {
            Ok(true)
        } else {
            Err(StoreError::Overtaken)
        }
    }

    /// Writes a service onto a booking.
    pub async fn insert_booked_service(
        &mut self,
        booking: BookingId,
        position: i64,
        item: ItemId,
        service: &ServiceRow,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO booking_item (id, booking_id, position, kind, name, service_id, price, state)
             VALUES ($1, $2, $3, 'service', $4, $5, $6, 'pending')",
        )
        .bind(item.0)
        .bind(booking.0)
        .bind(position)
        .bind(service.name.clone())
        .bind(service.id.0)
        .bind(service.price)
        .execute(self.connection())
        .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    /// Writes down in which half hour a service is to be done.
    pub async fn plan_service(
        &mut self,
        booking: BookingId,
        item: ItemId,
        slot: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking_item SET slot_at = $2 WHERE id = $1")
            .bind(item.0)
            .bind(slot.micros())
            .execute(self.connection())
            .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    async fn free_seat(&mut self, service: ServiceId, slot: Timestamp) -> Result<i64, StoreError> {
        let rows =
            sqlx::query("SELECT seat FROM service_seat WHERE service_id = $1 AND slot_at = $2 ORDER BY seat")
                .bind(service.0)
                .bind(slot.micros())
                .fetch_all(self.connection())
                .await?;
        first_gap(&rows, "seat")
    }

    /// Gives back the places of a booking, those of its packs too; or of one of its services.
    pub async fn leave_seats(&mut self, booking: BookingId, item: Option<ItemId>) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM service_seat
             WHERE item_id IN (SELECT id FROM booking_item
                               WHERE booking_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR id = $2))",
        )
        .bind(booking.0)
        .bind(item.map(|item| item.0))
        .execute(self.connection())
        .await?;
        if item.is_none() {
            self.leave_pickup(booking).await?;
        }
        Ok(())
    }

    /// Takes a service from the state it was read in to another. False when somebody was faster.
    pub async fn step_service(
        &mut self,
        booking: BookingId,
        read: &ItemRecord,
        to: ItemState,
        step: &ServiceStep,
    ) -> Result<bool, StoreError> {
        let now = self.now().micros();
        let changed = sqlx::query(
            "UPDATE booking_item
             SET state = $3, assignee_id = COALESCE($4, assignee_id), reason = COALESCE($5, reason),
                 started_at = COALESCE($6, started_at), done_at = COALESCE($7, done_at),
                 price = CASE WHEN $8 = 1 THEN 0 ELSE price END
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(to.as_str())
        .bind(step.assignee.map(|user| user.0))
        .bind(step.reason.clone())
        .bind((to == ItemState::InProgress).then_some(now))
        .bind((to == ItemState::Done).then_some(now))
        .bind(i64::from(step.is_free))
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        if step.is_free {
            self.sum_items(booking).await?;
        }
        self.touch_booking(booking).items = true;
        Ok(true)
    }

    /// A booking costs what its lines cost.
    async fn sum_items(&mut self, booking: BookingId) -> Result<(), StoreError> {
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(booking_item.price), 0) AS BIGINT) AS subtotal, operator.tax_bp,
                 operator.charge_bp
             FROM booking_item
             JOIN booking ON booking.id = booking_item.booking_id
             JOIN station ON station.id = booking.station_id
             JOIN operator ON operator.id = station.operator_id
             WHERE booking_item.booking_id = $1
             GROUP BY operator.tax_bp, operator.charge_bp",
        )
        .bind(booking.0)
        .fetch_one(self.connection())
        .await?;
        let rates = Rates {
            tax: row.plain("tax_bp")?,
            charge: row.plain("charge_bp")?,
        };
        let bill = Bill::of(row.plain("subtotal")?, rates);
        sqlx::query(
            "UPDATE booking
             SET version = version + 1,
                 total_amount = $2, tax_amount = $3, charge_amount = $4
             WHERE id = $1",
        )
        .bind(booking.0)
        .bind(bill.total())
        .bind(bill.tax)
        .bind(bill.charge)
        .execute(self.connection())
        .await?;
        self.reprice_payment(booking).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_hours_begin_at_full_and_half() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(slot_of(at("2026-11-21T10:29:59Z")), at("2026-11-21T10:00:00Z"));
        assert_eq!(slot_of(at("2026-11-21T10:30:00Z")), at("2026-11-21T10:30:00Z"));
    }
}
