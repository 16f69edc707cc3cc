//! A customer who came without a booking: it is made while she stands in a bay.

use std::sync::Arc;

use super::book::Booking;
use super::order::Order;
use crate::domain::{BookingId, Timers};
use crate::server::service::Actor;
use crate::server::store::{Failure, Tx};

/// A booking for a customer who came without one, confirmed at once (staff).
pub(in crate::server::service) async fn for_walk_in(
    tx: &mut Tx<'_>,
    customer: Actor,
    order: Order,
    timers: &Arc<Timers>,
) -> Result<BookingId, Failure> {
    let booking = Booking {
        actor: customer,
        order,
        timers: timers.clone(),
        takes_online: false,
        is_walk_in: true,
        offer: None,
    };
    booking.place(tx).await
}
