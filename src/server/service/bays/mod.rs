//! Bays: who is called to which, which are free, and which are not for now.
//!
//! A bay is occupied by the session that is open in it; that is the business of `sessions`.

mod due;
mod line;

pub use due::{advance_due, next_due};
pub(super) use line::{call_next, join, leave};

use crate::domain::{BayCommand, BayId, BayState, BookingId, Problem, StationId};
use crate::protocol::rest::{BayIn, BayOut, BayPatch, CallIn, SessionIn};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, payments, sessions};
use crate::server::store::floor::{BayNow, BayRecord, bays as rows};
use crate::server::store::{Audit, Failure, IdKind, StoreError, Tx, stations};

/// Longest name of a place at a station, in characters.
const MAX_ZONE: usize = 40;

/// The bays of a station, by number (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn list(app: &App, actor: &Actor, station: StationId) -> Result<Vec<BayOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)?;
    let bays = rows::of_station(&mut snapshot, station).await?;
    Ok(bays.iter().map(BayRecord::to_out).collect())
}

/// One bay (staff of its station).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn get(app: &App, actor: &Actor, bay: BayId) -> Result<BayOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, bay).await?.ok_or_else(no_such_bay)?;
    actor.must_staff(record.station, record.operator)?;
    Ok(record.to_out())
}

/// The QR code to put up at a bay: it opens the bay's page (staff of its station).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn sign(app: &App, actor: &Actor, bay: BayId) -> Result<String, Problem> {
    let bay = get(app, actor, bay).await?;
    let drawn = payments::online::drawn(app, &format!("/staff/bays/{}", bay.id));
    drawn.ok_or(Problem::Internal)
}

/// A further bay, with the next number (operator).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`].
pub async fn add(app: &App, actor: &Actor, station: StationId, body: BayIn) -> Result<BayOut, Problem> {
    let zone = zone(body.zone.as_deref())?;
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, zone) = (who.clone(), zone.clone());
            Box::pin(async move {
                let row = stations::find(tx.connection(), station).await?;
                let row = row.ok_or_else(|| Problem::not_found("station"))?;
                if !actor.may_operate(row.operator) {
                    return Err(Problem::forbidden("Only the operator of this station may do that.").into());
                }
                let bay = BayId(tx.next_id(IdKind::Bay)?);
                tx.add_bay(bay, station, zone.as_deref()).await?;
                tx.audit(Audit {
                    entity: "bay",
                    entity_id: bay.0,
                    action: "add",
                    to: Some(BayState::Free.as_str()),
                    ..Audit::default()
                })
                .await?;
                answer(tx, bay).await
            })
        })
        .await
}

/// Names a bay's place, takes it out of use or back into it (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::BayBusy`] while somebody stands
/// there.
pub async fn update(app: &App, actor: &Actor, bay: BayId, patch: BayPatch) -> Result<BayOut, Problem> {
    let zone = patch.zone.as_deref().map(|typed| zone(Some(typed))).transpose()?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, zone) = (who.clone(), timers.clone(), zone.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, bay).await?;
                let mut to = record.now.clone();
                if let Some(zone) = zone {
                    to.zone = zone;
                }
                match patch
                    .condition
                    .filter(|condition| *condition != record.now.condition)
                {
                    None => write(tx, &record, &to).await?,
                    Some(condition) => {
                        to.condition = condition;
                        (to.called, to.turn_over_until) = (None, None);
                        change(tx, &record, condition.command(), &to).await?;
                        call_next(tx, record.station, record.operator, &timers).await?;
                    }
                }
                answer(tx, bay).await
            })
        })
        .await
}

/// Calls a checked-in customer to a bay, the next in line unless somebody is named (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::BayBusy`], [`Problem::IllegalTransition`].
pub async fn call(app: &App, actor: &Actor, bay: BayId, body: CallIn) -> Result<BayOut, Problem> {
    let wanted = body.booking_id.map(BookingId);
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, bay).await?;
                line::call_by_hand(tx, &record, wanted, &timers).await?;
                answer(tx, bay).await
            })
        })
        .await
}

