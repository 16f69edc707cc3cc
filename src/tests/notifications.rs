//! The inbox: what was told, and whether it was read.

use serde_json::{Value, json};

use crate::support::app::Person;
use crate::support::demo::listed;

async fn inbox(person: &Person, query: &str) -> Value {
    person
        .client
        .get(&format!("/api/v1/notifications{query}"))
        .await
        .expect(200)
}

each_engine! {
    async fn an_inbox_is_empty_at_first_and_has_a_position(app: TestApp) {
        let person = app.customer().await;
        let empty = inbox(&person, "").await;
        assert_eq!((&empty["items"], &empty["unread"], &empty["next"]), (&json!([]), &json!(0), &Value::Null));
        assert_eq!(empty["epoch"].as_str().unwrap().len(), 8);
        app.client().get("/api/v1/notifications").await.problem(401, "unauthenticated");
    }

    async fn a_message_is_read_once_and_by_its_reader_alone(app: TestApp) {
        let demo = app.demo().await;
        demo.customer.book(1, 1, 1).await.expect(201);
        let told = inbox(&demo.customer, "").await;
        assert_eq!(told["unread"], 1);
        let message = &told["items"][0];
        for field in ["id", "event", "title", "message", "level", "booking_id", "station_id", "data", "read", "timestamp"] {
            assert!(message.get(field).is_some(), "{field}");
        }
        assert_eq!(message["event"], "booking_confirmed");
        let path = format!("/api/v1/notifications/{}/read", message["id"]);
        demo.customer2.client.act(&path).await.problem(404, "not_found");
        assert_eq!(inbox(&demo.customer, "").await["unread"], 1);
        assert_eq!(demo.customer.client.act(&path).await.expect(200)["unread"], 0);
        let read = inbox(&demo.customer, "").await;
        assert_eq!(read["items"][0]["read"], true);
        demo.customer.client.act(&path).await.expect(200);
        assert_eq!(inbox(&demo.customer, "").await["seq"], read["seq"], "a second time is no event");
        demo.customer.client.act("/api/v1/notifications/999999/read").await.problem(404, "not_found");
    }

    async fn a_long_inbox_comes_in_pages_newest_first(app: TestApp) {
        let demo = app.demo().await;
        // Every booking tells the attendant once, every cancellation once more.
        for _ in 0..26 {
            let booking = demo.customer.book(6, 1, 1).await;
            if booking.status != 201 {
                break;
            }
            let path = format!("/api/v1/bookings/{}/cancel", booking.json()["id"]);
            demo.customer.client.post(&path, json!({})).await.expect(200);
            app.clock.advance(std::time::Duration::from_secs(10));
            voltbay::server::service::bookings::advance_due(&app.app).await.unwrap();
        }
        let first = inbox(&demo.attendant, "").await;
        assert_eq!((listed(&first).len(), &first["unread"]), (50, &json!(52)));
        let rest = inbox(&demo.attendant, &format!("?cursor={}", first["next"].as_str().unwrap())).await;
        assert_eq!((listed(&rest).len(), &rest["next"]), (2, &Value::Null));
        let ids: Vec<_> = [listed(&first), listed(&rest)].concat().iter().map(|row| row["id"].as_i64()).collect();
        assert!(ids.is_sorted_by(|newer, older| newer > older));
        demo.attendant.client.get("/api/v1/notifications?cursor=x").await.wrong_field("cursor");
        demo.attendant.client.act("/api/v1/notifications/read-all").await.expect(200);
        assert_eq!(inbox(&demo.attendant, "").await["unread"], 0);
    }
}
