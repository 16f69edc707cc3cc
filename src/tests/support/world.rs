//! A small network to try things in, set up through the API: an operator, a station with charged packs, an
//! attendant.

use serde_json::{Value, json};
use voltbay::domain::{BatteryModelId, Currency, Role, StationId};
use voltbay::protocol::rest::BatteryModelOut;
use voltbay::server::store::{Cause, IdKind};

use super::app::{Person, TestApp};

/// Price of a swap, in paise.
pub const PRICE: i64 = 9_500;

/// What was set up.
pub struct World {
    /// The only type of pack.
    pub model: BatteryModelId,
    /// The station with packs.
    pub station: StationId,
    /// Works there.
    pub attendant: Person,
    /// Runs it.
    pub operator: Person,
}

impl World {
    /// One station with so many packs that can be handed out.
    pub async fn with_packs(app: &TestApp, packs: usize) -> Self {
        let model = insert_model(app).await;
        let operator = app.staff(Role::Operator, &[]).await;
        let station = open_station(&operator, model, "Harbour Gate", packs).await;
        let attendant = app.staff(Role::Attendant, &[station]).await;
        Self {
            model,
            station,
            attendant,
            operator,
        }
    }

    /// Another station of the same operator, with so many packs.
    pub async fn another_station(&self, name: &str, packs: usize) -> StationId {
        open_station(&self.operator, self.model, name, packs).await
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

async fn open_station(operator: &Person, model: BatteryModelId, name: &str, packs: usize) -> StationId {
    let body = json!({"name": name, "latitude": 9.98, "longitude": 76.28, "timezone": "Asia/Kolkata",
        "slots": packs + 4});
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
