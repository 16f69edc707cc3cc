//! What staff do with a booking: prepare the packs, hand them over, note that nobody came.

use super::failed_pack::must_have_packs;
use super::proof::Proof;
use super::{answer, at_my_station, check_in_time, due_while_waiting, notice, step, timers_of};
use crate::domain::notification::text;
use crate::domain::{
    BookingId, Command, ItemState, Level, NotificationKind, Problem, ReleaseReason, SessionEnd, Timers,
};
use crate::protocol::rest::{BookingOut, CollectIn};
use crate::protocol::staff::{ReadyNews, StaffMessage};
use crate::server::App;
use crate::server::service::{Actor, bays, payments, services, sessions};
use crate::server::store::bookings::{BookingRecord, Step};
use crate::server::store::{Failure, Tx};

/// The packs are prepared (staff).
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::TooLate`] after the deadline, [`Problem::BatteryBusy`] while one of
/// its packs has failed and none has taken its place.
pub async fn ready(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                check_in_time(&record, tx.now(), Command::Ready)?;
                must_have_packs(&record)?;
                let timers = timers_of(tx, &record, &timers).await?;
                let due = due_while_waiting(&timers, true, record.window(), tx.now());
                let change = Step {
                    items: Some(ItemState::Ready),
                    due_at: Some(due),
                    ready_at: Some(tx.now()),
                    ..Step::default()
                };
                step(tx, &record, Command::Ready, change).await?;
                let message = text::booking_ready(&record.station_name);
                let news = ReadyNews {
                    booking_id: booking,
                    message: message.clone(),
                };
                tx.tell_staff(record.station, StaffMessage::BookingReady { data: news });
                let kind = NotificationKind::BookingReady;
                tx.notify(record.user, notice(&record, kind, Level::Success, message))
                    .await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The packs are handed over (staff), proved by code or PIN. What was due is taken at the counter with it.
///
/// # Errors
/// [`Problem::AlreadyCollected`], [`Problem::IllegalTransition`], [`Problem::WrongCode`],
/// [`Problem::CodeLocked`], [`Problem::TooLate`], [`Problem::BatteryBusy`].
pub async fn collect(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: CollectIn,
) -> Result<BookingOut, Problem> {
    let proof = Proof::parse(body)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, proof) = (who.clone(), timers.clone(), proof.clone());
            Box::pin(async move { hand_over(tx, &actor, booking, &proof, &timers).await })
        })
        .await?
}

/// Nobody came (staff, after the deadline).
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::Invalid`] before the deadline, [`Problem::BatteryBusy`] where there
/// was nothing to come for.
pub async fn no_show(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                if record.state.after(Command::NoShow).is_some() && tx.now() < record.deadline {
                    let detail = "The customer still has time; wait for the deadline.";
                    return Err(Problem::invalid("deadline", detail).into());
                }
                must_have_packs(&record)?;
                end_as_no_show(tx, &record).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// Ends a booking that nobody collected: packs free, one strike, one message.
pub(super) async fn end_as_no_show(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    let change = Step {
        items: Some(ItemState::Cancelled),
        ended_at: Some(tx.now()),
        payment_state: Some(record.payment_state.when_ended()),
        ..Step::default()
    };
    step(tx, record, Command::NoShow, change).await?;
    tx.release_held(record.id, ReleaseReason::NoShow).await?;
    tx.leave_seats(record.id, None).await?;
    tx.add_strike(record.user, 1).await?;
    let message = text::booking_no_show(&record.deadline_there());
    let kind = NotificationKind::BookingNoShow;
    tx.notify(record.user, notice(record, kind, kind.level(), message))
        .await?;
    Ok(())
}

/// The outer error undoes the transaction; the inner one is told and the transaction stands (a wrong code is
/// counted).
async fn hand_over(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
    proof: &Proof,
    timers: &Timers,
) -> Result<Result<BookingOut, Problem>, Failure> {
    let record = at_my_station(tx, actor, booking).await?;
    check_in_time(&record, tx.now(), Command::Collect)?;
    if let Err(problem) = proof.check(tx, &record, timers).await? {
        return Ok(Err(problem));
    }
    complete(tx, actor, booking, timers).await?;
    answer(tx, actor, booking).await.map(Ok)
}

/// The packs leave with their customer: at the counter, or out of the slot that opened at the end of a swap. A swap
/// that goes on in a bay ends with it.
pub(in crate::server::service) async fn complete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
    timers: &Timers,
) -> Result<(), Failure> {
    let record = at_my_station(tx, actor, booking).await?;
    // Of this reading too: it may have been called off since the proof was looked at.
    check_in_time(&record, tx.now(), Command::Collect)?;
    services::must_be_over(&record)?;
    payments::settle_at_counter(tx, actor, &record).await?;
    let record = at_my_station(tx, actor, booking).await?;
    // Of this reading: a pack may have failed while the payment waited.
    must_have_packs(&record)?;
    let change = Step {
        items: Some(ItemState::Done),
        completed_at: Some(tx.now()),
        ..Step::default()
    };
    step(tx, &record, Command::Collect, change).await?;
    tx.dispense_held(booking, record.user).await?;
    // Who comes makes up for one time of not coming.
    tx.add_strike(record.user, -1).await?;
    tx.leave_pickup(booking).await?;
    bays::leave(tx, &record, timers).await?;
    if let Some(session) = sessions::end_with(tx, booking, SessionEnd::Closed, timers).await? {
        sessions::take_waiting_in(tx, actor, session).await?;
    }
    let message = text::booking_completed(&record.station_name);
    let kind = NotificationKind::BookingCompleted;
    tx.notify(record.user, notice(&record, kind, Level::Success, message))
        .await?;
    Ok(())
}
