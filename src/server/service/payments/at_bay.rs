//! Cash that is counted in the middle of a swap.

use super::{MOST_CASH, must_be_open, open_payment, receive, tell_verified};
use crate::domain::Problem;
use crate::server::service::Actor;
use crate::server::store::bookings::BookingRecord;
use crate::server::store::{Failure, Tx};

/// A sum that somebody can have counted.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn check_counted(received: i64) -> Result<(), Problem> {
    if (0..=MOST_CASH).contains(&received) {
        Ok(())
    } else {
        let detail = "Write what you counted, in minor units.";
        Err(Problem::invalid("received", detail))
    }
}

/// Takes what is due of a booking; exactly that unless it was said how much was counted.
///
/// # Errors
/// As [`super::verify`].
pub async fn take_cash(
    tx: &mut Tx<'_>,
    actor: &Actor,
    record: &BookingRecord,
    received: Option<i64>,
) -> Result<(), Failure> {
    let payment = open_payment(tx, record).await?;
    must_be_open(tx, &payment).await?;
    receive(tx, actor, &payment, received.unwrap_or(payment.amount)).await?;
    tell_verified(tx, &payment).await
}
