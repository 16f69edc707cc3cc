//! What becomes of a booking when a payment service says something about its payment.

use super::online::counting;
use super::{audit, tell, tell_paid};
use crate::domain::notification::text;
use crate::domain::{BookingState, Money, NotificationKind, PaymentState, Timers, Timestamp};
use crate::server::service::bookings::{self, confirm_if_complete};
use crate::server::store::bookings::{self as booking_rows, BookingRecord};
use crate::server::store::payments::PaymentRow;
use crate::server::store::{Failure, StoreError, Tx};

/// The service has the money.
pub(super) async fn paid(tx: &mut Tx<'_>, payment: &PaymentRow, timers: &Timers) -> Result<(), Failure> {
    let record = booking_rows::find(tx.connection(), payment.booking).await?;
    let record = record.ok_or(StoreError::Overtaken)?;
    if !counts(tx, payment, &record).await? {
        if !tx.receive_too_late(payment).await? {
            return Err(StoreError::Overtaken.into());
        }
        return audit(tx, payment, "late", PaymentState::RefundPending, None).await;
    }
    if !tx.receive_online(payment, &record).await? {
        return Err(StoreError::Overtaken.into());
    }
    tell_paid(tx, payment);
    audit(tx, payment, "paid", PaymentState::Paid, None).await?;
    if record.state == BookingState::Requested {
        confirm_if_complete(tx, payment.booking, timers, false).await?;
        // Of a request that nobody has paid the station has not heard before.
        return bookings::tell_of_new(tx, &record).await;
    }
    let amount = Money::new(payment.amount, payment.currency).to_string();
    let kind = NotificationKind::PaymentReceived;
    tell(tx, payment, kind, text::payment_received(&amount)).await
}

/// Whether money that comes now pays for the booking. It does not when that is over, or paid otherwise; but a
/// cancellation that can still be taken back is not over.
async fn counts(tx: &mut Tx<'_>, payment: &PaymentRow, record: &BookingRecord) -> Result<bool, Failure> {
    let may_come_back =
        record.state == BookingState::Cancelled && record.undo_until.is_some_and(|until| tx.now() < until);
    if record.state.is_ended() && !may_come_back {
        return Ok(false);
    }
    let current = counting(tx, payment.booking).await?;
    Ok(current.id == payment.id || current.state == PaymentState::Due)
}

/// There will be no money; whoever has time left may try again.
pub(super) async fn come_to_nothing(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    to: PaymentState,
    reason: &str,
) -> Result<(), Failure> {
    let record = booking_rows::find(tx.connection(), payment.booking).await?;
    let record = record.ok_or(StoreError::Overtaken)?;
    if record.state == BookingState::Requested && record.deadline <= tx.now() {
        // The request runs out, and the attempt ends with it.
        if payment.due_at.is_some() {
            tx.ask_again(payment, None).await?;
        }
        return Ok(());
    }
    if !tx.end_attempt(payment, to, Some(reason), None).await? {
        return Err(StoreError::Overtaken.into());
    }
    audit(tx, payment, "fail", to, Some(reason)).await?;
    if payment.state == PaymentState::Stuck || record.state.is_ended() {
        return Ok(());
    }
    tell(
        tx,
        payment,
        NotificationKind::PaymentFailed,
        text::payment_failed(reason),
    )
    .await
}

/// Nobody knows what became of it; she may pay in another way.
pub(super) async fn get_stuck(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    why: &str,
    ask_at: Option<Timestamp>,
) -> Result<(), Failure> {
    if !tx
        .end_attempt(payment, PaymentState::Stuck, Some(why), ask_at)
        .await?
    {
        return Err(StoreError::Overtaken.into());
    }
    let amount = Money::new(payment.amount, payment.currency).to_string();
    let kind = NotificationKind::PaymentFailed;
    tell(tx, payment, kind, text::payment_stuck(&amount)).await
}
