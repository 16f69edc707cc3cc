//! What happens to a booking by itself: warnings, expiry, no-show, the end of an undo window. The instants
//! stand in the database; whichever process comes first carries a step out, and each is carried out once.

use super::allocate;
use super::failed_pack::serve_waiting;
use super::hand_over::end_as_no_show;
use super::{due_while_waiting, notice, step, timers_of};
use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Command, ItemState, Level, NotificationKind, Problem, ReleaseReason, Timers,
    Timestamp,
};
use crate::server::App;
use crate::server::store::bookings::{BookingRecord, Step};
use crate::server::store::{Cause, Failure, StoreError, Tx, bookings as rows};

/// Bookings looked at in one round.
const ROUND: i64 = 100;

/// When something is due next, if anything is.
///
/// # Errors
/// When the database cannot be read.
pub async fn next_due(app: &App) -> Result<Option<Timestamp>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::next_due(&mut snapshot).await?)
}

/// Carries out everything that is due; answers how many steps that were. Safe to run in any number of
/// processes at once.
///
/// # Errors
/// When the database cannot be read; a step that fails is logged and tried again in the next round.
pub async fn advance_due(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let due = rows::due(&mut snapshot, app.clock.now(), ROUND).await?;
    drop(snapshot);
    let mut steps = 0;
    for booking in due {
        match advance(app, booking).await {
            Ok(true) => steps += 1,
            Ok(false) => {}
            Err(problem) => tracing::warn!(booking.id = %booking, %problem, "a due step failed"),
        }
    }
    Ok(steps + serve_waiting(app).await?)
}

async fn advance(app: &App, booking: BookingId) -> Result<bool, Problem> {
    match advance_once(app, booking).await {
        // Only a scheduled booking claims packs by itself; nothing of it was done.
        Err(Problem::BatteryUnavailable { .. }) => allocate::wait(app, booking).await,
        done => done,
    }
}

async fn advance_once(app: &App, booking: BookingId) -> Result<bool, Problem> {
    let timers = app.timers.clone();
    app.db
        .write(Cause::system("timer"), move |tx| {
            let timers = timers.clone();
            Box::pin(async move {
                let Some(record) = rows::find(tx.connection(), booking).await? else {
                    return Ok(false);
                };
                if record.due_at.is_none_or(|due| due > tx.now()) {
                    return Ok(false);
                }
                take_due_step(tx, &record, &timers).await?;
                Ok(true)
            })
        })
        .await
}

async fn take_due_step(tx: &mut Tx<'_>, record: &BookingRecord, timers: &Timers) -> Result<(), Failure> {
    let now = tx.now();
    let timers = &timers_of(tx, record, timers).await?;
    match record.state {
        BookingState::Confirmed | BookingState::Requested if now >= record.deadline => {
            expire(tx, record).await
        }
        BookingState::Scheduled => allocate::advance(tx, record, timers).await,
        BookingState::Ready if now >= record.grace_until => end_as_no_show(tx, record).await,
        BookingState::Confirmed | BookingState::Ready => warn(tx, record, timers).await,
        BookingState::Cancelled => release_for_good(tx, record).await,
        _ => {
            tx.clear_due(record).await?;
            Ok(())
        }
    }
}

/// The station did not have the packs ready in time.
async fn expire(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    let message = if record.lacks_a_pack() {
        text::BOOKING_EXPIRED_WITHOUT
    } else {
        text::BOOKING_EXPIRED
    };
    let change = Step {
        items: Some(ItemState::Cancelled),
        ended_at: Some(tx.now()),
        payment_state: Some(record.payment_state.when_ended()),
        ..Step::default()
    };
    step(tx, record, Command::Expire, change).await?;
    tx.give_swaps_back(record.id).await?;
    tx.release_held(record.id, ReleaseReason::Expired).await?;
    tx.leave_seats(record.id, None).await?;
    let kind = NotificationKind::BookingExpired;
    tx.notify(
        record.user,
        notice(record, kind, kind.level(), message.to_owned()),
    )
    .await?;
    Ok(())
}

/// The deadline is near. A warning that comes late, after a restart, tells the time that is really left; one
/// that would come after the deadline is left out.
async fn warn(tx: &mut Tx<'_>, record: &BookingRecord, timers: &Timers) -> Result<(), Failure> {
    let now = tx.now();
    let is_ready = record.state == BookingState::Ready;
    let next = due_while_waiting(timers, is_ready, record.window(), now);
    let left = record.deadline.since(now);
    let minutes = left.as_secs_f64() / 60.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "minutes of a hold"
    )]
    let minutes = minutes.round().max(1.0) as u64;
    if !tx
        .note_warning(record, i64::try_from(minutes).unwrap_or(i64::MAX), next)
        .await?
    {
        return Err(StoreError::Overtaken.into());
    }
    if left.is_zero() {
        return Ok(());
    }
    let mut warning = notice(
        record,
        NotificationKind::BookingExpiring,
        Level::Warning,
        text::booking_expiring(minutes),
    );
    warning.data["minutes"] = minutes.into();
    warning.data["deadline"] = record.deadline.to_string().into();
    tx.notify(record.user, warning).await?;
    Ok(())
}

/// The undo window of a cancellation is over.
async fn release_for_good(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    if !tx.clear_due(record).await? {
        return Err(StoreError::Overtaken.into());
    }
    if record.payment_state.has_money() {
        tx.owe_all(record.id).await?;
    }
    tx.release_held(record.id, ReleaseReason::Cancelled).await?;
    tx.leave_seats(record.id, None).await?;
    Ok(())
}
