//! Standing in line: who is first gets what becomes free, before anybody else can.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use voltbay::domain::{BatteryModelId, StationId};
use voltbay::server::check;
use voltbay::server::service::{bookings, waitlist};

use crate::support::app::{Person, TestApp};
use crate::support::client::{Answer, Client};
use crate::support::world::{World, insert_model};

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

fn wish(model: BatteryModelId, quantity: i64) -> Value {
    json!({"items": [{"kind": "swap", "model_id": model, "quantity": quantity}]})
}

async fn ask(who: &Person, station: StationId, body: Value) -> Answer {
    let path = format!("/api/v1/stations/{station}/waitlist");
    who.client.post(&path, body).await
}

async fn join_line(who: &Person, world: &World, quantity: i64) -> Value {
    ask(who, world.station, wish(world.model, quantity))
        .await
        .expect(201)
}

/// Her only place in line; null where she has none.
async fn place(who: &Person) -> Value {
    let page = who.client.get("/api/v1/waitlist").await.expect(200);
    page["items"].get(0).cloned().unwrap_or(Value::Null)
}

async fn state(who: &Person) -> String {
    place(who).await["state"].as_str().unwrap_or("none").to_owned()
}

async fn answer(who: &Person, place: &Value, word: &str, body: Value) -> Answer {
    let path = format!("/api/v1/waitlist/{}/{word}", place["id"]);
    who.client.post(&path, body).await
}

async fn accept(who: &Person) -> Answer {
    answer(who, &place(who).await, "accept", json!({})).await
}

async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event)
        .map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

async fn set(world: &World, body: Value) {
    let path = format!("/api/v1/stations/{}", world.station);
    world.operator.client.patch(&path, body).await.expect(200);
}

/// What staff read of everybody in line.
async fn reasons(world: &World) -> Vec<String> {
    let path = format!("/api/v1/stations/{}/waitlist", world.station);
    let line = world.attendant.client.get(&path).await.expect(200);
    let rows = line["items"].as_array().expect("rows").iter();
    rows.map(|row| row["why"].as_str().unwrap_or_default().to_owned())
        .collect()
}

async fn put_in(world: &World, serial: &str, model: BatteryModelId, soc: i64) -> i64 {
    let body = json!({"serial": serial, "model_id": model, "soc": soc});
    let path = format!("/api/v1/stations/{}/batteries", world.station);
    let pack = world.operator.client.post(&path, body).await.expect(201);
    pack["id"].as_i64().expect("an id")
}

/// Lets time go by, and what is due happen.
async fn wait(app: &TestApp, length: Duration) {
    app.clock.advance(length);
    while bookings::advance_due(&app.app).await != Ok(0) {}
    while waitlist::advance_due(&app.app).await != Ok(0) {}
}

async fn people<const N: usize>(app: &TestApp) -> [Person; N] {
    let mut people = Vec::new();
    for _ in 0..N {
        people.push(app.customer().await);
    }
    people.try_into().ok().expect("so many")
}

async fn assert_no_drift(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await, Ok(vec![]));
}

fn browser(app: &TestApp, who: &Person) -> Client {
    let cookie = format!("voltbay_session={}", who.token);
    app.client().with("accept", "text/html").with("cookie", &cookie)
}

/// Sends a form that stands on a page; where the browser is led then.
async fn send(browser: &Client, from: &str, call: &str, fields: &str) -> String {
    let form = browser
        .with("content-type", "application/x-www-form-urlencoded")
        .with("referer", &format!("http://localhost{from}"));
    let answer = form.send("POST", &format!("/call/{call}"), Some(fields)).await;
    assert_eq!(answer.status, 302, "{call}: {}", answer.text());
    let led = answer.header("location").expect("a place").to_owned();
    led.replace("http://localhost", "")
        .trim_end_matches('?')
        .to_owned()
}

