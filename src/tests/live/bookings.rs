//! A booking's own socket, for its customer and the staff of its station.

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::support::app::{Person, TestApp};
use crate::support::world::{PRICE, World};
use crate::support::ws::Socket;

async fn open(app: &TestApp, person: &Person, booking: &Value, rest: &str) -> Socket {
    let path = format!("/ws/bookings/{}/{rest}", booking["id"]);
    Socket::open_as(app.address, &path, &person.token).await
}

each_engine! {
    async fn on_connect_it_says_how_the_booking_is(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let pack = world.pack(world.station).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        for rest in ["", "items/", "items"] {
            let mut hers = open(&app, &asha, &booking, rest).await;
            let welcome = hers.next().await;
            assert_eq!(welcome["message"], format!("Connected to booking_{}", booking["id"]));
            assert_eq!(welcome["booking_id"], booking["id"]);
            let status = hers.next().await;
            assert_eq!(status["type"], "booking_status");
            let data = &status["data"];
            assert_eq!(data["state"], "confirmed");
            assert_eq!(data["state_label"], booking["state_label"]);
            assert_eq!(data["station_name"], "Station 1");
            assert_eq!(data["items_count"], 1);
            assert_eq!(data["items"][0]["battery_id"], pack);
            assert_eq!(data["items"][0]["battery_serial"], "Later 0");
            assert_eq!((&data["code"], &data["pin"]), (&booking["code"], &booking["pin"]));
            assert_eq!((&data["total_amount"], &data["currency"]), (&json!(PRICE), &json!("INR")));
            assert_eq!(hers.next().await["data"], *data, "and the snapshot says the same");
        }
        let mut theirs = open(&app, &world.operator, &booking, "").await;
        theirs.next().await;
        let status = theirs.next().await;
        assert!(status["data"].get("code").is_none() && status["data"].get("pin").is_none());
    }

    async fn it_is_nobody_elses_business(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        world.pack(world.station).await;
        let (asha, ravi) = (app.customer().await, app.customer().await);
        let booking = world.book(&asha, world.station).await;
        let elsewhere = app.staff(Role::Attendant, &[world.stations[1]]).await;
        let end = open(&app, &ravi, &booking, "").await.end().await;
        assert_eq!(end.code, Some(4404));
        assert_eq!(end.frames[0]["code"], "not_found");
        let nothing = json!({"id": 4_711});
        assert_eq!(open(&app, &asha, &nothing, "").await.end().await.code, Some(4404));
        let path = format!("/ws/bookings/{}/", booking["id"]);
        assert_eq!(Socket::refused(app.address, &path, &[]).await, 403);
        assert_eq!(Socket::refused_as(app.address, &path, &elsewhere.token).await, 403);
    }

    async fn changes_are_pushed_without_secrets(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        world.pack(world.station).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let mut hers = open(&app, &asha, &booking, "?snapshot=0").await;
        let seq = hers.next().await["seq"].as_u64().unwrap();
        world.operator.client.act(&format!("/api/v1/bookings/{}/ready", booking["id"])).await.expect(200);
        let update = hers.next().await;
        assert_eq!((&update["type"], &update["seq"]), (&json!("booking_update"), &json!(seq + 1)));
        assert_eq!(update["data"]["state"], "ready");
        for secret in ["code", "pin", "customer_name"] {
            assert!(update["data"].get(secret).is_none(), "{secret}");
        }
        let items = hers.next().await;
        assert_eq!(items["type"], "items_updated");
        assert_eq!(items["items"][0]["state"], "ready");
        let path = format!("?epoch={}&since={seq}", booking["epoch"].as_str().unwrap());
        let mut back = open(&app, &asha, &booking, &path).await;
        back.next().await;
        assert_eq!(back.take(2).await, [update, items]);
    }

    async fn questions_are_answered(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        world.pack(world.station).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let mut hers = open(&app, &asha, &booking, "items/?snapshot=0").await;
        hers.next().await;
        hers.say(json!({"action": "get_items"})).await;
        let list = hers.next().await;
        assert_eq!((&list["type"], &list["items"]), (&json!("items_list"), &booking["items"]));
        hers.say(json!({"type": "get_status"})).await;
        let status = hers.next().await;
        assert_eq!((&status["type"], &status["data"]["code"]), (&json!("booking_status"), &booking["code"]));
        hers.say(json!({"type": "update_status", "status": "ready"})).await;
        assert_eq!(hers.next().await["code"], "forbidden");
        hers.say(json!({"type": "pay"})).await;
        assert_eq!(hers.next().await["code"], "unknown_type");
        assert!(hers.settle().await.is_empty());
    }

    async fn staff_move_it_on(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        world.pack(world.station).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let attendant = app.staff(Role::Attendant, &[world.station]).await;
        let mut hers = open(&app, &asha, &booking, "?snapshot=0").await;
        let mut theirs = open(&app, &attendant, &booking, "?snapshot=0").await;
        hers.next().await;
        theirs.next().await;
        theirs.say(json!({"type": "update_status", "status": "ready"})).await;
        for socket in [&mut hers, &mut theirs] {
            assert_eq!(socket.next_of("booking_update").await["data"]["state"], "ready");
        }
        theirs.settle().await;
        theirs.say(json!({"type": "update_status", "status": "ready"})).await;
        let refused = theirs.next().await;
        assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("illegal_transition")));
        assert!(refused["allowed"].as_array().is_some_and(|allowed| allowed.contains(&json!("cancel"))), "{refused}");
        for (status, code) in [("expired", "illegal_transition"), ("flying", "invalid")] {
            theirs.say(json!({"type": "update_status", "status": status})).await;
            assert_eq!(theirs.next().await["code"], code);
        }
        theirs.say(json!({"type": "update_status", "status": "cancelled"})).await;
        assert_eq!(theirs.next_of("booking_update").await["data"]["state"], "cancelled");
    }
}
