//! Services on a booking: places in a half hour, who does them, and how they end.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;
use voltbay::server::service::services;
use voltbay::server::store::Cause;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

const WASH: i64 = 12_000;

/// The station offers a wash, two in half an hour.
async fn offer_wash(app: &TestApp, world: &World) -> i64 {
    let station = world.station;
    let insert = app.app.db.write(Cause::system("test"), move |tx| {
        Box::pin(async move { Ok(tx.insert_service(station, "Wash", WASH, 20).await?) })
    });
    insert.await.expect("a service").0
}

fn with_wash(world: &World, wash: i64) -> Value {
    let mut order = world.order(1);
    order["items"]
        .as_array_mut()
        .expect("items")
        .push(json!({"kind": "service", "service_id": wash}));
    order
}

async fn book(who: &Person, order: Value) -> Answer {
    who.client.post("/api/v1/bookings", order).await
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    who.client
        .post(&format!("/api/v1/bookings/{}/{action}", booking["id"]), body)
        .await
}

async fn serve(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    let path = format!("/api/v1/items/{}/{action}", booking["items"][1]["id"]);
    who.client.post(&path, body).await
}

async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event)
        .map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

/// The states of the tasks that the station's services give.
async fn tasks(world: &World) -> Vec<Value> {
    let path = format!("/api/v1/stations/{}/tasks", world.station);
    let all = world.operator.client.get(&path).await.expect(200);
    let rows = all["items"].as_array().expect("rows").iter();
    rows.filter(|task| task["kind"] == "service_item")
        .map(|task| task["state"].clone())
        .collect()
}

