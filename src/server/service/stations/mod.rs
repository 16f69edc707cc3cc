//! Stations: find and look at. Making and changing them is in `change`, choosing among them in `choice`,
//! opening and closing by the clock in `doors`, closing down with bookings there in `close_down`.

mod change;
mod choice;
mod close_down;
mod doors;

use std::collections::HashMap;

use crate::domain::{BatteryModelId, Position, Problem, StationId, Timer, Timestamp, VehicleTypeId};
use crate::protocol::Topic;
use crate::protocol::rest::{BatteryModelOut, BatteryOut, Page, ServiceOut, StationOut};
use crate::server::service::Actor;
use crate::server::store::inventory::{self, StationInventory};
use crate::server::store::reviews::{self, Rating};
use crate::server::store::{Connection, catalogue, outbox, rules, stations, vehicles};
use crate::server::{App, hours};

pub use change::{create, update};
pub use close_down::{close_down, live_bookings};
pub use doors::{follow_hours, next_hours_change};

/// What is asked of the list of stations.
#[derive(Clone, Debug, Default)]
pub struct StationQuery {
    /// Words that must occur in name, address or city.
    pub text: Option<String>,
    /// Sort by distance from here.
    pub near: Option<Position>,
    /// With `near`: only stations within so many kilometres.
    pub radius_km: Option<f64>,
    /// Only stations with one of these models; what they have ready of them decides.
    pub models: Option<Vec<BatteryModelId>>,
    /// The same with the models that fit this type of vehicle.
    pub vehicle_type: Option<VehicleTypeId>,
    /// Only stations that can hand out a pack now.
    pub available: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Stations, best choice first: those that serve before those that do not, then by distance (where a
/// position is given), then by packs ready.
pub async fn list(app: &App, mut query: StationQuery) -> Result<Page<StationOut>, Problem> {
    choice::check(&query)?;
    let start = choice::start(query.cursor.as_deref())?;
    let mut snapshot = app.db.snapshot().await?;
    query.models = models_asked(&mut snapshot, &query).await?;
    let ratings = reviews::ratings(&mut snapshot).await?;
    let found = inventory::of_all(&mut snapshot, app.db.charge_speed()).await?;
    let mut positions: HashMap<Topic, outbox::Position> = outbox::station_positions(&mut snapshot)
        .await?
        .into_iter()
        .collect();
    drop(snapshot);
    let now = app.clock.now();
    let stations = found
        .into_iter()
        .map(|inventory| {
            let position = positions.remove(&Topic::Station(inventory.station.id));
            let rating = ratings.get(&inventory.station.id).copied();
            station_out(
                &inventory,
                rating.unwrap_or_default(),
                position.unwrap_or_default(),
                now,
            )
        })
        .collect();
    Ok(choice::page(choice::best_first(stations, &query), start))
}

/// One station.
pub async fn get(app: &App, station: StationId) -> Result<StationOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let found = inventory::of_station(&mut snapshot, station, app.db.charge_speed()).await?;
    let inventory = found.ok_or_else(|| Problem::not_found("station"))?;
    let position = outbox::position(&mut snapshot, Topic::Station(station)).await?;
    let rating = reviews::rating(&mut snapshot, station).await?;
    Ok(station_out(&inventory, rating, position, app.clock.now()))
}

/// The models that a question is about: those that are named and fit the type of vehicle; `None` for all.
pub async fn counted(app: &App, query: &StationQuery) -> Result<Option<Vec<BatteryModelId>>, Problem> {
    if query.vehicle_type.is_none() {
        return Ok(query.models.clone());
    }
    let mut snapshot = app.db.snapshot().await?;
    models_asked(&mut snapshot, query).await
}

async fn models_asked(
    connection: &mut Connection,
    query: &StationQuery,
) -> Result<Option<Vec<BatteryModelId>>, Problem> {
    let Some(vehicle_type) = query.vehicle_type else {
        return Ok(query.models.clone());
    };
    let known = vehicles::find_type(connection, vehicle_type).await?;
    let fitting = known.map(|known| known.models).unwrap_or_default();
    let is_asked = |model: &BatteryModelId| query.models.as_ref().is_none_or(|asked| asked.contains(model));
    let fitting = fitting.into_iter().map(|model| model.model_id);
    Ok(Some(fitting.filter(is_asked).collect()))
}

/// The stations somebody works at, by name.
///
/// # Errors
/// [`Problem::Forbidden`] for customers.
pub async fn of_staff(app: &App, actor: &Actor) -> Result<Vec<StationOut>, Problem> {
    if !actor.role.is_staff() {
        return Err(Problem::forbidden(
            "Only people who work at a station have a counter.",
        ));
    }
    let mut snapshot = app.db.snapshot().await?;
    let mut found = inventory::of_all(&mut snapshot, app.db.charge_speed()).await?;
    let ratings = reviews::ratings(&mut snapshot).await?;
    drop(snapshot);
    found.retain(|inventory| actor.may_staff(inventory.station.id, inventory.station.operator));
    found.sort_by(|one, other| one.station.name.cmp(&other.station.name));
    let now = app.clock.now();
    let station = |inventory: &StationInventory| {
        let rating = ratings.get(&inventory.station.id).copied();
        station_out(
            inventory,
            rating.unwrap_or_default(),
            outbox::Position::default(),
            now,
        )
    };
    Ok(found.iter().map(station).collect())
}

/// The packs in a station's slots, by slot; staff of the station see serials and bookings too.
pub async fn batteries(
    app: &App,
    actor: Option<&Actor>,
    station: StationId,
) -> Result<Vec<BatteryOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let found = stations::find(&mut snapshot, station).await?;
    let row = found.ok_or_else(|| Problem::not_found("station"))?;
    let packs = inventory::packs(&mut snapshot, Some(station), app.db.charge_speed()).await?;
    let for_staff = actor.is_some_and(|actor| actor.may_staff(station, row.operator));
    Ok(packs.iter().map(|pack| pack.to_out(for_staff)).collect())
}

