//! Bays and swaps, through the API.

use serde_json::{Value, json};
use voltbay::domain::StationId;
use voltbay::server::jobs::due::Due;
use voltbay::server::jobs::floor::Floor;

use super::app::{Person, TestApp};
use super::client::Answer;
use super::world::World;

impl World {
    /// So many further bays at a station; answers their ids.
    pub async fn bays(&self, station: StationId, count: usize) -> Vec<i64> {
        let mut bays = Vec::new();
        for _ in 0..count {
            let path = format!("/api/v1/stations/{station}/bays");
            let bay = self.operator.client.post(&path, json!({})).await.expect(201);
            bays.push(bay["id"].as_i64().expect("an id"));
        }
        bays
    }

    /// A pack that a customer got here before, ready to be brought back; answers its serial number.
    pub async fn pack_in_use(&self, person: &Person) -> String {
        let id = self.pack(self.station).await;
        let items = json!([{"kind": "swap", "battery_id": id}]);
        let body = json!({"station_id": self.station, "items": items, "payment_method": "cash"});
        let booking = person.client.post("/api/v1/bookings", body).await.expect(201);
        let proof = json!({"code": booking["code"]});
        let path = format!("/api/v1/bookings/{}/collect", booking["id"]);
        let done = self.attendant.client.post(&path, proof).await.expect(200);
        done["items"][0]["battery_serial"]
            .as_str()
            .expect("a serial")
            .to_owned()
    }
}

impl Person {
    /// What she does in a swap session.
    pub async fn in_session(&self, session: &Value, action: &str, body: Value) -> Answer {
        let path = format!("/api/v1/sessions/{}/{action}", session["id"]);
        self.client.post(&path, body).await
    }

    /// What she does with a bay.
    pub async fn at_bay(&self, bay: i64, action: &str, body: Value) -> Answer {
        self.client
            .post(&format!("/api/v1/bays/{bay}/{action}"), body)
            .await
    }

    /// A bay as she sees it.
    pub async fn bay(&self, bay: i64) -> Value {
        self.client.get(&format!("/api/v1/bays/{bay}")).await.expect(200)
    }

    /// What she was told of one event, newest first.
    pub async fn told_of(&self, event: &str) -> Vec<Value> {
        let inbox = self.client.get("/api/v1/notifications").await.expect(200);
        let rows = inbox["items"].as_array().expect("rows").iter();
        rows.filter(|row| row["event"] == event).cloned().collect()
    }
}

/// Carries out everything on the floor that is due.
pub async fn all_on_the_floor(app: &TestApp) {
    while Floor::sweep(&app.app).await != Ok(0) {}
}
