//! Payments: cash is declared by the customer and counted by staff, cards and QR codes are a payment service's
//! (`online`; `attempt` what it says, also about plans). Amounts are the server's; what comes in is written into the ledger in the same transaction, and a
//! receipt is numbered.

mod at_bay;
mod attempt;
mod follow_up;
mod for_booking;
mod for_plan;
pub mod online;
mod plan_refund;
mod receipt;
mod takings;

pub(super) use at_bay::{check_counted, take_cash};
pub use follow_up::advance_due;
pub use plan_refund::refund_plan;
pub use receipt::receipt;
pub use takings::{MOST_DAYS, PaymentQuery, by_day, list};

use serde_json::json;

use super::Actor;
use super::bookings::{answer, concerned, due_while_waiting, grace_of, timers_of};
use super::form::given;
use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Money, NotificationKind, PaymentId, PaymentMethod, PaymentState, Problem, Timer,
};
use crate::protocol::rest::{BookingOut, PayIn, PaymentOut, ReasonIn, VerifyIn};
use crate::protocol::staff::{PaidNews, StaffMessage};
use crate::server::App;
use crate::server::store::bookings::{self as booking_rows, BookingRecord, Window};
use crate::server::store::notifications::Notice;
use crate::server::store::payments::{self as rows, PaymentRow};
use crate::server::store::{Audit, Failure, StoreError, Tx};

/// Nobody hands over more than this at once, in minor units.
const MOST_CASH: i64 = 100_000_000;

/// The customer pays now, in the way she says.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Invalid`] for a way to pay that is not offered, [`Problem::PaymentBusy`].
pub async fn pay(app: &App, actor: &Actor, booking: BookingId, body: PayIn) -> Result<BookingOut, Problem> {
    match body.method {
        PaymentMethod::Cash => declare(app, actor, booking).await,
        PaymentMethod::Card | PaymentMethod::Qr => online::begin(app, actor, booking, body.method).await,
        PaymentMethod::Plan => Err(Problem::invalid(
            "method",
            "A plan pays when the booking is made; send \"cash\", \"card\" or \"qr\".",
        )),
    }
}

/// The customer pays cash (or staff say so for her): the packs stay held while somebody counts. What a payment
/// service was asked for before counts no more.
async fn declare(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = concerned(tx, &actor, booking).await?;
                if record.state.is_ended() {
                    return Err(busy("The booking is over; there is nothing to pay.").into());
                }
                if record.awaits_payment {
                    return Err(busy("This booking is confirmed by paying online.").into());
                }
                let mut payment = open_payment(tx, &record).await?;
                if tx.set_aside_pending(booking).await? {
                    let id = tx.begin_payment(booking).await?;
                    let next = rows::find(tx.connection(), id).await?;
                    payment = next.ok_or(StoreError::Overtaken)?;
                }
                if payment.state != PaymentState::Due {
                    return Err(not_open(&payment).into());
                }
                if !tx.declare_cash(&payment).await? {
                    return Err(StoreError::Overtaken.into());
                }
                if record.state.is_waiting_for_pickup() {
                    let timers = timers_of(tx, &record, &timers).await?;
                    hold_meanwhile(tx, &record, &timers).await?;
                }
                audit(tx, &payment, "declare", PaymentState::CashDeclared, None).await?;
                tell_station(tx, &record, &payment).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// Nobody loses packs because a queue at the counter is long; once a payment, so that nobody holds them for ever.
async fn hold_meanwhile(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    timers: &crate::domain::Timers,
) -> Result<(), Failure> {
    let window = Window::from(
        tx.now(),
        timers.length(Timer::PaymentTtl),
        grace_of(record, timers),
    );
    if window.deadline <= record.deadline {
        return Ok(());
    }
    let is_ready = record.state == BookingState::Ready;
    let due = due_while_waiting(timers, is_ready, window, tx.now());
    tx.hold_longer(record, window, due).await?;
    Ok(())
}

/// Staff counted the cash.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`] for sums that a lead must take, [`Problem::Invalid`] for too
/// little, [`Problem::PaymentBusy`] when it is paid or over.
pub async fn verify(
    app: &App,
    actor: &Actor,
    payment: PaymentId,
    body: VerifyIn,
) -> Result<PaymentOut, Problem> {
    if !(0..=MOST_CASH).contains(&body.received) {
        return Err(Problem::invalid(
            "received",
            "Write what you counted, in minor units.",
        ));
    }
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let read = at_my_station(tx, &actor, payment).await?;
                must_be_open(tx, &read).await?;
                receive(tx, &actor, &read, body.received).await?;
                tell_verified(tx, &read).await?;
                after(tx, payment).await
            })
        })
        .await
}

