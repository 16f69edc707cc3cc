//! What happens to a booking by itself, with no browser open and no request sent.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::server::service::bookings;

use crate::support::app::Person;
use crate::support::world::World;

async fn book(who: &Person, world: &World) -> Value {
    who.client
        .post("/api/v1/bookings", world.order(1))
        .await
        .expect(201)
}

async fn act(who: &Person, booking: &Value, action: &str, body: Value) -> crate::support::client::Answer {
    who.client
        .post(&format!("/api/v1/bookings/{}/{action}", booking["id"]), body)
        .await
}

async fn state(who: &Person, booking: &Value) -> String {
    let now = who
        .client
        .get(&format!("/api/v1/bookings/{}", booking["id"]))
        .await
        .expect(200);
    now["state"].as_str().expect("a state").to_owned()
}

/// Waits until the server itself has brought the booking into a state.
async fn until(who: &Person, booking: &Value, expected: &str) {
    while state(who, booking).await != expected {
        tokio::task::yield_now().await;
    }
}

/// What somebody was told of one event, newest first.
async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["event"] == event);
    rows.map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

const MINUTE: Duration = Duration::from_mins(1);

each_engine! {
    /// The station did not have it ready: at the deadline the pack is free and the customer is told, once.
    async fn a_booking_expires_at_its_deadline(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        app.clock.advance(15 * MINUTE);
        until(&asha, &booking, "expired").await;
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_eq!(bookings::advance_due(&app.app).await, Ok(0), "nothing is left to do");
        assert_eq!(told(&asha, "booking_expired").await, ["Your booking has expired. Battery released."]);
    }

    /// The station had it ready and nobody came: after the grace it is a no-show.
    async fn a_ready_booking_becomes_a_no_show_after_the_grace(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        act(&world.attendant, &booking, "ready", json!({})).await.expect(200);
        app.clock.advance(16 * MINUTE);
        while bookings::advance_due(&app.app).await != Ok(0) {}
        assert_eq!(state(&asha, &booking).await, "ready", "two minutes of grace");
        app.clock.advance(MINUTE);
        until(&asha, &booking, "no_show").await;
        assert_eq!(told(&asha, "booking_no_show").await, ["Not collected by 16:15. Battery released."]);
        let late = act(&world.attendant, &booking, "collect", json!({"code": booking["code"]})).await;
        late.problem(409, "illegal_transition");
        assert_eq!(world.counts(&app).await, (1, 0, 1));
    }

    /// Two warnings, with the minutes that are left.
    async fn the_customer_is_warned_five_minutes_and_one_minute_before(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        book(&asha, &world).await;
        for (wait, expected) in [(10, 1), (4, 2)] {
            app.clock.advance(wait * MINUTE);
            while told(&asha, "booking_expiring").await.len() < expected {
                tokio::task::yield_now().await;
            }
        }
        let warnings = told(&asha, "booking_expiring").await;
        assert_eq!(warnings, ["Your booking will expire in 1 minute!", "Your booking will expire in 5 minutes!"]);
    }

    /// Killed before the deadline, started after it: it expires once.
    async fn a_deadline_that_passed_while_the_server_was_down_is_kept(app: TestApp) {
        let mut app = app;
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        app.clock.advance((15 * MINUTE).checked_sub(Duration::from_secs(10)).unwrap());
        app.crash().await;
        app.clock.advance(Duration::from_secs(20));
        app.restart().await;
        let asha = app.sign_in(&asha.email).await;
        until(&asha, &booking, "expired").await;
        assert_eq!(world.counts(&app).await, (1, 0, 1));
        assert_eq!(told(&asha, "booking_expired").await.len(), 1);
    }

    /// Many sweeps at once, as by several processes: one effect.
    async fn however_many_sweep_it_expires_once(app: TestApp) {
        let world = World::with_packs(&app, 5).await;
        let asha = app.customer().await;
        for _ in 0..5 {
            book(&asha, &world).await;
        }
        app.clock.advance(20 * MINUTE);
        let sweeps = (0..8).map(|_| bookings::advance_due(&app.app));
        futures_util::future::join_all(sweeps).await;
        while world.counts(&app).await != (5, 0, 5) {
            tokio::task::yield_now().await;
        }
        assert_eq!(told(&asha, "booking_expired").await.len(), 5);
    }

    /// Too late is too late, even when the timer has not run.
    async fn nothing_is_handed_over_after_the_deadline(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let booking = book(&asha, &world).await;
        app.clock.advance(15 * MINUTE);
        let late = act(&world.attendant, &booking, "collect", json!({"code": booking["code"]})).await;
        assert_eq!(late.status, 409);
        assert_eq!(world.counts(&app).await.1 + world.counts(&app).await.0, 1);
    }

    /// Two servers on one database, no browser open and no request sent: each step happens, and happens once.
    async fn two_servers_take_every_step_once(app: TestApp) {
        let second = app.second().await;
        let world = World::with_packs(&app, 12).await;
        let mut waiting = Vec::new();
        for _ in 0..12 {
            let asha = app.customer().await;
            let booking = book(&asha, &world).await;
            waiting.push((asha, booking));
        }
        for minutes in [10, 4, 1] {
            app.clock.advance(minutes * MINUTE);
            loop {
                let both = tokio::join!(bookings::advance_due(&app.app), bookings::advance_due(&second.app));
                if both == (Ok(0), Ok(0)) {
                    break;
                }
            }
        }
        for (asha, booking) in &waiting {
            assert_eq!(state(asha, booking).await, "expired");
            assert_eq!(told(asha, "booking_expiring").await.len(), 2);
            assert_eq!(told(asha, "booking_expired").await.len(), 1);
        }
        assert_eq!(world.counts(&app).await, (12, 0, 12));
        assert_eq!(voltbay::server::check::findings(&app.app).await, Ok(vec![]));
    }
}
