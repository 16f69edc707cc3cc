//! Every message reaches exactly those it is for, and each of them once. Everybody is connected: both customers,
//! the staff of both stations, both operators, the admin. Their numbers, and those of stations, companies and
//! bookings, are the same wherever that is possible, so that whoever mixes them up tells the wrong person.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Role, StationId};
use voltbay::server::check;
use voltbay::server::service::{bookings, services};
use voltbay::server::store::Cause;

use crate::support::app::{Person, TestApp};
use crate::support::client::Client;
use crate::support::world::World;
use crate::support::ws::Socket;

const MINUTE: Duration = Duration::from_mins(1);
/// Who works at the first station, and its operator.
const STAFF: [&str; 3] = ["attendant", "lead", "operator"];
/// The same of the second station, of another company.
const OTHERS: [&str; 2] = ["elsewhere", "rival"];

/// Somebody is told: who, of which event, how urgent, in which words.
type Told = (&'static str, &'static str, &'static str, String);

fn to<const N: usize>(
    who: [&'static str; N],
    event: &'static str,
    level: &'static str,
    text: &str,
) -> Vec<Told> {
    who.into_iter()
        .map(|name| (name, event, level, text.to_owned()))
        .collect()
}

fn new_booking() -> Vec<Told> {
    to(
        STAFF,
        "new_booking",
        "info",
        "New booking received for Station 1.",
    )
}

fn confirmed(who: &'static str) -> Vec<Told> {
    let text = "Battery booked successfully at Station 1";
    to([who], "booking_confirmed", "success", text)
}

/// Somebody with an open socket.
struct Listener {
    name: &'static str,
    client: Client,
    socket: Socket,
    heard: i64,
}

/// Two stations of two companies, and everybody there is.
struct Stage {
    app: TestApp,
    world: World,
    asha: Person,
    binu: Person,
    newcomer: Person,
    far_side: StationId,
    listeners: Vec<Listener>,
}

impl Stage {
    async fn new(app: TestApp, packs: usize) -> Self {
        // In this order their numbers meet: customer 1 books at station 1 of company 1, customer 2 at station 2 of
        // company 2, and the bookings are 1 and 2.
        let (asha, binu) = (app.customer().await, app.customer().await);
        let world = World::with_packs(&app, packs).await;
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let far_side = open(&rival, &world, "Far Side", 6).await;
        // Nobody acknowledges a task here; that leads and operators hear of that is asked elsewhere.
        let patient = json!({"timers": {"task_ack_p2": "24h", "task_ack_p3": "24h"}});
        for (operator, station) in [(&world.operator, world.station), (&rival, far_side)] {
            let rules = format!("/api/v1/stations/{station}/rules");
            operator.client.patch(&rules, patient.clone()).await.expect(200);
        }
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let elsewhere = app.staff(Role::Attendant, &[far_side]).await;
        let admin = app.staff(Role::Admin, &[]).await;
        let newcomer = app.staff(Role::Attendant, &[]).await;
        assert_eq!((asha.id.0, world.station.0), (1, 1));
        assert_eq!((binu.id.0, far_side.0), (2, 2));
        let mut listeners = Vec::new();
        for (name, person) in [
            ("asha", &asha),
            ("binu", &binu),
            ("attendant", &world.attendant),
            ("lead", &lead),
            ("operator", &world.operator),
            ("elsewhere", &elsewhere),
            ("rival", &rival),
            ("admin", &admin),
            ("newcomer", &newcomer),
        ] {
            let mut socket =
                Socket::open_as(app.address, "/ws/notifications/?snapshot=0", &person.token).await;
            assert_eq!(socket.next().await["user_id"], person.id.0);
            let client = person.client.clone();
            let heard = 0;
            listeners.push(Listener {
                name,
                client,
                socket,
                heard,
            });
        }
        Self {
            app,
            world,
            asha,
            binu,
            newcomer,
            far_side,
            listeners,
        }
    }

    /// Everybody has heard exactly this since the last time, over the socket and in the inbox.
    async fn heard(&mut self, expected: impl IntoIterator<Item = Vec<Told>>) {
        let expected: Vec<Told> = expected.into_iter().flatten().collect();
        for listener in &mut self.listeners {
            let hers: Vec<_> = expected.iter().filter(|told| told.0 == listener.name).collect();
            listener.hears(&hers).await;
        }
    }

    /// What time has brought about.
    async fn pass(&self, time: Duration) {
        self.app.clock.advance(time);
        while bookings::advance_due(&self.app.app).await != Ok(0) {}
        while services::queue_due(&self.app.app).await != Ok(0) {}
    }

    async fn book(&self, who: &Person) -> Value {
        who.order(self.world.order(1)).await.expect(201)
    }

    async fn attendant(&self, booking: &Value, action: &str, body: Value) {
        self.world.attendant.act(booking, action, body).await.expect(200);
    }

    async fn see(&self, booking: &Value) -> Value {
        let path = format!("/api/v1/bookings/{}", booking["id"]);
        self.world.operator.client.get(&path).await.expect(200)
    }

    async fn rules(&self, body: Value) {
        let path = format!("/api/v1/stations/{}/rules", self.world.station);
        self.world.operator.client.patch(&path, body).await.expect(200);
    }

    async fn lock(&self, battery: &Value) {
        let path = format!("/api/v1/batteries/{battery}");
        let body = json!({"state": "quarantined", "note": "Smells."});
        self.world.attendant.client.patch(&path, body).await.expect(200);
    }

    async fn nothing_is_wrong(&self) {
        assert_eq!(check::findings(&self.app.app).await, Ok(vec![]));
    }
}

async fn open(operator: &Person, world: &World, name: &str, packs: usize) -> StationId {
    let body = json!({"name": name, "latitude": 9.99, "longitude": 76.29, "timezone": "Asia/Kolkata"});
    let station = operator.client.post("/api/v1/stations", body).await.expect(201);
    let path = format!("/api/v1/stations/{}/batteries", station["id"]);
    for pack in 0..packs {
        let body = json!({"serial": format!("{name} {pack}"), "model_id": world.model});
        operator.client.post(&path, body).await.expect(201);
    }
    StationId(station["id"].as_i64().expect("an id"))
}

impl Listener {
    async fn hears(&mut self, expected: &[&Told]) {
        let mut frames = self.socket.take(expected.len()).await;
        frames.extend(self.socket.settle().await);
        let mut heard: Vec<_> = frames
            .iter()
            .map(|frame| (name_of(frame), text_of(frame)))
            .collect();
        let mut wanted: Vec<_> = expected
            .iter()
            .map(|told| (told.1.to_owned(), told.3.clone()))
            .collect();
        heard.sort();
        wanted.sort();
        assert_eq!(heard, wanted, "what {} heard", self.name);

        let inbox = self.client.get("/api/v1/notifications").await.expect(200);
        self.heard += i64::try_from(expected.len()).expect("few");
        assert_eq!(inbox["unread"], self.heard, "the inbox of {}", self.name);
        let rows = inbox["items"].as_array().expect("rows");
        for frame in &frames {
            let row = rows.iter().find(|row| row["id"] == frame["id"]).expect("a row");
            let told = (name_of(frame), text_of(frame));
            assert_eq!((name_of(row), text_of(row)), told, "the inbox of {}", self.name);
            for field in ["booking_id", "station_id", "level", "title", "data"] {
                let in_frame = &frame[field];
                assert!(
                    in_frame.is_null() || row[field] == *in_frame,
                    "{field} of {row} and {frame}"
                );
            }
            let is_expected = |one: &&&Told| (one.1, &one.3) == (told.0.as_str(), &told.1);
            let level = expected.iter().find(is_expected).map(|one| one.2);
            assert_eq!(row["level"].as_str(), level, "{row}");
        }
    }
}

fn name_of(frame: &Value) -> String {
    let name = frame["event"].as_str().or(frame["type"].as_str());
    name.expect("a name").to_owned()
}

fn text_of(frame: &Value) -> String {
    frame["message"].as_str().expect("a text").to_owned()
}

each_engine! {
    async fn a_booking_and_its_time(app: TestApp) {
        let mut stage = Stage::new(app, 2).await;
        let first = stage.book(&stage.asha).await;
        assert_eq!(first["id"], 1);
        stage.heard([confirmed("asha"), new_booking()]).await;
        let order = json!({"station_id": stage.far_side, "items": [{"kind": "swap", "model_id": stage.world.model}]});
        let his = stage.binu.order(order).await.expect(201);
        assert_eq!(his["id"], 2);
        stage.heard([
            to(["binu"], "booking_confirmed", "success", "Battery booked successfully at Far Side"),
            to(OTHERS, "new_booking", "info", "New booking received for Far Side."),
        ]).await;
        stage.binu.act(&his, "cancel", json!({})).await.expect(200);
        stage.heard([to(OTHERS, "booking_cancelled", "info", "A customer cancelled a booking at Far Side.")]).await;

        // It is 16:00 at the station.
        stage.asha.act(&first, "renew", json!({})).await.expect(200);
        stage.heard([to(["asha"], "booking_renewed", "success", "Booking renewed. New deadline 16:20.")]).await;
        for (wait, text) in [(15, "Your booking will expire in 5 minutes!"), (4, "Your booking will expire in 1 minute!")] {
            stage.pass(wait * MINUTE).await;
            stage.heard([to(["asha"], "booking_expiring", "warning", text)]).await;
        }
        stage.pass(MINUTE).await;
        stage.heard([to(["asha"], "booking_expired", "warning", "Your booking has expired. Battery released.")]).await;

        let second = stage.book(&stage.asha).await;
        stage.heard([confirmed("asha"), new_booking()]).await;
        stage.attendant(&second, "ready", json!({})).await;
        stage.heard([to(["asha"], "booking_ready", "success", "Your battery is ready for collection at Station 1")]).await;
        stage.pass(15 * MINUTE).await;
        stage.heard([]).await;
        stage.asha.act(&second, "renew", json!({})).await.problem(409, "renewal_refused");
        let text = "Renewal failed: the deadline has passed. Your deadline is still 16:35.";
        stage.heard([to(["asha"], "booking_renew_failed", "error", text)]).await;
        stage.pass(2 * MINUTE).await;
        stage.heard([to(["asha"], "booking_no_show", "warning", "Not collected by 16:35. Battery released.")]).await;
        stage.nothing_is_wrong().await;
    }

    async fn a_booking_that_is_refused_or_called_off(app: TestApp) {
        let mut stage = Stage::new(app, 2).await;
        stage.rules(json!({"needs_approval": true})).await;
        let asked = stage.book(&stage.asha).await;
        stage.heard([new_booking()]).await;
        stage.attendant(&asked, "decline", json!({"reason": "No staff"})).await;
        stage.heard([to(["asha"], "booking_declined", "warning", "Your booking request was declined: No staff")]).await;
        stage.rules(json!({"needs_approval": false})).await;

        let hers = stage.book(&stage.asha).await;
        stage.heard([confirmed("asha"), new_booking()]).await;
        stage.asha.act(&hers, "cancel", json!({})).await.expect(200);
        stage.heard([to(STAFF, "booking_cancelled", "info", "A customer cancelled a booking at Station 1.")]).await;
        stage.pass(MINUTE).await;
        stage.heard([]).await;
        let his = stage.book(&stage.binu).await;
        stage.heard([confirmed("binu"), new_booking()]).await;
        stage.attendant(&his, "cancel", json!({"reason": "Fire drill"})).await;
        stage.heard([to(["binu"], "booking_cancelled", "warning", "Station 1 cancelled your booking: Fire drill")]).await;
        stage.pass(MINUTE).await;
        stage.heard([]).await;
        stage.nothing_is_wrong().await;
    }

    async fn cash(app: TestApp) {
        let mut stage = Stage::new(app, 2).await;
        let booking = stage.book(&stage.asha).await;
        stage.heard([confirmed("asha"), new_booking()]).await;
        let waiting = || to(STAFF, "cash_waiting", "info", "₹95.00 in cash to count at Station 1.");
        let pay = async |stage: &Stage, action: &str, body: Value| {
            let path = format!("/api/v1/payments/{}/{action}", stage.see(&booking).await["payment_id"]);
            stage.world.attendant.client.post(&path, body).await.expect(200);
        };
        stage.asha.act(&booking, "pay", json!({})).await.expect(200);
        stage.heard([waiting()]).await;
        pay(&stage, "reject", json!({"reason": "Short"})).await;
        stage.heard([to(["asha"], "payment_failed", "error", "Your payment was not accepted: Short")]).await;
        stage.asha.act(&booking, "pay", json!({})).await.expect(200);
        stage.heard([waiting()]).await;
        pay(&stage, "verify", json!({"received": 9_500})).await;
        let text = "Your cash payment has been verified. Booking activated!";
        stage.heard([to(["asha"], "cash_verified", "success", text)]).await;
        stage.asha.act(&booking, "cancel", json!({})).await.expect(200);
        stage.heard([to(STAFF, "booking_cancelled", "info", "A customer cancelled a booking at Station 1.")]).await;
        stage.pass(MINUTE).await;
        while stage.see(&booking).await["payment_state"] != "refund_pending" {
            tokio::task::yield_now().await;
        }
        stage.heard([]).await;
        pay(&stage, "refund", json!({})).await;
        stage.heard([to(["asha"], "payment_refunded", "info", "₹95.00 went back to you.")]).await;
        stage.nothing_is_wrong().await;
    }

    async fn services_and_who_does_them(app: TestApp) {
        let mut stage = Stage::new(app, 2).await;
        let station = stage.world.station;
        let insert = stage.app.app.db.write(Cause::system("test"), move |tx| {
            Box::pin(async move { Ok(tx.insert_service(station, "Wash", 12_000, 20).await?) })
        });
        let wash = insert.await.expect("a service").0;
        let slots = format!("/api/v1/stations/{station}/services/{wash}/slots");
        let next = stage.app.client().get(&slots).await.expect(200)["items"][1]["slot_time"].clone();
        let mut order = stage.world.order(1);
        order["hold_minutes"] = json!(60);
        order["items"].as_array_mut().expect("items").push(json!({"kind": "service", "service_id": wash, "slot_at": next}));
        let booking = stage.binu.order(order).await.expect(201);
        stage.heard([confirmed("binu"), new_booking()]).await;
        stage.pass(30 * MINUTE).await;
        let me = stage.world.attendant.client.get("/api/v1/me").await.expect(200);
        let text = format!("Wash at Station 1 has been assigned to {}.", me["name"].as_str().expect("a name"));
        stage.heard([to(["attendant", "operator"], "service_assigned", "info", &text)]).await;
        for step in ["start", "done"] {
            let path = format!("/api/v1/items/{}/{step}", booking["items"][1]["id"]);
            stage.world.attendant.client.post(&path, json!({})).await.expect(200);
        }
        stage.heard([to(["binu"], "service_completed", "success", "Your wash has been completed!")]).await;
        stage.attendant(&booking, "collect", json!({"code": booking["code"]})).await;
        let text = "You collected your battery at Station 1. Ride safely.";
        stage.heard([to(["binu"], "booking_completed", "success", text)]).await;

        let path = format!("/api/v1/stations/{station}/staff");
        let body = json!({"user_id": stage.newcomer.id});
        let sent = stage.world.operator.client.post(&path, body).await.expect(200);
        let text = format!("New employee '{}' has been assigned to Station 1.", sent["name"].as_str().expect("a name"));
        stage.heard([to(["newcomer", "operator"], "employee_assigned", "info", &text)]).await;
        // From now on the newcomer is one of the station's.
        stage.book(&stage.asha).await;
        let news = to(["newcomer"], "new_booking", "info", "New booking received for Station 1.");
        stage.heard([confirmed("asha"), new_booking(), news]).await;
        stage.nothing_is_wrong().await;
    }

    async fn a_plan_runs_out(app: TestApp) {
        let mut stage = Stage::new(app, 5).await;
        let plan = stage.world.plan("Basic", 5).await;
        stage.asha.subscribe(plan, 1).await.expect(201);
        let text = "We have received your payment of ₹799.00. Your Basic plan is yours until 21 Dec 2026.";
        stage.heard([to(["asha"], "payment_received", "success", text)]).await;
        stage.asha.order(stage.world.order_by_plan(4)).await.expect(201);
        let text = "You have used 4 of the 5 swaps of your Basic plan this month.";
        stage.heard([confirmed("asha"), new_booking(), to(["asha"], "plan_limit_near", "warning", text)]).await;
        stage.asha.order(stage.world.order_by_plan(1)).await.expect(201);
        let text = "You have used all 5 swaps of your Basic plan this month.";
        stage.heard([confirmed("asha"), new_booking(), to(["asha"], "plan_limit_reached", "warning", text)]).await;
        stage.nothing_is_wrong().await;
    }

    async fn a_station_stops_and_a_held_battery_fails(app: TestApp) {
        let mut stage = Stage::new(app, 3).await;
        let hers = stage.book(&stage.asha).await;
        stage.heard([confirmed("asha"), new_booking()]).await;
        let his = stage.book(&stage.binu).await;
        stage.heard([confirmed("binu"), new_booking()]).await;
        stage.lock(&hers["items"][0]["battery_id"]).await;
        let now = stage.see(&hers).await;
        let slot = format!("A{}", now["items"][0]["slot"]);
        let text = format!("Your battery was replaced by an equal one, slot {slot}.");
        stage.heard([to(["asha"], "station_alert", "info", &text)]).await;
        stage.lock(&now["items"][0]["battery_id"]).await;
        let text = "Your battery at Station 1 failed and no equal one is charged. The next one is yours. Wait, or cancel \
            free of charge. Charged now: Far Side.";
        let to_staff = format!("Booking {} at Station 1 has no battery: slot {slot} failed and no equal one is charged.", hers["id"]);
        stage.heard([
            to(["asha"], "station_alert", "warning", text),
            to(STAFF, "station_alert", "warning", &to_staff),
        ]).await;
        stage.world.pack(stage.world.station).await;
        let slot = format!("A{}", stage.see(&hers).await["items"][0]["slot"]);
        let text = format!("Station 1 holds a battery for you again: slot {slot}.");
        stage.heard([to(["asha"], "station_alert", "success", &text)]).await;

        let path = format!("/api/v1/stations/{}", stage.world.station);
        let body = json!({"status": "maintenance", "message": "The power is out."});
        stage.world.attendant.client.patch(&path, body).await.expect(200);
        let text = "Station 1: The power is out. Your battery stays held until 16:15.";
        stage.heard([to(["asha", "binu"], "station_alert", "warning", text)]).await;
        stage.binu.act(&his, "cancel", json!({})).await.expect(200);
        stage.heard([to(STAFF, "booking_cancelled", "info", "A customer cancelled a booking at Station 1.")]).await;
        stage.nothing_is_wrong().await;
    }
}
