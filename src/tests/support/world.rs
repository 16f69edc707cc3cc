//! A small network to try things in, set up through the API: an operator, a station with charged packs, an
//! attendant.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use voltbay::domain::{BatteryModelId, Currency, Role, StationId};
use voltbay::protocol::rest::BatteryModelOut;
use voltbay::server::App;
use voltbay::server::service::announce::announce;
use voltbay::server::store::{Cause, IdKind, stations};

use super::app::{Person, TestApp};
use super::client::Answer;

/// Price of a swap, in paise.
pub const PRICE: i64 = 9_500;

/// What was set up.
pub struct World {
    /// The only type of pack.
    pub model: BatteryModelId,
    /// The first station.
    pub station: StationId,
    /// All that there were at first.
    pub stations: Vec<StationId>,
    /// Works at the first station.
    pub attendant: Person,
    /// Runs them all.
    pub operator: Person,
    packs: AtomicU32,
}

impl World {
    /// One station with so many packs that can be handed out.
    pub async fn with_packs(app: &TestApp, packs: usize) -> Self {
        Self::of(app, &[packs]).await
    }

    /// So many stations, without packs.
    pub async fn with_stations(app: &TestApp, stations: usize) -> Self {
        Self::of(app, &vec![0; stations]).await
    }

    async fn of(app: &TestApp, packs: &[usize]) -> Self {
        let model = insert_model(app).await;
        let operator = app.staff(Role::Operator, &[]).await;
        let mut stations = Vec::new();
        for (number, packs) in packs.iter().enumerate() {
            let name = format!("Station {}", number + 1);
            stations.push(open_station(&operator, model, &name, *packs).await);
        }
        let attendant = app.staff(Role::Attendant, &[stations[0]]).await;
        Self {
            model,
            station: stations[0],
            stations,
            attendant,
            operator,
            packs: AtomicU32::new(0),
        }
    }

    /// The same station and people, for a test that has it twice.
    pub async fn beside(&self, app: &TestApp) -> Self {
        Self {
            model: self.model,
            station: self.station,
            stations: self.stations.clone(),
            attendant: app.sign_in(&self.attendant.email).await,
            operator: app.sign_in(&self.operator.email).await,
            packs: AtomicU32::new(100),
        }
    }

    /// Another station of the same operator, with so many packs.
    pub async fn build(&self, name: &str, packs: usize) -> StationId {
        open_station(&self.operator, self.model, name, packs).await
    }

    /// Changes the rules of whoever runs the stations.
    pub async fn operator_rules(&self, app: &TestApp, patch: Value) -> Answer {
        let mut snapshot = app.app.db.snapshot().await.expect("a snapshot");
        let station = stations::find(&mut snapshot, self.station).await;
        let operator = station.expect("readable").expect("the station").operator;
        drop(snapshot);
        let rules = format!("/api/v1/operators/{operator}/rules");
        self.operator.client.patch(&rules, patch).await
    }

    /// Puts one more full pack into a station.
    pub async fn pack(&self, station: StationId) -> i64 {
        let number = self.packs.fetch_add(1, Ordering::Relaxed);
        let body = json!({"serial": format!("Later {number}"), "model_id": self.model, "soc": 100});
        let path = format!("/api/v1/stations/{station}/batteries");
        let pack = self.operator.client.post(&path, body).await.expect(201);
        pack["id"].as_i64().expect("an id")
    }

    /// Books one pack for somebody.
    pub async fn book(&self, person: &Person, station: StationId) -> Value {
        let items = json!([{"kind": "swap", "model_id": self.model, "quantity": 1}]);
        let body = json!({"station_id": station, "items": items, "payment_method": "cash"});
        person.client.post("/api/v1/bookings", body).await.expect(201)
    }

    /// What the type of pack is called.
    pub fn model_name(&self) -> String {
        format!("VB{}", self.model)
    }

    /// The body of an order for so many packs.
    pub fn order(&self, quantity: i64) -> Value {
        json!({"station_id": self.station, "items": [{"kind": "swap", "model_id": self.model, "quantity": quantity}]})
    }

    /// Available, booked and all packs, as everybody sees them.
    pub async fn counts(&self, app: &TestApp) -> (i64, i64, i64) {
        let station = app
            .client()
            .get(&format!("/api/v1/stations/{}", self.station))
            .await
            .expect(200);
        let count = |name: &str| station[name].as_i64().expect("a count");
        (
            count("available_batteries"),
            count("booked_batteries"),
            count("total_batteries"),
        )
    }
}

/// The batteries of a station, by slot.
pub async fn batteries(app: &TestApp, station: StationId) -> Vec<i64> {
    let path = format!("/api/v1/stations/{station}/batteries");
    let page = app.client().get(&path).await.expect(200);
    let rows = page["items"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["id"].as_i64().expect("an id"))
        .collect()
}

/// Transactions under way at a time: more would only wait for each other.
const AT_A_TIME: usize = 16;

/// Tells of a station so many times, in this process.
pub async fn tell(app: &App, station: StationId, times: usize) {
    let mut telling = stream::iter((0..times).map(|_| announce(app, station))).buffer_unordered(AT_A_TIME);
    while let Some(told) = telling.next().await {
        told.unwrap();
    }
}

async fn open_station(operator: &Person, model: BatteryModelId, name: &str, packs: usize) -> StationId {
    let body = json!({"name": name, "latitude": 9.98, "longitude": 76.28, "timezone": "Asia/Kolkata",
        "slots": 24});
    let station = operator.client.post("/api/v1/stations", body).await.expect(201);
    let id = StationId(station["id"].as_i64().expect("an id"));
    for pack in 0..packs {
        let body = json!({"serial": format!("{name} {pack}"), "model_id": model});
        operator
            .client
            .post(&format!("/api/v1/stations/{id}/batteries"), body)
            .await
            .expect(201);
    }
    id
}

/// Types of packs have no route of their own yet.
pub async fn insert_model(app: &TestApp) -> BatteryModelId {
    let insert = app.app.db.write(Cause::system("test"), |tx| {
        Box::pin(async move {
            let id = BatteryModelId(tx.next_id(IdKind::BatteryModel)?);
            let model = BatteryModelOut {
                id,
                name: format!("VB{id}"),
                maker: "Voltbay".to_owned(),
                nominal_voltage_v: 60,
                capacity_wh: 1_800,
                price: PRICE,
                currency: Currency::INR,
            };
            tx.insert_model(&model, 60).await?;
            Ok(id)
        })
    });
    insert.await.expect("a model")
}