/// There was too little or none: the customer may try again.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Invalid`] without a reason, [`Problem::PaymentBusy`].
pub async fn reject(
    app: &App,
    actor: &Actor,
    payment: PaymentId,
    body: ReasonIn,
) -> Result<PaymentOut, Problem> {
    let reason = given(&body.reason)?;
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, reason) = (who.clone(), reason.clone());
            Box::pin(async move {
                let read = at_my_station(tx, &actor, payment).await?;
                must_be_open(tx, &read).await?;
                if !tx.reject_payment(&read, &reason).await? {
                    return Err(StoreError::Overtaken.into());
                }
                audit(tx, &read, "reject", PaymentState::Rejected, Some(&reason)).await?;
                let kind = NotificationKind::PaymentFailed;
                tell(tx, &read, kind, text::payment_failed(&reason)).await?;
                after(tx, payment).await
            })
        })
        .await
}

/// Hands back what is owed (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::PaymentBusy`] when nothing is owed.
pub async fn refund(app: &App, actor: &Actor, payment: PaymentId) -> Result<PaymentOut, Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let read = at_my_station(tx, &actor, payment).await?;
                match read.state {
                    PaymentState::RefundPending if read.provider.is_some() => {
                        return Err(busy("The payment service gives it back by itself.").into());
                    }
                    PaymentState::RefundPending | PaymentState::RefundFailed => {}
                    _ => return Err(busy("Nothing of this payment is owed back.").into()),
                }
                let Some(state) = tx.refund(&read, Some(actor.user)).await? else {
                    return Err(StoreError::Overtaken.into());
                };
                audit(tx, &read, "refund", state, None).await?;
                let amount = Money::new(read.refund_due, read.currency).to_string();
                let message = text::payment_refunded(&amount);
                tell(tx, &read, NotificationKind::PaymentRefunded, message).await?;
                after(tx, payment).await
            })
        })
        .await
}

/// The packs are about to be handed over: cash that was not declared before is taken with it, by whoever hands
/// them over.
///
/// # Errors
/// [`Problem::PaymentDue`] for declared cash that nobody counted, [`Problem::Forbidden`] for sums that a lead must
/// take.
pub(super) async fn settle_at_counter(
    tx: &mut Tx<'_>,
    actor: &Actor,
    record: &BookingRecord,
) -> Result<(), Failure> {
    if record.payment_state.is_settled() {
        return Ok(());
    }
    let payment = open_payment(tx, record).await?;
    match payment.state {
        PaymentState::Due => receive(tx, actor, &payment, payment.amount).await,
        _ => Err(Problem::PaymentDue {
            payment_id: payment.id,
            amount: payment.amount,
        }
        .into()),
    }
}

/// A line of a paid booking is not done after all: what it cost is owed back.
pub(super) async fn owe_for(tx: &mut Tx<'_>, record: &BookingRecord, price: i64) -> Result<(), Failure> {
    if price == 0 || !record.payment_state.has_money() {
        return Ok(());
    }
    if let Some(payment) = rows::of_booking(tx.connection(), record.id).await? {
        let owed = payment.bill.share_of(price);
        tx.owe_refund(&payment, owed).await?;
    }
    Ok(())
}

async fn receive(tx: &mut Tx<'_>, actor: &Actor, read: &PaymentRow, received: i64) -> Result<(), Failure> {
    if read.customer == actor.user {
        return Err(Problem::forbidden("Somebody else counts what you pay yourself.").into());
    }
    let amount = Money::new(read.amount, read.currency);
    if received < read.amount {
        let detail = format!("{amount} is due. Reject the payment if there is less.");
        return Err(Problem::invalid("received", detail).into());
    }
    let (_, limit) = rows::terms(tx.connection(), read.operator).await?;
    if read.amount > limit && !actor.role.may_lead() {
        let limit = Money::new(limit, read.currency);
        let detail = format!("More than {limit} in cash is counted by a lead or the operator.");
        return Err(Problem::forbidden(&detail).into());
    }
    if !tx.receive_cash(read, received, actor.user).await? {
        return Err(StoreError::Overtaken.into());
    }
    tell_paid(tx, read);
    audit(tx, read, "verify", PaymentState::Paid, None).await
}

