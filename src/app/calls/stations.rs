//! Stations: the list and one of them, each with everything its page needs.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use super::pickup::Pickups;
use crate::domain::{Alternative, BatteryModelId, PaymentMethod, Problem, Timestamp, VehicleTypeId};
use crate::protocol::rest::{
    BatteryModelOut, BatteryOut, Page, ReviewOut, ServiceOut, StationOut, VehicleOut,
};

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
    /// Only stations with a model that fits this type of vehicle.
    pub vehicle_type: Option<i64>,
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
    /// The models that the search counts; all where none is named.
    pub counted: Option<Vec<BatteryModelId>>,
    /// The person's first vehicle.
    pub vehicle: Option<MyVehicle>,
    /// The server's clock at this answer.
    pub as_of: Timestamp,
}

/// What the person rides, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyVehicle {
    /// What she calls it.
    pub name: String,
    /// Its type.
    pub vehicle_type: VehicleTypeId,
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
    /// My vehicles, if somebody is signed in.
    pub vehicles: Vec<VehicleOut>,
    /// I want help at the bay, as far as my account says.
    pub wants_help: bool,
    /// What customers say, the newest first.
    pub reviews: Page<ReviewOut>,
    /// The nearest others that can hand out a pack.
    pub nearby: Vec<Alternative>,
    /// Metres from where the person is, when she said so.
    pub distance_m: Option<i64>,
    /// Minutes for which packs are held unless she chooses otherwise.
    pub hold_minutes: i64,
    /// How one pays here.
    pub pay: PayHere,
    /// Work on the vehicle that one can have done here.
    pub services: Vec<ServiceOut>,
    /// When one may come who books for later.
    pub pickups: Pickups,
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
    /// Somebody takes cards and QR payments.
    pub online: bool,
    /// Cash at the station does not do: a booking is paid before it is confirmed.
    pub pays_first: bool,
}

impl PayHere {
    /// The ways one can pay here.
    pub fn ways(&self) -> Vec<PaymentMethod> {
        PaymentMethod::ALL
            .into_iter()
            .filter(|method| match method {
                PaymentMethod::Cash => self.per_swap && !self.pays_first,
                PaymentMethod::Card | PaymentMethod::Qr => self.per_swap && self.online,
                PaymentMethod::Plan => self.plan.is_some(),
            })
            .collect()
    }
}

/// How this visitor pays at a station.
#[cfg(feature = "ssr")]
pub(super) async fn pay_here(
    app: &crate::server::App,
    visitor: Option<&crate::server::service::Actor>,
    station: crate::domain::StationId,
) -> Result<PayHere, Problem> {
    use crate::server::service::{bookings, plans};

    let (operator, plan) = plans::at_station(app, visitor, station).await?;
    Ok(PayHere {
        per_swap: operator.pay_per_swap,
        plan: plan.map(|plan| (plan.plan.name, plan.left)),
        online: app.provider().is_some(),
        pays_first: bookings::pays_first(app, visitor, station).await?,
    })
}

/// The stations that fit.
#[server(prefix = "/call", endpoint = "stations", output = Plain)]
pub async fn find_stations(
    /// What she looks for.
    search: Search,
) -> Result<StationsOut, Problem> {
    use crate::domain::Position;
    use crate::server::service::stations::{self, StationQuery};
    use crate::server::service::vehicles;

    let app = super::app()?;
    let as_of = app.clock.now();
    let near = search.near.as_deref().map(str::parse::<Position>).transpose();
    let text = search.q.trim();
    let query = StationQuery {
        text: (!text.is_empty()).then(|| text.to_owned()),
        near: near.map_err(|complaint| Problem::invalid("near", complaint))?,
        radius_km: None,
        models: search.model.map(|model| vec![BatteryModelId(model)]),
        vehicle_type: search.vehicle_type.map(VehicleTypeId),
        available: search.ready,
        cursor: search.cursor,
    };
    let counted = stations::counted(&app, &query).await?;
    let page = stations::list(&app, query).await?;
    let mine = match super::visitor() {
        Some(actor) => vehicles::list(&app, &actor).await?,
        None => Vec::new(),
    };
    let vehicle = mine.into_iter().next().map(|vehicle| MyVehicle {
        vehicle_type: vehicle.vehicle_type.id,
        name: vehicle.name,
    });
    Ok(StationsOut {
        stations: page.items,
        next: page.next,
        models: stations::models(&app).await?,
        counted,
        vehicle,
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
    /// Where the page of reviews before ended.
    reviews_from: Option<String>,
    /// The day whose half hours to show for later.
    pickup_day: Option<String>,
) -> Result<StationPage, Problem> {
    use crate::domain::{Position, StationId};
    use crate::server::service::stations::{self, StationQuery};
    use crate::server::service::{accounts, reviews, vehicles};

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
    let (mine, wants_help) = match super::visitor() {
        Some(actor) => {
            let me = accounts::me(&app, &actor).await?;
            (vehicles::list(&app, &actor).await?, me.wants_help)
        }
        None => (Vec::new(), false),
    };
    Ok(StationPage {
        nearby: nearby.collect(),
        vehicles: mine,
        wants_help,
        reviews: reviews::of_station(&app, id, reviews_from.as_deref())
            .await
            .map_err(super::told)?,
        models: stations::models(&app).await?,
        services: stations::services(&app, id).await?,
        hold_minutes: stations::hold_minutes(&app, id).await?,
        pay: pay_here(&app, super::visitor().as_ref(), id).await?,
        pickups: super::pickup::pickups(&app, id, pickup_day.as_deref()).await?,
        key: uuid::Uuid::now_v7().to_string(),
        station,
        packs,
        distance_m,
        as_of,
    })
}
