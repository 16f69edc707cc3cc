//! Too few packs, or a closed station: what is left, and where to go instead.

use super::elsewhere::{Demand, alternatives, free, read_inventories};
use super::order::Order;
use crate::domain::Problem;
use crate::server::App;
use crate::server::store::batteries::Wanted;
use crate::server::store::inventory::{self, StationInventory, StationRow};
use crate::server::store::{Failure, Tx};

/// Why a pack could not be claimed: it does not exist, or somebody else has it.
pub(super) async fn shortage(
    tx: &mut Tx<'_>,
    station: &StationRow,
    wanted: Wanted,
) -> Result<Problem, Failure> {
    if let Wanted::Battery(battery) = wanted
        && !inventory::battery_exists(tx.connection(), battery).await?
    {
        return Ok(Problem::not_found("battery"));
    }
    Ok(Problem::BatteryUnavailable {
        station_id: station.id,
        station_name: station.name.clone(),
        available: 0,
        next_available_at: None,
        alternatives: Vec::new(),
    })
}

/// Adds to a refusal what the station has left and which stations nearby have enough, read after the refused
/// transaction is over, so that nobody waits for it.
pub(super) async fn with_alternatives(app: &App, order: &Order, mut problem: Problem) -> Problem {
    let is_shortage = matches!(
        problem,
        Problem::BatteryUnavailable { .. } | Problem::StationClosed { .. }
    );
    if !is_shortage {
        return problem;
    }
    let is_for_now = order.pickup_at.is_none();
    let Ok(all) = read_inventories(app).await else {
        return problem;
    };
    let Some(here) = all.iter().find(|one| one.station.id == order.station) else {
        return problem;
    };
    let found = alternatives(&all, here, &demand(order, here));
    match &mut problem {
        Problem::BatteryUnavailable {
            available,
            next_available_at,
            alternatives,
            ..
        } => {
            // What is charged now says nothing about another day.
            if is_for_now {
                let counts = here.counts();
                *available = free(here, &demand(order, here).keys().copied().collect::<Vec<_>>());
                *next_available_at = counts.next_available_at;
            }
            *alternatives = found;
        }
        Problem::StationClosed { alternatives, .. } => *alternatives = found,
        _ => {}
    }
    problem
}

/// How many packs of each model the order needs; a certain pack counts as one of its model.
fn demand(order: &Order, here: &StationInventory) -> Demand {
    let mut demand = order.models();
    for line in &order.lines {
        if let Wanted::Battery(battery) = line.wanted
            && let Some(pack) = here.packs.iter().find(|pack| pack.id == battery)
        {
            *demand.entry(pack.model).or_default() += 1;
        }
    }
    demand
}
