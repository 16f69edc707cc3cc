//! Who says or opens too much, and how a server says goodbye.

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::ws::Socket;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_is_answered_and_a_flood_ends_the_socket() {
    let app = TestApp::on_sqlite_with(&["--rate-limit=on"]).await;
    let mut socket = Socket::open(app.address, "/ws/stations/?snapshot=0").await;
    socket.next().await;
    for number in 0..30 {
        socket.say(json!({"type": "ping", "timestamp": number})).await;
    }
    for number in 0..30 {
        assert_eq!(socket.next().await["timestamp"], number);
    }
    for _ in 0..200 {
        socket.say(json!({"type": "ping"})).await;
    }
    let end = socket.end().await;
    assert_eq!(end.code, Some(4429));
    let refused = end
        .frames
        .iter()
        .filter(|frame| frame["code"] == "too_many_requests");
    assert_eq!(refused.count(), 3, "three strikes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_has_so_many_sockets_and_no_more() {
    let app = TestApp::on_sqlite_with(&["--max-connections-per-ip=3"]).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::open(app.address, "/ws/stations/").await;
        socket.next().await;
        open.push(socket);
    }
    let end = Socket::open(app.address, "/ws/stations/").await.end().await;
    assert_eq!(end.code, Some(4429));
    assert_eq!(end.frames[0]["code"], "too_many_requests");
    drop(open);
    // Their seats are free as soon as the server has noticed.
    while app.app.presence.taken() > 0 {
        tokio::task::yield_now().await;
    }
    let mut again = Socket::open(app.address, "/ws/stations/").await;
    assert_eq!(again.next().await["type"], "connection_established");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_has_so_many_sockets_and_no_more() {
    let settings = ["--rate-limit=on", "--max-connections-per-user=2"];
    let app = TestApp::on_sqlite_with(&settings).await;
    let (asha, ravi) = (app.customer().await, app.customer().await);
    let mut open = Vec::new();
    for token in [&asha.token, &asha.token, &ravi.token] {
        let mut socket = Socket::open_as(app.address, "/ws/notifications/", token).await;
        socket.next().await;
        open.push(socket);
    }
    let end = Socket::open_as(app.address, "/ws/notifications/", &asha.token)
        .await
        .end()
        .await;
    assert_eq!(end.code, Some(4429));
}

each_engine! {
    async fn a_server_that_stops_says_when_to_come_back(app: TestApp) {
        let asha = app.customer().await;
        let public = Socket::open(app.address, "/ws/stations/").await;
        let mine = Socket::open_as(app.address, "/ws/notifications/", &asha.token).await;
        app.app.shutdown.cancel();
        for socket in [public, mine] {
            let end = socket.end().await;
            assert_eq!(end.code, Some(1001));
            let last = end.frames.last().unwrap();
            assert_eq!(last["type"], "server_restarting");
            assert!(last["retry_after_ms"].as_u64().is_some_and(|delay| delay <= 1_000));
        }
        // Nothing is left behind.
        app.app.tasks.wait().await;
        assert_eq!(app.app.presence.taken(), 0);
    }
}
