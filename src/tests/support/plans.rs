//! Plans to buy and book with, set up through the API.

use serde_json::{Value, json};

use super::app::Person;
use super::client::Answer;
use super::world::World;

/// Price of a month, in paise.
pub const MONTHLY: i64 = 79_900;

impl World {
    /// A plan of its operator with so many swaps a month.
    pub async fn plan(&self, name: &str, swaps: i64) -> i64 {
        self.plan_with(
            json!({"key": name.to_lowercase(), "name": name, "swaps_per_month": swaps, "price": MONTHLY}),
        )
        .await
    }

    /// A plan of its operator.
    pub async fn plan_with(&self, body: Value) -> i64 {
        let plan = self.operator.client.post("/api/v1/plans", body).await.expect(201);
        plan["id"].as_i64().expect("an id")
    }

    /// The body of an order for so many packs, paid by plan.
    pub fn order_by_plan(&self, quantity: i64) -> Value {
        let mut order = self.order(quantity);
        order["payment_method"] = json!("plan");
        order
    }
}

impl Person {
    /// Buys a plan.
    pub async fn subscribe(&self, plan: i64, months: i64) -> Answer {
        let body = json!({"plan_id": plan, "months": months});
        self.client.post("/api/v1/subscriptions", body).await
    }

    /// What she has.
    pub async fn subscription(&self) -> Value {
        self.client.get("/api/v1/subscription").await.expect(200)
    }

    /// Swaps used and left in the running month.
    pub async fn used_and_left(&self) -> (i64, i64) {
        let mine = self.subscription().await;
        let count = |name: &str| {
            mine[name]
                .as_i64()
                .unwrap_or_else(|| panic!("no {name} in {mine}"))
        };
        (count("used"), count("left"))
    }

    /// Asks for a booking.
    pub async fn order(&self, order: Value) -> Answer {
        self.client.post("/api/v1/bookings", order).await
    }

    /// Does something to a booking.
    pub async fn act(&self, booking: &Value, action: &str, body: Value) -> Answer {
        let path = format!("/api/v1/bookings/{}/{action}", booking["id"]);
        self.client.post(&path, body).await
    }
}
