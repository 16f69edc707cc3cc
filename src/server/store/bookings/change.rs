//! What changes bookings. Each function reports it to the transaction, so `booking_update` follows by itself.

use super::BookingRecord;
use crate::domain::booking::CancelledBy;
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, BookingState, Currency, ItemId, ItemKind, ItemState, PaymentMethod,
    PaymentState, SlotNumber, StationId, Timestamp, UserId,
};
use crate::server::store::{StoreError, Tx};

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
    /// How far that is.
    pub payment_state: PaymentState,
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
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $16, $11, $12, $13, $14, $15)",
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
        .bind(new.payment_state.as_str())
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
