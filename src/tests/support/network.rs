//! A small network to book in: one operator, one station, one type of pack.

use serde_json::json;
use voltbay::domain::{BatteryModelId, Role, StationId};
use voltbay::protocol::rest::BatteryModelOut;
use voltbay::server::store::{Cause, IdKind};

use super::app::{Person, TestApp};

/// Who and what there is.
pub struct Network {
    pub operator: Person,
    pub attendant: Person,
    pub station: StationId,
    pub model: BatteryModelId,
    pub batteries: Vec<i64>,
}

impl TestApp {
    /// An operator's station with so many charged packs, and its attendant.
    pub async fn network(&self, packs: usize) -> Network {
        let operator = self.staff(Role::Operator, &[]).await;
        let station =
            json!({"name": "Downtown", "latitude": 9.9731, "longitude": 76.2850, "slots": packs + 2});
        let station = operator
            .client
            .post("/api/v1/stations", station)
            .await
            .expect(201);
        let station = StationId(station["id"].as_i64().unwrap());
        let model = self.model().await;
        let mut batteries = Vec::new();
        for number in 0..packs {
            let battery = json!({"serial": format!("P{number}"), "model_id": model, "soc": 100});
            let path = format!("/api/v1/stations/{station}/batteries");
            let battery = operator.client.post(&path, battery).await.expect(201);
            batteries.push(battery["id"].as_i64().unwrap());
        }
        let attendant = self.staff(Role::Attendant, &[station]).await;
        Network {
            operator,
            attendant,
            station,
            model,
            batteries,
        }
    }

    async fn model(&self) -> BatteryModelId {
        let work = self.app.db.write(Cause::system("test"), |tx| {
            Box::pin(async move {
                let id = BatteryModelId(tx.next_id(IdKind::BatteryModel)?);
                let model = BatteryModelOut {
                    id,
                    name: "VB60".to_owned(),
                    maker: "Voltbay".to_owned(),
                    nominal_voltage_v: 60,
                    capacity_wh: 1_800,
                    price: 9_500,
                    currency: "INR".parse().unwrap(),
                };
                tx.insert_model(&model, 50).await?;
                Ok(id)
            })
        });
        work.await.unwrap()
    }
}

impl Network {
    /// A sensible order of so many packs of the model.
    pub fn order(&self, quantity: i64) -> serde_json::Value {
        let item = json!({"kind": "swap", "model_id": self.model, "quantity": quantity});
        json!({"station_id": self.station, "items": [item]})
    }
}
