//! What a lead or the operator says to everybody at a station, and who has acknowledged it.

use serde_json::json;
use voltbay::domain::Role;

use crate::support::demo::listed;
use crate::support::world::World;
use crate::support::ws::Socket;

each_engine! {
    async fn an_alert_comes_back_until_it_is_acknowledged(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let path = format!("/api/v1/stations/{}/messages", world.station);
        let socket = format!("/ws/stations/{}/staff/", world.station);
        let body = json!({"message": "Storm at four", "kind": "alert", "priority": "high"});
        world.attendant.client.post(&path, body.clone()).await.problem(403, "forbidden");
        let mut hers = Socket::open_as(app.address, &socket, &world.attendant.token).await;
        hers.next_of("tasks_list").await;
        let again = lead.client.with("idempotency-key", "once");
        let said = again.post(&path, body.clone()).await.expect(201);
        assert_eq!(again.post(&path, body).await.expect(201)["id"], said["id"]);
        let heard = hers.next().await;
        assert_eq!((&heard["type"], &heard["message"]), (&json!("alert"), &json!("Storm at four")));
        assert_eq!((&heard["priority"], &heard["notification_id"], &heard["from"]), (&json!("high"), &said["id"], &said["from"]));
        assert_eq!(said["waiting"].as_array().map(Vec::len), Some(2), "the attendant and the operator");

        let mut back = Socket::open_as(app.address, &socket, &world.attendant.token).await;
        back.next_of("tasks_list").await;
        assert_eq!(back.next().await["notification_id"], said["id"]);
        back.say(json!({"type": "acknowledge", "notification_id": said["id"]})).await;
        assert_eq!(hers.next().await["type"], "acknowledged");
        let mut third = Socket::open_as(app.address, &socket, &world.attendant.token).await;
        third.next_of("tasks_list").await;
        assert!(third.settle().await.is_empty(), "it was acknowledged");

        let seen = listed(&lead.client.get(&path).await.expect(200));
        assert_eq!(seen[0]["acknowledged"][0]["user_id"], json!(world.attendant.id));
        assert_eq!(seen[0]["waiting"][0]["user_id"], json!(world.operator.id));
        let stranger = app.staff(Role::Attendant, &[]).await;
        stranger.client.act(&format!("/api/v1/messages/{}/ack", said["id"])).await.problem(403, "forbidden");
    }

    async fn a_broadcast_is_heard_once(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let path = format!("/api/v1/stations/{}/messages", world.station);
        let socket = format!("/ws/stations/{}/staff/", world.station);
        let mut hers = Socket::open_as(app.address, &socket, &world.attendant.token).await;
        hers.next_of("tasks_list").await;
        let company = {
            let mut snapshot = app.app.db.snapshot().await.unwrap();
            voltbay::server::store::stations::find(&mut snapshot, world.station).await.unwrap().unwrap().operator
        };
        let mut boss = Socket::open_as(app.address, &format!("/ws/operators/{company}/"), &world.operator.token).await;
        boss.next_of("tasks_list").await;
        let body = json!({"message": "Cake in the back", "kind": "broadcast"});
        world.operator.client.post(&path, body).await.expect(201);
        let heard = hers.next().await;
        assert_eq!((&heard["type"], &heard["priority"]), (&json!("broadcast"), &json!("normal")));
        assert!(heard["from"].is_string() && heard["seq"].is_u64());
        assert_eq!(boss.next_of("broadcast").await["message"], "Cake in the back");
        let mut back = Socket::open_as(app.address, &socket, &world.attendant.token).await;
        back.next_of("tasks_list").await;
        assert!(back.settle().await.is_empty());
        world.operator.client.post(&path, json!({"message": "", "kind": "alert"})).await.wrong_field("message");
    }
}
