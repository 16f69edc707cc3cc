//! The month of a plan: nobody gets past its limit, and what comes to nothing is given back.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::server::check;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::World;

/// What somebody was told about her plan, newest first.
async fn told(who: &Person) -> Vec<(String, String)> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    let text = |row: &Value, name: &str| row[name].as_str().expect("a text").to_owned();
    rows.filter(|row| text(row, "event").starts_with("plan_"))
        .map(|row| (text(row, "event"), text(row, "message")))
        .collect()
}

async fn state(who: &Person, booking: &Value) -> Value {
    who.client
        .get(&format!("/api/v1/bookings/{}", booking["id"]))
        .await
        .expect(200)
}

/// Nothing contradicts itself.
async fn in_order(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
}

/// So many bookings of one pack each, all at once; how many were accepted.
async fn rush(world: &World, who: &Person, times: usize) -> usize {
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..times {
        let (client, order) = (who.client.clone(), world.order_by_plan(1));
        waiting.spawn(async move { client.post("/api/v1/bookings", order).await });
    }
    let answers = waiting.join_all().await;
    let refused = answers.iter().filter(|answer| answer.status != 201);
    for answer in refused {
        let problem = answer.problem(403, "subscription_limit_exceeded");
        assert_eq!(
            (&problem["reason"], &problem["left"]),
            (&json!("monthly_limit"), &json!(0))
        );
    }
    answers.iter().filter(|answer| answer.status == 201).count()
}

