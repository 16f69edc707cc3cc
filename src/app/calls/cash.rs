//! Cash at the counter. Each call is one use case; amounts that people type are read here.

use leptos::prelude::*;

use super::codec::Plain;
use crate::domain::{BookingId, Problem};
use crate::protocol::rest::BookingOut;

/// The cash for a booking is counted.
#[server(prefix = "/call", endpoint = "count_cash", output = Plain)]
pub async fn count_cash(
    /// Which booking.
    booking: BookingId,
    /// What the customer handed over, as people write it.
    received: String,
) -> Result<BookingOut, Problem> {
    use crate::domain::Money;
    use crate::protocol::rest::VerifyIn;
    use crate::server::service::{bookings, payments};

    let (app, actor) = (super::app()?, super::actor()?);
    let known = bookings::get(&app, &actor, booking).await.map_err(super::told)?;
    let payment = open(&known)?;
    let hint = || super::told(Problem::invalid("received", "Write an amount, like 95 or 95.00."));
    let received = Money::typed(&received, known.currency).ok_or_else(hint)?.minor;
    payments::verify(&app, &actor, payment, VerifyIn { received })
        .await
        .map_err(super::told)?;
    bookings::get(&app, &actor, booking).await.map_err(super::told)
}

/// There was too little cash, or none.
#[server(prefix = "/call", endpoint = "refuse_cash", output = Plain)]
pub async fn refuse_cash(
    /// Which booking.
    booking: BookingId,
    /// What is wrong; the customer reads it.
    why: String,
) -> Result<BookingOut, Problem> {
    use crate::protocol::rest::ReasonIn;
    use crate::server::service::{bookings, payments};

    let (app, actor) = (super::app()?, super::actor()?);
    if why.trim().is_empty() {
        return Err(super::told(Problem::invalid(
            "why",
            "Say what is wrong; the customer reads it.",
        )));
    }
    let known = bookings::get(&app, &actor, booking).await.map_err(super::told)?;
    payments::reject(&app, &actor, open(&known)?, ReasonIn { reason: why })
        .await
        .map_err(super::told)?;
    bookings::get(&app, &actor, booking).await.map_err(super::told)
}

/// What was owed went back to the customer.
#[server(prefix = "/call", endpoint = "give_back", output = Plain)]
pub async fn give_back(
    /// Which booking.
    booking: BookingId,
) -> Result<BookingOut, Problem> {
    use crate::server::service::{bookings, payments};

    let (app, actor) = (super::app()?, super::actor()?);
    let known = bookings::get(&app, &actor, booking).await.map_err(super::told)?;
    payments::refund(&app, &actor, open(&known)?)
        .await
        .map_err(super::told)?;
    bookings::get(&app, &actor, booking).await.map_err(super::told)
}

#[cfg(feature = "ssr")]
fn open(booking: &BookingOut) -> Result<crate::domain::PaymentId, Problem> {
    booking
        .payment_id
        .ok_or_else(|| super::told(Problem::not_found("payment")))
}
