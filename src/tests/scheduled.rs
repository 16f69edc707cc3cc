//! Booking for later: places in a half hour, packs when its time has come, and what happens when there are none.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Clock, Timestamp};
use voltbay::server::service::bookings;
use voltbay::server::store::Cause;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

const MINUTE: Duration = Duration::from_mins(1);
/// The tests' clock stands at 10:30 UTC, which is 16:00 at the station.
const AT_NOON: &str = "2026-11-22T06:30:00.000000Z";
const SOON: &str = "2026-11-21T11:30:00.000000Z";

fn later(world: &World, packs: i64, at: &str) -> Value {
    let mut order = world.order(packs);
    order["pickup_at"] = json!(at);
    order
}

async fn see(who: &Person, booking: &Value) -> Value {
    let path = format!("/api/v1/bookings/{}", booking["id"]);
    who.client.get(&path).await.expect(200)
}

async fn told(who: &Person, event: &str) -> Vec<Value> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event).cloned().collect()
}

fn instant(text: &Value) -> Timestamp {
    text.as_str().expect("an instant").parse().expect("RFC 3339")
}

async fn rules(world: &World, body: Value) -> Answer {
    let path = format!("/api/v1/stations/{}/rules", world.station);
    world.operator.client.patch(&path, body).await
}

async fn slots(app: &TestApp, world: &World, day: &str) -> Vec<Value> {
    let path = format!("/api/v1/stations/{}/pickup-slots{day}", world.station);
    app.client().get(&path).await.expect(200)["items"]
        .as_array()
        .expect("slots")
        .clone()
}

async fn booked_at(app: &TestApp, world: &World, day: &str, at: &str) -> i64 {
    let slots = slots(app, world, day).await;
    let slot = slots
        .iter()
        .find(|slot| slot["slot_time"] == at)
        .expect("a half hour");
    slot["booked_count"].as_i64().expect("a count")
}

/// Moves the hands to an instant and lets everything happen that is due.
async fn go_to(app: &TestApp, at: Timestamp) {
    app.clock.advance(at.since(app.clock.now()));
    while bookings::advance_due(&app.app).await != Ok(0) {}
}

async fn in_order(app: &TestApp) {
    assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
}

/// Locks every pack of the station away.
async fn lock_packs(app: &TestApp, world: &World) {
    for battery in crate::support::world::batteries(app, world.station).await {
        let path = format!("/api/v1/batteries/{battery}");
        let body = json!({"state": "quarantined", "note": "Recall"});
        world.operator.client.patch(&path, body).await.expect(200);
    }
}

