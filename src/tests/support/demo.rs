//! The demo network, for tests that need stations with something in them.

use serde_json::{Value, json};
use voltbay::server::demo::{self, network};

use super::app::{Person, TestApp};
use super::client::Answer;

/// The demo's people, signed in.
pub struct Demo {
    pub customer: Person,
    pub customer2: Person,
    pub attendant: Person,
    pub operator: Person,
    pub admin: Person,
}

impl TestApp {
    /// Loads the demo network and signs everybody in.
    pub async fn demo(&self) -> Demo {
        demo::load(&self.app).await.unwrap();
        Demo {
            customer: self.player("customer").await,
            customer2: self.player("customer2").await,
            attendant: self.player("attendant").await,
            operator: self.player("operator").await,
            admin: self.player("admin").await,
        }
    }

    async fn player(&self, name: &str) -> Person {
        self.sign_in_with(&format!("{name}@voltbay.test"), network::PASSWORD)
            .await
    }

    /// A station as everybody sees it.
    pub async fn station(&self, id: i64) -> Value {
        self.client()
            .get(&format!("/api/v1/stations/{id}"))
            .await
            .expect(200)
    }

    /// The packs of a station as everybody sees them.
    pub async fn packs(&self, station: i64) -> Vec<Value> {
        let body = self
            .client()
            .get(&format!("/api/v1/stations/{station}/batteries"))
            .await;
        listed(&body.expect(200))
    }
}

impl Person {
    /// Asks for swaps of any pack of a model.
    pub async fn book(&self, station: i64, model: i64, quantity: i64) -> Answer {
        let items = json!([{"kind": "swap", "model_id": model, "quantity": quantity}]);
        self.client
            .post("/api/v1/bookings", json!({"station_id": station, "items": items}))
            .await
    }
}

/// The rows of a list.
pub fn listed(body: &Value) -> Vec<Value> {
    let rows = body.get("items").unwrap_or(body);
    rows.as_array()
        .unwrap_or_else(|| panic!("no list: {body}"))
        .clone()
}
