//! The desk behind the counter as a browser without scripts has it: closing down, the end of a shift, the rules of a
//! station, and the operator's books.

use std::time::Duration;

use serde_json::json;
use voltbay::domain::Role;
use voltbay::server::jobs::due::Due;
use voltbay::server::jobs::escalation::Escalation;

use crate::pages::{browser, page, send};
use crate::support::app::{Person, TestApp};
use crate::support::world::{PRICE, World};

/// Who may not: strangers get 403, who is not signed in is sent to sign in.
async fn refused(app: &TestApp, path: &str, people: &[&Person]) {
    for person in people {
        let answer = browser(app, Some(person)).get(path).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
    let answer = browser(app, None).get(path).await;
    assert!((300..400).contains(&answer.status), "{path}: {}", answer.status);
}

async fn name(who: &Person) -> String {
    let me = who.client.get("/api/v1/me").await.expect(200);
    me["name"].as_str().expect("a name").to_owned()
}

each_engine! {
    async fn a_station_is_closed_down_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let hill = world.build("Hill", 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let first = world.book(&asha, world.station).await;
        let hers = browser(&app, Some(&world.attendant));
        let counter = format!("/staff/stations/{}", world.station);
        let place = format!("{counter}/close-down");
        assert!(page(&hers, &counter).await.contains(&format!("href=\"{place}\"")));
        let list = page(&hers, &place).await;
        for part in [name(&asha).await.as_str(), "1 booking here", "Move to Hill", "The station is under maintenance."] {
            assert!(list.contains(part), "{part} in {list}");
        }
        assert!(!list.contains(first["code"].as_str().expect("a code")), "{list}");
        let chosen = |list: &str, value: &str| list.split("<input").any(|input| {
            let input = input.split('>').next().unwrap_or_default();
            input.contains(&format!("value=\"{value}\"")) && input.contains("checked")
        });
        assert!(chosen(&list, &format!("move-{hill}")), "{list}");
        let paused = page(&hers, &format!("{place}?status=paused")).await;
        assert!(chosen(&paused, "keep") && paused.contains("Set to paused"), "{paused}");

        // Somebody books while the list is being read.
        let second = world.book(&binu, world.station).await;
        let fields = |row: &str| format!(
            "form%5Bstation%5D={}&form%5Bstatus%5D=maintenance&form%5Bmessage%5D=New+cabinet&form%5Bminutes%5D=60&\
             form%5Bchoice%5D%5B{}%5D=move-{hill}{row}", world.station, first["id"]);
        let back = send(&hers, &place, "close_down", &fields("")).await;
        let told = page(&hers, &back).await;
        assert!(told.contains(&format!("Booking {} is new here.", second["id"])) && told.contains("2 bookings here"), "{told}");
        let back = send(&hers, &place, "close_down", &fields(&format!("&form%5Bchoice%5D%5B{}%5D=move-{hill}", second["id"]))).await;
        let told = page(&hers, &back).await;
        assert!(told.contains("Hill has too few charged batteries free for it."), "{told}");
        let done = send(&hers, &place, "close_down", &fields(&format!("&form%5Bchoice%5D%5B{}%5D=keep", second["id"]))).await;
        assert_eq!(done, format!("{place}?done=maintenance&kept=1&moved=1&cancelled=0"));
        let summary = page(&hers, &done).await;
        assert!(summary.contains("New cabinet. Back about 17:00.") && summary.contains("Everybody concerned was told."), "{summary}");

        let kept = page(&browser(&app, Some(&binu)), &format!("/bookings/{}", second["id"])).await;
        assert!(kept.contains("New cabinet. Back about 17:00."), "{kept}");
        let moved = page(&browser(&app, Some(&asha)), &format!("/bookings/{}", first["id"])).await;
        assert!(moved.contains("Hill") && !moved.contains("New cabinet"), "{moved}");
        let elsewhere = app.staff(Role::Lead, &[hill]).await;
        refused(&app, &place, &[&asha, &elsewhere]).await;
    }

    async fn a_shift_is_closed_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let verify = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
        world.attendant.client.post(&verify, json!({"received": PRICE})).await.expect(200);
        let hers = browser(&app, Some(&world.attendant));
        let place = format!("/staff/stations/{}/shift", world.station);
        let sheet = page(&hers, &place).await;
        assert!(sheet.contains("₹95.00") && sheet.contains(&format!("/api/v1/stations/{}/cash-counts.csv", world.station)), "{sheet}");
        let fields = |counted: &str| format!("station={}&key=k{counted}&counted={counted}&note=Till+drawer", world.station);
        let back = send(&hers, &place, "count_till", &fields("lots")).await;
        assert!(page(&hers, &back).await.contains("Write an amount, like 95 or 95.00."));
        assert_eq!(send(&hers, &place, "count_till", &fields("90")).await, place);
        let sheet = page(&hers, &place).await;
        assert!(sheet.contains("₹5.00 missing") && sheet.contains("Till drawer"), "{sheet}");
        assert!(sheet.contains("You have taken no cash since then."), "{sheet}");
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let all = page(&browser(&app, Some(&lead)), &format!("{place}?day=2026-11-21")).await;
        assert!(all.contains("Counts of everybody") && all.contains("₹5.00 missing"), "{all}");
        let other = app.staff(Role::Attendant, &[world.station]).await;
        assert!(!page(&browser(&app, Some(&other)), &place).await.contains("missing"));
        let stranger = app.staff(Role::Lead, &[]).await;
        refused(&app, &place, &[&asha, &stranger]).await;
    }

    async fn the_rules_of_a_station_are_changed_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        world.operator_rules(&app, json!({"timers": {"grace": "4m"}})).await.expect(200);
        let hers = browser(&app, Some(&world.operator));
        let place = format!("/operator/stations/{}/rules", world.station);
        assert!(page(&hers, "/operator").await.contains(&format!("href=\"{place}\"")));
        let first = page(&hers, &place).await;
        for part in ["A confirmed booking holds its packs so long", "15m, default.", "4m, the operator", "form[t][hold_ttl]"] {
            assert!(first.contains(part), "{part} in {first}");
        }
        let fields = |hold: &str| format!(
            "form%5Bstation%5D={}&form%5Bapproval%5D=1&form%5Bcapacity%5D=3&form%5Bt%5D%5Bhold_ttl%5D={hold}&form%5Bt%5D%5Bgrace%5D=",
            world.station);
        let back = send(&hers, &place, "set_station_rules", &fields("soon")).await;
        let told = page(&hers, &back).await;
        assert!(told.contains("href=\"#timers.hold_ttl\"") && told.contains("id=\"timers.hold_ttl-error\""), "{told}");
        assert_eq!(send(&hers, &place, "set_station_rules", &fields("20m")).await, place);
        let rules = world.attendant.client.get(&format!("/api/v1/stations/{}/rules", world.station)).await.expect(200);
        assert_eq!((&rules["needs_approval"], &rules["needs_prepayment"], &rules["pickup_capacity"]), (&json!(true), &json!(false), &json!(3)));
        let timer = |key: &str| rules["timers"][key].clone();
        assert_eq!((&timer("hold_ttl")["length"], &timer("hold_ttl")["set_by"], &timer("hold_ttl")["otherwise"]),
            (&json!("20m"), &json!("station"), &json!("15m")));
        assert_eq!((&timer("grace")["length"], &timer("grace")["set_by"]), (&json!("4m"), &json!("operator")));
        assert!(page(&hers, &place).await.contains("Without it 15m."));
        let asha = app.customer().await;
        let form = page(&browser(&app, Some(&asha)), &format!("/stations/{}", world.station)).await;
        let twenty = form.split("<input").find(|input| input.contains("value=\"20\"")).expect("twenty minutes to choose");
        assert!(twenty.split('>').next().unwrap_or_default().contains("checked"), "what the station wants is chosen at first: {twenty}");

        let lead = app.staff(Role::Lead, &[world.station]).await;
        let read = page(&browser(&app, Some(&lead)), &place).await;
        assert!(read.contains("20m, this station") && !read.contains("form[t]"), "{read}");
        assert_eq!(send(&hers, &place, "reset_station_rules", &format!("station={}", world.station)).await, place);
        assert!(!page(&hers, &place).await.contains("Without it"));
        refused(&app, &place, &[&asha, &world.attendant]).await;
    }

    async fn bays_are_added_and_named_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let hers = browser(&app, Some(&world.operator));
        let place = format!("/operator/stations/{}/rules", world.station);
        assert!(page(&hers, &place).await.contains("No bay yet"));
        let station = format!("station={}", world.station);
        assert_eq!(send(&hers, &place, "add_bay", &format!("{station}&zone=Front")).await, place);
        let list = page(&hers, &place).await;
        assert!(list.contains("Front"), "{list}");
        let bay = world.attendant.client.get(&format!("/api/v1/stations/{}/bays", world.station)).await.expect(200)["items"][0]["id"].clone();
        let back = send(&hers, &place, "add_bay", &format!("{station}&zone={}", "x".repeat(41))).await;
        assert!(page(&hers, &back).await.contains("40 characters"), "{back}");
        let theirs = browser(&app, Some(&world.attendant));
        let door = format!("/staff/bays/{bay}");
        assert_eq!(send(&theirs, &door, "place_bay", &format!("bay={bay}&zone=Left+of+the+gate")).await, door);
        assert!(page(&theirs, &door).await.contains("Left of the gate"));
        assert!(page(&hers, &place).await.contains("Left of the gate"));
    }

    async fn what_nobody_takes_up_is_the_operators(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let hers = browser(&app, Some(&world.operator));
        let path = format!("/api/v1/stations/{}/tasks", world.station);
        let task = world.operator.client.post(&path, json!({"text": "Smoke at the cabinet"})).await.expect(201);
        assert!(!page(&hers, "/operator").await.contains("Smoke at the cabinet"), "it is the staff's");
        app.clock.advance(Duration::from_mins(2));
        while Escalation::sweep(&app.app).await.expect("a sweep") > 0 {}
        let overview = page(&hers, "/operator").await;
        assert!(overview.contains("Nobody has taken these up") && overview.contains("Smoke at the cabinet"), "{overview}");
        let back = send(&hers, "/operator", "move_task", &format!("task={}&step=ack", task["id"])).await;
        assert!(!page(&hers, &back).await.contains("Nobody has taken these up"));
    }

    async fn whatever_is_scanned_opens(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let bay = world.bays(world.station, 1).await[0];
        let hers = browser(&app, Some(&world.attendant));
        let counter = format!("/staff/stations/{}", world.station);
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let path = format!("/api/v1/stations/{}/batteries", world.station);
        let pack = world.attendant.client.get(&path).await.expect(200)["items"][0].clone();
        let scan = async |typed: &str| {
            let typed = typed.replace(' ', "+");
            send(&hers, &counter, "look_up", &format!("station={}&typed={typed}", world.station)).await
        };
        let code = booking["code"].as_str().expect("a code");
        assert_eq!(scan(&format!("VOLTBAY:{code}")).await, format!("{counter}?booking={}#open", booking["id"]));
        assert_eq!(scan(pack["serial"].as_str().expect("a serial")).await, format!("{counter}?slot={}#open", pack["slot"]));
        assert_eq!(scan(&format!("https://volt.example/staff/bays/{bay}")).await, format!("/staff/bays/{bay}"));
        for nothing in ["", "No such thing"] {
            let back = scan(nothing).await;
            assert!(back.starts_with(&counter) && !back.contains("#open"), "{back}");
        }
        let stranger = browser(&app, Some(&asha));
        let back = send(&stranger, &counter, "look_up", &format!("station={}&typed={code}", world.station)).await;
        assert!(!back.contains("#open"), "{back}");
    }

    async fn a_lead_sees_who_has_read_what_was_said(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let path = format!("/api/v1/stations/{}/messages", world.station);
        let said = lead.client.post(&path, json!({"message": "Storm at four", "kind": "alert"})).await.expect(201);
        let board = format!("/staff/stations/{}", world.station);
        let reader = name(&world.attendant).await;
        let before = page(&browser(&app, Some(&lead)), &board).await;
        assert!(before.contains("Storm at four") && before.contains("Not read yet by"), "{before}");
        world.attendant.client.act(&format!("/api/v1/messages/{}/ack", said["id"])).await.expect(204);
        let after = page(&browser(&app, Some(&lead)), &board).await;
        assert!(after.contains(&format!("Read by {reader}.")), "{after}");
    }

    async fn plans_stand_in_the_operators_books(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        app.customer().await.subscribe(plan, 1).await.expect(201);
        let books = page(&browser(&app, Some(&world.operator)), "/operator/payments").await;
        assert!(books.contains("Plan Basic") && books.contains("₹799.00 of it for plans"), "{books}");
    }
}
