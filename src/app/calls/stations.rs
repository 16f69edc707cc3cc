//! Stations: the list and one of them, each with everything its page needs.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Alternative, Problem, Timestamp};
use crate::protocol::rest::{BatteryModelOut, BatteryOut, StationOut};

/// What a person looks for; the query of the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// Words in name or address.
    pub q: String,
    /// `latitude,longitude` to sort by distance from.
    pub near: Option<String>,
    /// Only stations with this model.
    pub model: Option<i64>,
    /// Only stations that can hand out a pack now.
    pub ready: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// The stations that fit a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StationsOut {
    /// Best choice first.
    pub stations: Vec<StationOut>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The types of packs, for the filters.
    pub models: Vec<BatteryModelOut>,
    /// The server's clock at this answer.
    pub as_of: Timestamp,
}

/// One station with everything its page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StationPage {
    /// The station.
    pub station: StationOut,
    /// The packs in its slots.
    pub packs: Vec<BatteryOut>,
    /// The types of packs.
    pub models: Vec<BatteryModelOut>,
    /// The nearest others that can hand out a pack.
    pub nearby: Vec<Alternative>,
    /// Metres from where the person is, when she said so.
    pub distance_m: Option<i64>,
    /// Minutes for which packs are held unless she chooses otherwise.
    pub hold_minutes: i64,
    /// How one pays here.
    pub pay: PayHere,
    /// Makes a repeated order of this page have one effect.
    pub key: String,
    /// The server's clock at this answer.
    pub as_of: Timestamp,
}

/// How somebody pays at a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayHere {
    /// One may pay per swap without a plan.
    pub per_swap: bool,
    /// My plan that is good here: its name, and the swaps left this month.
    pub plan: Option<(String, i64)>,
}

/// The stations that fit.
#[server(prefix = "/call", endpoint = "stations", output = Plain)]
pub async fn find_stations(
    /// What she looks for.
    search: Search,
) -> Result<StationsOut, Problem> {
    use crate::domain::{BatteryModelId, Position};
    use crate::server::service::stations::{self, StationQuery};

    let app = super::app()?;
    let as_of = app.clock.now();
    let near = search.near.as_deref().map(str::parse::<Position>).transpose();
    let text = search.q.trim();
    let query = StationQuery {
        text: (!text.is_empty()).then(|| text.to_owned()),
        near: near.map_err(|complaint| Problem::invalid("near", complaint))?,
        radius_km: None,
        model: search.model.map(BatteryModelId),
        available: search.ready,
        cursor: search.cursor,
    };
    let page = stations::list(&app, query).await?;
    Ok(StationsOut {
        stations: page.items,
        next: page.next,
        models: stations::models(&app).await?,
        as_of,
    })
}

/// One station.
#[server(prefix = "/call", endpoint = "station", output = Plain)]
pub async fn see_station(
    /// Which, as the address says.
    id: String,
    /// Where the person is, `latitude,longitude`.
    near: Option<String>,
) -> Result<StationPage, Problem> {
    use crate::domain::{Position, StationId, Timer};
    use crate::server::service::plans;
    use crate::server::service::stations::{self, StationQuery};

    const NEARBY: usize = 3;
    let app = super::app()?;
    let as_of = app.clock.now();
    let id: StationId = id
        .parse()
        .map_err(|_| super::told(Problem::not_found("station")))?;
    let station = stations::get(&app, id).await.map_err(super::told)?;
    let packs = stations::batteries(&app, None, id).await?;
    let here = Position::new(station.latitude, station.longitude);
    let query = StationQuery {
        near: here,
        available: true,
        ..StationQuery::default()
    };
    let others = stations::list(&app, query).await?.items;
    let nearby = others
        .into_iter()
        .filter(|other| other.id != id && other.inventory.status.takes_bookings())
        .take(NEARBY)
        .map(|other| Alternative {
            id: other.id,
            distance_m: other.distance_m.unwrap_or(0),
            available: other.inventory.available_batteries,
            name: other.name,
        });
    let person = near.and_then(|near| near.parse::<Position>().ok());
    #[expect(clippy::cast_possible_truncation, reason = "at most half the earth in metres")]
    let distance_m = person
        .zip(here)
        .map(|(person, here)| person.distance_m(here).round() as i64);
    let (operator, plan) = plans::at_station(&app, super::visitor().as_ref(), id).await?;
    let hold = app.timers.length(Timer::HoldTtl).as_secs().div_ceil(60);
    Ok(StationPage {
        nearby: nearby.collect(),
        models: stations::models(&app).await?,
        hold_minutes: i64::try_from(hold).unwrap_or(15),
        pay: PayHere {
            per_swap: operator.pay_per_swap,
            plan: plan.map(|plan| (plan.plan.name, plan.left)),
        },
        key: uuid::Uuid::now_v7().to_string(),
        station,
        packs,
        distance_m,
        as_of,
    })
}
