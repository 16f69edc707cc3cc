//! Reviews: who writes them, who reads them, and what they add up to.

use serde_json::{Value, json};
use voltbay::domain::{Role, StationId};

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::demo::listed;
use crate::support::world::World;

/// A booking of somebody that was handed over.
async fn collected(world: &World, who: &Person) -> Value {
    let booking = world.book(who, world.station).await;
    let path = format!("/api/v1/bookings/{}/collect", booking["id"]);
    let proof = json!({"code": booking["code"]});
    world.attendant.client.post(&path, proof).await.expect(200);
    booking
}

fn path(booking: &Value) -> String {
    format!("/api/v1/bookings/{}/review", booking["id"])
}

async fn review(who: &Person, booking: &Value, rating: i64) -> Answer {
    let body = json!({"rating": rating, "text": format!("{rating} stars, says who came")});
    who.client.post(&path(booking), body).await
}

/// Average and number of a station, as its page and the list of stations say, which must agree.
async fn rated(app: &TestApp, station: StationId) -> (Value, Value) {
    let one = app.station(station.0).await;
    let all = listed(&app.client().get("/api/v1/stations").await.expect(200));
    let same = all.iter().find(|other| other["id"] == one["id"]).unwrap();
    assert_eq!(
        (&one["rating_average"], &one["rating_count"]),
        (&same["rating_average"], &same["rating_count"])
    );
    (one["rating_average"].clone(), one["rating_count"].clone())
}

