//! Swaps in bays: the whole way, the steps that are left out, the ways back, and what the clock does.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Role, SlotNumber};
use voltbay::server::check;

use crate::pages::{browser, page};
use crate::support::app::{Person, TestApp};
use crate::support::floor::all_on_the_floor;
use crate::support::world::{PRICE, World};
use crate::support::ws::Socket;

const SECOND: Duration = Duration::from_secs(1);

/// A station with one bay, a customer with a pack to bring and a booking, and somebody who serves her.
struct Floor {
    world: World,
    bay: i64,
    asha: Person,
    serial: String,
    booking: Value,
}

impl Floor {
    async fn new(app: &TestApp) -> Self {
        let world = World::with_packs(app, 2).await;
        let bay = world.bays(world.station, 1).await[0];
        let asha = app.customer().await;
        let serial = world.pack_in_use(&asha).await;
        let booking = world.book(&asha, world.station).await;
        Self {
            world,
            bay,
            asha,
            serial,
            booking,
        }
    }

    async fn open(&self) -> Value {
        let body = json!({"code": self.booking["code"]});
        self.staff().at_bay(self.bay, "sessions", body).await.expect(201)
    }

    fn staff(&self) -> &Person {
        &self.world.attendant
    }

    async fn act(&self, session: &Value, action: &str) -> Value {
        self.staff()
            .in_session(session, action, json!({}))
            .await
            .expect(200)
    }

    async fn bring(&self, session: &Value) -> Value {
        let body = json!({"serial": self.serial, "soc": 12});
        self.staff().in_session(session, "return", body).await.expect(200)
    }

    /// Up to the open slot.
    async fn until_pack_out(&self) -> Value {
        let session = self.open().await;
        self.act(&session, "next").await;
        self.bring(&session).await;
        self.act(&session, "next").await;
        self.act(&session, "next").await;
        self.act(&session, "pay").await
    }

    /// Takes every free slot.
    async fn fill(&self, app: &TestApp) {
        let path = format!("/api/v1/stations/{}", self.world.station);
        let station = app.client().get(&path).await.expect(200);
        for _ in 0..station["free_slots"].as_i64().unwrap() {
            self.world.pack(self.world.station).await;
        }
    }

    /// The page of a swap, as its attendant has it without scripts.
    async fn page(&self, app: &TestApp, session: &Value) -> String {
        page(
            &browser(app, Some(self.staff())),
            &format!("/staff/sessions/{}", session["id"]),
        )
        .await
    }

    async fn booked(&self) -> Value {
        let path = format!("/api/v1/bookings/{}", self.booking["id"]);
        self.asha.client.get(&path).await.expect(200)
    }
}

async fn nothing_contradicts(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await, Ok(vec![]));
}

