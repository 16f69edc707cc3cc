//! A station closes down while people have bookings there: each is kept, moved or cancelled, all at once or not at all.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Choice, Problem, Role, StationId, StationStatus};
use voltbay::protocol::rest::{BookIn, ChoiceIn, CloseDownIn};
use voltbay::server::check;
use voltbay::server::service::{accounts, bookings, stations};
use voltbay::server::store::Cause;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

/// The tests' clock stands at 10:30 UTC, which is 16:00 at the station.
const AT_NOON: &str = "2026-11-22T06:30:00.000000Z";
const ROUNDS: u32 = 60;

async fn live(world: &World) -> Value {
    let path = format!("/api/v1/stations/{}/live-bookings", world.station);
    world.attendant.client.get(&path).await.expect(200)
}

async fn close(world: &World, body: Value) -> Answer {
    let path = format!("/api/v1/stations/{}/close-down", world.station);
    world.attendant.client.post(&path, body).await
}

async fn see(who: &Person, booking: &Value) -> Value {
    let path = format!("/api/v1/bookings/{}", booking["id"]);
    who.client.get(&path).await.expect(200)
}

async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event)
        .map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

async fn ready_at(app: &TestApp, station: StationId) -> (i64, i64) {
    let seen = app.station(station.0).await;
    let count = |name: &str| seen[name].as_i64().expect("a count");
    (count("available_batteries"), count("booked_batteries"))
}

async fn assert_sound(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await, Ok(vec![]));
}

