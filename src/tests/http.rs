//! What holds for every route: who may, what is refused and how, and what surrounds an answer.

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::support::app::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::world::{World, batteries};

/// Who may use a route at all.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) enum Who {
    Anybody,
    SignedIn,
    /// Staff of the station in the path.
    Staff,
    /// The operator of the station in the path.
    Operator,
    Admin,
}

/// Every route, with a body it understands and who may use it. `S` stands for the station, `B` for a
/// battery in it, `K` for a booking there, `P` for its payment, `Y` for a bay and `Z` for the swap in it, `T` for a task
/// and `M` for a message.
pub(crate) fn routes() -> Vec<Route> {
    [of_customers(), of_staff(), of_the_floor(), of_operators()].concat()
}

pub(crate) type Route = (&'static str, &'static str, Option<Value>, Who);

fn of_customers() -> Vec<Route> {
    use Who::{Anybody, SignedIn};
    let account = json!({"name": "A", "email": "a@example.org", "password": "0123456789"});
    let nobody = json!({"email": "nobody@example.org", "password": "0123456789"});
    let bought = json!({"plan_id": 0, "months": 1});
    vec![
        ("POST", "/api/v1/auth/register", Some(account), Anybody),
        ("GET", "/api/v1/stations", None, Anybody),
        ("GET", "/api/v1/stations/S", None, Anybody),
        ("GET", "/api/v1/stations/S/batteries", None, Anybody),
        ("GET", "/api/v1/stations/S/services", None, Anybody),
        ("GET", "/api/v1/battery-models", None, Anybody),
        ("GET", "/api/v1/plans", None, Anybody),
        ("GET", "/api/v1/operators/0", None, Anybody),
        ("GET", "/api/openapi.json", None, Anybody),
        ("GET", "/healthz", None, Anybody),
        ("GET", "/readyz", None, Anybody),
        ("GET", "/metrics", None, Anybody),
        ("GET", "/api/v1/me", None, SignedIn),
        ("PATCH", "/api/v1/me", Some(json!({})), SignedIn),
        ("POST", "/api/v1/ws-ticket", None, SignedIn),
        ("GET", "/api/v1/bookings", None, SignedIn),
        (
            "POST",
            "/api/v1/bookings",
            Some(json!({"station_id": 0, "items": []})),
            SignedIn,
        ),
        ("GET", "/api/v1/vehicle-types", None, Anybody),
        ("GET", "/api/v1/stations/S/reviews", None, Anybody),
        ("GET", "/api/v1/vehicles", None, SignedIn),
        (
            "POST",
            "/api/v1/vehicles",
            Some(json!({"registration": "", "type_id": 0})),
            SignedIn,
        ),
        ("PATCH", "/api/v1/vehicles/0", Some(json!({})), SignedIn),
        ("DELETE", "/api/v1/vehicles/0", None, SignedIn),
        ("GET", "/api/v1/vehicles/check?registration=K", None, SignedIn),
        (
            "POST",
            "/api/v1/stations/S/waitlist",
            Some(json!({"items": []})),
            SignedIn,
        ),
        ("GET", "/api/v1/waitlist", None, SignedIn),
        ("DELETE", "/api/v1/waitlist/0", None, SignedIn),
        ("POST", "/api/v1/waitlist/0/accept", None, SignedIn),
        ("POST", "/api/v1/waitlist/0/decline", None, SignedIn),
        ("GET", "/api/v1/notifications", None, SignedIn),
        ("GET", "/api/v1/subscription", None, SignedIn),
        ("GET", "/api/v1/subscription/uses", None, SignedIn),
        ("POST", "/api/v1/subscriptions", Some(bought.clone()), SignedIn),
        ("POST", "/api/v1/subscription/change", Some(bought), SignedIn),
        ("GET", "/api/v1/subscriptions", None, SignedIn),
        ("GET", "/api/v1/subscriptions/0", None, SignedIn),
        ("POST", "/api/v1/subscriptions/0/call-off", None, SignedIn),
        ("GET", "/api/v1/subscriptions/0/checkout.svg", None, SignedIn),
        ("POST", "/api/v1/subscription/cancel", None, SignedIn),
        ("POST", "/api/v1/subscription/resume", None, SignedIn),
        ("POST", "/api/v1/notifications/read-all", None, SignedIn),
        ("POST", "/api/v1/notifications/0/read", None, SignedIn),
        ("GET", "/api/v1/stations/S/services/0/slots", None, Anybody),
        ("GET", "/api/v1/stations/S/pickup-slots", None, Anybody),
        ("POST", "/api/v1/auth/login", Some(nobody), Anybody),
    ]
}

