//! Whoever was offered packs in line takes them: a booking like any other, on the very packs of the offer.

use super::book::{Booking, with_checkout};
use super::order::{Line, Order};
use super::wait::no_online_payments;
use crate::domain::{Problem, WaitState, WaitlistEntryId};
use crate::protocol::rest::{BookingOut, TakeOfferIn};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::batteries::Wanted;
use crate::server::store::waitlist::{self as rows, EntryRecord};
use crate::server::store::{Failure, Tx};

/// Takes an offer. Whoever asks again gets the same booking.
///
/// # Errors
/// [`Problem::NotFound`] for another's, [`Problem::TooLate`] when the offer is over, and what a booking is refused
/// for.
pub async fn take_offer(
    app: &App,
    actor: &Actor,
    entry: WaitlistEntryId,
    body: TakeOfferIn,
) -> Result<BookingOut, Problem> {
    let takes_online = app.provider().is_some();
    if body.payment_method.is_online() && !takes_online {
        return Err(no_online_payments());
    }
    let (who, timers) = (actor.clone(), app.timers.clone());
    let booking = app
        .db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let found = rows::find(tx.connection(), entry).await?;
                let found = found.filter(|found| found.user == actor.user);
                let offer = found.ok_or_else(|| Problem::not_found("place in line"))?;
                if let (WaitState::Accepted, Some(booking)) = (offer.state, offer.booking) {
                    return super::answer(tx, &actor, booking).await;
                }
                must_be_open(&offer, tx)?;
                tx.lock_entry(&offer).await?;
                tx.forget_notice(&offer).await?;
                let making = Booking {
                    actor,
                    order: order(&offer, body.payment_method),
                    timers,
                    takes_online,
                    is_walk_in: false,
                    offer: Some(offer.clone()),
                };
                let booking = making.make(tx, None).await?;
                tx.accept_entry(&offer, booking.id).await?;
                Ok(booking)
            })
        })
        .await?;
    if booking.awaits_payment {
        return Ok(with_checkout(app, actor, booking).await);
    }
    Ok(booking)
}

fn must_be_open(offer: &EntryRecord, tx: &Tx<'_>) -> Result<(), Failure> {
    let is_open =
        offer.state == WaitState::Offered && offer.offer_until.is_some_and(|until| tx.now() < until);
    if is_open {
        Ok(())
    } else {
        Err(Problem::TooLate.into())
    }
}

fn order(offer: &EntryRecord, payment_method: crate::domain::PaymentMethod) -> Order {
    let line = |pack: &rows::OfferedPack| {
        let wish = offer.wishes.iter().find(|wish| wish.position == pack.position)?;
        Some(Line {
            kind: wish.kind,
            wanted: Wanted::Battery(pack.battery),
            item: 0,
        })
    };
    Order {
        station: offer.station,
        lines: offer.packs.iter().filter_map(line).collect(),
        services: Vec::new(),
        vehicle: offer.vehicle.clone(),
        wants_help: None,
        hold_for: Some(offer.hold_for),
        payment_method,
        pickup_at: None,
    }
}