/// The payment that counts; begun now for a booking that is older than payments.
async fn open_payment(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<PaymentRow, Failure> {
    if let Some(payment) = rows::of_booking(tx.connection(), record.id).await? {
        // Somebody was faster between the two readings: look at both again.
        let is_as_read = payment.state == record.payment_state;
        return is_as_read
            .then_some(payment)
            .ok_or_else(|| StoreError::Overtaken.into());
    }
    if record.payment_state != PaymentState::Due {
        return Err(busy("There is nothing to pay.").into());
    }
    let id = tx.begin_payment(record.id).await?;
    let payment = rows::find(tx.connection(), id).await?;
    payment.ok_or_else(|| StoreError::Overtaken.into())
}

/// The payment, to staff of its station.
async fn at_my_station(tx: &mut Tx<'_>, actor: &Actor, payment: PaymentId) -> Result<PaymentRow, Failure> {
    let no_such = || Problem::not_found("payment");
    let read = rows::find(tx.connection(), payment).await?.ok_or_else(no_such)?;
    actor.must_staff(read.station, read.operator)?;
    Ok(read)
}

async fn must_be_open(tx: &mut Tx<'_>, read: &PaymentRow) -> Result<(), Failure> {
    if !matches!(read.state, PaymentState::Due | PaymentState::CashDeclared) {
        return Err(not_open(read).into());
    }
    let record = booking_rows::find(tx.connection(), read.booking).await?;
    if record.is_none_or(|record| record.state.is_ended()) {
        return Err(busy("The booking is over; give the money back.").into());
    }
    Ok(())
}

fn busy(detail: &str) -> Problem {
    Problem::PaymentBusy {
        detail: detail.to_owned(),
    }
}

fn not_open(read: &PaymentRow) -> Problem {
    match read.state {
        PaymentState::Paid => busy("The payment is already verified."),
        state => busy(&format!("The payment is: {}.", state.label())),
    }
}

async fn after(tx: &mut Tx<'_>, payment: PaymentId) -> Result<PaymentOut, Failure> {
    let row = rows::find(tx.connection(), payment).await?;
    Ok(row.ok_or_else(|| Problem::not_found("payment"))?.to_out())
}

async fn audit(
    tx: &mut Tx<'_>,
    read: &PaymentRow,
    action: &str,
    to: PaymentState,
    reason: Option<&str>,
) -> Result<(), Failure> {
    tx.audit(Audit {
        entity: "booking",
        entity_id: read.booking.0,
        action: &format!("payment_{action}"),
        from: Some(read.state.as_str()),
        to: Some(to.as_str()),
        reason,
    })
    .await?;
    Ok(())
}

/// The money is here: the station's screens show it.
fn tell_paid(tx: &mut Tx<'_>, read: &PaymentRow) {
    let data = PaidNews {
        payment_id: read.id,
        status: PaymentState::Paid,
        amount: read.amount,
        created_at: read.created_at(),
    };
    tx.tell_staff(read.station, StaffMessage::PaymentCompleted { data });
}

async fn tell_verified(tx: &mut Tx<'_>, read: &PaymentRow) -> Result<(), Failure> {
    tell(
        tx,
        read,
        NotificationKind::CashVerified,
        text::CASH_VERIFIED.to_owned(),
    )
    .await
}

async fn tell(
    tx: &mut Tx<'_>,
    read: &PaymentRow,
    kind: NotificationKind,
    message: String,
) -> Result<(), Failure> {
    tx.notify(read.customer, notice(read, kind, message)).await?;
    Ok(())
}

fn notice(read: &PaymentRow, kind: NotificationKind, message: String) -> Notice {
    Notice {
        kind,
        message,
        level: kind.level(),
        booking: Some(read.booking),
        station: Some(read.station),
        data: json!({ "payment_id": read.id, "amount": read.amount, "currency": read.currency }),
    }
}

/// Somebody at the counter has money to count.
async fn tell_station(tx: &mut Tx<'_>, record: &BookingRecord, read: &PaymentRow) -> Result<(), Failure> {
    let amount = Money::new(read.amount, read.currency).to_string();
    let message = text::cash_waiting(&amount, &record.station_name);
    for person in booking_rows::people_of_station(tx.connection(), record.station).await? {
        let waiting = notice(read, NotificationKind::CashWaiting, message.clone());
        tx.notify(person, waiting).await?;
    }
    Ok(())
}