fn of_staff() -> Vec<Route> {
    use Who::Staff;
    vec![
        ("GET", "/api/v1/bookings?station_id=S", None, Staff),
        ("GET", "/api/v1/stations/S/bookings/find?code=0000", None, Staff),
        (
            "PATCH",
            "/api/v1/stations/S",
            Some(json!({"status": "online"})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/stations/S/batteries",
            Some(json!({"serial": "", "model_id": 0})),
            Staff,
        ),
        ("PATCH", "/api/v1/batteries/B", Some(json!({})), Staff),
        ("GET", "/api/v1/bookings/K/timeline", None, Staff),
        ("GET", "/api/v1/bookings/K/calendar.ics", None, Staff),
        ("GET", "/api/v1/stations/S/waitlist", None, Staff),
        ("GET", "/api/v1/stations/S/rules", None, Staff),
        ("GET", "/api/v1/stations/S/live-bookings", None, Staff),
        ("GET", "/api/v1/stations/S/cash-due", None, Staff),
        ("GET", "/api/v1/stations/S/cash-counts", None, Staff),
        ("GET", "/api/v1/stations/S/cash-counts.csv", None, Staff),
        (
            "POST",
            "/api/v1/stations/S/cash-counts",
            Some(json!({"counted": 0})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/stations/S/close-down",
            Some(json!({"status": "online"})),
            Staff,
        ),
        ("GET", "/api/v1/payments?station_id=S", None, Staff),
        ("GET", "/api/v1/takings?station_id=S", None, Staff),
        (
            "POST",
            "/api/v1/payments/P/verify",
            Some(json!({"received": 0})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/payments/P/reject",
            Some(json!({"reason": "Short"})),
            Staff,
        ),
        ("POST", "/api/v1/payments/P/refund", None, Staff),
        ("GET", "/api/v1/bookings/K/receipt", None, Staff),
        ("GET", "/api/v1/bookings/K/checkout.svg", None, Staff),
        ("POST", "/api/v1/bookings/K/pay", None, Staff),
        ("POST", "/api/v1/bookings/K/renew", None, Staff),
        ("POST", "/api/v1/bookings/K/approve", None, Staff),
        (
            "POST",
            "/api/v1/bookings/K/decline",
            Some(json!({"reason": "Full"})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/bookings/K/check-in",
            Some(json!({"code": "------"})),
            Staff,
        ),
        ("POST", "/api/v1/bookings/K/undo-check-in", None, Staff),
        ("POST", "/api/v1/bookings/K/start", None, Staff),
        ("POST", "/api/v1/bookings/K/undo-no-show", None, Staff),
        ("POST", "/api/v1/bookings/K/ready", None, Staff),
        (
            "POST",
            "/api/v1/bookings/K/collect",
            Some(json!({"code": "------"})),
            Staff,
        ),
        ("POST", "/api/v1/bookings/K/no-show", None, Staff),
        ("GET", "/api/v1/stations/S/tasks", None, Staff),
        ("POST", "/api/v1/tasks/T/ack", None, Staff),
        ("POST", "/api/v1/tasks/T/start", None, Staff),
        ("POST", "/api/v1/tasks/T/complete", None, Staff),
        ("POST", "/api/v1/tasks/T/undo", None, Staff),
        ("GET", "/api/v1/stations/S/ops", None, Staff),
        ("GET", "/api/v1/stations/S/shift", None, Staff),
        (
            "POST",
            "/api/v1/stations/S/shift",
            Some(json!({"on": true})),
            Staff,
        ),
        ("GET", "/api/v1/stations/S/messages", None, Staff),
        ("POST", "/api/v1/messages/M/ack", None, Staff),
    ]
}

fn of_the_floor() -> Vec<Route> {
    use Who::Staff;
    vec![
        ("GET", "/api/v1/stations/S/bays", None, Staff),
        ("GET", "/api/v1/bays/Y", None, Staff),
        ("GET", "/api/v1/bays/Y/qr.svg", None, Staff),
        ("PATCH", "/api/v1/bays/Y", Some(json!({"zone": "Front"})), Staff),
        ("POST", "/api/v1/bays/Y/call", None, Staff),
        ("POST", "/api/v1/bays/Y/occupy", None, Staff),
        ("POST", "/api/v1/bays/Y/sessions", None, Staff),
        ("GET", "/api/v1/sessions/Z", None, Staff),
        (
            "POST",
            "/api/v1/sessions/Z/identify",
            Some(json!({"code": "------"})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/sessions/Z/return",
            Some(json!({"none": true})),
            Staff,
        ),
        ("POST", "/api/v1/sessions/Z/next", None, Staff),
        ("POST", "/api/v1/sessions/Z/back", None, Staff),
        ("POST", "/api/v1/sessions/Z/pay", None, Staff),
        ("POST", "/api/v1/sessions/Z/taken", None, Staff),
        (
            "POST",
            "/api/v1/sessions/Z/help",
            Some(json!({"needs_help": true})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/sessions/Z/party-size",
            Some(json!({"party_size": 2})),
            Staff,
        ),
        (
            "POST",
            "/api/v1/sessions/Z/abort",
            Some(json!({"reason": "Rain"})),
            Staff,
        ),
        ("POST", "/api/v1/sessions/Z/close", None, Staff),
        ("POST", "/api/v1/bays/Y/release", None, Staff),
    ]
}

fn of_operators() -> Vec<Route> {
    use Who::{Admin, Operator};
    let sold = json!({"key": "a", "name": "A", "swaps_per_month": 1, "price": 1});
    vec![
        ("POST", "/api/v1/plans", Some(sold), Operator),
        ("POST", "/api/v1/plan-payments/0/refund", None, Operator),
        ("PATCH", "/api/v1/stations/S/rules", Some(json!({})), Operator),
        (
            "PATCH",
            "/api/v1/stations/S",
            Some(json!({"name": "Uptown"})),
            Operator,
        ),
        (
            "POST",
            "/api/v1/stations/S/tasks",
            Some(json!({"text": "Sweep"})),
            Operator,
        ),
        ("POST", "/api/v1/tasks/T/reassign", None, Operator),
        (
            "POST",
            "/api/v1/stations/S/messages",
            Some(json!({"message": "Rain", "kind": "broadcast"})),
            Operator,
        ),
        ("GET", "/api/v1/stations/S/staff", None, Operator),
        (
            "POST",
            "/api/v1/stations/S/staff",
            Some(json!({"user_id": 0})),
            Operator,
        ),
        ("DELETE", "/api/v1/stations/S/staff/0", None, Operator),
        ("POST", "/api/v1/stations/S/bays", Some(json!({})), Operator),
        ("GET", "/api/v1/operators/me/bookings", None, Operator),
        (
            "GET",
            "/api/v1/operators/me/audit.csv?from=2026-11-21&to=2026-11-21",
            None,
            Operator,
        ),
        (
            "POST",
            "/api/v1/vehicle-types",
            Some(json!({"maker": "", "name": "", "model_ids": []})),
            Admin,
        ),
        ("PATCH", "/api/v1/vehicle-types/0", Some(json!({})), Admin),
        ("POST", "/api/v1/users/0/deactivate", None, Admin),
        ("POST", "/api/v1/users/0/activate", None, Admin),
    ]
}

/// Neither asked to sign in nor told that somebody else may.
fn was_let_in(answer: &Answer) -> bool {
    let code = serde_json::from_slice::<Value>(&answer.body)
        .map(|body| body["code"].clone())
        .unwrap_or_default();
    !matches!(code.as_str(), Some("unauthenticated" | "forbidden"))
}

each_engine! {
    async fn every_route_lets_in_who_may_and_nobody_else(app: TestApp) {
        let network = World::with_packs(&app, 2).await;
        let batteries = batteries(&app, network.station).await;
        let customer = app.customer().await;
        let booking = customer.client.post("/api/v1/bookings", network.order(1)).await.expect(201);
        let bay = network.bays(network.station, 1).await[0];
        let session = network.attendant.at_bay(bay, "occupy", json!({})).await.expect(200)["session"]["id"].clone();
        let stranger = app.customer().await;
        let attendant_elsewhere = app.staff(Role::Attendant, &[]).await;
        let admin = app.staff(Role::Admin, &[]).await;
        let of_station = |what: &str| format!("/api/v1/stations/{}/{what}", network.station);
        let task = network.operator.client.post(&of_station("tasks"), json!({"text": "Look"})).await.expect(201);
        let alert = json!({"message": "Heat", "kind": "alert"});
        let alert = network.operator.client.post(&of_station("messages"), alert).await.expect(201);
        // What each may do at most; who works elsewhere may no more than a customer.
        let people: [(&str, Client, Who); 6] = [
            ("nobody", app.client(), Who::Anybody),
            ("a customer", stranger.client, Who::SignedIn),
            ("an attendant elsewhere", attendant_elsewhere.client, Who::SignedIn),
            ("the attendant", network.attendant.client.clone(), Who::Staff),
            ("the operator", network.operator.client.clone(), Who::Operator),
            ("an administrator", admin.client, Who::Admin),
        ];
        for (method, path, body, needed) in routes() {
            let path = path
                .replace("/K", &format!("/{}", booking["id"]))
                .replace("/P", &format!("/{}", booking["payment_id"]))
                .replace("/B", &format!("/{}", batteries[1]))
                .replace("/Y", &format!("/{bay}"))
                .replace("/Z", &format!("/{session}"))
                .replace("/T", &format!("/{}", task["id"]))
                .replace("/M", &format!("/{}", alert["id"]))
                .replace("/S", &format!("/{}", network.station))
                .replace("=S", &format!("={}", network.station));
            for (who, client, role) in &people {
                let answer = client.send(method, &path, body.as_ref().map(Value::to_string).as_deref()).await;
                assert!(answer.status < 500, "{method} {path} by {who}: {}", answer.text());
                // A customer is not told that there is a booking that is another customer's.
                let hidden = answer.status == 404 && *who == "a customer" && path.contains("/bookings/");
                let let_in = was_let_in(&answer) && !hidden;
                assert_eq!(let_in, *role >= needed, "{method} {path} by {who}: {} {}", answer.status, answer.text());
                if !let_in && *who == "nobody" {
                    answer.problem(401, "unauthenticated");
                    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
                }
            }
        }
    }

    async fn an_operator_has_no_say_at_another_operators_station(app: TestApp) {
        let network = World::with_packs(&app, 1).await;
        let batteries = batteries(&app, network.station).await;
        let other = app.staff(Role::Admin, &[]).await;
        other.client.get("/api/v1/me").await.expect(200);
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let station = format!("/api/v1/stations/{}", network.station);
        rival.client.patch(&station, json!({"name": "Mine"})).await.problem(403, "forbidden");
        rival.client.patch(&station, json!({"status": "closed"})).await.problem(403, "forbidden");
        let battery = json!({"serial": "X", "model_id": network.model});
        rival.client.post(&format!("{station}/batteries"), battery).await.problem(403, "forbidden");
        let battery = format!("/api/v1/batteries/{}", batteries[0]);
        rival.client.delete(&battery).await.problem(403, "forbidden");
    }

    async fn what_is_no_sensible_request_is_refused_by_field_and_changes_nothing(app: TestApp) {
        let network = World::with_packs(&app, 2).await;
        let batteries = batteries(&app, network.station).await;
        let customer = app.customer().await;
        let before = written(&app).await;
        let (station, model, battery) = (network.station, network.model, batteries[0]);
        let order = |items: Value| json!({"station_id": station, "items": items});
        let cases = [
            (json!({"items": []}), "station_id"),
            (json!({"station_id": "1", "items": []}), "station_id"),
            (order(json!([])), "items"),
            (order(json!([{"kind": "swap"}])), "items[0]"),
            (order(json!([{"kind": "swap", "model_id": model, "battery_id": battery}])), "items[0]"),
            (order(json!([{"kind": "swap", "model_id": model, "quantity": 0}])), "items[0].quantity"),
            (order(json!([{"kind": "swap", "model_id": model, "quantity": -1}])), "items[0].quantity"),
            (order(json!([{"kind": "swap", "model_id": model, "quantity": 1_000_000}])), "items[0].quantity"),
            (order(json!([{"kind": "swap", "model_id": model, "price": 1}])), "items[0].price"),
            (order(json!([{"kind": "jump", "model_id": model}])), "items[0].kind"),
            (json!({"station_id": station, "items": [{"kind": "swap", "model_id": model}], "vehicle": "V".repeat(33)}), "vehicle"),
            (json!({"station_id": station, "items": [{"kind": "swap", "model_id": model}], "hold_minutes": 600}), "hold_minutes"),
            (json!({"station_id": station, "items": [{"kind": "swap", "model_id": model}], "payment_state": "paid"}), "payment_state"),
            (json!({"station_id": station, "items": [{"kind": "swap", "model_id": model}], "vehicle": "a\u{0}"}), "vehicle"),
        ];
        for (body, field) in cases {
            let answer = customer.client.post("/api/v1/bookings", body.clone()).await;
            let errors = answer.problem(422, "invalid")["errors"].clone();
            let named = errors.as_array().unwrap().iter().any(|error| error["field"].as_str().unwrap().starts_with(field));
            assert!(named, "{body} was answered {errors}");
        }
        let unknown = [
            order(json!([{"kind": "swap", "model_id": 999_999}])),
            order(json!([{"kind": "swap", "battery_id": 999_999}])),
            json!({"station_id": 999_999, "items": [{"kind": "swap", "model_id": model}]}),
            json!({"station_id": i64::MAX, "items": [{"kind": "swap", "model_id": model}]}),
        ];
        for body in unknown {
            let status = customer.client.post("/api/v1/bookings", body.clone()).await.status;
            assert!(matches!(status, 404 | 409 | 422), "{body} was answered {status}");
        }
        assert_eq!(written(&app).await, before, "something was half done");
    }

    async fn a_battery_or_station_that_makes_no_sense_is_refused_by_field(app: TestApp) {
        let network = World::with_packs(&app, 1).await;
        let client = &network.operator.client;
        let before = written(&app).await;
        let stations = [
            (json!({"name": "", "latitude": 0.0, "longitude": 0.0}), "name"),
            (json!({"name": "x".repeat(81), "latitude": 0.0, "longitude": 0.0}), "name"),
            (json!({"name": "A", "latitude": 91.0, "longitude": 0.0}), "latitude"),
            (json!({"name": "A", "latitude": 0.0, "longitude": -181.0}), "longitude"),
            (json!({"name": "A", "latitude": "north", "longitude": 0.0}), "latitude"),
            (json!({"name": "A", "latitude": 0.0, "longitude": 0.0, "slots": 0}), "slots"),
            (json!({"name": "A", "latitude": 0.0, "longitude": 0.0, "slots": 100_000}), "slots"),
            (json!({"name": "A", "latitude": 0.0, "longitude": 0.0, "timezone": "Mars/Olympus"}), "timezone"),
            (json!({"name": "A", "latitude": 0.0, "longitude": 0.0, "opening_hours": "never mind"}), "opening_hours"),
        ];
        for (body, field) in stations {
            client.post("/api/v1/stations", body).await.wrong_field(field);
        }
        let path = format!("/api/v1/stations/{}/batteries", network.station);
        let model = network.model;
        let batteries = [
            (json!({"serial": "", "model_id": model}), "serial"),
            (json!({"serial": "x".repeat(65), "model_id": model}), "serial"),
            (json!({"serial": "X", "model_id": 999_999}), "model_id"),
            (json!({"serial": "X", "model_id": model, "soc": 101}), "soc"),
            (json!({"serial": "X", "model_id": model, "soh": -1}), "soh"),
            (json!({"serial": "X", "model_id": model, "slot": 0}), "slot"),
            (json!({"serial": "X", "model_id": model, "slot": 999}), "slot"),
        ];
        for (body, field) in batteries {
            client.post(&path, body).await.wrong_field(field);
        }
        let again = json!({"serial": "Station 1 0", "model_id": model});
        client.post(&path, again).await.problem(409, "serial_taken");
        let there = json!({"serial": "X", "model_id": model, "slot": 1});
        client.post(&path, there).await.problem(409, "slot_taken");
        client.patch(&format!("/api/v1/stations/{}", network.station), json!({"status": "open"})).await.wrong_field("status");
        assert_eq!(written(&app).await, before, "something was half done");
    }

    async fn the_same_key_and_body_give_the_same_answer_and_one_booking(app: TestApp) {
        let network = World::with_packs(&app, 3).await;
        let customer = app.customer().await;
        let client = customer.client.with("idempotency-key", "tap-tap");
        let first = client.post("/api/v1/bookings", network.order(1)).await.expect(201);
        let second = client.post("/api/v1/bookings", network.order(1)).await.expect(201);
        assert_eq!(first, second);
        client.post("/api/v1/bookings", network.order(2)).await.problem(422, "idempotency_mismatch");
        let mine = customer.client.get("/api/v1/bookings").await.expect(200);
        assert_eq!(mine["items"].as_array().unwrap().len(), 1);
        let other = app.customer().await.client.with("idempotency-key", "tap-tap");
        let theirs = other.post("/api/v1/bookings", network.order(1)).await.expect(201);
        assert_ne!(theirs["id"], first["id"], "a key is its owner's own");
    }
}

/// How many rows there are in every table that a refused request might have touched.
async fn written(app: &TestApp) -> Vec<i64> {
    let mut snapshot = app.app.db.snapshot().await.unwrap();
    let mut counts = Vec::new();
    for count in [
        "SELECT COUNT(*) FROM booking",
        "SELECT COUNT(*) FROM booking_item",
        "SELECT COUNT(*) FROM hold",
        "SELECT COUNT(*) FROM notification",
        "SELECT COUNT(*) FROM event",
        "SELECT COUNT(*) FROM audit",
        "SELECT COUNT(*) FROM station",
        "SELECT COUNT(*) FROM battery",
        "SELECT COUNT(*) FROM idempotency",
    ] {
        let (rows,): (i64,) = sqlx::query_as(count).fetch_one(&mut *snapshot).await.unwrap();
        counts.push(rows);
    }
    counts
}

#[tokio::test]
async fn a_key_is_short_and_printable() {
    let app = TestApp::on_sqlite().await;
    let customer = app.customer().await;
    let body = json!({"station_id": 1, "items": [{"kind": "swap", "model_id": 1}]});
    for key in ["", "two words", &"x".repeat(129)] {
        let client = customer.client.with("idempotency-key", key);
        client
            .post("/api/v1/bookings", body.clone())
            .await
            .wrong_field("Idempotency-Key");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_has_its_own_refusals() {
    let app = TestApp::on_sqlite().await;
    let client = app.client();
    let login = "/api/v1/auth/login";
    for body in ["", "nojson", "{", "{\"email\":", "{} {}", "\u{feff}{}"] {
        client
            .send("POST", login, Some(body))
            .await
            .problem(400, "invalid_json");
    }
    for body in ["[]", "null", "1", "\"x\"", r#"["a@b.cd","0123456789",false]"#] {
        client.send("POST", login, Some(body)).await.wrong_field("body");
    }
    let form = client.with("content-type", "application/x-www-form-urlencoded");
    form.send("POST", login, Some("email=a"))
        .await
        .problem(415, "unsupported_media_type");
    client
        .send("POST", login, None)
        .await
        .problem(415, "unsupported_media_type");
    let long = format!("{{\"email\":\"{}\"}}", "x".repeat(70_000));
    let answer = client
        .send("POST", login, Some(&long))
        .await
        .problem(413, "too_large");
    assert_eq!(answer["limit_bytes"], 65_536);
}

#[tokio::test]
async fn a_body_in_chunks_is_measured_while_it_comes_in() {
    let app = TestApp::on_sqlite().await;
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
                content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let request = format!("{head}{}0\r\n\r\n", chunk.repeat(20));
    let answer = app.client().raw(request.as_bytes()).await;
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn what_does_not_exist_is_told_in_the_agreed_form() {
    let app = TestApp::on_sqlite().await;
    let customer = app.customer().await;
    for path in [
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/stations",
        "/api/v1/stations/abc",
        "/api/v1/stations/999999",
        "/api/v1/stations/1.5",
        "/api/v1/stations/99999999999999999999",
        "/api/v1/stations/%00",
        "/api/v1/bookings/x",
        "/api/v1/stations/1/2/3",
        "/api/v1/bookings/999999",
        "/api/v1/stations/-1/batteries",
    ] {
        customer.client.get(path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_answer_is_told_which_it_does() {
    let app = TestApp::on_sqlite().await;
    for action in ["cancel", "undo-cancel", "ready", "collect", "no-show"] {
        let answer = app.client().get(&format!("/api/v1/bookings/1/{action}")).await;
        answer.problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some("POST"), "{action}");
    }
    let answer = app.client().delete("/api/v1/stations").await;
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let app = TestApp::on_sqlite().await;
    app.client().get("/api/v1/stations/").await.expect(200);
    app.client().get("/api/v1/stations/?q=x").await.expect(200);
    let body = json!({"name": "Asha", "email": "asha@example.org", "password": "0123456789"});
    app.client()
        .post("/api/v1/auth/register/", body)
        .await
        .expect(201);
    let page = app.client().get("/stations/?q=x").await;
    assert_eq!(
        (page.status, page.header("location")),
        (308, Some("/stations?q=x"))
    );
    let outside = app.client().get("//evil.example.org/").await;
    assert!(
        !outside
            .header("location")
            .is_some_and(|location| location.starts_with("//")),
        "{outside:?}"
    );
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused_by_field() {
    let app = TestApp::on_sqlite().await;
    let customer = app.customer().await;
    for (path, field) in [
        ("stations?near=here", "near"),
        ("stations?near=91,0", "near"),
        ("stations?near=9.9,76.2&radius_km=0", "radius_km"),
        ("stations?near=9.9,76.2&radius_km=NaN", "radius_km"),
        ("stations?model=VB60", "model"),
        ("stations?available=perhaps", "available"),
        ("stations?cursor=made-up", "cursor"),
        ("bookings?state=lost", "state"),
        ("bookings?limit=0", "limit"),
        ("bookings?limit=101", "limit"),
        ("bookings?station_id=x", "station_id"),
        ("bookings?cursor=made-up", "cursor"),
        ("bookings?q=%00", "query"),
        ("notifications?cursor=made-up", "cursor"),
    ] {
        customer
            .client
            .get(&format!("/api/v1/{path}"))
            .await
            .wrong_field(field);
    }
    customer
        .client
        .get("/api/v1/stations?utm_source=poster&near=&available=0")
        .await
        .expect(200);
}

#[tokio::test]
async fn a_foreign_page_changes_nothing() {
    let app = TestApp::on_sqlite().await;
    let customer = app.customer().await;
    let cookie = format!("voltbay_session={}", customer.token);
    let browser = app.client().with("cookie", &cookie);
    let foreign = browser
        .with("origin", "https://evil.example.org")
        .with("sec-fetch-site", "cross-site");
    foreign
        .act("/api/v1/auth/logout")
        .await
        .problem(403, "foreign_origin");
    foreign
        .patch("/api/v1/me", json!({"name": "Eve"}))
        .await
        .problem(403, "foreign_origin");
    let call = foreign.with("content-type", "application/x-www-form-urlencoded");
    call.send("POST", "/call/sign_out", Some(""))
        .await
        .problem(403, "foreign_origin");
    foreign.get("/api/v1/me").await.expect(200);
    let own = browser
        .with("origin", &format!("http://{}", app.address))
        .with("sec-fetch-site", "same-origin");
    own.patch("/api/v1/me", json!({"name": "Usha"})).await.expect(200);
}

#[tokio::test]
async fn every_answer_says_what_a_browser_must_not_do_with_it() {
    let app = TestApp::on_sqlite().await;
    for path in [
        "/",
        "/nothing",
        "/api/v1/stations",
        "/api/v1/nothing",
        "/healthz",
        "/problems/not-found",
    ] {
        let answer = app.client().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(
            answer.header("x-request-id").is_some_and(|id| id.len() == 36),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_scripts_of_a_page_carry_the_number_that_its_policy_allows_once() {
    let app = TestApp::on_sqlite().await;
    let nonce = async || {
        let page = app.client().get("/").await;
        page.status.eq(&200).then_some(()).expect("the page");
        let policy = page.header("content-security-policy").unwrap().to_owned();
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        let html = page.text();
        assert!(
            !policy.contains("unsafe-inline") && html.contains("<script"),
            "{policy}"
        );
        for script in html.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(
                tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src="),
                "<script{tag}>"
            );
        }
        assert!(
            !html.contains(" style=\""),
            "the policy allows no style attribute"
        );
        nonce
    };
    assert_ne!(nonce().await, nonce().await);
}

#[tokio::test]
async fn an_address_without_a_page_says_so() {
    let app = TestApp::on_sqlite().await;
    let page = app.client().get("/no/such/page").await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn what_is_long_travels_compressed_to_who_understands_it() {
    let app = TestApp::on_sqlite().await;
    let answer = app
        .client()
        .with("accept-encoding", "br")
        .get("/api/openapi.json")
        .await;
    assert_eq!(answer.header("content-encoding"), Some("br"));
    assert!(answer.body.len() < 40_000);
    let plain = app.client().get("/api/openapi.json").await;
    assert_eq!(plain.header("content-encoding"), None);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_id() {
    let app = TestApp::on_sqlite().await;
    app.client().get("/api/v1/stations/424242").await.expect(404);
    app.client().send("BREW", "/coffee", None).await;
    let numbers = app.client().get("/metrics").await.text();
    assert!(
        numbers.contains(r#"http_requests_total{method="GET",route="/api/v1/stations/{id}",status="4xx"}"#),
        "{numbers}"
    );
    assert!(numbers.contains("http_request_seconds_bucket") && numbers.contains("http_connections "));
    assert!(!numbers.contains("424242") && !numbers.contains("BREW"));
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let app = TestApp::on_sqlite_with(&["--rate-limit=on"]).await;
    let customer = app.customer().await;
    let mut refused = None;
    for _ in 0..2_100 {
        let answer = customer.client.get("/api/v1/nothing").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a limit");
    refused.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.customer().await.client.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn one_address_has_only_so_many_connections() {
    let app = TestApp::on_sqlite_with(&["--max-connections-per-ip=2"]).await;
    let open = async || tokio::net::TcpStream::connect(app.address).await.unwrap();
    let (first, second) = (open().await, open().await);
    // Both are counted once they were answered; a third is closed unanswered.
    for connection in [&first, &second] {
        connection.writable().await.unwrap();
    }
    let refused = app
        .client()
        .raw(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        .await;
    assert!(refused.is_empty(), "{}", String::from_utf8_lossy(&refused));
    drop((first, second));
    let again = async || {
        let answer = app
            .client()
            .raw(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            .await;
        answer.starts_with(b"HTTP/1.1 200")
    };
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while !again().await {
        assert!(
            tokio::time::Instant::now() < until,
            "the seats were not given back"
        );
    }
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let app = TestApp::on_sqlite().await;
    let started = std::time::Instant::now();
    app.client().raw(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await;
    let taken = started.elapsed().as_secs();
    assert!((4..30).contains(&taken), "closed after {taken} s");
    let long = format!(
        "GET / HTTP/1.1\r\nhost: a\r\nx-long: {}\r\n\r\n",
        "x".repeat(40_000)
    );
    let answer = app.client().raw(long.as_bytes()).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}

#[tokio::test]
async fn a_stopping_server_answers_what_it_has_begun_and_takes_nothing_new() {
    let app = TestApp::on_sqlite().await;
    app.client().get("/readyz").await.expect(200);
    app.app.shutdown.cancel();
    app.app.tasks.close();
    tokio::time::timeout(std::time::Duration::from_secs(30), app.app.tasks.wait())
        .await
        .expect("it ends");
    assert!(tokio::net::TcpStream::connect(app.address).await.is_err());
}

#[tokio::test]
async fn every_problem_has_a_page_of_its_own() {
    let app = TestApp::on_sqlite().await;
    let problem = app
        .client()
        .get("/api/v1/me")
        .await
        .problem(401, "unauthenticated");
    let page = app.client().get(problem["type"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<h1>"));
    app.client().get("/problems/made-up").await.expect(404);
}

#[tokio::test]
async fn a_file_is_kept_for_a_while_and_the_lack_of_one_is_not() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    std::fs::write(site.path().join("robots.txt"), "User-agent: *").unwrap();
    std::fs::write(site.path().join("pkg/voltbay.js"), "plain").unwrap();
    std::fs::write(site.path().join("pkg/voltbay.js.br"), "compressed").unwrap();
    let app = TestApp::on_sqlite_with(&["--site", site.path().to_str().unwrap()]).await;
    let file = app.client().get("/robots.txt").await;
    assert_eq!(
        (file.status, file.header("cache-control")),
        (200, Some("public, max-age=300"))
    );
    let known = app.client().with("if-none-match", file.header("etag").unwrap());
    assert_eq!(known.get("/robots.txt").await.status, 304);
    let script = app
        .client()
        .with("accept-encoding", "br, gzip")
        .get("/pkg/voltbay.js")
        .await;
    assert_eq!(
        (script.header("content-encoding"), script.text().as_str()),
        (Some("br"), "compressed")
    );
    assert_eq!(app.client().get("/pkg/voltbay.js").await.text(), "plain");
    let lost = app.client().get("/pkg/voltbay.0123.js").await;
    assert_eq!(
        (lost.status, lost.header("cache-control")),
        (404, Some("no-store"))
    );
    let outside = app.client().get("/pkg/../robots.txt").await;
    assert_ne!(outside.status, 200, "{}", outside.text());
}
