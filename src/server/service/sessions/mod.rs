//! Swap sessions: who stands in which bay, and the swap step by step. One file a use case.
//!
//! Where a swap is stands in the database: whoever opens its page, on whatever device, goes on there.

mod due;
mod finish;
mod open;
mod steps;
mod take_in;

pub use due::{advance_due, next_due};
pub use finish::{abort, close, taken};
pub(super) use finish::{end_with, leave_unnamed};
pub use open::{identify, open};
pub use steps::{ask_for_help, back, next, pay, set_party_size};
pub use take_in::take_in;
pub(super) use take_in::take_waiting_in;

use crate::domain::{Problem, SessionAlarm, SessionId, SessionStep, Timer, Timers, Timestamp};
use crate::protocol::rest::SessionOut;
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::bookings::Audience;
use crate::server::store::floor::{SessionNow, SessionRecord, sessions as rows};
use crate::server::store::{Audit, Failure, StoreError, Tx, rules};

/// One session: its station's staff's, and its customer's; for anybody else there is none.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(app: &App, actor: &Actor, session: SessionId) -> Result<SessionOut, Problem> {
    look(app, actor, session).await.map(|(session, _)| session)
}

/// The same, and as whom she sees it.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn look(app: &App, actor: &Actor, session: SessionId) -> Result<(SessionOut, Audience), Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, session).await?;
    let record = record.ok_or_else(no_such_session)?;
    must_concern(actor, &record)?;
    let audience = audience_of(actor, &record);
    Ok((record.to_out(audience, app.clock.now()), audience))
}

fn must_concern(actor: &Actor, record: &SessionRecord) -> Result<(), Problem> {
    if is_hers(actor, record) {
        return Ok(());
    }
    actor.must_staff(record.station, record.operator)
}

fn is_hers(actor: &Actor, record: &SessionRecord) -> bool {
    record
        .booking
        .as_ref()
        .is_some_and(|booking| booking.user == actor.user)
}

/// In which light this reader sees the session; the codes of a booking are shown on its own page only.
fn audience_of(actor: &Actor, record: &SessionRecord) -> Audience {
    if actor.may_staff(record.station, record.operator) {
        Audience::Staff
    } else {
        Audience::Both
    }
}

/// The session, to whom it concerns.
async fn concerned(tx: &mut Tx<'_>, actor: &Actor, session: SessionId) -> Result<SessionRecord, Failure> {
    let record = rows::find(tx.connection(), session).await?;
    let record = record.ok_or_else(no_such_session)?;
    must_concern(actor, &record)?;
    Ok(record)
}

/// The session, to staff of its station. Its customer learns that this is the staff's to do.
async fn at_my_station(tx: &mut Tx<'_>, actor: &Actor, session: SessionId) -> Result<SessionRecord, Failure> {
    let record = concerned(tx, actor, session).await?;
    actor.must_staff(record.station, record.operator)?;
    Ok(record)
}

fn no_such_session() -> Problem {
    Problem::not_found("session")
}

/// The swap is at another step than this needs.
fn must_be_at(record: &SessionRecord, step: SessionStep) -> Result<(), Problem> {
    if record.now.step == step {
        return Ok(());
    }
    let detail = match record.now.step {
        SessionStep::Open => "Nobody said yet whose swap this is: scan or type the code first.".to_owned(),
        SessionStep::Closed => "This swap is over.".to_owned(),
        now => format!(
            "The swap is at the step {}; that belongs to {}.",
            now.label(),
            step.label()
        ),
    };
    Err(Problem::SessionBusy { detail })
}

/// The timers as they run at the session's station.
async fn timers_of(
    tx: &mut Tx<'_>,
    record: &SessionRecord,
    installation: &Timers,
) -> Result<Timers, StoreError> {
    rules::timers_at(tx.connection(), record.station, record.operator, installation).await
}

/// The session as it is once it has come to a step now: the clock of the step begins anew, and the slot is open at
/// the last one.
fn moved(record: &SessionRecord, to: SessionStep, timers: &Timers, now: Timestamp) -> SessionNow {
    let mut next = SessionNow {
        step: to,
        step_at: now,
        alarm: record.now.alarm.filter(|alarm| *alarm == SessionAlarm::Long),
        dispense_until: (to == SessionStep::PackOut).then(|| now + timers.length(Timer::DispenseTimeout)),
        ..record.now.clone()
    };
    next.due_at = due_of(&next, record.opened_at, timers);
    next
}

/// When the clock looks at the session next.
fn due_of(now: &SessionNow, opened_at: Timestamp, timers: &Timers) -> Option<Timestamp> {
    let long = opened_at + timers.length(Timer::SessionMax);
    let idle = now.step_at + timers.length(Timer::SessionStepIdle);
    now.dispense_until.or(match now.alarm {
        None => Some(idle.min(long)),
        Some(SessionAlarm::Idle) => Some(long),
        Some(SessionAlarm::Long) => None,
    })
}

/// Writes one step and audits it.
async fn save(
    tx: &mut Tx<'_>,
    record: &SessionRecord,
    to: &SessionNow,
    action: &str,
    reason: Option<&str>,
) -> Result<(), Failure> {
    if !tx.change_session(record, to).await? {
        return Err(StoreError::Overtaken.into());
    }
    tx.audit(Audit {
        entity: "session",
        entity_id: record.id.0,
        action,
        from: Some(record.now.step.as_str()),
        to: Some(to.step.as_str()),
        reason,
    })
    .await?;
    Ok(())
}

async fn answer(tx: &mut Tx<'_>, actor: &Actor, session: SessionId) -> Result<SessionOut, Failure> {
    tx.settle().await?;
    let now = tx.now();
    let record = rows::find(tx.connection(), session).await?;
    let record = record.ok_or_else(no_such_session)?;
    Ok(record.to_out(audience_of(actor, &record), now))
}
