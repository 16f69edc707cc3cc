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
    /// Buys a plan and pays it by card: the answer is that of the purchase, with what it came to.
    pub async fn subscribe(&self, plan: i64, months: i64) -> Answer {
        let body = json!({"plan_id": plan, "months": months});
        self.buy("/api/v1/subscriptions", body).await
    }

    /// Changes her plan for another for a month, and pays it.
    pub async fn change_plan(&self, plan: i64, months: i64) -> Answer {
        let body = json!({"plan_id": plan, "months": months});
        self.buy("/api/v1/subscription/change", body).await
    }

    async fn buy(&self, path: &str, body: Value) -> Answer {
        let mut answer = self.client.post(path, body).await;
        if (200..300).contains(&answer.status) && answer.json()["state"] == "pending" {
            let chosen = answer.json();
            self.pay_plan(&chosen, "pay").await;
            answer.body = self.settled_plan(&chosen).await.to_string().into_bytes();
        }
        answer
    }

    /// Chooses at the page of the payment service what becomes of the payment for a plan.
    pub async fn pay_plan(&self, chosen: &Value, choice: &str) {
        let checkout = chosen["checkout_url"].as_str().expect("an address");
        let browser = self
            .client
            .with("content-type", "application/x-www-form-urlencoded");
        let answer = browser
            .send("POST", checkout, Some(&format!("choice={choice}")))
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    /// One of her subscriptions.
    pub async fn plan_of(&self, chosen: &Value) -> Value {
        let path = format!("/api/v1/subscriptions/{}", chosen["id"]);
        self.client.get(&path).await.expect(200)
    }

    /// The same, once it does not wait for its payment any more. The clock stands still; what is due now is carried
    /// out by the running jobs.
    pub async fn settled_plan(&self, chosen: &Value) -> Value {
        loop {
            let seen = self.plan_of(chosen).await;
            if seen["state"] != "pending" {
                return seen;
            }
            tokio::task::yield_now().await;
        }
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
