//! What changes bookings. Each function reports it to the transaction, so `booking_update` follows by itself.

use std::time::Duration;

use super::BookingRecord;
use crate::domain::booking::CancelledBy;
use crate::domain::{
    BatteryId, BatteryModelId, Bill, BookingId, BookingState, Currency, ItemId, ItemKind, ItemState,
    PaymentMethod, PaymentState, SlotNumber, StationId, Timestamp, UserId,
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
    /// Until when packs are held, or for a request until when the station may answer.
    pub window: Window,
    /// How long packs are held once it is confirmed.
    pub hold_for: Duration,
    /// How much one renewal adds.
    pub renew_step: Duration,
    /// When something happens by itself first.
    pub due_at: Timestamp,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// How far that is.
    pub payment_state: PaymentState,
    /// Waits for the station's answer.
    pub awaits_approval: bool,
    /// Waits for being paid online.
    pub awaits_payment: bool,
    /// What it costs.
    pub bill: Bill,
    /// Of which currency.
    pub currency: Currency,
    /// The vehicle.
    pub vehicle: Option<String>,
    /// Its customer wants help at the bay.
    pub wants_help: bool,
    /// When its customer wants to come; `None` for who comes at once.
    pub pickup_at: Option<Timestamp>,
}

/// Until when a booking can be collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The deadline.
    pub deadline: Timestamp,
    /// Until when a ready booking is kept after all.
    pub grace_until: Timestamp,
}

