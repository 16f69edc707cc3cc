//! Packs: staff put them in, take them out, lock and measure them.

use crate::domain::{BatteryId, Problem, StationId};
use crate::protocol::rest::{BatteryIn, BatteryOut, BatteryPatch};
use crate::server::App;
use crate::server::service::{Actor, IdempotencyKey};

/// Puts a pack into a slot.
pub async fn add(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: BatteryIn,
    key: Option<IdempotencyKey>,
) -> Result<BatteryOut, Problem> {
    todo!()
}

/// Measures, locks, clears or moves a pack.
pub async fn update(
    app: &App,
    actor: &Actor,
    battery: BatteryId,
    patch: BatteryPatch,
) -> Result<BatteryOut, Problem> {
    todo!()
}

/// Takes a pack out for good (it is retired; its history stays).
pub async fn remove(app: &App, actor: &Actor, battery: BatteryId) -> Result<(), Problem> {
    todo!()
}
