//! Stations: finding, opening, changing, closing them.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Role, StationId};
use voltbay::server::check;
use voltbay::server::service::stations::follow_hours;

use crate::support::demo::listed;

fn ids(page: &Value) -> Vec<i64> {
    listed(page)
        .iter()
        .map(|station| station["id"].as_i64().unwrap())
        .collect()
}

each_engine! {
    async fn a_station_needs_a_name_and_a_place_and_gets_the_rest(app: TestApp) {
        let operator = app.staff(Role::Operator, &[]).await;
        let body = json!({"name": "Pier", "latitude": 9.9, "longitude": 76.2});
        let station = operator.client.post("/api/v1/stations", body).await.expect(201);
        for (field, expected) in [
            ("name", json!("Pier")),
            ("opening_hours", json!("24/7")),
            ("timezone", json!("UTC")),
            ("status", json!("online")),
            ("total_slots", json!(24)),
            ("free_slots", json!(24)),
            ("total_batteries", json!(0)),
            ("next_available_at", Value::Null),
            ("models", json!([])),
            ("seq", json!(1)),
        ] {
            assert_eq!(station[field], expected, "{field}");
        }
        assert_eq!(station["epoch"].as_str().unwrap().len(), 8);
        assert_eq!(app.station(station["id"].as_i64().unwrap()).await, station);
    }

    async fn every_field_that_makes_no_sense_is_named_and_nothing_is_made(app: TestApp) {
        let operator = app.staff(Role::Operator, &[]).await;
        let body = json!({
            "name": " ", "latitude": 91, "longitude": -181, "city": "x".repeat(81), "timezone": "Mars/Crater",
            "opening_hours": "whenever", "slots": 0,
        });
        let problem = operator.client.post("/api/v1/stations", body).await.problem(422, "invalid");
        let mut fields: Vec<_> = listed(&problem["errors"]).iter().map(|error| error["field"].clone()).collect();
        fields.sort_by_key(ToString::to_string);
        let expected = ["city", "latitude", "longitude", "name", "opening_hours", "slots", "timezone"];
        assert_eq!(fields, expected);
        assert_eq!(ids(&app.client().get("/api/v1/stations").await.expect(200)), [0; 0]);
    }

    async fn only_operators_and_administrators_open_stations(app: TestApp) {
        let body = || json!({"name": "Pier", "latitude": 9.9, "longitude": 76.2});
        app.client().post("/api/v1/stations", body()).await.problem(401, "unauthenticated");
        for person in [app.customer().await, app.staff(Role::Attendant, &[]).await] {
            person.client.post("/api/v1/stations", body()).await.problem(403, "forbidden");
        }
        let admin = app.staff(Role::Admin, &[]).await;
        admin.client.post("/api/v1/stations", body()).await.wrong_field("operator_id");
        app.staff(Role::Operator, &[]).await;
        admin.client.post("/api/v1/stations", body()).await.expect(201);
    }

    async fn the_same_request_twice_opens_one_station(app: TestApp) {
        let operator = app.staff(Role::Operator, &[]).await;
        let client = operator.client.with("idempotency-key", "pier-1");
        let body = json!({"name": "Pier", "latitude": 9.9, "longitude": 76.2});
        let first = client.post("/api/v1/stations", body.clone()).await.expect(201);
        assert_eq!(client.post("/api/v1/stations", body).await.expect(201), first);
        let other = json!({"name": "Quay", "latitude": 9.9, "longitude": 76.2});
        client.post("/api/v1/stations", other).await.problem(422, "idempotency_mismatch");
        assert_eq!(ids(&client.get("/api/v1/stations").await.expect(200)).len(), 1);
    }

    async fn stations_are_found_by_words_place_model_and_stock(app: TestApp) {
        app.demo().await;
        let find = async |query: &str| {
            let answer = app.client().get(&format!("/api/v1/stations?{query}")).await;
            ids(&answer.expect(200))
        };
        assert_eq!(find("").await.len(), 8);
        assert_eq!(find("").await.last(), Some(&7), "the paused one comes last");
        assert_eq!(find("q=ferry%20kochi").await, [5]);
        assert_eq!(find("near=9.9731,76.2850").await[..2], [1, 2]);
        assert_eq!(find("near=9.9731,76.2850&radius_km=2").await, [1, 2]);
        assert!(!find("available=1").await.contains(&5), "sold out");
        assert_eq!(find("model=99").await, [0; 0]);
        let near = app.client().get("/api/v1/stations?near=9.9731,76.2850").await.expect(200);
        assert_eq!(near["items"][0]["distance_m"], 0);
        for (query, field) in [
            ("near=91,0", "near"),
            ("radius_km=2", "radius_km"),
            ("near=9.9,76.2&radius_km=-1", "radius_km"),
            ("cursor=x", "cursor"),
        ] {
            app.client().get(&format!("/api/v1/stations?{query}")).await.wrong_field(field);
        }
    }

    async fn staff_set_the_status_and_only_the_operator_the_rest(app: TestApp) {
        let demo = app.demo().await;
        let elsewhere = app.staff(Role::Attendant, &[StationId(2)]).await;
        let paused = json!({"status": "paused", "message": "Back at noon."});
        elsewhere.client.patch("/api/v1/stations/1", paused.clone()).await.problem(403, "forbidden");
        let station = demo.attendant.client.patch("/api/v1/stations/1", paused).await.expect(200);
        assert_eq!((&station["status"], &station["status_message"]), (&json!("paused"), &json!("Back at noon.")));
        assert_eq!(station["available_batteries"], 0, "a paused station hands out nothing new");
        let name = json!({"name": "Uptown"});
        demo.attendant.client.patch("/api/v1/stations/1", name.clone()).await.problem(403, "forbidden");
        let station = demo.operator.client.patch("/api/v1/stations/1", name).await.expect(200);
        assert_eq!(station["name"], "Uptown");
        demo.admin.client.patch("/api/v1/stations/999", json!({})).await.problem(404, "not_found");
        demo.admin.client.patch("/api/v1/stations/1", json!({"status": "gone"})).await.problem(422, "invalid");
        assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
    }

    async fn who_holds_a_pack_hears_when_the_station_stops_serving(app: TestApp) {
        let demo = app.demo().await;
        demo.customer.book(1, 1, 1).await.expect(201);
        let pause = json!({"status": "paused"});
        demo.attendant.client.patch("/api/v1/stations/1", pause).await.expect(200);
        let alerts = async |person: &crate::support::app::Person| {
            let inbox = person.client.get("/api/v1/notifications").await.expect(200);
            let rows = listed(&inbox);
            rows.into_iter().filter(|row| row["event"] == "station_alert").collect::<Vec<_>>()
        };
        assert_eq!(alerts(&demo.customer).await.len(), 0, "a paused station serves what is booked");
        let work = json!({"status": "maintenance", "message": "A cabinet is exchanged."});
        demo.attendant.client.patch("/api/v1/stations/1", work).await.expect(200);
        let told = alerts(&demo.customer).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["level"], "warning");
        assert!(told[0]["message"].as_str().unwrap().contains("A cabinet is exchanged."));
        assert_eq!(alerts(&demo.customer2).await.len(), 0);
    }

    async fn a_station_closes_and_opens_by_its_own_clock(app: TestApp) {
        let demo = app.demo().await;
        assert_eq!(app.station(5).await["status"], "online", "16:00 in Kochi");
        // 22:00 in Kochi.
        app.clock.advance(Duration::from_hours(6));
        follow_hours(&app.app).await.unwrap();
        let closed = app.station(5).await;
        assert_eq!(closed["status"], "closed");
        assert_eq!(closed["hours_change_at"], "2026-11-22T00:30:00.000000Z");
        let problem = demo.customer.book(5, 1, 1).await.problem(409, "station_closed");
        assert!(!listed(&problem["alternatives"]).is_empty());
        // Two days later at noon: everything in between is caught up with at once.
        app.clock.advance(Duration::from_hours(38));
        follow_hours(&app.app).await.unwrap();
        assert_eq!(app.station(5).await["status"], "online");
        assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
    }

    async fn new_hours_count_at_once(app: TestApp) {
        let demo = app.demo().await;
        let hours = json!({"opening_hours": "Mo-Fr 08:00-18:00"});
        let station = demo.operator.client.patch("/api/v1/stations/1", hours).await.expect(200);
        // It is Saturday.
        assert_eq!(station["status"], "closed");
        assert_eq!(station["hours_change_at"], "2026-11-23T02:30:00.000000Z");
        let wrong = json!({"opening_hours": "at dawn, mostly"});
        demo.operator.client.patch("/api/v1/stations/1", wrong).await.wrong_field("opening_hours");
    }
}