/// The types of packs.
pub async fn models(app: &App) -> Result<Vec<BatteryModelOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(catalogue::models(&mut snapshot).await?)
}

/// For how many minutes a station holds packs unless the customer chooses.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn hold_minutes(app: &App, station: StationId) -> Result<i64, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let found = stations::find(&mut snapshot, station).await?;
    let found = found.ok_or_else(|| Problem::not_found("station"))?;
    let timers = rules::timers_at(&mut snapshot, station, found.operator, &app.timers).await?;
    let minutes = timers.length(Timer::HoldTtl).as_secs().div_ceil(60);
    Ok(i64::try_from(minutes).unwrap_or(i64::MAX))
}

/// What a station offers besides swaps.
pub async fn services(app: &App, station: StationId) -> Result<Vec<ServiceOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let found = stations::find(&mut snapshot, station).await?;
    found.ok_or_else(|| Problem::not_found("station"))?;
    Ok(catalogue::services(&mut snapshot, station).await?)
}

/// A station with its counts, as of a position in its topic.
fn station_out(
    inventory: &StationInventory,
    rating: Rating,
    position: outbox::Position,
    now: Timestamp,
) -> StationOut {
    let station = &inventory.station;
    StationOut {
        id: station.id,
        name: station.name.clone(),
        address: station.address.clone(),
        city: station.city.clone(),
        latitude: station.position.latitude,
        longitude: station.position.longitude,
        timezone: station.timezone.clone(),
        utc_offset_minutes: hours::utc_offset_minutes(&station.timezone, now),
        opening_hours: station.opening_hours.clone(),
        hours_change_at: station.hours_change_at,
        status_message: station.status_message.clone(),
        needs_approval: station.needs_approval,
        inventory: inventory.counts(),
        rating_average: rating.average,
        rating_count: rating.count,
        distance_m: None,
        epoch: position.epoch,
        seq: position.seq,
    }
}
