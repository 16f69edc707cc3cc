//! Renew: the same packs for five minutes more, counted from the old deadline (WCAG 2.2.1 asks for at least ten
//! times).

use super::{answer, concerned, due_while_waiting, notice, timers_of};
use crate::domain::notification::text;
use crate::domain::timer::MAX_RENEWALS;
use crate::domain::{BookingId, BookingState, Command, NotificationKind, Problem, StationStatus, Timers};
use crate::protocol::rest::BookingOut;
use crate::server::App;
use crate::server::hours;
use crate::server::service::Actor;
use crate::server::store::bookings::{BookingRecord, Window};
use crate::server::store::{Audit, Failure, StoreError, Tx, stations};

/// Moves the deadline by one step (customer or staff). A refusal changes nothing and is told to the customer too.
///
/// # Errors
/// [`Problem::RenewalRefused`] with the reason, [`Problem::IllegalTransition`] when nobody waits for a pickup.
pub async fn renew(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = concerned(tx, &actor, booking).await?;
                if record.state.after(Command::Renew).is_none() {
                    return Err(Problem::illegal(record.state).into());
                }
                let timers = timers_of(tx, &record, &timers).await?;
                let window = Window {
                    deadline: record.deadline + record.renew_step,
                    grace_until: record.grace_until + record.renew_step,
                };
                if let Some(why) = refusal(tx, &record, window).await? {
                    return Ok(Err(refuse(tx, &record, why).await?));
                }
                carry_out(tx, &record, window, &timers).await?;
                answer(tx, &actor, booking).await.map(Ok)
            })
        })
        .await?
}

/// Why not, if not.
async fn refusal(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    window: Window,
) -> Result<Option<String>, StoreError> {
    if record.renewals >= MAX_RENEWALS {
        return Ok(Some(format!("all {MAX_RENEWALS} renewals are used")));
    }
    if tx.now() >= record.deadline {
        return Ok(Some("the deadline has passed".to_owned()));
    }
    let Some(station) = stations::find(tx.connection(), record.station).await? else {
        return Ok(None);
    };
    let closes = station
        .hours_change_at
        .filter(|at| station.status() == StationStatus::Online && *at < window.deadline);
    Ok(closes.map(|at| {
        let there = at.clock_time(hours::utc_offset_minutes(&station.timezone, at));
        format!("the station closes at {there}")
    }))
}

async fn refuse(tx: &mut Tx<'_>, record: &BookingRecord, why: String) -> Result<Problem, Failure> {
    let deadline = record.deadline_there();
    let kind = NotificationKind::BookingRenewFailed;
    let message = text::booking_renew_failed(&why, &deadline);
    tx.notify(record.user, notice(record, kind, kind.level(), message))
        .await?;
    Ok(Problem::RenewalRefused { why, deadline })
}

async fn carry_out(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    window: Window,
    timers: &Timers,
) -> Result<(), Failure> {
    let is_ready = record.state == BookingState::Ready;
    let due = due_while_waiting(timers, is_ready, window, tx.now());
    if !tx.renew_booking(record, window, due).await? {
        return Err(StoreError::Overtaken.into());
    }
    let state = Some(record.state.as_str());
    tx.audit(Audit {
        entity: "booking",
        entity_id: record.id.0,
        action: "renew",
        from: state,
        to: state,
        ..Audit::default()
    })
    .await?;
    let there = window
        .deadline
        .clock_time(hours::utc_offset_minutes(&record.timezone, window.deadline));
    let kind = NotificationKind::BookingRenewed;
    let mut told = notice(record, kind, kind.level(), text::booking_renewed(&there));
    told.data["deadline"] = window.deadline.to_string().into();
    tx.notify(record.user, told).await?;
    Ok(())
}
