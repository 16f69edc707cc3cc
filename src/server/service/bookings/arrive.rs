//! The customer is at the station: checked in, back again, the swap begins; and the one who came late after all.

use std::time::Duration;

use super::proof::Proof;
use super::{
    answer, at_my_station, check_in_time, due_while_waiting, grace_of, must_be_only_one, notice, step,
    timers_of,
};
use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Command, ItemState, Level, NotificationKind, Problem, Timer, Timers,
};
use crate::protocol::rest::{BookingOut, CollectIn};
use crate::server::App;
use crate::server::service::{Actor, bays, services};
use crate::server::store::batteries::Wanted;
use crate::server::store::bookings::{BookingRecord, Step, Window};
use crate::server::store::{Failure, Tx};

/// Whoever is sent back from the counter keeps at least so much of her time.
const LEAST_LEFT: Duration = Duration::from_mins(1);

/// The customer arrived (staff), proved by code or PIN: the clock stops.
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::TooLate`], [`Problem::WrongCode`], [`Problem::CodeLocked`].
pub async fn check_in(
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
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                check_in_time(&record, tx.now(), Command::CheckIn)?;
                if let Err(problem) = proof.check(tx, &record, &timers).await? {
                    return Ok(Err(problem));
                }
                arrived(tx, &record).await?;
                bays::join(tx, &record, &timers).await?;
                answer(tx, &actor, booking).await.map(Ok)
            })
        })
        .await?
}

async fn arrived(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    let left = record.deadline.since(tx.now()).max(LEAST_LEFT);
    let change = Step {
        checked_in: Some((tx.now(), left)),
        ..Step::default()
    };
    step(tx, record, Command::CheckIn, change).await?;
    services::queue_all(tx, record).await
}

/// Whether the swap of a booking may begin in a bay: it is checked in, or can be by this proof. The outer error
/// undoes the transaction; the inner one is told and the transaction stands (a wrong code is counted).
pub(in crate::server::service) async fn may_begin(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    proof: Option<&Proof>,
    is_proved: bool,
    timers: &Timers,
) -> Result<Result<(), Problem>, Failure> {
    if matches!(record.state, BookingState::CheckedIn | BookingState::InService) {
        return Ok(Ok(()));
    }
    check_in_time(record, tx.now(), Command::CheckIn)?;
    match proof {
        _ if is_proved => Ok(Ok(())),
        Some(proof) => proof.check(tx, record, timers).await,
        None => Err(Problem::invalid("code", "Ask the customer for the code or the PIN.").into()),
    }
}

/// The swap begins in a bay; whoever is not checked in is by that.
pub(in crate::server::service) async fn begin(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    timers: &Timers,
) -> Result<(), Failure> {
    let mut record = record.clone();
    if record.state.is_waiting_for_pickup() {
        arrived(tx, &record).await?;
        record = super::record(tx, record.id).await?;
    }
    if record.state == BookingState::CheckedIn {
        step(tx, &record, Command::Start, Step::default()).await?;
        bays::leave(tx, &record, timers).await?;
    }
    Ok(())
}

/// The check-in was a mistake (staff): the clock runs on with what was left.
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::TooLate`] when [`Timer::CheckInUndo`] is over.
pub async fn undo_check_in(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                let installation = timers;
                let timers = timers_of(tx, &record, &installation).await?;
                if record.state == BookingState::CheckedIn {
                    must_be_within(tx, record.checked_in_at, timers.length(Timer::CheckInUndo))?;
                }
                let left = record.left.unwrap_or(LEAST_LEFT);
                let window = Window::from(tx.now(), left, grace_of(&record, &timers));
                let change = Step {
                    items: Some(ItemState::Allocated),
                    due_at: Some(due_while_waiting(&timers, false, window, tx.now())),
                    window: Some(window),
                    ..Step::default()
                };
                step(tx, &record, Command::UndoCheckIn, change).await?;
                bays::leave(tx, &record, &installation).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The swap begins (staff).
///
/// # Errors
/// [`Problem::IllegalTransition`].
pub async fn start(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                step(tx, &record, Command::Start, Step::default()).await?;
                bays::leave(tx, &record, &timers).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The customer came late after all (staff): packs are claimed anew, the strike is taken back, and she is checked
/// in.
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::TooLate`] when [`Timer::NoShowUndo`] is over,
/// [`Problem::BatteryUnavailable`] when the packs are somebody else's by now.
pub async fn undo_no_show(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                let installation = timers;
                let timers = timers_of(tx, &record, &installation).await?;
                if record.state == BookingState::NoShow {
                    must_be_within(tx, record.ended_at, timers.length(Timer::NoShowUndo))?;
                }
                let change = Step {
                    items: Some(ItemState::Allocated),
                    payment_state: Some(record.payment_at_first()),
                    checked_in: Some((tx.now(), LEAST_LEFT)),
                    ..Step::default()
                };
                must_be_only_one(tx, &actor, record.vehicle.as_deref()).await?;
                step(tx, &record, Command::UndoNoShow, change).await?;
                claim_anew(tx, &record).await?;
                bays::join(tx, &record, &installation).await?;
                tx.add_strike(record.user, -1).await?;
                let message = text::came_late(&record.station_name);
                let kind = NotificationKind::StationAlert;
                tx.notify(record.user, notice(&record, kind, Level::Success, message))
                    .await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The same packs where they are still free, others of their model where not.
async fn claim_anew(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    for item in record.items.iter().filter(|item| item.kind.takes_a_pack()) {
        let (Some(model), Some(battery)) = (item.model, item.battery) else {
            continue;
        };
        let mut claimed = tx.claim_pack(record.station, Wanted::Battery(battery)).await?;
        if claimed.is_none() {
            claimed = tx.claim_pack(record.station, Wanted::Model(model)).await?;
        }
        let Some(claimed) = claimed else {
            return Err(Problem::BatteryUnavailable {
                station_id: record.station,
                station_name: record.station_name.clone(),
                available: 0,
                next_available_at: None,
                alternatives: Vec::new(),
            }
            .into());
        };
        tx.insert_hold(&claimed, record.id, item.id).await?;
        tx.set_item_pack(record.id, item.id, claimed.battery, claimed.slot)
            .await?;
    }
    Ok(())
}

fn must_be_within(
    tx: &Tx<'_>,
    since: Option<crate::domain::Timestamp>,
    length: Duration,
) -> Result<(), Problem> {
    match since {
        Some(since) if since + length > tx.now() => Ok(()),
        _ => Err(Problem::TooLate),
    }
}
