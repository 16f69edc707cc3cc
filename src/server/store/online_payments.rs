//! Attempts to pay through a payment service, step by step. Like everything about money, each is a conditional
//! update together with its postings (`ledger`).

use super::bookings::BookingRecord;
use super::payments::PaymentRow;
use super::postings::Purse;
use super::{StoreError, Tx};
use crate::domain::{BookingId, PaymentId, PaymentMethod, PaymentState, Timestamp};

impl Tx<'_> {
    /// The customer goes to pay at `provider`; at `ask_at` that is asked what became of it. False when somebody
    /// was faster.
    pub async fn send_to_provider(
        &mut self,
        read: &PaymentRow,
        method: PaymentMethod,
        provider: &str,
        ask_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment SET state = 'pending', method = $2, provider = $3, due_at = $4
             WHERE id = $1 AND state = 'due' AND provider IS NULL",
        )
        .bind(read.id.0)
        .bind(method.as_str())
        .bind(provider.to_owned())
        .bind(ask_at.micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        self.pay_by(read.booking, method).await?;
        self.booking_follows(read.booking, PaymentState::Pending).await?;
        Ok(true)
    }

    /// Where the customer pays, and the name the service knows the payment by.
    pub async fn note_checkout(
        &mut self,
        payment: PaymentId,
        booking: BookingId,
        reference: &str,
        url: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE payment SET reference = $2, checkout_url = $3 WHERE id = $1 AND reference IS NULL",
        )
        .bind(payment.0)
        .bind(reference.to_owned())
        .bind(url.to_owned())
        .execute(self.connection())
        .await?;
        self.touch_booking(booking);
        Ok(())
    }

    /// The service has the money: paid, with a receipt and its postings; from here on this attempt is the one that
    /// counts. False when somebody was faster: nothing of it may be kept then.
    pub async fn receive_online(
        &mut self,
        read: &PaymentRow,
        booking: &BookingRecord,
    ) -> Result<bool, StoreError> {
        // One that began meanwhile and that nobody paid makes room.
        sqlx::query(
            "UPDATE payment SET state = 'cancelled' WHERE booking_id = $1 AND id <> $2 AND state = 'due'",
        )
        .bind(read.booking.0)
        .bind(read.id.0)
        .execute(self.connection())
        .await?;
        let paid = sqlx::query(
            "UPDATE payment SET state = 'paid', verified_at = $3, reason = NULL, due_at = NULL
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        let noted = sqlx::query(
            "UPDATE booking
             SET payment_id = $3, payment_state = 'paid', awaits_payment = 0, version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(booking.id.0)
        .bind(booking.version)
        .bind(read.id.0)
        .execute(self.connection())
        .await?
        .rows_affected();
        if (paid, noted) != (1, 1) {
            return Ok(false);
        }
        self.number_receipt(read).await?;
        self.post_receipt(read, Purse::Provider, None).await?;
        self.pay_by(read.booking, read.method).await?;
        self.touch_booking(read.booking);
        Ok(true)
    }

    /// The service has money that nobody waits for any more: it is booked, and goes back. False when somebody was
    /// faster.
    pub async fn receive_too_late(&mut self, read: &PaymentRow) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment
             SET state = 'refund_pending', verified_at = $3, refund_due = amount, due_at = $3
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed != 1 {
            return Ok(false);
        }
        self.post_receipt(read, Purse::Provider, None).await?;
        self.booking_follows_attempt(read, PaymentState::RefundPending)
            .await?;
        Ok(true)
    }

    /// This attempt comes to nothing, for now or for good: `failed`, `expired` or `stuck`. If it was the one that
    /// counts, the next begins. False when somebody was faster.
    pub async fn end_attempt(
        &mut self,
        read: &PaymentRow,
        to: PaymentState,
        reason: Option<&str>,
        ask_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment SET state = $3, reason = $4, due_at = $5 WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(to.as_str())
        .bind(reason.map(str::to_owned))
        .bind(ask_at.map(Timestamp::micros))
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 && read.state == PaymentState::Pending {
            self.begin_payment(read.booking).await?;
        }
        Ok(changed == 1)
    }

    /// The customer pays in another way: what the service was asked for counts no more. True when there was such
    /// an attempt.
    pub async fn set_aside_pending(&mut self, booking: BookingId) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment SET state = 'cancelled'
             WHERE id = (SELECT payment_id FROM booking WHERE id = $1) AND state = 'pending'",
        )
        .bind(booking.0)
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }

    /// When to ask the service again; never, with `None`.
    pub async fn ask_again(&mut self, read: &PaymentRow, at: Option<Timestamp>) -> Result<bool, StoreError> {
        let changed = sqlx::query("UPDATE payment SET due_at = $3 WHERE id = $1 AND state = $2")
            .bind(read.id.0)
            .bind(read.state.as_str())
            .bind(at.map(Timestamp::micros))
            .execute(self.connection())
            .await?
            .rows_affected();
        Ok(changed == 1)
    }

    /// The service does not give the money back; the counter has to. False when somebody was faster.
    pub async fn fail_refund(&mut self, read: &PaymentRow, reason: &str) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE payment SET state = 'refund_failed', reason = $2, due_at = NULL
             WHERE id = $1 AND state = 'refund_pending'",
        )
        .bind(read.id.0)
        .bind(reason.to_owned())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.booking_follows_attempt(read, PaymentState::RefundFailed)
                .await?;
        }
        Ok(changed == 1)
    }
}
