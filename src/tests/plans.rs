//! Plans as their operator sells them and their customers have them.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor};
use voltbay::domain::Role;
use voltbay::server::check;
use voltbay::server::service::plans;

use crate::support::app::TestApp;
use crate::support::plans::MONTHLY;
use crate::support::world::{PRICE, World};

const DAY: Duration = Duration::from_hours(24);

async fn findings(app: &TestApp) -> Vec<String> {
    check::findings(&app.app).await.unwrap()
}

/// Does what no use case does.
async fn tamper(app: &TestApp, statement: &str) {
    let url = app.app.config.database_url.as_str();
    let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap();
}

each_engine! {
    async fn a_plan_pays_for_packs_and_the_lines_say_so(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Standard", 30).await, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(2)).await.expect(201);
        assert_eq!((&booking["payment_method"], &booking["payment_state"]), (&json!("plan"), &json!("waived")));
        assert_eq!((&booking["total_amount"], &booking["items"][0]["price"]), (&json!(0), &json!(0)));
        assert_eq!(booking["items"][1]["name"], format!("Swap, {} (Standard plan)", world.model_name()));
        assert_eq!(asha.used_and_left().await, (2, 28));
        let done = world.attendant.act(&booking, "collect", json!({"code": booking["code"]})).await.expect(200);
        assert_eq!((&done["state"], &done["payment_state"]), (&json!("completed"), &json!("waived")));
        let cash = asha.order(world.order(1)).await.expect(201);
        assert_eq!((&cash["payment_state"], &cash["total_amount"]), (&json!("due"), &json!(PRICE)));
        assert_eq!(asha.used_and_left().await, (2, 28), "cash is not the plan's");
        assert_eq!(findings(&app).await, [""; 0]);
    }

    async fn whose_plan_does_not_pay_here_is_told_why(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let reason = async |who: &crate::support::app::Person| {
            let refused = who.order(world.order_by_plan(1)).await.problem(403, "subscription_limit_exceeded");
            refused["reason"].as_str().expect("a reason").to_owned()
        };
        assert_eq!(reason(&asha).await, "no_subscription");
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let body = json!({"key": "theirs", "name": "Theirs", "swaps_per_month": 5, "price": 1});
        let theirs = rival.client.post("/api/v1/plans", body).await.expect(201);
        asha.subscribe(theirs["id"].as_i64().unwrap(), 12).await.expect(201);
        assert_eq!(reason(&asha).await, "other_operator");
        let mine = world.plan("Ours", 5).await;
        asha.subscribe(mine, 1).await.expect(201);
        asha.order(world.order_by_plan(1)).await.expect(201);
        app.clock.advance(31 * DAY);
        let asha = app.sign_in(&asha.email).await;
        assert_eq!(reason(&asha).await, "not_active");
        let other = asha.subscription().await;
        assert_eq!(other["plan"]["key"], "theirs", "the one that still lasts");
        assert_eq!(findings(&app).await, [""; 0]);
    }

    /// Whether one needs a plan at all is for the operator to say.
    async fn an_operator_may_ask_for_a_plan(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let plans = world.plan("Basic", 1).await;
        let listed = app.client().get("/api/v1/plans").await.expect(200);
        let terms = format!("/api/v1/operators/{}", listed["items"][0]["operator_id"]);
        assert_eq!(app.client().get(&terms).await.expect(200)["pay_per_swap"], true);
        let (asha, binu) = (app.customer().await, app.customer().await);
        for person in [&asha, &world.attendant] {
            person.client.patch(&terms, json!({"pay_per_swap": false})).await.problem(403, "forbidden");
        }
        world.operator.client.patch(&terms, json!({"pay_per_swap": 0})).await.wrong_field("pay_per_swap");
        world.operator.client.patch(&terms, json!({"pay_per_swap": false})).await.expect(200);
        let refused = asha.order(world.order(1)).await.problem(403, "subscription_limit_exceeded");
        assert_eq!(refused["reason"], "no_subscription");
        binu.subscribe(plans, 1).await.expect(201);
        binu.order(world.order_by_plan(1)).await.expect(201);
        binu.order(world.order(1)).await.expect(201);
        world.operator.client.patch(&terms, json!({"pay_per_swap": true})).await.expect(200);
        asha.order(world.order(1)).await.expect(201);
    }

    /// Longer times cost less a month, and nobody but the server says how much.
    async fn prices_come_from_the_server(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let listed = app.client().get("/api/v1/plans").await.expect(200);
        let prices: Vec<_> = listed["items"][0]["terms"].as_array().unwrap().iter().map(|term| term["price"].as_i64().unwrap()).collect();
        assert_eq!(prices, [MONTHLY, 227_715, 431_460, 767_040]);
        let asha = app.customer().await;
        for (field, value) in [("price_paid", json!(0)), ("price", json!(0)), ("discount_percent", json!(100)), ("user_id", json!(1))] {
            let mut body = json!({"plan_id": plan, "months": 1});
            body[field] = value;
            asha.client.post("/api/v1/subscriptions", body).await.wrong_field(field);
        }
        for months in [0, -1, 13] {
            asha.subscribe(plan, months).await.wrong_field("months");
        }
        asha.subscribe(999_999, 1).await.problem(404, "not_found");
        assert_eq!(asha.subscription().await, json!({"has_subscription": false}));
        let bought = asha.subscribe(plan, 6).await.expect(201);
        assert_eq!((&bought["price_paid"], &bought["discount_percent"]), (&json!(431_460), &json!(10)));
        assert_eq!(bought["ends_at"], "2027-05-21T10:30:00.000000Z");
        assert_eq!(bought, asha.subscription().await);
    }

    async fn one_plan_at_a_time_and_one_request_one_plan(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let asha = app.customer().await;
        let body = json!({"plan_id": plan, "months": 1});
        let attempts = (0..8).map(|_| asha.client.post("/api/v1/subscriptions", body.clone()));
        let attempts = futures_util::future::join_all(attempts).await;
        let (bought, refused): (Vec<_>, Vec<_>) = attempts.iter().partition(|answer| answer.status == 201);
        assert_eq!((bought.len(), refused.len()), (1, 7));
        for answer in refused {
            answer.problem(409, "payment_busy");
        }
        let chosen = bought[0].json();
        asha.pay_plan(&chosen, "pay").await;
        assert_eq!(asha.settled_plan(&chosen).await["state"], "active");
        assert_eq!(asha.subscribe(plan, 1).await.problem(409, "already_subscribed")["plan_name"], "Basic");
        let binu = app.customer().await;
        let keyed = binu.client.with("idempotency-key", "once");
        let body = json!({"plan_id": plan, "months": 3});
        let first = keyed.post("/api/v1/subscriptions", body.clone()).await.expect(201);
        assert_eq!(keyed.post("/api/v1/subscriptions", body).await.expect(201), first);
        let other = json!({"plan_id": plan, "months": 1});
        keyed.post("/api/v1/subscriptions", other).await.problem(422, "idempotency_mismatch");
    }

    /// The days to come count, and the swaps already used do too.
    async fn a_change_credits_the_days_to_come_and_keeps_what_was_used(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        let basic = world.plan("Basic", 3).await;
        let large = world.plan_with(json!({"key": "large", "name": "Large", "swaps_per_month": 6, "price": 200_000, "priority": true})).await;
        let asha = app.customer().await;
        let change = async |plan: i64| asha.change_plan(plan, 1).await;
        change(large).await.problem(404, "not_found");
        asha.subscribe(basic, 1).await.expect(201);
        let booking = asha.order(world.order_by_plan(2)).await.expect(201);
        let changed = change(large).await.expect(200);
        assert_eq!((&changed["credit"], &changed["price_paid"]), (&json!(MONTHLY), &json!(200_000 - MONTHLY)));
        assert_eq!((&changed["used"], &changed["left"], &changed["priority"]), (&json!(2), &json!(4), &json!(true)));
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        assert_eq!(asha.used_and_left().await, (0, 6), "given back to the plan that has it now");
        let back = change(basic).await.expect(200);
        assert_eq!((&back["credit"], &back["price_paid"]), (&json!(200_000), &json!(0)), "never below nothing");
        assert_eq!(asha.used_and_left().await, (0, 3));
        assert_eq!(findings(&app).await, [""; 0]);
    }

    async fn a_day_that_has_begun_is_not_credited(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan_with(json!({"key": "p", "name": "P", "swaps_per_month": 3, "price": 30_000})).await;
        let asha = app.customer().await;
        asha.subscribe(plan, 1).await.expect(201);
        app.clock.advance(10 * DAY + Duration::from_secs(1));
        let changed = asha.change_plan(plan, 2).await.expect(200);
        assert_eq!((&changed["credit"], &changed["price_paid"]), (&json!(19_000), &json!(41_000)));
    }

    async fn a_cancelled_plan_lasts_until_its_end_and_can_be_resumed(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let plan = world.plan("Basic", 10).await;
        let asha = app.customer().await;
        let act = async |action: &str| asha.client.act(&format!("/api/v1/subscription/{action}")).await;
        act("cancel").await.problem(404, "not_found");
        asha.subscribe(plan, 1).await.expect(201);
        let cancelled = act("cancel").await.expect(200);
        assert_eq!((&cancelled["state"], &cancelled["cancelled_at"]), (&json!("cancelled"), &json!("2026-11-21T10:30:00.000000Z")));
        assert_eq!(act("cancel").await.expect(200), cancelled, "a second time changes nothing");
        asha.order(world.order_by_plan(1)).await.expect(201);
        let resumed = act("resume").await.expect(200);
        assert_eq!((&resumed["state"], &resumed["cancelled_at"]), (&json!("active"), &Value::Null));
        act("cancel").await.expect(200);
        app.clock.advance(30 * DAY);
        let asha = app.sign_in(&asha.email).await;
        assert_eq!(asha.subscription().await, json!({"has_subscription": false}));
        asha.client.act("/api/v1/subscription/resume").await.problem(404, "not_found");
        asha.subscribe(plan, 1).await.expect(201);
    }

    /// However many look after it, it is ended once.
    async fn a_plan_that_is_over_is_ended_once(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        for _ in 0..3 {
            app.customer().await.subscribe(plan, 1).await.expect(201);
        }
        assert_eq!(plans::end_due(&app.app).await, Ok(0));
        app.clock.advance(30 * DAY);
        let rounds = futures_util::future::join_all((0..4).map(|_| plans::end_due(&app.app))).await;
        assert!(rounds.iter().map(|ended| ended.clone().unwrap()).sum::<usize>() <= 3, "{rounds:?}");
        assert_eq!(plans::end_due(&app.app).await, Ok(0));
    }

    /// What was bought is kept, whatever becomes of the plan.
    async fn changing_a_plan_takes_nothing_from_who_bought_it(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let plan = world.plan("Basic", 3).await;
        let asha = app.customer().await;
        asha.subscribe(plan, 1).await.expect(201);
        let path = format!("/api/v1/plans/{plan}");
        let worse = json!({"swaps_per_month": 1, "price": 1, "active": false, "name": "Old basic"});
        let changed = world.operator.client.patch(&path, worse).await.expect(200);
        assert_eq!((&changed["active"], &changed["swaps_per_month"]), (&json!(false), &json!(1)));
        asha.order(world.order_by_plan(3)).await.expect(201);
        assert_eq!(app.client().get("/api/v1/plans").await.expect(200)["items"], json!([]));
        let own = world.operator.client.get("/api/v1/plans").await.expect(200);
        assert_eq!(own["items"][0]["name"], "Old basic");
        app.customer().await.subscribe(plan, 1).await.problem(404, "not_found");
    }

    async fn plans_are_their_operators_business(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let path = format!("/api/v1/plans/{plan}");
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        let admin = app.staff(Role::Admin, &[]).await;
        let asha = app.customer().await;
        let body = json!({"key": "mine", "name": "Mine", "swaps_per_month": 1, "price": 1});
        for person in [&asha, &world.attendant] {
            person.client.post("/api/v1/plans", body.clone()).await.problem(403, "forbidden");
            person.client.patch(&path, json!({"price": 1})).await.problem(403, "forbidden");
        }
        rival.client.patch(&path, json!({"price": 1})).await.problem(403, "forbidden");
        app.client().patch(&path, json!({"price": 1})).await.problem(401, "unauthenticated");
        for path in ["/api/v1/subscription", "/api/v1/subscription/uses"] {
            app.client().get(path).await.problem(401, "unauthenticated");
        }
        app.client().post("/api/v1/subscriptions", json!({"plan_id": plan, "months": 1})).await.problem(401, "unauthenticated");
        let operator = app.client().get("/api/v1/plans").await.expect(200)["items"][0]["operator_id"].clone();
        let terms = format!("/api/v1/operators/{operator}");
        rival.client.patch(&terms, json!({"pay_per_swap": false})).await.problem(403, "forbidden");
        let mut elsewhere = body.clone();
        elsewhere["operator_id"] = operator.clone();
        rival.client.post("/api/v1/plans", elsewhere.clone()).await.wrong_field("operator_id");
        admin.client.post("/api/v1/plans", body.clone()).await.wrong_field("operator_id");
        admin.client.post("/api/v1/plans", elsewhere.clone()).await.expect(201);
        world.operator.client.post("/api/v1/plans", body.clone()).await.wrong_field("key");
        rival.client.post("/api/v1/plans", body).await.expect(201);
        let of_one = app.client().get(&format!("/api/v1/plans?operator_id={operator}")).await.expect(200);
        assert_eq!(of_one["items"].as_array().map(Vec::len), Some(2));
    }

    async fn a_plan_that_makes_no_sense_is_refused_by_field(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let good = json!({"key": "good", "name": "Good", "swaps_per_month": 5, "price": 100});
        for (field, value) in [
            ("key", json!("Not good")), ("name", json!(" ")), ("swaps_per_month", json!(0)),
            ("swaps_per_month", json!(1_000)), ("price", json!(-1)), ("price", json!(1.5)), ("currency", json!("EUR")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            world.operator.client.post("/api/v1/plans", body).await.wrong_field(field);
        }
        let plan = world.plan_with(good).await;
        let path = format!("/api/v1/plans/{plan}");
        for (field, value) in [("price", json!(-1)), ("swaps_per_month", json!(0)), ("key", json!("other"))] {
            world.operator.client.patch(&path, json!({field: value})).await.wrong_field(field);
        }
        world.operator.client.patch("/api/v1/plans/999999", json!({})).await.problem(404, "not_found");
        app.client().get("/api/v1/operators/999999").await.problem(404, "not_found");
    }

    /// Staff see whom to serve first; the customer does not need to.
    async fn priority_is_for_staff_to_see(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let premium = json!({"key": "premium", "name": "Premium", "swaps_per_month": 9, "price": 1, "priority": true});
        let asha = app.customer().await;
        asha.subscribe(world.plan_with(premium).await, 1).await.expect(201);
        let first = asha.order(world.order_by_plan(1)).await.expect(201);
        assert_eq!(first.get("priority"), None);
        asha.order(world.order(1)).await.expect(201);
        let path = format!("/api/v1/bookings?station_id={}", world.station);
        let queue = world.attendant.client.get(&path).await.expect(200);
        let priority = [&queue["items"][1]["priority"], &queue["items"][0]["priority"]];
        assert_eq!(priority, [&json!(true), &json!(false)], "by plan, and by cash");
    }

    async fn drift_between_a_plan_and_its_bookings_is_found(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Basic", 10).await, 1).await.expect(201);
        asha.order(world.order_by_plan(1)).await.expect(201);
        assert_eq!(findings(&app).await, [""; 0]);
        for (damage, repair, told) in [
            (
                "UPDATE plan_month SET used = 3",
                "UPDATE plan_month SET used = 1",
                "has 3 swaps used, but its bookings used 1",
            ),
            (
                "UPDATE plan_use SET state = 'given_back'",
                "UPDATE plan_use SET state = 'used'",
                "is confirmed, but its swaps are given back",
            ),
            (
                "UPDATE subscription SET user_id = 1",
                &format!("UPDATE subscription SET user_id = {}", asha.id),
                "used a plan of user 1",
            ),
        ] {
            tamper(&app, damage).await;
            let found = findings(&app).await;
            assert!(found.iter().any(|finding| finding.contains(told)), "{damage}: {found:?}");
            tamper(&app, repair).await;
            assert_eq!(findings(&app).await, [""; 0], "{repair}");
        }
        tamper(&app, "DELETE FROM plan_use").await;
        let found = findings(&app).await;
        assert!(found.iter().any(|finding| finding.contains("used no swap")), "{found:?}");
    }

    async fn the_demo_sells_four_plans(app: TestApp) {
        let demo = app.demo().await;
        let listed = app.client().get("/api/v1/plans?operator_id=1").await.expect(200);
        let plans: Vec<_> = listed["items"].as_array().unwrap().iter()
            .map(|plan| (plan["key"].as_str().unwrap(), plan["swaps_per_month"].as_i64().unwrap(), plan["price"].as_i64().unwrap()))
            .collect();
        assert_eq!(plans, [("basic", 10, 79_900), ("standard", 30, 199_900), ("premium", 100, 499_900), ("unlimited", 999, 899_900)]);
        assert_eq!(demo.customer.subscription().await["has_subscription"], false);
    }
}
