//! What operators look back on: bookings of all their stations, the record as a table, one booking's history.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Role, StationId};

use crate::support::app::{Person, TestApp};
use crate::support::demo::listed;
use crate::support::world::World;

const BOOKINGS: &str = "/api/v1/operators/me/bookings";
const RECORD: &str = "/api/v1/operators/me/audit.csv";

async fn ids(who: &Person, query: &str) -> Vec<Value> {
    let page = who.client.get(&format!("{BOOKINGS}?{query}")).await.expect(200);
    listed(&page)
        .iter()
        .map(|booking| booking["id"].clone())
        .collect()
}

/// What somebody is called.
async fn name(who: &Person) -> Value {
    who.client.get("/api/v1/me").await.expect(200)["name"].clone()
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Value {
    let path = format!("/api/v1/bookings/{}/{action}", booking["id"]);
    who.client.post(&path, body).await.expect(200)
}

/// A station of another company, with one pack.
async fn rival(app: &TestApp, world: &World) -> (Person, StationId) {
    let rival = app.staff_of("Rival", Role::Operator, &[]).await;
    let body = json!({"name": "Rival Stop", "latitude": 9.9, "longitude": 76.2, "timezone": "Asia/Kolkata"});
    let station = rival.client.post("/api/v1/stations", body).await.expect(201);
    let station = StationId(station["id"].as_i64().unwrap());
    let path = format!("/api/v1/stations/{station}/batteries");
    let pack = json!({"serial": "Rival 1", "model_id": world.model});
    rival.client.post(&path, pack).await.expect(201);
    (rival, station)
}

each_engine! {
    async fn an_operator_sees_the_bookings_of_all_her_stations_and_no_others(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let second = world.build("Hill Top", 1).await;
        let (rival, theirs) = rival(&app, &world).await;
        let asha = app.customer().await;
        let here = world.book(&asha, world.station).await;
        let there = world.book(&asha, second).await;
        let elsewhere = world.book(&asha, theirs).await;
        assert_eq!(ids(&world.operator, "").await.len(), 2);
        let by_id = |one: &Value, other: &Value| one["id"].as_i64() < other["id"].as_i64();
        assert!(by_id(&here, &there));
        assert_eq!(ids(&rival, "").await, [elsewhere["id"].clone()]);
        let admin = app.staff(Role::Admin, &[]).await;
        assert_eq!(ids(&admin, "").await.len(), 3);
        assert_eq!(ids(&world.operator, &format!("station_id={second}")).await, [there["id"].clone()]);
        let path = format!("{BOOKINGS}?station_id={theirs}");
        world.operator.client.get(&path).await.problem(404, "not_found");
        for person in [&asha, &world.attendant, &app.staff(Role::Lead, &[world.station]).await] {
            person.client.get(BOOKINGS).await.problem(403, "forbidden");
            person.client.get(&format!("{RECORD}?from=2026-11-21&to=2026-11-21")).await.problem(403, "forbidden");
        }
        app.client().get(BOOKINGS).await.problem(401, "unauthenticated");
        let row = world.operator.client.get(BOOKINGS).await.expect(200)["items"][0].clone();
        assert_eq!(row["customer_name"], name(&asha).await);
        assert!(row.get("code").is_none() && row.get("pin").is_none(), "{row}");
    }

    async fn bookings_are_filtered_sorted_and_paged(app: TestApp) {
        let world = World::with_packs(&app, 9).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let mut all = Vec::new();
        for quantity in [1, 3, 2] {
            app.clock.advance(Duration::from_secs(1));
            all.push(asha.client.post("/api/v1/bookings", world.order(quantity)).await.expect(201));
        }
        let mut order = world.order(1);
        order["vehicle"] = json!("KL 7");
        app.clock.advance(Duration::from_secs(1));
        all.push(binu.client.post("/api/v1/bookings", order).await.expect(201));
        let id = |index: usize| all[index]["id"].clone();
        act(&asha, &all[0], "cancel", json!({})).await;
        assert_eq!(ids(&world.operator, "").await, [id(3), id(2), id(1), id(0)]);
        assert_eq!(ids(&world.operator, "sort=oldest").await, [id(0), id(1), id(2), id(3)]);
        assert_eq!(ids(&world.operator, "sort=dearest").await[..2], [id(1), id(2)]);
        assert_eq!(ids(&world.operator, "sort=cheapest").await[2..], [id(2), id(1)]);
        assert_eq!(ids(&world.operator, "state=cancelled").await, [id(0)]);
        let his = name(&binu).await.as_str().unwrap().to_lowercase().replace(' ', "%20");
        assert_eq!(ids(&world.operator, &format!("state=confirmed,ready&q={his}")).await, [id(3)]);
        assert_eq!(ids(&world.operator, "q=kl7").await, [id(3)]);
        assert_eq!(ids(&world.operator, "q=100%25").await, [Value::Null; 0]);
        for sort in ["newest", "oldest", "dearest", "cheapest"] {
            let whole = ids(&world.operator, &format!("sort={sort}")).await;
            let mut paged = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("{BOOKINGS}?sort={sort}&limit=1{cursor}");
                let page = world.operator.client.get(&path).await.expect(200);
                paged.extend(listed(&page).iter().map(|booking| booking["id"].clone()));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(paged, whole, "{sort}");
        }
        for (query, field) in [
            ("cursor=x", "cursor"), ("limit=0", "limit"), ("sort=best", "sort"), ("state=gone", "state"),
            ("from=yesterday", "from"), ("to=2026-02-30", "to"), ("from=2026-11-22&to=2026-11-21", "to"),
            ("station_id=x", "station_id"),
        ] {
            world.operator.client.get(&format!("{BOOKINGS}?{query}")).await.wrong_field(field);
        }
    }

    /// It is 16:00 on Saturday in Kochi; at half past midnight there it is still Saturday in Greenwich.
    async fn a_day_is_that_of_the_stations_clock(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let body = json!({"name": "Greenwich", "latitude": 51.4, "longitude": 0.0});
        let greenwich = world.operator.client.post("/api/v1/stations", body).await.expect(201);
        let greenwich = StationId(greenwich["id"].as_i64().unwrap());
        world.pack(greenwich).await;
        let asha = app.customer().await;
        let early = world.book(&asha, world.station).await;
        app.clock.advance(Duration::from_mins(510));
        let (late, far) = (world.book(&asha, world.station).await, world.book(&asha, greenwich).await);
        let id = |booking: &Value| booking["id"].clone();
        let saturday = ids(&world.operator, "from=2026-11-21&to=2026-11-21").await;
        assert_eq!(saturday, [id(&far), id(&early)]);
        assert_eq!(ids(&world.operator, "from=2026-11-22").await, [id(&late)]);
        assert_eq!(ids(&world.operator, "to=2026-11-20").await, [Value::Null; 0]);
    }

    async fn the_record_is_a_table_of_my_stations_without_formulas(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (rival, theirs) = rival(&app, &world).await;
        let asha = app.customer().await;
        let (here, there) = (world.book(&asha, world.station).await, world.book(&asha, theirs).await);
        let reason = "=HYPERLINK(\"http://evil\"), twice";
        act(&world.attendant, &here, "cancel", json!({"reason": reason})).await;
        let days = "from=2026-11-21&to=2026-11-21";
        let answer = world.operator.client.get(&format!("{RECORD}?{days}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        assert!(answer.header("content-disposition").is_some_and(|header| header.starts_with("attachment")));
        let text = answer.text();
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next(), Some("at,station,entity,entity_id,action,from,to,actor,role,reason,request_id"));
        assert!(text.contains("\"'=HYPERLINK(\"\"http://evil\"\"), twice\""), "{text}");
        let booked = |id: &Value| format!(",booking,{id},book,,confirmed,");
        assert!(text.contains(&booked(&here["id"])) && !text.contains(&booked(&there["id"])), "{text}");
        assert!(!text.contains("Rival"), "{text}");
        assert!(text.contains("Station 1,station,"), "{text}");
        let theirs = rival.client.get(&format!("{RECORD}?{days}")).await.text();
        assert!(theirs.contains(&booked(&there["id"])) && !theirs.contains("evil"), "{theirs}");
        let empty = world.operator.client.get(&format!("{RECORD}?from=2026-11-20&to=2026-11-20")).await.text();
        assert_eq!(empty.matches("\r\n").count(), 1, "{empty}");
        world.operator.client.get(RECORD).await.wrong_field("from");
        world.operator.client.get(&format!("{RECORD}?from=2026-11-22&to=2026-11-21")).await.wrong_field("to");
    }

    /// The booking, its station and a battery may have the same number: only the booking's own steps are told.
    async fn staff_read_every_step_of_a_booking_and_nobody_else(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let booking = world.book(&asha, world.station).await;
        let path = format!("/api/v1/bookings/{}/timeline", booking["id"]);
        act(&world.attendant, &booking, "ready", json!({})).await;
        act(&world.attendant, &booking, "cancel", json!({"reason": "Short circuit"})).await;
        let steps = listed(&world.attendant.client.get(&path).await.expect(200));
        let told: Vec<_> = steps.iter().map(|step| (step["action"].as_str().unwrap(), step["to"].as_str().unwrap())).collect();
        assert_eq!(told, [("book", "confirmed"), ("ready", "ready"), ("cancel", "cancelled")]);
        assert_eq!((&steps[0]["actor_name"], &steps[0]["role"]), (&name(&asha).await, &json!("customer")));
        assert_eq!((&steps[1]["from"], &steps[1]["role"]), (&json!("confirmed"), &json!("attendant")));
        assert_eq!(steps[2]["reason"], "Short circuit");
        for step in &steps {
            assert!(step["at"].is_string() && step["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{step}");
        }
        world.operator.client.get(&path).await.expect(200);
        app.staff(Role::Admin, &[]).await.client.get(&path).await.expect(200);
        for person in [&asha, &binu] {
            person.client.get(&path).await.problem(403, "forbidden");
        }
        let elsewhere = [app.staff_of("Rival", Role::Operator, &[]).await, app.staff(Role::Attendant, &[]).await];
        for person in elsewhere {
            person.client.get(&path).await.problem(403, "forbidden");
        }
        app.client().get(&path).await.problem(401, "unauthenticated");
        world.attendant.client.get("/api/v1/bookings/99999/timeline").await.problem(404, "not_found");
    }
}
