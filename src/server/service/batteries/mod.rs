//! Packs: staff put them in, measure, move, lock and clear them, take them back and take them out.

mod add;
mod change;
mod charge;
mod take_back;
mod take_in;

pub use add::add;
pub use change::update;
pub use charge::{charge, release_inspected};
pub(super) use take_in::{Brought, take_in, take_in_unknown};

use crate::domain::battery::MIN_DISPENSE_SOH;
use crate::domain::{BatteryId, BatteryState, Percent, Problem, SlotNumber, StationId};
use crate::protocol::rest::BatteryOut;
use crate::server::App;
use crate::server::service::Actor;
use crate::server::service::bookings::{Elsewhere, give_up};
use crate::server::service::tasks::packs;
use crate::server::store::inventory::{self, PackRow, StationRow};
use crate::server::store::whereabouts::{self, SlotUse};
use crate::server::store::{Audit, Failure, StoreError, Tx, stations};

/// Why a booking loses a pack that is taken out.
const TAKEN_OUT: &str = "The battery was taken out of the station.";

/// Takes a pack out for good (it is retired; its history stays). Whoever held it gets another, or the next one.
///
/// # Errors
/// [`Problem::BatteryBusy`] while it is with a customer.
pub async fn remove(app: &App, actor: &Actor, battery: BatteryId) -> Result<(), Problem> {
    let actor = actor.clone();
    let elsewhere = Elsewhere::for_holder_of(app, battery).await?;
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, elsewhere) = (actor.clone(), elsewhere.clone());
            Box::pin(async move {
                let pack = in_my_station(tx, &actor, battery).await?;
                give_up(tx, &pack, Some(TAKEN_OUT), &elsewhere).await?;
                if !tx.retire_pack(&pack).await? {
                    return Err(StoreError::Overtaken.into());
                }
                packs::is_over(tx, battery).await?;
                audit(tx, &pack, "remove", BatteryState::Retired, None).await
            })
        })
        .await
}

/// The pack, to staff of the station it stands in.
async fn in_my_station(tx: &mut Tx<'_>, actor: &Actor, battery: BatteryId) -> Result<PackRow, Failure> {
    let speed = tx.charge_speed();
    if let Some(pack) = inventory::pack(tx.connection(), battery, speed).await? {
        my_station(tx, actor, pack.station).await?;
        return Ok(pack);
    }
    let state = whereabouts::state_of(tx.connection(), battery).await?;
    let state = state.ok_or_else(|| Problem::not_found("battery"))?;
    if !actor.role.is_staff() {
        return Err(Problem::forbidden("Only staff of a station may do that.").into());
    }
    let detail = match state {
        BatteryState::InUse => "The battery is with a customer. Take it back first.",
        BatteryState::Retired => "The battery was taken out for good.",
        _ => "The battery is in no station right now.",
    };
    Err(Problem::BatteryBusy {
        detail: detail.to_owned(),
    }
    .into())
}

/// The station, to its staff.
async fn my_station(tx: &mut Tx<'_>, actor: &Actor, station: StationId) -> Result<StationRow, Failure> {
    let row = stations::find(tx.connection(), station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)?;
    Ok(row)
}

/// The slot somebody asked for, if a pack can be put there; else the first that is free.
async fn free_slot(tx: &mut Tx<'_>, station: StationId, asked: Option<i64>) -> Result<SlotNumber, Failure> {
    let Some(asked) = asked.map(SlotNumber) else {
        let first = whereabouts::first_free_slot(tx.connection(), station).await?;
        return first.ok_or_else(|| Problem::NoFreeSlot.into());
    };
    let slot_label = asked.label();
    match whereabouts::slot_use(tx.connection(), station, asked).await? {
        Some(SlotUse::Free) => Ok(asked),
        Some(SlotUse::Taken) => Err(Problem::SlotTaken { slot_label }.into()),
        Some(SlotUse::OutOfService) => {
            Err(Problem::invalid("slot", format!("Slot {slot_label} is out of service.")).into())
        }
        None => Err(Problem::invalid("slot", "The station has no such slot.").into()),
    }
}

async fn audit(
    tx: &mut Tx<'_>,
    before: &PackRow,
    action: &str,
    to: BatteryState,
    reason: Option<&str>,
) -> Result<(), Failure> {
    tx.audit(Audit {
        entity: "battery",
        entity_id: before.id.0,
        action,
        from: Some(before.state.as_str()),
        to: Some(to.as_str()),
        reason,
    })
    .await?;
    Ok(())
}

/// The state of a pack that was just measured: charged, charging, or locked because it is worn out. What is
/// locked already stays so.
fn measured(state: BatteryState, soc: Percent, soh: Percent) -> BatteryState {
    let is_in_use = matches!(state, BatteryState::Charging | BatteryState::Available);
    if is_in_use && soh.get() < MIN_DISPENSE_SOH {
        BatteryState::Quarantined
    } else {
        state.in_slot(soc, soh)
    }
}

fn worn_out() -> String {
    format!("State of health under {MIN_DISPENSE_SOH} %.")
}

/// The pack as this transaction leaves it, as staff see it.
async fn answer(tx: &mut Tx<'_>, battery: BatteryId) -> Result<BatteryOut, Failure> {
    let speed = tx.charge_speed();
    let pack = inventory::pack(tx.connection(), battery, speed).await?;
    Ok(pack.ok_or(StoreError::Overtaken)?.to_out(true))
}
