//! What happens between asking for packs and having them: yes and no, more time, arrival, and the ways back.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::{Clock, Role, Timestamp};

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::World;

const MINUTE: Duration = Duration::from_mins(1);

async fn book(who: &Person, world: &World) -> Value {
    who.client
        .post("/api/v1/bookings", world.order(1))
        .await
        .expect(201)
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> Answer {
    who.client
        .post(&format!("/api/v1/bookings/{}/{action}", booking["id"]), body)
        .await
}

async fn see(who: &Person, booking: &Value) -> Value {
    who.client
        .get(&format!("/api/v1/bookings/{}", booking["id"]))
        .await
        .expect(200)
}

async fn until(who: &Person, booking: &Value, expected: &str) -> Value {
    loop {
        let now = see(who, booking).await;
        if now["state"] == expected {
            return now;
        }
        tokio::task::yield_now().await;
    }
}

/// What somebody was told of one event, newest first.
async fn told(who: &Person, event: &str) -> Vec<Value> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event).cloned().collect()
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().expect("an instant").parse().expect("RFC 3339")
}

/// Bookings at the first station wait for a yes from now on.
async fn ask_first(world: &World) {
    let path = format!("/api/v1/stations/{}/rules", world.station);
    let rules = world
        .operator
        .client
        .patch(&path, json!({"needs_approval": true}))
        .await
        .expect(200);
    assert_eq!(rules["needs_approval"], true);
}

async fn all_steps(app: &TestApp) {
    while voltbay::server::service::bookings::advance_due(&app.app).await != Ok(0) {}
}

