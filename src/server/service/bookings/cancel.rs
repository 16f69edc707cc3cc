//! Cancel, with a short time in which it can be taken back. Until then the packs stay nobody else's.

use super::{
    answer, concerned, confirm_if_complete, due_while_waiting, must_be_only_one, notice, step, tell_station,
    timers_of,
};
use crate::domain::booking::CancelledBy;
use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Command, FieldError, ItemState, Level, NotificationKind, Problem, Timer, Timers,
};
use crate::protocol::rest::{BookingOut, CancelIn};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::service::form::MAX_REASON;
use crate::server::service::plans::Cover;
use crate::server::store::bookings::{BookingRecord, Step};
use crate::server::store::{Failure, Tx};

/// Calls it off; the packs stay held until the undo window is over.
///
/// # Errors
/// [`Problem::NotFound`] for another's, [`Problem::IllegalTransition`].
pub async fn cancel(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: CancelIn,
) -> Result<BookingOut, Problem> {
    let reason = reason(body.reason)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, reason, timers) = (who.clone(), reason.clone(), timers.clone());
            Box::pin(async move {
                let record = concerned(tx, &actor, booking).await?;
                let by = cancelled_by(&actor, &record);
                call_off(tx, &record, by, reason.clone(), &timers).await?;
                tell_other_side(tx, &record, by, reason.as_deref()).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The step itself; whom it concerns is still to be told.
pub(in crate::server::service) async fn call_off(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    by: CancelledBy,
    reason: Option<String>,
    installation: &Timers,
) -> Result<(), Failure> {
    let timers = timers_of(tx, record, installation).await?;
    let until = tx.now() + timers.length(Timer::CancelUndo);
    let change = Step {
        items: Some(ItemState::Cancelled),
        due_at: Some(until),
        ended_at: Some(tx.now()),
        cancelled_by: Some(by),
        undo_until: Some(until),
        cancelled_from: Some(record.state),
        reason,
        // What was paid is owed back only when the undo window is over.
        payment_state: (!record.payment_state.has_money()).then_some(record.payment_state.when_ended()),
        ..Step::default()
    };
    step(tx, record, Command::Cancel, change).await?;
    tx.give_swaps_back(record.id).await?;
    tx.mark_releasing(record.id, true).await?;
    Ok(())
}

/// Takes the cancellation back: whoever called it off may, while the undo window is open.
///
/// # Errors
/// [`Problem::TooLate`], [`Problem::DuplicateBooking`] when the vehicle has another booking by now,
/// [`Problem::SubscriptionLimitExceeded`] when other bookings used up the plan's month meanwhile.
pub async fn undo_cancel(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, installation) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, installation) = (who.clone(), installation.clone());
            Box::pin(async move {
                let record = concerned(tx, &actor, booking).await?;
                check_undo(tx, &actor, &record).await?;
                let timers = timers_of(tx, &record, &installation).await?;
                let due = match (record.cancelled_from, record.pickup_at) {
                    (Some(BookingState::Requested), _) => record.deadline,
                    (Some(BookingState::Scheduled), Some(at)) => at - timers.length(Timer::AllocateLead),
                    _ => due_while_waiting(&timers, false, record.window(), tx.now()),
                };
                let has_packs = record.pickup_at.is_none() || record.confirmed_at().is_some();
                let change = Step {
                    items: Some(if has_packs {
                        ItemState::Allocated
                    } else {
                        ItemState::Pending
                    }),
                    due_at: Some(due),
                    payment_state: (!record.payment_state.has_money()).then_some(record.payment_at_first()),
                    ..Step::default()
                };
                step(tx, &record, Command::UndoCancel, change).await?;
                Cover::renew(tx, &record).await?;
                tx.mark_releasing(booking, false).await?;
                // It may have been paid while it was cancelled.
                if !record.awaits_approval {
                    confirm_if_complete(tx, booking, &installation, false).await?;
                }
                tell_it_stands(tx, &record, cancelled_by(&actor, &record)).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

fn reason(typed: Option<String>) -> Result<Option<String>, Problem> {
    let reason = typed
        .map(|typed| typed.trim().to_owned())
        .filter(|reason| !reason.is_empty());
    match reason {
        Some(reason) if reason.chars().count() > MAX_REASON => {
            let detail = format!("A reason has at most {MAX_REASON} characters.");
            Err(Problem::Invalid {
                errors: vec![FieldError::new("reason", detail)],
            })
        }
        other => Ok(other),
    }
}

fn cancelled_by(actor: &Actor, record: &BookingRecord) -> CancelledBy {
    if record.user == actor.user {
        CancelledBy::Customer
    } else {
        CancelledBy::Station
    }
}

async fn check_undo(tx: &mut Tx<'_>, actor: &Actor, record: &BookingRecord) -> Result<(), Failure> {
    if record.state != BookingState::Cancelled {
        return Err(Problem::illegal(record.state).into());
    }
    if record.undo_until.is_none_or(|until| until <= tx.now()) {
        return Err(Problem::TooLate.into());
    }
    if record.cancelled_by != Some(cancelled_by(actor, record)) {
        return Err(Problem::forbidden("Only who cancelled the booking can take that back.").into());
    }
    must_be_only_one(tx, actor, record.vehicle.as_deref()).await
}

async fn tell_other_side(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    by: CancelledBy,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let kind = NotificationKind::BookingCancelled;
    if by == CancelledBy::Customer {
        return tell_station(
            tx,
            record,
            kind,
            &text::cancelled_by_customer(&record.station_name),
        )
        .await;
    }
    let message = text::cancelled_by_station(&record.station_name, reason);
    tx.notify(record.user, notice(record, kind, kind.level(), message))
        .await?;
    Ok(())
}

async fn tell_it_stands(tx: &mut Tx<'_>, record: &BookingRecord, by: CancelledBy) -> Result<(), Failure> {
    let message = text::booking_stands(&record.station_name);
    if by == CancelledBy::Customer {
        return tell_station(tx, record, NotificationKind::NewBooking, &message).await;
    }
    let again = notice(record, NotificationKind::StationAlert, Level::Success, message);
    tx.notify(record.user, again).await?;
    Ok(())
}
