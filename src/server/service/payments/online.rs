//! Paying through a payment service. The customer is sent there; what became of it the service says by a signed
//! callback, or, when that does not come in time, by the answer to our question. Both lead through
//! `attempt::settle`, and however often something is said, it counts once.

use super::attempt::{by_reference, settle};
use super::{audit, busy, hold_meanwhile, not_open, open_payment};
use crate::domain::{BookingId, PaymentMethod, PaymentState, Problem, Timer, Timers};
use crate::protocol::rest::BookingOut;
use crate::server::provider::{Checkout, Due, ProviderError, SignedCallback};
use crate::server::service::Actor;
use crate::server::service::bookings::{self, concerned, timers_of};
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
            return_path: format!("/bookings/{booking}"),
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

/// The payment that counts for a booking.
pub(super) async fn counting(tx: &mut Tx<'_>, booking: BookingId) -> Result<PaymentRow, Failure> {
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
    let url = seen.checkout_url.filter(|_| is_hers).ok_or_else(no_checkout)?;
    drawn(app, &url).ok_or_else(no_checkout)
}

/// A checkout's address as a QR code; none for one that is too long.
pub(in crate::server::service) fn drawn(app: &App, url: &str) -> Option<String> {
    let on_this_site = url.starts_with('/');
    let origin = app.config.public_origin();
    let origin = if on_this_site { origin.as_str() } else { "" };
    let code = qr::draw(&format!("{origin}{url}"))?;
    // Four modules of quiet around it (ISO/IEC 18004).
    let side = code.size + 8;
    Some(format!(
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
                let attempt = by_reference(tx.connection(), name, &callback.reference).await?;
                let attempt = attempt.ok_or_else(|| Problem::not_found("payment"))?;
                settle(tx, &attempt, callback.outcome, &timers).await
            })
        })
        .await
}
