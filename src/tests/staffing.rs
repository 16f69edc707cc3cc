//! Who works where: sent there and called back by the station's operator.

use serde_json::{Value, json};
use voltbay::domain::{Role, StationId};

use crate::support::app::Person;
use crate::support::demo::listed;
use crate::support::world::World;
use crate::support::ws::Socket;

fn path(station: StationId) -> String {
    format!("/api/v1/stations/{station}/staff")
}

async fn staff(who: &Person, station: StationId) -> Vec<Value> {
    let page = who.client.get(&path(station)).await.expect(200);
    listed(&page)
        .iter()
        .map(|person| person["user_id"].clone())
        .collect()
}

/// What somebody was told of assignments.
async fn told(who: &Person) -> Vec<Value> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = listed(&inbox).into_iter();
    rows.filter(|row| row["event"] == "employee_assigned")
        .map(|row| row["message"].clone())
        .collect()
}

each_engine! {
    async fn who_is_assigned_works_there_at_once_and_is_told_once(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let (colleague, rival) = (app.staff(Role::Operator, &[]).await, app.staff_of("Rival", Role::Operator, &[]).await);
        let ravi = app.staff(Role::Attendant, &[]).await;
        let booking = world.book(&app.customer().await, world.station).await;
        let timeline = format!("/api/v1/bookings/{}/timeline", booking["id"]);
        ravi.client.get(&timeline).await.problem(403, "forbidden");
        let body = json!({"email": ravi.email.to_uppercase()});
        let assigned = world.operator.client.post(&path(world.station), body.clone()).await.expect(200);
        assert_eq!((&assigned["user_id"], &assigned["role"]), (&json!(ravi.id), &json!("attendant")));
        ravi.client.get(&timeline).await.expect(200);
        assert_eq!(staff(&world.operator, world.station).await, [json!(world.attendant.id), json!(ravi.id)]);

        let again = world.operator.client.post(&path(world.station), json!({"user_id": ravi.id})).await.expect(200);
        assert_eq!(again, assigned);
        let name = assigned["name"].as_str().unwrap();
        let message = json!(format!("New employee '{name}' has been assigned to Station 1."));
        for person in [&ravi, &world.operator, &colleague] {
            assert_eq!(told(person).await, std::slice::from_ref(&message));
        }
        for person in [&rival, &world.attendant] {
            assert!(told(person).await.is_empty());
        }
    }

    async fn two_at_a_time_assign_once(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let ravi = app.staff(Role::Lead, &[]).await;
        let (body, path) = (json!({"user_id": ravi.id}), path(world.station));
        let (one, other) = tokio::join!(
            world.operator.client.post(&path, body.clone()),
            world.operator.client.post(&path, body.clone())
        );
        assert_eq!(one.expect(200), other.expect(200));
        assert_eq!((told(&ravi).await.len(), told(&world.operator).await.len()), (1, 1));
    }

    async fn who_is_taken_away_has_no_rights_there_from_that_moment(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let second = world.build("Hill Top", 1).await;
        let (asha, attendant) = (app.customer().await, &world.attendant);
        world.operator.client.post(&path(second), json!({"user_id": attendant.id})).await.expect(200);
        let (here, there) = (world.book(&asha, world.station).await, world.book(&asha, second).await);
        let open = async |who: &Person, booking: &Value| {
            let mut socket = Socket::open_as(app.address, &format!("/ws/bookings/{}/", booking["id"]), &who.token).await;
            socket.next_of("booking_status").await;
            socket
        };
        let mut stays = open(attendant, &there).await;
        let ends = open(attendant, &here).await;
        let mut watching = open(&asha, &here).await;
        let mut inbox = Socket::open_as(app.address, "/ws/notifications/", &attendant.token).await;
        inbox.next_of("snapshot").await;

        let taken = format!("{}/{}", path(world.station), attendant.id);
        assert_eq!(world.operator.client.delete(&taken).await.status, 204);
        assert_eq!(ends.end().await.code, Some(4401));
        stays.settle().await;
        watching.settle().await;
        inbox.settle().await;
        let ready = |booking: &Value| format!("/api/v1/bookings/{}/ready", booking["id"]);
        attendant.client.act(&ready(&here)).await.problem(403, "forbidden");
        attendant.client.act(&ready(&there)).await.expect(200);
        let status = json!({"status": "paused"});
        let station = format!("/api/v1/stations/{}", world.station);
        attendant.client.patch(&station, status).await.problem(403, "forbidden");
        world.operator.client.delete(&taken).await.problem(404, "not_found");
        assert!(staff(&world.operator, world.station).await.is_empty());
        let again = format!("/ws/bookings/{}/", here["id"]);
        assert_eq!(Socket::refused_as(app.address, &again, &attendant.token).await, 403);
    }

    /// Another process hears of it by looking.
    async fn sockets_of_another_process_close_too(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let booking = world.book(&app.customer().await, world.station).await;
        let second = app.second().await;
        let path_of = format!("/ws/bookings/{}/", booking["id"]);
        let mut socket = Socket::open_as(second.address, &path_of, &world.attendant.token).await;
        socket.next_of("booking_status").await;
        let taken = format!("{}/{}", path(world.station), world.attendant.id);
        assert_eq!(world.operator.client.delete(&taken).await.status, 204);
        assert_eq!(socket.end().await.code, Some(4401));
    }

    async fn only_the_stations_operator_decides_who_works_there(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let ravi = app.staff(Role::Attendant, &[]).await;
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let taken = format!("{}/{}", path(world.station), world.attendant.id);
        for person in [&rival, &lead, &world.attendant, &ravi, &app.customer().await] {
            person.client.get(&path(world.station)).await.problem(403, "forbidden");
            person.client.post(&path(world.station), json!({"user_id": ravi.id})).await.problem(403, "forbidden");
            person.client.delete(&taken).await.problem(403, "forbidden");
        }
        app.client().get(&path(world.station)).await.problem(401, "unauthenticated");
        let admin = app.staff(Role::Admin, &[]).await;
        admin.client.post(&path(world.station), json!({"user_id": ravi.id})).await.expect(200);
        assert_eq!(staff(&admin, world.station).await.len(), 3);
        admin.client.get(&path(StationId(99_999))).await.problem(404, "not_found");
        assert!(told(&rival).await.is_empty());
    }

    async fn only_people_who_work_at_stations_can_be_assigned(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let asha = app.customer().await;
        let assign = async |body: Value| world.operator.client.post(&path(world.station), body).await;
        let refused = assign(json!({"email": asha.email})).await;
        refused.wrong_field("email");
        let unknown = assign(json!({"email": "nobody@example.org"})).await;
        assert_eq!(unknown.json()["errors"], refused.json()["errors"], "who has an account is nobody's business");
        assign(json!({"user_id": asha.id})).await.wrong_field("user_id");
        assign(json!({"user_id": world.operator.id})).await.wrong_field("user_id");
        assign(json!({})).await.wrong_field("email");
        assign(json!({"email": "x@example.org", "user_id": 1})).await.wrong_field("email");
        assign(json!({"user_id": 1, "role": "lead"})).await.wrong_field("role");
        let gone = app.staff(Role::Attendant, &[]).await;
        assert_eq!(gone.client.delete("/api/v1/me").await.status, 204);
        assign(json!({"user_id": gone.id})).await.wrong_field("user_id");
        assert_eq!(staff(&world.operator, world.station).await, [json!(world.attendant.id)]);
    }
}
