//! The time of a booking for later has come: concrete packs are claimed, all or none. Where there are too few, the
//! station is told, they are looked for every minute, and at last the booking ends without anybody's fault.

use std::time::Duration;

use serde_json::json;

use super::elsewhere::{Demand, instead_of};
use super::schedule::{tell_scheduled, terms_of};
use super::{due_while_waiting, notice, step, tell_confirmed, tell_station};
use crate::domain::booking::CancelledBy;
use crate::domain::notification::text;
use crate::domain::{
    Alternative, BookingId, BookingState, Command, ItemState, NotificationKind, Problem, Timers, Timestamp,
};
use crate::server::App;
use crate::server::store::bookings::{BookingRecord, Shortage, Step, Window};
use crate::server::store::{Cause, Failure, StoreError, Tx, bookings as rows};

/// Packs that were short are looked for again after this.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// So long before the pickup time its customer learns that there are none yet.
const TELL_CUSTOMER: Duration = Duration::from_mins(10);

/// A due step of a scheduled booking: its packs, or its end.
///
/// # Errors
/// [`Problem::BatteryUnavailable`] when there are too few; [`wait`] comes next then.
pub(super) async fn advance(tx: &mut Tx<'_>, record: &BookingRecord, timers: &Timers) -> Result<(), Failure> {
    if tx.now() >= record.deadline {
        return give_up(tx, record).await;
    }
    confirm(tx, record, timers, Command::Allocate, record.window()).await
}

/// Staff said yes to a request for later: it is scheduled. Where its time has come already and `with_packs` is
/// wanted, it is confirmed at once.
///
/// # Errors
/// [`Problem::BatteryUnavailable`] when packs are wanted and too few.
pub(super) async fn accept(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    pickup_at: Timestamp,
    timers: &Timers,
    with_packs: bool,
) -> Result<(), Failure> {
    let (window, due_at) = terms_of(record, pickup_at, timers);
    if with_packs && due_at <= tx.now() {
        return confirm(tx, record, timers, Command::Approve, window).await;
    }
    let change = Step {
        due_at: Some(due_at),
        window: Some(window),
        ..Step::default()
    };
    step(tx, record, Command::Schedule, change).await?;
    tell_scheduled(tx, record.id).await
}

async fn confirm(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    timers: &Timers,
    command: Command,
    window: Window,
) -> Result<(), Failure> {
    // The booking first: of two who look at once, only one reaches for packs.
    let change = Step {
        items: Some(ItemState::Allocated),
        due_at: Some(due_while_waiting(timers, false, window, tx.now())),
        confirmed_at: Some(tx.now()),
        window: Some(window),
        ..Step::default()
    };
    step(tx, record, command, change).await?;
    for item in record.items.iter().filter(|item| item.kind.takes_a_pack()) {
        let Some(model) = item.model else { continue };
        let Some(claimed) = tx.claim_promised(record.station, model).await? else {
            return Err(short(record).into());
        };
        tx.insert_hold(&claimed, record.id, item.id).await?;
        tx.set_item_pack(record.id, item.id, claimed.battery, claimed.slot)
            .await?;
    }
    tell_confirmed(tx, record.id).await
}

fn short(record: &BookingRecord) -> Problem {
    Problem::BatteryUnavailable {
        station_id: record.station,
        station_name: record.station_name.clone(),
        available: 0,
        next_available_at: None,
        alternatives: Vec::new(),
    }
}

/// Too few packs: notes when they are looked for again, and tells whom it concerns by now, each once. Answers
/// whether there was something to note.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) async fn wait(app: &App, booking: BookingId) -> Result<bool, Problem> {
    let alternatives = instead(app, booking).await?;
    app.db
        .write(Cause::system("timer"), move |tx| {
            let alternatives = alternatives.clone();
            Box::pin(async move {
                let Some(record) = rows::find(tx.connection(), booking).await? else {
                    return Ok(false);
                };
                let waits = record.state == BookingState::Scheduled;
                let Some(pickup_at) = record.pickup_at.filter(|_| waits) else {
                    return Ok(false);
                };
                if record.due_at.is_none_or(|due| due > tx.now()) {
                    return Ok(false);
                }
                note(tx, &record, pickup_at, &alternatives).await?;
                Ok(true)
            })
        })
        .await
}

async fn note(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    pickup_at: Timestamp,
    alternatives: &[Alternative],
) -> Result<(), Failure> {
    let (now, tell_at) = (tx.now(), pickup_at - TELL_CUSTOMER);
    let known_to = if now >= tell_at {
        Shortage::Customer
    } else {
        Shortage::Staff
    };
    let milestones = [tell_at, record.deadline].into_iter().filter(|at| *at > now);
    let next = milestones
        .chain([now + LOOK_AGAIN])
        .min()
        .unwrap_or(record.deadline);
    if !tx
        .note_shortage(record, known_to.max(record.shortage), next)
        .await?
    {
        return Err(StoreError::Overtaken.into());
    }
    let kind = NotificationKind::StationAlert;
    let (station, when) = (&record.station_name, record.pickup_there().unwrap_or_default());
    if record.shortage < Shortage::Staff {
        let message = text::packs_short(station, &when);
        for person in rows::people_of_station(tx.connection(), record.station).await? {
            tx.notify(person, notice(record, kind, kind.level(), message.clone()))
                .await?;
        }
    }
    if record.shortage < Shortage::Customer && known_to == Shortage::Customer {
        let mut told = notice(record, kind, kind.level(), text::packs_late(station, &when));
        told.data = json!({ "station_name": station, "pickup_at": pickup_at, "alternatives": alternatives });
        tx.notify(record.user, told).await?;
    }
    Ok(())
}

/// Where else the packs are, if its customer is to be told now.
async fn instead(app: &App, booking: BookingId) -> Result<Vec<Alternative>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, booking).await?;
    drop(snapshot);
    let is_near = |record: &BookingRecord| {
        let tell_at = record.pickup_at.map(|at| at - TELL_CUSTOMER);
        record.shortage < Shortage::Customer && tell_at.is_some_and(|at| app.clock.now() >= at)
    };
    let Some(record) = record.filter(is_near) else {
        return Ok(Vec::new());
    };
    let mut demand = Demand::new();
    for model in record.items.iter().filter_map(|item| item.model) {
        *demand.entry(model).or_default() += 1;
    }
    Ok(instead_of(app, record.station, &demand).await)
}

/// The time to collect is over and there never were packs.
async fn give_up(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    const REASON: &str = "There was no charged battery in time.";
    let change = Step {
        items: Some(ItemState::Cancelled),
        ended_at: Some(tx.now()),
        cancelled_by: Some(CancelledBy::System),
        payment_state: Some(record.payment_state.when_ended()),
        reason: Some(REASON.to_owned()),
        ..Step::default()
    };
    step(tx, record, Command::Cancel, change).await?;
    tx.give_swaps_back(record.id).await?;
    tx.leave_seats(record.id, None).await?;
    let kind = NotificationKind::BookingCancelled;
    let message = text::cancelled_by_system(&record.station_name, REASON);
    tx.notify(record.user, notice(record, kind, kind.level(), message.clone()))
        .await?;
    tell_station(tx, record, kind, &text::ended_without_packs(&record.station_name)).await
}
