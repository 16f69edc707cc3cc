//! The life of a booking, as its customer and the station's staff see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::app::Person;
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

async fn book(who: &Person, order: Value) -> Answer {
    who.client.post("/api/v1/bookings", order).await
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    who.client
        .post(&format!("/api/v1/bookings/{}/{action}", booking["id"]), body)
        .await
}

async fn collect(who: &Person, booking: &Value) -> Answer {
    act(who, booking, "collect", json!({"code": booking["code"]})).await
}

/// What somebody was told of, newest first.
async fn told(who: &Person) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows");
    rows.iter()
        .map(|row| row["event"].as_str().expect("an event").to_owned())
        .collect()
}

each_engine! {
    /// From the booking to the packs in hand.
    async fn booked_packs_are_prepared_and_handed_over(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        let booking = book(&asha, world.order(2)).await.expect(201);
        assert_eq!(booking["state"], "confirmed");
        assert_eq!(booking["total_amount"], 2 * PRICE);
        assert_eq!(booking["items"].as_array().map(Vec::len), Some(2), "every pack has a line of its own");
        assert_eq!(world.counts(&app).await, (1, 2, 3));

        let seen_by_staff = act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        assert_eq!(seen_by_staff["state"], "ready");
        assert!(seen_by_staff.get("code").is_none() && seen_by_staff.get("pin").is_none(), "{seen_by_staff}");
        let done = collect(&world.attendant, &booking).await.expect(200);
        assert_eq!(done["state"], "completed");
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_eq!(told(&asha).await, ["booking_completed", "booking_ready", "booking_confirmed"]);
        assert_eq!(told(&world.attendant).await, ["new_booking"]);
        assert_eq!(told(&world.operator).await, ["new_booking"]);
    }

    /// Twice the same hand-over changes nothing.
    async fn collecting_twice_is_refused(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, world.order(1)).await.expect(201);
        collect(&world.attendant, &booking).await.expect(200);
        collect(&world.attendant, &booking).await.problem(409, "already_collected");
        assert_eq!(told(&asha).await, ["booking_completed", "booking_confirmed"]);
    }

    /// All or nothing, and the refusal says where to go instead.
    async fn a_shortage_holds_nothing_and_names_another_station(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let elsewhere = world.build("Hill Top", 5).await;
        let asha = app.customer().await;
        let refused = book(&asha, world.order(3)).await.problem(409, "battery_unavailable");
        assert_eq!(refused["available"], 2);
        assert_eq!(refused["alternatives"][0]["id"], elsewhere.0);
        assert_eq!(refused["alternatives"][0]["available"], 5);
        assert_eq!(world.counts(&app).await, (2, 0, 2));
        assert!(told(&asha).await.is_empty());
    }

    /// A certain pack is held by one person.
    async fn a_certain_pack_is_held_once(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let packs = app.client().get(&format!("/api/v1/stations/{}/batteries", world.station)).await.expect(200);
        let order = json!({"station_id": world.station, "items": [{"kind": "swap", "battery_id": packs["items"][1]["id"]}]});
        let booking = book(&app.customer().await, order.clone()).await.expect(201);
        assert_eq!(booking["items"][0]["battery_id"], packs["items"][1]["id"]);
        book(&app.customer().await, order).await.problem(409, "battery_unavailable");
        let unknown = json!({"station_id": world.station, "items": [{"kind": "swap", "battery_id": 999_999}]});
        book(&app.customer().await, unknown).await.problem(404, "not_found");
    }

    /// The packs stay held while a cancellation can be taken back, and are free afterwards.
    async fn a_cancellation_can_be_taken_back_for_eight_seconds(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, world.order(1)).await.expect(201);
        let cancelled = act(&asha, &booking, "cancel", json!({})).await.expect(200);
        assert_eq!((&cancelled["state"], &cancelled["cancelled_by"]), (&json!("cancelled"), &json!("customer")));
        assert_eq!(world.counts(&app).await, (0, 1, 1), "nobody else's yet");
        let back = act(&asha, &booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!(back["state"], "confirmed");

        act(&asha, &booking, "cancel", json!({"reason": "flat tyre"})).await.expect(200);
        app.clock.advance(std::time::Duration::from_secs(8));
        while world.counts(&app).await != (1, 0, 1) {
            tokio::task::yield_now().await;
        }
        act(&asha, &booking, "undo-cancel", json!({})).await.problem(409, "too_late");
    }

    /// One request sent twice has one effect and one answer.
    async fn the_same_key_books_once(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        let with_key = asha.client.with("idempotency-key", "k1");
        let send = |quantity| with_key.post("/api/v1/bookings", world.order(quantity));
        let (first, second) = tokio::join!(send(1), async { with_key.clone().post("/api/v1/bookings", world.order(1)).await });
        assert_eq!(first.expect(201), second.expect(201));
        assert_eq!(world.counts(&app).await, (2, 1, 3));
        send(2).await.problem(422, "idempotency_mismatch");
    }

    /// A vehicle needs one set of packs at a time.
    async fn a_vehicle_has_one_active_booking(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let mut order = world.order(1);
        order["vehicle"] = json!("KL 07 AB 1234");
        let first = book(&asha, order.clone()).await.expect(201);
        let refused = book(&binu, order.clone()).await.problem(409, "duplicate_booking");
        assert_eq!(refused["booking_id"], Value::Null, "another customer's");
        let refused = book(&asha, order.clone()).await.problem(409, "duplicate_booking");
        assert_eq!(refused["booking_id"], first["id"]);
        collect(&world.attendant, &first).await.expect(200);
        book(&binu, order).await.expect(201);
    }

    /// Guessing does not pay.
    async fn five_wrong_codes_lock_the_counter(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let booking = book(&app.customer().await, world.order(1)).await.expect(201);
        for tries_left in (1..=4).rev() {
            let refused = act(&world.attendant, &booking, "collect", json!({"code": "000000"})).await;
            assert_eq!(refused.problem(403, "wrong_code")["tries_left"], tries_left);
        }
        act(&world.attendant, &booking, "collect", json!({"code": "000000"})).await.problem(429, "code_locked");
        collect(&world.attendant, &booking).await.problem(429, "code_locked");
        app.clock.advance(std::time::Duration::from_mins(10));
        collect(&world.attendant, &booking).await.expect(200);
    }

    /// A booking is nobody else's business, and its customer cannot do the staff's work.
    async fn another_customer_finds_no_such_booking(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let booking = book(&asha, world.order(1)).await.expect(201);
        binu.client.get(&format!("/api/v1/bookings/{}", booking["id"])).await.problem(404, "not_found");
        act(&binu, &booking, "cancel", json!({})).await.problem(404, "not_found");
        act(&binu, &booking, "ready", json!({})).await.problem(403, "forbidden");
        act(&asha, &booking, "ready", json!({})).await.problem(403, "forbidden");
        collect(&asha, &booking).await.problem(403, "forbidden");
        assert_eq!(world.counts(&app).await, (0, 1, 1));
    }

    /// The machine's no, told with what would be possible.
    async fn an_illegal_step_names_the_legal_ones(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, world.order(1)).await.expect(201);
        act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        let again = act(&world.attendant, &booking, "ready", json!({})).await.problem(409, "illegal_transition");
        assert!(again["allowed"].as_array().is_some_and(|allowed| allowed.contains(&json!("collect"))), "{again}");
        collect(&world.attendant, &booking).await.expect(200);
        let refused = act(&asha, &booking, "cancel", json!({})).await.problem(409, "illegal_transition");
        assert_eq!(refused["allowed"], json!([]));
    }

    /// A station that is not open books nothing, and serves what is booked.
    async fn a_paused_station_serves_what_is_booked(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let booking = book(&asha, world.order(1)).await.expect(201);
        let path = format!("/api/v1/stations/{}", world.station);
        world.attendant.client.patch(&path, json!({"status": "paused"})).await.expect(200);
        let refused = book(&asha, world.order(1)).await.problem(409, "station_closed");
        assert_eq!(refused["status"], 409);
        collect(&world.attendant, &booking).await.expect(200);
    }

    /// What many customers for few packs must come to.
    async fn two_hundred_customers_for_twenty_packs_get_twenty(app: TestApp) {
        let world = World::with_packs(&app, 20).await;
        world.build("Hill Top", 1).await;
        let order = world.order(1);
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let (asha, order) = (app.customer().await, order.clone());
            waiting.spawn(async move { book(&asha, order).await });
        }
        let answers = waiting.join_all().await;
        let booked: Vec<Value> = answers.iter().filter(|answer| answer.status == 201).map(Answer::json).collect();
        let mut packs: Vec<i64> = booked.iter().filter_map(|one| one["items"][0]["battery_id"].as_i64()).collect();
        packs.sort_unstable();
        packs.dedup();
        assert_eq!((booked.len(), packs.len()), (20, 20), "every pack once");
        let refused = answers.iter().filter(|answer| answer.status != 201);
        let with_alternatives = refused.filter(|answer| {
            answer.problem(409, "battery_unavailable")["alternatives"].as_array().is_some_and(|all| all.len() == 1)
        });
        assert_eq!(with_alternatives.count(), 180);
        assert_eq!(world.counts(&app).await, (0, 20, 20));
    }

    /// Nobody is turned away while there is a pack for each: one that somebody else has just taken is stepped over.
    async fn as_many_customers_as_packs_are_all_served(app: TestApp) {
        let world = World::with_packs(&app, 24).await;
        let order = world.order(1);
        for _ in 0..8 {
            let mut waiting = tokio::task::JoinSet::new();
            for _ in 0..24 {
                let (asha, order) = (app.customer().await, order.clone());
                waiting.spawn(async move { (book(&asha, order).await.expect(201), asha) });
            }
            for (booking, asha) in waiting.join_all().await {
                let path = format!("/api/v1/bookings/{}/cancel", booking["id"]);
                asha.client.post(&path, json!({})).await.expect(200);
            }
            app.clock.advance(Duration::from_secs(8));
            while voltbay::server::service::bookings::advance_due(&app.app).await != Ok(0) {}
        }
    }
}
