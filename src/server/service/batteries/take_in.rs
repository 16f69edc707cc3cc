//! A pack that a customer brings to a bay.

use super::take_back::take_back;
use super::{audit, free_slot};
use crate::domain::{BatteryId, BatteryModelId, BatteryState, Percent, StationId};
use crate::protocol::rest::BatteryPatch;
use crate::server::service::Actor;
use crate::server::store::inventory;
use crate::server::store::stock::{NewPack, PackChange, Place};
use crate::server::store::{Audit, Failure, IdKind, StoreError, Tx};

/// Why a pack that nobody knows is locked.
const UNKNOWN: &str = "Brought by a customer; nobody knew its serial number.";

/// How and where it is brought.
#[derive(Clone, Debug)]
pub struct Brought {
    /// Where.
    pub station: StationId,
    /// Into which slot; the first free one unless somebody said.
    pub slot: Option<i64>,
    /// Its charge.
    pub soc: Percent,
    /// What is broken.
    pub damage: Option<String>,
}

/// Takes a known pack back. One that is broken is locked.
///
/// # Errors
/// `BatteryBusy` when no customer has it, `NoFreeSlot`, `SlotTaken`.
pub async fn take_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    battery: BatteryId,
    brought: Brought,
) -> Result<BatteryId, Failure> {
    let patch = BatteryPatch {
        state: Some(BatteryState::Returned),
        station_id: Some(brought.station.0),
        slot: brought.slot,
        soc: Some(i64::from(brought.soc)),
        ..BatteryPatch::default()
    };
    take_back(tx, actor, battery, &patch).await?;
    if let Some(damage) = brought.damage {
        let speed = tx.charge_speed();
        let pack = inventory::pack(tx.connection(), battery, speed).await?;
        let pack = pack.ok_or(StoreError::Overtaken)?;
        let locked = PackChange {
            state: BatteryState::Quarantined,
            soc: pack.soc,
            soc_at: pack.soc_at,
            soh: pack.soh,
            slot: pack.slot,
            note: Some(damage.clone()),
        };
        if !tx.change_pack(&pack, &locked).await? {
            return Err(StoreError::Overtaken.into());
        }
        audit(tx, &pack, locked.state.as_str(), locked.state, Some(&damage)).await?;
    }
    Ok(battery)
}

/// Takes in a pack that nobody knows: it is locked until somebody has looked at it.
///
/// # Errors
/// `NoFreeSlot`, `SlotTaken`.
pub async fn take_in_unknown(
    tx: &mut Tx<'_>,
    serial: &str,
    model: BatteryModelId,
    brought: Brought,
) -> Result<BatteryId, Failure> {
    let slot = free_slot(tx, brought.station, brought.slot).await?;
    let battery = BatteryId(tx.next_id(IdKind::Battery)?);
    let note = brought.damage.unwrap_or_else(|| UNKNOWN.to_owned());
    tx.insert_pack(&NewPack {
        id: battery,
        serial: serial.to_owned(),
        model,
        state: BatteryState::Quarantined,
        soc: brought.soc,
        soc_at: tx.now(),
        soh: Percent::clamped(100),
        service_cycles: 1,
        full_since: None,
        place: Place::Slot(brought.station, slot),
        note: Some(note.clone()),
    })
    .await?;
    tx.audit(Audit {
        entity: "battery",
        entity_id: battery.0,
        action: "return",
        to: Some(BatteryState::Quarantined.as_str()),
        reason: Some(&note),
        ..Audit::default()
    })
    .await?;
    Ok(battery)
}
