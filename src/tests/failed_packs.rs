//! A held pack fails: another takes its place, or the booking waits for the next one, and the customer knows.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;
use voltbay::server::check;
use voltbay::server::service::bookings;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::World;
use crate::support::ws::Socket;

const MINUTE: Duration = Duration::from_mins(1);

async fn put_in(world: &World, serial: &str, soc: i64, soh: i64) -> i64 {
    let body = json!({"serial": serial, "model_id": world.model, "soc": soc, "soh": soh});
    let path = format!("/api/v1/stations/{}/batteries", world.station);
    let pack = world.operator.client.post(&path, body).await.expect(201);
    pack["id"].as_i64().expect("an id")
}

async fn change(world: &World, battery: i64, body: Value) -> Answer {
    let path = format!("/api/v1/batteries/{battery}");
    world.attendant.client.patch(&path, body).await
}

async fn lock(world: &World, battery: i64) {
    let body = json!({"state": "quarantined", "note": "Smells."});
    change(world, battery, body).await.expect(200);
}

async fn book_this(who: &Person, world: &World, battery: i64) -> Value {
    let body = json!({"station_id": world.station, "items": [{"kind": "swap", "battery_id": battery}]});
    who.order(body).await.expect(201)
}

async fn see(who: &Person, booking: &Value) -> Value {
    let path = format!("/api/v1/bookings/{}", booking["id"]);
    who.client.get(&path).await.expect(200)
}

/// What somebody was told of the station, newest first: level and text.
async fn alerts(who: &Person) -> Vec<Value> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == "station_alert")
        .cloned()
        .collect()
}

async fn record_of(world: &World, booking: &Value) -> Vec<String> {
    let path = format!("/api/v1/bookings/{}/timeline", booking["id"]);
    let steps = world.attendant.client.get(&path).await.expect(200);
    let rows = steps.as_array().or(steps["items"].as_array()).expect("steps");
    rows.iter()
        .map(|step| step["action"].as_str().expect("an action").to_owned())
        .collect()
}

async fn strikes(app: &TestApp, who: &Person) -> i64 {
    use sqlx::{AssertSqlSafe, Connection, Executor, Row};
    let url = app.app.config.database_url.as_str();
    let mut connection = sqlx::AnyConnection::connect(url).await.expect("a connection");
    let question = format!("SELECT strikes FROM users WHERE id = {}", who.id);
    let row = connection
        .fetch_one(AssertSqlSafe(question))
        .await
        .expect("a row");
    row.get(0)
}

async fn all_steps(app: &TestApp) {
    while bookings::advance_due(&app.app).await != Ok(0) {}
}

async fn assert_no_drift(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await, Ok(vec![]));
}