each_engine! {
    /// Who can be served is told to book; one place for each person; closed stations have no line.
    async fn only_who_cannot_be_served_stands_in_line(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let [asha, binu] = people(&app).await;
        let refused = ask(&asha, world.station, wish(world.model, 1)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("Book it."), "{refused}");
        world.book(&binu, world.station).await;
        for (body, field) in [
            (json!({"items": []}), "items"),
            (json!({"items": [{"kind": "service"}]}), "items[0].kind"),
            (json!({"items": [{"kind": "swap", "quantity": 0}]}), "items[0].quantity"),
            (json!({"items": [{"kind": "swap", "quantity": 100}]}), "items"),
        ] {
            ask(&asha, world.station, body).await.wrong_field(field);
        }
        ask(&asha, world.station, wish(BatteryModelId(0), 1)).await.problem(404, "not_found");
        ask(&asha, StationId(0), wish(world.model, 1)).await.problem(404, "not_found");

        let place = join_line(&asha, &world, 1).await;
        assert_eq!((&place["state"], &place["position"]), (&json!("waiting"), &json!(1)));
        ask(&asha, world.station, wish(world.model, 2)).await.wrong_field("items");
        set(&world, json!({"status": "paused"})).await;
        ask(&binu, world.station, wish(world.model, 1)).await.problem(409, "station_closed");
        assert_no_drift(&app).await;
    }

    /// First in, first served, among those who want the same: another model is another line.
    async fn who_wants_another_model_is_not_in_the_way(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let other = insert_model(&app).await;
        let [asha, binu, chitra] = people(&app).await;
        join_line(&asha, &world, 1).await;
        ask(&binu, world.station, wish(other, 1)).await.expect(201);
        join_line(&chitra, &world, 1).await;
        assert_eq!(place(&binu).await["position"], 1);
        assert_eq!(place(&chitra).await["position"], 2);

        put_in(&world, "other", other, 100).await;
        assert_eq!((state(&asha).await, state(&binu).await), ("waiting".into(), "offered".into()));
        world.pack(world.station).await;
        assert_eq!((state(&asha).await, state(&chitra).await), ("offered".into(), "waiting".into()));
        assert_no_drift(&app).await;
    }

    /// An offer owns its packs: others do not see them, cannot book them, and staff see them held.
    async fn what_is_offered_is_nobody_elses(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        let pack = world.pack(world.station).await;
        assert_eq!(world.counts(&app).await, (0, 1, 1));
        binu.order(world.order(1)).await.problem(409, "battery_unavailable");
        let this = json!({"station_id": world.station, "items": [{"kind": "take", "battery_id": pack}]});
        binu.order(this).await.problem(409, "battery_unavailable");
        let packs = app.client().get(&format!("/api/v1/stations/{}/batteries", world.station)).await.expect(200);
        assert_eq!(packs["items"][0]["held"], true);

        let offer = place(&asha).await;
        assert_eq!((&offer["state"], &offer["offer_until"]), (&json!("offered"), &json!("2026-11-21T10:35:00.000000Z")));
        assert_eq!(told(&asha, "waitlist_offer").await, ["A battery is free at Station 1. Yours until 16:05."]);
        assert_no_drift(&app).await;
    }

    /// Accepted, it is a booking like any other, on the very pack, with all of its time.
    async fn an_offer_becomes_a_booking(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        let pack = world.pack(world.station).await;
        app.clock.advance(4 * MINUTE);
        let offer = place(&asha).await;
        answer(&binu, &offer, "accept", json!({})).await.problem(404, "not_found");
        answer(&binu, &offer, "decline", json!({})).await.problem(404, "not_found");
        binu.client.delete(&format!("/api/v1/waitlist/{}", offer["id"])).await.problem(404, "not_found");
        // No plan pays for it; the offer stands.
        answer(&asha, &offer, "accept", json!({"payment_method": "plan"})).await.problem(403, "subscription_limit_exceeded");
        assert_eq!(state(&asha).await, "offered");

        let booking = answer(&asha, &offer, "accept", json!({})).await.expect(200);
        assert_eq!((&booking["state"], &booking["items"][0]["battery_id"]), (&json!("confirmed"), &json!(pack)));
        assert_eq!(booking["deadline"], "2026-11-21T10:49:00.000000Z");
        assert_eq!(world.counts(&app).await, (0, 1, 1));
        assert_eq!(told(&asha, "booking_confirmed").await.len(), 1);
        assert_eq!(told(&world.attendant, "new_booking").await.len(), 1);
        assert_eq!(state(&asha).await, "none");
        let again = answer(&asha, &offer, "accept", json!({})).await.expect(200);
        assert_eq!(again["id"], booking["id"]);
        wait(&app, 2 * MINUTE).await;
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        world.attendant.act(&booking, "collect", json!({"code": booking["code"]})).await.expect(200);
        assert_no_drift(&app).await;
    }

    /// Who pays online pays first here too, and who must not pay cash cannot.
    async fn an_offer_is_paid_like_any_booking(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        let rules = format!("/api/v1/stations/{}/rules", world.station);
        world.operator.client.patch(&rules, json!({"needs_prepayment": true})).await.expect(200);
        world.pack(world.station).await;
        accept(&asha).await.problem(403, "prepayment_required");
        let offer = place(&asha).await;
        let booking = answer(&asha, &offer, "accept", json!({"payment_method": "card"})).await.expect(200);
        assert_eq!((&booking["state"], &booking["awaits_payment"]), (&json!("requested"), &json!(true)));
        assert!(booking["checkout_url"].is_string(), "{booking}");
        // Never paid: the pack goes on to the next in line.
        join_line(&binu, &world, 1).await;
        wait(&app, 11 * MINUTE).await;
        assert_eq!((state(&asha).await, state(&binu).await), ("none".into(), "offered".into()));
        assert_no_drift(&app).await;
    }

    /// Cancelling what came of an offer does not bring the place back; the pack goes to the next.
    async fn who_cancels_is_not_in_line_again(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        join_line(&binu, &world, 1).await;
        world.pack(world.station).await;
        let booking = accept(&asha).await.expect(200);
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        assert_eq!(state(&binu).await, "waiting");
        wait(&app, 9 * SECOND).await;
        assert_eq!((state(&asha).await, state(&binu).await), ("none".into(), "offered".into()));
        assert_no_drift(&app).await;
    }

    /// All or none; overtaken three times, then packs are kept together for her.
    async fn who_wants_two_is_overtaken_three_times_at_most(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu, chitra, devi, esha] = people(&app).await;
        join_line(&asha, &world, 2).await;
        for who in [&binu, &chitra, &devi, &esha] {
            join_line(who, &world, 1).await;
        }
        assert_eq!(place(&esha).await["position"], 5);
        for (number, who) in [&binu, &chitra, &devi].into_iter().enumerate() {
            let why = &reasons(&world).await[0];
            let expected = if number == 0 { String::new() } else { format!(" Served past it: {number} of 3 times.") };
            assert_eq!(why, &format!("2 wanted, 0 ready.{expected}"));
            world.pack(world.station).await;
            assert_eq!((state(&asha).await, state(who).await), ("waiting".into(), "offered".into()));
            accept(who).await.expect(200);
        }
        world.pack(world.station).await;
        assert_eq!((state(&asha).await, state(&esha).await), ("waiting".into(), "waiting".into()));
        assert_eq!(world.counts(&app).await, (0, 4, 4));
        assert_eq!(reasons(&world).await[0], "1 of 2 batteries are kept together for this place until 16:10.");
        assert_no_drift(&app).await;
        world.pack(world.station).await;
        assert_eq!((state(&asha).await, state(&esha).await), ("offered".into(), "waiting".into()));
        assert_eq!(told(&asha, "waitlist_offer").await, ["2 batteries are free at Station 1. Yours until 16:05."]);
        let booking = accept(&asha).await.expect(200);
        assert_eq!(booking["items_count"], 2);
        assert_no_drift(&app).await;
    }

    /// Packs are kept together for ten minutes, not for ever. A booking past her counts as well.
    async fn packs_kept_together_go_back_after_ten_minutes(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu, chitra] = people(&app).await;
        join_line(&asha, &world, 2).await;
        for _ in 0..3 {
            world.pack(world.station).await;
            world.book(&binu, world.station).await;
        }
        world.pack(world.station).await;
        binu.order(world.order(1)).await.problem(409, "battery_unavailable");
        join_line(&chitra, &world, 1).await;
        wait(&app, 9 * MINUTE).await;
        assert_eq!((state(&asha).await, state(&chitra).await), ("waiting".into(), "waiting".into()));
        wait(&app, MINUTE).await;
        assert_eq!((state(&asha).await, state(&chitra).await), ("waiting".into(), "offered".into()));
        assert_eq!(reasons(&world).await[0], "2 wanted, 0 ready. Served past it: 1 of 3 times.");
        assert_no_drift(&app).await;
    }

    /// Nothing is offered that ends after closing, nor at a station that is not open.
    async fn nothing_is_offered_shortly_before_closing(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        // 16:00 on its clocks; an offer and a booking take twenty minutes.
        set(&world, json!({"opening_hours": "Mo-Su 06:00-16:19"})).await;
        world.pack(world.station).await;
        assert_eq!(state(&asha).await, "waiting");
        assert_eq!(reasons(&world).await, ["The station closes at 16:19, before an offer and its booking would be over."]);
        // Meanwhile anybody may have it.
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        set(&world, json!({"opening_hours": "Mo-Su 06:00-16:20"})).await;
        world.pack(world.station).await;
        assert_eq!(state(&asha).await, "offered");
        join_line_for_two(&binu, &world).await;

        // Closing by its hours closes the line, too.
        wait(&app, 20 * MINUTE).await;
        voltbay::server::service::stations::follow_hours(&app.app).await.unwrap();
        assert_eq!((state(&asha).await, state(&binu).await), ("none".into(), "none".into()));
        let news = told(&binu, "station_alert").await;
        assert_eq!(news, ["Station 1 has closed, and its waitlist with it. Look for another station."]);
        assert_no_drift(&app).await;
    }

    /// A pause takes offers back, and nobody loses her place; maintenance ends the line.
    async fn a_station_that_pauses_takes_offers_back(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        join_line(&binu, &world, 1).await;
        world.pack(world.station).await;
        let offer = place(&asha).await;
        set(&world, json!({"status": "paused"})).await;
        answer(&asha, &offer, "accept", json!({})).await.problem(409, "too_late");
        let now = place(&asha).await;
        assert_eq!((&now["state"], &now["position"], &now["missed"]), (&json!("waiting"), &json!(1), &json!(0)));
        assert!(told(&asha, "station_alert").await[0].contains("could not be kept"));
        assert!(reasons(&world).await[0].contains("takes no new ones"), "{:?}", reasons(&world).await);
        assert_no_drift(&app).await;
        set(&world, json!({"status": "online"})).await;
        assert_eq!((state(&asha).await, state(&binu).await), ("offered".into(), "waiting".into()));

        set(&world, json!({"status": "maintenance"})).await;
        for who in [&asha, &binu] {
            assert_eq!(state(who).await, "none");
            assert!(told(who, "station_alert").await[0].contains("has closed"));
        }
        assert_no_drift(&app).await;
        // The pack is free, and nobody's.
        set(&world, json!({"status": "online"})).await;
        assert_eq!(world.counts(&app).await, (1, 0, 1));
    }

    /// One step each, and the pack goes to the next at once.
    async fn leaving_and_declining_make_room(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu, chitra] = people(&app).await;
        for who in [&asha, &binu, &chitra] {
            join_line(who, &world, 1).await;
        }
        answer(&asha, &place(&asha).await, "decline", json!({})).await.problem(409, "too_late");
        world.pack(world.station).await;
        let offer = place(&asha).await;
        answer(&asha, &offer, "decline", json!({})).await.expect(204);
        assert_eq!((state(&asha).await, state(&binu).await), ("none".into(), "offered".into()));
        let path = format!("/api/v1/waitlist/{}", place(&binu).await["id"]);
        binu.client.delete(&path).await.expect(204);
        binu.client.delete(&path).await.problem(409, "too_late");
        assert_eq!(state(&chitra).await, "offered");
        answer(&asha, &offer, "accept", json!({})).await.problem(409, "too_late");
        // What is over is nothing to act on any more.
        let inbox = asha.client.get("/api/v1/notifications").await.expect(200);
        assert!(inbox["items"].as_array().expect("rows").iter().all(|row| row["read"] == true), "{inbox}");
        // She may come again.
        join_line(&asha, &world, 1).await;
        assert_no_drift(&app).await;
    }

    /// One more chance at the same place; then the place is lost, with a word.
    async fn an_offer_without_an_answer_goes_on_to_the_next(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        join_line(&asha, &world, 1).await;
        join_line(&binu, &world, 1).await;
        world.pack(world.station).await;
        wait(&app, 299 * SECOND).await;
        assert_eq!(state(&asha).await, "offered");
        wait(&app, SECOND).await;
        assert_eq!((state(&asha).await, state(&binu).await), ("waiting".into(), "offered".into()));
        assert_eq!(place(&asha).await["position"], 1);
        assert!(told(&asha, "station_alert").await[0].contains("You keep your place"));
        answer(&binu, &place(&binu).await, "decline", json!({})).await.expect(204);
        assert_eq!(state(&asha).await, "offered");
        wait(&app, 5 * MINUTE).await;
        assert_eq!(state(&asha).await, "none");
        assert!(told(&asha, "station_alert").await[0].contains("no longer in line"));
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_no_drift(&app).await;
    }

    /// Five wait: an offer lasts three minutes.
    async fn offers_are_shorter_when_many_wait(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        for who in people::<5>(&app).await {
            join_line(&who, &world, 1).await;
        }
        let [last] = people(&app).await;
        world.pack(world.station).await;
        wait(&app, 3 * MINUTE).await;
        join_line(&last, &world, 1).await;
        let path = format!("/api/v1/stations/{}/waitlist", world.station);
        let line = world.attendant.client.get(&path).await.expect(200);
        assert_eq!((&line["items"][0]["missed"], &line["items"][1]["state"]), (&json!(1), &json!("offered")));
        assert_eq!(line["items"][5]["position"], 6);
        assert_no_drift(&app).await;
    }

    /// The forecast of the pack that is hers by her place, and a tenth.
    async fn the_estimate_follows_the_line(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu, chitra] = people(&app).await;
        put_in(&world, "soon", world.model, 60).await;
        put_in(&world, "late", world.model, 30).await;
        for who in [&asha, &binu, &chitra] {
            join_line(who, &world, 1).await;
        }
        assert_eq!(place(&asha).await["estimated_at"], "2026-11-21T11:03:00.000000Z");
        assert_eq!(place(&binu).await["estimated_at"], "2026-11-21T11:36:00.000000Z");
        assert_eq!(place(&chitra).await["estimated_at"], Value::Null);
        let path = format!("/api/v1/waitlist/{}", place(&asha).await["id"]);
        asha.client.delete(&path).await.expect(204);
        let now = place(&binu).await;
        assert_eq!((&now["position"], &now["estimated_at"]), (&json!(1), &json!("2026-11-21T11:03:00.000000Z")));
    }

    /// A pack that was offered fails: another comes, or the offer is taken back and she is first again.
    async fn a_failed_pack_is_not_offered_any_more(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha] = people(&app).await;
        join_line(&asha, &world, 1).await;
        let first = world.pack(world.station).await;
        let second = world.pack(world.station).await;
        let lock = async |pack: i64| {
            let body = json!({"state": "quarantined", "note": "Smells."});
            world.attendant.client.patch(&format!("/api/v1/batteries/{pack}"), body).await.expect(200);
        };
        lock(first).await;
        assert_eq!((state(&asha).await, world.counts(&app).await), ("offered".into(), (0, 1, 1)));
        lock(second).await;
        assert_eq!((state(&asha).await, world.counts(&app).await), ("waiting".into(), (0, 0, 0)));
        assert_no_drift(&app).await;
        let third = world.pack(world.station).await;
        assert_eq!(state(&asha).await, "offered");
        world.operator.client.delete(&format!("/api/v1/batteries/{third}")).await.expect(204);
        assert_eq!(state(&asha).await, "waiting");
        assert_no_drift(&app).await;
    }

    /// By bare forms: from the sold out station into the line, to the offer and the booking; staff see why.
    async fn the_pages_lead_into_the_line_and_out_of_it(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        let [asha, binu] = people(&app).await;
        let (hers, his, staff) = (browser(&app, &asha), browser(&app, &binu), browser(&app, &world.attendant));
        let station = format!("/stations/{}", world.station);
        let page = app.client().with("accept", "text/html").get(&station).await.text();
        assert!(page.contains("Join waitlist") && page.contains("No battery is ready"), "{page}");
        let fields = format!("order[station]={}&order[n][{}]=1", world.station, world.model);
        let joined = send(&hers, &station, "join_waitlist", &fields).await;
        assert_eq!(joined, "/bookings#waitlist");
        send(&his, &station, "join_waitlist", &fields).await;
        assert!(send(&hers, &station, "join_waitlist", &fields).await.contains("__err="));
        let page = his.get("/bookings").await.text();
        assert!(page.contains("1 person in line before you") && page.contains("Leave the line"), "{page}");
        let counter = format!("/api/v1/stations/{}/waitlist", world.station);
        assert!(staff.get(&counter).await.text().contains("1 wanted, 0 ready."));

        world.pack(world.station).await;
        let page = hers.get("/bookings").await.text();
        assert!(page.contains("Your turn") && page.contains("Accept") && page.contains("16:05"), "{page}");
        let field = format!("id={}&method=cash", place(&asha).await["id"]);
        let booking = send(&hers, "/bookings", "accept_offer", &field).await;
        assert!(booking.starts_with("/bookings/"), "{booking}");
        let field = format!("id={}", place(&binu).await["id"]);
        assert_eq!(send(&his, "/bookings", "leave_waitlist", &field).await, "/bookings#waitlist");
        assert_eq!((state(&asha).await, state(&binu).await), ("none".into(), "none".into()));
        assert_no_drift(&app).await;
    }

    /// One pack comes free while twenty try to book it and two processes look after the line.
    async fn a_freed_pack_goes_to_the_first_in_line(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let second = app.second().await;
        let [asha, binu] = people(&app).await;
        let crowd = people::<20>(&app).await;
        let booking = world.book(&binu, world.station).await;
        join_line(&asha, &world, 1).await;
        binu.act(&booking, "cancel", json!({})).await.expect(200);
        app.clock.advance(9 * SECOND);
        let freeing = join(bookings::advance_due(&app.app), bookings::advance_due(&second.app));
        let looking = join(waitlist::serve_owing(&app.app), waitlist::serve_owing(&second.app));
        let booking = join_all(crowd.iter().map(|one| one.order(world.order(1))));
        let (_, (_, answers)) = join(freeing, join(looking, booking)).await;
        for answer in answers {
            answer.problem(409, "battery_unavailable");
        }
        while bookings::advance_due(&app.app).await != Ok(0) {}
        assert_eq!(state(&asha).await, "offered");
        assert_eq!(told(&asha, "waitlist_offer").await.len(), 1);
        assert_no_drift(&app).await;
        accept(&asha).await.expect(200);
        assert_no_drift(&app).await;
    }

    /// She answers at the very moment the offer ends: she has it, or the next has.
    async fn an_answer_meets_the_end_of_the_offer(app: TestApp) {
        let world = World::with_packs(&app, 0).await;
        for _ in 0..20 {
            let [asha, binu] = people(&app).await;
            join_line(&asha, &world, 1).await;
            join_line(&binu, &world, 1).await;
            let pack = world.pack(world.station).await;
            app.clock.advance(299 * SECOND);
            let offer = place(&asha).await;
            let ending = async {
                app.clock.advance(SECOND);
                waitlist::advance_due(&app.app).await
            };
            let (answer, _) = join(answer(&asha, &offer, "accept", json!({})), ending).await;
            while waitlist::advance_due(&app.app).await != Ok(0) {}
            let states = (state(&asha).await, state(&binu).await);
            if answer.status == 200 {
                assert_eq!(states, ("none".into(), "waiting".into()));
            } else {
                answer.problem(409, "too_late");
                assert_eq!(states, ("waiting".into(), "offered".into()));
            }
            assert_no_drift(&app).await;
            for who in [&asha, &binu] {
                let path = format!("/api/v1/waitlist/{}", place(who).await["id"]);
                who.client.delete(&path).await;
            }
            let body = json!({"state": "quarantined", "note": "Next round."});
            world.attendant.client.patch(&format!("/api/v1/batteries/{pack}"), body).await.expect(200);
        }
    }
}

async fn join_line_for_two(who: &Person, world: &World) {
    join_line(who, world, 2).await;
}
