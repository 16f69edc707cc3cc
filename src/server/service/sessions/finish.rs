//! A session ends: the pack is taken, or the swap is broken off. The bay, the booking and the session end together.

use super::take_in::take_waiting_in;
use super::{answer, at_my_station, must_be_at, save, timers_of};
use crate::domain::{BayCommand, BookingId, Problem, SessionEnd, SessionId, SessionStep, Timer, Timers};
use crate::protocol::rest::{ReasonIn, SessionOut, TakenIn};
use crate::server::App;
use crate::server::service::form::given;
use crate::server::service::{Actor, bays, bookings};
use crate::server::store::bookings::ItemRecord;
use crate::server::store::floor::{BayNow, SessionNow, SessionRecord, sessions as rows};
use crate::server::store::{Failure, StoreError, Tx};

/// The customer took the pack out of the open slot (staff): the booking is done, its receipt is numbered, the
/// session closed and the bay cleared.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::SessionBusy`] while the slot is shut, [`Problem::Invalid`] for a pack that is
/// not the customer's, and those of handing over.
pub async fn taken(
    app: &App,
    actor: &Actor,
    session: SessionId,
    body: TakenIn,
) -> Result<SessionOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, scanned) = (who.clone(), timers.clone(), body.serial.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                must_be_at(&record, SessionStep::PackOut)?;
                must_be_hers(&record, scanned.as_deref().unwrap_or_default().trim())?;
                finish(tx, &actor, &record, &timers).await?;
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// Who scans what is handed over hears of it before the wrong pack leaves.
fn must_be_hers(record: &SessionRecord, scanned: &str) -> Result<(), Problem> {
    let hers = || {
        let items = record.booking.iter().flat_map(|booking| &booking.items);
        items.filter_map(ItemRecord::pack_and_slot)
    };
    if scanned.is_empty() || hers().any(|(serial, _)| serial.eq_ignore_ascii_case(scanned)) {
        return Ok(());
    }
    let right = hers().map(|(serial, slot)| format!("{serial} in slot {}", slot.label()));
    let right = right.collect::<Vec<_>>().join(", ");
    let advice = format!("Put {scanned} back: the customer gets {right}.");
    Err(Problem::invalid("serial", advice))
}

/// Closes a session: one whose slot is open as taken, one in which nobody was named as it is (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::SessionBusy`] in the middle of a swap, and those of handing over.
pub async fn close(app: &App, actor: &Actor, session: SessionId) -> Result<SessionOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                match record.now.step {
                    SessionStep::Open => end_unnamed(tx, &record, SessionEnd::Closed, None, &timers).await?,
                    SessionStep::PackOut => finish(tx, &actor, &record, &timers).await?,
                    SessionStep::Closed => must_be_at(&record, SessionStep::PackOut)?,
                    step => {
                        let detail = format!(
                            "The swap is at the step {}. Finish it, or break it off and say why.",
                            step.label()
                        );
                        return Err(Problem::SessionBusy { detail }.into());
                    }
                }
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// Breaks a swap off, and says why (lead or operator; where nobody was named, any staff): packs that have not left
/// stay at the station, and what was paid is owed back.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`] for attendants, [`Problem::Invalid`] without a reason,
/// [`Problem::SessionBusy`] when it is over.
pub async fn abort(
    app: &App,
    actor: &Actor,
    session: SessionId,
    body: ReasonIn,
) -> Result<SessionOut, Problem> {
    let reason = given(&body.reason)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, reason) = (who.clone(), timers.clone(), reason.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                if record.now.ended.is_some() {
                    must_be_at(&record, SessionStep::PackOut)?;
                }
                let how = SessionEnd::Aborted;
                match record.now.booking {
                    None => end_unnamed(tx, &record, how, Some(&reason), &timers).await?,
                    Some(booking) => {
                        end(tx, &record, how, Some(&reason), &timers).await?;
                        bookings::break_off_by(tx, &actor, booking, &reason).await?;
                    }
                }
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// The session first, as it was read: a slot that shuts in this very moment is seen when this is run again.
async fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    record: &SessionRecord,
    timers: &Timers,
) -> Result<(), Failure> {
    let booking = record.now.booking.ok_or(StoreError::Overtaken)?;
    end(tx, record, SessionEnd::Closed, None, timers).await?;
    bookings::complete(tx, actor, booking, timers).await?;
    take_waiting_in(tx, actor, record.id).await
}

/// A booking ended in another way than by its session: that ends with it. Answers which one.
pub async fn end_with(
    tx: &mut Tx<'_>,
    booking: BookingId,
    how: SessionEnd,
    timers: &Timers,
) -> Result<Option<SessionId>, Failure> {
    let Some(session) = rows::open_for(tx.connection(), booking).await? else {
        return Ok(None);
    };
    let record = rows::find(tx.connection(), session).await?;
    let record = record.ok_or(StoreError::Overtaken)?;
    end(tx, &record, how, None, timers).await?;
    Ok(Some(session))
}

/// Nobody ever said who stood there, and the bay is freed.
pub async fn leave_unnamed(tx: &mut Tx<'_>, session: SessionId, timers: &Timers) -> Result<(), Failure> {
    let record = rows::find(tx.connection(), session).await?;
    let record = record.ok_or(StoreError::Overtaken)?;
    end_unnamed(tx, &record, SessionEnd::Closed, None, timers).await
}

/// The bay is free at once: nothing was done there.
async fn end_unnamed(
    tx: &mut Tx<'_>,
    record: &SessionRecord,
    how: SessionEnd,
    reason: Option<&str>,
    timers: &Timers,
) -> Result<(), Failure> {
    shut(tx, record, how, reason).await?;
    let bay = bays::record(tx, record.bay).await?;
    if !tx.change_bay(&bay, &bay.now).await? {
        return Err(StoreError::Overtaken.into());
    }
    bays::call_next(tx, record.station, record.operator, timers).await
}

/// Ends the session; its bay is cleared.
async fn end(
    tx: &mut Tx<'_>,
    record: &SessionRecord,
    how: SessionEnd,
    reason: Option<&str>,
    installation: &Timers,
) -> Result<(), Failure> {
    let timers = timers_of(tx, record, installation).await?;
    let bay = bays::record(tx, record.bay).await?;
    let cleared = BayNow {
        turn_over_until: Some(tx.now() + timers.length(Timer::TurnOver)),
        ..bay.now.clone()
    };
    bays::change(tx, &bay, BayCommand::Close, &cleared).await?;
    shut(tx, record, how, reason).await
}

async fn shut(
    tx: &mut Tx<'_>,
    record: &SessionRecord,
    how: SessionEnd,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let to = SessionNow {
        step: SessionStep::Closed,
        step_at: tx.now(),
        needs_help: false,
        alarm: None,
        dispense_until: None,
        due_at: None,
        ended: Some((tx.now(), how)),
        ..record.now.clone()
    };
    let action = match how {
        SessionEnd::Closed => "close",
        SessionEnd::Aborted => "abort",
    };
    save(tx, record, &to, action, reason).await
}