/// A vehicle stands in the bay: that of who was called there, or one of which is said later whose it is (staff).
///
/// # Errors
/// As [`sessions::open`].
pub async fn occupy(app: &App, actor: &Actor, bay: BayId) -> Result<BayOut, Problem> {
    sessions::open(app, actor, bay, SessionIn::default()).await?;
    get(app, actor, bay).await
}

/// The bay is free again: nobody came, it is cleared, or nothing is in the way any more (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::BayBusy`] while a swap goes on there.
pub async fn release(app: &App, actor: &Actor, bay: BayId) -> Result<BayOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, bay).await?;
                match &record.session {
                    // Nobody ever said who stood there.
                    Some(session) if session.booking_id.is_none() => {
                        sessions::leave_unnamed(tx, session.id, &timers).await?;
                    }
                    _ => set_free(tx, &record).await?,
                }
                call_next(tx, record.station, record.operator, &timers).await?;
                answer(tx, bay).await
            })
        })
        .await
}

/// Frees a bay; who was called there in vain goes to the end of the line.
async fn set_free(tx: &mut Tx<'_>, record: &BayRecord) -> Result<(), Failure> {
    let to = BayNow {
        zone: record.now.zone.clone(),
        condition: crate::domain::BayCondition::InUse,
        called: None,
        turn_over_until: None,
    };
    change(tx, record, BayCommand::Release, &to).await?;
    if let Some((booking, _)) = record.now.called {
        tx.join_line(booking, record.station).await?;
    }
    Ok(())
}

/// Carries out one command: asks the machine, writes, audits.
pub(super) async fn change(
    tx: &mut Tx<'_>,
    record: &BayRecord,
    command: BayCommand,
    to: &BayNow,
) -> Result<(), Failure> {
    let state = record.state();
    let next = state.after(command).ok_or_else(|| busy(record))?;
    write(tx, record, to).await?;
    tx.audit(Audit {
        entity: "bay",
        entity_id: record.id.0,
        action: command.as_str(),
        from: Some(state.as_str()),
        to: Some(next.as_str()),
        ..Audit::default()
    })
    .await?;
    Ok(())
}

async fn write(tx: &mut Tx<'_>, record: &BayRecord, to: &BayNow) -> Result<(), Failure> {
    if tx.change_bay(record, to).await? {
        Ok(())
    } else {
        Err(StoreError::Overtaken.into())
    }
}

/// Why nothing can be done with the bay now, and what would help.
pub(super) fn busy(record: &BayRecord) -> Problem {
    let number = record.number;
    let detail = match record.state() {
        BayState::Occupied => format!("A swap goes on in bay {number}. Finish it or break it off first."),
        BayState::Called => format!("Bay {number} is kept for a customer. Free it first."),
        BayState::TurnOver => format!("Bay {number} is being cleared. Free it first."),
        BayState::Blocked => format!("Bay {number} is blocked. Free it first."),
        BayState::OutOfService => format!("Bay {number} is out of service. Put it back into use first."),
        BayState::Free => format!("Bay {number} is free already."),
    };
    Problem::BayBusy { detail }
}

/// The bay, to staff of its station.
pub(super) async fn at_my_station(tx: &mut Tx<'_>, actor: &Actor, bay: BayId) -> Result<BayRecord, Failure> {
    let record = record(tx, bay).await?;
    actor.must_staff(record.station, record.operator)?;
    Ok(record)
}

/// The bay, to the server itself.
pub(super) async fn record(tx: &mut Tx<'_>, bay: BayId) -> Result<BayRecord, Failure> {
    let record = rows::find(tx.connection(), bay).await?;
    record.ok_or_else(|| no_such_bay().into())
}

async fn answer(tx: &mut Tx<'_>, bay: BayId) -> Result<BayOut, Failure> {
    tx.settle().await?;
    Ok(record(tx, bay).await?.to_out())
}

fn no_such_bay() -> Problem {
    Problem::not_found("bay")
}

fn zone(typed: Option<&str>) -> Result<Option<String>, Problem> {
    let mut form = Form::default();
    let zone = form.text_or_none("zone", typed, MAX_ZONE);
    form.finish()?;
    Ok(zone)
}
