//! Coming back: who was away gets exactly what was missed, in order, or the whole state.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};
use voltbay::domain::StationId;

use crate::support::process::Process;
use crate::support::world::{World, tell};
use crate::support::ws::Socket;

struct Bookmark {
    epoch: String,
    seq: u64,
}

fn numbers(frames: &[Value]) -> Vec<u64> {
    frames
        .iter()
        .map(|frame| frame["seq"].as_u64().unwrap())
        .collect()
}

/// Where a station's topic stands now.
async fn bookmark(address: SocketAddr, station: StationId) -> Bookmark {
    let path = format!("/ws/stations/{station}/?snapshot=0");
    let welcome = Socket::open(address, &path).await.next().await;
    Bookmark {
        epoch: welcome["epoch"].as_str().unwrap().to_owned(),
        seq: welcome["seq"].as_u64().unwrap(),
    }
}

async fn come_back(address: SocketAddr, station: StationId, place: &Bookmark) -> Socket {
    let Bookmark { epoch, seq } = place;
    let path = format!("/ws/stations/{station}/?epoch={epoch}&since={seq}");
    let mut socket = Socket::open(address, &path).await;
    assert_eq!(socket.next().await["type"], "connection_established");
    socket
}

each_engine! {
    async fn away_for_500_events_and_back_gets_exactly_these(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let place = bookmark(app.address, station).await;
        tell(&app.app, station, 500).await;
        let mut socket = come_back(app.address, station, &place).await;
        let missed = socket.take(500).await;
        assert_eq!(numbers(&missed), (place.seq + 1..=place.seq + 500).collect::<Vec<_>>());
        assert!(socket.settle().await.is_empty(), "no more than these");
        tell(&app.app, station, 1).await;
        assert_eq!(socket.next().await["seq"], place.seq + 501);
    }

    async fn what_left_the_memory_is_read_from_the_database(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let watcher = Socket::open(app.address, &format!("/ws/stations/{station}/")).await;
        let place = bookmark(app.address, station).await;
        tell(&app.app, station, 1_700).await;
        let mut socket = come_back(app.address, station, &place).await;
        let missed = socket.take(1_700).await;
        assert_eq!(numbers(&missed), (place.seq + 1..=place.seq + 1_700).collect::<Vec<_>>());
        assert!(socket.settle().await.is_empty());
        drop(watcher);
    }

    async fn events_committed_while_one_comes_back_are_neither_lost_nor_repeated(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let place = bookmark(app.address, station).await;
        let ((), frames) = tokio::join!(tell(&app.app, station, 400), async {
            let mut frames = Vec::new();
            // Away and back again and again, while it goes on.
            let mut seq = place.seq;
            while frames.len() < 400 {
                let here = Bookmark { epoch: place.epoch.clone(), seq };
                let mut socket = come_back(app.address, station, &here).await;
                let count = (400 - frames.len()).min(37);
                frames.extend(socket.take(count).await);
                seq = frames.last().unwrap()["seq"].as_u64().unwrap();
            }
            frames
        });
        assert_eq!(numbers(&frames), (place.seq + 1..=place.seq + 400).collect::<Vec<_>>());
    }

    async fn every_station_goes_on_where_it_was(app: TestApp) {
        let world = World::with_stations(&app, 3).await;
        let [one, two, three] = world.stations[..] else { panic!("three stations") };
        let mut all = Socket::open(app.address, "/ws/stations/").await;
        let epoch = all.next().await["epoch"].as_str().unwrap().to_owned();
        let snapshot = all.next().await;
        let mut places: BTreeMap<i64, u64> = snapshot["stations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|station| (station["station_id"].as_i64().unwrap(), station["seq"].as_u64().unwrap()))
            .collect();
        drop(all);
        tell(&app.app, one, 5).await;
        tell(&app.app, three, 3).await;
        tell(&app.app, one, 2).await;
        *places.get_mut(&one.0).unwrap() += 2;
        let vector: Vec<String> = places.iter().map(|(station, seq)| format!("{station}:{seq}")).collect();
        for epoch in [format!("&epoch={epoch}"), String::new()] {
            let path = format!("/ws/stations/?since={}{epoch}", vector.join(","));
            let mut all = Socket::open(app.address, &path).await;
            all.next().await;
            let missed = all.take(8).await;
            let of = |station: StationId| {
                let mine = missed.iter().filter(|frame| frame["station_id"] == station.0);
                mine.map(|frame| frame["seq"].as_u64().unwrap()).collect::<Vec<_>>()
            };
            let expected = |station: StationId, count| {
                let place = places[&station.0];
                (place + 1..=place + count).collect::<Vec<_>>()
            };
            assert_eq!(of(one), expected(one, 5));
            assert_eq!(of(two), Vec::<u64>::new());
            assert_eq!(of(three), expected(three, 3));
            assert!(all.settle().await.is_empty());
        }
    }

    async fn a_station_built_meanwhile_is_told_of(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let place = bookmark(app.address, world.station).await;
        let known = format!("{}:{}", world.station, place.seq);
        let built = world.build("Harbour", 0).await;
        let mut all = Socket::open(app.address, &format!("/ws/stations/?since={known}")).await;
        all.next().await;
        let event = all.next().await;
        assert_eq!((&event["station_id"], &event["seq"]), (&json!(built), &json!(1)));
        assert!(all.settle().await.is_empty());
    }

    async fn a_bookmark_worth_nothing_gets_the_whole_state(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let place = bookmark(app.address, station).await;
        let epoch = &place.epoch;
        for query in [
            format!("epoch={epoch}&since={}", place.seq + 1),
            format!("epoch=other&since={}", place.seq),
            format!("epoch={epoch}&since=soon"),
            format!("epoch={epoch}&since=-1"),
            format!("snapshot=0&epoch={epoch}&since={}", place.seq + 7),
        ] {
            let mut socket = Socket::open(app.address, &format!("/ws/stations/{station}/?{query}")).await;
            socket.next().await;
            let snapshot = socket.next().await;
            assert_eq!((&snapshot["type"], &snapshot["seq"]), (&json!("snapshot"), &json!(place.seq)), "{query}");
            assert!(socket.settle().await.is_empty());
        }
        for query in ["since=1:5000000", "since=77:1", "since=x", "since=3"] {
            let mut all = Socket::open(app.address, &format!("/ws/stations/?{query}")).await;
            all.next().await;
            assert_eq!(all.next().await["type"], "snapshot", "{query}");
        }
    }

    async fn a_page_that_has_its_state_gets_only_what_came_after_it(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let page = app.client().get(&format!("/api/v1/stations/{station}")).await.expect(200);
        let query = format!("snapshot=0&epoch={}&since={}", page["epoch"].as_str().unwrap(), page["seq"]);
        let path = format!("/ws/stations/{station}/?{query}");
        let mut at_once = Socket::open(app.address, &path).await;
        at_once.next().await;
        assert!(at_once.settle().await.is_empty());
        tell(&app.app, station, 1).await;
        let mut later = Socket::open(app.address, &path).await;
        later.next().await;
        let event = later.next().await;
        assert_eq!(event["seq"], page["seq"].as_u64().unwrap() + 1);
        assert_eq!(at_once.next().await, event);
    }

    async fn forgotten_events_are_never_told_in_part(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let place = bookmark(app.address, station).await;
        tell(&app.app, station, 1_200).await;
        let later = app.app.db.now() + std::time::Duration::from_secs(1);
        app.app.db.forget_events(later, later, 100).await.unwrap();
        let mut socket = come_back(app.address, station, &place).await;
        let snapshot = socket.next().await;
        assert_eq!((&snapshot["type"], &snapshot["seq"]), (&json!("snapshot"), &json!(place.seq + 1_200)));
        assert!(socket.settle().await.is_empty());
    }

    async fn another_process_on_the_same_database_is_heard_of(app: TestApp) {
        let world = World::with_stations(&app, 2).await;
        let station = world.station;
        let other = app.second().await;
        let mut one = Socket::open(other.address, &format!("/ws/stations/{station}/?snapshot=0")).await;
        let mut all = Socket::open(other.address, "/ws/stations/?snapshot=0").await;
        let seq = one.next().await["seq"].as_u64().unwrap();
        all.next().await;
        tell(&app.app, station, 30).await;
        tell(&other.app, station, 30).await;
        tell(&app.app, station, 30).await;
        let expected: Vec<u64> = (seq + 1..=seq + 90).collect();
        assert_eq!(numbers(&one.take(90).await), expected);
        assert_eq!(numbers(&all.take(90).await), expected);
        let harbour = world.build("Harbour", 0).await;
        assert_eq!(all.next().await["station_id"], harbour.0);
    }

    async fn a_server_that_was_killed_owes_nothing(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let station = world.station;
        let mut server = Process::serve(&app).await;
        let mut socket = Socket::open(server.address, &format!("/ws/stations/{station}/")).await;
        let epoch = socket.next().await["epoch"].as_str().unwrap().to_owned();
        let seq = socket.next().await["seq"].as_u64().unwrap();
        tell(&app.app, station, 10).await;
        socket.take(4).await;
        server.kill().await;
        tell(&app.app, station, 300).await;
        let server = Process::serve(&app).await;
        let place = Bookmark { epoch, seq: seq + 4 };
        let mut socket = come_back(server.address, station, &place).await;
        let missed = socket.take(306).await;
        assert_eq!(numbers(&missed), (seq + 5..=seq + 310).collect::<Vec<_>>());
        assert!(socket.settle().await.is_empty());
    }
}