each_engine! {
    async fn reviews_add_up_to_the_stations_rating(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        assert_eq!(rated(&app, world.station).await, (Value::Null, json!(0)));
        let (asha, binu) = (app.customer().await, app.customer().await);
        let (first, second) = (collected(&world, &asha).await, collected(&world, &binu).await);
        let hers = review(&asha, &first, 5).await.expect(201);
        assert_eq!((&hers["rating"], &hers["first_name"], &hers["edited_at"]), (&json!(5), &json!("Customer"), &Value::Null));
        assert_eq!(asha.client.get(&path(&first)).await.expect(200), hers);
        review(&binu, &second, 4).await.expect(201);
        assert_eq!(rated(&app, world.station).await, (json!(4.5), json!(2)));

        app.clock.advance(std::time::Duration::from_mins(1));
        let changed = asha.client.patch(&path(&first), json!({"rating": 2})).await.expect(200);
        assert_eq!((&changed["rating"], &changed["text"]), (&json!(2), &hers["text"]));
        assert!(changed["edited_at"].is_string());
        assert_eq!(rated(&app, world.station).await, (json!(3.0), json!(2)));
        assert_eq!(asha.client.delete(&path(&first)).await.status, 204);
        assert_eq!(rated(&app, world.station).await, (json!(4.0), json!(1)));
        assert_eq!(binu.client.delete(&path(&second)).await.status, 204);
        assert_eq!(rated(&app, world.station).await, (Value::Null, json!(0)));
        binu.client.get(&path(&second)).await.problem(404, "not_found");
        review(&asha, &first, 3).await.expect(201);
        assert_eq!(rated(&app, world.station).await, (json!(3.0), json!(1)));
        assert_eq!(voltbay::server::check::findings(&app.app).await.unwrap(), [""; 0]);
    }

    async fn only_what_was_handed_over_is_reviewed_and_once(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        let running = world.book(&asha, world.station).await;
        review(&asha, &running, 5).await.problem(409, "illegal_transition");
        asha.client.act(&format!("/api/v1/bookings/{}/cancel", running["id"])).await.expect(200);
        review(&asha, &running, 5).await.problem(409, "illegal_transition");
        let done = collected(&world, &asha).await;
        review(&asha, &done, 5).await.expect(201);
        review(&asha, &done, 1).await.problem(409, "already_reviewed");
        assert_eq!(rated(&app, world.station).await, (json!(5.0), json!(1)));
    }

    async fn the_same_key_reviews_once_and_two_at_a_time_count_once(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let done = collected(&world, &asha).await;
        let client = asha.client.with("idempotency-key", "r1");
        let body = json!({"rating": 4, "text": "Quick."});
        let first = client.post(&path(&done), body.clone()).await.expect(201);
        assert_eq!(client.post(&path(&done), body).await.expect(201), first);
        let done = collected(&world, &asha).await;
        let (one, other) = tokio::join!(review(&asha, &done, 5), review(&asha, &done, 5));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        assert_eq!(rated(&app, world.station).await, (json!(4.5), json!(2)));
    }

    async fn nobody_else_writes_changes_or_deletes_a_review(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let done = collected(&world, &asha).await;
        let elsewhere = app.staff_of("Elsewhere", Role::Operator, &[]).await;
        let attempts = async |person: &Person, status: u16, code: &str| {
            review(person, &done, 1).await.problem(status, code);
            person.client.patch(&path(&done), json!({"rating": 1})).await.problem(status, code);
            person.client.delete(&path(&done)).await.problem(status, code);
        };
        attempts(&binu, 404, "not_found").await;
        attempts(&elsewhere, 403, "forbidden").await;
        review(&asha, &done, 5).await.expect(201);
        attempts(&binu, 404, "not_found").await;
        attempts(&elsewhere, 403, "forbidden").await;
        attempts(&world.attendant, 403, "forbidden").await;
        attempts(&world.operator, 403, "forbidden").await;
        app.client().post(&path(&done), json!({"rating": 1, "text": "x"})).await.problem(401, "unauthenticated");
        binu.client.get(&path(&done)).await.problem(404, "not_found");
        world.attendant.client.get(&path(&done)).await.expect(200);
        assert_eq!(rated(&app, world.station).await, (json!(5.0), json!(1)));
    }

    async fn what_makes_no_sense_is_refused_by_field(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let done = collected(&world, &asha).await;
        for (body, field) in [
            (json!({"rating": 0, "text": "x"}), "rating"),
            (json!({"rating": 6, "text": "x"}), "rating"),
            (json!({"rating": 4.5, "text": "x"}), "rating"),
            (json!({"rating": 5, "text": " "}), "text"),
            (json!({"rating": 5, "text": "x".repeat(1_001)}), "text"),
            (json!({"rating": 5, "text": "bell \u{7}"}), "text"),
            (json!({"rating": 5}), "text"),
            (json!({"rating": 5, "text": "x", "user_id": 1}), "user_id"),
            (json!({"rating": 5, "text": "x", "station_id": 1}), "station_id"),
        ] {
            asha.client.post(&path(&done), body).await.wrong_field(field);
        }
        let long = format!("Two lines,\r\nand {}", "ക".repeat(980));
        let written = asha.client.post(&path(&done), json!({"rating": 5, "text": long})).await.expect(201);
        assert!(written["text"].as_str().unwrap().contains("lines,\nand"));
    }

    /// Nothing but stars, words, a first name and dates; page by page, the newest first.
    async fn the_public_reads_no_more_than_it_should(app: TestApp) {
        let world = World::with_packs(&app, 22).await;
        let asha = app.customer().await;
        for rating in 1..=22 {
            let done = collected(&world, &asha).await;
            review(&asha, &done, rating % 5 + 1).await.expect(201);
        }
        let list = format!("/api/v1/stations/{}/reviews", world.station);
        let first = app.client().get(&list).await.expect(200);
        let row = first["items"][0].as_object().unwrap();
        let fields: Vec<_> = row.keys().map(String::as_str).collect();
        assert_eq!(fields, ["created_at", "edited_at", "first_name", "id", "rating", "text"]);
        assert_eq!(row["rating"], 22 % 5 + 1, "the newest first");
        assert_eq!(listed(&first).len(), 20);
        let next = format!("{list}?cursor={}", first["next"].as_str().unwrap());
        let second = app.client().get(&next).await.expect(200);
        assert_eq!((listed(&second).len(), &second["next"]), (2, &Value::Null));
        app.client().get(&format!("{list}?cursor=x")).await.wrong_field("cursor");
        app.client().get("/api/v1/stations/99999/reviews").await.problem(404, "not_found");

        // A closed account takes its name along and leaves its words.
        assert_eq!(asha.client.delete("/api/v1/me").await.status, 204);
        let after = app.client().get(&list).await.expect(200);
        assert_eq!(after["items"][0]["first_name"], "A former customer");
    }
}