each_engine! {
    async fn a_swap_goes_from_the_code_to_the_receipt(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.open().await;
        assert_eq!((&session["step"], &session["booking_id"]), (&json!("identified"), &floor.booking["id"]));
        assert_eq!(session["session_code"].as_str().map(str::len), Some(8));
        assert!(session["customer_name"].is_string());
        assert_eq!(session["way"], json!(["identified", "pack_in", "pack_assigned", "review", "payment_due", "pack_out"]));
        let booked = floor.booked().await;
        assert_eq!((&booked["state"], &booked["bay_number"], &booked["session_step"]), (&json!("in_service"), &json!(1), &json!("identified")));

        assert_eq!(floor.act(&session, "next").await["step"], "pack_in");
        floor.staff().in_session(&session, "next", json!({})).await.problem(409, "session_busy");
        let returned = floor.bring(&session).await;
        assert_eq!(returned["step"], "pack_assigned", "all are in: it goes on by itself");
        assert_eq!(returned["returns"][0]["serial"], floor.serial);
        assert!(returned["items"][0]["slot"].is_i64());
        assert_eq!(floor.act(&session, "next").await["step"], "review");
        assert_eq!(floor.act(&session, "next").await["step"], "payment_due");
        floor.staff().in_session(&session, "next", json!({})).await.problem(409, "session_busy");
        floor.staff().in_session(&session, "pay", json!({"received": PRICE - 1})).await.problem(422, "invalid");
        let paid = floor.staff().in_session(&session, "pay", json!({"received": PRICE + 500})).await.expect(200);
        assert_eq!((&paid["step"], &paid["payment_state"]), (&json!("pack_out"), &json!("paid")));
        assert!(paid["dispense_until"].is_string());
        let done = floor.act(&session, "taken").await;
        assert_eq!((&done["step"], &done["ended_as"]), (&json!("closed"), &json!("closed")));
        let steps: Vec<_> = done["steps"].as_array().expect("steps").iter().map(|step| step["step"].clone()).collect();
        assert_eq!(json!(steps), json!(["identified", "pack_in", "pack_assigned", "review", "payment_due", "pack_out", "closed"]));

        assert_eq!(floor.booked().await["state"], "completed");
        let receipt = format!("/api/v1/bookings/{}/receipt", floor.booking["id"]);
        floor.asha.client.get(&receipt).await.expect(200);
        assert_eq!(floor.staff().bay(floor.bay).await["state"], "turn_over");
        floor.staff().in_session(&session, "taken", json!({})).await.problem(409, "session_busy");
        nothing_contradicts(&app).await;
        app.clock.advance(60 * SECOND);
        all_on_the_floor(&app).await;
        assert_eq!(floor.staff().bay(floor.bay).await["state"], "free");
    }

    async fn what_there_is_nothing_to_do_in_is_left_out(app: TestApp) {
        let floor = Floor::new(&app).await;
        let path = format!("/api/v1/payments/{}/verify", floor.booking["payment_id"]);
        floor.staff().client.post(&path, json!({"received": PRICE})).await.expect(200);
        let session = floor.open().await;
        floor.act(&session, "next").await;
        let none = floor.staff().in_session(&session, "return", json!({"none": true})).await.expect(200);
        assert_eq!((&none["step"], &none["returns"][0]["battery_id"]), (&json!("pack_assigned"), &Value::Null));
        floor.act(&session, "next").await;
        let out = floor.act(&session, "next").await;
        assert_eq!(out["step"], "pack_out", "it is paid already");
        floor.act(&session, "close").await;
        assert_eq!(floor.booked().await["state"], "completed");
        nothing_contradicts(&app).await;
    }

    async fn a_step_back_is_possible_until_the_slot_opens(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.open().await;
        floor.staff().in_session(&session, "back", json!({})).await.problem(409, "session_busy");
        floor.act(&session, "next").await;
        floor.bring(&session).await;
        floor.act(&session, "next").await;
        floor.act(&session, "next").await;
        for step in ["review", "pack_assigned", "pack_in", "identified"] {
            assert_eq!(floor.act(&session, "back").await["step"], step);
        }
        assert_eq!(floor.act(&session, "next").await["step"], "pack_assigned", "what is in is in");
        floor.act(&session, "next").await;
        floor.act(&session, "next").await;
        floor.act(&session, "pay").await;
        floor.staff().in_session(&session, "back", json!({})).await.problem(409, "session_busy");
    }

    async fn a_slot_that_nobody_takes_from_shuts_and_the_pack_stays_held(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.until_pack_out().await;
        app.clock.advance(119 * SECOND);
        all_on_the_floor(&app).await;
        let path = format!("/api/v1/sessions/{}", session["id"]);
        assert_eq!(floor.asha.client.get(&path).await.expect(200)["step"], "pack_out");
        app.clock.advance(SECOND);
        all_on_the_floor(&app).await;
        let shut = floor.asha.client.get(&path).await.expect(200);
        assert_eq!((&shut["step"], &shut["dispense_until"]), (&json!("pack_assigned"), &Value::Null));
        assert_eq!(shut["items"][0]["battery_id"], session["items"][0]["battery_id"]);
        floor.staff().in_session(&session, "taken", json!({})).await.problem(409, "session_busy");
        nothing_contradicts(&app).await;
        // Once more: what is paid is paid.
        floor.act(&session, "next").await;
        assert_eq!(floor.act(&session, "next").await["step"], "pack_out");
        floor.act(&session, "taken").await;
        assert_eq!(floor.booked().await["state"], "completed");
    }

    async fn a_swap_that_takes_long_is_pointed_out(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.open().await;
        let seen = async || floor.staff().bay(floor.bay).await["session"]["alarm"].clone();
        app.clock.advance(3 * 60 * SECOND);
        all_on_the_floor(&app).await;
        assert_eq!(seen().await, "idle");
        floor.act(&session, "next").await;
        assert_eq!(seen().await, Value::Null);
        app.clock.advance(17 * 60 * SECOND);
        all_on_the_floor(&app).await;
        assert_eq!(seen().await, "long");
        assert!(floor.asha.in_session(&session, "help", json!({"needs_help": true})).await.expect(200)["needs_help"] == true);
        floor.asha.in_session(&session, "help", json!({"needs_help": false})).await.problem(403, "forbidden");
        assert_eq!(floor.staff().bay(floor.bay).await["session"]["needs_help"], true);
        floor.staff().in_session(&session, "help", json!({"needs_help": false})).await.expect(200);
    }

    async fn a_swap_is_broken_off_and_everything_goes_back(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.until_pack_out().await;
        let reason = json!({"reason": "The slot is jammed"});
        floor.staff().in_session(&session, "abort", reason.clone()).await.problem(403, "forbidden");
        let lead = app.staff(Role::Lead, &[floor.world.station]).await;
        lead.in_session(&session, "abort", json!({"reason": ""})).await.problem(422, "invalid");
        let broken = lead.in_session(&session, "abort", reason).await.expect(200);
        assert_eq!((&broken["step"], &broken["ended_as"]), (&json!("closed"), &json!("aborted")));
        let booked = floor.booked().await;
        assert_eq!((&booked["state"], &booked["reason"]), (&json!("failed"), &json!("The slot is jammed")));
        assert_eq!(booked["payment_state"], "refund_pending");
        assert_eq!(floor.staff().bay(floor.bay).await["state"], "turn_over");
        nothing_contradicts(&app).await;
    }

    /// What is unexpected is said twice; what nobody knows and what is broken is locked.
    async fn what_comes_back_is_looked_at(app: TestApp) {
        let floor = Floor::new(&app).await;
        let binu = app.customer().await;
        let his = floor.world.pack_in_use(&binu).await;
        let session = floor.open().await;
        floor.act(&session, "next").await;
        let bring = async |body: Value| floor.staff().in_session(&session, "return", body).await;
        bring(json!({})).await.wrong_field("serial");
        bring(json!({"serial": "Nobody's"})).await.wrong_field("confirm");
        bring(json!({"serial": his})).await.wrong_field("confirm");
        bring(json!({"serial": "Station 1 0"})).await.problem(409, "battery_busy");
        let unknown = bring(json!({"serial": "Nobody's", "confirm": true})).await.expect(200);
        assert_eq!((&unknown["returns"][0]["serial"], &unknown["returns"][0]["is_locked"]), (&json!("Nobody's"), &json!(true)));

        let floor = Floor::new_at(&floor.world, &app).await;
        let session = floor.open().await;
        floor.act(&session, "next").await;
        let broken = json!({"serial": floor.serial, "damage": "A crack in the shell"});
        let locked = floor.staff().in_session(&session, "return", broken).await.expect(200);
        assert_eq!(locked["returns"][0]["is_locked"], true);
        nothing_contradicts(&app).await;
    }

    /// Who scans what she hands over hears of a mistake before it leaves.
    async fn the_wrong_pack_does_not_leave(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.until_pack_out().await;
        let hers = session["items"][0]["battery_serial"].as_str().unwrap();
        let taken = async |body: Value| floor.staff().in_session(&session, "taken", body).await;
        let before = floor.booked().await["state"].clone();
        let wrong = taken(json!({"serial": floor.serial})).await;
        wrong.wrong_field("serial");
        assert!(wrong.text().contains(hers), "{}", wrong.text());
        assert_eq!(floor.booked().await["state"], before);
        taken(json!({"serial": format!(" {} ", hers.to_lowercase())})).await.expect(200);
        assert_eq!(floor.booked().await["state"], "completed");
        nothing_contradicts(&app).await;
    }

    /// Where every slot is taken, what comes back goes into the slot that the new pack leaves.
    async fn a_full_cabinet_swaps_all_the_same(app: TestApp) {
        let floor = Floor::new(&app).await;
        let next = Floor::new_at(&floor.world, &app).await;
        floor.fill(&app).await;
        let session = floor.open().await;
        floor.act(&session, "next").await;
        let waits = floor.bring(&session).await;
        assert_eq!((&waits["step"], &waits["returns"][0]["slot"]), (&json!("pack_assigned"), &json!(null)));
        assert_eq!((&waits["returns"][0]["serial"], &waits["returns"][0]["is_waiting"]), (&json!(floor.serial), &json!(true)));
        let left = waits["items"][0]["slot"].clone();
        floor.act(&session, "next").await;
        floor.act(&session, "next").await;
        floor.act(&session, "pay").await;
        let over = floor.act(&session, "taken").await;
        assert_eq!((&over["returns"][0]["slot"], &over["returns"][0]["is_waiting"]), (&left, &json!(false)));
        let place = SlotNumber(left.as_i64().unwrap()).label();
        assert!(floor.page(&app, &session).await.contains(&format!("{}, slot {place}", floor.serial)));
        nothing_contradicts(&app).await;

        // And when it ends at the counter.
        let session = next.open().await;
        next.act(&session, "next").await;
        assert_eq!(next.bring(&session).await["returns"][0]["is_waiting"], true);
        let path = format!("/api/v1/bookings/{}/collect", next.booking["id"]);
        next.staff().client.post(&path, json!({"code": next.booking["code"]})).await.expect(200);
        let path = format!("/api/v1/sessions/{}", session["id"]);
        let over = next.staff().client.get(&path).await.expect(200);
        assert_eq!((&over["step"], &over["returns"][0]["is_waiting"]), (&json!("closed"), &json!(false)));
        nothing_contradicts(&app).await;
    }

    /// A swap that is broken off leaves the customer with the pack that waited.
    async fn what_waits_for_a_slot_stays_with_its_customer_when_it_is_broken_off(app: TestApp) {
        let floor = Floor::new(&app).await;
        floor.fill(&app).await;
        let session = floor.open().await;
        floor.act(&session, "next").await;
        floor.bring(&session).await;
        let body = json!({"reason": "The bay is flooded"});
        let broken = floor.world.operator.in_session(&session, "abort", body).await.expect(200);
        assert_eq!(broken["ended_as"], "aborted");
        assert!(floor.page(&app, &session).await.contains("in no slot: it stays with the customer"));
        nothing_contradicts(&app).await;
        // It is hers still, and comes back another day.
        let again = floor.world.book(&floor.asha, floor.world.station).await;
        let again = Floor { booking: again, ..floor };
        again.staff().at_bay(again.bay, "release", json!({})).await.expect(200);
        let session = again.open().await;
        again.act(&session, "next").await;
        assert_eq!(again.bring(&session).await["returns"][0]["is_waiting"], true);
    }

    async fn who_has_no_booking_is_served_as_well(app: TestApp) {
        let floor = Floor::new(&app).await;
        let binu = app.customer().await;
        let nobody = json!({"walk_in": {"email": "nobody@example.org", "model_id": floor.world.model}});
        floor.staff().at_bay(floor.bay, "sessions", nobody).await.wrong_field("walk_in.email");
        let unnamed = json!({"walk_in": {"name": "x".repeat(81), "model_id": floor.world.model}});
        floor.staff().at_bay(floor.bay, "sessions", unnamed).await.wrong_field("walk_in.name");
        let occupied = floor.staff().at_bay(floor.bay, "occupy", json!({})).await.expect(200);
        let session = &occupied["session"];
        assert_eq!(session["step"], "open");
        floor.staff().in_session(session, "next", json!({})).await.problem(409, "session_busy");
        let body = json!({"walk_in": {"email": binu.email, "model_id": floor.world.model}, "party_size": 2});
        let known = floor.staff().in_session(session, "identify", body).await.expect(200);
        assert_eq!((&known["step"], &known["party_size"], &known["booking_state"]), (&json!("identified"), &json!(2), &json!("in_service")));
        floor.act(session, "next").await;
        floor.staff().in_session(session, "return", json!({"none": true})).await.expect(200);
        for action in ["next", "next", "pay", "taken"] {
            floor.act(session, action).await;
        }
        assert_eq!(binu.told_of("booking_completed").await.len(), 1);
        nothing_contradicts(&app).await;
    }

    async fn a_guest_without_an_account_is_served_as_well(app: TestApp) {
        let floor = Floor::new(&app).await;
        let guest = json!({"walk_in": {"name": "  Chandra ", "model_id": floor.world.model}});
        let session = floor.staff().at_bay(floor.bay, "sessions", guest).await.expect(201);
        assert_eq!((&session["step"], &session["customer_name"]), (&json!("identified"), &json!("Chandra")));
        floor.act(&session, "next").await;
        floor.staff().in_session(&session, "return", json!({"none": true})).await.expect(200);
        for action in ["next", "next", "pay", "taken"] {
            floor.act(&session, action).await;
        }
        let receipt = format!("/api/v1/bookings/{}/receipt", session["booking_id"]);
        assert_eq!(floor.staff().client.get(&receipt).await.expect(200)["total"], PRICE);
        nothing_contradicts(&app).await;
        for email in ["guest", "guest:", "guest@example.org"] {
            let body = json!({"email": email, "password": ""});
            assert!(app.client().post("/api/v1/auth/login", body).await.status >= 400, "{email}");
        }
    }

    async fn a_wrong_code_opens_nothing_and_counts(app: TestApp) {
        let floor = Floor::new(&app).await;
        let wrong = json!({"booking_id": floor.booking["id"], "code": "222222"});
        floor.staff().at_bay(floor.bay, "sessions", wrong).await.problem(403, "wrong_code");
        floor.staff().at_bay(floor.bay, "sessions", json!({"code": "222222"})).await.wrong_field("code");
        let unproved = json!({"booking_id": floor.booking["id"]});
        floor.staff().at_bay(floor.bay, "sessions", unproved).await.wrong_field("code");
        assert_eq!(floor.staff().bay(floor.bay).await["state"], "free");
        let by_pin = json!({"pin": floor.booking["pin"], "party_size": 51});
        floor.staff().at_bay(floor.bay, "sessions", by_pin).await.wrong_field("party_size");
    }

    /// Called, driven in, and nobody else gets the bay meanwhile.
    async fn who_was_called_is_served_in_her_bay(app: TestApp) {
        let floor = Floor::new(&app).await;
        let path = format!("/api/v1/bookings/{}/check-in", floor.booking["id"]);
        floor.staff().client.post(&path, json!({"code": floor.booking["code"]})).await.expect(200);
        assert_eq!(floor.staff().bay(floor.bay).await["state"], "called");
        let binu = app.customer().await;
        let walk_in = json!({"walk_in": {"email": binu.email, "model_id": floor.world.model}});
        floor.staff().at_bay(floor.bay, "sessions", walk_in).await.problem(409, "bay_busy");
        let occupied = floor.staff().at_bay(floor.bay, "occupy", json!({})).await.expect(200);
        assert_eq!(occupied["session"]["booking_id"], floor.booking["id"]);
        assert_eq!(occupied["session"]["step"], "identified");
        floor.staff().at_bay(floor.bay, "release", json!({})).await.problem(409, "bay_busy");
        nothing_contradicts(&app).await;
    }

    async fn two_who_open_the_same_bay_get_one_session(app: TestApp) {
        let floor = Floor::new(&app).await;
        let binu = app.customer().await;
        let other = floor.world.book(&binu, floor.world.station).await;
        let body = |booking: &Value| json!({"code": booking["code"]});
        let (one, two) = tokio::join!(
            floor.staff().at_bay(floor.bay, "sessions", body(&floor.booking)),
            floor.world.operator.at_bay(floor.bay, "sessions", body(&other)),
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        nothing_contradicts(&app).await;
    }

    async fn a_swap_ends_with_its_booking_at_the_counter(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.open().await;
        let path = format!("/api/v1/bookings/{}/collect", floor.booking["id"]);
        floor.staff().client.post(&path, json!({"code": floor.booking["code"]})).await.expect(200);
        let path = format!("/api/v1/sessions/{}", session["id"]);
        assert_eq!(floor.staff().client.get(&path).await.expect(200)["ended_as"], "closed");
        nothing_contradicts(&app).await;
    }

    async fn the_socket_of_a_session_tells_and_is_told(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.open().await;
        for (person, rest) in [(floor.staff(), ""), (&floor.asha, "/")] {
            let path = format!("/ws/sessions/{}{rest}", session["id"]);
            let mut socket = Socket::open_as(app.address, &path, &person.token).await;
            let welcome = socket.next().await;
            assert_eq!((&welcome["type"], &welcome["session_id"]), (&json!("connection_established"), &session["id"]));
            let status = socket.next().await;
            assert_eq!(status["type"], "session_status");
            for field in ["id", "session_code", "bay_number", "station_id", "party_size", "step", "started_at", "closed_at"] {
                assert_eq!(status["data"][field], session[field], "{field}");
            }
            assert_eq!(status["data"].get("customer_name").is_some(), rest.is_empty());
            assert!(status["data"].get("code").is_none() && status["data"].get("pin").is_none());
        }
        let path = format!("/ws/sessions/{}/?snapshot=0", session["id"]);
        let mut hers = Socket::open_as(app.address, &path, &floor.asha.token).await;
        let mut theirs = Socket::open_as(app.address, &path, &floor.staff().token).await;
        hers.next().await;
        theirs.next().await;
        hers.say(json!({"type": "update_party_size", "party_size": 4})).await;
        assert_eq!(hers.next().await["code"], "forbidden");
        theirs.say(json!({"type": "update_party_size", "party_size": 4})).await;
        for socket in [&mut hers, &mut theirs] {
            let update = socket.next().await;
            assert_eq!((&update["type"], &update["data"]["party_size"]), (&json!("session_update"), &json!(4)));
            assert!(update["data"].get("customer_name").is_none());
        }
        theirs.say(json!({"type": "update_party_size"})).await;
        assert_eq!(theirs.next().await["code"], "invalid");
        theirs.say(json!({"type": "close_session"})).await;
        assert_eq!(theirs.next().await["code"], "session_busy");
        floor.act(&session, "next").await;
        floor.bring(&session).await;
        floor.act(&session, "next").await;
        floor.act(&session, "next").await;
        floor.act(&session, "pay").await;
        theirs.settle().await;
        theirs.say(json!({"type": "close_session"})).await;
        let update = theirs.next().await;
        assert!(update["data"]["closed_at"].is_string(), "{update}");
        assert_eq!(floor.booked().await["state"], "completed");
    }

    async fn a_session_is_nobody_elses_business(app: TestApp) {
        let floor = Floor::new(&app).await;
        let session = floor.open().await;
        let path = format!("/ws/sessions/{}/", session["id"]);
        assert_eq!(Socket::refused(app.address, &path, &[]).await, 403);
        let elsewhere = floor.world.build("Hill Top", 0).await;
        let attendant = app.staff(Role::Attendant, &[elsewhere]).await;
        for person in [&app.customer().await, &attendant] {
            assert_eq!(Socket::refused_as(app.address, &path, &person.token).await, 403);
            let path = format!("/api/v1/sessions/{}", session["id"]);
            person.client.get(&path).await.problem(403, "forbidden");
        }
        attendant.in_session(&session, "next", json!({})).await.problem(403, "forbidden");
        floor.asha.in_session(&session, "next", json!({})).await.problem(403, "forbidden");
    }
}

impl Floor {
    /// The same, with another customer, in another bay of the same station.
    async fn new_at(world: &World, app: &TestApp) -> Self {
        let asha = app.customer().await;
        let serial = world.pack_in_use(&asha).await;
        let booking = world.book(&asha, world.station).await;
        let bay = world.bays(world.station, 1).await[0];
        let world = World::beside(world, app).await;
        Self {
            world,
            bay,
            asha,
            serial,
            booking,
        }
    }
}
