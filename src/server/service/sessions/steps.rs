//! The swap goes on, or a step back; how many are served, whether somebody is needed, and the money.

use super::{answer, at_my_station, concerned, is_hers, moved, must_be_at, save, timers_of};
use crate::domain::session::MAX_PARTY;
use crate::domain::{Problem, SessionId, SessionStep, Timers};
use crate::protocol::rest::{CashIn, HelpIn, PartyIn, SessionOut};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, bookings, payments, services};
use crate::server::store::floor::SessionRecord;
use crate::server::store::{Failure, StoreError, Tx};

/// On to the next step in which there is something to do (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::SessionBusy`] where something else comes first, [`Problem::BatteryBusy`] and
/// [`Problem::ServiceBusy`] before the slot opens.
pub async fn next(app: &App, actor: &Actor, session: SessionId) -> Result<SessionOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                let to = record.now.step.next(record.work());
                let to = to.ok_or_else(|| held_up(&record))?;
                go(tx, &record, to, &timers, "next").await?;
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// A step back, as long as the slot is shut (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::SessionBusy`].
pub async fn back(app: &App, actor: &Actor, session: SessionId) -> Result<SessionOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                let to = record.now.step.back(record.work());
                let to = to.ok_or_else(|| no_way_back(&record))?;
                go(tx, &record, to, &timers, "back").await?;
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// What was due was paid in cash (staff); the slot opens.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::SessionBusy`] at another step, [`Problem::Invalid`] for too little,
/// [`Problem::Forbidden`] for sums that a lead must take, [`Problem::PaymentBusy`].
pub async fn pay(app: &App, actor: &Actor, session: SessionId, body: CashIn) -> Result<SessionOut, Problem> {
    payments::check_counted(body.received.unwrap_or(0))?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                must_be_at(&record, SessionStep::PaymentDue)?;
                let booking = record.booking.as_ref().ok_or(StoreError::Overtaken)?;
                payments::take_cash(tx, &actor, booking, body.received).await?;
                go(tx, &record, SessionStep::PackOut, &timers, "pay").await?;
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// So many are served (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Invalid`], [`Problem::SessionBusy`] when it is over.
pub async fn set_party_size(
    app: &App,
    actor: &Actor,
    session: SessionId,
    body: PartyIn,
) -> Result<SessionOut, Problem> {
    let mut form = Form::default();
    let party_size = form.number("party_size", body.party_size, 1..=MAX_PARTY);
    form.finish()?;
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                must_be_open(&record)?;
                let mut to = record.now.clone();
                to.party_size = party_size;
                save(tx, &record, &to, "party_size", None).await?;
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// Somebody is needed at the bay (its customer, staff), or not any more (staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::SessionBusy`] when it is over.
pub async fn ask_for_help(
    app: &App,
    actor: &Actor,
    session: SessionId,
    body: HelpIn,
) -> Result<SessionOut, Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let record = concerned(tx, &actor, session).await?;
                if !(body.needs_help && is_hers(&actor, &record)) {
                    actor.must_staff(record.station, record.operator)?;
                }
                must_be_open(&record)?;
                let mut to = record.now.clone();
                to.needs_help = body.needs_help;
                let action = if body.needs_help { "needs_help" } else { "helped" };
                save(tx, &record, &to, action, None).await?;
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// Goes to a step. Before the slot opens everything that its pack waits for must be done.
pub(super) async fn go(
    tx: &mut Tx<'_>,
    record: &SessionRecord,
    to: SessionStep,
    installation: &Timers,
    action: &str,
) -> Result<(), Failure> {
    if let (SessionStep::PackOut, Some(booking)) = (to, &record.booking) {
        bookings::must_have_packs(booking)?;
        services::must_be_over(booking)?;
    }
    let timers = timers_of(tx, record, installation).await?;
    let to = moved(record, to, &timers, tx.now());
    save(tx, record, &to, action, None).await
}

fn must_be_open(record: &SessionRecord) -> Result<(), Problem> {
    if record.now.ended.is_none() {
        Ok(())
    } else {
        Err(busy("This swap is over."))
    }
}

fn held_up(record: &SessionRecord) -> Problem {
    busy(match record.now.step {
        SessionStep::Open => "Nobody said yet whose swap this is: scan or type the code first.",
        SessionStep::PackIn => "Take the customer's battery in first, or say that there is none.",
        SessionStep::PaymentDue => "Take the money first.",
        SessionStep::PackOut => "The slot is open: say when the battery is taken.",
        _ => "This swap is over.",
    })
}

fn no_way_back(record: &SessionRecord) -> Problem {
    busy(match record.now.step {
        SessionStep::PackOut => "The slot is open; there is no way back from here.",
        SessionStep::Closed => "This swap is over.",
        _ => "This is the first step.",
    })
}

fn busy(detail: &str) -> Problem {
    Problem::SessionBusy {
        detail: detail.to_owned(),
    }
}
