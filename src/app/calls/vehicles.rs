//! My vehicles: the list, and what I do with it. A bare form is sent back to the page.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Problem, VehicleId};
use crate::protocol::rest::{VehicleOut, VehicleTypeOut};

/// My vehicles, and what it takes to add one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Garage {
    /// Mine, the first I added first.
    pub vehicles: Vec<VehicleOut>,
    /// The catalogue.
    pub types: Vec<VehicleTypeOut>,
    /// Makes a repeated "add" of this page have one effect.
    pub key: String,
}

/// My vehicles.
#[server(prefix = "/call", endpoint = "vehicles", output = Plain)]
pub async fn load_garage() -> Result<Garage, Problem> {
    use crate::server::service::vehicles;

    let (app, actor) = (super::app()?, super::actor()?);
    Ok(Garage {
        vehicles: vehicles::list(&app, &actor).await?,
        types: vehicles::types(&app).await?,
        key: uuid::Uuid::now_v7().to_string(),
    })
}

/// Adds a vehicle.
#[server(prefix = "/call", endpoint = "add_vehicle", output = Plain)]
pub async fn add_vehicle(
    /// Made with the page: the same form has one effect, however often it is sent.
    key: String,
    /// Its registration, as typed.
    registration: String,
    /// What I call it; empty for its registration.
    name: String,
    /// Its type, as chosen.
    type_id: String,
) -> Result<VehicleOut, Problem> {
    use crate::protocol::rest::VehicleIn;
    use crate::server::service::{IdempotencyKey, vehicles};

    let (app, actor) = (super::app()?, super::actor()?);
    let body = VehicleIn {
        registration,
        name: Some(name),
        type_id: chosen(&type_id),
    };
    let key = (!key.is_empty()).then_some(IdempotencyKey(key));
    let added = vehicles::add(&app, &actor, body, key).await;
    sent_back(added)
}

/// Changes a vehicle.
#[server(prefix = "/call", endpoint = "change_vehicle", output = Plain)]
pub async fn change_vehicle(
    /// Which.
    vehicle: VehicleId,
    /// Its registration, as typed.
    registration: String,
    /// What I call it; empty for its registration.
    name: String,
    /// Its type, as chosen.
    type_id: String,
) -> Result<VehicleOut, Problem> {
    use crate::protocol::rest::VehiclePatch;
    use crate::server::service::vehicles;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = VehiclePatch {
        registration: Some(registration),
        name: Some(name),
        type_id: Some(chosen(&type_id)),
    };
    sent_back(vehicles::change(&app, &actor, vehicle, patch).await)
}

/// Takes a vehicle off the list.
#[server(prefix = "/call", endpoint = "remove_vehicle", output = Plain)]
pub async fn remove_vehicle(
    /// Which.
    vehicle: VehicleId,
) -> Result<(), Problem> {
    use crate::server::service::vehicles;

    let (app, actor) = (super::app()?, super::actor()?);
    sent_back(vehicles::remove(&app, &actor, vehicle).await)
}

/// What is no number is no type: the use case says so beside its other complaints.
#[cfg(feature = "ssr")]
fn chosen(type_id: &str) -> i64 {
    type_id.parse().unwrap_or(0)
}

#[cfg(feature = "ssr")]
fn sent_back<T>(done: Result<T, Problem>) -> Result<T, Problem> {
    let done = done.map_err(super::told)?;
    if super::plain_form() {
        super::see_other("/vehicles");
    }
    Ok(done)
}
