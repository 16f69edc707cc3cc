//! A person's own socket: who may open it, what comes over it, and when it ends.

use serde_json::json;
use voltbay::domain::Role;

use crate::support::app::{Person, TestApp};
use crate::support::world::World;
use crate::support::ws::Socket;

const PATH: &str = "/ws/notifications/";

async fn open(app: &TestApp, person: &Person, query: &str) -> Socket {
    Socket::open_as(app.address, &format!("{PATH}{query}"), &person.token).await
}

each_engine! {
    async fn nobody_in_particular_is_refused(app: TestApp) {
        assert_eq!(Socket::refused(app.address, PATH, &[]).await, 403);
        assert_eq!(Socket::refused(app.address, "/ws/notifications", &[]).await, 403);
        assert_eq!(Socket::refused(app.address, "/ws/notifications/?user_id=1", &[]).await, 403);
        assert_eq!(Socket::refused(app.address, "/ws/notifications/?ticket=x", &[]).await, 403);
        let stranger = [("authorization", "Bearer nobody")];
        assert_eq!(Socket::refused(app.address, PATH, &stranger).await, 403);
        let asha = app.customer().await;
        let bearer = format!("Bearer {}", asha.token);
        let foreign = [("authorization", bearer.as_str()), ("origin", "https://evil.example.org")];
        assert_eq!(Socket::refused(app.address, PATH, &foreign).await, 403);
    }

    async fn token_cookie_and_ticket_all_say_who_it_is(app: TestApp) {
        let asha = app.customer().await;
        let mut by_token = open(&app, &asha, "?user_id=999").await;
        let welcome = by_token.next().await;
        assert_eq!(welcome["type"], "connection_established");
        assert_eq!(welcome["message"], "Connected to personal notifications");
        assert_eq!(welcome["user_id"], asha.id.0);
        assert!(welcome.get("station_id").is_none());
        let cookie = format!("voltbay_session={}", asha.token);
        let mut by_cookie = Socket::open_with(app.address, PATH, &[("cookie", &cookie)]).await;
        assert_eq!(by_cookie.next().await["user_id"], asha.id.0);
        let ticket = asha.client.act("/api/v1/ws-ticket").await.expect(201);
        let path = format!("{PATH}?ticket={}", ticket["ticket"].as_str().unwrap());
        let mut by_ticket = Socket::open(app.address, &path).await;
        assert_eq!(by_ticket.next().await["user_id"], asha.id.0);
        assert_eq!(Socket::refused(app.address, &path, &[]).await, 403, "a ticket opens one socket");
    }

    async fn a_booking_is_confirmed_and_made_ready(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        world.pack(world.station).await;
        let asha = app.customer().await;
        let ravi = app.customer().await;
        let mut hers = open(&app, &asha, "").await;
        let mut his = open(&app, &ravi, "").await;
        let seq = hers.next().await["seq"].as_u64().unwrap();
        assert_eq!(hers.next().await["notifications"], json!([]));
        his.take(2).await;
        let booking = world.book(&asha, world.station).await;
        let confirmed = hers.next().await;
        assert_eq!(
            confirmed,
            json!({
                "type": "booking_confirmed", "seq": seq + 1, "id": confirmed["id"], "read": false,
                "booking_id": booking["id"], "station_name": "Station 1", "battery_info": format!("Voltbay - {}", world.model_name()),
                "message": "Battery booked successfully at Station 1", "timestamp": "2026-11-21T10:30:00.000000Z",
            })
        );
        let path = format!("/api/v1/bookings/{}/ready", booking["id"]);
        world.operator.client.act(&path).await.expect(200);
        let ready = hers.next().await;
        assert_eq!(
            ready,
            json!({
                "type": "booking_ready", "seq": seq + 2, "id": ready["id"], "read": false,
                "booking_id": booking["id"], "station_name": "Station 1",
                "message": "Your battery is ready for collection at Station 1",
                "timestamp": "2026-11-21T10:30:00.000000Z",
            })
        );
        assert!(his.settle().await.is_empty(), "another person's");
        let mut again = open(&app, &asha, "").await;
        again.next().await;
        let snapshot = again.next().await;
        assert_eq!((&snapshot["type"], &snapshot["unread"], &snapshot["seq"]), (&json!("snapshot"), &json!(2), &json!(seq + 2)));
        let events: Vec<_> = snapshot["notifications"].as_array().unwrap().iter().map(|row| row["event"].clone()).collect();
        assert_eq!(events, ["booking_ready", "booking_confirmed"]);
        let back = format!("?epoch={}&since={}", snapshot["epoch"].as_str().unwrap(), seq);
        let mut back = open(&app, &asha, &back).await;
        back.next().await;
        assert_eq!(back.take(2).await, [confirmed, ready], "what was missed, as it was");
    }

    async fn the_station_hears_of_a_new_booking(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        world.pack(world.station).await;
        let attendant = app.staff(Role::Attendant, &[world.station]).await;
        let elsewhere = app.staff(Role::Attendant, &[world.stations[1]]).await;
        let mut here = open(&app, &attendant, "?snapshot=0").await;
        let mut there = open(&app, &elsewhere, "?snapshot=0").await;
        here.next().await;
        there.next().await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let news = here.next().await;
        assert_eq!(news["type"], "notification");
        assert_eq!(news["event"], "new_booking");
        assert_eq!(news["level"], "info");
        assert_eq!(news["message"], "New booking received for Station 1.");
        assert_eq!(news["booking_id"], booking["id"]);
        assert!(news["title"].as_str().is_some_and(|title| !title.is_empty()));
        assert!(there.settle().await.is_empty());
    }

    async fn what_is_seen_is_seen_everywhere(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        world.pack(world.station).await;
        let asha = app.customer().await;
        let mut telephone = open(&app, &asha, "?snapshot=0").await;
        let mut laptop = open(&app, &asha, "?snapshot=0").await;
        telephone.next().await;
        laptop.next().await;
        world.book(&asha, world.station).await;
        let id = telephone.next().await["id"].clone();
        laptop.next().await;
        telephone.say(json!({"type": "ack", "id": id})).await;
        assert_eq!(telephone.next_of("acked").await, json!({"type": "acked", "id": id}));
        let read = laptop.next().await;
        assert_eq!((&read["type"], &read["ids"], &read["unread"]), (&json!("notification_read"), &json!([id]), &json!(0)));
        laptop.say(json!({"type": "ack", "id": 424_242})).await;
        assert_eq!(laptop.next().await["code"], "not_found");
        laptop.say(json!({"type": "ack"})).await;
        assert_eq!(laptop.next().await["code"], "invalid");
        laptop.say(json!({"type": "dance"})).await;
        assert_eq!(laptop.next().await["code"], "unknown_type");
        assert!(laptop.settle().await.is_empty(), "it stays open");
    }

    async fn signing_out_ends_the_sockets_of_that_session_only(app: TestApp) {
        let asha = app.customer().await;
        let elsewhere = app.sign_in(&asha.email).await;
        let mut ended = open(&app, &asha, "").await;
        let mut going_on = open(&app, &elsewhere, "").await;
        ended.take(2).await;
        going_on.take(2).await;
        asha.client.act("/api/v1/auth/logout").await.expect(204);
        assert_eq!(ended.end().await.code, Some(4401));
        assert!(going_on.settle().await.is_empty());
    }

    async fn a_deactivated_account_is_cut_off_everywhere(app: TestApp) {
        let asha = app.customer().await;
        let elsewhere = app.sign_in(&asha.email).await;
        let admin = app.staff(Role::Admin, &[]).await;
        let mut sockets = [open(&app, &asha, "").await, open(&app, &elsewhere, "").await];
        for socket in &mut sockets {
            socket.take(2).await;
        }
        let path = format!("/api/v1/users/{}/deactivate", asha.id);
        admin.client.act(&path).await.expect(204);
        for socket in sockets {
            assert_eq!(socket.end().await.code, Some(4401));
        }
        let bearer = format!("Bearer {}", asha.token);
        let again = [("authorization", bearer.as_str())];
        assert_eq!(Socket::refused(app.address, PATH, &again).await, 403);
    }
}