each_engine! {
    /// From the order to the packs in the hand.
    async fn packs_are_chosen_half_an_hour_before(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 2, AT_NOON)).await.expect(201);
        assert_eq!((&booking["state"], &booking["pickup_at"]), (&json!("scheduled"), &json!(AT_NOON)));
        assert_eq!(booking["total_amount"], 2 * PRICE);
        for item in booking["items"].as_array().expect("items") {
            assert_eq!((&item["state"], &item["battery_id"], &item["price"]), (&json!("pending"), &Value::Null, &json!(PRICE)));
        }
        let pickup = instant(&booking["pickup_at"]);
        assert_eq!(instant(&booking["deadline"]), pickup + 15 * MINUTE);
        assert_eq!(instant(&booking["grace_until"]), pickup + 25 * MINUTE);
        assert_eq!(world.counts(&app).await, (2, 0, 2), "no pack is held yet");
        let message = told(&asha, "booking_scheduled").await;
        assert_eq!(message[0]["message"], "Booked for Sun 22 Nov, 12:00 at Station 1.");
        assert_eq!(message[0]["level"], "success");
        assert!(told(&asha, "booking_confirmed").await.is_empty());
        assert_eq!(told(&world.attendant, "new_booking").await.len(), 1);
        assert_eq!(booked_at(&app, &world, "?date=2026-11-22", AT_NOON).await, 2);
        in_order(&app).await;

        go_to(&app, pickup - 31 * MINUTE).await;
        assert_eq!(see(&asha, &booking).await["state"], "scheduled");
        go_to(&app, pickup - 30 * MINUTE).await;
        let now = see(&asha, &booking).await;
        assert_eq!(now["state"], "confirmed");
        assert!(now["items"].as_array().expect("items").iter().all(|item| item["battery_id"].is_i64()), "{now}");
        assert_eq!(now["items"][0]["state"], "allocated");
        assert_eq!(instant(&now["deadline"]), pickup + 15 * MINUTE);
        assert_eq!(told(&asha, "booking_confirmed").await.len(), 1);
        assert_eq!(world.counts(&app).await, (0, 2, 2));
        in_order(&app).await;

        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        world.attendant.act(&booking, "collect", json!({"pin": booking["pin"]})).await.expect(200);
        assert_eq!(see(&asha, &booking).await["pickup_at"], AT_NOON);
        in_order(&app).await;
    }

    /// Each time at which nobody can come is refused with what is possible.
    async fn a_time_that_makes_no_sense_is_refused(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        for (at, says) in [
            ("2026-11-22T06:15:00Z", "full or half hour"),
            ("2026-11-22T06:30:00.000001Z", "full or half hour"),
            ("2026-11-21T10:30:00Z", "at least 30 minutes ahead"),
            ("2026-11-20T10:30:00Z", "at least 30 minutes ahead"),
            ("2026-11-28T11:00:00Z", "at most 7 days ahead"),
        ] {
            let refused = asha.order(later(&world, 1, at)).await;
            refused.wrong_field("pickup_at");
            assert!(refused.text().contains(says), "{at}: {}", refused.text());
        }
        for at in ["2026-11-21T11:00:00Z", "2026-11-28T10:30:00Z"] {
            asha.order(later(&world, 1, at)).await.expect(201);
        }
        let mut certain = later(&world, 1, AT_NOON);
        certain["items"] = json!([{"kind": "swap", "battery_id": crate::support::world::batteries(&app, world.station).await[0]}]);
        asha.order(certain).await.wrong_field("items[0].battery_id");

        // Six in the evening until two at night, Kolkata's.
        let station = format!("/api/v1/stations/{}", world.station);
        let hours = json!({"opening_hours": "Mo-Su 18:00-02:00"});
        world.operator.client.patch(&station, hours).await.expect(200);
        let closed = asha.order(later(&world, 1, AT_NOON)).await;
        closed.wrong_field("pickup_at");
        assert!(closed.text().contains("Mo-Su 18:00-02:00"), "{}", closed.text());
        // Half past one at night: open, and the station is closed right now.
        asha.order(later(&world, 1, "2026-11-22T20:00:00Z")).await.expect(201);
        asha.order(later(&world, 1, "2026-11-22T20:30:00Z")).await.wrong_field("pickup_at");
        let tonight = slots(&app, &world, "?date=2026-11-21").await;
        assert_eq!((tonight.len(), &tonight[0]["slot_time"]), (12, &json!("2026-11-21T12:30:00.000000Z")));
        assert_eq!(slots(&app, &world, "?date=2026-11-22").await.len(), 4 + 12);
        assert!(slots(&app, &world, "?date=2026-12-22").await.is_empty());
        let wrong = format!("{station}/pickup-slots?date=tomorrow");
        app.client().get(&wrong).await.wrong_field("date");

        world.operator.client.patch(&station, json!({"status": "paused"})).await.expect(200);
        asha.order(later(&world, 1, "2026-11-22T20:00:00Z")).await.problem(409, "station_closed");
        assert!(slots(&app, &world, "").await.is_empty());
        in_order(&app).await;
    }

    /// So many packs in half an hour, as the station's rules say.
    async fn a_full_half_hour_is_refused_and_a_place_comes_back(app: TestApp) {
        let world = World::with_packs(&app, 12).await;
        let asha = app.customer().await;
        assert_eq!(rules(&world, json!({})).await.expect(200)["pickup_capacity"], 6);
        rules(&world, json!({"pickup_capacity": -1})).await.wrong_field("pickup_capacity");
        assert_eq!(rules(&world, json!({"pickup_capacity": 3})).await.expect(200)["pickup_capacity"], 3);
        let first = asha.order(later(&world, 2, SOON)).await.expect(201);
        let full = asha.order(later(&world, 2, SOON)).await.problem(409, "pickup_full");
        assert_eq!((&full["slot_time"], &full["booked_count"], &full["capacity"]), (&json!(SOON), &json!(2), &json!(3)));
        asha.order(later(&world, 1, SOON)).await.expect(201);
        assert_eq!(booked_at(&app, &world, "", SOON).await, 3);

        asha.act(&first, "cancel", json!({})).await.expect(200);
        assert_eq!(booked_at(&app, &world, "", SOON).await, 3, "it may come back");
        let back = asha.act(&first, "undo-cancel", json!({})).await.expect(200);
        assert_eq!((&back["state"], &back["items"][0]["state"]), (&json!("scheduled"), &json!("pending")));
        asha.act(&first, "cancel", json!({"reason": "Rain"})).await.expect(200);
        in_order(&app).await;
        app.clock.advance(Duration::from_secs(8));
        while bookings::advance_due(&app.app).await != Ok(0) {}
        assert_eq!(booked_at(&app, &world, "", SOON).await, 1);
        in_order(&app).await;
    }

    /// A cancellation that was taken back is confirmed in its time all the same.
    async fn a_cancellation_taken_back_keeps_its_time(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 1, SOON)).await.expect(201);
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        asha.act(&booking, "undo-cancel", json!({})).await.expect(200);
        go_to(&app, instant(&booking["pickup_at"]) - 30 * MINUTE).await;
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        in_order(&app).await;
    }

    /// Not more packs are promised than the station has, charged or not.
    async fn no_more_is_promised_than_there_is(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let near = world.build("Nearby", 2).await;
        let asha = app.customer().await;
        let path = format!("/api/v1/stations/{}/batteries", world.station);
        let empty = json!({"serial": "Empty", "model_id": world.model, "soc": 10});
        world.operator.client.post(&path, empty).await.expect(201);
        let refused = asha.order(later(&world, 3, SOON)).await.problem(409, "battery_unavailable");
        assert_eq!(refused["available"], 2);
        asha.order(later(&world, 2, SOON)).await.expect(201);
        let refused = asha.order(later(&world, 1, SOON)).await.problem(409, "battery_unavailable");
        assert_eq!((&refused["available"], &refused["alternatives"][0]["id"]), (&json!(0), &json!(near)));
        asha.order(later(&world, 1, "2026-11-21T12:00:00Z")).await.expect(201);
        lock_packs(&app, &world).await;
        asha.order(later(&world, 1, "2026-11-21T12:30:00Z")).await.problem(409, "battery_unavailable");
        in_order(&app).await;
    }

    /// Twenty people for six places.
    async fn the_last_place_has_one_holder(app: TestApp) {
        let world = World::with_packs(&app, 20).await;
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (asha, order) = (app.customer().await, later(&world, 1, SOON));
            waiting.spawn(async move { asha.order(order).await });
        }
        let answers = waiting.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 6);
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            let full = refused.problem(409, "pickup_full");
            assert_eq!((&full["booked_count"], &full["capacity"]), (&json!(6), &json!(6)));
        }
        assert_eq!(booked_at(&app, &world, "", SOON).await, 6);
        in_order(&app).await;
    }

    /// Two packs, twenty people: the half hour has more places than the station has packs.
    async fn the_last_pack_is_promised_once(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (asha, order) = (app.customer().await, later(&world, 1, SOON));
            waiting.spawn(async move { asha.order(order).await });
        }
        let answers = waiting.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
        in_order(&app).await;
    }

    /// Nobody's fault, and everybody hears of it once: the staff at once, the customer ten minutes before.
    async fn packs_that_are_short_are_waited_for(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let near = world.build("Nearby", 1).await;
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 1, SOON)).await.expect(201);
        let pickup = instant(&booking["pickup_at"]);
        lock_packs(&app, &world).await;
        for minutes in [30, 29, 15, 11] {
            go_to(&app, pickup - minutes * MINUTE).await;
        }
        assert_eq!(see(&asha, &booking).await["state"], "scheduled");
        let alerts = told(&world.attendant, "station_alert").await;
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0]["level"], "warning");
        assert_eq!(told(&world.operator, "station_alert").await.len(), 1);
        assert!(told(&asha, "station_alert").await.is_empty());
        for minutes in [10, 9, 8] {
            go_to(&app, pickup - minutes * MINUTE).await;
        }
        let alerts = told(&asha, "station_alert").await;
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0]["data"]["alternatives"][0]["id"], json!(near));

        world.pack(world.station).await;
        go_to(&app, pickup - 7 * MINUTE).await;
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        assert_eq!(told(&asha, "booking_confirmed").await.len(), 1);
        assert_eq!(told(&world.attendant, "station_alert").await.len(), 1);
        in_order(&app).await;
    }

    /// There never was a pack: the swaps come back, what was paid is owed, the place is free.
    async fn a_booking_without_packs_ends_at_its_deadline(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        asha.subscribe(world.plan("Basic", 10).await, 1).await.expect(201);
        let mut by_plan = later(&world, 1, SOON);
        by_plan["payment_method"] = json!("plan");
        let covered = asha.order(by_plan).await.expect(201);
        assert_eq!(asha.used_and_left().await, (1, 9));
        let paid = binu.order(later(&world, 1, SOON)).await.expect(201);
        let verify = format!("/api/v1/payments/{}/verify", paid["payment_id"]);
        world.attendant.client.post(&verify, json!({"received": PRICE})).await.expect(200);
        lock_packs(&app, &world).await;
        let deadline = instant(&paid["deadline"]);
        go_to(&app, deadline - MINUTE).await;
        assert_eq!(see(&binu, &paid).await["state"], "scheduled");
        go_to(&app, deadline).await;
        let ended = see(&binu, &paid).await;
        assert_eq!((&ended["state"], &ended["cancelled_by"]), (&json!("cancelled"), &json!("system")));
        assert_eq!(ended["reason"], "There was no charged battery in time.");
        assert_eq!((&ended["payment_state"], &ended["undo_until"]), (&json!("refund_pending"), &Value::Null));
        assert_eq!(see(&asha, &covered).await["state"], "cancelled");
        assert_eq!(asha.used_and_left().await, (0, 10));
        assert_eq!(told(&asha, "booking_cancelled").await.len(), 1);
        binu.act(&paid, "undo-cancel", json!({})).await.problem(409, "too_late");
        in_order(&app).await;
    }

    /// The last pack goes to one of the two: to whom it was promised, or to who stands there.
    async fn the_timer_and_a_booking_for_now_want_the_last_pack(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let booking = asha.order(later(&world, 1, SOON)).await.expect(201);
        app.clock.advance((instant(&booking["pickup_at"]) - 30 * MINUTE).since(app.clock.now()));
        let second = app.second().await;
        let (taken, one, other) = tokio::join!(
            binu.order(world.order(1)),
            bookings::advance_due(&app.app),
            bookings::advance_due(&second.app),
        );
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        while bookings::advance_due(&app.app).await != Ok(0) {}
        let state = see(&asha, &booking).await["state"].clone();
        if taken.status == 201 {
            assert_eq!(state, "scheduled");
        } else {
            taken.problem(409, "battery_unavailable");
            assert_eq!(state, "confirmed");
            assert_eq!(told(&asha, "booking_confirmed").await.len(), 1);
        }
        assert_eq!(world.counts(&app).await, (0, 1, 1));
        in_order(&app).await;
    }

    /// However many processes look: the packs are claimed once, and everybody is told once.
    async fn two_processes_choose_packs_once(app: TestApp) {
        let world = World::with_packs(&app, 6).await;
        let asha = app.customer().await;
        let mut booked = Vec::new();
        for _ in 0..6 {
            booked.push(asha.order(later(&world, 1, SOON)).await.expect(201));
        }
        let second = app.second().await;
        app.clock.advance((instant(&booked[0]["pickup_at"]) - 30 * MINUTE).since(app.clock.now()));
        let sweeps = (0..4).map(|number| bookings::advance_due(if number % 2 == 0 { &app.app } else { &second.app }));
        for swept in futures_util::future::join_all(sweeps).await {
            swept.expect("a sweep");
        }
        while bookings::advance_due(&app.app).await != Ok(0) {}
        for booking in &booked {
            assert_eq!(see(&asha, booking).await["state"], "confirmed");
        }
        assert_eq!(told(&asha, "booking_confirmed").await.len(), 6);
        assert_eq!(world.counts(&app).await, (0, 6, 6));
        in_order(&app).await;
    }

    /// Whoever said a time gets more patience, also after a renewal and a check-in that was a mistake.
    async fn the_grace_is_that_of_a_time_agreed_on(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 1, SOON)).await.expect(201);
        let pickup = instant(&booking["pickup_at"]);
        go_to(&app, pickup - 30 * MINUTE).await;
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        let renewed = asha.act(&booking, "renew", json!({})).await.expect(200);
        assert_eq!(instant(&renewed["deadline"]), pickup + 20 * MINUTE);
        assert_eq!(instant(&renewed["grace_until"]), pickup + 30 * MINUTE);
        let pin = json!({"pin": booking["pin"]});
        world.attendant.act(&booking, "check-in", pin).await.expect(200);
        let back = world.attendant.act(&booking, "undo-check-in", json!({})).await.expect(200);
        let grace = instant(&back["grace_until"]).since(instant(&back["deadline"]));
        assert_eq!(grace, 10 * MINUTE);
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        let deadline = instant(&back["deadline"]);
        go_to(&app, deadline - 5 * MINUTE).await;
        assert_eq!(told(&asha, "booking_expiring").await.len(), 1);
        go_to(&app, deadline + 9 * MINUTE).await;
        assert_eq!(see(&asha, &booking).await["state"], "ready");
        go_to(&app, deadline + 10 * MINUTE).await;
        assert_eq!(see(&asha, &booking).await["state"], "no_show");
        in_order(&app).await;
    }

    /// Where the station says yes first, it holds a place meanwhile, and no pack.
    async fn a_request_for_later_is_answered_and_then_scheduled(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        rules(&world, json!({"needs_approval": true})).await.expect(200);
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 1, AT_NOON)).await.expect(201);
        assert_eq!(booking["state"], "requested");
        assert_eq!(instant(&booking["deadline"]), app.clock.now() + 5 * MINUTE);
        assert_eq!(world.counts(&app).await, (3, 0, 3));
        in_order(&app).await;
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        let back = asha.act(&booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!((&back["state"], &back["items"][0]["state"]), (&json!("requested"), &json!("pending")));
        let accepted = world.attendant.act(&booking, "approve", json!({})).await.expect(200);
        assert_eq!(accepted["state"], "scheduled");
        assert_eq!(instant(&accepted["deadline"]), instant(&booking["pickup_at"]) + 15 * MINUTE);
        assert_eq!(told(&asha, "booking_scheduled").await.len(), 1);

        let declined = asha.order(later(&world, 1, AT_NOON)).await.expect(201);
        let expired = asha.order(later(&world, 1, AT_NOON)).await.expect(201);
        assert_eq!(booked_at(&app, &world, "?date=2026-11-22", AT_NOON).await, 3);
        world.attendant.act(&declined, "decline", json!({"reason": "Full"})).await.expect(200);
        let now = app.clock.now();
        go_to(&app, now + 5 * MINUTE).await;
        assert_eq!(see(&asha, &expired).await["state"], "expired");
        assert_eq!(booked_at(&app, &world, "?date=2026-11-22", AT_NOON).await, 1);
        in_order(&app).await;
    }

    /// The answer comes when the time to choose packs has come: it is confirmed at once, or waits for packs.
    async fn a_late_yes_chooses_packs_at_once(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        rules(&world, json!({"needs_approval": true})).await.expect(200);
        let asha = app.customer().await;
        let soon = "2026-11-21T11:00:00Z";
        let (first, second) = (
            asha.order(later(&world, 1, soon)).await.expect(201),
            asha.order(later(&world, 1, soon)).await.expect(201),
        );
        app.clock.advance(2 * MINUTE);
        let confirmed = world.attendant.act(&first, "approve", json!({})).await.expect(200);
        assert_eq!((&confirmed["state"], &confirmed["items"][0]["state"]), (&json!("confirmed"), &json!("allocated")));
        assert!(told(&asha, "booking_scheduled").await.is_empty());
        rules(&world, json!({"needs_approval": false})).await.expect(200);
        app.customer().await.order(world.order(1)).await.expect(201);
        let waits = world.attendant.act(&second, "approve", json!({})).await.expect(200);
        assert_eq!(waits["state"], "scheduled");
        while bookings::advance_due(&app.app).await != Ok(0) {}
        assert_eq!(told(&world.attendant, "station_alert").await.len(), 1);
        in_order(&app).await;
    }

    /// A station that opens just in time has its packs chosen before it does; one that serves nobody, not.
    async fn packs_are_chosen_before_the_doors_open(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let station = format!("/api/v1/stations/{}", world.station);
        world.operator.client.patch(&station, json!({"opening_hours": "Mo-Su 12:00-13:00"})).await.expect(200);
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 1, AT_NOON)).await.expect(201);
        go_to(&app, instant(&booking["pickup_at"]) - 30 * MINUTE).await;
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        let next = asha.order(later(&world, 1, "2026-11-23T06:30:00Z")).await.expect(201);
        world.operator.client.patch(&station, json!({"status": "maintenance"})).await.expect(200);
        go_to(&app, instant(&next["pickup_at"]) - 30 * MINUTE).await;
        assert_eq!(see(&asha, &next).await["state"], "scheduled");
        in_order(&app).await;
    }

    /// Its vehicle has one booking at a time, and its service the same half hour.
    async fn vehicle_and_service_go_with_it(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let station = world.station;
        let insert = app.app.db.write(Cause::system("test"), move |tx| {
            Box::pin(async move { Ok(tx.insert_service(station, "Wash", 12_000, 20).await?) })
        });
        let wash = insert.await.expect("a service").0;
        let asha = app.customer().await;
        let mut order = later(&world, 1, AT_NOON);
        order["vehicle"] = json!("KL 1");
        order["items"].as_array_mut().expect("items").push(json!({"kind": "service", "service_id": wash}));
        let booking = asha.order(order.clone()).await.expect(201);
        assert_eq!(booking["items"][1]["slot_at"], AT_NOON);
        order["vehicle"] = Value::Null;
        order["items"].as_array_mut().expect("items").remove(0);
        let alone = app.customer().await.order(order).await.expect(201);
        assert_eq!((&alone["state"], &alone["total_amount"]), (&json!("scheduled"), &json!(12_000)));
        let mut now = world.order(1);
        now["vehicle"] = json!("KL1");
        asha.order(now).await.problem(409, "duplicate_booking");
        go_to(&app, instant(&booking["pickup_at"]) - 30 * MINUTE).await;
        let confirmed = see(&asha, &booking).await;
        assert_eq!((&confirmed["items"][0]["state"], &confirmed["items"][1]["state"]), (&json!("allocated"), &json!("pending")));
        in_order(&app).await;
    }

    /// Calendars read it; nobody else's booking is told.
    async fn it_comes_as_an_entry_for_a_calendar(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = asha.order(later(&world, 1, AT_NOON)).await.expect(201);
        let path = format!("/api/v1/bookings/{}/calendar.ics", booking["id"]);
        let entry = asha.client.get(&path).await;
        assert_eq!((entry.status, entry.header("content-type")), (200, Some("text/calendar; charset=utf-8")));
        let text = entry.text();
        for line in ["DTSTART:20261122T063000Z", "DTEND:20261122T064500Z", "STATUS:CONFIRMED", "SUMMARY:Battery swap at Station 1"] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
        }
        assert!(text.contains("Code "), "{text}");
        let for_staff = world.attendant.client.get(&path).await;
        assert_eq!(for_staff.status, 200);
        assert!(!for_staff.text().contains("Code "), "{}", for_staff.text());
        app.customer().await.client.get(&path).await.problem(404, "not_found");
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        assert!(asha.client.get(&path).await.text().contains("STATUS:CANCELLED"));
    }
}
