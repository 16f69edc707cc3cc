//! A customer's pack comes back over the counter.

use super::{answer, free_slot, my_station};
use crate::domain::{BatteryId, BatteryState, Percent, Problem, StationId};
use crate::protocol::rest::{BatteryOut, BatteryPatch};
use crate::server::service::Actor;
use crate::server::service::form::Form;
use crate::server::service::tasks::packs;
use crate::server::store::{Audit, Failure, StoreError, Tx, whereabouts};

/// Puts a pack that is in use into a slot of the attendant's station, where it waits for the look that follows
/// every return.
pub async fn take_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    battery: BatteryId,
    patch: &BatteryPatch,
) -> Result<BatteryOut, Failure> {
    let state = whereabouts::state_of(tx.connection(), battery).await?;
    let state = state.ok_or_else(|| Problem::not_found("battery"))?;
    let station = which_station(actor, patch)?;
    my_station(tx, actor, station).await?;
    let soc = charge(patch)?;
    if state != BatteryState::InUse {
        let detail = "Only a battery that a customer has can come back.".to_owned();
        return Err(Problem::BatteryBusy { detail }.into());
    }
    let slot = free_slot(tx, station, patch.slot).await?;
    if !tx.return_pack(battery, station, slot, soc).await? {
        return Err(StoreError::Overtaken.into());
    }
    packs::came_back(tx, station, battery, slot, patch.note.as_deref()).await?;
    tx.audit(Audit {
        entity: "battery",
        entity_id: battery.0,
        action: "return",
        from: Some(state.as_str()),
        to: Some(BatteryState::Returned.as_str()),
        reason: patch.note.as_deref(),
    })
    .await?;
    answer(tx, battery).await
}

fn which_station(actor: &Actor, patch: &BatteryPatch) -> Result<StationId, Problem> {
    if let Some(station) = patch.station_id {
        return Ok(StationId(station));
    }
    match actor.stations.as_slice() {
        [only] => Ok(*only),
        _ => Err(Problem::invalid(
            "station_id",
            "Say at which station the battery comes back.",
        )),
    }
}

/// A pack comes back as empty as nobody measured it.
fn charge(patch: &BatteryPatch) -> Result<Percent, Problem> {
    let mut form = Form::default();
    let soc = form.percent("soc", patch.soc.unwrap_or(0));
    form.text_or_none("note", patch.note.as_deref(), 200);
    form.finish()?;
    Ok(soc)
}