each_engine! {
    /// As good in model and grade; what is charged as well comes first.
    async fn an_equal_pack_takes_its_place(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let held = put_in(&world, "held", 96, 95).await;
        put_in(&world, "worse", 100, 85).await;
        let less = put_in(&world, "less", 91, 90).await;
        let better = put_in(&world, "better", 97, 100).await;
        let asha = app.customer().await;
        let booking = book_this(&asha, &world, held).await;
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        let path = format!("/ws/bookings/{}/items/", booking["id"]);
        let mut items = Socket::open_as(app.address, &path, &asha.token).await;
        lock(&world, held).await;
        let after = see(&asha, &booking).await;
        assert_eq!((&after["state"], &after["items"][0]["battery_id"]), (&json!("ready"), &json!(better)));
        let told = alerts(&asha).await;
        let slot = after["items"][0]["slot"].as_i64().expect("a slot");
        assert_eq!(told[0]["message"], format!("Your battery was replaced by an equal one, slot A{slot}."));
        assert_eq!((told.len(), &told[0]["level"]), (1, &json!("info")));
        let news = items.next_of("items_updated").await;
        assert_eq!(news["items"][0]["battery_id"], better);
        lock(&world, better).await;
        assert_eq!(see(&asha, &booking).await["items"][0]["battery_id"], less, "every charged one of the grade will do");
        assert!(record_of(&world, &booking).await.contains(&"substitute".to_owned()));
        assert_no_drift(&app).await;
    }

    /// A lower grade is no substitute: the pack is locked all the same, and the customer knows at once.
    async fn without_an_equal_one_the_booking_waits(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let near = world.build("Hill Top", 2).await;
        let held = put_in(&world, "held", 96, 95).await;
        let worse = put_in(&world, "worse", 100, 85).await;
        let elsewhere = app.staff(Role::Attendant, &[near]).await;
        let asha = app.customer().await;
        let booking = book_this(&asha, &world, held).await;
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        lock(&world, held).await;

        let waits = see(&asha, &booking).await;
        let item = &waits["items"][0];
        assert_eq!((&waits["state"], &item["state"]), (&json!("confirmed"), &json!("pending")));
        assert_eq!((&item["battery_id"], &item["slot"]), (&Value::Null, &Value::Null));
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        let told = alerts(&asha).await;
        assert_eq!((told.len(), &told[0]["level"]), (1, &json!("warning")));
        assert_eq!(told[0]["data"]["alternatives"][0]["id"], near.0);
        let text = told[0]["message"].as_str().expect("a text");
        assert!(text.contains("failed") && text.contains("cancel free of charge") && text.contains("Hill Top"), "{text}");
        for staff in [&world.attendant, &world.operator] {
            let told = alerts(staff).await;
            assert!(told[0]["message"].as_str().expect("a text").contains("has no battery"), "{told:?}");
        }
        assert!(alerts(&elsewhere).await.is_empty());

        for step in ["ready", "collect"] {
            let answer = world.attendant.act(&booking, step, json!({"code": booking["code"]})).await;
            answer.problem(409, "battery_busy");
        }
        assert_eq!(record_of(&world, &booking).await.iter().filter(|step| *step == "lose_battery").count(), 1);
        assert_no_drift(&app).await;

        let cookie = format!("voltbay_session={}", asha.token);
        let browser = app.client().with("accept", "text/html").with("cookie", &cookie);
        for path in [format!("/bookings/{}", booking["id"]), "/bookings".to_owned()] {
            let page = browser.get(&path).await.text();
            assert!(page.contains("No battery yet"), "{path}: {page}");
            assert_eq!(page.contains("Charged at other stations"), path != "/bookings", "{path}");
        }
        let cookie = format!("voltbay_session={}", world.attendant.token);
        let browser = app.client().with("accept", "text/html").with("cookie", &cookie);
        for opened in ["", &format!("?booking={}", booking["id"])] {
            let page = browser.get(&format!("/staff/stations/{}{opened}", world.station)).await.text();
            assert!(page.contains("No battery yet") && !page.contains("Mark ready"), "{page}");
        }

        // The lower grade stays free for others; the next equal one is hers before anybody else sees it.
        let binu = app.customer().await;
        let next = put_in(&world, "next", 100, 90).await;
        let refused = binu.order(json!({"station_id": world.station, "items": [{"kind": "swap", "battery_id": next}]})).await;
        refused.problem(409, "battery_unavailable");
        let again = see(&asha, &booking).await;
        assert_eq!((&again["items"][0]["battery_id"], &again["items"][0]["state"]), (&json!(next), &json!("allocated")));
        assert!(alerts(&asha).await[0]["message"].as_str().expect("a text").contains("holds a battery for you again"));
        book_this(&binu, &world, worse).await;
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        world.attendant.act(&booking, "collect", json!({"code": booking["code"]})).await.expect(200);
        assert_no_drift(&app).await;
    }

    /// Charging, measuring, clearing, coming free: whatever makes a pack available gives it to who waits.
    async fn whatever_frees_a_pack_gives_it_to_who_waits(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let held = put_in(&world, "held", 100, 100).await;
        let other = put_in(&world, "other", 100, 100).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let hers = book_this(&asha, &world, held).await;
        let his = book_this(&binu, &world, other).await;
        change(&world, held, json!({"soc": 60})).await.expect(200);
        assert_eq!(see(&asha, &hers).await["items"][0]["state"], "pending");
        // It charges again.
        change(&world, held, json!({"soc": 95})).await.expect(200);
        assert_eq!(see(&asha, &hers).await["items"][0]["battery_id"], held);
        // It is taken out; his is given back and becomes hers.
        world.attendant.client.delete(&format!("/api/v1/batteries/{held}")).await.expect(204);
        assert_eq!(see(&asha, &hers).await["items"][0]["battery_id"], Value::Null);
        binu.act(&his, "cancel", json!({})).await.expect(200);
        app.clock.advance(Duration::from_secs(8));
        all_steps(&app).await;
        assert_eq!(see(&asha, &hers).await["items"][0]["battery_id"], other);
        // Repaired and cleared.
        lock(&world, other).await;
        change(&world, other, json!({"state": "maintenance"})).await.expect(200);
        change(&world, other, json!({"state": "charging"})).await.expect(200);
        assert_eq!(see(&asha, &hers).await["items"][0]["battery_id"], other);
        assert_no_drift(&app).await;
    }

    /// Whose pack failed first is served first, and one pack serves one.
    async fn who_waits_longest_is_first(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let hers = asha.order(world.order(1)).await.expect(201);
        let his = binu.order(world.order(1)).await.expect(201);
        for booking in [&hers, &his] {
            lock(&world, booking["items"][0]["battery_id"].as_i64().expect("a pack")).await;
            app.clock.advance(Duration::from_secs(1));
        }
        let next = world.pack(world.station).await;
        assert_eq!(see(&asha, &hers).await["items"][0]["battery_id"], next);
        assert_eq!(see(&binu, &his).await["items"][0]["battery_id"], Value::Null);
        let last = world.pack(world.station).await;
        assert_eq!(see(&binu, &his).await["items"][0]["battery_id"], last);
        assert_eq!(world.counts(&app).await, (0, 2, 2));
        assert_no_drift(&app).await;
    }

    /// No pack came: the booking expires, nobody calls it a no-show, and no strike is given.
    async fn the_deadline_does_not_count_against_her(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = asha.order(world.order(1)).await.expect(201);
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        // In the grace already: it is hers to wait in.
        app.clock.advance(16 * MINUTE);
        all_steps(&app).await;
        lock(&world, booking["items"][0]["battery_id"].as_i64().expect("a pack")).await;
        all_steps(&app).await;
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        let staff = world.attendant.act(&booking, "no-show", json!({})).await;
        assert_eq!(staff.status / 100, 4);
        app.clock.advance(MINUTE);
        all_steps(&app).await;
        assert_eq!(see(&asha, &booking).await["state"], "expired");
        let inbox = asha.client.get("/api/v1/notifications").await.expect(200);
        assert_eq!(inbox["items"][0]["event"], "booking_expired");
        assert!(inbox["items"][0]["message"].as_str().expect("a text").contains("Nothing is held against you"));
        assert_eq!(strikes(&app, &asha).await, 0);
        // What comes later is nobody's.
        world.pack(world.station).await;
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_no_drift(&app).await;
    }

    /// Cancelling costs nothing and gives plan swaps back; taken back, it waits on.
    async fn who_waits_cancels_free_of_charge(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let asha = app.customer().await;
        asha.subscribe(plan, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(1)).await.expect(201);
        assert_eq!(asha.used_and_left().await, (1, 9));
        lock(&world, booking["items"][0]["battery_id"].as_i64().expect("a pack")).await;
        let cancelled = asha.act(&booking, "cancel", json!({})).await.expect(200);
        assert_eq!(cancelled["items"][0]["state"], "cancelled");
        assert_eq!(asha.used_and_left().await, (0, 10));
        let next = world.pack(world.station).await;
        assert_eq!(world.counts(&app).await, (1, 0, 1), "who cancelled waits for nothing");
        let back = asha.act(&booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!(back["state"], "confirmed");
        all_steps(&app).await;
        assert_eq!(see(&asha, &booking).await["items"][0]["battery_id"], next);
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        app.clock.advance(Duration::from_secs(8));
        all_steps(&app).await;
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_eq!(strikes(&app, &asha).await, 0);
        assert_no_drift(&app).await;
    }

    /// A request without a pack is not accepted; the pack comes and it is.
    async fn a_request_waits_too(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let rules = format!("/api/v1/stations/{}/rules", world.station);
        world.operator.client.patch(&rules, json!({"needs_approval": true})).await.expect(200);
        let asha = app.customer().await;
        let booking = asha.order(world.order(1)).await.expect(201);
        lock(&world, booking["items"][0]["battery_id"].as_i64().expect("a pack")).await;
        world.attendant.act(&booking, "approve", json!({})).await.problem(409, "battery_busy");
        world.pack(world.station).await;
        world.attendant.act(&booking, "approve", json!({})).await.expect(200);
        assert_no_drift(&app).await;
    }

    /// A pack is freed while another fails, again and again: nobody waits beside a free pack.
    async fn nobody_waits_beside_a_free_pack(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let mut booking = asha.order(world.order(1)).await.expect(201);
        for round in 0..40 {
            let held = booking["items"][0]["battery_id"].as_i64().expect("a pack");
            let ((), next) = tokio::join!(lock(&world, held), world.pack(world.station));
            booking = see(&asha, &booking).await;
            assert_eq!(booking["items"][0]["battery_id"], next, "round {round}");
            world.attendant.client.delete(&format!("/api/v1/batteries/{held}")).await.expect(204);
        }
        assert_no_drift(&app).await;
    }
}