each_engine! {
    /// From the order to "has been completed".
    async fn a_service_is_assigned_at_check_in_and_done(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let wash = offer_wash(&app, &world).await;
        let asha = app.customer().await;
        let booking = book(&asha, with_wash(&world, wash)).await.expect(201);
        assert_eq!(booking["total_amount"], PRICE + WASH);
        assert_eq!(booking["items"][1]["state"], "pending");
        assert!(booking["items"][1]["slot_at"].is_string(), "{booking}");

        act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        let here = act(&world.attendant, &booking, "check-in", json!({"pin": booking["pin"]})).await.expect(200);
        assert_eq!(here["items"][1]["state"], "assigned");
        assert!(here["items"][1]["assignee"].is_string());
        assert_eq!(told(&world.attendant, "service_assigned").await.len(), 1);
        assert_eq!(told(&world.operator, "service_assigned").await.len(), 1);
        assert_eq!(tasks(&world).await, ["open"]);
        let refused = act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await;
        refused.problem(409, "service_busy");

        serve(&world.attendant, &booking, "done", json!({})).await.problem(409, "service_busy");
        serve(&world.attendant, &booking, "start", json!({})).await.expect(200);
        assert!(!tasks(&world).await.contains(&json!("open")), "somebody does it");
        serve(&asha, &booking, "cancel", json!({})).await.problem(409, "service_busy");
        let done = serve(&world.attendant, &booking, "done", json!({})).await.expect(200);
        assert_eq!(done["items"][1]["state"], "done");
        assert_eq!(told(&asha, "service_completed").await, ["Your wash has been completed!"]);
        serve(&world.attendant, &booking, "done", json!({})).await.problem(409, "service_busy");
        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }

    /// No to the wash is no to nothing else, and it costs nothing.
    async fn a_declined_service_leaves_the_battery(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let wash = offer_wash(&app, &world).await;
        let asha = app.customer().await;
        let booking = book(&asha, with_wash(&world, wash)).await.expect(201);
        serve(&world.attendant, &booking, "decline", json!({"reason": ""})).await.problem(422, "invalid");
        let after = serve(&world.attendant, &booking, "decline", json!({"reason": "No water"})).await.expect(200);
        assert_eq!((&after["state"], &after["items"][1]["state"]), (&json!("confirmed"), &json!("declined")));
        assert_eq!(after["total_amount"], PRICE);
        assert_eq!(told(&asha, "station_alert").await, ["Wash cannot be done: No water"]);
        act(&world.attendant, &booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }

    /// A half hour has so many places; who gives one up makes room.
    async fn a_full_half_hour_is_refused_and_a_place_comes_back(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        let wash = offer_wash(&app, &world).await;
        let slots = format!("/api/v1/stations/{}/services/{wash}/slots", world.station);
        let free = app.client().get(&slots).await.expect(200);
        let slot = free["items"][0]["slot_time"].clone();
        assert_eq!((&free["items"][0]["booked_count"], &free["items"][0]["capacity"]), (&json!(0), &json!(2)));
        let order = || {
            let mut order = with_wash(&world, wash);
            order["items"][1]["slot_at"] = slot.clone();
            order
        };
        let customers = [app.customer().await, app.customer().await, app.customer().await];
        let first = book(&customers[0], order()).await.expect(201);
        book(&customers[1], order()).await.expect(201);
        let refused = book(&customers[2], order()).await.problem(409, "service_full");
        assert_eq!((&refused["slot_time"], &refused["capacity"]), (&slot, &json!(2)));
        assert_eq!(world.counts(&app).await, (2, 2, 4), "the packs were not kept");
        let later = book(&customers[2], with_wash(&world, wash)).await.expect(201);
        assert_ne!(later["items"][1]["slot_at"], slot, "the next one that has a place");

        let less = serve(&customers[0], &first, "cancel", json!({})).await.expect(200);
        assert_eq!((&less["items"][1]["state"], &less["total_amount"]), (&json!("cancelled"), &json!(PRICE)));
        let now = app.client().get(&slots).await.expect(200);
        assert_eq!(now["items"][0]["booked_count"], 1);
    }

    /// Thirty people for two places.
    async fn the_last_place_has_one_holder(app: TestApp) {
        let world = World::with_packs(&app, 20).await;
        let wash = offer_wash(&app, &world).await;
        let slots = format!("/api/v1/stations/{}/services/{wash}/slots", world.station);
        let slot = app.client().get(&slots).await.expect(200)["items"][0]["slot_time"].clone();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..15 {
            let (asha, mut order) = (app.customer().await, with_wash(&world, wash));
            order["items"][1]["slot_at"] = slot.clone();
            waiting.spawn(async move { book(&asha, order).await });
        }
        let answers = waiting.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            refused.problem(409, "service_full");
        }
        assert_eq!(world.counts(&app).await, (18, 2, 20));
    }

    /// Work goes to who has least of it, or to whom it is given.
    async fn work_is_shared(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let wash = offer_wash(&app, &world).await;
        let second = app.staff(Role::Attendant, &[world.station]).await;
        let stranger = app.staff(Role::Attendant, &[]).await;
        let mut bookings = Vec::new();
        for _ in 0..2 {
            let booking = book(&app.customer().await, with_wash(&world, wash)).await.expect(201);
            act(&world.attendant, &booking, "check-in", json!({"pin": booking["pin"]})).await.expect(200);
            bookings.push(booking);
        }
        assert_eq!(told(&world.attendant, "service_assigned").await.len(), 1);
        assert_eq!(told(&second, "service_assigned").await.len(), 1);
        serve(&world.attendant, &bookings[0], "assign", json!({"user_id": second.id})).await.expect(200);
        assert_eq!(told(&second, "service_assigned").await.len(), 2);
        let wrong = serve(&world.attendant, &bookings[0], "assign", json!({"user_id": stranger.id})).await;
        wrong.problem(422, "invalid");
        serve(&stranger, &bookings[0], "start", json!({})).await.problem(403, "forbidden");
        let battery = format!("/api/v1/items/{}/start", bookings[0]["items"][0]["id"]);
        world.attendant.client.post(&battery, json!({})).await.problem(403, "forbidden");
    }

    /// What ends the booking ends its services; a cancellation taken back brings them back.
    async fn services_follow_their_booking(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let wash = offer_wash(&app, &world).await;
        let asha = app.customer().await;
        let booking = book(&asha, with_wash(&world, wash)).await.expect(201);
        let cancelled = act(&asha, &booking, "cancel", json!({})).await.expect(200);
        assert_eq!(cancelled["items"][1]["state"], "cancelled");
        let back = act(&asha, &booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!((&back["items"][0]["state"], &back["items"][1]["state"]), (&json!("allocated"), &json!("pending")));
        assert_eq!(back["total_amount"], PRICE + WASH);
    }

    /// A service can be booked by itself.
    async fn a_service_needs_no_battery(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let wash = offer_wash(&app, &world).await;
        let order = json!({"station_id": world.station, "items": [{"kind": "service", "service_id": wash}]});
        let booking = book(&app.customer().await, order.clone()).await.expect(201);
        assert_eq!((&booking["total_amount"], &booking["currency"]), (&json!(WASH), &json!("INR")));
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        let mut unknown = order;
        unknown["items"][0]["service_id"] = json!(9_999);
        book(&app.customer().await, unknown).await.problem(404, "not_found");
    }

    /// What is not done of a paid booking is owed back, however much, and keeps nobody from her battery or her money.
    async fn services_of_a_paid_booking_are_owed_back(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (wash, tyres) = (offer_wash(&app, &world).await, offer_wash(&app, &world).await);
        let asha = app.customer().await;
        let mut paid = Vec::new();
        for _ in 0..2 {
            let mut order = with_wash(&world, wash);
            order["items"].as_array_mut().expect("items").push(json!({"kind": "service", "service_id": tyres}));
            let booking = book(&asha, order).await.expect(201);
            let count = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
            world.attendant.client.post(&count, json!({"received": PRICE + 2 * WASH})).await.expect(200);
            serve(&world.attendant, &booking, "skip", json!({})).await.expect(200);
            paid.push(booking);
        }
        let collected = &paid[0];
        let second = format!("/api/v1/items/{}/skip", collected["items"][2]["id"]);
        world.attendant.client.post(&second, json!({})).await.expect(200);
        act(&world.attendant, collected, "collect", json!({"pin": collected["pin"]})).await.expect(200);
        let refund = format!("/api/v1/payments/{}/refund", collected["payment_id"]);
        assert_eq!(world.attendant.client.post(&refund, json!({})).await.expect(200)["refunded"], 2 * WASH);

        let cancelled = &paid[1];
        act(&asha, cancelled, "cancel", json!({})).await.expect(200);
        let back = act(&asha, cancelled, "undo-cancel", json!({})).await.expect(200);
        assert_eq!(back["payment_state"], "refund_pending", "it was paid");
        let refund = format!("/api/v1/payments/{}/refund", cancelled["payment_id"]);
        world.attendant.client.post(&refund, json!({})).await.expect(200);
        act(&asha, cancelled, "cancel", json!({})).await.expect(200);
        app.clock.advance(std::time::Duration::from_secs(8));
        while voltbay::server::service::bookings::advance_due(&app.app).await != Ok(0) {}
        let rest = world.attendant.client.post(&refund, json!({})).await.expect(200);
        assert_eq!((&rest["state"], &rest["refunded"]), (&json!("refunded"), &json!(PRICE + 2 * WASH)));
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }

    /// A service that is left out of a paid booking goes back with its tax, and the books say so.
    async fn a_service_goes_back_with_its_tax(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        world.operator_rules(&app, json!({"tax_basis_points": 1_800})).await.expect(200);
        let wash = offer_wash(&app, &world).await;
        let asha = app.customer().await;
        let booking = book(&asha, with_wash(&world, wash)).await.expect(201);
        let total = (PRICE + WASH) * 118 / 100;
        assert_eq!(booking["total_amount"], total);
        let payment = format!("/api/v1/payments/{}", booking["payment_id"]);
        world.attendant.client.post(&format!("{payment}/verify"), json!({"received": total})).await.expect(200);
        serve(&world.attendant, &booking, "decline", json!({"reason": "No water"})).await.expect(200);
        let back = world.attendant.client.post(&format!("{payment}/refund"), json!({})).await.expect(200);
        assert_eq!((&back["refunded"], &back["state"]), (&json!(WASH * 118 / 100), &json!("partially_refunded")));
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }

    /// Nobody needs to be here: when the half hour comes, somebody is given the work, once, however many look.
    async fn a_service_is_given_out_at_its_half_hour(app: TestApp) {
        let second = app.second().await;
        let world = World::with_packs(&app, 2).await;
        let wash = offer_wash(&app, &world).await;
        let other = app.staff(Role::Attendant, &[world.station]).await;
        let slots = format!("/api/v1/stations/{}/services/{wash}/slots", world.station);
        let next = app.client().get(&slots).await.expect(200)["items"][1]["slot_time"].clone();
        let mut bookings = Vec::new();
        for _ in 0..2 {
            let asha = app.customer().await;
            let mut order = with_wash(&world, wash);
            order["items"][1]["slot_at"] = next.clone();
            order["hold_minutes"] = json!(60);
            bookings.push((book(&asha, order).await.expect(201), asha));
        }
        app.clock.advance(Duration::from_mins(30) - Duration::from_secs(1));
        assert_eq!(services::queue_due(&app.app).await, Ok(0), "not yet");
        app.clock.advance(Duration::from_secs(1));
        let sweeps = (0..6).map(|number| services::queue_due(if number % 2 == 0 { &app.app } else { &second.app }));
        futures_util::future::join_all(sweeps).await;
        for (booking, asha) in &bookings {
            let now = asha.client.get(&format!("/api/v1/bookings/{}", booking["id"])).await.expect(200);
            assert_eq!((&now["state"], &now["items"][1]["state"]), (&json!("confirmed"), &json!("assigned")));
        }
        assert_eq!(told(&world.attendant, "service_assigned").await.len(), 1, "shared");
        assert_eq!(told(&other, "service_assigned").await.len(), 1);
        assert_eq!(told(&world.operator, "service_assigned").await.len(), 2);
        act(&world.attendant, &bookings[0].0, "check-in", json!({"pin": bookings[0].0["pin"]})).await.expect(200);
        assert_eq!(told(&world.operator, "service_assigned").await.len(), 2, "no second time");
    }

    /// A request is not given out, nor what is over; and where nobody works it waits, and is not told twice.
    async fn only_what_is_confirmed_is_given_out(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let elsewhere = world.build("Hill Top", 1).await;
        let wash = offer_wash(&app, &world).await;
        let rules = format!("/api/v1/stations/{}/rules", world.station);
        world.operator.client.patch(&rules, json!({"needs_approval": true})).await.expect(200);
        let asha = app.customer().await;
        let asked = book(&asha, with_wash(&world, wash)).await.expect(201);
        assert_eq!(services::queue_due(&app.app).await, Ok(0));
        act(&world.attendant, &asked, "approve", json!({})).await.expect(200);
        while told(&world.operator, "service_assigned").await.is_empty() {
            services::queue_due(&app.app).await.expect("readable");
        }
        let far = app.app.db.write(Cause::system("test"), move |tx| {
            Box::pin(async move { Ok(tx.insert_service(elsewhere, "Polish", WASH, 20).await?) })
        });
        let polish = far.await.expect("a service").0;
        let order = json!({"station_id": elsewhere, "items": [{"kind": "service", "service_id": polish}]});
        let alone = book(&asha, order).await.expect(201);
        let state = async || {
            let now = asha.client.get(&format!("/api/v1/bookings/{}", alone["id"])).await.expect(200);
            now["items"][0]["state"].as_str().expect("a state").to_owned()
        };
        while state().await != "queued" {
            services::queue_due(&app.app).await.expect("readable");
        }
        assert_eq!(services::queue_due(&app.app).await, Ok(0));
        assert_eq!(told(&world.operator, "service_assigned").await.len(), 1);
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }
}
