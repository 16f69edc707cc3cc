//! What staff hear on their sockets: everything that is to be done on connect, every change when it commits, and
//! nothing for whoever has no business there.

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::support::app::{Person, TestApp};
use crate::support::world::World;
use crate::support::ws::Socket;

async fn open(app: &TestApp, who: &Person, path: &str) -> Socket {
    Socket::open_as(app.address, path, &who.token).await
}

fn of_station(world: &World) -> String {
    format!("/ws/stations/{}/staff/", world.station)
}

async fn alert(world: &World, text: &str) -> Value {
    let path = format!("/api/v1/stations/{}/tasks", world.station);
    world
        .operator
        .client
        .post(&path, json!({"text": text}))
        .await
        .expect(201)
}

each_engine! {
    async fn everything_that_is_to_be_done_is_said_on_every_connect(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let booking = world.book(&app.customer().await, world.station).await;
        let task = alert(&world, "Smoke").await;
        for path in [of_station(&world), "/ws/staff/".to_owned()] {
            let mut screen = open(&app, &world.attendant, &path).await;
            let hello = screen.next().await;
            assert_eq!(hello["type"], "connection_established");
            assert!(hello["group"].as_str().is_some_and(|group| !group.is_empty()), "{hello}");
            let list = screen.next().await;
            assert_eq!(list["type"], "tasks_list");
            assert_eq!(list["tasks"][0]["id"], task["id"], "most urgent first");
            let staging = &list["tasks"][1];
            assert_eq!((&staging["kind"], &staging["booking_id"]), (&json!("stage_pack"), &booking["id"]));
            for field in ["id", "kind", "priority", "state", "bay_number", "booking_id", "items_count", "created_at", "due_at"] {
                assert!(staging.get(field).is_some(), "{field} in {staging}");
            }
            assert_eq!(staging["items_count"], 1);
            assert!(screen.settle().await.is_empty());
        }
    }

    async fn the_first_to_acknowledge_has_it_on_every_screen(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let ravi = app.staff(Role::Attendant, &[world.station]).await;
        let mut mine = open(&app, &world.attendant, &of_station(&world)).await;
        let mut his = open(&app, &ravi, "/ws/staff/").await;
        let operator: i64 = {
            let mut snapshot = app.app.db.snapshot().await.unwrap();
            voltbay::server::store::stations::find(&mut snapshot, world.station).await.unwrap().unwrap().operator.0
        };
        let mut boss = open(&app, &world.operator, &format!("/ws/operators/{operator}/")).await;
        for screen in [&mut mine, &mut his, &mut boss] {
            screen.next_of("tasks_list").await;
        }
        let task = alert(&world, "Smoke").await;
        for screen in [&mut mine, &mut his, &mut boss] {
            let told = screen.next().await;
            assert_eq!((&told["type"], &told["data"]["id"]), (&json!("task_notification"), &task["id"]));
            assert_eq!(told["station_id"], json!(world.station));
            assert!(told["seq"].is_u64() && told["timestamp"].is_string(), "{told}");
        }
        mine.say(json!({"type": "acknowledge", "task_id": task["id"]})).await;
        let update = his.next().await;
        assert_eq!((&update["type"], &update["data"]["state"]), (&json!("task_update"), &json!("acked")));
        let name = update["data"]["acked_by"].clone();
        let answer = mine.next_of("acknowledged").await;
        assert_eq!((&answer["task_id"], &answer["by"], &answer["late_s"]), (&task["id"], &name, &json!(0)));
        assert!(answer["at"].is_string());
        his.say(json!({"action": "acknowledge", "task_id": task["id"]})).await;
        let refused = his.next().await;
        assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("task_busy")));
        mine.say(json!({"type": "start_task", "task_id": task["id"]})).await;
        assert_eq!(his.next().await["data"]["state"], "in_progress");
        mine.say(json!({"type": "complete_task", "task_id": task["id"]})).await;
        assert_eq!(his.next().await["data"]["state"], "done");
        assert_eq!(boss.next_of("task_update").await["data"]["acked_via"], "socket");
    }

    async fn every_step_of_a_booking_is_pushed_when_it_commits(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let mut screen = open(&app, &world.attendant, &of_station(&world)).await;
        screen.next_of("tasks_list").await;
        let booking = world.book(&asha, world.station).await;
        let new = screen.next().await;
        assert_eq!((&new["type"], &new["data"]["booking_id"]), (&json!("new_booking"), &booking["id"]));
        assert!(new["data"]["created_at"].is_string() && new["data"].get("bay_number").is_some(), "{new}");
        assert_eq!(screen.next().await["data"]["kind"], "stage_pack");
        let act = async |who: &Person, action: &str, body: Value| {
            let path = format!("/api/v1/bookings/{}/{action}", booking["id"]);
            who.client.post(&path, body).await.expect(200);
        };
        act(&world.attendant, "ready", json!({})).await;
        let ready = screen.next_of("booking_ready").await;
        assert_eq!(ready["data"]["message"], "Your battery is ready for collection at Station 1");
        act(&asha, "pay", json!({"method": "cash"})).await;
        let cash = screen.next_of("payment_notification").await;
        assert_eq!((&cash["data"]["payment_id"], &cash["data"]["currency"]), (&booking["payment_id"], &json!("INR")));
        assert_eq!(cash["data"]["amount"], booking["total_amount"]);
        act(&world.attendant, "check-in", json!({"code": booking["code"]})).await;
        let here = screen.next_of("order_notification").await;
        assert_eq!((&here["data"]["booking_id"], &here["data"]["items_count"]), (&booking["id"], &json!(1)));
        let verify = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
        world.attendant.client.post(&verify, json!({"received": booking["total_amount"]})).await.expect(200);
        let paid = screen.next_of("payment_completed").await;
        assert_eq!((&paid["data"]["status"], &paid["data"]["amount"]), (&json!("paid"), &booking["total_amount"]));
        screen.say(json!({"type": "get_status"})).await;
        let status = screen.next_of("station_ops_status").await;
        for (field, expected) in [("name", json!("Station 1")), ("active_bookings", json!(1)), ("waiting", json!(1)), ("open_tasks", json!(1)), ("occupied_bays", json!(0))] {
            assert_eq!(status["data"][field], expected, "{field}");
        }
        screen.say(json!({"type": "get_tasks"})).await;
        assert_eq!(screen.next_of("tasks_list").await["tasks"][0]["kind"], "serve_customer");
    }

    async fn a_screen_that_comes_back_gets_what_it_missed(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let mut screen = open(&app, &world.attendant, &of_station(&world)).await;
        let hello = screen.next().await;
        let (epoch, seq) = (hello["epoch"].as_str().unwrap().to_owned(), hello["seq"].as_u64().unwrap());
        drop(screen);
        let task = alert(&world, "Smoke").await;
        let back = format!("{}?epoch={epoch}&since={seq}", of_station(&world));
        let mut screen = open(&app, &world.attendant, &back).await;
        screen.next().await;
        assert_eq!(screen.next().await["tasks"][0]["id"], task["id"], "unacknowledged ones come back on every connect");
        let missed = screen.next().await;
        assert_eq!((&missed["type"], &missed["seq"]), (&json!("task_notification"), &json!(seq + 1)));
        let mut mine = open(&app, &world.attendant, &format!("/ws/staff/?epoch={epoch}&since={}:{seq}", world.station)).await;
        assert_eq!(mine.next_of("task_notification").await["seq"], json!(seq + 1));
    }

    async fn who_has_no_business_there_is_refused_before_it_opens(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        let elsewhere = app.staff(Role::Attendant, &[world.stations[1]]).await;
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let customer = app.customer().await;
        let operator = {
            let mut snapshot = app.app.db.snapshot().await.unwrap();
            voltbay::server::store::stations::find(&mut snapshot, world.station).await.unwrap().unwrap().operator
        };
        let paths = [of_station(&world), format!("/ws/operators/{operator}/")];
        for path in paths.iter().map(String::as_str).chain(["/ws/staff/"]) {
            assert_eq!(Socket::refused(app.address, path, &[]).await, 403, "nobody on {path}");
            for who in [&customer, &elsewhere, &rival] {
                if path == "/ws/staff/" && who.id != customer.id {
                    continue;
                }
                let refused = Socket::refused_as(app.address, path, &who.token).await;
                assert_eq!(refused, 403, "{} on {path}", who.email);
            }
        }
        let refused = Socket::refused_as(app.address, &paths[1], &world.attendant.token).await;
        assert_eq!(refused, 403, "an attendant on her operator's socket");
        let admin = app.staff(Role::Admin, &[]).await;
        open(&app, &admin, &paths[0]).await.next_of("tasks_list").await;
        assert_eq!(open(&app, &admin, "/ws/stations/99999/staff/").await.end().await.code, Some(4404));
    }

    async fn who_is_assigned_meanwhile_is_asked_to_come_back_and_then_hears_of_it(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        let mut screen = open(&app, &world.attendant, "/ws/staff/").await;
        screen.next_of("tasks_list").await;
        let path = format!("/api/v1/stations/{}/staff", world.stations[1]);
        world.operator.client.post(&path, json!({"user_id": world.attendant.id})).await.expect(200);
        assert_eq!(screen.next_of("server_restarting").await["retry_after_ms"], 0);
        assert_eq!(screen.end().await.code, Some(1001));
        let mut screen = open(&app, &world.attendant, "/ws/staff/").await;
        screen.next_of("tasks_list").await;
        let path = format!("/api/v1/stations/{}/tasks", world.stations[1]);
        let task = world.operator.client.post(&path, json!({"text": "Smoke"})).await.expect(201);
        assert_eq!(screen.next_of("task_notification").await["data"]["id"], task["id"]);
    }

    async fn who_is_called_back_loses_her_screens_at_once(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let mut screens = Vec::new();
        for path in [of_station(&world), "/ws/staff/".to_owned()] {
            let mut screen = open(&app, &world.attendant, &path).await;
            screen.next_of("tasks_list").await;
            screens.push(screen);
        }
        let path = format!("/api/v1/stations/{}/staff/{}", world.station, world.attendant.id);
        assert_eq!(world.operator.client.delete(&path).await.status, 204);
        for screen in screens {
            assert_eq!(screen.end().await.code, Some(4401));
        }
    }
}