each_engine! {
    /// The race the limit must win.
    async fn forty_bookings_at_once_get_the_ten_swaps_of_a_month(app: TestApp) {
        let world = World::with_packs(&app, 24).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Basic", 10).await, 1).await.expect(201);
        assert_eq!(rush(&world, &asha, 40).await, 10);
        assert_eq!(asha.used_and_left().await, (10, 0));
        assert_eq!(world.counts(&app).await, (14, 10, 24), "who was refused holds nothing");
        let uses = asha.client.get("/api/v1/subscription/uses").await.expect(200);
        assert_eq!(uses["items"].as_array().map(Vec::len), Some(10));
        in_order(&app).await;
    }

    /// Two plans of two people do not know of each other.
    async fn a_month_is_ones_own(app: TestApp) {
        let world = World::with_packs(&app, 8).await;
        let plan = world.plan("Small", 3).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        asha.subscribe(plan, 1).await.expect(201);
        binu.subscribe(plan, 1).await.expect(201);
        let (first, second) = tokio::join!(rush(&world, &asha, 6), rush(&world, &binu, 6));
        assert_eq!((first, second), (3, 3));
        in_order(&app).await;
    }

    /// What a change of plan at the same moment does not open a second month.
    async fn bookings_during_a_change_of_plan_count_once(app: TestApp) {
        let world = World::with_packs(&app, 20).await;
        let asha = app.customer().await;
        let (small, large) = (world.plan("Small", 5).await, world.plan("Large", 12).await);
        asha.subscribe(small, 1).await.expect(201);
        let (booked, changed) = tokio::join!(rush(&world, &asha, 18), asha.change_plan(large, 1));
        changed.expect(200);
        let booked = booked + rush(&world, &asha, 15).await;
        assert_eq!(booked, 12, "all of the new month, those before the change among them");
        assert_eq!(asha.used_and_left().await, (12, 0));
        in_order(&app).await;
    }

    /// Nothing is used for what is not booked.
    async fn a_shortage_uses_no_swap(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Basic", 10).await, 1).await.expect(201);
        asha.order(world.order_by_plan(2)).await.problem(409, "battery_unavailable");
        assert_eq!(asha.used_and_left().await, (0, 10));
    }

    /// Part of what is asked for is nothing.
    async fn a_booking_that_needs_more_than_is_left_uses_none(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Tiny", 3).await, 2).await.expect(201);
        asha.order(world.order_by_plan(2)).await.expect(201);
        let refused = asha.order(world.order_by_plan(2)).await.problem(403, "subscription_limit_exceeded");
        assert_eq!((&refused["left"], &refused["limit"]), (&json!(1), &json!(3)));
        assert_eq!(refused["renews_at"], "2026-12-21T10:30:00.000000Z");
        assert!(refused["detail"].as_str().unwrap().contains("1 of 3 swaps left"), "{refused}");
        assert_eq!(asha.used_and_left().await, (2, 1));
        assert_eq!(world.counts(&app).await, (2, 2, 4));
    }

    async fn a_cancelled_booking_gives_its_swaps_back(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Tiny", 2).await, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(2)).await.expect(201);
        let cancelled = asha.act(&booking, "cancel", json!({})).await.expect(200);
        assert_eq!(cancelled["payment_state"], "cancelled");
        assert_eq!(asha.used_and_left().await, (0, 2));
        let back = asha.act(&booking, "undo-cancel", json!({})).await.expect(200);
        assert_eq!(back["payment_state"], "waived");
        assert_eq!(asha.used_and_left().await, (2, 0));
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        app.clock.advance(Duration::from_secs(8));
        while world.counts(&app).await != (3, 0, 3) {
            tokio::task::yield_now().await;
        }
        assert_eq!(asha.used_and_left().await, (0, 2), "once, not twice");
        let uses = asha.client.get("/api/v1/subscription/uses").await.expect(200);
        assert_eq!((&uses["items"][0]["given_back"], &uses["items"][0]["swaps"]), (&json!(true), &json!(2)));
        in_order(&app).await;
    }

    /// What somebody else of the same month took meanwhile is not taken from it again.
    async fn a_cancellation_is_not_taken_back_into_a_full_month(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("One", 1).await, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(1)).await.expect(201);
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        asha.order(world.order_by_plan(1)).await.expect(201);
        let refused = asha.act(&booking, "undo-cancel", json!({})).await;
        let refused = refused.problem(403, "subscription_limit_exceeded");
        assert_eq!(refused["reason"], "monthly_limit");
        assert_eq!(state(&asha, &booking).await["state"], "cancelled");
        assert_eq!(asha.used_and_left().await, (1, 0));
        in_order(&app).await;
    }

    /// Cancelled and booked again and again at once: never more than the month.
    async fn cancelling_and_booking_at_once_never_passes_the_limit(app: TestApp) {
        let world = World::with_packs(&app, 12).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Four", 4).await, 1).await.expect(201);
        let mut bookings = Vec::new();
        for _ in 0..4 {
            bookings.push(asha.order(world.order_by_plan(1)).await.expect(201));
        }
        let mut waiting = tokio::task::JoinSet::new();
        for booking in bookings {
            let client = asha.client.clone();
            waiting.spawn(async move {
                let act = |action: &str| format!("/api/v1/bookings/{}/{action}", booking["id"]);
                client.act(&act("cancel")).await.expect(200);
                client.act(&act("undo-cancel")).await
            });
            let (client, order) = (asha.client.clone(), world.order_by_plan(1));
            waiting.spawn(async move { client.post("/api/v1/bookings", order).await });
        }
        let answers: Vec<Answer> = waiting.join_all().await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201 | 403)), "{answers:?}");
        let (used, left) = asha.used_and_left().await;
        assert_eq!((used + left, world.counts(&app).await.2), (4, 12));
        in_order(&app).await;
    }

    async fn an_expired_booking_gives_its_swap_back(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("One", 1).await, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(1)).await.expect(201);
        app.clock.advance(Duration::from_mins(15));
        while state(&asha, &booking).await["state"] != "expired" {
            tokio::task::yield_now().await;
        }
        assert_eq!(asha.used_and_left().await, (0, 1));
        in_order(&app).await;
    }

    /// The pack stood ready for her and nobody else.
    async fn a_no_show_does_not(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("One", 1).await, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(1)).await.expect(201);
        world.attendant.act(&booking, "ready", json!({})).await.expect(200);
        app.clock.advance(Duration::from_mins(17));
        while state(&asha, &booking).await["state"] != "no_show" {
            tokio::task::yield_now().await;
        }
        assert_eq!(asha.used_and_left().await, (1, 0));
        in_order(&app).await;
    }

    async fn the_customer_is_told_at_eighty_and_at_a_hundred_percent_once_each(app: TestApp) {
        let world = World::with_packs(&app, 6).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Five", 5).await, 2).await.expect(201);
        asha.order(world.order_by_plan(3)).await.expect(201);
        assert_eq!(told(&asha).await, []);
        let fourth = asha.order(world.order_by_plan(1)).await.expect(201);
        let near = ("plan_limit_near".to_owned(), "You have used 4 of the 5 swaps of your Five plan this month.".to_owned());
        assert_eq!(told(&asha).await, std::slice::from_ref(&near));
        asha.act(&fourth, "cancel", json!({})).await.expect(200);
        asha.order(world.order_by_plan(1)).await.expect(201);
        assert_eq!(told(&asha).await, std::slice::from_ref(&near), "not a second time");
        asha.order(world.order_by_plan(1)).await.expect(201);
        let reached = "You have used all 5 swaps of your Five plan this month. More from 21 Dec 2026.".to_owned();
        assert_eq!(told(&asha).await, [("plan_limit_reached".to_owned(), reached), near]);
        let inbox = asha.client.get("/api/v1/notifications").await.expect(200);
        assert_eq!(inbox["items"].as_array().unwrap().iter().filter(|row| row["level"] == "warning").count(), 2);
    }

    async fn a_new_month_has_all_its_swaps(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("One", 1).await, 2).await.expect(201);
        asha.order(world.order_by_plan(1)).await.expect(201);
        // From 21 November to 21 December.
        app.clock.advance(Duration::from_hours(30 * 24));
        let asha = app.sign_in(&asha.email).await;
        let mine = asha.subscription().await;
        assert_eq!((&mine["used"], &mine["left"]), (&json!(0), &json!(1)));
        assert_eq!(mine["period_start"], "2026-12-21T10:30:00.000000Z");
        assert_eq!(mine["period_end"], mine["ends_at"]);
        asha.order(world.order_by_plan(1)).await.expect(201);
        let refused = asha.order(world.order_by_plan(1)).await.problem(403, "subscription_limit_exceeded");
        assert_eq!(refused["renews_at"], Value::Null, "it ends with this month");
    }
}
