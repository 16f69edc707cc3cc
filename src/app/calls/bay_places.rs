//! How many bays a station has, and where each of them is.

use leptos::prelude::*;

use super::codec::Plain;
use crate::domain::{BayId, Problem, StationId};
use crate::protocol::rest::BayOut;

/// A further bay (the station's operator).
#[server(prefix = "/call", endpoint = "add_bay", output = Plain)]
pub async fn add_bay(
    /// Where.
    station: StationId,
    /// Where it is, like `Front`; may be empty.
    zone: String,
) -> Result<BayOut, Problem> {
    use crate::protocol::rest::BayIn;
    use crate::server::service::bays;

    let (app, actor) = (super::app()?, super::actor()?);
    let body = BayIn { zone: Some(zone) };
    bays::add(&app, &actor, station, body).await.map_err(super::told)
}

/// Says where a bay is (staff of its station).
#[server(prefix = "/call", endpoint = "place_bay", output = Plain)]
pub async fn place_bay(
    /// Which.
    bay: BayId,
    /// Where it is; empty for nowhere in particular.
    zone: String,
) -> Result<BayOut, Problem> {
    use crate::protocol::rest::BayPatch;
    use crate::server::service::bays;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = BayPatch {
        zone: Some(zone),
        ..BayPatch::default()
    };
    bays::update(&app, &actor, bay, patch).await.map_err(super::told)
}
