//! Paying through a payment service. The customer is sent there; what became of it the service says by a signed
//! callback, or, when that does not come in time, by the answer to our question. Both lead through [`settle`], and
//! however often something is said, it counts once.

use super::{audit, busy, hold_meanwhile, not_open, open_payment, tell};
use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Money, NotificationKind, PaymentMethod, PaymentState, Problem, Timer, Timers,
    Timestamp,
};
use crate::protocol::rest::BookingOut;
use crate::server::provider::{Checkout, Due, Outcome, ProviderError, SignedCallback};
use crate::server::service::Actor;
use crate::server::service::bookings::{self, concerned, confirm_if_complete, timers_of};
use crate::server::store::bookings::{self as booking_rows, BookingRecord};
use crate::server::store::payments::{self as rows, PaymentRow};
use crate::server::store::{Cause, Failure, StoreError, Tx};
use crate::server::{App, qr};

/// Sends the customer to pay: the answer says where. Asked again, it says the same.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`] for anybody but the customer, [`Problem::Invalid`] where nobody takes
/// online payments, [`Problem::PaymentBusy`] when there is nothing to pay or the service does not answer.
pub async fn begin(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    method: PaymentMethod,
) -> Result<BookingOut, Problem> {
    let provider = app.provider_of(method)?;
    let (who, timers, name) = (actor.clone(), app.timers.clone(), provider.name());
    let pending = app
        .db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move { send(tx, &actor, booking, method, name, &timers).await })
        })
        .await?;
    if pending.checkout_url.is_none() {
        let due = Due {
            payment: pending.id,
            booking,
            method,
            amount: pending.amount,
            currency: pending.currency,
        };
        match provider.open(&due).await {
            Ok(checkout) => note(app, actor, &pending, checkout).await?,
            Err(error) => return Err(give_up(app, actor, &pending, &error).await?),
        }
    }
    bookings::get(app, actor, booking).await
}

async fn send(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
    method: PaymentMethod,
    provider: &'static str,
    timers: &Timers,
) -> Result<PaymentRow, Failure> {
    let record = concerned(tx, actor, booking).await?;
    if record.user != actor.user {
        return Err(Problem::forbidden("Only the customer pays online.").into());
    }
    if record.state.is_ended() {
        return Err(busy("The booking is over; there is nothing to pay.").into());
    }
    let mut payment = open_payment(tx, &record).await?;
    if payment.state == PaymentState::Pending && payment.method != method {
        tx.set_aside_pending(booking).await?;
        tx.begin_payment(booking).await?;
        payment = counting(tx, booking).await?;
    }
    match payment.state {
        PaymentState::Pending => return Ok(payment),
        PaymentState::Due => {}
        _ => return Err(not_open(&payment).into()),
    }
    let timers = timers_of(tx, &record, timers).await?;
    let ask_at = tx.now() + timers.length(Timer::PaymentTtl);
    if !tx.send_to_provider(&payment, method, provider, ask_at).await? {
        return Err(StoreError::Overtaken.into());
    }
    if record.state.is_waiting_for_pickup() {
        hold_meanwhile(tx, &record, &timers).await?;
    }
    audit(tx, &payment, "online", PaymentState::Pending, None).await?;
    counting(tx, booking).await
}

async fn counting(tx: &mut Tx<'_>, booking: BookingId) -> Result<PaymentRow, Failure> {
    let payment = rows::of_booking(tx.connection(), booking).await?;
    Ok(payment.ok_or(StoreError::Overtaken)?)
}

