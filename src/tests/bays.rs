//! Bays: who is called to which, in what order, for how long; and what else keeps one from being free.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;
use voltbay::server::check;

use crate::support::app::Person;
use crate::support::floor::all_on_the_floor;
use crate::support::world::World;
use crate::support::ws::Socket;

const MINUTE: Duration = Duration::from_mins(1);

async fn check_in(world: &World, customer: &Person) -> Value {
    let booking = customer
        .client
        .post("/api/v1/bookings", world.order(1))
        .await
        .expect(201);
    let path = format!("/api/v1/bookings/{}/check-in", booking["id"]);
    world
        .attendant
        .client
        .post(&path, json!({"code": booking["code"]}))
        .await
        .expect(200)
}

async fn see(who: &Person, booking: &Value) -> Value {
    let path = format!("/api/v1/bookings/{}", booking["id"]);
    who.client.get(&path).await.expect(200)
}

/// The next counts of the station that say so many free bays.
async fn until_free(socket: &mut Socket, bays: i64) {
    while socket.next_of("inventory_update").await["free_bays"] != bays {}
}

each_engine! {
    /// Of bays the public sees how many there are and how many are free, nothing else.
    async fn everybody_sees_how_many_bays_are_free(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let mut socket = Socket::open(app.address, &format!("/ws/stations/{}/?snapshot=0", world.station)).await;
        let bays = world.bays(world.station, 2).await;
        until_free(&mut socket, 2).await;
        let asha = app.customer().await;
        let booking = check_in(&world, &asha).await;
        let code = json!({"code": see(&asha, &booking).await["code"]});
        until_free(&mut socket, 1).await;
        let (staff, path) = (&world.attendant, format!("/api/v1/bays/{}", bays[1]));
        staff.client.patch(&path, json!({"condition": "blocked"})).await.expect(200);
        until_free(&mut socket, 0).await;
        staff.at_bay(bays[0], "sessions", code.clone()).await.expect(201);
        assert_eq!(check::findings(&app.app).await, Ok(vec![]));
        staff.client.post(&format!("/api/v1/bookings/{}/collect", booking["id"]), code).await.expect(200);
        staff.client.patch(&path, json!({"condition": "in_use"})).await.expect(200);
        until_free(&mut socket, 1).await;
        app.clock.advance(MINUTE);
        all_on_the_floor(&app).await;
        until_free(&mut socket, 2).await;
        let seen = app.client().get(&format!("/api/v1/stations/{}", world.station)).await.expect(200);
        assert_eq!((&seen["free_bays"], &seen["total_bays"]), (&json!(2), &json!(2)));
        assert_eq!(check::findings(&app.app).await, Ok(vec![]));
    }

    async fn who_checks_in_first_is_called_first(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let bay = world.bays(world.station, 1).await[0];
        let (asha, binu, chitra) = (app.customer().await, app.customer().await, app.customer().await);
        let first = check_in(&world, &asha).await;
        assert_eq!(first["bay_number"], 1);
        app.clock.advance(MINUTE);
        let second = check_in(&world, &binu).await;
        assert_eq!(second.get("bay_number"), None, "no bay is free");
        check_in(&world, &chitra).await;
        let called = world.attendant.bay(bay).await;
        assert_eq!((&called["state"], &called["called_booking_id"]), (&json!("called"), &first["id"]));
        assert_eq!(asha.told_of("bay_called").await[0]["message"], "Go to bay 1.");

        // She does not come: the next one is called, and she is last.
        app.clock.advance(5 * MINUTE);
        all_on_the_floor(&app).await;
        assert_eq!(world.attendant.bay(bay).await["called_booking_id"], second["id"]);
        assert_eq!(see(&binu, &second).await["bay_number"], 1);
        assert_eq!(see(&asha, &first).await.get("bay_number"), None);
        app.clock.advance(5 * MINUTE);
        all_on_the_floor(&app).await;
        assert_eq!(chitra.told_of("bay_called").await.len(), 1);
        assert_eq!(check::findings(&app.app).await, Ok(vec![]));
    }

    async fn who_goes_away_leaves_the_bay_to_the_next(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let bay = world.bays(world.station, 1).await[0];
        let (asha, binu) = (app.customer().await, app.customer().await);
        let first = check_in(&world, &asha).await;
        let second = check_in(&world, &binu).await;
        let path = format!("/api/v1/bookings/{}/undo-check-in", first["id"]);
        world.attendant.client.act(&path).await.expect(200);
        assert_eq!(world.attendant.bay(bay).await["called_booking_id"], second["id"]);
        // Handed over at the counter: no bay is kept any more.
        let code = see(&binu, &second).await["code"].clone();
        let path = format!("/api/v1/bookings/{}/collect", second["id"]);
        world.attendant.client.post(&path, json!({"code": code})).await.expect(200);
        assert_eq!(world.attendant.bay(bay).await["state"], "free");
        assert_eq!(check::findings(&app.app).await, Ok(vec![]));
    }

    async fn who_never_comes_is_called_twice_by_the_clock_and_then_by_hand(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let bay = world.bays(world.station, 1).await[0];
        let asha = app.customer().await;
        let booking = check_in(&world, &asha).await;
        for _ in 0..3 {
            app.clock.advance(5 * MINUTE);
            all_on_the_floor(&app).await;
        }
        assert_eq!(asha.told_of("bay_called").await.len(), 2);
        assert_eq!(world.attendant.bay(bay).await["state"], "free");
        let called = world.attendant.at_bay(bay, "call", json!({})).await.expect(200);
        assert_eq!(called["called_booking_id"], booking["id"]);
        world.attendant.at_bay(bay, "call", json!({})).await.problem(409, "bay_busy");
    }

    async fn a_bay_that_is_not_in_use_takes_nobody(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let bays = world.bays(world.station, 2).await;
        let path = format!("/api/v1/bays/{}", bays[0]);
        let staff = &world.attendant;
        let blocked = staff.client.patch(&path, json!({"zone": "Front", "condition": "blocked"})).await.expect(200);
        assert_eq!((&blocked["state"], &blocked["zone"]), (&json!("blocked"), &json!("Front")));
        staff.at_bay(bays[0], "occupy", json!({})).await.problem(409, "bay_busy");
        let asha = app.customer().await;
        let booking = check_in(&world, &asha).await;
        assert_eq!(booking["bay_number"], 2);
        // The second one breaks down: she is called to the first as soon as that is free.
        staff.client.patch(&format!("/api/v1/bays/{}", bays[1]), json!({"condition": "out_of_service"})).await.expect(200);
        assert_eq!(see(&asha, &booking).await.get("bay_number"), None);
        staff.at_bay(bays[0], "release", json!({})).await.expect(200);
        assert_eq!(see(&asha, &booking).await["bay_number"], 1);
        staff.client.patch(&path, json!({"condition": "flooded"})).await.problem(422, "invalid");
        let list = staff.client.get(&format!("/api/v1/stations/{}/bays", world.station)).await.expect(200);
        assert_eq!(list["items"].as_array().expect("a list").len(), 2);
    }

    async fn a_bay_has_a_code_to_put_up(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let bay = world.bays(world.station, 1).await[0];
        let drawing = world.attendant.client.get(&format!("/api/v1/bays/{bay}/qr.svg")).await;
        assert_eq!((drawing.status, drawing.header("content-type")), (200, Some("image/svg+xml")));
    }

    async fn the_socket_of_a_bay_tells_and_is_told(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let bay = world.bays(world.station, 1).await[0];
        for rest in ["", "/"] {
            let mut socket = Socket::open_as(app.address, &format!("/ws/bays/{bay}{rest}"), &world.attendant.token).await;
            let welcome = socket.next().await;
            assert_eq!((&welcome["type"], &welcome["bay_id"]), (&json!("connection_established"), &json!(bay)));
            let status = socket.next().await;
            assert_eq!(status["type"], "bay_status");
            let data = &status["data"];
            assert_eq!((&data["id"], &data["number"], &data["station_id"]), (&json!(bay), &json!(1), &json!(world.station)));
            assert_eq!((&data["state"], &data["session"]), (&json!("free"), &Value::Null));
            assert_eq!(socket.next().await["data"], *data, "and the snapshot says the same");
        }
        let path = format!("/ws/bays/{bay}/?snapshot=0");
        let mut socket = Socket::open_as(app.address, &path, &world.attendant.token).await;
        let seq = socket.next().await["seq"].as_u64().expect("a number");
        socket.say(json!({"action": "occupy"})).await;
        let update = socket.next().await;
        assert_eq!((&update["type"], &update["seq"]), (&json!("bay_update"), &json!(seq + 1)));
        assert_eq!(update["data"]["state"], "occupied");
        let session = &update["data"]["session"];
        assert_eq!(session["party_size"], 1);
        assert_eq!(session["session_code"].as_str().map(str::len), Some(8));
        assert!(session["id"].is_i64() && session["started_at"].is_string(), "{session}");
        socket.say(json!({"type": "occupy"})).await;
        assert_eq!(socket.next().await["code"], "bay_busy");
        socket.say(json!({"type": "get_status"})).await;
        assert_eq!(socket.next().await["data"]["session"], *session);
        socket.say(json!({"type": "release"})).await;
        assert_eq!(socket.next().await["data"]["state"], "free");
        assert!(socket.settle().await.is_empty());
    }

    async fn bays_are_the_business_of_their_station_alone(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let bay = world.bays(world.station, 1).await[0];
        let path = format!("/ws/bays/{bay}/");
        assert_eq!(Socket::refused(app.address, &path, &[]).await, 403);
        let elsewhere = world.build("Hill Top", 0).await;
        let stranger = app.staff(Role::Attendant, &[elsewhere]).await;
        for person in [&app.customer().await, &stranger] {
            assert_eq!(Socket::refused_as(app.address, &path, &person.token).await, 403);
            person.at_bay(bay, "occupy", json!({})).await.problem(403, "forbidden");
            person.at_bay(bay, "sessions", json!({})).await.problem(403, "forbidden");
        }
        world.attendant.client.post(&format!("/api/v1/stations/{}/bays", world.station), json!({})).await.problem(403, "forbidden");
    }
}
