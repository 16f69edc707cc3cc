//! Where to go instead: stations nearby that have what was asked for.

use std::collections::BTreeMap;

use super::look::get;
use crate::domain::{Alternative, BatteryModelId, BookingId, Problem, StationId};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::bookings::{self as rows, BookingRecord};
use crate::server::store::inventory::{self, StationInventory, StationRow};

/// Most stations named as alternatives.
const MAX_ALTERNATIVES: usize = 3;

/// How many packs of each model are needed.
pub type Demand = BTreeMap<BatteryModelId, i64>;

/// Every station with what stands in it.
pub async fn read_inventories(app: &App) -> Result<Vec<StationInventory>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(inventory::of_all(&mut snapshot, app.db.charge_speed()).await?)
}

/// Packs of these models that can be handed out at a station; of any model where none is named.
pub fn free(at: &StationInventory, models: &[BatteryModelId]) -> i64 {
    let fits = |model| models.is_empty() || models.contains(&model);
    let free = at
        .packs
        .iter()
        .filter(|pack| pack.dispensable && fits(pack.model))
        .count();
    i64::try_from(free).unwrap_or(i64::MAX)
}

/// The nearest stations that have enough of everything.
pub fn alternatives<'a>(
    all: impl IntoIterator<Item = &'a StationInventory>,
    here: &StationInventory,
    demand: &Demand,
) -> Vec<Alternative> {
    let has_enough = |at: &StationInventory| {
        free(at, &[]) > 0
            && demand
                .iter()
                .all(|(model, wanted)| free(at, &[*model]) >= *wanted)
    };
    let models: Vec<BatteryModelId> = demand.keys().copied().collect();
    let mut found: Vec<Alternative> = all
        .into_iter()
        .filter(|at| {
            at.station.id != here.station.id && at.station.status().takes_bookings() && has_enough(at)
        })
        .map(|at| Alternative {
            id: at.station.id,
            name: at.station.name.clone(),
            #[expect(clippy::cast_possible_truncation, reason = "a distance on the earth")]
            distance_m: here.station.position.distance_m(at.station.position).round() as i64,
            available: free(at, &models),
        })
        .collect();
    found.sort_by_key(|one| (one.distance_m, one.id));
    found.truncate(MAX_ALTERNATIVES);
    found
}

/// The nearest stations among those that `may` take it that have enough for what was booked.
pub fn alternatives_within(
    all: &[StationInventory],
    record: &BookingRecord,
    may: impl Fn(&StationRow) -> bool,
) -> Vec<Alternative> {
    let Some(here) = all.iter().find(|one| one.station.id == record.station) else {
        return Vec::new();
    };
    let of_them = all.iter().filter(|one| may(&one.station));
    alternatives(of_them, here, &demand(record))
}

/// The nearest stations that have enough, for somebody who was turned away at `station`.
pub async fn instead_of(app: &App, station: StationId, demand: &Demand) -> Vec<Alternative> {
    let Ok(all) = read_inventories(app).await else {
        return Vec::new();
    };
    let here = all.iter().find(|one| one.station.id == station);
    here.map(|here| alternatives(&all, here, demand))
        .unwrap_or_default()
}

/// The nearest stations that have enough for what was booked; none where there is no such booking.
pub async fn instead_of_booking(app: &App, booking: BookingId) -> Result<Vec<Alternative>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, booking).await?;
    drop(snapshot);
    let Some(record) = record else {
        return Ok(Vec::new());
    };
    Ok(instead_of(app, record.station, &demand(&record)).await)
}

fn demand(record: &BookingRecord) -> Demand {
    let mut demand = Demand::new();
    for model in record.items.iter().filter_map(|item| item.model) {
        *demand.entry(model).or_default() += 1;
    }
    demand
}

/// The nearest stations that have enough for a booking (whom it concerns).
///
/// # Errors
/// [`Problem::NotFound`] for another's.
pub async fn alternatives_to(
    app: &App,
    actor: &Actor,
    booking: BookingId,
) -> Result<Vec<Alternative>, Problem> {
    get(app, actor, booking).await?;
    instead_of_booking(app, booking).await
}
