//! Bookings: the only place that writes to `booking` and `booking_item`.
//!
//! Every function that changes one reports it to the transaction, so `booking_update` follows by itself.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::outbox::{self, Position};
use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::booking::CancelledBy;
use crate::domain::timer::MAX_RENEWALS;
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, BookingState, Currency, ItemId, ItemKind, ItemState, OperatorId,
    PaymentMethod, PaymentState, Percent, SlotNumber, StationId, Timestamp, UserId,
};
use crate::protocol::Topic;
use crate::protocol::rest::{BookingItemOut, BookingOut};
use crate::server::hours;

/// Who will read a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Its customer: with code and PIN.
    Customer,
    /// The station's staff: with the customer's name.
    Staff,
    /// Customer and staff at once (a frame on the booking's topic): with neither.
    Both,
}

/// A booking with its lines, its station and its customer.
#[derive(Clone, Debug)]
pub struct BookingRecord {
    /// Id.
    pub id: BookingId,
    /// Whose it is.
    pub user: UserId,
    /// Her name.
    pub customer_name: String,
    /// Where.
    pub station: StationId,
    /// Whose station that is.
    pub operator: OperatorId,
    /// Its name.
    pub station_name: String,
    /// Its zone.
    pub timezone: String,
    station_address: String,
    latitude: f64,
    longitude: f64,
    /// Six characters.
    pub code: String,
    /// Four digits.
    pub pin: String,
    /// Wrong codes so far.
    pub wrong_codes: i64,
    /// No tries until then.
    pub locked_until: Option<Timestamp>,
    /// Where it is in its life.
    pub state: BookingState,
    /// Rises with every change.
    pub version: i64,
    /// Until when packs are held.
    pub deadline: Timestamp,
    /// Until when a ready booking is kept after all.
    pub grace_until: Timestamp,
    /// When something happens by itself next.
    pub due_at: Option<Timestamp>,
    /// Minutes of the last warning.
    pub warned_minutes: Option<i64>,
    renewals: i64,
    payment_method: PaymentMethod,
    payment_state: PaymentState,
    total_amount: i64,
    currency: Currency,
    /// The vehicle.
    pub vehicle: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    ready_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// Who called it off.
    pub cancelled_by: Option<CancelledBy>,
    /// Until when a cancellation can be taken back.
    pub undo_until: Option<Timestamp>,
    reason: Option<String>,
    /// Its lines.
    pub items: Vec<ItemRecord>,
    position: Position,
}

/// One line.
#[derive(Clone, Debug)]
pub struct ItemRecord {
    id: ItemId,
    kind: ItemKind,
    name: String,
    model: Option<BatteryModelId>,
    battery: Option<BatteryId>,
    serial: Option<String>,
    soc: Option<i64>,
    slot: Option<i64>,
    price: i64,
    state: ItemState,
}

impl BookingRecord {
    /// The booking as its reader may see it, at an instant.
    pub fn to_out(&self, audience: Audience, now: Timestamp) -> BookingOut {
        let for_customer = audience == Audience::Customer;
        BookingOut {
            id: self.id,
            code: for_customer.then(|| self.code.clone()),
            pin: for_customer.then(|| self.pin.clone()),
            state: self.state,
            state_label: self.state.label().to_owned(),
            version: self.version,
            station_id: self.station,
            station_name: self.station_name.clone(),
            station_address: self.station_address.clone(),
            latitude: self.latitude,
            longitude: self.longitude,
            utc_offset_minutes: hours::utc_offset_minutes(&self.timezone, now),
            deadline: self.deadline,
            grace_until: self.grace_until,
            renewals_left: MAX_RENEWALS - self.renewals,
            payment_method: self.payment_method,
            payment_state: self.payment_state,
            total_amount: self.total_amount,
            currency: self.currency,
            items_count: i64::try_from(self.items.len()).unwrap_or(i64::MAX),
            items: self.items.iter().map(ItemRecord::to_out).collect(),
            vehicle: self.vehicle.clone(),
            created_at: self.created_at,
            confirmed_at: self.confirmed_at,
            ready_at: self.ready_at,
            completed_at: self.completed_at,
            ended_at: self.ended_at,
            cancelled_by: self.cancelled_by,
            undo_until: self.undo_until,
            reason: self.reason.clone(),
            customer_name: (audience == Audience::Staff).then(|| self.customer_name.clone()),
            epoch: self.position.epoch.clone(),
            seq: self.position.seq,
        }
    }

