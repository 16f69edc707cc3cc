//! Cards and QR codes: what a payment service says, in time, late, twice, wrongly or never, and what becomes of the
//! booking and the books.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Clock, Role};
use voltbay::server::provider::Secret;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

async fn book(who: &Person, world: &World, method: &str) -> Value {
    let mut order = world.order(1);
    order["payment_method"] = method.into();
    who.client.post("/api/v1/bookings", order).await.expect(201)
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    who.client
        .post(&format!("/api/v1/bookings/{}/{action}", booking["id"]), body)
        .await
}

async fn see(who: &Person, booking: &Value) -> Value {
    who.client
        .get(&format!("/api/v1/bookings/{}", booking["id"]))
        .await
        .expect(200)
}

/// The clock stands still; what is due now is carried out by the running jobs.
async fn until(who: &Person, booking: &Value, field: &str, value: &str) -> Value {
    loop {
        let seen = see(who, booking).await;
        if seen[field] == value {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}

/// At the page of the payment service.
async fn choose(app: &TestApp, booking: &Value, choice: &str) {
    let checkout = booking["checkout_url"].as_str().expect("an address");
    let browser = app
        .client()
        .with("content-type", "application/x-www-form-urlencoded");
    let answer = browser
        .send("POST", checkout, Some(&format!("choice={choice}")))
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

fn reference(booking: &Value) -> String {
    let checkout = booking["checkout_url"].as_str().expect("an address");
    checkout.trim_start_matches("/pay/").to_owned()
}

/// A message of the service, signed with its secret.
async fn tell(app: &TestApp, body: &Value) -> Answer {
    let signed = Secret::new("between us").sign(body.to_string().into_bytes(), app.clock.now());
    let service = app.client().with("voltbay-signature", &signed.signature);
    service
        .send("POST", "/api/v1/payment-callbacks/test", Some(&body.to_string()))
        .await
}

fn paid(reference: &str) -> Value {
    json!({"reference": reference, "outcome": "paid", "amount": PRICE, "currency": "INR"})
}

async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event)
        .map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

async fn payments(world: &World) -> Vec<Value> {
    let path = format!("/api/v1/payments?station_id={}", world.station);
    let page = world.operator.client.get(&path).await.expect(200);
    page["items"].as_array().expect("rows").clone()
}

async fn assert_balanced(app: &TestApp) {
    assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
}

async fn rules(world: &World, changes: Value) {
    let path = format!("/api/v1/stations/{}/rules", world.station);
    world.operator.client.patch(&path, changes).await.expect(200);
}

each_engine! {
    /// A card booking is confirmed by the payment, and nobody at the station counts anything.
    async fn paying_confirms_the_booking(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        assert_eq!((&booking["state"], &booking["payment_state"]), (&json!("requested"), &json!("pending")));
        assert_eq!(booking["state_label"], "Waiting for payment");
        assert_eq!(world.counts(&app).await, (0, 1, 1), "the pack is held meanwhile");
        assert_eq!(told(&world.attendant, "new_booking").await, Vec::<String>::new());
        act(&world.attendant, &booking, "approve", json!({})).await.problem(409, "illegal_transition");
        act(&asha, &booking, "pay", json!({"method": "cash"})).await.problem(409, "payment_busy");

        choose(&app, &booking, "pay").await;
        let confirmed = until(&asha, &booking, "state", "confirmed").await;
        assert_eq!((&confirmed["payment_state"], &confirmed["checkout_url"]), (&json!("paid"), &Value::Null));
        assert_eq!(told(&asha, "booking_confirmed").await.len(), 1);
        assert_eq!(told(&world.attendant, "new_booking").await.len(), 1);
        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        let receipt = asha.client.get(&format!("/api/v1/bookings/{}/receipt", booking["id"])).await.expect(200);
        assert_eq!((&receipt["method"], &receipt["received"]), (&json!("card"), &Value::Null));
        assert_balanced(&app).await;
    }

    /// The page of the service opens without a sign-in, and pays once.
    async fn the_first_choice_at_the_checkout_counts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "qr").await;
        let checkout = booking["checkout_url"].as_str().expect("an address");
        let page = app.client().get(checkout).await;
        assert!(page.status == 200 && page.text().contains("₹95.00"), "{}", page.text());
        let code = asha.client.get(&format!("/api/v1/bookings/{}/checkout.svg", booking["id"])).await;
        assert_eq!((code.status, code.header("content-type")), (200, Some("image/svg+xml")));
        world.attendant.client.get(&format!("/api/v1/bookings/{}/checkout.svg", booking["id"])).await.problem(404, "not_found");
        app.client().get("/pay/0123456789").await.problem(404, "not_found");
        choose(&app, &booking, "decline").await;
        choose(&app, &booking, "pay").await;
        until(&asha, &booking, "payment_state", "due").await;
        assert!(see(&world.attendant, &booking).await["checkout_url"].is_null());
    }

    /// A declined card leaves the time to try again, in another way too.
    async fn a_declined_payment_can_be_made_again(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        choose(&app, &booking, "decline").await;
        let due = until(&asha, &booking, "payment_state", "due").await;
        assert_eq!((&due["state"], &due["payment_failure"]), (&json!("requested"), &json!("the bank declined it")));
        assert_eq!(told(&asha, "payment_failed").await, ["Your payment was not accepted: the bank declined it"]);
        let again = act(&asha, &booking, "pay", json!({"method": "qr"})).await.expect(200);
        assert_ne!(again["checkout_url"], booking["checkout_url"]);
        let same = act(&asha, &booking, "pay", json!({"method": "qr"})).await.expect(200);
        assert_eq!(same["checkout_url"], again["checkout_url"]);
        choose(&app, &again, "pay").await;
        until(&asha, &booking, "state", "confirmed").await;
        assert_balanced(&app).await;
    }

    /// Nobody pays: the packs are free again after ten minutes, and what comes later goes back.
    async fn money_that_comes_too_late_goes_back(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        app.clock.advance(Duration::from_mins(10));
        until(&asha, &booking, "state", "expired").await;
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        choose(&app, &booking, "pay").await;
        until(&asha, &booking, "payment_state", "refunded").await;
        assert_eq!(told(&asha, "payment_refunded").await, ["₹95.00 went back to you."]);
        assert_eq!(told(&asha, "booking_confirmed").await, Vec::<String>::new());
        assert_eq!(payments(&world).await[0]["receipt_number"], Value::Null, "no receipt for what went back");
        assert_balanced(&app).await;
    }

    /// The service told late counts, as long as the booking waits.
    async fn what_is_told_late_counts_while_the_booking_waits(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        choose(&app, &booking, "pay_later").await;
        voltbay::server::jobs::payments::sweep(&app.app).await.expect("a sweep");
        assert_eq!(see(&asha, &booking).await["state"], "requested");
        app.clock.advance(Duration::from_secs(5));
        until(&asha, &booking, "state", "confirmed").await;
        assert_balanced(&app).await;
    }

    /// A service that never says anything: the customer is told what is so, pays otherwise, and nothing is paid twice.
    async fn a_silent_service_keeps_nobody_from_her_battery(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "cash").await;
        let online = act(&asha, &booking, "pay", json!({"method": "card"})).await.expect(200);
        assert_eq!((&online["state"], &online["payment_state"]), (&json!("confirmed"), &json!("pending")));
        let refused = act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await;
        refused.problem(409, "payment_due");
        choose(&app, &online, "stay_silent").await;
        app.clock.advance(Duration::from_mins(10));
        until(&asha, &booking, "payment_state", "due").await;
        assert!(told(&asha, "payment_failed").await[0].starts_with("We do not know yet"));
        assert_eq!(payments(&world).await.iter().filter(|row| row["state"] == "stuck").count(), 1);

        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        // At last it says that it has the money: that goes back.
        tell(&app, &paid(&reference(&online))).await.expect(204);
        let stuck = || async {
            let rows = payments(&world).await;
            rows.into_iter().find(|row| row["method"] == "card").expect("the card payment")
        };
        while stuck().await["state"] == "stuck" {
            tokio::task::yield_now().await;
        }
        assert_eq!(see(&asha, &booking).await["payment_state"], "paid");
        // The service says that it knows of no such money; the counter gives it back.
        while stuck().await["state"] != "refund_failed" {
            tokio::task::yield_now().await;
        }
        assert_eq!(told(&world.attendant, "station_alert").await.len(), 1);
        let path = format!("/api/v1/payments/{}/refund", stuck().await["id"]);
        assert_eq!(world.attendant.client.post(&path, json!({})).await.expect(200)["state"], "refunded");
        assert_balanced(&app).await;
    }

    /// Messages without the service's signature, twice, or over another sum change nothing.
    async fn only_what_the_service_signed_counts_and_once(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        let message = paid(&reference(&booking));
        let unsigned = app.client().post("/api/v1/payment-callbacks/test", message.clone()).await;
        unsigned.problem(403, "forbidden");
        let old = Secret::new("between us").sign(message.to_string().into_bytes(), app.clock.now() - Duration::from_mins(6));
        let replay = app.client().with("voltbay-signature", &old.signature);
        replay.post("/api/v1/payment-callbacks/test", message.clone()).await.problem(403, "forbidden");
        let forged = Secret::new("a guess").sign(message.to_string().into_bytes(), app.clock.now());
        let guessing = asha.client.with("voltbay-signature", &forged.signature);
        guessing.post("/api/v1/payment-callbacks/test", message.clone()).await.problem(403, "forbidden");
        app.client().post("/api/v1/payment-callbacks/other", message.clone()).await.problem(404, "not_found");
        tell(&app, &paid("nobody knows it")).await.problem(404, "not_found");
        assert_eq!(see(&asha, &booking).await["payment_state"], "pending");

        for _ in 0..3 {
            tell(&app, &message).await.expect(204);
        }
        let declined = json!({"reference": reference(&booking), "outcome": "declined", "reason": "changed its mind"});
        tell(&app, &declined).await.expect(204);
        assert_eq!(see(&asha, &booking).await["payment_state"], "paid");
        assert_eq!(told(&asha, "booking_confirmed").await.len(), 1);
        assert_balanced(&app).await;

        let other = world.pack(world.station).await;
        let next = asha.client.post("/api/v1/bookings", json!({"station_id": world.station, "payment_method": "card",
            "items": [{"kind": "take", "battery_id": other}]})).await.expect(201);
        let mut less = paid(&reference(&next));
        less["amount"] = 1.into();
        tell(&app, &less).await.expect(204);
        let seen = see(&asha, &next).await;
        assert_eq!((&seen["state"], &seen["payment_state"]), (&json!("requested"), &json!("due")));
        let rows = payments(&world).await;
        let stuck = rows.iter().find(|row| row["state"] == "stuck").expect("one for the operator to look into");
        let reason = stuck["reason"].as_str().unwrap();
        assert!(reason.contains("0.01"), "the sum that was told: {reason}");
        assert_balanced(&app).await;
    }

    /// What was paid by card goes back by card, by itself; and never while the cancellation can be taken back.
    async fn a_cancelled_card_payment_goes_back_by_itself(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        // Cancelled, paid within the seconds of the undo, and taken back: it stands, paid.
        act(&asha, &booking, "cancel", json!({})).await.expect(200);
        tell(&app, &paid(&reference(&booking))).await.expect(204);
        assert_eq!(see(&asha, &booking).await["payment_state"], "paid");
        let back = act(&asha, &booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!((&back["state"], &back["payment_state"]), (&json!("confirmed"), &json!("paid")));
        act(&asha, &booking, "cancel", json!({})).await.expect(200);
        choose(&app, &booking, "pay").await;
        app.clock.advance(Duration::from_secs(8));
        until(&asha, &booking, "payment_state", "refunded").await;
        let path = format!("/api/v1/payments/{}/refund", booking["payment_id"]);
        world.attendant.client.post(&path, json!({})).await.problem(409, "payment_busy");
        assert_balanced(&app).await;
    }

    /// A request that must be accepted and paid is confirmed by whichever comes second.
    async fn approval_and_payment_are_both_needed(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        rules(&world, json!({"needs_approval": true})).await;
        for pay_first in [true, false] {
            let asha = app.customer().await;
            let booking = book(&asha, &world, "card").await;
            if pay_first {
                choose(&app, &booking, "pay").await;
                until(&asha, &booking, "payment_state", "paid").await;
                assert_eq!(see(&asha, &booking).await["state"], "requested");
                act(&world.attendant, &booking, "approve", json!({})).await.expect(200);
            } else {
                let waits = act(&world.attendant, &booking, "approve", json!({})).await.expect(200);
                assert_eq!((&waits["state"], &waits["awaits_approval"]), (&json!("requested"), &json!(false)));
                act(&world.attendant, &booking, "approve", json!({})).await.problem(409, "illegal_transition");
                choose(&app, &booking, "pay").await;
            }
            until(&asha, &booking, "state", "confirmed").await;
        }
        assert_balanced(&app).await;
    }

    /// A paid request that the station declines is refunded.
    async fn a_declined_request_is_refunded(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        rules(&world, json!({"needs_approval": true})).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "card").await;
        choose(&app, &booking, "pay").await;
        until(&asha, &booking, "payment_state", "paid").await;
        act(&world.attendant, &booking, "decline", json!({"reason": "Full"})).await.expect(200);
        until(&asha, &booking, "payment_state", "refunded").await;
        assert_balanced(&app).await;
    }

    /// Who did not come twice pays first, and in cash again once she has come.
    async fn strikes_lead_to_prepayment(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        for _ in 0..2 {
            let booking = book(&asha, &world, "cash").await;
            act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
            app.clock.advance(Duration::from_mins(17));
            until(&asha, &booking, "state", "no_show").await;
        }
        let refused = asha.client.post("/api/v1/bookings", world.order(1)).await.problem(403, "prepayment_required");
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("did not come")));
        assert_eq!(world.counts(&app).await, (1, 0, 1), "nothing is held by a refusal");
        let booking = book(&asha, &world, "card").await;
        choose(&app, &booking, "pay").await;
        until(&asha, &booking, "state", "confirmed").await;
        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        world.pack(world.station).await;
        assert_eq!(book(&asha, &world, "cash").await["state"], "confirmed");
    }

    /// A station may want to be paid first by everybody.
    async fn a_station_may_want_prepayment(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        rules(&world, json!({"needs_prepayment": true})).await;
        let asha = app.customer().await;
        asha.client.post("/api/v1/bookings", world.order(1)).await.problem(403, "prepayment_required");
        assert_eq!(book(&asha, &world, "qr").await["state"], "requested");
        world.operator_rules(&app, json!({"needs_prepayment": true})).await.wrong_field("needs_prepayment");
    }

    /// Paid in cash after all: the checkout that is still open gives its money back.
    async fn a_customer_changes_her_mind_at_the_counter(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world, "cash").await;
        let online = act(&asha, &booking, "pay", json!({"method": "card"})).await.expect(200);
        let staff = app.staff(Role::Lead, &[world.station]).await;
        act(&staff, &booking, "pay", json!({"method": "card"})).await.problem(403, "forbidden");
        let declared = act(&asha, &booking, "pay", json!({"method": "cash"})).await.expect(200);
        assert_eq!((&declared["payment_state"], &declared["checkout_url"]), (&json!("cash_declared"), &Value::Null));
        choose(&app, &online, "pay").await;
        let path = format!("/api/v1/payments/{}/verify", declared["payment_id"]);
        world.attendant.client.post(&path, json!({"received": PRICE})).await.expect(200);
        let card = || async {
            let rows = payments(&world).await;
            rows.into_iter().find(|row| row["method"] == "card").expect("the card payment")
        };
        while card().await["state"] != "refunded" {
            tokio::task::yield_now().await;
        }
        assert_eq!(see(&asha, &booking).await["payment_state"], "paid");
        assert_balanced(&app).await;
    }

    /// Two processes hear and ask of the same payments: each counts once.
    async fn two_servers_settle_a_payment_once(app: TestApp) {
        let world = World::with_packs(&app, 5).await;
        let second = app.second().await;
        let mut bookings = Vec::new();
        for _ in 0..5 {
            let asha = app.customer().await;
            let booking = book(&asha, &world, "card").await;
            choose(&app, &booking, "pay").await;
            bookings.push((asha, booking));
        }
        let sweeps = (0..4).map(|number| {
            let server = if number % 2 == 0 { &app.app } else { &second.app };
            voltbay::server::jobs::payments::sweep(server)
        });
        futures_util::future::join_all(sweeps).await;
        for (asha, booking) in &bookings {
            until(asha, booking, "state", "confirmed").await;
            assert_eq!(told(asha, "booking_confirmed").await.len(), 1);
        }
        assert_balanced(&app).await;
    }
}

/// Without a payment service nobody is sent to one; who did not come is looked at by the station instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_payment_service_there_is_cash() {
    let app = TestApp::on_sqlite_with(&["--payment-provider=none"]).await;
    let world = World::with_packs(&app, 2).await;
    let asha = app.customer().await;
    let mut order = world.order(1);
    order["payment_method"] = "card".into();
    let refused = asha.client.post("/api/v1/bookings", order).await;
    refused.wrong_field("payment_method");
    let booking = book(&asha, &world, "cash").await;
    act(&asha, &booking, "pay", json!({"method": "card"}))
        .await
        .wrong_field("method");
    rules(&world, json!({"needs_prepayment": true})).await;
    let ravi = app.customer().await;
    assert_eq!(book(&ravi, &world, "cash").await["state"], "requested");
    app.client()
        .post("/api/v1/payment-callbacks/test", json!({}))
        .await
        .problem(404, "not_found");
    app.client()
        .get("/pay/0123456789")
        .await
        .problem(404, "not_found");
}
