//! A station's answer to a request: yes, and the time to collect begins; or no, with the reason and with where to
//! go instead.

use serde_json::json;

use super::allocate;
use super::elsewhere::instead_of_booking;
use super::failed_pack::must_have_packs;
use super::schedule::grace_of;
use super::{
    answer, at_my_station, check_in_time, due_while_waiting, no_such_booking, notice, step, tell_confirmed,
    timers_of,
};
use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Command, ItemState, NotificationKind, Problem, ReleaseReason, SessionEnd, Timer,
    Timers,
};
use crate::protocol::rest::{BookingOut, ReasonIn};
use crate::server::App;
use crate::server::service::form::given;
use crate::server::service::{Actor, sessions};
use crate::server::store::bookings::{BookingRecord, Step, Window};
use crate::server::store::{Audit, Failure, StoreError, Tx, bookings as rows};

/// Accepts a request (staff). Unless it is still to be paid online, the packs are held for the customer from now on.
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::TooLate`], [`Problem::BatteryBusy`] while one of its packs has failed
/// and none has taken its place.
pub async fn approve(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    match accept(app, actor, booking, true).await {
        // For later, and its time has come already: it waits for its packs as all of them do.
        Err(Problem::BatteryUnavailable { .. }) => accept(app, actor, booking, false).await,
        answered => answered,
    }
}

async fn accept(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    with_packs: bool,
) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                check_in_time(&record, tx.now(), Command::Approve)?;
                must_have_packs(&record)?;
                if !record.awaits_approval {
                    return Err(Problem::illegal(record.state).into());
                }
                if !tx.note_approval(&record).await? {
                    return Err(StoreError::Overtaken.into());
                }
                if record.awaits_payment {
                    let requested = Some(record.state.as_str());
                    tx.audit(Audit {
                        entity: "booking",
                        entity_id: booking.0,
                        action: "approve",
                        from: requested,
                        to: requested,
                        ..Audit::default()
                    })
                    .await?;
                }
                confirm_if_complete(tx, booking, &timers, with_packs).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// A request that waits for nothing any more is confirmed, and the time to collect begins; one for later is scheduled,
/// or, where its time has come and `with_packs` is wanted, confirmed. One that was paid and
/// still waits for the station's answer has the time for that from now on.
pub(in crate::server::service) async fn confirm_if_complete(
    tx: &mut Tx<'_>,
    booking: BookingId,
    installation: &Timers,
    with_packs: bool,
) -> Result<(), Failure> {
    let record = rows::find(tx.connection(), booking)
        .await?
        .ok_or_else(no_such_booking)?;
    if record.state != BookingState::Requested || record.awaits_payment {
        return Ok(());
    }
    let timers = timers_of(tx, &record, installation).await?;
    let grace = grace_of(&record, &timers);
    if record.awaits_approval {
        let until_pickup = record.pickup_at.map(|at| at.since(tx.now()));
        let wait = timers.length(Timer::RequestConfirmTtl);
        let window = Window::from(
            tx.now(),
            until_pickup.map_or(wait, |length| length.min(wait)),
            grace,
        );
        tx.hold_longer(&record, window, window.deadline).await?;
        return Ok(());
    }
    if let Some(pickup_at) = record.pickup_at {
        return allocate::accept(tx, &record, pickup_at, &timers, with_packs).await;
    }
    let window = Window::from(tx.now(), record.hold_for, grace);
    let change = Step {
        due_at: Some(due_while_waiting(&timers, false, window, tx.now())),
        confirmed_at: Some(tx.now()),
        window: Some(window),
        ..Step::default()
    };
    step(tx, &record, Command::Approve, change).await?;
    tell_confirmed(tx, booking).await
}

/// Refuses a request (staff): the packs are free again, and the customer learns why and where to go instead.
///
/// # Errors
/// [`Problem::Invalid`] without a reason, [`Problem::IllegalTransition`].
pub async fn decline(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: ReasonIn,
) -> Result<BookingOut, Problem> {
    let reason = given(&body.reason)?;
    let alternatives = instead_of_booking(app, booking).await?;
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, reason, alternatives) = (who.clone(), reason.clone(), alternatives.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                let change = Step {
                    items: Some(ItemState::Cancelled),
                    ended_at: Some(tx.now()),
                    payment_state: Some(record.payment_state.when_ended()),
                    reason: Some(reason.clone()),
                    ..Step::default()
                };
                step(tx, &record, Command::Decline, change).await?;
                tx.release_held(booking, ReleaseReason::Declined).await?;
                tx.leave_seats(booking, None).await?;
                tx.give_swaps_back(booking).await?;
                let kind = NotificationKind::BookingDeclined;
                let mut told = notice(&record, kind, kind.level(), text::booking_declined(&reason));
                told.data = json!({
                    "station_name": record.station_name, "reason": reason, "alternatives": alternatives
                });
                tx.notify(record.user, told).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// Breaks a swap off (lead or operator): the packs that have not left stay at the station.
///
/// # Errors
/// [`Problem::Forbidden`] for attendants, [`Problem::Invalid`] without a reason, [`Problem::IllegalTransition`].
pub async fn abort(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: ReasonIn,
) -> Result<BookingOut, Problem> {
    let reason = given(&body.reason)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, reason) = (who.clone(), timers.clone(), reason.clone());
            Box::pin(async move {
                break_off_by(tx, &actor, booking, &reason).await?;
                sessions::end_with(tx, booking, SessionEnd::Aborted, &timers).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The booking of a swap that is broken off, by who may do that.
pub(in crate::server::service) async fn break_off_by(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
    reason: &str,
) -> Result<(), Failure> {
    let record = at_my_station(tx, actor, booking).await?;
    if !actor.role.may_lead() {
        return Err(Problem::forbidden("Only a lead or the operator may break a swap off.").into());
    }
    break_off(tx, &record, reason).await
}

async fn break_off(tx: &mut Tx<'_>, record: &BookingRecord, reason: &str) -> Result<(), Failure> {
    let change = Step {
        items: Some(ItemState::Failed),
        ended_at: Some(tx.now()),
        payment_state: Some(record.payment_state.when_ended()),
        reason: Some(reason.to_owned()),
        ..Step::default()
    };
    step(tx, record, Command::Abort, change).await?;
    tx.release_held(record.id, ReleaseReason::Cancelled).await?;
    tx.leave_seats(record.id, None).await?;
    tx.give_swaps_back(record.id).await?;
    let kind = NotificationKind::StationAlert;
    let message = text::swap_broken_off(&record.station_name, reason);
    tx.notify(record.user, notice(record, kind, kind.level(), message))
        .await?;
    Ok(())
}
