//! What everybody may read says nothing of anybody.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::support::world::World;
use crate::support::ws::Socket;

/// Every message type of the public sockets.
const TYPES: [&str; 8] = [
    "battery_added",
    "battery_booked",
    "battery_collected",
    "battery_released",
    "battery_removed",
    "battery_returned",
    "inventory_update",
    "station_status",
];

/// Fields that would tell of somebody.
const PERSONAL: [&str; 11] = [
    "booking_id",
    "code",
    "pin",
    "email",
    "phone",
    "user_id",
    "customer",
    "customer_name",
    "serial",
    "note",
    "vehicle",
];

fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                fields(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| fields(value, found)),
        _ => {}
    }
}

each_engine! {
    async fn a_public_socket_never_carries_anything_personal(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let path = format!("/ws/stations/{station}/");
        let mut sockets = [Socket::open(app.address, "/ws/stations/").await, Socket::open(app.address, &path).await];
        let lead = app.staff(Role::Lead, &[station]).await;
        let asha = app.customer().await;
        let pack = world.pack(station).await;
        for _ in 0..3 {
            world.pack(station).await;
        }
        let mut words = vec![asha.email.clone(), lead.email.clone(), world.operator.email.clone()];
        let me = asha.client.get("/api/v1/me").await.expect(200);
        let name = me["name"].as_str().unwrap().to_owned();
        words.extend(["The lead", "The operator", "S-0", &name].map(str::to_owned));

        let handed_over = world.book(&asha, station).await;
        let ready = format!("/api/v1/bookings/{}/ready", handed_over["id"]);
        lead.client.act(&ready).await.expect(200);
        let collect = format!("/api/v1/bookings/{}/collect", handed_over["id"]);
        lead.client.post(&collect, json!({"code": handed_over["code"]})).await.expect(200);
        let returned = json!({"state": "returned", "station_id": station, "soc": 20, "note": format!("by {name}")});
        lead.client.patch(&format!("/api/v1/batteries/{pack}"), returned).await.expect(200);
        let cancelled = world.book(&asha, station).await;
        let cancel = format!("/api/v1/bookings/{}/cancel", cancelled["id"]);
        asha.client.post(&cancel, json!({"reason": format!("{name} is ill")})).await.expect(200);
        app.clock.advance(Duration::from_secs(30));
        let expired = world.book(&asha, station).await;
        app.clock.advance(Duration::from_hours(1));
        for booking in [&handed_over, &cancelled, &expired] {
            words.push(booking["code"].as_str().unwrap().to_owned());
        }

        for socket in &mut sockets {
            let mut seen = BTreeSet::new();
            let mut reasons = BTreeSet::new();
            let (mut names, mut all) = (BTreeSet::new(), String::new());
            let mut taken_out = false;
            while seen.len() < TYPES.len() {
                let frame = socket.next().await;
                all.push_str(&frame.to_string());
                fields(&frame, &mut names);
                if frame["type"] == "battery_released" {
                    reasons.insert(frame["reason"].as_str().unwrap().to_owned());
                }
                let kind = frame["type"].as_str().unwrap().to_owned();
                if TYPES.contains(&kind.as_str()) {
                    seen.insert(kind);
                }
                if reasons.len() == 2 && !taken_out {
                    taken_out = true;
                    let status = json!({"status": "paused"});
                    let open = json!({"status": "online"});
                    let path = format!("/api/v1/stations/{station}");
                    lead.client.patch(&path, status).await.expect(200);
                    lead.client.patch(&path, open).await.expect(200);
                    let extra = world.pack(station).await;
                    lead.client.delete(&format!("/api/v1/batteries/{extra}")).await.expect(204);
                }
            }
            assert_eq!(reasons, BTreeSet::from(["cancelled".to_owned(), "expired".to_owned()]));
            for name in PERSONAL {
                assert!(!names.contains(name), "a field {name} in {all}");
            }
            for word in &words {
                assert!(!all.contains(word.as_str()), "{word} in {all}");
            }
        }
    }
}
