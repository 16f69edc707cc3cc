//! A held pack fails: another takes its place, or the booking goes on without one and gets the next that is as
//! good. Either way its customer is told at once, and nothing of it is held against her.

use serde_json::json;

use super::elsewhere::instead_of_booking;
use super::{due_while_waiting, notice, record, step, timers_of};
use crate::domain::notification::text;
use crate::domain::{
    Alternative, BatteryId, BookingState, Command, ItemState, Level, NotificationKind, Problem, StationId,
    Timers,
};
use crate::server::App;
use crate::server::store::bookings::{BookingRecord, Step, Window};
use crate::server::store::inventory::{self, PackRow};
use crate::server::store::substitute::Substitute;
use crate::server::store::{Audit, Cause, Failure, StoreError, Tx, bookings as rows, lost_pack};

/// What somebody who loses a pack is told, read before the transaction, so that nobody waits for it.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    alternatives: Vec<Alternative>,
    timers: Timers,
}

impl Elsewhere {
    /// Stations that have enough for the booking a pack is held for; none where it is held for nobody.
    pub async fn for_holder_of(app: &App, battery: BatteryId) -> Result<Self, Problem> {
        let mut snapshot = app.db.snapshot().await?;
        let pack = inventory::pack(&mut snapshot, battery, app.db.charge_speed()).await?;
        drop(snapshot);
        let alternatives = match pack.and_then(|pack| pack.held_for) {
            Some(booking) => instead_of_booking(app, booking).await?,
            None => Vec::new(),
        };
        Ok(Self {
            alternatives,
            timers: (*app.timers).clone(),
        })
    }
}

/// Ends the claim on a pack that cannot be handed out any more: another one takes its place, or the booking waits
/// for one, or who stands in line goes on waiting. Afterwards nobody holds the pack.
///
/// # Errors
/// Only the database's.
pub async fn give_up(
    tx: &mut Tx<'_>,
    pack: &PackRow,
    why: Option<&str>,
    elsewhere: &Elsewhere,
) -> Result<(), Failure> {
    let Some(booking) = pack.held_for else {
        return tx.lose_offered(pack).await;
    };
    let before = record(tx, booking).await?;
    if !tx.lock_booking(&before).await? {
        return Err(StoreError::Overtaken.into());
    }
    let record = record(tx, booking).await?;
    let state = Some(record.state.as_str());
    let replaced = tx.substitute(pack).await?;
    tx.audit(Audit {
        entity: "booking",
        entity_id: booking.0,
        action: if replaced.is_some() {
            "substitute"
        } else {
            "lose_battery"
        },
        from: state,
        to: state,
        reason: why,
    })
    .await?;
    match replaced {
        Some(other) => tell_replaced(tx, &record, &other).await,
        None => go_without(tx, &record, pack, elsewhere).await,
    }
}

async fn tell_replaced(tx: &mut Tx<'_>, record: &BookingRecord, other: &Substitute) -> Result<(), Failure> {
    if record.state.is_ended() {
        return Ok(());
    }
    let slot = other.slot.label();
    let kind = NotificationKind::StationAlert;
    let mut told = notice(record, kind, Level::Info, text::battery_replaced(&slot));
    told.data["slot"] = slot.into();
    tx.notify(record.user, told).await?;
    Ok(())
}

async fn go_without(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    pack: &PackRow,
    elsewhere: &Elsewhere,
) -> Result<(), Failure> {
    tx.lose_promise(pack).await?;
    if record.state.is_ended() {
        return Ok(());
    }
    if record.state == BookingState::Ready {
        delay(tx, record, &elsewhere.timers).await?;
    }
    let alternatives = &elsewhere.alternatives;
    let names: Vec<&str> = alternatives.iter().map(|one| one.name.as_str()).collect();
    let kind = NotificationKind::StationAlert;
    let message = text::battery_lost(&record.station_name, &names);
    let mut told = notice(record, kind, kind.level(), message);
    told.data["alternatives"] = json!(alternatives);
    tx.notify(record.user, told).await?;
    let message = text::booking_without_battery(record.id.0, &record.station_name, &pack.slot.label());
    for person in rows::people_of_station(tx.connection(), record.station).await? {
        let told = notice(record, kind, kind.level(), message.clone());
        tx.notify(person, told).await?;
    }
    Ok(())
}

/// Not ready any more. What was grace becomes time to wait: it runs out through no fault of hers.
async fn delay(tx: &mut Tx<'_>, record: &BookingRecord, timers: &Timers) -> Result<(), Failure> {
    let timers = timers_of(tx, record, timers).await?;
    let is_in_grace = tx.now() >= record.deadline;
    let window = is_in_grace.then_some(Window {
        deadline: record.grace_until,
        grace_until: record.grace_until,
    });
    let due = due_while_waiting(&timers, false, window.unwrap_or(record.window()), tx.now());
    let change = Step {
        items: Some(ItemState::Allocated),
        due_at: Some(due),
        window,
        ..Step::default()
    };
    step(tx, record, Command::Delay, change).await?;
    Ok(())
}

/// Nothing is prepared, handed over or promised while a pack is missing.
pub(in crate::server::service) fn must_have_packs(record: &BookingRecord) -> Result<(), Problem> {
    if !record.lacks_a_pack() {
        return Ok(());
    }
    let detail = "A battery of this booking failed and no equal one is charged yet. The next one is held for it by itself; wait for that.";
    Err(Problem::BatteryBusy {
        detail: detail.to_owned(),
    })
}

/// Gives packs to those who wait for one although one is free; answers how many stations had such a pack. Whatever
/// frees a pack gives it to them at once; this is for what fell between two transactions.
pub(super) async fn serve_waiting(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let owing = lost_pack::stations_owing(&mut snapshot).await?;
    drop(snapshot);
    let mut served = 0;
    for station in owing {
        served += usize::from(serve(app, station).await? > 0);
    }
    Ok(served)
}

async fn serve(app: &App, station: StationId) -> Result<usize, Problem> {
    app.db
        .write(Cause::system("timer"), move |tx| {
            Box::pin(async move { Ok(tx.refill(station).await?) })
        })
        .await
}
