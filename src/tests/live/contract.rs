//! The public sockets: first frames, events, answers, refusals.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::world::{World, tell};
use crate::support::ws::Socket;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

each_engine! {
    async fn the_first_frame_says_where_one_is(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        let mut all = Socket::open(app.address, "/ws/stations/").await;
        let welcome = all.next().await;
        assert_eq!(welcome["type"], "connection_established");
        assert_eq!(welcome["message"], "Connected to stations_all");
        assert_eq!(welcome.get("station_id"), Some(&Value::Null));
        assert_eq!(welcome.get("seq"), Some(&Value::Null));
        assert!(welcome["epoch"].as_str().is_some_and(|epoch| !epoch.is_empty()));
        assert_eq!(welcome["server_time"], "2026-11-21T10:30:00.000000Z");
        assert!(welcome["build"].is_string());
        assert!(welcome.get("user_id").is_none());

        let station = world.station;
        for path in [format!("/ws/stations/{station}/"), format!("/ws/stations/{station}")] {
            let welcome = Socket::open(app.address, &path).await.next().await;
            assert_eq!(welcome["message"], format!("Connected to station_{station}"));
            assert_eq!(welcome["station_id"], station.0);
            assert!(welcome["seq"].as_u64().is_some_and(|seq| seq > 0));
        }
    }

    async fn a_snapshot_holds_the_whole_state_and_its_position(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        let station = world.station;
        let pack = world.pack(station).await;
        let mut one = Socket::open(app.address, &format!("/ws/stations/{station}/")).await;
        let welcome = one.next().await;
        let snapshot = one.next().await;
        assert_eq!(snapshot["type"], "snapshot");
        assert_eq!((&snapshot["seq"], &snapshot["epoch"]), (&welcome["seq"], &welcome["epoch"]));
        assert!(snapshot.get("conflated").is_none());
        let [state] = snapshot["stations"].as_array().unwrap().as_slice() else {
            panic!("one station: {snapshot}");
        };
        assert_eq!(state["station_id"], station.0);
        assert_eq!(state["station_name"], "Station 1");
        assert_eq!(state["seq"], snapshot["seq"]);
        assert_eq!(state["available_batteries"], 1);
        assert_eq!(state["booked_batteries"], 0);
        assert_eq!(state["total_batteries"], 1);
        assert_eq!(state["charging_batteries"], 0);
        assert_eq!(state["free_slots"], 23);
        assert_eq!(state["total_slots"], 24);
        assert_eq!(state.get("next_available_at"), Some(&Value::Null));
        assert_eq!(state["models"], json!([{"model_id": world.model, "name": world.model_name(), "available": 1, "charging": 0}]));
        assert_eq!(state["status"], "online");
        assert_eq!(state["batteries"][0]["id"], pack);

        let mut all = Socket::open(app.address, "/ws/stations/").await;
        all.next().await;
        let snapshot = all.next().await;
        assert_eq!(snapshot.get("seq"), Some(&Value::Null));
        let stations = snapshot["stations"].as_array().unwrap();
        assert_eq!(stations.len(), 2);
        assert!(stations.iter().all(|station| station["seq"].as_u64().is_some_and(|seq| seq > 0)));
    }

    async fn an_event_goes_to_its_station_and_to_all_and_to_no_other(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        let (here, there) = (world.stations[0], world.stations[1]);
        let mut all = Socket::open(app.address, "/ws/stations/?snapshot=0").await;
        let mut one = Socket::open(app.address, &format!("/ws/stations/{here}/?snapshot=0")).await;
        let mut other = Socket::open(app.address, &format!("/ws/stations/{there}/?snapshot=0")).await;
        let before = one.next().await["seq"].as_u64().unwrap();
        all.next().await;
        other.next().await;
        tell(&app.app, here, 1).await;
        let event = one.next().await;
        assert_eq!(event["type"], "inventory_update");
        assert_eq!(event["action"], "test");
        assert_eq!(event["seq"], before + 1);
        assert_eq!(event["station_id"], here.0);
        assert_eq!(event["station_name"], "Station 1");
        assert!(event["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(all.next().await, event, "the very same frame");
        assert!(other.settle().await.is_empty());
    }

    async fn a_booking_is_seen_as_counts_first_and_then_as_what_happened(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let pack = world.pack(station).await;
        world.pack(station).await;
        let asha = app.customer().await;
        let mut one = Socket::open(app.address, &format!("/ws/stations/{station}/?snapshot=0")).await;
        let seq = one.next().await["seq"].as_u64().unwrap();
        world.book(&asha, station).await;
        let counts = one.next().await;
        assert_eq!(
            (&counts["type"], &counts["action"], &counts["seq"]),
            (&json!("inventory_update"), &json!("book"), &json!(seq + 1))
        );
        assert_eq!(counts["available_batteries"], 1);
        assert_eq!(counts["booked_batteries"], 1);
        assert_eq!(counts["total_batteries"], 2);
        let booked = one.next().await;
        let expected = json!({
            "type": "battery_booked", "seq": seq + 2, "timestamp": counts["timestamp"],
            "station_id": station, "station_name": "Station 1", "battery_id": pack,
            "available_batteries": 1, "booked_batteries": 1, "total_batteries": 2, "user": null,
        });
        assert_eq!(booked, expected);
        assert!(one.settle().await.is_empty());
    }

    async fn a_new_station_tells_of_itself(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let mut all = Socket::open(app.address, "/ws/stations/").await;
        all.take(2).await;
        let station = world.build("Harbour", 0).await;
        let event = all.next().await;
        assert_eq!(event["type"], "inventory_update");
        assert_eq!(event["action"], "created");
        assert_eq!(event["station_id"], station.0);
        assert_eq!(event["seq"], 1);
        assert_eq!(event["total_batteries"], 0);
    }

    async fn a_change_of_status_is_told_with_a_sentence(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let mut one = Socket::open(app.address, &format!("/ws/stations/{station}/?snapshot=0")).await;
        one.next().await;
        let path = format!("/api/v1/stations/{station}");
        world.operator.client.patch(&path, json!({"status": "maintenance"})).await.expect(200);
        let counts = one.next().await;
        assert_eq!((&counts["action"], &counts["status"]), (&json!("status"), &json!("maintenance")));
        let status = one.next().await;
        assert_eq!(status["type"], "station_status");
        assert_eq!(status["status"], "maintenance");
        assert!(status["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert_eq!(
            keys(&status),
            ["message", "seq", "station_id", "station_name", "status", "timestamp", "type"]
        );
    }

    async fn what_is_said_is_answered(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        for path in ["/ws/stations/".to_owned(), format!("/ws/stations/{}/", world.station)] {
            let mut socket = Socket::open(app.address, &format!("{path}?snapshot=0")).await;
            socket.next().await;
            socket.say(json!({"type": "ping", "timestamp": "2026-01-01"})).await;
            let pong = socket.next().await;
            assert_eq!((&pong["type"], &pong["timestamp"]), (&json!("pong"), &json!("2026-01-01")));
            assert!(pong["server_time"].is_string());
            socket.say(json!({"action": "ping"})).await;
            assert_eq!(socket.next().await.get("timestamp"), Some(&Value::Null));
            let object = json!({"type": "subscribe", "deep": {"n": [1, 2.5, null]}});
            socket.say(object.clone()).await;
            assert_eq!(socket.next().await, json!({"type": "echo", "message": object}));
            let invalid = json!({"type": "error", "message": "Invalid JSON", "code": "invalid_json"});
            for text in ["nojson", "[1]", "7", "null", ""] {
                socket.say_text(text).await;
                assert_eq!(socket.next().await, invalid, "{text}");
            }
            socket.say_bytes(b"\x00\x01").await;
            assert_eq!(socket.next().await["type"], "error");
            assert!(socket.settle().await.is_empty(), "it stays open");
        }
    }

    async fn too_large_a_message_ends_it(app: TestApp) {
        let mut socket = Socket::open(app.address, "/ws/stations/?snapshot=0").await;
        socket.next().await;
        let fits = json!({"type": "x", "text": "x".repeat(16_000)});
        socket.say(fits.clone()).await;
        assert_eq!(socket.next().await["message"], fits);
        socket.say_text(&"x".repeat(16 * 1_024 + 1)).await;
        assert_eq!(socket.end().await.code, Some(1009));
    }

    async fn there_is_no_such_station(app: TestApp) {
        for path in ["/ws/stations/99/", "/ws/stations/abc/", "/ws/stations/-1/", "/ws/stations/99999999999999999999/"] {
            let end = Socket::open(app.address, path).await.end().await;
            assert_eq!(end.code, Some(4404), "{path}");
            let [error] = end.frames.as_slice() else { panic!("{end:?}") };
            assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("not_found")));
        }
    }

    async fn foreign_pages_and_plain_requests_are_refused(app: TestApp) {
        let path = "/ws/stations/";
        let foreign = [("origin", "https://evil.example.org")];
        assert_eq!(Socket::refused(app.address, path, &foreign).await, 403);
        assert_eq!(Socket::refused(app.address, path, &[("origin", "null")]).await, 403);
        let own = format!("http://{}", app.address);
        Socket::open_with(app.address, path, &[("origin", &own)]).await.next().await;
        let answer = app.client().get(path).await;
        answer.problem(426, "upgrade_required");
        app.client().get("/ws/notifications/").await.problem(403, "forbidden");
    }

    async fn the_numbers_of_the_sockets_are_told(app: TestApp) {
        let mut socket = Socket::open(app.address, "/ws/stations/").await;
        socket.take(2).await;
        let numbers = app.client().get("/metrics").await.text();
        for name in ["ws_connections ", "ws_upgrades_total{result=\"accepted\"}", "ws_frames_total "] {
            assert!(numbers.contains(name), "{name} in {numbers}");
        }
    }
}

/// The mark is told by real time, so this test takes as long.
#[tokio::test]
async fn a_heartbeat_tells_the_last_number() {
    let app = TestApp::on_sqlite().await;
    let world = World::with_stations(&app, 1).await;
    let path = format!("/ws/stations/{}/?snapshot=0", world.station);
    let mut socket = Socket::open(app.address, &path).await;
    let seq = socket.next().await["seq"].as_u64().unwrap();
    tell(&app.app, world.station, 1).await;
    let beat = socket.next_of("heartbeat").await;
    assert_eq!(beat["seq"], seq + 1);
    assert_eq!(keys(&beat), ["seq", "server_time", "type"]);
}
