//! What staff have to do: tasks come with what they are for and go with it, the first who says so has one, and one
//! that nobody acknowledges rises by the clock.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;
use voltbay::server::jobs::due::Due;
use voltbay::server::jobs::escalation::Escalation;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::demo::listed;
use crate::support::world::{World, batteries};
use crate::support::ws::Socket;

async fn tasks(world: &World) -> Vec<Value> {
    let path = format!("/api/v1/stations/{}/tasks", world.station);
    listed(&world.operator.client.get(&path).await.expect(200))
}

async fn kinds(world: &World) -> Vec<String> {
    let tasks = tasks(world).await;
    let active = tasks.iter().filter(|task| task["state"] != "done");
    active
        .map(|task| format!("{} P{}", task["kind"].as_str().unwrap(), task["priority"]))
        .collect()
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Value {
    let path = format!("/api/v1/bookings/{}/{action}", booking["id"]);
    who.client.post(&path, body).await.expect(200)
}

async fn step(who: &Person, task: &Value, action: &str) -> Answer {
    who.client
        .act(&format!("/api/v1/tasks/{}/{action}", task["id"]))
        .await
}

async fn alert(world: &World) -> Value {
    let path = format!("/api/v1/stations/{}/tasks", world.station);
    let body = json!({"text": "Smoke at the cabinet"});
    world.operator.client.post(&path, body).await.expect(201)
}

/// What somebody was told of tasks that nobody acknowledged.
async fn told(who: &Person) -> usize {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = listed(&inbox);
    rows.iter().filter(|row| row["event"] == "task_escalated").count()
}

async fn level_at(app: &TestApp, world: &World, task: &Value) -> i64 {
    while Escalation::sweep(&app.app).await.expect("a sweep") > 0 {}
    let all = tasks(world).await;
    let found = all.iter().find(|other| other["id"] == task["id"]);
    found.expect("the task")["level"].as_i64().expect("a level")
}

each_engine! {
    async fn a_bookings_tasks_come_and_go_with_its_steps(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        assert_eq!(kinds(&world).await, ["stage_pack P3"]);
        act(&world.attendant, &booking, "ready", json!({})).await;
        assert!(kinds(&world).await.is_empty());
        act(&asha, &booking, "pay", json!({"method": "cash"})).await;
        assert_eq!(kinds(&world).await, ["verify_cash P3"]);
        let code = json!({"code": booking["code"]});
        act(&world.attendant, &booking, "check-in", code.clone()).await;
        assert_eq!(kinds(&world).await, ["serve_customer P2", "verify_cash P3"]);
        act(&world.attendant, &booking, "undo-check-in", json!({})).await;
        assert_eq!(kinds(&world).await, ["verify_cash P3", "stage_pack P3"]);
        act(&world.attendant, &booking, "check-in", code.clone()).await;
        let verify = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
        world.attendant.client.post(&verify, json!({"received": booking["total_amount"]})).await.expect(200);
        assert_eq!(kinds(&world).await, ["serve_customer P2"]);
        act(&world.attendant, &booking, "collect", code).await;
        assert!(kinds(&world).await.is_empty());
    }

    async fn who_wants_help_at_the_bay_finds_somebody_there(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        assert_eq!(asha.client.get("/api/v1/me").await.expect(200)["wants_help"], false);
        let me = asha.client.patch("/api/v1/me", json!({"wants_help": true})).await.expect(200);
        assert_eq!(me["wants_help"], true);
        let booking = world.book(&asha, world.station).await;
        assert_eq!(booking["wants_help"], true);
        assert_eq!(kinds(&world).await, ["stage_pack P3"], "not before she is there");
        let code = json!({"code": booking["code"]});
        act(&world.attendant, &booking, "check-in", code.clone()).await;
        assert_eq!(kinds(&world).await, ["serve_customer P2", "help_request P3"]);
        act(&world.attendant, &booking, "undo-check-in", json!({})).await;
        assert_eq!(kinds(&world).await, ["stage_pack P3"]);
        act(&world.attendant, &booking, "check-in", code.clone()).await;
        act(&world.attendant, &booking, "collect", code).await;
        assert!(kinds(&world).await.is_empty());

        let mut alone = world.order(1);
        alone["wants_help"] = json!(false);
        let booking = asha.client.post("/api/v1/bookings", alone).await.expect(201);
        assert_eq!(booking["wants_help"], false, "this time she does not");
        act(&world.attendant, &booking, "check-in", json!({"code": booking["code"]})).await;
        assert_eq!(kinds(&world).await, ["serve_customer P2"]);
    }

    async fn a_request_wants_an_answer_until_it_has_one_or_is_called_off(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let rules = format!("/api/v1/stations/{}/rules", world.station);
        world.operator.client.patch(&rules, json!({"needs_approval": true})).await.expect(200);
        let booking = world.book(&app.customer().await, world.station).await;
        assert_eq!(booking["state"], "requested");
        assert_eq!(kinds(&world).await, ["approve_booking P3"]);
        act(&world.attendant, &booking, "approve", json!({})).await;
        assert_eq!(kinds(&world).await, ["stage_pack P3"]);
        act(&world.attendant, &booking, "cancel", json!({})).await;
        assert!(kinds(&world).await.is_empty());
    }

    async fn what_is_done_by_hand_does_not_come_back_while_its_cause_lasts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let booking = world.book(&app.customer().await, world.station).await;
        let task = tasks(&world).await.remove(0);
        for action in ["ack", "start", "complete"] {
            step(&world.attendant, &task, action).await.expect(200);
        }
        act(&world.attendant, &booking, "renew", json!({})).await;
        assert!(kinds(&world).await.is_empty());
        app.clock.advance(Duration::from_secs(9));
        assert_eq!(step(&world.attendant, &task, "undo").await.expect(200)["state"], "in_progress");
        step(&world.attendant, &task, "complete").await.expect(200);
        app.clock.advance(Duration::from_secs(10));
        step(&world.attendant, &task, "undo").await.problem(409, "too_late");
    }

    async fn of_twenty_who_acknowledge_at_once_one_has_it_and_the_others_are_told_who(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let mut people = Vec::new();
        for _ in 0..20 {
            people.push(app.staff(Role::Attendant, &[world.station]).await);
        }
        let task = alert(&world).await;
        let answers = futures_util::future::join_all(people.iter().map(|who| step(who, &task, "ack"))).await;
        let winners: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(winners.len(), 1);
        let name = winners[0].json()["acked_by"].clone();
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let refused = answer.problem(409, "task_busy");
            assert_eq!(refused["by"], name);
            assert_eq!(refused["detail"], format!("{} has it.", name.as_str().unwrap()));
        }
    }

    async fn an_unacknowledged_one_rises_at_thirty_sixty_and_a_hundred_and_twenty_seconds(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let task = alert(&world).await;
        assert_eq!((&task["priority"], &task["state"], &task["level"]), (&json!(1), &json!("open"), &json!(0)));
        let mut waited = 0;
        for (at, level) in [(29, 0), (30, 1), (59, 1), (60, 2), (119, 2), (120, 3), (900, 3)] {
            app.clock.advance(Duration::from_secs(at - waited));
            waited = at;
            assert_eq!(level_at(&app, &world, &task).await, level, "after {at} s");
            assert_eq!(told(&lead).await, usize::from(level >= 2), "the lead after {at} s");
            assert_eq!(told(&world.operator).await, usize::from(level >= 3), "the operator after {at} s");
        }
        let acked = step(&world.attendant, &task, "ack").await.expect(200);
        assert_eq!((&acked["late_s"], &acked["acked_via"]), (&json!(870), &json!("api")));
    }

    async fn of_two_processes_that_look_at_once_one_raises_it(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let second = app.second().await;
        let task = alert(&world).await;
        app.clock.advance(Duration::from_mins(1));
        let both = || async {
            futures_util::future::join(Escalation::sweep(&app.app), Escalation::sweep(&second.app)).await
        };
        let mut raised = 0;
        loop {
            let (here, there) = both().await;
            match here.expect("a sweep") + there.expect("a sweep") {
                0 => break,
                some => raised += some,
            }
        }
        assert_eq!(level_at(&app, &world, &task).await, 2);
        assert!((1..=2).contains(&raised), "{raised} steps");
        assert_eq!(told(&lead).await, 1, "the lead is told once");
    }

    async fn a_held_pack_that_fails_is_looked_at_and_its_booking_prepared_anew(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let booking = world.book(&app.customer().await, world.station).await;
        let held = booking["items"][0]["battery_id"].as_i64().expect("a battery");
        let body = json!({"state": "quarantined", "note": "A crack in the shell"});
        world.operator.client.patch(&format!("/api/v1/batteries/{held}"), body).await.expect(200);
        assert_eq!(kinds(&world).await, ["fault P2", "stage_pack P3"], "a promised one is more urgent than another");
        let another = batteries(&app, world.station).await.into_iter().find(|pack| *pack != held).expect("the other one");
        let body = json!({"state": "quarantined", "note": "Temperature too high"});
        world.operator.client.patch(&format!("/api/v1/batteries/{another}"), body).await.expect(200);
        assert_eq!(kinds(&world).await, ["fault P1", "fault P2", "stage_pack P3"], "heat, and nothing is left for the booking");
    }

    async fn who_acknowledges_in_time_hears_nothing_more_of_it(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let task = alert(&world).await;
        app.clock.advance(Duration::from_secs(29));
        let acked = step(&world.attendant, &task, "ack").await.expect(200);
        assert_eq!(acked["late_s"], 0);
        app.clock.advance(Duration::from_hours(1));
        assert_eq!(level_at(&app, &world, &task).await, 0);
        assert_eq!(told(&world.operator).await, 0);
        let path = format!("/api/v1/stations/{}/ops", world.station);
        let ops = world.attendant.client.get(&path).await.expect(200);
        assert_eq!((&ops["open_tasks"], &ops["name"]), (&json!(1), &json!("Station 1")));
    }

    async fn cash_that_nobody_counts_becomes_urgent(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        act(&world.attendant, &booking, "ready", json!({})).await;
        act(&asha, &booking, "pay", json!({"method": "cash"})).await;
        app.clock.advance(Duration::from_secs(299));
        while Escalation::sweep(&app.app).await.expect("a sweep") > 0 {}
        assert_eq!(kinds(&world).await, ["verify_cash P3"]);
        app.clock.advance(Duration::from_secs(1));
        while Escalation::sweep(&app.app).await.expect("a sweep") > 0 {}
        assert_eq!(kinds(&world).await, ["verify_cash P2"]);
    }

    async fn a_failed_pack_is_a_fault_and_heat_is_more_urgent(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let packs = batteries(&app, world.station).await;
        let lock = async |pack: i64, note: &str| {
            let body = json!({"state": "quarantined", "note": note});
            world.operator.client.patch(&format!("/api/v1/batteries/{pack}"), body).await.expect(200);
        };
        lock(packs[0], "Scratched").await;
        assert_eq!(kinds(&world).await, ["inspect_return P3"]);
        lock(packs[1], "Temperature too high").await;
        assert_eq!(kinds(&world).await, ["fault P1", "inspect_return P3"]);
        for pack in packs {
            let body = json!({"state": "maintenance"});
            world.operator.client.patch(&format!("/api/v1/batteries/{pack}"), body).await.expect(200);
        }
        assert!(kinds(&world).await.is_empty());
    }

    async fn who_is_on_shift_and_present_and_has_least_to_do_gets_the_next_one(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let ravi = app.staff(Role::Attendant, &[world.station]).await;
        let shift = format!("/api/v1/stations/{}/shift", world.station);
        assert_eq!(alert(&world).await["assignee_id"], Value::Null, "nobody is there: it is nobody's");
        for person in [&world.attendant, &ravi] {
            person.client.post(&shift, json!({"on": true})).await.expect(200);
        }
        let (first, second) = (alert(&world).await, alert(&world).await);
        assert_eq!((&first["assignee_id"], &second["assignee_id"]), (&json!(world.attendant.id), &json!(ravi.id)));
        let duty = listed(&ravi.client.get(&shift).await.expect(200));
        assert_eq!(duty.len(), 2);
        assert!(duty.iter().all(|person| person["on_shift"] == true && person["present"] == true));
        assert!(duty.iter().all(|person| person["tasks"].as_array().map(Vec::len) == Some(1)));
        let given = json!({"user_id": ravi.id});
        let path = format!("/api/v1/tasks/{}/reassign", first["id"]);
        ravi.client.post(&path, given.clone()).await.problem(403, "forbidden");
        let given = world.operator.client.post(&path, given).await.expect(200);
        assert_eq!((&given["assignee_id"], &given["state"]), (&json!(ravi.id), &json!("open")));
        app.clock.advance(Duration::from_secs(31));
        assert_eq!(alert(&world).await["assignee_id"], Value::Null, "a lease that nobody renews ends");
    }

    async fn an_open_screen_renews_the_lease(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let path = format!("/ws/stations/{}/staff/", world.station);
        let mut screen = Socket::open_as(app.address, &path, &world.attendant.token).await;
        screen.next_of("tasks_list").await;
        assert_eq!(app.app.presence.on_floor(), [(world.attendant.id, world.station)]);
        let shift = format!("/api/v1/stations/{}/shift", world.station);
        let duty = listed(&world.operator.client.get(&shift).await.expect(200));
        assert_eq!((&duty[0]["present"], &duty[0]["on_shift"]), (&json!(true), &json!(false)));
    }
}
