//! Readers that do not read: they cost the server nothing, and get the truth when they do.

use serde_json::json;
use voltbay::domain::{Level, NotificationKind};
use voltbay::server::store::Cause;
use voltbay::server::store::notifications::Notice;

use crate::support::world::{World, tell};
use crate::support::ws::Socket;

/// Little memory, so that it does not take long to fall behind.
const SETTINGS: [&str; 1] = ["--events-in-memory=64"];
/// Far more than that memory keeps and the network holds, also of all stations, of which it keeps four times as many.
const MANY: usize = 900;
/// Those who read are never so far behind that it matters.
const AT_A_TIME: usize = 30;

each_engine! {
    with SETTINGS;

    async fn a_slow_reader_of_a_station_gets_its_state_in_place_of_every_step(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        for _ in 0..6 {
            world.pack(station).await;
        }
        let one = format!("/ws/stations/{station}/?snapshot=0");
        for path in ["/ws/stations/?snapshot=0", &one] {
            let mut slow = Socket::open(app.address, path).await;
            let mut quick = Socket::open(app.address, &one).await;
            slow.next().await;
            let first = quick.next().await["seq"].as_u64().unwrap() + 1;
            let last = first + MANY as u64 - 1;
            for step in (first..=last).step_by(AT_A_TIME) {
                let ((), told) = tokio::join!(tell(&app.app, station, AT_A_TIME), quick.take(AT_A_TIME));
                for (frame, seq) in told.iter().zip(step..) {
                    assert_eq!(frame["seq"], seq, "others do not notice: {frame}");
                }
            }
            let (mut seq, mut was_conflated) = (first - 1, false);
            while seq < last {
                let frame = slow.next().await;
                if frame["type"] == "snapshot" {
                    assert_eq!(frame["conflated"], true);
                    let state = &frame["stations"][0];
                    assert_eq!(state["station_id"], station.0);
                    assert_eq!(state["available_batteries"], 6);
                    let at = state["seq"].as_u64().unwrap();
                    assert!(at > seq, "forward only");
                    (seq, was_conflated) = (at, true);
                } else {
                    assert_eq!(frame["seq"], seq + 1, "without a snapshot nothing is left out");
                    seq += 1;
                }
            }
            assert!(was_conflated, "{path}: everything fitted into the network");
            assert!(slow.settle().await.is_empty());
        }
    }

    async fn a_slow_reader_of_messages_must_come_back_and_loses_none(app: TestApp) {
        let asha = app.customer().await;
        let user = asha.id;
        let mut slow = Socket::open_as(app.address, "/ws/notifications/", &asha.token).await;
        let welcome = slow.next().await;
        let first = welcome["seq"].as_u64().unwrap() + 1;
        slow.next().await;
        for _ in 0..MANY / 100 {
            let work = app.app.db.write(Cause::system("test"), move |tx| Box::pin(async move {
                for number in 0..100 {
                    let notice = Notice {
                        kind: NotificationKind::StationAlert,
                        message: format!("{number} ").repeat(200),
                        level: Level::Warning,
                        booking: None,
                        station: None,
                        data: json!({}),
                    };
                    tx.notify(user, notice).await?;
                }
                Ok(())
            }));
            work.await.unwrap();
        }
        let end = slow.end().await;
        assert_eq!(end.code, Some(4408));
        let seen = end.frames.len() as u64;
        assert!(seen < MANY as u64);
        let query = format!("?epoch={}&since={}", welcome["epoch"].as_str().unwrap(), first - 1 + seen);
        let path = format!("/ws/notifications/{query}");
        let mut back = Socket::open_as(app.address, &path, &asha.token).await;
        back.next().await;
        for seq in first + seen..first + MANY as u64 {
            assert_eq!(back.next().await["seq"], seq);
        }
        assert!(back.settle().await.is_empty());
    }
}
