//! The end of a shift: what the ledger expects in somebody's till, and what she counted.

use std::time::Duration;

use serde_json::{Value, json};
use voltbay::domain::Role;
use voltbay::protocol::rest::CashCountIn;
use voltbay::server::check;
use voltbay::server::service::{accounts, cash_counts};

use crate::support::app::{Person, TestApp};
use crate::support::client::Answer;
use crate::support::world::{PRICE, World};

fn path(world: &World, rest: &str) -> String {
    format!("/api/v1/stations/{}/{rest}", world.station)
}

async fn due(world: &World, who: &Person) -> Value {
    who.client.get(&path(world, "cash-due")).await.expect(200)
}

async fn count(world: &World, who: &Person, body: Value) -> Answer {
    who.client.post(&path(world, "cash-counts"), body).await
}

async fn counts(world: &World, who: &Person, query: &str) -> Vec<Value> {
    let list = who
        .client
        .get(&path(world, &format!("cash-counts{query}")))
        .await
        .expect(200);
    list["items"].as_array().expect("rows").clone()
}

/// Somebody pays cash for a swap at the counter, to this attendant.
async fn sell(app: &TestApp, world: &World, to: &Person) -> (Person, Value) {
    let customer = app.customer().await;
    let booking = world.book(&customer, world.station).await;
    let payment = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
    to.client
        .post(&payment, json!({"received": PRICE}))
        .await
        .expect(200);
    (customer, booking)
}

async fn assert_sound(app: &TestApp) {
    assert_eq!(check::findings(&app.app).await, Ok(vec![]));
}

each_engine! {
    /// Each has what she took less what she gave back, since she counted last.
    async fn expected_is_what_the_ledger_says_and_each_counts_her_own(app: TestApp) {
        let world = World::with_packs(&app, 6).await;
        let lead = app.staff(Role::Lead, &[world.station]).await;
        let nothing = due(&world, &world.attendant).await;
        assert_eq!((&nothing["expected"], &nothing["currency"], &nothing["entries"]), (&json!(0), &json!("INR"), &json!([])));

        sell(&app, &world, &world.attendant).await;
        app.clock.advance(Duration::from_mins(1));
        let (asha, booking) = sell(&app, &world, &world.attendant).await;
        sell(&app, &world, &lead).await;
        asha.act(&booking, "cancel", json!({})).await.expect(200);
        app.clock.advance(Duration::from_secs(8));
        let seen = || async { asha.client.get(&format!("/api/v1/bookings/{}", booking["id"])).await.expect(200) };
        while seen().await["payment_state"] != "refund_pending" {
            tokio::task::yield_now().await;
        }
        world.attendant.client.act(&format!("/api/v1/payments/{}/refund", booking["payment_id"])).await.expect(200);

        let mine = due(&world, &world.attendant).await;
        assert_eq!(mine["expected"], PRICE);
        let amounts: Vec<&Value> = mine["entries"].as_array().expect("rows").iter().map(|row| &row["amount"]).collect();
        assert_eq!(amounts, [&json!(PRICE), &json!(PRICE), &json!(-PRICE)]);
        assert_eq!(mine["from"], "2026-11-21T10:30:00.000000Z");
        assert_eq!(due(&world, &lead).await["expected"], PRICE);

        count(&world, &world.attendant, json!({"counted": -1})).await.wrong_field("counted");
        count(&world, &world.attendant, json!({"counted": 1, "expected": 1})).await.wrong_field("expected");
        count(&world, &world.attendant, json!({"counted": 1, "note": "x".repeat(201)})).await.wrong_field("note");
        let written = count(&world, &world.attendant, json!({"counted": PRICE - 500, "note": "=5 short"})).await.expect(201);
        assert_eq!((&written["expected"], &written["difference"]), (&json!(PRICE), &json!(-500)));
        assert_eq!((&written["from"], &written["to"]), (&json!("2026-11-21T10:30:00.000000Z"), &json!("2026-11-21T10:31:08.000000Z")));
        assert_eq!(due(&world, &world.attendant).await["expected"], 0);
        assert_eq!(due(&world, &lead).await["expected"], PRICE);

        app.clock.advance(Duration::from_hours(24));
        sell(&app, &world, &world.attendant).await;
        let next = count(&world, &world.attendant, json!({"counted": PRICE})).await.expect(201);
        assert_eq!((&next["from"], &next["difference"]), (&written["to"], &json!(0)));
        count(&world, &lead, json!({"counted": PRICE + 100})).await.expect(201);

        assert_eq!(counts(&world, &world.attendant, "").await, [next.clone(), written.clone()]);
        assert_eq!(counts(&world, &lead, "").await.len(), 3);
        assert_eq!(counts(&world, &world.operator, "").await.len(), 3);
        assert_eq!(counts(&world, &lead, "?day=2026-11-21").await, [written]);
        lead.client.get(&path(&world, "cash-counts?day=yesterday")).await.wrong_field("day");

        let table = world.operator.client.get(&path(&world, "cash-counts.csv")).await;
        assert!(table.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")));
        let text = table.text();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.starts_with("count,station,attendant,from,to,currency,expected,counted,over,missing,note\r\n"), "{text}");
        assert!(text.contains(",INR,95.00,90.00,0.00,5.00,'=5 short\r\n"), "{text}");
        assert!(text.contains(",INR,95.00,96.00,1.00,0.00,\r\n"), "{text}");
        let own = world.attendant.client.get(&path(&world, "cash-counts.csv?day=2026-11-21")).await.text();
        assert_eq!(own.lines().count(), 2, "{own}");
        assert_sound(&app).await;
    }

    /// Two taps, one count; and no two counts are about the same money.
    async fn the_same_money_is_counted_once(app: TestApp) {
        let world = World::with_packs(&app, 4).await;
        sell(&app, &world, &world.attendant).await;
        let client = world.attendant.client.with("idempotency-key", "tap");
        let body = json!({"counted": PRICE});
        let first = client.post(&path(&world, "cash-counts"), body.clone()).await.expect(201);
        assert_eq!(client.post(&path(&world, "cash-counts"), body).await.expect(201), first);
        client.post(&path(&world, "cash-counts"), json!({"counted": 1})).await.problem(422, "idempotency_mismatch");
        for _ in 0..2 {
            sell(&app, &world, &world.attendant).await;
        }
        let me = accounts::who(&app.app, &world.attendant.token).await.expect("readable").expect("signed in");
        let body = || CashCountIn { counted: 2 * PRICE, note: None };
        let (one, other) = tokio::join!(
            cash_counts::count(&app.app, &me, world.station, body(), None),
            cash_counts::count(&app.app, &me, world.station, body(), None),
        );
        let expected = one.expect("counted").expected + other.expect("counted").expected;
        assert_eq!(expected, 2 * PRICE);
        assert_sound(&app).await;
    }

    /// The books are compared with what was counted.
    async fn a_count_that_the_ledger_does_not_bear_out_is_found(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        sell(&app, &world, &world.attendant).await;
        let written = count(&world, &world.attendant, json!({"counted": PRICE})).await.expect(201);
        let id = written["id"].as_i64().expect("an id");
        app.app.db.write(voltbay::server::store::Cause::system("test"), move |tx| Box::pin(async move {
            sqlx::query("UPDATE cash_count SET expected = expected + 1, difference = difference - 1 WHERE id = $1")
                .bind(id).execute(tx.connection()).await?;
            Ok(())
        })).await.expect("written");
        let found = check::findings(&app.app).await.expect("readable");
        assert_eq!(found, [format!("Cash count {id} expected {}, but the ledger has {PRICE} for it.", PRICE + 1)]);
    }
}