impl Window {
    /// So long from an instant on.
    pub fn from(start: Timestamp, length: Duration, grace: Duration) -> Self {
        let deadline = start + length;
        Self {
            deadline,
            grace_until: deadline + grace,
        }
    }
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
    /// The pack claimed for it, and where that stands; `None` where it is chosen later.
    pub pack: Option<(BatteryId, SlotNumber)>,
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
    /// It is confirmed now.
    pub confirmed_at: Option<Timestamp>,
    /// The time to collect runs anew.
    pub window: Option<Window>,
    /// The customer arrived now, with so much of her time left.
    pub checked_in: Option<(Timestamp, Duration)>,
    /// The packs are prepared now.
    pub ready_at: Option<Timestamp>,
    /// The packs are handed over now.
    pub completed_at: Option<Timestamp>,
    /// It ended now; null from now on where `None`.
    pub ended_at: Option<Timestamp>,
    /// Who called it off; null from now on where `None`.
    pub cancelled_by: Option<CancelledBy>,
    /// The state it was called off in; null from now on where `None`.
    pub cancelled_from: Option<BookingState>,
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
                 payment_method, payment_state, total_amount, currency, vehicle, created_at, confirmed_at, hold_us,
                 renew_us, tax_amount, charge_amount, pickup_at, awaits_approval, awaits_payment,
                 wants_help)
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $18, $11, $12, $13, $14, $15, $16, $17, $19, $20,
                 $21, $22, $23, $24)",
        )
        .bind(new.id.0)
        .bind(new.code.clone())
        .bind(new.pin.clone())
        .bind(new.user.0)
        .bind(new.station.0)
        .bind(new.state.as_str())
        .bind(new.window.deadline.micros())
        .bind(new.window.grace_until.micros())
        .bind(new.due_at.micros())
        .bind(new.payment_method.as_str())
        .bind(new.bill.total())
        .bind(new.currency.to_string())
        .bind(new.vehicle.clone())
        .bind(now)
        .bind((new.state == BookingState::Confirmed).then_some(now))
        .bind(micros(new.hold_for))
        .bind(micros(new.renew_step))
        .bind(new.payment_state.as_str())
        .bind(new.bill.tax)
        .bind(new.bill.charge)
        .bind(new.pickup_at.map(Timestamp::micros))
        .bind(i64::from(new.awaits_approval))
        .bind(i64::from(new.awaits_payment))
        .bind(i64::from(new.wants_help))
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
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10)",
        )
        .bind(item.id.0)
        .bind(booking.0)
        .bind(position)
        .bind(item.kind.as_str())
        .bind(item.name.clone())
        .bind(item.model.0)
        .bind(item.pack.map(|(battery, _)| battery.0))
        .bind(item.pack.map(|(_, slot)| slot.0))
        .bind(item.price)
        .bind(if item.pack.is_some() { "allocated" } else { "pending" })
        .execute(self.connection())
        .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    /// The station said yes to a request. False when somebody was faster.
    pub async fn note_approval(&mut self, read: &BookingRecord) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE booking SET awaits_approval = 0, version = version + 1
             WHERE id = $1 AND version = $2 AND state = 'requested'",
        )
        .bind(read.id.0)
        .bind(read.version)
        .execute(self.connection())
        .await?
        .rows_affected();
        self.touch_booking(read.id);
        Ok(changed == 1)
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
                 payment_state = COALESCE($12, payment_state),
                 confirmed_at = COALESCE($13, confirmed_at),
                 deadline = COALESCE($14, deadline), grace_until = COALESCE($15, grace_until),
                 warned_minutes = CASE WHEN CAST($14 AS BIGINT) IS NULL THEN warned_minutes END,
                 checked_in_at = COALESCE($16, checked_in_at), left_us = COALESCE($17, left_us),
                 cancelled_from = $18
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
        .bind(step.confirmed_at.map(Timestamp::micros))
        .bind(step.window.map(|window| window.deadline.micros()))
        .bind(step.window.map(|window| window.grace_until.micros()))
        .bind(step.checked_in.map(|(at, _)| at.micros()))
        .bind(step.checked_in.map(|(_, left)| micros(left)))
        .bind(step.cancelled_from.map(BookingState::as_str))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        self.touch_booking(read.id).deadline |= step.window.is_some();
        if let Some(state) = step.payment_state {
            self.payment_follows(read.id, state).await?;
        }
        if let Some(state) = step.items {
            self.step_items(read.id, state).await?;
        }
        Ok(true)
    }

    async fn step_items(&mut self, booking: BookingId, state: ItemState) -> Result<(), StoreError> {
        // A service goes its own way; only the end of the booking is its end too, and its undo a new beginning.
        let of_services = match state {
            ItemState::Cancelled | ItemState::Failed => "cancelled",
            ItemState::Allocated | ItemState::Pending => "pending",
            _ => "",
        };
        sqlx::query(
            "UPDATE booking_item
             SET state = CASE WHEN kind = 'service' THEN $3
                              WHEN lost_at IS NOT NULL AND $2 = 'allocated' THEN 'pending'
                              ELSE $2 END
             WHERE booking_id = $1
               AND (kind <> 'service'
                    OR ($3 = 'cancelled' AND state IN ('pending', 'queued', 'assigned', 'in_progress'))
                    OR ($3 = 'pending' AND state = 'cancelled'
                        AND id IN (SELECT item_id FROM service_seat)))",
        )
        .bind(booking.0)
        .bind(state.as_str())
        .bind(of_services)
        .execute(self.connection())
        .await?;
        self.touch_booking(booking).items = true;
        Ok(())
    }

    /// Moves the deadline and counts the renewal. False when somebody was faster.
    pub async fn renew_booking(
        &mut self,
        read: &BookingRecord,
        window: Window,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE booking
             SET deadline = $4, grace_until = $5, due_at = $6, renewals = renewals + 1, warned_minutes = NULL,
                 version = version + 1
             WHERE id = $1 AND state = $2 AND version = $3",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(read.version)
        .bind(window.deadline.micros())
        .bind(window.grace_until.micros())
        .bind(due_at.micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.touch_booking(read.id).deadline = true;
        }
        Ok(changed == 1)
    }

    /// Names another pack on a line.
    pub async fn set_item_pack(
        &mut self,
        booking: BookingId,
        item: ItemId,
        battery: BatteryId,
        slot: SlotNumber,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking_item SET battery_id = $2, slot = $3 WHERE id = $1")
            .bind(item.0)
            .bind(battery.0)
            .bind(slot.0)
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
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

/// The unique indexes of active codes and vehicles: another transaction took it since we looked; run again,
/// and the look will see it.
fn overtaken_if_taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}