    /// The deadline as a clock time at the station.
    pub fn deadline_there(&self) -> String {
        self.deadline
            .clock_time(hours::utc_offset_minutes(&self.timezone, self.deadline))
    }
}

impl ItemRecord {
    fn to_out(&self) -> BookingItemOut {
        BookingItemOut {
            id: self.id,
            kind: self.kind,
            name: self.name.clone(),
            model_id: self.model,
            battery_id: self.battery,
            battery_serial: self.serial.clone(),
            soc: self.soc.map(Percent::clamped),
            slot: self.slot.map(SlotNumber),
            quantity: 1,
            price: self.price,
            state: self.state,
        }
    }
}

/// A booking before it exists.
#[derive(Clone, Debug)]
pub struct NewBooking {
    /// Id.
    pub id: BookingId,
    /// Whose.
    pub user: UserId,
    /// Where.
    pub station: StationId,
    /// Six characters.
    pub code: String,
    /// Four digits.
    pub pin: String,
    /// First state.
    pub state: BookingState,
    /// Until when packs are held.
    pub deadline: Timestamp,
    /// Until when a ready booking is kept after all.
    pub grace_until: Timestamp,
    /// When something happens by itself first.
    pub due_at: Timestamp,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// What it costs, in minor units.
    pub total_amount: i64,
    /// Of which currency.
    pub currency: Currency,
    /// The vehicle.
    pub vehicle: Option<String>,
}

/// A line before it exists.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// Id.
    pub id: ItemId,
    /// What it is about.
    pub kind: ItemKind,
    /// What people read.
    pub name: String,
    /// Of which model.
    pub model: BatteryModelId,
    /// The pack claimed for it.
    pub battery: BatteryId,
    /// Where that stands.
    pub slot: SlotNumber,
    /// Agreed price in minor units.
    pub price: i64,
}

/// What changes with a step of the state machine; `None` leaves a column as it is.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The new state of its lines.
    pub items: Option<ItemState>,
    /// When something happens by itself next; null from now on where `None`.
    pub due_at: Option<Timestamp>,
    /// The packs are prepared now.
    pub ready_at: Option<Timestamp>,
    /// The packs are handed over now.
    pub completed_at: Option<Timestamp>,
    /// It ended now; null from now on where `None`.
    pub ended_at: Option<Timestamp>,
    /// Who called it off; null from now on where `None`.
    pub cancelled_by: Option<CancelledBy>,
    /// Until when that can be taken back; null from now on where `None`.
    pub undo_until: Option<Timestamp>,
    /// Why; null from now on where `None`.
    pub reason: Option<String>,
    /// How far the payment is.
    pub payment_state: Option<PaymentState>,
}