each_engine! {
    /// Somebody at the station says yes, and only then the time to collect begins.
    async fn a_request_is_confirmed_by_the_station(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        ask_first(&world).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        assert_eq!(booking["state"], "requested");
        assert_eq!(world.counts(&app).await, (0, 1, 1), "held meanwhile");
        assert!(told(&asha, "booking_confirmed").await.is_empty());
        assert_eq!(told(&world.attendant, "new_booking").await.len(), 1);

        app.clock.advance(3 * MINUTE);
        act(&asha, &booking, "approve", json!({})).await.problem(403, "forbidden");
        let confirmed = act(&world.attendant, &booking, "approve", json!({})).await.expect(200);
        assert_eq!(confirmed["state"], "confirmed");
        assert_eq!(instant(&confirmed["deadline"]), app.clock.now() + 15 * MINUTE);
        let news = told(&asha, "booking_confirmed").await;
        assert_eq!(news.len(), 1);
        assert_eq!(news[0]["data"]["battery_info"], format!("Voltbay - {}", world.model_name()));
        act(&world.attendant, &booking, "approve", json!({})).await.problem(409, "illegal_transition");
    }

    /// No is a word with a reason, and says where to go instead.
    async fn a_request_is_declined_with_a_reason(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let elsewhere = world.build("Hill Top", 2).await;
        ask_first(&world).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        act(&world.attendant, &booking, "decline", json!({"reason": " "})).await.problem(422, "invalid");
        act(&world.attendant, &booking, "decline", json!({"reason": "x".repeat(201)})).await.problem(422, "invalid");
        act(&asha, &booking, "decline", json!({"reason": "no"})).await.problem(403, "forbidden");
        let declined = act(&world.attendant, &booking, "decline", json!({"reason": "We close early"})).await.expect(200);
        assert_eq!((&declined["state"], &declined["reason"]), (&json!("declined"), &json!("We close early")));
        assert_eq!(declined["payment_state"], "cancelled");
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        let news = told(&asha, "booking_declined").await;
        assert_eq!(news[0]["message"], "Your booking request was declined: We close early");
        assert_eq!(news[0]["data"]["alternatives"][0]["id"], elsewhere.0);
    }

    /// Nobody answered: the packs are free after five minutes.
    async fn an_unanswered_request_expires(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        ask_first(&world).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        app.clock.advance(5 * MINUTE);
        act(&world.attendant, &booking, "ready", json!({})).await.problem(409, "illegal_transition");
        until(&asha, &booking, "expired").await;
        act(&world.attendant, &booking, "approve", json!({})).await.problem(409, "illegal_transition");
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_eq!(told(&asha, "booking_expired").await.len(), 1);
        assert!(told(&asha, "booking_expiring").await.is_empty(), "there was nothing to collect");
    }

    /// Taking a cancellation back does not confirm what nobody confirmed.
    async fn a_request_taken_back_and_kept_is_still_a_request(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        ask_first(&world).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        act(&asha, &booking, "cancel", json!({})).await.expect(200);
        let kept = act(&asha, &booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!((&kept["state"], &kept["deadline"]), (&json!("requested"), &booking["deadline"]));
    }

    /// Five minutes more, counted from the old deadline, ten times; the pack stays the same.
    async fn a_booking_is_renewed_ten_times(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        let first = instant(&booking["deadline"]);
        assert_eq!(instant(&booking["renew_to"]), first + 5 * MINUTE);
        app.clock.advance(7 * MINUTE);
        for number in 1..=10_u32 {
            let renewed = act(&asha, &booking, "renew", json!({})).await.expect(200);
            assert_eq!(instant(&renewed["deadline"]), first + number * 5 * MINUTE);
            assert_eq!(renewed["renewals_left"], 10 - number);
            assert_eq!(renewed["items"][0]["battery_id"], booking["items"][0]["battery_id"]);
            assert_eq!(renewed["id"], booking["id"]);
        }
        let before = see(&asha, &booking).await;
        let refused = act(&asha, &booking, "renew", json!({})).await.problem(409, "renewal_refused");
        assert_eq!(refused["why"], "all 10 renewals are used");
        let after = see(&asha, &booking).await;
        assert_eq!((&before["deadline"], &before["version"]), (&after["deadline"], &after["version"]));
        assert_eq!(told(&asha, "booking_renewed").await.len(), 10);
        let failed = told(&asha, "booking_renew_failed").await;
        assert_eq!(failed[0]["message"], refused["detail"]);
        assert_eq!(failed[0]["level"], "error");
    }

    /// The warnings come again before the new deadline, and nothing happens at the old one.
    async fn a_renewed_booking_runs_until_its_new_deadline(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        app.clock.advance(14 * MINUTE);
        all_steps(&app).await;
        assert_eq!(told(&asha, "booking_expiring").await.len(), 1, "one, however late");
        act(&asha, &booking, "renew", json!({})).await.expect(200);
        app.clock.advance(2 * MINUTE);
        all_steps(&app).await;
        assert_eq!(see(&asha, &booking).await["state"], "confirmed");
        app.clock.advance(3 * MINUTE);
        all_steps(&app).await;
        assert_eq!(told(&asha, "booking_expiring").await.len(), 3, "two more before the new deadline");
        app.clock.advance(MINUTE);
        until(&asha, &booking, "expired").await;
        act(&asha, &booking, "renew", json!({})).await.problem(409, "illegal_transition");
    }

    /// The grace is for coming, not for staying longer; and a station that closes cannot wait.
    async fn a_renewal_is_refused_after_the_deadline_and_past_closing_time(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let booking = book(&asha, &world).await;
        act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        app.clock.advance(16 * MINUTE);
        let refused = act(&asha, &booking, "renew", json!({})).await.problem(409, "renewal_refused");
        assert_eq!(refused["why"], "the deadline has passed");

        // The test's clock shows 16:16 in Kolkata.
        let path = format!("/api/v1/stations/{}", world.station);
        world.operator.client.patch(&path, json!({"opening_hours": "Mo-Su 06:00-16:35"})).await.expect(200);
        let other = book(&binu, &world).await;
        let refused = act(&binu, &other, "renew", json!({})).await.problem(409, "renewal_refused");
        assert_eq!(refused["why"], "the station closes at 16:35");
        app.client().post(&format!("/api/v1/bookings/{}/renew", other["id"]), json!({})).await.problem(401, "unauthenticated");
        act(&asha, &other, "renew", json!({})).await.problem(404, "not_found");
    }

    /// From the counter on the clock stands still, and runs on when the check-in was a mistake.
    async fn a_check_in_stops_the_clock(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        app.clock.advance(10 * MINUTE);
        act(&asha, &booking, "check-in", json!({"code": booking["code"]})).await.problem(403, "forbidden");
        act(&world.attendant, &booking, "check-in", json!({"code": "000000"})).await.problem(403, "wrong_code");
        let here = act(&world.attendant, &booking, "check-in", json!({"pin": booking["pin"]})).await.expect(200);
        assert_eq!(here["state"], "checked_in");
        app.clock.advance(MINUTE);
        let back = act(&world.attendant, &booking, "undo-check-in", json!({})).await.expect(200);
        assert_eq!(back["state"], "confirmed");
        assert_eq!(instant(&back["deadline"]), app.clock.now() + 5 * MINUTE);

        act(&world.attendant, &booking, "check-in", json!({"code": booking["code"]})).await.expect(200);
        app.clock.advance(60 * MINUTE);
        all_steps(&app).await;
        assert_eq!(see(&asha, &booking).await["state"], "checked_in");
        act(&world.attendant, &booking, "undo-check-in", json!({})).await.problem(409, "too_late");
        act(&asha, &booking, "cancel", json!({})).await.problem(409, "illegal_transition");
        act(&world.attendant, &booking, "start", json!({})).await.expect(200);
        act(&world.attendant, &booking, "collect", json!({"code": booking["code"]})).await.expect(200);
    }

    /// A swap that went wrong is ended by who leads, and the pack stays at the station.
    async fn a_lead_breaks_a_swap_off(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        act(&lead, &booking, "abort", json!({"reason": "x"})).await.problem(409, "illegal_transition");
        act(&lead, &booking, "check-in", json!({"code": booking["code"]})).await.expect(200);
        act(&lead, &booking, "start", json!({})).await.expect(200);
        act(&world.attendant, &booking, "abort", json!({"reason": "Slot stuck"})).await.problem(403, "forbidden");
        let failed = act(&lead, &booking, "abort", json!({"reason": "Slot stuck"})).await.expect(200);
        assert_eq!((&failed["state"], &failed["items"][0]["state"]), (&json!("failed"), &json!("failed")));
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        let news = told(&asha, "station_alert").await;
        assert_eq!(news[0]["message"], "Your swap at Station 1 was broken off: Slot stuck");
    }

    /// Who comes late is served while there is a pack, and nothing is held against her.
    async fn a_no_show_is_taken_back_within_a_quarter_of_an_hour(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let booking = book(&asha, &world).await;
        act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        app.clock.advance(17 * MINUTE);
        until(&asha, &booking, "no_show").await;

        let taken = book(&binu, &world).await;
        act(&world.attendant, &booking, "undo-no-show", json!({})).await.problem(409, "battery_unavailable");
        assert_eq!(see(&asha, &booking).await["state"], "no_show", "nothing half-done");
        act(&binu, &taken, "cancel", json!({})).await.expect(200);
        app.clock.advance(MINUTE);
        all_steps(&app).await;

        act(&asha, &booking, "undo-no-show", json!({})).await.problem(403, "forbidden");
        let served = act(&world.attendant, &booking, "undo-no-show", json!({})).await.expect(200);
        assert_eq!((&served["state"], &served["payment_state"]), (&json!("checked_in"), &json!("due")));
        assert_eq!(world.counts(&app).await, (0, 1, 1));
        act(&world.attendant, &booking, "collect", json!({"code": booking["code"]})).await.expect(200);
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }

    /// After that it is too late.
    async fn a_no_show_stands_after_a_quarter_of_an_hour(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        app.clock.advance(17 * MINUTE);
        until(&asha, &booking, "no_show").await;
        app.clock.advance(15 * MINUTE);
        act(&world.attendant, &booking, "undo-no-show", json!({})).await.problem(409, "too_late");
    }

    /// A station's word counts before its operator's, and that before the installation's.
    async fn timers_are_set_by_operator_and_station(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        let operator = format!("/api/v1/operators/{}/rules", operator_of(&app, &world).await);
        let station = format!("/api/v1/stations/{}/rules", world.station);
        let length = |rules: &Value| (rules["timers"]["hold_ttl"]["length"].clone(), rules["timers"]["hold_ttl"]["set_by"].clone());
        let held_for = async |app: &TestApp| {
            let booking = book(&asha, &world).await;
            instant(&booking["deadline"]).since(app.clock.now())
        };
        assert_eq!(held_for(&app).await, 15 * MINUTE);
        let rules = world.operator.client.patch(&operator, json!({"timers": {"hold_ttl": "20m"}})).await.expect(200);
        assert_eq!(length(&rules), (json!("20m"), json!("operator")));
        assert_eq!(held_for(&app).await, 20 * MINUTE);
        world.operator.client.patch(&station, json!({"timers": {"hold_ttl": "30m"}})).await.expect(200);
        assert_eq!(held_for(&app).await, 30 * MINUTE);
        let rules = world.operator.client.patch(&station, json!({"timers": {"hold_ttl": null}})).await.expect(200);
        assert_eq!(length(&rules), (json!("20m"), json!("operator")));

        for wrong in [json!({"hold_ttl": "20"}), json!({"session_ttl": "1h"}), json!({"nap": "1h"}), json!({"grace": "8d"})] {
            world.operator.client.patch(&station, json!({"timers": wrong})).await.problem(422, "invalid");
        }
        world.attendant.client.patch(&station, json!({"timers": {"hold_ttl": "1h"}})).await.problem(403, "forbidden");
        asha.client.get(&station).await.problem(403, "forbidden");
        let stranger = app.staff_of("Other", Role::Operator, &[]).await;
        stranger.client.get(&operator).await.problem(404, "not_found");
        stranger.client.patch(&station, json!({"needs_approval": true})).await.problem(403, "forbidden");
    }
}

async fn operator_of(app: &TestApp, world: &World) -> i64 {
    let mut snapshot = app.app.db.snapshot().await.expect("a snapshot");
    let station = voltbay::server::store::stations::find(&mut snapshot, world.station)
        .await
        .expect("readable");
    station.expect("the station").operator.0
}
