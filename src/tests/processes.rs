//! Two processes on one database and the clock of the wall: what is due happens, happens once, and in time, with
//! nobody connected and nobody asking.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
use voltbay::domain::Timestamp;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::world::World;

const SECOND: Duration = Duration::from_secs(1);
const SHORT: [(&str, &str); 4] = [
    ("VOLTBAY_HOLD_TTL", "4s"),
    ("VOLTBAY_FIRST_EXPIRY_WARNING", "2s"),
    ("VOLTBAY_LAST_EXPIRY_WARNING", "1s"),
    ("VOLTBAY_RATE_LIMIT", "off"),
];
const BOOKINGS: usize = 4;

/// A row of the database: what it tells of, and when it was written.
type Noted = (String, Timestamp);

async fn noted(database: &mut AnyConnection, question: String) -> Vec<Noted> {
    let rows = database
        .fetch_all(AssertSqlSafe(question))
        .await
        .expect("readable");
    rows.iter()
        .map(|row| (row.get(0), Timestamp::from_micros(row.get(1))))
        .collect()
}

async fn customer(process: &Process, number: usize) -> Client {
    let email = format!("rider{number}@example.org");
    let body = json!({"name": "Rider", "email": email, "password": PASSWORD, "token": true});
    let nobody = Client::new(process.address);
    let user = nobody.post("/api/v1/auth/register", body).await.expect(201);
    nobody.signed_in(user["token"].as_str().expect("a token"))
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().expect("an instant").parse().expect("RFC 3339")
}

/// Exactly these, in this order, none early and none more than a second late; while the machine stood still, nothing
/// could be in time.
#[track_caller]
fn in_time(what: &str, rows: &[Noted], due: &[(&str, Timestamp)], standstill: Duration) {
    let names: Vec<_> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let expected: Vec<_> = due.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected, "{what}");
    for ((name, written), (_, due)) in rows.iter().zip(due) {
        let late = written.since(*due);
        assert!(*written >= *due, "{what}: {name} came early");
        assert!(late <= SECOND + standstill, "{what}: {name} came {late:?} late");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_let_bookings_expire_in_time_and_once() {
    let Some(mut app) = TestApp::on_postgres().await else {
        return;
    };
    let world = World::with_packs(&app, BOOKINGS).await;
    let order = world.order(1);
    // Its clock stands still; from here on there are only the two that run by the wall's.
    app.crash().await;
    let processes = [
        Process::serve_with(&app, &SHORT).await,
        Process::serve_with(&app, &SHORT).await,
    ];
    let mut booked = Vec::new();
    for number in 0..BOOKINGS {
        let rider = customer(&processes[number % 2], number).await;
        let answer = rider.post("/api/v1/bookings", order.clone()).await;
        booked.push(answer.expect(201));
    }

    // Nothing is sent and no socket is open; only the database is looked at.
    let mut database = AnyConnection::connect(&app.database_url())
        .await
        .expect("a database");
    let running = "SELECT CAST(COUNT(*) AS TEXT), MAX(deadline) FROM booking WHERE state = 'confirmed'";
    let is_over = async |database: &mut AnyConnection| {
        let rows = database.fetch_all(running).await.expect("readable");
        rows[0].get::<String, _>(0) == "0"
    };
    let mut standstill = Duration::ZERO;
    loop {
        let began = Instant::now();
        if is_over(&mut database).await {
            break;
        }
        tokio::time::sleep(SECOND / 20).await;
        standstill = standstill.max(began.elapsed().saturating_sub(SECOND / 20));
    }
    // Whatever a second process would do again, it has done by now.
    tokio::time::sleep(SECOND).await;

    for booking in &booked {
        let (id, deadline) = (&booking["id"], instant(&booking["deadline"]));
        let before = |seconds: u32| deadline - SECOND * seconds;
        let inbox = noted(
            &mut database,
            format!(
                "SELECT kind, created_at FROM notification WHERE booking_id = {id} AND kind LIKE 'booking_expir%' ORDER BY created_at, id"
            ),
        );
        let due = [
            ("booking_expiring", before(2)),
            ("booking_expiring", before(1)),
            ("booking_expired", deadline),
        ];
        in_time("inbox", &inbox.await, &due, standstill);
        let audit = noted(
            &mut database,
            format!(
                "SELECT action, at FROM audit WHERE entity = 'booking' AND entity_id = {id} AND role = 'system' ORDER BY at, id"
            ),
        );
        in_time("audit", &audit.await, &[("expire", deadline)], standstill);
        let battery = &booking["items"][0]["battery_id"];
        let released = noted(
            &mut database,
            format!(
                "SELECT 'released', at FROM event WHERE topic = 'station:{}' AND frame LIKE '{{\"type\":\"battery_released\"%'
                 AND frame LIKE '%\"battery_id\":{battery},%' ORDER BY seq",
                world.station
            ),
        );
        in_time("station", &released.await, &[("released", deadline)], standstill);
    }
    let nobody = Client::new(processes[0].address);
    let station = nobody
        .get(&format!("/api/v1/stations/{}", world.station))
        .await
        .expect(200);
    assert_eq!(
        (&station["available_batteries"], &station["booked_batteries"]),
        (&json!(BOOKINGS), &json!(0))
    );
}
