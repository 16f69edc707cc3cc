//! Packs: staff put them in, measure, lock, clear and take them out; a held one is never lost to its customer.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Role, StationId};
use voltbay::server::check;
use voltbay::server::service::batteries::release_inspected;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;

async fn put_in(person: &Person, station: i64, body: Value) -> Answer {
    person
        .client
        .post(&format!("/api/v1/stations/{station}/batteries"), body)
        .await
}

async fn change(person: &Person, battery: i64, body: Value) -> Answer {
    person
        .client
        .patch(&format!("/api/v1/batteries/{battery}"), body)
        .await
}

async fn pack_in(app: &TestApp, station: i64, slot: i64) -> Value {
    let packs = app.packs(station).await;
    packs
        .into_iter()
        .find(|pack| pack["slot"] == slot)
        .unwrap_or(Value::Null)
}

fn id(of: &Value) -> i64 {
    of["id"].as_i64().unwrap()
}

async fn assert_no_drift(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
}

each_engine! {
    async fn a_charged_pack_is_ready_at_once_and_an_empty_one_charges(app: TestApp) {
        let demo = app.demo().await;
        let before = app.station(1).await;
        let full = put_in(&demo.attendant, 1, json!({"serial": "A-1", "model_id": 1, "soc": 95})).await.expect(201);
        assert_eq!((&full["state"], &full["slot"]), (&json!("available"), &json!(4)), "the first free slot is A4");
        let low = put_in(&demo.attendant, 1, json!({"serial": "A-2", "model_id": 1, "soc": 20, "slot": 15})).await;
        let low = low.expect(201);
        assert_eq!((&low["state"], &low["slot"]), (&json!("charging"), &json!(15)));
        assert!(low["eta_full"].is_string() && full["eta_full"].is_null());
        let after = app.station(1).await;
        let count = |station: &Value, what: &str| station[what].as_i64().unwrap();
        assert_eq!(count(&after, "available_batteries"), count(&before, "available_batteries") + 1);
        assert_eq!(count(&after, "charging_batteries"), count(&before, "charging_batteries") + 1);
        assert_eq!(count(&after, "free_slots"), count(&before, "free_slots") - 2);
        assert_eq!(count(&after, "seq"), count(&before, "seq") + 4, "two events each");
        assert_no_drift(&app).await;
    }

    async fn what_cannot_be_put_in_is_refused(app: TestApp) {
        let demo = app.demo().await;
        let attendant = &demo.attendant;
        put_in(attendant, 1, json!({"serial": "A-1", "model_id": 1, "slot": 4})).await.expect(201);
        put_in(attendant, 1, json!({"serial": "A-1", "model_id": 1})).await.problem(409, "serial_taken");
        put_in(attendant, 1, json!({"serial": "A-2", "model_id": 1, "slot": 4})).await.problem(409, "slot_taken");
        put_in(attendant, 1, json!({"serial": "A-2", "model_id": 1, "slot": 17})).await.wrong_field("slot");
        put_in(attendant, 4, json!({"serial": "A-2", "model_id": 1, "slot": 16})).await.wrong_field("slot");
        put_in(attendant, 1, json!({"serial": "A-2", "model_id": 9})).await.wrong_field("model_id");
        put_in(attendant, 1, json!({"serial": "", "model_id": 1})).await.wrong_field("serial");
        put_in(attendant, 1, json!({"serial": "A-2", "model_id": 1, "soc": 101})).await.wrong_field("soc");
        put_in(attendant, 99, json!({"serial": "A-2", "model_id": 1})).await.problem(404, "not_found");
        for serial in ["A-3", "A-4"] {
            put_in(attendant, 1, json!({"serial": serial, "model_id": 1})).await.expect(201);
        }
        put_in(attendant, 1, json!({"serial": "A-5", "model_id": 1})).await.problem(409, "no_free_slot");
        assert_eq!(app.station(1).await["free_slots"], 0);
        assert_no_drift(&app).await;
    }

    async fn only_staff_of_the_station_touch_its_packs(app: TestApp) {
        let demo = app.demo().await;
        let elsewhere = app.staff(Role::Attendant, &[StationId(2)]).await;
        let body = || json!({"serial": "A-1", "model_id": 1});
        for person in [&demo.customer, &elsewhere] {
            put_in(person, 1, body()).await.problem(403, "forbidden");
            change(person, 1, json!({"soc": 50})).await.problem(403, "forbidden");
            person.client.delete("/api/v1/batteries/1").await.problem(403, "forbidden");
        }
        let seen_by = async |person: &Person| {
            let packs = person.client.get("/api/v1/stations/1/batteries").await.expect(200);
            crate::support::demo::listed(&packs)[0].clone()
        };
        assert!(seen_by(&demo.attendant).await["serial"].is_string());
        for person in [&demo.customer, &elsewhere] {
            let pack = seen_by(person).await;
            for secret in ["serial", "service_cycles", "booking_id", "note"] {
                assert!(pack.get(secret).is_none(), "{secret}");
            }
        }
    }

    async fn the_same_pack_is_put_in_once(app: TestApp) {
        let demo = app.demo().await;
        let client = demo.attendant.client.with("idempotency-key", "pack-1");
        let body = json!({"serial": "A-1", "model_id": 1});
        let first = client.post("/api/v1/stations/1/batteries", body.clone()).await.expect(201);
        assert_eq!(client.post("/api/v1/stations/1/batteries", body.clone()).await.expect(201), first);
        client.post("/api/v1/stations/2/batteries", body).await.problem(422, "idempotency_mismatch");
    }

    async fn a_pack_is_locked_repaired_and_cleared_in_this_order(app: TestApp) {
        let demo = app.demo().await;
        let pack = id(&pack_in(&app, 1, 1).await);
        let attendant = &demo.attendant;
        change(attendant, pack, json!({"state": "quarantined"})).await.wrong_field("note");
        let locked = change(attendant, pack, json!({"state": "quarantined", "note": "Smells."})).await.expect(200);
        assert_eq!((&locked["state"], &locked["note"]), (&json!("quarantined"), &json!("Smells.")));
        assert_eq!(app.station(1).await["available_batteries"], 5);
        change(attendant, pack, json!({"state": "charging"})).await.problem(409, "battery_busy");
        change(attendant, pack, json!({"state": "available"})).await.problem(409, "battery_busy");
        change(attendant, pack, json!({"state": "in_use"})).await.wrong_field("state");
        change(attendant, pack, json!({"state": "maintenance"})).await.expect(200);
        let cleared = change(attendant, pack, json!({"state": "charging"})).await.expect(200);
        assert_eq!((&cleared["state"], &cleared["note"]), (&json!("available"), &Value::Null));
        assert_eq!(app.station(1).await["available_batteries"], 6);
        assert_no_drift(&app).await;
    }

    async fn a_measurement_decides_what_becomes_of_a_pack(app: TestApp) {
        let demo = app.demo().await;
        let pack = id(&pack_in(&app, 1, 1).await);
        let state_at = async |body: Value| change(&demo.attendant, pack, body).await.expect(200)["state"].clone();
        assert_eq!(state_at(json!({"soc": 86})).await, "available", "a pack near the limit does not flutter");
        assert_eq!(app.station(1).await["available_batteries"], 5, "but it is not handed out");
        assert_eq!(state_at(json!({"soc": 84})).await, "charging");
        assert_eq!(state_at(json!({"soc": 89})).await, "charging");
        assert_eq!(state_at(json!({"soc": 90})).await, "available");
        assert_eq!(state_at(json!({"soh": 69})).await, "quarantined", "worn out");
        assert_eq!(state_at(json!({"slot": 4})).await, "quarantined");
        assert_eq!(id(&pack_in(&app, 1, 4).await), pack);
        change(&demo.attendant, pack, json!({"slot": 2})).await.problem(409, "slot_taken");
        change(&demo.attendant, 9_999, json!({"soc": 1})).await.problem(404, "not_found");
        assert_no_drift(&app).await;
    }

    async fn a_held_pack_that_fails_is_exchanged_for_another(app: TestApp) {
        let demo = app.demo().await;
        // A7: 98 %; A1 has 100 %, B4 has 99 %.
        let held = id(&pack_in(&app, 1, 7).await);
        let items = json!([{"kind": "swap", "battery_id": held}]);
        let body = json!({"station_id": 1, "items": items});
        let booking = demo.customer.client.post("/api/v1/bookings", body).await.expect(201);
        let path = format!("/api/v1/bookings/{}", booking["id"]);
        let lock = json!({"state": "quarantined", "note": "Dented."});
        change(&demo.attendant, held, lock).await.expect(200);
        let after = demo.customer.client.get(&path).await.expect(200);
        let promised = after["items"][0]["battery_id"].as_i64().unwrap();
        assert_ne!(promised, held);
        assert!(after["items"][0]["soc"].as_i64().unwrap() >= 98);
        assert_eq!(id(&pack_in(&app, 1, after["items"][0]["slot"].as_i64().unwrap()).await), promised);
        assert_eq!(after["state"], "confirmed");
        let station = app.station(1).await;
        assert_eq!((&station["available_batteries"], &station["booked_batteries"]), (&json!(4), &json!(1)));
        let inbox = demo.customer.client.get("/api/v1/notifications").await.expect(200);
        assert_eq!(inbox["items"][0]["event"], "station_alert");
        assert_no_drift(&app).await;
        let code = json!({"code": after["code"]});
        demo.attendant.client.post(&format!("{path}/collect"), code).await.expect(200);
        assert_no_drift(&app).await;
    }

    async fn a_held_pack_that_nothing_can_replace_is_locked_all_the_same(app: TestApp) {
        let demo = app.demo().await;
        // The only VB72 that is ready.
        let booking = demo.customer.book(1, 3, 1).await.expect(201);
        let held = id(&pack_in(&app, 1, 9).await);
        let path = format!("/api/v1/bookings/{}", booking["id"]);
        for (failed, mended) in [(json!({"soc": 50}), json!({"soc": 100})), (json!({"soc": 80}), json!({"soc": 90}))] {
            change(&demo.attendant, held, failed).await.expect(200);
            let waits = demo.customer.client.get(&path).await.expect(200);
            assert_eq!(waits["items"][0]["battery_id"], Value::Null);
            assert_no_drift(&app).await;
            change(&demo.attendant, held, mended).await.expect(200);
            let again = demo.customer.client.get(&path).await.expect(200);
            assert_eq!(again["items"][0]["battery_id"], held);
        }
        change(&demo.attendant, held, json!({"soh": 60})).await.expect(200);
        assert_eq!(pack_in(&app, 1, 9).await["state"], "quarantined");
        demo.attendant.client.delete(&format!("/api/v1/batteries/{held}")).await.expect(204);
        assert_no_drift(&app).await;
    }

    async fn a_held_pack_may_move_and_the_booking_knows(app: TestApp) {
        let demo = app.demo().await;
        let booking = demo.customer.book(1, 3, 1).await.expect(201);
        let held = id(&pack_in(&app, 1, 9).await);
        change(&demo.attendant, held, json!({"slot": 13})).await.expect(200);
        let path = format!("/api/v1/bookings/{}", booking["id"]);
        let after = demo.customer.client.get(&path).await.expect(200);
        assert_eq!(after["items"][0]["slot"], 13);
        assert!(after["seq"].as_i64() > booking["seq"].as_i64());
        assert_no_drift(&app).await;
    }

    async fn a_pack_taken_out_is_gone_for_good(app: TestApp) {
        let demo = app.demo().await;
        let pack = id(&pack_in(&app, 1, 1).await);
        let path = format!("/api/v1/batteries/{pack}");
        demo.attendant.client.delete(&path).await.expect(204);
        assert_eq!(pack_in(&app, 1, 1).await, Value::Null);
        demo.attendant.client.delete(&path).await.problem(409, "battery_busy");
        change(&demo.attendant, pack, json!({"soc": 50})).await.problem(409, "battery_busy");
        let station = app.station(1).await;
        assert_eq!((&station["total_batteries"], &station["free_slots"]), (&json!(5), &json!(4)));
        assert_no_drift(&app).await;
    }

    async fn a_pack_comes_back_is_looked_at_and_charges(app: TestApp) {
        let demo = app.demo().await;
        let booking = demo.customer.book(1, 1, 1).await.expect(201);
        let pack = booking["items"][0]["battery_id"].as_i64().unwrap();
        let path = format!("/api/v1/bookings/{}/collect", booking["id"]);
        demo.attendant.client.post(&path, json!({"code": booking["code"]})).await.expect(200);
        change(&demo.attendant, pack, json!({"soc": 50})).await.problem(409, "battery_busy");
        let back = json!({"state": "returned", "soc": 15});
        change(&demo.attendant, pack, back).await.wrong_field("station_id");
        let back = json!({"state": "returned", "soc": 15, "station_id": 2});
        let returned = change(&demo.attendant, pack, back.clone()).await.expect(200);
        assert_eq!((&returned["state"], &returned["station_id"]), (&json!("returned"), &json!(2)));
        change(&demo.attendant, pack, back).await.problem(409, "battery_busy");
        assert_no_drift(&app).await;
        app.clock.advance(Duration::from_mins(2));
        release_inspected(&app.app).await.unwrap();
        let slot = returned["slot"].as_i64().unwrap();
        assert_eq!(pack_in(&app, 2, slot).await["state"], "charging");
        assert_no_drift(&app).await;
    }
}