each_engine! {
    /// Three bookings, three choices, one transaction; everybody concerned hears of it.
    async fn every_booking_is_kept_moved_or_cancelled(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        let hill = world.build("Hill", 2).await;
        let porter = app.staff(Role::Attendant, &[hill]).await;
        let (asha, binu, chitra) = (app.customer().await, app.customer().await, app.customer().await);
        let kept = world.book(&asha, world.station).await;
        let moved = world.book(&binu, world.station).await;
        let cancelled = world.book(&chitra, world.station).await;
        app.clock.advance(Duration::from_mins(10));
        binu.act(&moved, "renew", json!({})).await.expect(200);
        world.attendant.act(&moved, "ready", json!({})).await.expect(200);

        let list = live(&world).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
        assert!(list["items"][0].get("code").is_none() && list["items"][0].get("pin").is_none(), "{list}");
        assert!(list["items"][0]["customer_name"].is_string(), "{list}");
        assert_eq!(list["elsewhere"][0]["stations"][0]["id"], json!(hill), "{list}");

        let body = json!({"status": "maintenance", "message": "The cabinet is exchanged", "until": "2026-11-21T12:30:00Z",
            "bookings": [
                {"booking_id": kept["id"], "choice": "keep"},
                {"booking_id": moved["id"], "choice": "move", "to": hill},
                {"booking_id": cancelled["id"], "choice": "cancel"},
            ]});
        let done = close(&world, body).await.expect(200);
        assert_eq!(done["station"]["status"], "maintenance");
        assert_eq!(done["station"]["status_message"], "The cabinet is exchanged. Back about 18:00.");
        let outcomes: Vec<&str> = done["bookings"].as_array().expect("rows").iter().map(|row| row["outcome"].as_str().expect("a word")).collect();
        assert_eq!(outcomes, ["kept", "moved", "cancelled"]);

        let stays = see(&asha, &kept).await;
        assert_eq!((&stays["state"], &stays["station_notice"]), (&json!("confirmed"), &done["station"]["status_message"]));
        let after = see(&binu, &moved).await;
        assert_eq!((&after["state"], &after["station_id"]), (&json!("confirmed"), &json!(hill)));
        // Renewed it would have ended at 10:50; she has all of her time again to get there.
        assert_eq!(after["deadline"], "2026-11-21T10:55:00.000000Z");
        assert_eq!(after["ready_at"], Value::Null);
        let gone = see(&chitra, &cancelled).await;
        assert_eq!((&gone["state"], &gone["cancelled_by"]), (&json!("cancelled"), &json!("station")));
        assert_eq!(gone["reason"], "The cabinet is exchanged. Back about 18:00.");

        let why = "The cabinet is exchanged. Back about 18:00.";
        assert_eq!(told(&asha, "station_alert").await, [format!("Station 1: {why} Your battery stays held until 16:15.")]);
        assert_eq!(told(&binu, "station_alert").await, [format!("Station 1: {why} Your booking is now at Hill, held until 16:25.")]);
        assert_eq!(told(&chitra, "booking_cancelled").await, [format!("Station 1 cancelled your booking: {why}")]);
        let between = format!("Booking {} moved from Station 1 to Hill.", moved["id"]);
        assert_eq!(told(&world.attendant, "station_alert").await, [between.as_str()]);
        assert_eq!(told(&porter, "new_booking").await, [between.as_str()]);

        // Held until the undo window is over, then free, and served where it is now.
        assert_eq!(ready_at(&app, hill).await, (1, 1));
        app.clock.advance(Duration::from_secs(8));
        while see(&chitra, &cancelled).await["undo_until"] != Value::Null {
            tokio::task::yield_now().await;
        }
        assert_eq!(ready_at(&app, world.station).await, (0, 1), "nothing is handed out in maintenance but what is held");
        world.attendant.act(&moved, "collect", json!({"code": after["code"]})).await.problem(403, "forbidden");
        let served = porter.act(&moved, "collect", json!({"code": after["code"]})).await.expect(200);
        assert_eq!((&served["state"], &served["payment_state"]), (&json!("completed"), &json!("paid")));
        assert_sound(&app).await;
    }

    /// Somebody books while the list is being looked at: nothing is changed, and the answer names the booking.
    async fn a_booking_that_is_not_listed_undoes_all_of_it(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let listed = world.book(&asha, world.station).await;
        let new = world.book(&binu, world.station).await;
        let body = json!({"status": "paused", "bookings": [{"booking_id": listed["id"], "choice": "cancel"}]});
        let refused = close(&world, body).await.problem(409, "choice_missing");
        assert_eq!(refused["booking_ids"], json!([new["id"]]));
        assert!(refused["detail"].as_str().expect("a sentence").contains(&new["id"].to_string()));
        assert_eq!(app.station(world.station.0).await["status"], "online");
        assert_eq!(see(&asha, &listed).await["state"], "confirmed");
        assert_eq!(told(&asha, "booking_cancelled").await, Vec::<String>::new());

        // One that was served meanwhile is no obstacle.
        world.attendant.act(&new, "collect", json!({"code": new["code"]})).await.expect(200);
        let body = json!({"status": "paused", "bookings": [
            {"booking_id": listed["id"], "choice": "keep"}, {"booking_id": new["id"], "choice": "cancel"}]});
        let done = close(&world, body).await.expect(200);
        assert_eq!(done["bookings"][1]["outcome"], "over");
        assert_eq!(see(&binu, &new).await["state"], "completed");
        assert_eq!(app.station(world.station.0).await["status"], "paused");
        assert_sound(&app).await;
    }

    /// What cannot be served there is refused beside its row, and nothing is changed.
    async fn a_choice_that_is_not_possible_is_refused_by_field(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        let (full, one) = (world.build("Empty", 0).await, world.build("One", 1).await);
        let station = world.station;
        let wash = app.app.db.write(Cause::system("test"), move |tx| Box::pin(async move {
            Ok(tx.insert_service(station, "Wash", 12_000, 20).await?)
        })).await.expect("a service");
        let (asha, binu, chitra) = (app.customer().await, app.customer().await, app.customer().await);
        let mut order = world.order(1);
        order["items"].as_array_mut().expect("items").push(json!({"kind": "service", "service_id": wash.0}));
        let washed = asha.order(order).await.expect(201);
        let here = world.book(&binu, world.station).await;
        let plain = world.book(&chitra, world.station).await;
        world.attendant.act(&here, "check-in", json!({"code": here["code"]})).await.expect(200);
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let body = json!({"name": "Rival's", "latitude": 9.9, "longitude": 76.2});
        let rivals = rival.client.post("/api/v1/stations", body).await.expect(201)["id"].clone();

        let row = |booking: &Value, choice: &str, to: Value| {
            let mut row = json!({"booking_id": booking["id"], "choice": choice});
            if to != Value::Null {
                row["to"] = to;
            }
            row
        };
        let keep = |booking: &Value| row(booking, "keep", Value::Null);
        let all = |first: Value, second: Value, third: Value| json!({"status": "maintenance", "bookings": [first, second, third]});
        let cases = [
            (all(row(&washed, "move", json!(one)), keep(&here), keep(&plain)), "bookings[0].to"),
            (all(keep(&washed), row(&here, "move", json!(one)), keep(&plain)), "bookings[1].to"),
            (all(keep(&washed), row(&here, "cancel", Value::Null), keep(&plain)), "bookings[1].choice"),
            (all(keep(&washed), keep(&here), row(&plain, "move", json!(full))), "bookings[2].to"),
            (all(keep(&washed), keep(&here), row(&plain, "move", rivals)), "bookings[2].to"),
            (all(keep(&washed), keep(&here), row(&plain, "move", json!(world.station))), "bookings[2].to"),
            (all(keep(&washed), keep(&here), row(&plain, "move", Value::Null)), "bookings[2].to"),
            (all(keep(&washed), keep(&here), row(&plain, "keep", json!(one))), "bookings[2].to"),
            (all(keep(&washed), keep(&here), row(&plain, "wait", Value::Null)), "bookings[2].choice"),
            (all(keep(&plain), keep(&here), keep(&plain)), "bookings[2].booking_id"),
            (json!({"status": "online", "bookings": []}), "status"),
            (json!({"status": "paused", "until": "2026-11-21T10:00:00Z", "bookings": []}), "until"),
            (json!({"status": "paused", "message": "x".repeat(161), "bookings": []}), "message"),
        ];
        for (body, field) in cases {
            close(&world, body).await.wrong_field(field);
        }
        let stranger = world.book(&app.customer().await, one).await;
        let body = json!({"status": "paused", "bookings": [keep(&washed), keep(&here), keep(&plain), keep(&stranger)]});
        close(&world, body).await.wrong_field("bookings[3].booking_id");
        assert_eq!(app.station(world.station.0).await["status"], "online");
        assert_eq!(see(&chitra, &plain).await["station_id"], json!(world.station));
        assert_eq!(told(&asha, "station_alert").await, Vec::<String>::new());
        assert_sound(&app).await;
    }

    /// A booking for later takes its place in the same half hour elsewhere, and gets its packs there.
    async fn a_booking_for_later_is_moved_with_its_place(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let hill = world.build("Hill", 2).await;
        let asha = app.customer().await;
        let mut order = world.order(1);
        order["pickup_at"] = json!(AT_NOON);
        let booking = asha.order(order).await.expect(201);
        let rules = format!("/api/v1/stations/{hill}/rules");
        world.operator.client.patch(&rules, json!({"pickup_capacity": 0})).await.expect(200);
        let body = json!({"status": "offline", "bookings": [{"booking_id": booking["id"], "choice": "move", "to": hill}]});
        close(&world, body.clone()).await.wrong_field("bookings[0].to");
        world.operator.client.patch(&rules, json!({"pickup_capacity": 1})).await.expect(200);
        close(&world, body).await.expect(200);
        let moved = see(&asha, &booking).await;
        assert_eq!((&moved["state"], &moved["station_id"]), (&json!("scheduled"), &json!(hill)));
        assert_eq!(told(&asha, "station_alert").await,
            ["Station 1: The station cannot be reached right now. Your booking is now at Hill, Sun 22 Nov, 12:00."]);
        let slots = app.client().get(&format!("/api/v1/stations/{hill}/pickup-slots?date=2026-11-22")).await.expect(200);
        let noon = slots["items"].as_array().expect("slots").iter().find(|slot| slot["slot_time"] == AT_NOON).cloned();
        assert_eq!(noon.expect("noon")["booked_count"], 1);
        app.clock.advance(Duration::from_mins(20 * 60 - 30));
        while see(&asha, &booking).await["state"] != "confirmed" {
            tokio::task::yield_now().await;
        }
        assert_eq!(ready_at(&app, hill).await, (1, 1));
        assert_sound(&app).await;
    }

    /// What was paid goes back with a cancelled booking, and stays paid with one that is moved.
    async fn money_follows_the_choice(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let hill = world.build("Hill", 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let mut paid = Vec::new();
        for who in [&asha, &binu] {
            let booking = world.book(who, world.station).await;
            who.act(&booking, "pay", json!({})).await.expect(200);
            let path = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
            world.attendant.client.post(&path, json!({"received": PRICE})).await.expect(200);
            paid.push(booking);
        }
        let body = json!({"status": "maintenance", "bookings": [
            {"booking_id": paid[0]["id"], "choice": "cancel"},
            {"booking_id": paid[1]["id"], "choice": "move", "to": hill}]});
        close(&world, body).await.expect(200);
        app.clock.advance(Duration::from_secs(8));
        while see(&asha, &paid[0]).await["payment_state"] != "refund_pending" {
            tokio::task::yield_now().await;
        }
        let moved = see(&binu, &paid[1]).await;
        assert_eq!(moved["payment_state"], "paid");
        let porter = app.staff(Role::Attendant, &[hill]).await;
        porter.act(&moved, "collect", json!({"code": moved["code"]})).await.expect(200);
        assert_sound(&app).await;
    }

    /// Whoever books while the station closes down is seen by it, or sees that it is closed.
    async fn close_down_and_book(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let actor = |token: String| { let app = app.app.clone(); async move {
            accounts::who(&app, &token).await.expect("readable").expect("signed in")
        } };
        let (her, staff) = (actor(asha.token.clone()).await, actor(world.attendant.token.clone()).await);
        let (mut first, mut second) = (0, 0);
        for round in 0..ROUNDS {
            let body: BookIn = serde_json::from_value(world.order(1)).expect("an order");
            let closing = CloseDownIn { status: StationStatus::Maintenance, message: None, until: None, bookings: Vec::new() };
            let late = async |turns: u32| for _ in 0..turns { tokio::task::yield_now().await };
            let (booked, closed) = tokio::join!(
                async { late(round % 7 * 5).await; bookings::book(&app.app, &her, body, None).await },
                async { late(round % 5 * 7).await; stations::close_down(&app.app, &staff, world.station, closing).await },
            );
            match (&booked, &closed) {
                (Ok(booking), Err(Problem::ChoiceMissing { booking_ids })) => {
                    assert_eq!(booking_ids, &[booking.id]);
                    second += 1;
                    let row = ChoiceIn { booking_id: booking.id.0, choice: Choice::Cancel, to: None };
                    let again = CloseDownIn { status: StationStatus::Maintenance, message: None, until: None, bookings: vec![row] };
                    stations::close_down(&app.app, &staff, world.station, again).await.expect("all are listed");
                    app.clock.advance(Duration::from_secs(8));
                    while bookings::advance_due(&app.app).await != Ok(0) {}
                }
                (Err(Problem::StationClosed { .. } | Problem::BatteryUnavailable { .. }), Ok(_)) => first += 1,
                other => panic!("{other:?}"),
            }
            let open = json!({"status": "online"});
            world.attendant.client.patch(&format!("/api/v1/stations/{}", world.station), open).await.expect(200);
        }
        assert_eq!(first + second, ROUNDS);
        assert_sound(&app).await;
    }
}
