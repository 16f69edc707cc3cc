//! Stations: find, look at, create, change.

use crate::domain::{BatteryModelId, Position, Problem, StationId};
use crate::protocol::rest::{
    BatteryModelOut, BatteryOut, Page, ServiceOut, StationIn, StationOut, StationPatch,
};
use crate::server::App;
use crate::server::service::{Actor, IdempotencyKey};

/// What is asked of the list of stations.
#[derive(Clone, Debug, Default)]
pub struct StationQuery {
    /// Words that must occur in name, address or city.
    pub text: Option<String>,
    /// Sort by distance from here.
    pub near: Option<Position>,
    /// With `near`: only stations within so many kilometres.
    pub radius_km: Option<f64>,
    /// Counts and filter by this model.
    pub model: Option<BatteryModelId>,
    /// Only stations that can hand out a pack now.
    pub available: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Stations, best choice first: those that serve before those that do not, then by distance (where a
/// position is given), then by packs ready.
pub async fn list(app: &App, query: StationQuery) -> Result<Page<StationOut>, Problem> {
    todo!()
}

/// One station.
pub async fn get(app: &App, station: StationId) -> Result<StationOut, Problem> {
    todo!()
}

/// The packs in a station's slots, by slot; staff of the station see serials and bookings too.
pub async fn batteries(
    app: &App,
    actor: Option<&Actor>,
    station: StationId,
) -> Result<Vec<BatteryOut>, Problem> {
    todo!()
}

/// The types of packs.
pub async fn models(app: &App) -> Result<Vec<BatteryModelOut>, Problem> {
    todo!()
}

/// What a station offers besides swaps.
pub async fn services(app: &App, station: StationId) -> Result<Vec<ServiceOut>, Problem> {
    todo!()
}

/// Makes a station (operators, administrators).
pub async fn create(
    app: &App,
    actor: &Actor,
    body: StationIn,
    key: Option<IdempotencyKey>,
) -> Result<StationOut, Problem> {
    todo!()
}

/// Changes a station: its operator everything, its staff the status.
pub async fn update(
    app: &App,
    actor: &Actor,
    station: StationId,
    patch: StationPatch,
) -> Result<StationOut, Problem> {
    todo!()
}
