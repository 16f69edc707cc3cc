//! Plans that are paid before they begin: what the payment service says, in time, late, twice, wrongly or never, and
//! what becomes of the plan, of the one before it, and of the books.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor};
use voltbay::domain::{Clock, Role};
use voltbay::server::check;
use voltbay::server::jobs::payments::sweep;
use voltbay::server::provider::Secret;

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::plans::MONTHLY;
use crate::support::world::World;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Chooses a plan for a month, and does not pay it.
async fn choose(who: &Person, plan: i64) -> Value {
    let body = json!({"plan_id": plan, "months": 1});
    who.client.post("/api/v1/subscriptions", body).await.expect(201)
}

async fn choose_instead(who: &Person, plan: i64) -> Value {
    let body = json!({"plan_id": plan, "months": 1, "payment_method": "qr"});
    who.client
        .post("/api/v1/subscription/change", body)
        .await
        .expect(200)
}

async fn call_off(who: &Person, chosen: &Value) -> Answer {
    let path = format!("/api/v1/subscriptions/{}/call-off", chosen["id"]);
    who.client.post(&path, json!({})).await
}

/// The clock stands still; what is due now is carried out by the running jobs.
async fn until_payment(who: &Person, chosen: &Value, state: &str) -> Value {
    loop {
        let seen = who.plan_of(chosen).await;
        if seen["payment_state"] == state {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}

/// A message of the service, signed with its secret.
async fn tell(app: &TestApp, chosen: &Value, outcome: Value) -> Answer {
    let mut body = outcome;
    let checkout = chosen["checkout_url"].as_str().expect("an address");
    body["reference"] = checkout.trim_start_matches("/pay/").into();
    let signed = Secret::new("between us").sign(body.to_string().into_bytes(), app.clock.now());
    let service = app.client().with("voltbay-signature", &signed.signature);
    service
        .send("POST", "/api/v1/payment-callbacks/test", Some(&body.to_string()))
        .await
}

fn paid(amount: i64) -> Value {
    json!({"outcome": "paid", "amount": amount, "currency": "INR"})
}

async fn told(who: &Person, event: &str) -> Vec<String> {
    let inbox = who.client.get("/api/v1/notifications").await.expect(200);
    let rows = inbox["items"].as_array().expect("rows").iter();
    rows.filter(|row| row["event"] == event)
        .map(|row| row["message"].as_str().expect("a message").to_owned())
        .collect()
}

async fn assert_balanced(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await, Ok(vec![]));
}

each_engine! {
    /// It covers nothing while it waits, and counts from the moment at which it is paid.
    async fn a_plan_begins_when_it_is_paid(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        let plan = world.plan("Basic", 10).await;
        for method in ["cash", "plan"] {
            let body = json!({"plan_id": plan, "months": 1, "payment_method": method});
            asha.client.post("/api/v1/subscriptions", body).await.wrong_field("payment_method");
        }
        let chosen = choose(&asha, plan).await;
        assert_eq!((&chosen["state"], &chosen["payment_state"]), (&json!("pending"), &json!("pending")));
        assert_eq!((&chosen["payment_method"], &chosen["price_paid"]), (&json!("card"), &json!(MONTHLY)));
        assert_eq!(chosen["pay_until"], "2026-11-21T10:40:00.000000Z");
        assert_eq!(asha.subscription().await, json!({"has_subscription": false}));
        let refused = asha.order(world.order_by_plan(1)).await.problem(403, "subscription_limit_exceeded");
        assert_eq!(refused["reason"], "no_subscription");
        let drawing = format!("/api/v1/subscriptions/{}/checkout.svg", chosen["id"]);
        let code = asha.client.get(&drawing).await;
        assert_eq!((code.status, code.header("content-type")), (200, Some("image/svg+xml")));
        let page = app.client().get(chosen["checkout_url"].as_str().expect("an address")).await;
        assert!(page.status == 200 && page.text().contains("₹799.00") && page.text().contains("href=\"/plan\""), "{}", page.text());
        assert_balanced(&app).await;

        app.clock.advance(9 * MINUTE);
        asha.pay_plan(&chosen, "pay").await;
        let active = asha.settled_plan(&chosen).await;
        assert_eq!((&active["state"], &active["payment_state"]), (&json!("active"), &json!("paid")));
        assert_eq!((&active["starts_at"], &active["ends_at"]), (&json!("2026-11-21T10:39:00.000000Z"), &json!("2026-12-21T10:39:00.000000Z")));
        assert_eq!((&active["paid_at"], &active["checkout_url"]), (&active["starts_at"], &Value::Null));
        assert_eq!(told(&asha, "payment_received").await, ["We have received your payment of ₹799.00. Your Basic plan is yours until 21 Dec 2026."]);
        assert_eq!(asha.subscription().await, active);
        asha.client.get(&drawing).await.problem(404, "not_found");
        asha.order(world.order_by_plan(1)).await.expect(201);
        assert_balanced(&app).await;
    }

    async fn a_declined_card_leaves_the_way_free_for_another_try(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let asha = app.customer().await;
        let chosen = choose(&asha, plan).await;
        asha.pay_plan(&chosen, "decline").await;
        let failed = asha.settled_plan(&chosen).await;
        assert_eq!((&failed["state"], &failed["payment_state"]), (&json!("failed"), &json!("failed")));
        assert_eq!((&failed["payment_failure"], &failed["checkout_url"]), (&json!("the bank declined it"), &Value::Null));
        assert_eq!(told(&asha, "payment_failed").await, ["Your payment for the Basic plan was not accepted: the bank declined it"]);
        let refused = asha.order(world.order_by_plan(1)).await.problem(403, "subscription_limit_exceeded");
        assert_eq!(refused["reason"], "no_subscription", "she never had one");
        assert_balanced(&app).await;
        asha.subscribe(plan, 1).await.expect(201);
        assert_eq!(asha.used_and_left().await, (0, 10));
        assert_balanced(&app).await;
    }

    /// Nobody pays within ten minutes: it falls through, and money that comes later goes back by itself. What she
    /// bought meanwhile stands.
    async fn money_that_comes_too_late_goes_back(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let (basic, large) = (world.plan("Basic", 10).await, world.plan("Large", 30).await);
        let asha = app.customer().await;
        let chosen = choose(&asha, basic).await;
        app.clock.advance(10 * MINUTE);
        let failed = asha.settled_plan(&chosen).await;
        assert_eq!((&failed["state"], &failed["payment_state"]), (&json!("failed"), &json!("expired")));
        assert_eq!(told(&asha, "payment_failed").await, ["Your payment for the Basic plan was not accepted: nobody paid in time"]);
        let bought = asha.subscribe(large, 1).await.expect(201);
        asha.pay_plan(&chosen, "pay").await;
        until_payment(&asha, &chosen, "refunded").await;
        assert_eq!(told(&asha, "payment_refunded").await, ["₹799.00 went back to you."]);
        assert_eq!(told(&asha, "payment_received").await.len(), 1, "for the one that stands");
        assert_eq!(asha.subscription().await, bought);
        assert_balanced(&app).await;
    }

    async fn what_is_called_off_does_not_begin(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let chosen = choose(&asha, plan).await;
        let path = format!("/api/v1/subscriptions/{}", chosen["id"]);
        for stranger in [&binu, &world.operator, &world.attendant] {
            stranger.client.get(&path).await.problem(404, "not_found");
            stranger.client.get(&format!("{path}/checkout.svg")).await.problem(404, "not_found");
            call_off(stranger, &chosen).await.problem(404, "not_found");
        }
        app.client().post(&format!("{path}/call-off"), json!({})).await.problem(401, "unauthenticated");
        let listed = asha.client.get("/api/v1/subscriptions").await.expect(200);
        assert_eq!(listed["items"], json!([chosen]));
        assert_eq!(binu.client.get("/api/v1/subscriptions").await.expect(200)["items"], json!([]));

        let gone = call_off(&asha, &chosen).await.expect(200);
        assert_eq!((&gone["state"], &gone["payment_state"]), (&json!("failed"), &json!("cancelled")));
        call_off(&asha, &chosen).await.problem(409, "payment_busy");
        assert_eq!(asha.client.get("/api/v1/subscriptions").await.expect(200)["items"], json!([]));
        assert_balanced(&app).await;
        // Paid all the same, in another window.
        asha.pay_plan(&chosen, "pay").await;
        until_payment(&asha, &chosen, "refunded").await;
        assert_eq!(asha.subscription().await["has_subscription"], false);
        let bought = asha.subscribe(plan, 1).await.expect(201);
        call_off(&asha, &bought).await.problem(409, "payment_busy");
        assert_balanced(&app).await;
    }

    /// The one before lasts until the new one is paid; its credit is that of the day on which it was chosen.
    async fn a_change_waits_for_its_payment_too(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        let small = world.plan_with(json!({"key": "small", "name": "Small", "swaps_per_month": 3, "price": 30_000})).await;
        let large = world.plan("Large", 6).await;
        let asha = app.customer().await;
        asha.subscribe(small, 1).await.expect(201);
        app.clock.advance(9 * DAY + (24 * 60 - 5) * MINUTE);
        let asha = app.sign_in(&asha.email).await;
        asha.order(world.order_by_plan(1)).await.expect(201);
        let chosen = choose_instead(&asha, large).await;
        assert_eq!((&chosen["credit"], &chosen["price_paid"]), (&json!(20_000), &json!(MONTHLY - 20_000)));
        asha.order(world.order_by_plan(1)).await.expect(201);
        assert_eq!(asha.used_and_left().await, (2, 1), "the one before still counts");
        for path in ["/api/v1/subscription/change", "/api/v1/subscriptions"] {
            let refused = asha.client.post(path, json!({"plan_id": small, "months": 12})).await;
            assert_eq!(refused.status, 409, "{}", refused.text());
        }
        let again = json!({"plan_id": small, "months": 12});
        asha.client.post("/api/v1/subscription/change", again).await.problem(409, "payment_busy");
        assert_balanced(&app).await;
        app.clock.advance(9 * MINUTE);
        asha.pay_plan(&chosen, "pay").await;
        let changed = asha.settled_plan(&chosen).await;
        assert_eq!((&changed["state"], &changed["credit"]), (&json!("active"), &json!(20_000)));
        assert_eq!((&changed["used"], &changed["left"]), (&json!(2), &json!(4)));
        assert_eq!(asha.subscription().await, changed);
        assert_balanced(&app).await;
    }

    /// A change that falls through leaves the plan she has as it is.
    async fn a_change_that_is_not_paid_changes_nothing(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let (small, large) = (world.plan("Small", 3).await, world.plan_with(json!({"key": "l", "name": "L", "swaps_per_month": 9, "price": 200_000})).await);
        let asha = app.customer().await;
        let bought = asha.subscribe(small, 1).await.expect(201);
        for choice in ["decline", "off"] {
            let chosen = choose_instead(&asha, large).await;
            if choice == "off" {
                call_off(&asha, &chosen).await.expect(200);
            } else {
                asha.pay_plan(&chosen, choice).await;
            }
            assert_eq!(asha.settled_plan(&chosen).await["state"], "failed");
            assert_eq!(asha.subscription().await, bought);
        }
        asha.order(world.order_by_plan(2)).await.expect(201);
        assert_balanced(&app).await;
    }

    async fn the_service_is_believed_once_and_over_the_right_sum(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let chosen = choose(&asha, plan).await;
        for _ in 0..3 {
            tell(&app, &chosen, paid(MONTHLY)).await.expect(204);
        }
        tell(&app, &chosen, json!({"outcome": "declined", "reason": "changed its mind"})).await.expect(204);
        assert_eq!(asha.plan_of(&chosen).await["state"], "active");
        assert_eq!(told(&asha, "payment_received").await.len(), 1);
        let chosen = choose(&binu, plan).await;
        tell(&app, &chosen, paid(1)).await.expect(204);
        let seen = binu.plan_of(&chosen).await;
        assert_eq!((&seen["state"], &seen["payment_state"]), (&json!("failed"), &json!("stuck")));
        assert_balanced(&app).await;
    }

    /// A service that never says anything: the plan does not begin, and should the money come it goes back; where the
    /// service does not give it back, the operator is told.
    async fn a_silent_service_begins_nothing(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let asha = app.customer().await;
        let chosen = choose(&asha, plan).await;
        asha.pay_plan(&chosen, "stay_silent").await;
        app.clock.advance(10 * MINUTE);
        let stuck = asha.settled_plan(&chosen).await;
        assert_eq!((&stuck["state"], &stuck["payment_state"]), (&json!("failed"), &json!("stuck")));
        assert!(told(&asha, "payment_failed").await[0].starts_with("We do not know yet"));
        assert_balanced(&app).await;
        tell(&app, &chosen, paid(MONTHLY)).await.expect(204);
        // The test service says that it knows of no such money.
        until_payment(&asha, &chosen, "refund_failed").await;
        assert_eq!(told(&world.operator, "station_alert").await.len(), 1);
        assert_eq!(told(&world.attendant, "station_alert").await.len(), 0);
        assert_balanced(&app).await;

        let list = world.operator.client.get("/api/v1/payments?state=refund_failed").await.expect(200);
        let row = &list["items"][0];
        assert_eq!((&row["plan_name"], &row["booking_id"], &row["refund_due"]), (&json!("Basic"), &Value::Null, &json!(MONTHLY)));
        let path = format!("/api/v1/plan-payments/{}/refund", row["id"]);
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        rival.client.act(&path).await.problem(404, "not_found");
        world.attendant.client.act(&path).await.problem(403, "forbidden");
        let back = world.operator.client.act(&path).await.expect(200);
        assert_eq!((&back["state"], &back["refunded"]), (&json!("refunded"), &json!(MONTHLY)));
        assert_eq!(told(&asha, "payment_refunded").await.len(), 1);
        world.operator.client.act(&path).await.problem(409, "payment_busy");
        assert_balanced(&app).await;
    }

    /// What is paid for plans is in the operator's list, in its sums and in its days; in no station's.
    async fn plans_are_in_the_books_of_their_operator(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let booking = world.book(&binu, world.station).await;
        binu.act(&booking, "pay", json!({})).await.expect(200);
        app.clock.advance(MINUTE);
        asha.subscribe(plan, 1).await.expect(201);
        let all = world.operator.client.get("/api/v1/payments").await.expect(200);
        let kinds: Vec<&Value> = all["items"].as_array().expect("rows").iter().map(|row| &row["plan_name"]).collect();
        assert_eq!(kinds, [&json!("Basic"), &Value::Null]);
        assert_eq!(all["items"][0]["amount"], MONTHLY);
        let sums = all["totals"].as_array().expect("sums");
        let of_plans = sums.iter().find(|sum| sum["for_plans"] == true).expect("a sum for plans");
        assert_eq!((&of_plans["received"], &of_plans["payments"], &of_plans["method"]), (&json!(MONTHLY), &json!(1), &json!("card")));
        let days = world.operator.client.get("/api/v1/takings?days=1").await.expect(200);
        assert!(days[0]["totals"].as_array().expect("sums").iter().any(|sum| sum["received"] == MONTHLY), "{days}");
        let next = world.operator.client.get(&format!("/api/v1/payments?cursor={}", all["items"][0]["id"])).await.expect(200);
        assert_eq!(next["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(world.operator.client.get("/api/v1/payments?q=basi").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        let here = world.attendant.client.get(&format!("/api/v1/payments?station_id={}", world.station)).await.expect(200);
        assert_eq!(here["items"].as_array().map(Vec::len), Some(1));
        let rival = app.staff_of("Rival", Role::Operator, &[]).await;
        assert_eq!(rival.client.get("/api/v1/payments").await.expect(200)["totals"], json!([]));
    }

    /// Two processes hear and ask of the same payments, while some are called off: each counts once.
    async fn two_servers_settle_a_plan_once(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let plan = world.plan("Basic", 10).await;
        let second = app.second().await;
        let mut chosen = Vec::new();
        for _ in 0..6 {
            let asha = app.customer().await;
            let one = choose(&asha, plan).await;
            asha.pay_plan(&one, "pay").await;
            chosen.push((asha, one));
        }
        let sweeps = (0..4).map(|number| sweep(if number % 2 == 0 { &app.app } else { &second.app }));
        let off = chosen.iter().take(3).map(|(asha, one)| call_off(asha, one));
        let (_, off) = tokio::join!(futures_util::future::join_all(sweeps), futures_util::future::join_all(off));
        for (number, (asha, one)) in chosen.iter().enumerate() {
            let seen = asha.settled_plan(one).await;
            if off.get(number).is_some_and(|answer| answer.status == 200) {
                assert_eq!(seen["state"], "failed");
                until_payment(asha, one, "refunded").await;
            } else {
                assert_eq!((&seen["state"], &seen["payment_state"]), (&json!("active"), &json!("paid")));
                assert_eq!(told(asha, "payment_received").await.len(), 1);
            }
        }
        assert_balanced(&app).await;
    }

    async fn drift_in_the_books_of_plans_is_found(app: TestApp) {
        let world = World::with_stations(&app, 1).await;
        let asha = app.customer().await;
        asha.subscribe(world.plan("Basic", 10).await, 1).await.expect(201);
        let tamper = async |statement: &str| {
            let mut connection = sqlx::AnyConnection::connect(app.app.config.database_url.as_str()).await.expect("a connection");
            connection.execute(AssertSqlSafe(statement.to_owned())).await.expect("a change");
        };
        for (damage, repair, told) in [
            ("UPDATE plan_payment SET state = 'failed'", "UPDATE plan_payment SET state = 'paid'", "is active and costs 79900, but its payment is failed"),
            ("UPDATE subscription SET price_paid = 1", "UPDATE subscription SET price_paid = 79900", "is active and costs 1, but its payment is paid over 79900"),
            ("UPDATE ledger SET amount = amount + 1 WHERE account = 'provider'", "UPDATE ledger SET amount = amount - 1 WHERE account = 'provider'", "does not balance: 1 is left over"),
            ("UPDATE ledger SET amount = amount * 2", "UPDATE ledger SET amount = amount / 2", "the ledger has 159800 of it"),
        ] {
            assert_balanced(&app).await;
            tamper(damage).await;
            let found = check::findings(&app.app).await.expect("findings");
            assert!(found.iter().any(|finding| finding.contains(told)), "{damage}: {found:?}");
            tamper(repair).await;
        }
        assert_balanced(&app).await;
    }
}

/// Without a payment service a plan begins at once, as it is the operator's to see to its money.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_payment_service_a_plan_begins_at_once() {
    let app = TestApp::on_sqlite_with(&["--payment-provider=none"]).await;
    let world = World::with_packs(&app, 1).await;
    let plan = world.plan("Basic", 10).await;
    let asha = app.customer().await;
    for method in ["card", "qr", "cash", "plan"] {
        let body = json!({"plan_id": plan, "months": 1, "payment_method": method});
        let refused = asha.client.post("/api/v1/subscriptions", body).await;
        refused.wrong_field("payment_method");
    }
    let bought = choose(&asha, plan).await;
    assert_eq!(
        (&bought["state"], &bought["payment_state"], &bought["price_paid"]),
        (&json!("active"), &Value::Null, &json!(MONTHLY))
    );
    asha.order(world.order_by_plan(1)).await.expect(201);
    assert_balanced(&app).await;
}
