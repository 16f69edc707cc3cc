//! Cash: declared, counted, refused, given back; and the books that go with it.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

async fn book(who: &Person, world: &World, packs: i64) -> Value {
    who.client
        .post("/api/v1/bookings", world.order(packs))
        .await
        .expect(201)
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    who.client
        .post(&format!("/api/v1/bookings/{}/{action}", booking["id"]), body)
        .await
}

async fn pay(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    who.client
        .post(
            &format!("/api/v1/payments/{}/{action}", booking["payment_id"]),
            body,
        )
        .await
}

async fn see(who: &Person, booking: &Value) -> Value {
    who.client
        .get(&format!("/api/v1/bookings/{}", booking["id"]))
        .await
        .expect(200)
}

async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event)
        .map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

async fn assert_balanced(app: &TestApp) {
    assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
}

each_engine! {
    /// From "I am paying cash" to the receipt.
    async fn declared_cash_is_counted_before_the_hand_over(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, 2).await;
        assert_eq!(booking["payment_state"], "due");
        asha.client.get(&format!("/api/v1/bookings/{}/receipt", booking["id"])).await.problem(404, "not_found");

        let declared = act(&asha, &booking, "pay", json!({"method": "cash"})).await.expect(200);
        assert_eq!(declared["payment_state"], "cash_declared");
        assert_eq!(told(&world.attendant, "cash_waiting").await, ["₹190.00 in cash to count at Station 1."]);
        act(&asha, &booking, "pay", json!({})).await.problem(409, "payment_busy");
        let refused = act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await;
        assert_eq!(refused.problem(409, "payment_due")["amount"], 2 * PRICE);

        pay(&asha, &booking, "verify", json!({"received": 2 * PRICE})).await.problem(403, "forbidden");
        pay(&world.attendant, &booking, "verify", json!({"received": 2 * PRICE - 1})).await.problem(422, "invalid");
        pay(&world.attendant, &booking, "verify", json!({"received": 20_000, "amount": 1})).await.problem(422, "invalid");
        let paid = pay(&world.attendant, &booking, "verify", json!({"received": 20_000})).await.expect(200);
        assert_eq!((&paid["state"], &paid["change"], &paid["receipt_number"]), (&json!("paid"), &json!(1_000), &json!(1)));
        assert!(paid["verified_by"].is_string() && paid["verified_at"].is_string());
        assert_eq!(told(&asha, "cash_verified").await, ["Your cash payment has been verified. Booking activated!"]);
        let again = pay(&world.attendant, &booking, "verify", json!({"received": 20_000})).await.problem(409, "payment_busy");
        assert_eq!(again["detail"], "The payment is already verified.");

        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        let receipt = asha.client.get(&format!("/api/v1/bookings/{}/receipt", booking["id"])).await.expect(200);
        assert_eq!((&receipt["total"], &receipt["change"]), (&json!(2 * PRICE), &json!(1_000)));
        assert_eq!(receipt["lines"].as_array().map(Vec::len), Some(2));
        app.customer().await.client.get(&format!("/api/v1/bookings/{}/receipt", booking["id"])).await.problem(404, "not_found");
        assert_balanced(&app).await;
    }

    /// Who hands over a booking that is still due takes the cash with it, by name.
    async fn cash_taken_at_the_hand_over_is_in_the_books(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let booking = book(&app.customer().await, &world, 1).await;
        let done = act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        assert_eq!(done["payment_state"], "paid");
        let path = format!("/api/v1/payments?station_id={}", world.station);
        let listed = world.attendant.client.get(&path).await.expect(200);
        assert_eq!(listed["items"][0]["received"], PRICE);
        assert_eq!(listed["items"][0]["receipt_number"], 1);
        assert_balanced(&app).await;
    }

    /// Too little is refused with a reason, and the next try counts.
    async fn refused_cash_can_be_paid_again(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, 1).await;
        act(&asha, &booking, "pay", json!({})).await.expect(200);
        pay(&world.attendant, &booking, "reject", json!({"reason": " "})).await.problem(422, "invalid");
        let rejected = pay(&world.attendant, &booking, "reject", json!({"reason": "₹20 short"})).await.expect(200);
        assert_eq!(rejected["state"], "rejected");
        assert_eq!(told(&asha, "payment_failed").await, ["Your payment was not accepted: ₹20 short"]);
        pay(&world.attendant, &booking, "verify", json!({"received": PRICE})).await.problem(409, "payment_busy");
        let again = see(&asha, &booking).await;
        assert_eq!(again["payment_state"], "due");
        assert_ne!(again["payment_id"], booking["payment_id"]);
        act(&asha, &again, "pay", json!({})).await.expect(200);
        pay(&world.attendant, &again, "verify", json!({"received": PRICE})).await.expect(200);
        assert_balanced(&app).await;
    }

    /// Nobody loses packs in the queue at the counter.
    async fn packs_stay_held_while_somebody_counts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, 1).await;
        app.clock.advance(Duration::from_mins(14));
        act(&asha, &booking, "pay", json!({})).await.expect(200);
        app.clock.advance(Duration::from_mins(9));
        while voltbay::server::service::bookings::advance_due(&app.app).await != Ok(0) {}
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        app.clock.advance(Duration::from_mins(1));
        while see(&asha, &booking).await["state"] != "expired" {
            tokio::task::yield_now().await;
        }
        pay(&world.attendant, &booking, "verify", json!({"received": PRICE})).await.problem(409, "payment_busy");
        assert_balanced(&app).await;
    }

    /// What was paid for a booking that ended goes back, once, and never more than it was.
    async fn a_paid_booking_that_is_cancelled_is_refunded(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, 1).await;
        act(&asha, &booking, "pay", json!({})).await.expect(200);
        pay(&world.attendant, &booking, "verify", json!({"received": PRICE})).await.expect(200);
        pay(&world.attendant, &booking, "refund", json!({})).await.problem(409, "payment_busy");
        act(&asha, &booking, "cancel", json!({})).await.expect(200);
        assert_eq!(act(&asha, &booking, "undo-cancel", json!({})).await.expect(200)["payment_state"], "paid");
        act(&asha, &booking, "cancel", json!({})).await.expect(200);
        app.clock.advance(Duration::from_secs(8));
        while see(&asha, &booking).await["payment_state"] != "refund_pending" {
            tokio::task::yield_now().await;
        }
        pay(&asha, &booking, "refund", json!({})).await.problem(403, "forbidden");
        let back = pay(&world.attendant, &booking, "refund", json!({})).await.expect(200);
        assert_eq!((&back["state"], &back["refunded"]), (&json!("refunded"), &json!(PRICE)));
        assert_eq!(told(&asha, "payment_refunded").await, ["₹95.00 went back to you."]);
        pay(&world.attendant, &booking, "refund", json!({})).await.problem(409, "payment_busy");
        assert_balanced(&app).await;
    }

    /// Large sums are a lead's; nobody counts her own money; another station's staff see nothing.
    async fn who_may_count(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        world.operator_rules(&app, json!({"cash_limit": PRICE})).await.expect(200);
        let asha = app.customer().await;
        let booking = book(&asha, &world, 2).await;
        let refused = act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.problem(403, "forbidden");
        assert_eq!(refused["detail"], "More than ₹95.00 in cash is counted by a lead or the operator.");
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        let stranger = app.staff(Role::Lead, &[]).await;
        pay(&stranger, &booking, "verify", json!({"received": 2 * PRICE})).await.problem(403, "forbidden");
        let lead = app.staff(Role::Lead, &[world.station]).await;
        pay(&lead, &booking, "verify", json!({"received": 2 * PRICE})).await.expect(200);
        asha.client.get("/api/v1/payments").await.problem(403, "forbidden");
        lead.client.get("/api/v1/payments").await.problem(403, "forbidden");
        let other = app.staff_of("Other", Role::Operator, &[]).await;
        assert_eq!(other.client.get("/api/v1/payments").await.expect(200)["items"], json!([]));
    }

    /// Service charge and tax are the operator's, and on the bill.
    async fn tax_and_service_charge_are_added(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        world.operator_rules(&app, json!({"tax_basis_points": 1_800, "service_charge_basis_points": 500})).await.expect(200);
        let asha = app.customer().await;
        let booking = book(&asha, &world, 1).await;
        assert_eq!(booking["total_amount"], 11_771);
        assert_eq!((&booking["service_charge_amount"], &booking["tax_amount"]), (&json!(475), &json!(1_796)));
        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        let receipt = asha.client.get(&format!("/api/v1/bookings/{}/receipt", booking["id"])).await.expect(200);
        assert_eq!((&receipt["subtotal"], &receipt["tax"], &receipt["total"]), (&json!(PRICE), &json!(1_796), &json!(11_771)));
        assert_balanced(&app).await;
    }

    /// Receipts of a station are numbered without a gap, whoever counts at the same moment.
    async fn receipts_have_no_gaps(app: TestApp) {
        let world = World::with_packs(&app, 12).await;
        let mut bookings = Vec::new();
        for _ in 0..12 {
            bookings.push(book(&app.customer().await, &world, 1).await);
        }
        let counting = bookings.iter().map(|booking| pay(&world.attendant, booking, "verify", json!({"received": PRICE})));
        let counted = futures_util::future::join_all(counting).await;
        let mut numbers: Vec<i64> = counted.iter().map(|one| one.expect(200)["receipt_number"].as_i64().expect("a number")).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        assert_balanced(&app).await;
    }

    /// Lists can be searched, and their sums are those of all that fits, on whichever page.
    async fn payments_are_found_and_add_up(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let (asha, ravi) = (app.customer().await, app.customer().await);
        let first = book(&asha, &world, 1).await;
        act(&world.attendant, &first, "collect", json!({"pin": first["pin"]})).await.expect(200);
        let second = book(&ravi, &world, 2).await;
        let ask = async |query: &str| {
            let path = format!("/api/v1/payments?station_id={}&{query}", world.station);
            world.attendant.client.get(&path).await
        };
        let all = ask("").await.expect(200);
        assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
        let total = json!([{"method": "cash", "currency": "INR", "payments": 2, "received": PRICE, "refunded": 0, "outstanding": 2 * PRICE}]);
        assert_eq!(all["totals"], total);
        let name = asha.client.get("/api/v1/me").await.expect(200)["name"].as_str().expect("a name").to_lowercase();
        let code = second["code"].as_str().expect("a code");
        for (query, booking) in [(format!("q={}", name.replace(' ', "%20")), &first), (format!("q={}", code.to_lowercase()), &second), ("q=1".to_owned(), &first)] {
            let found = ask(&query).await.expect(200);
            let ids: Vec<&Value> = found["items"].as_array().expect("rows").iter().map(|row| &row["booking_id"]).collect();
            assert!(ids.contains(&&booking["id"]), "{query}: {found}");
        }
        assert_eq!(ask("q=%25").await.expect(200)["items"], json!([]), "a percent sign is a percent sign");
        assert_eq!(ask("to=2020-01-01").await.expect(200)["totals"], json!([]));
        assert_eq!(ask("state=paid").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        ask("from=2026-12-02&to=2026-12-01").await.wrong_field("to");
        ask("from=soon").await.wrong_field("from");

        let days = world.operator.client.get("/api/v1/takings?days=3").await.expect(200);
        let days = days.as_array().expect("days").clone();
        assert_eq!((days.len(), &days[0]["totals"], &days[2]["totals"]), (3, &json!([]), &total));
        world.operator.client.get("/api/v1/takings?days=32").await.wrong_field("days");
        world.attendant.client.get("/api/v1/takings").await.problem(403, "forbidden");
    }

    /// What a customer says about money does not count.
    async fn a_customer_sets_no_amounts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        for extra in [json!({"total_amount": 1}), json!({"payment_state": "paid"}), json!({"user_id": 1})] {
            let mut order = world.order(1);
            order.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
            asha.client.post("/api/v1/bookings", order).await.problem(422, "invalid");
        }
        let booking = book(&asha, &world, 1).await;
        act(&asha, &booking, "pay", json!({"method": "cash", "amount": 1})).await.problem(422, "invalid");
        act(&asha, &booking, "pay", json!({"method": "plan"})).await.problem(422, "invalid");
        assert_eq!(see(&asha, &booking).await["total_amount"], PRICE);
    }
}
