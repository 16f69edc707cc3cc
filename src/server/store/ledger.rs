//! Money for bookings moves: what is written to `payment`, and to what a booking says of its payment. Each step
//! brings its entries with it (`postings`).

use super::bookings::{BookingRecord, Window};
use super::payments::PaymentRow;
use super::postings::Purse;
use super::{IdKind, StoreError, Tx};
use crate::domain::{BookingId, OperatorId, PaymentId, PaymentMethod, PaymentState, Timestamp, UserId};

impl Tx<'_> {
    /// Sets an operator's rates and the sum above which a lead takes cash; `None` leaves one as it is.
    pub async fn set_payment_terms(
        &mut self,
        operator: OperatorId,
        tax: Option<i64>,
        charge: Option<i64>,
        cash_limit: Option<i64>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE operator
             SET tax_bp = COALESCE($2, tax_bp), charge_bp = COALESCE($3, charge_bp),
                 cash_limit = COALESCE($4, cash_limit)
             WHERE id = $1",
        )
        .bind(operator.0)
        .bind(tax)
        .bind(charge)
        .bind(cash_limit)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Begins a payment for a booking as it now is; from here on it is the one that counts.
    pub async fn begin_payment(&mut self, booking: BookingId) -> Result<PaymentId, StoreError> {
        let id = PaymentId(self.next_id(IdKind::Payment)?);
        sqlx::query(
            "INSERT INTO payment (id, booking_id, station_id, method, state, amount, currency, created_at)
             SELECT CAST($1 AS BIGINT), booking.id, booking.station_id, booking.payment_method, 'due',
                 booking.total_amount, booking.currency, CAST($3 AS BIGINT)
             FROM booking
             WHERE booking.id = $2",
        )
        .bind(id.0)
        .bind(booking.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        sqlx::query("UPDATE booking SET payment_id = $2, payment_state = 'due' WHERE id = $1")
            .bind(booking.0)
            .bind(id.0)
            .execute(self.connection())
            .await?;
        self.touch_booking(booking);
        Ok(id)
    }

    /// The payment follows its booking: what was paid for a booking that ended is owed back in full. What a
    /// payment service was asked for once is never due again by itself: its answer may still come.
    pub(super) async fn payment_follows(
        &mut self,
        booking: BookingId,
        state: PaymentState,
    ) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE payment
             SET state = $2,
                 refund_due = CASE WHEN $2 = 'refund_pending' THEN amount - refunded ELSE refund_due END,
                 due_at = CASE WHEN $2 = 'refund_pending' AND provider IS NOT NULL THEN $3 ELSE due_at END
             WHERE id = (SELECT payment_id FROM booking WHERE id = $1) AND ($2 <> 'due' OR provider IS NULL)",
        )
        .bind(booking.0)
        .bind(state.as_str())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 0 && state == PaymentState::Due {
            self.begin_payment(booking).await?;
        }
        Ok(())
    }

    /// The lines of a booking cost another sum now: a payment that is still due follows, one that a payment
    /// service was asked for begins anew.
    pub async fn reprice_payment(&mut self, booking: BookingId) -> Result<(), StoreError> {
        if self.set_aside_pending(booking).await? {
            self.begin_payment(booking).await?;
            return Ok(());
        }
        sqlx::query(
            "UPDATE payment
             SET amount = (SELECT total_amount FROM booking WHERE id = $1)
             WHERE id = (SELECT payment_id FROM booking WHERE id = $1) AND state IN ('due', 'cash_declared')",
        )
        .bind(booking.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The customer says that she pays cash. False when somebody was faster.
    pub async fn declare_cash(&mut self, read: &PaymentRow) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment SET state = 'cash_declared', declared_at = $3 WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(PaymentState::Due.as_str())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.booking_follows(read.booking, PaymentState::CashDeclared)
                .await?;
        }
        Ok(changed == 1)
    }

    /// Cash is counted: paid, with a receipt and its postings. False when somebody was faster.
    pub async fn receive_cash(
        &mut self,
        read: &PaymentRow,
        received: i64,
        by: UserId,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment
             SET state = 'paid', method = CASE WHEN method = 'plan' THEN method ELSE 'cash' END, received = $3,
                 change_given = CAST($3 AS BIGINT) - amount, verified_by = $4, verified_at = $5
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(received)
        .bind(by.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        self.number_receipt(read).await?;
        self.post_receipt(read, Purse::Cash, Some(by)).await?;
        self.pay_by(read.booking, PaymentMethod::Cash).await?;
        self.booking_follows(read.booking, PaymentState::Paid).await?;
        Ok(true)
    }

    /// How a booking is paid after all; one that a plan pays for stays the plan's.
    pub(super) async fn pay_by(
        &mut self,
        booking: BookingId,
        method: PaymentMethod,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking SET payment_method = $2 WHERE id = $1 AND payment_method <> 'plan'")
            .bind(booking.0)
            .bind(method.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// There was too little or none: this attempt is over, and the next one begins. False when somebody was
    /// faster.
    pub async fn reject_payment(&mut self, read: &PaymentRow, reason: &str) -> Result<bool, StoreError> {
        let changed =
            sqlx::query("UPDATE payment SET state = 'rejected', reason = $3 WHERE id = $1 AND state = $2")
                .bind(read.id.0)
                .bind(read.state.as_str())
                .bind(reason.to_owned())
                .execute(self.connection())
                .await?
                .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        self.begin_payment(read.booking).await?;
        Ok(true)
    }

    /// A part of what was paid is owed back.
    pub async fn owe_refund(&mut self, read: &PaymentRow, amount: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE payment
             SET state = 'refund_pending', refund_due = refund_due + $2,
                 due_at = CASE WHEN provider IS NOT NULL THEN $3 ELSE due_at END
             WHERE id = $1",
        )
        .bind(read.id.0)
        .bind(amount)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        self.booking_follows(read.booking, PaymentState::RefundPending)
            .await
    }

    /// Everything that was paid for a booking is owed back.
    pub async fn owe_all(&mut self, booking: BookingId) -> Result<(), StoreError> {
        self.payment_follows(booking, PaymentState::RefundPending).await?;
        self.booking_follows(booking, PaymentState::RefundPending).await
    }

    /// What was owed went back, from where it was unless a person gave it: then from the till. `None` when
    /// somebody was faster.
    pub async fn refund(
        &mut self,
        read: &PaymentRow,
        by: Option<UserId>,
    ) -> Result<Option<PaymentState>, StoreError> {
        let after = if read.refunded + read.refund_due >= read.amount {
            PaymentState::Refunded
        } else {
            PaymentState::PartiallyRefunded
        };
        let changed = sqlx::query(
            "UPDATE payment
             SET state = $4, refunded = refunded + refund_due, refund_due = 0, due_at = NULL
             WHERE id = $1 AND state = $2 AND refund_due = $3",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(read.refund_due)
        .bind(after.as_str())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(None);
        }
        let purse = match by {
            Some(_) => Purse::Cash,
            None => Purse::Provider,
        };
        self.post_refund(read, purse, by).await?;
        self.booking_follows_attempt(read, after).await?;
        Ok(Some(after))
    }

    /// What the booking says of its payment, if this attempt is the one that counts.
    pub(super) async fn booking_follows_attempt(
        &mut self,
        read: &PaymentRow,
        state: PaymentState,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE booking SET payment_state = $3, version = version + 1 WHERE id = $1 AND payment_id = $2",
        )
        .bind(read.booking.0)
        .bind(read.id.0)
        .bind(state.as_str())
        .execute(self.connection())
        .await?;
        self.touch_booking(read.booking);
        Ok(())
    }

    pub(super) async fn booking_follows(
        &mut self,
        booking: BookingId,
        state: PaymentState,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking SET payment_state = $2, version = version + 1 WHERE id = $1")
            .bind(booking.0)
            .bind(state.as_str())
            .execute(self.connection())
            .await?;
        self.touch_booking(booking);
        Ok(())
    }

    /// Raising the number locks the station's row, so no number is given twice and none is left out.
    pub(super) async fn number_receipt(&mut self, read: &PaymentRow) -> Result<(), StoreError> {
        sqlx::query("UPDATE station SET last_receipt = last_receipt + 1 WHERE id = $1")
            .bind(read.station.0)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "UPDATE payment
             SET receipt_number = (SELECT last_receipt FROM station WHERE id = $2)
             WHERE id = $1",
        )
        .bind(read.id.0)
        .bind(read.station.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Holds the packs until a later instant, without counting a renewal: somebody is counting money.
    pub async fn hold_longer(
        &mut self,
        read: &BookingRecord,
        window: Window,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE booking
             SET deadline = $2, grace_until = $3, due_at = $4, version = version + 1
             WHERE id = $1",
        )
        .bind(read.id.0)
        .bind(window.deadline.micros())
        .bind(window.grace_until.micros())
        .bind(due_at.micros())
        .execute(self.connection())
        .await?;
        self.touch_booking(read.id).deadline = true;
        Ok(())
    }
}