impl Tx<'_> {
    /// Inserts a booking.
    pub async fn insert_booking(&mut self, new: &NewBooking) -> Result<(), StoreError> {
        let now = self.now().micros();
        sqlx::query(
            "INSERT INTO booking (id, code, pin, user_id, station_id, state, version, deadline, grace_until, due_at,
                 payment_method, payment_state, total_amount, currency, vehicle, created_at, confirmed_at)
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, 'due', $11, $12, $13, $14, $15)",
        )
        .bind(new.id.0)
        .bind(new.code.clone())
        .bind(new.pin.clone())
        .bind(new.user.0)
        .bind(new.station.0)
        .bind(new.state.as_str())
        .bind(new.deadline.micros())
        .bind(new.grace_until.micros())
        .bind(new.due_at.micros())
        .bind(new.payment_method.as_str())
        .bind(new.total_amount)
        .bind(new.currency.to_string())
        .bind(new.vehicle.clone())
        .bind(now)
        .bind((new.state == BookingState::Confirmed).then_some(now))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?;
        self.touch_booking(new.id);
        Ok(())
    }

    /// Inserts a line.
    pub async fn insert_item(
        &mut self,
        booking: BookingId,
        position: i64,
        item: &NewItem,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO booking_item (id, booking_id, position, kind, name, model_id, battery_id, slot, service_id,
                 price, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, 'allocated')",
        )
        .bind(item.id.0)
        .bind(booking.0)
        .bind(position)
        .bind(item.kind.as_str())
        .bind(item.name.clone())
        .bind(item.model.0)
        .bind(item.battery.0)
        .bind(item.slot.0)
        .bind(item.price)
        .execute(self.connection())
        .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    /// Writes what a booking costs, once all its packs are known.
    pub async fn set_total(&mut self, booking: BookingId, total_amount: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking SET total_amount = $2 WHERE id = $1")
            .bind(booking.0)
            .bind(total_amount)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Takes a booking from the state it was read in to another. False when somebody was faster: nothing
    /// changed then.
    pub async fn step_booking(
        &mut self,
        read: &BookingRecord,
        to: BookingState,
        step: &Step,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE booking
             SET state = $4, version = version + 1, due_at = $5,
                 ready_at = COALESCE($6, ready_at),
                 completed_at = COALESCE($7, completed_at),
                 ended_at = $8, cancelled_by = $9, undo_until = $10, reason = $11,
                 payment_state = COALESCE($12, payment_state)
             WHERE id = $1 AND state = $2 AND version = $3",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(read.version)
        .bind(to.as_str())
        .bind(step.due_at.map(Timestamp::micros))
        .bind(step.ready_at.map(Timestamp::micros))
        .bind(step.completed_at.map(Timestamp::micros))
        .bind(step.ended_at.map(Timestamp::micros))
        .bind(step.cancelled_by.map(CancelledBy::as_str))
        .bind(step.undo_until.map(Timestamp::micros))
        .bind(step.reason.clone())
        .bind(step.payment_state.map(PaymentState::as_str))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        self.touch_booking(read.id);
        if let Some(state) = step.items {
            self.step_items(read.id, state).await?;
        }
        Ok(true)
    }

    async fn step_items(&mut self, booking: BookingId, state: ItemState) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking_item SET state = $2 WHERE booking_id = $1")
            .bind(booking.0)
            .bind(state.as_str())
            .execute(self.connection())
            .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    /// Notes that a warning was given and when something happens next. False when somebody was faster.
    pub async fn note_warning(
        &mut self,
        read: &BookingRecord,
        minutes: i64,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE booking
             SET warned_minutes = $3, due_at = $4, version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(read.id.0)
        .bind(read.version)
        .bind(minutes)
        .bind(due_at.micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }

    /// Nothing happens by itself any more.
    pub async fn clear_due(&mut self, read: &BookingRecord) -> Result<bool, StoreError> {
        let changed =
            sqlx::query("UPDATE booking SET due_at = NULL, undo_until = NULL, version = version + 1 WHERE id = $1 AND version = $2")
                .bind(read.id.0)
                .bind(read.version)
                .execute(self.connection())
                .await?
                .rows_affected();
        self.touch_booking(read.id);
        Ok(changed == 1)
    }

    /// Counts a wrong code; locks after too many.
    pub async fn note_wrong_code(
        &mut self,
        booking: BookingId,
        wrong_codes: i64,
        locked_until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking SET wrong_codes = $2, locked_until = $3 WHERE id = $1")
            .bind(booking.0)
            .bind(wrong_codes)
            .bind(locked_until.map(Timestamp::micros))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// One more time that somebody did not come.
    pub async fn add_strike(&mut self, user: UserId) -> Result<(), StoreError> {
        sqlx::query("UPDATE users SET strikes = strikes + 1 WHERE id = $1")
            .bind(user.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

/// The unique indexes of active codes and vehicles: another transaction took it since we looked; run again,
/// and the look will see it.
fn overtaken_if_taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}

/// One booking.
pub async fn find(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<BookingRecord>, StoreError> {
    let row = sqlx::query(
        "SELECT booking.id, booking.user_id, users.name AS customer_name, booking.station_id,
             station.operator_id, station.name AS station_name, station.timezone, station.address,
             station.latitude, station.longitude, booking.code, booking.pin, booking.wrong_codes,
             booking.locked_until, booking.state, booking.version, booking.deadline, booking.grace_until,
             booking.due_at, booking.warned_minutes, booking.renewals, booking.payment_method,
             booking.payment_state, booking.total_amount, booking.currency, booking.vehicle, booking.created_at,
             booking.confirmed_at, booking.ready_at, booking.completed_at, booking.ended_at,
             booking.cancelled_by, booking.undo_until, booking.reason
         FROM booking
         JOIN station ON station.id = booking.station_id
         JOIN users ON users.id = booking.user_id
         WHERE booking.id = $1",
    )
    .bind(booking.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let items = items(connection, booking).await?;
    let position = outbox::position(connection, Topic::Booking(booking)).await?;
    record(&row, items, position).map(Some)
}

/// Which bookings a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this customer.
    pub user: Option<UserId>,
    /// At this station.
    pub station: Option<StationId>,
    /// In these states; all where empty.
    pub states: Vec<BookingState>,
    /// Words in station name, vehicle or code; for staff also the customer's name.
    pub text: Option<String>,
    /// Only older than this one.
    pub before: Option<BookingId>,
    /// At most so many.
    pub limit: i64,
}

/// Ids of the bookings a list asks for, newest first.
pub async fn list(connection: &mut AnyConnection, filter: &Filter) -> Result<Vec<BookingId>, StoreError> {
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let text = filter
        .text
        .as_ref()
        .map(|text| format!("%{}%", escape_like(&text.trim().to_lowercase())));
    let rows = sqlx::query(
        "SELECT booking.id
         FROM booking
         JOIN station ON station.id = booking.station_id
         JOIN users ON users.id = booking.user_id
         WHERE (CAST($1 AS BIGINT) IS NULL OR booking.user_id = $1)
           AND (CAST($2 AS BIGINT) IS NULL OR booking.station_id = $2)
           AND ($3 = '' OR ',' || $3 || ',' LIKE '%,' || booking.state || ',%')
           AND (CAST($4 AS TEXT) IS NULL
                OR LOWER(station.name) LIKE $4 ESCAPE '!'
                OR LOWER(COALESCE(booking.vehicle, '')) LIKE $4 ESCAPE '!'
                OR LOWER(booking.code) LIKE $4 ESCAPE '!'
                OR (CAST($1 AS BIGINT) IS NULL AND LOWER(users.name) LIKE $4 ESCAPE '!'))
           AND (CAST($5 AS BIGINT) IS NULL OR booking.id < $5)
         ORDER BY booking.id DESC
         LIMIT $6",
    )
    .bind(filter.user.map(|user| user.0))
    .bind(filter.station.map(|station| station.0))
    .bind(states.join(","))
    .bind(text)
    .bind(filter.before.map(|booking| booking.0))
    .bind(filter.limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// The active booking of a station with this code or PIN. None also when a PIN fits more than one.
pub async fn by_code(
    connection: &mut AnyConnection,
    station: StationId,
    code: &str,
) -> Result<Option<BookingId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM booking
         WHERE station_id = $1
           AND (code = $2 OR pin = $2)
           AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service')
         ORDER BY id
         LIMIT 2",
    )
    .bind(station.0)
    .bind(code.to_owned())
    .fetch_all(connection)
    .await?;
    match rows.as_slice() {
        [only] => Ok(Some(BookingId(only.plain("id")?))),
        _ => Ok(None),
    }
}

/// Whether an active booking of the station has this code or PIN.
pub async fn is_code_taken(
    connection: &mut AnyConnection,
    station: StationId,
    code: &str,
    pin: &str,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT id
         FROM booking
         WHERE station_id = $1
           AND (code = $2 OR pin = $3)
           AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service')
         ORDER BY id
         LIMIT 1",
    )
    .bind(station.0)
    .bind(code.to_owned())
    .bind(pin.to_owned())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// The active booking for this vehicle.
pub async fn active_for_vehicle(
    connection: &mut AnyConnection,
    vehicle: &str,
) -> Result<Option<BookingId>, StoreError> {
    let row = sqlx::query(
        "SELECT id
         FROM booking
         WHERE vehicle = $1
           AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service')",
    )
    .bind(vehicle.to_owned())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(BookingId(row.plain("id")?))).transpose()
}

/// Bookings for which something happens by itself at or before an instant, earliest first.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<BookingId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM booking WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2")
        .bind(now.micros())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

/// When something happens by itself next to any booking.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query("SELECT MIN(due_at) AS due_at FROM booking WHERE due_at IS NOT NULL")
        .fetch_one(connection)
        .await?;
    row.instant_or_null("due_at")
}

/// Whom a new booking concerns at its station: the people assigned to it and its operator's.
pub async fn people_of_station(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(
        "SELECT users.id
         FROM users
         JOIN assignment ON assignment.user_id = users.id
         WHERE assignment.station_id = $1 AND users.active = 1 AND users.role IN ('attendant', 'lead')
         UNION
         SELECT users.id
         FROM users
         JOIN station ON station.operator_id = users.operator_id
         WHERE station.id = $1 AND users.active = 1 AND users.role = 'operator'
         ORDER BY id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(UserId(row.plain("id")?))).collect()
}

async fn items(connection: &mut AnyConnection, booking: BookingId) -> Result<Vec<ItemRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT booking_item.id, booking_item.kind, booking_item.name, booking_item.model_id,
             booking_item.battery_id, battery.serial, battery.soc, booking_item.slot, booking_item.price,
             booking_item.state
         FROM booking_item
         LEFT JOIN battery ON battery.id = booking_item.battery_id
         WHERE booking_item.booking_id = $1
         ORDER BY booking_item.position",
    )
    .bind(booking.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(item_record).collect()
}

fn item_record(row: &AnyRow) -> Result<ItemRecord, StoreError> {
    Ok(ItemRecord {
        id: ItemId(row.plain("id")?),
        kind: row.word("kind")?,
        name: row.plain("name")?,
        model: row.plain::<Option<i64>>("model_id")?.map(BatteryModelId),
        battery: row.plain::<Option<i64>>("battery_id")?.map(BatteryId),
        serial: row.plain("serial")?,
        soc: row.plain("soc")?,
        slot: row.plain("slot")?,
        price: row.plain("price")?,
        state: row.word("state")?,
    })
}

fn record(row: &AnyRow, items: Vec<ItemRecord>, position: Position) -> Result<BookingRecord, StoreError> {
    Ok(BookingRecord {
        id: BookingId(row.plain("id")?),
        user: UserId(row.plain("user_id")?),
        customer_name: row.plain("customer_name")?,
        station: StationId(row.plain("station_id")?),
        operator: OperatorId(row.plain("operator_id")?),
        station_name: row.plain("station_name")?,
        timezone: row.plain("timezone")?,
        station_address: row.plain("address")?,
        latitude: row.plain("latitude")?,
        longitude: row.plain("longitude")?,
        code: row.plain("code")?,
        pin: row.plain("pin")?,
        wrong_codes: row.plain("wrong_codes")?,
        locked_until: row.instant_or_null("locked_until")?,
        state: row.word("state")?,
        version: row.plain("version")?,
        deadline: row.instant("deadline")?,
        grace_until: row.instant("grace_until")?,
        due_at: row.instant_or_null("due_at")?,
        warned_minutes: row.plain("warned_minutes")?,
        renewals: row.plain("renewals")?,
        payment_method: row.word("payment_method")?,
        payment_state: row.word("payment_state")?,
        total_amount: row.plain("total_amount")?,
        currency: row.word("currency")?,
        vehicle: row.plain("vehicle")?,
        created_at: row.instant("created_at")?,
        confirmed_at: row.instant_or_null("confirmed_at")?,
        ready_at: row.instant_or_null("ready_at")?,
        completed_at: row.instant_or_null("completed_at")?,
        ended_at: row.instant_or_null("ended_at")?,
        cancelled_by: row.word_or_null("cancelled_by")?,
        undo_until: row.instant_or_null("undo_until")?,
        reason: row.plain("reason")?,
        items,
        position,
    })
}
