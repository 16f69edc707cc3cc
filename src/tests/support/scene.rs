//! A small network to test with: stations with packs, made through the API as its people make them.

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use voltbay::domain::{BatteryModelId, Role, StationId};
use voltbay::protocol::rest::BatteryModelOut;
use voltbay::server::App;
use voltbay::server::service::announce::announce;
use voltbay::server::store::Cause;

use super::app::{Person, TestApp};

/// The one type of pack there is.
pub const MODEL: i64 = 1;

/// A network of one operator.
pub struct Scene {
    pub operator: Person,
    pub stations: Vec<StationId>,
    packs: std::sync::atomic::AtomicU32,
}

impl Scene {
    /// So many stations, without packs.
    pub async fn of(app: &TestApp, stations: usize) -> Self {
        insert_model(&app.app).await;
        let operator = app.staff(Role::Operator, &[]).await;
        let mut scene = Self {
            operator,
            stations: Vec::new(),
            packs: std::sync::atomic::AtomicU32::new(0),
        };
        for number in 1..=stations {
            scene.build(&format!("Station {number}")).await;
        }
        scene
    }

    /// One more station.
    pub async fn build(&mut self, name: &str) -> StationId {
        let body = json!({"name": name, "latitude": 9.97, "longitude": 76.28});
        let station = self
            .operator
            .client
            .post("/api/v1/stations", body)
            .await
            .expect(201);
        let station = StationId(station["id"].as_i64().unwrap());
        self.stations.push(station);
        station
    }

    /// The first station.
    pub fn station(&self) -> StationId {
        self.stations[0]
    }

    /// Puts a charged pack into a station.
    pub async fn pack(&self, station: StationId) -> i64 {
        let number = self.packs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let body = json!({"serial": format!("S-{number}"), "model_id": MODEL, "soc": 100});
        let path = format!("/api/v1/stations/{station}/batteries");
        let pack = self.operator.client.post(&path, body).await.expect(201);
        pack["id"].as_i64().unwrap()
    }
}

/// Books one pack for somebody.
pub async fn book(person: &Person, station: StationId) -> Value {
    let items = json!([{"kind": "swap", "model_id": MODEL, "quantity": 1}]);
    let body = json!({"station_id": station, "items": items, "payment_method": "cash"});
    person.client.post("/api/v1/bookings", body).await.expect(201)
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

async fn insert_model(app: &App) {
    let insert = app.db.write(Cause::system("test"), |tx| {
        Box::pin(async move {
            let model = BatteryModelOut {
                id: BatteryModelId(MODEL),
                name: "Pulse 2".to_owned(),
                maker: "Nandi".to_owned(),
                nominal_voltage_v: 48,
                capacity_wh: 1_500,
                price: 12_000,
                currency: "INR".parse().unwrap(),
            };
            Ok(tx.insert_model(&model, 60).await?)
        })
    });
    insert.await.unwrap();
}