async fn note(app: &App, actor: &Actor, pending: &PaymentRow, checkout: Checkout) -> Result<(), Problem> {
    let (id, booking) = (pending.id, pending.booking);
    app.db
        .write(actor.cause(), move |tx| {
            let checkout = checkout.clone();
            Box::pin(async move {
                tx.note_checkout(id, booking, &checkout.reference, &checkout.url)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// The service did not open a checkout: she may try again, or pay otherwise.
async fn give_up(
    app: &App,
    actor: &Actor,
    pending: &PaymentRow,
    error: &ProviderError,
) -> Result<Problem, Problem> {
    let (read, reason) = (pending.clone(), error.to_string());
    tracing::warn!(payment.id = %pending.id, %error, "no checkout was opened");
    app.db
        .write(actor.cause(), move |tx| {
            let (read, reason) = (read.clone(), reason.clone());
            Box::pin(async move {
                if tx
                    .end_attempt(&read, PaymentState::Failed, Some(&reason), None)
                    .await?
                {
                    audit(tx, &read, "fail", PaymentState::Failed, Some(&reason)).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(busy(
        "The payment service does not answer. Try again in a moment, or pay at the counter.",
    ))
}

/// The address at which its customer pays a booking, as a QR code for another device: an SVG.
///
/// # Errors
/// [`Problem::NotFound`] also while there is nothing to pay online.
pub async fn drawing(app: &App, actor: &Actor, booking: BookingId) -> Result<String, Problem> {
    let no_checkout = || Problem::not_found("checkout");
    let seen = bookings::get(app, actor, booking).await?;
    let is_hers = seen.code.is_some();
    let mut url = seen.checkout_url.filter(|_| is_hers).ok_or_else(no_checkout)?;
    if url.starts_with('/') {
        url = format!("{}{url}", app.config.public_origin().as_str());
    }
    let code = qr::draw(&url).ok_or_else(no_checkout)?;
    // Four modules of quiet around it (ISO/IEC 18004).
    let side = code.size + 8;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect x=\"-4\" y=\"-4\" width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{}\"/></svg>",
        code.d
    ))
}

/// A message came to the address of a service's callbacks.
///
/// # Errors
/// [`Problem::NotFound`] for a service or a payment that is not known, [`Problem::Forbidden`] without its signature.
pub async fn callback(app: &App, provider: &str, signed: &SignedCallback) -> Result<(), Problem> {
    let known = app.provider().filter(|known| known.name() == provider);
    let known = known.ok_or_else(|| Problem::not_found("payment service"))?;
    let Some(callback) = known.read_callback(signed, app.clock.now()) else {
        return Err(Problem::forbidden(
            "The signature is not that of the payment service.",
        ));
    };
    let (name, timers) = (known.name(), app.timers.clone());
    app.db
        .write(Cause::system("payments"), move |tx| {
            let (callback, timers) = (callback.clone(), timers.clone());
            Box::pin(async move {
                let payment = rows::by_reference(tx.connection(), name, &callback.reference).await?;
                let payment = payment.ok_or_else(|| Problem::not_found("payment"))?;
                settle(tx, &payment, callback.outcome, &timers).await
            })
        })
        .await
}

/// What the service says becomes of the payment and its booking.
pub(super) async fn settle(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    outcome: Outcome,
    timers: &Timers,
) -> Result<(), Failure> {
    use PaymentState::{Cancelled, Expired, Failed, Pending, Stuck};
    // Whatever it says after the first time is known.
    if !matches!(payment.state, Pending | Failed | Expired | Stuck | Cancelled) {
        return Ok(());
    }
    match outcome {
        Outcome::Paid { amount, currency } => {
            if (amount, currency) != (payment.amount, payment.currency) {
                let told = Money::new(amount, currency);
                tracing::error!(payment.id = %payment.id, %told, "a payment service has another sum than was asked for");
                return get_stuck(tx, payment, None).await;
            }
            paid(tx, payment, timers).await
        }
        Outcome::Declined { reason } => match payment.state {
            Pending | Stuck => come_to_nothing(tx, payment, Failed, &reason).await,
            _ => no_more_questions(tx, payment).await,
        },
        Outcome::Open => match payment.state {
            Pending | Stuck => come_to_nothing(tx, payment, Expired, "nobody paid in time").await,
            _ => no_more_questions(tx, payment).await,
        },
    }
}

async fn paid(tx: &mut Tx<'_>, payment: &PaymentRow, timers: &Timers) -> Result<(), Failure> {
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

async fn come_to_nothing(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    to: PaymentState,
    reason: &str,
) -> Result<(), Failure> {
    let record = booking_rows::find(tx.connection(), payment.booking).await?;
    let record = record.ok_or(StoreError::Overtaken)?;
    if record.state == BookingState::Requested && record.deadline <= tx.now() {
        // The request runs out, and the attempt ends with it.
        return no_more_questions(tx, payment).await;
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

async fn no_more_questions(tx: &mut Tx<'_>, payment: &PaymentRow) -> Result<(), Failure> {
    if payment.due_at.is_some() {
        tx.ask_again(payment, None).await?;
    }
    Ok(())
}

/// The service does not say, or not what can be true. She may pay otherwise; should that money come after all, it
/// goes back.
pub(super) async fn get_stuck(
    tx: &mut Tx<'_>,
    payment: &PaymentRow,
    ask_at: Option<Timestamp>,
) -> Result<(), Failure> {
    if payment.state != PaymentState::Pending {
        tx.ask_again(payment, ask_at).await?;
        return Ok(());
    }
    let why = "the payment service does not say what became of it";
    if !tx
        .end_attempt(payment, PaymentState::Stuck, Some(why), ask_at)
        .await?
    {
        return Err(StoreError::Overtaken.into());
    }
    audit(tx, payment, "stuck", PaymentState::Stuck, Some(why)).await?;
    let amount = Money::new(payment.amount, payment.currency).to_string();
    let kind = NotificationKind::PaymentFailed;
    tell(tx, payment, kind, text::payment_stuck(&amount)).await
}
