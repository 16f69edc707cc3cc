//! What staff do with the packs of their station. Each call is one use case; a bare form is sent back to the
//! page it stood on, our WASM gets the answer.

use leptos::prelude::*;

use super::codec::Plain;
use crate::domain::{BatteryId, BatteryState, Problem, StationId};
use crate::protocol::rest::BatteryOut;

/// Puts a pack into a slot, and shows it.
#[server(prefix = "/call", endpoint = "add_battery", output = Plain)]
pub async fn add_battery(
    /// Where.
    station: StationId,
    /// Made with the page: the same form has one effect, however often it is sent.
    key: String,
    /// Serial number.
    serial: String,
    /// Its model, as chosen.
    model_id: String,
    /// Charge in percent, as typed.
    soc: String,
    /// Health in percent, as typed.
    soh: String,
    /// The slot, as chosen; empty for the first that is free.
    slot: String,
) -> Result<BatteryOut, Problem> {
    use crate::protocol::rest::BatteryIn;
    use crate::server::service::{IdempotencyKey, batteries};

    let (app, actor) = (super::app()?, super::actor()?);
    let body = || -> Result<BatteryIn, Problem> {
        let model = number(&model_id, "model_id", "Choose the battery's model.")?;
        Ok(BatteryIn {
            serial,
            model_id: model.ok_or_else(|| Problem::invalid("model_id", "Choose the battery's model."))?,
            soc: percent(&soc, "soc")?,
            soh: percent(&soh, "soh")?,
            slot: number(&slot, "slot", "Choose a slot.")?,
        })
    };
    let key = (!key.is_empty()).then_some(IdempotencyKey(key));
    let added = match body() {
        Ok(body) => batteries::add(&app, &actor, station, body, key).await,
        Err(problem) => Err(problem),
    };
    shown(station, added)
}

/// Measures charge and health of a pack.
#[server(prefix = "/call", endpoint = "measure_battery", output = Plain)]
pub async fn measure_battery(
    /// Which.
    battery: BatteryId,
    /// Charge in percent, as typed.
    soc: String,
    /// Health in percent, as typed.
    soh: String,
) -> Result<BatteryOut, Problem> {
    use crate::protocol::rest::BatteryPatch;

    let patch = || -> Result<BatteryPatch, Problem> {
        Ok(BatteryPatch {
            soc: percent(&soc, "soc")?,
            soh: percent(&soh, "soh")?,
            ..BatteryPatch::default()
        })
    };
    change(battery, patch().map_err(super::told)?).await
}

/// Locks a pack: nobody gets it until it was looked at.
#[server(prefix = "/call", endpoint = "quarantine_battery", output = Plain)]
pub async fn quarantine_battery(
    /// Which.
    battery: BatteryId,
    /// Why.
    note: String,
) -> Result<BatteryOut, Problem> {
    use crate::protocol::rest::BatteryPatch;

    let patch = BatteryPatch {
        state: Some(BatteryState::Quarantined),
        note: Some(note),
        ..BatteryPatch::default()
    };
    change(battery, patch).await
}

/// Takes the next step with a pack that is locked or was returned: maintenance, or back on charge.
#[server(prefix = "/call", endpoint = "advance_battery", output = Plain)]
pub async fn advance_battery(
    /// Which.
    battery: BatteryId,
    /// The state it is to have.
    state: BatteryState,
) -> Result<BatteryOut, Problem> {
    use crate::protocol::rest::BatteryPatch;

    let patch = BatteryPatch {
        state: Some(state),
        ..BatteryPatch::default()
    };
    change(battery, patch).await
}

/// Moves a pack to another slot, and shows it there.
#[server(prefix = "/call", endpoint = "move_battery", output = Plain)]
pub async fn move_battery(
    /// Its station.
    station: StationId,
    /// Which.
    battery: BatteryId,
    /// The slot, as chosen.
    slot: String,
) -> Result<BatteryOut, Problem> {
    use crate::protocol::rest::BatteryPatch;

    let slot = number(&slot, "slot", "Choose a slot.").map_err(super::told)?;
    let patch = BatteryPatch {
        slot: Some(slot.ok_or_else(|| super::told(Problem::invalid("slot", "Choose a slot.")))?),
        ..BatteryPatch::default()
    };
    shown(station, change(battery, patch).await)
}

/// Takes a pack out for good.
#[server(prefix = "/call", endpoint = "remove_battery", output = Plain)]
pub async fn remove_battery(
    /// Which.
    battery: BatteryId,
) -> Result<(), Problem> {
    use crate::server::service::batteries;

    let (app, actor) = (super::app()?, super::actor()?);
    batteries::remove(&app, &actor, battery)
        .await
        .map_err(super::told)
}

#[cfg(feature = "ssr")]
async fn change(
    battery: BatteryId,
    patch: crate::protocol::rest::BatteryPatch,
) -> Result<BatteryOut, Problem> {
    use crate::server::service::batteries;

    let (app, actor) = (super::app()?, super::actor()?);
    batteries::update(&app, &actor, battery, patch)
        .await
        .map_err(super::told)
}

/// Leads on to the slot in which the pack stands now.
#[cfg(feature = "ssr")]
fn shown(station: StationId, done: Result<BatteryOut, Problem>) -> Result<BatteryOut, Problem> {
    let pack = done.map_err(super::told)?;
    if let Some(slot) = pack.slot {
        super::see_other(&format!("/staff/stations/{station}?slot={}#open", slot.0));
    }
    Ok(pack)
}

/// A number as typed; none for an empty field.
#[cfg(feature = "ssr")]
fn number(typed: &str, field: &str, complaint: &str) -> Result<Option<i64>, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let number = typed.parse().map_err(|_| Problem::invalid(field, complaint))?;
    Ok(Some(number))
}

#[cfg(feature = "ssr")]
fn percent(typed: &str, field: &str) -> Result<Option<i64>, Problem> {
    number(typed, field, "Write a whole number of percent, 0 to 100.")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_says_nothing_and_letters_are_refused() {
        assert_eq!(percent(" ", "soc"), Ok(None));
        assert_eq!(percent(" 42 ", "soc"), Ok(Some(42)));
        assert!(matches!(percent("full", "soc"), Err(Problem::Invalid { .. })));
    }
}
