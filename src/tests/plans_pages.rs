//! The pages about plans, as a browser without scripts has them: complete documents and real forms.

use serde_json::json;

use crate::support::app::Person;
use crate::support::client::Answer;

/// Sends a form as a browser does that runs no script.
async fn send(who: &Person, call: &str, fields: &str) -> Answer {
    let browser = who
        .client
        .with("accept", "text/html")
        .with("referer", "http://localhost/plans?months=3")
        .with("content-type", "application/x-www-form-urlencoded");
    browser.send("POST", &format!("/call/{call}"), Some(fields)).await
}

#[track_caller]
fn leads_to<'a>(answer: &'a Answer, path: &str) -> &'a str {
    let location = answer.header("location").unwrap_or_default();
    assert!(
        (300..400).contains(&answer.status),
        "{}: {}",
        answer.status,
        answer.text()
    );
    assert!(location.contains(path), "{location}");
    location
}

/// The text of a page without what the renderer puts between pieces of it.
fn words(page: &Answer) -> String {
    page.text().replace("<!>", "").replace("<!---->", "")
}

/// Pays what waits for it, at the page of the payment service.
async fn pay(who: &Person) {
    let mine = who.client.get("/api/v1/subscriptions").await.expect(200);
    let chosen = &mine["items"][0];
    who.pay_plan(chosen, "pay").await;
    assert_eq!(who.settled_plan(chosen).await["state"], "active");
}

each_engine! {
    async fn anybody_reads_the_prices(app: TestApp) {
        app.demo().await;
        let page = app.client().get("/plans?months=12").await;
        let text = words(&page);
        assert_eq!(page.status, 200);
        for expected in ["₹799.00", "₹7,670.40 for 12 months, 20 % off", "30 swaps a month", "Sign in to get", "%2Fplans%3Fmonths%3D12"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    async fn a_plan_is_bought_changed_cancelled_and_kept_by_forms_alone(app: TestApp) {
        let demo = app.demo().await;
        let who = &demo.customer;
        assert!(words(&who.client.get("/plan").await).contains("You have no plan."));
        for way in ["qr", "qr"] {
            let form = format!("plan=1&months=1&key=k1&pay={way}");
            leads_to(&send(who, "buy_plan", &form).await, "/plan?done=chosen");
        }
        let page = words(&who.client.get("/plan?done=chosen").await);
        for expected in ["Pay ₹799.00 now", "Waiting for payment", "checkout.svg", "Call it off"] {
            assert!(page.contains(expected), "{expected} in {page}");
        }
        assert!(words(&who.client.get("/plans").await).contains("Go on to pay"));
        pay(who).await;
        assert!(words(&who.client.get("/plan").await).contains("Paid ₹799.00 by QR code on 21 Nov 2026"));
        who.book(1, 1, 1).await.expect(201);
        let order = json!({"station_id": 1, "items": [{"kind": "swap", "model_id": 1, "quantity": 2}], "payment_method": "plan"});
        who.order(order).await.expect(201);
        let page = words(&who.client.get("/plan").await);
        for expected in ["<b>8</b>", "2 of 10 used", "Downtown Charging Hub", "2 swaps", "Cancel plan"] {
            assert!(page.contains(expected), "{expected} in {page}");
        }
        let plans = words(&who.client.get("/plans").await);
        for expected in ["Your plan", "Change to Premium", "is credited ₹799.00", "₹4,200.00 is left to pay"] {
            assert!(plans.contains(expected), "{expected} in {plans}");
        }
        leads_to(&send(who, "buy_plan", "plan=3&months=1&key=k2&instead=yes").await, "/plan?done=chosen");
        assert!(words(&who.client.get("/plan").await).contains("₹799.00 of the plan before is credited."));
        let waiting = who.client.get("/api/v1/subscriptions").await.expect(200)["items"][0]["id"].clone();
        leads_to(&send(who, "call_off_plan", &format!("subscription={waiting}")).await, "/plan?done=called-off");
        assert_eq!(who.subscription().await["plan"]["key"], "basic");
        leads_to(&send(who, "buy_plan", "plan=3&months=1&key=k3&pay=card&instead=yes").await, "/plan?done=chosen");
        pay(who).await;
        assert_eq!(who.subscription().await["plan"]["key"], "premium");
        leads_to(&send(who, "cancel_plan", "operator=1").await, "/plan?done=cancelled");
        assert!(words(&who.client.get("/plan?done=cancelled").await).contains("You can use it until"));
        leads_to(&send(who, "resume_plan", "operator=1").await, "/plan?done=resumed");
        assert_eq!(who.subscription().await["state"], "active");
    }

    /// The form comes back with what is wrong.
    async fn a_refused_form_leads_back_with_the_reason(app: TestApp) {
        let demo = app.demo().await;
        let who = &demo.customer;
        who.subscribe(1, 1).await.expect(201);
        let refused = send(who, "buy_plan", "plan=2&months=1&key=").await;
        let back = leads_to(&refused, "/plans?months=3").trim_start_matches("http://localhost").to_owned();
        assert!(words(&who.client.get(&back).await).contains("You have the Basic plan already."));
        let price = "form[operator]=1&form[once]=x&key=fleet&name=Fleet&swaps_per_month=5&price=cheap";
        leads_to(&send(&demo.operator, "save_plan", price).await, "__err=");
    }

    async fn an_operator_sets_plans_by_forms_alone(app: TestApp) {
        let demo = app.demo().await;
        let desk = words(&demo.operator.client.get("/operator/plans?edit=2").await);
        for expected in ["Change Standard", "value=\"1999.00\"", "Customers without a plan may book"] {
            assert!(desk.contains(expected), "{expected} in {desk}");
        }
        let new = "form[operator]=1&form[once]=x&key=fleet&name=Fleet&swaps_per_month=50&price=2%2C499.50&priority=yes";
        leads_to(&send(&demo.operator, "save_plan", new).await, "done=saved");
        let change = "form[operator]=1&form[id]=2&name=Standard&swaps_per_month=31&price=1999&active=yes";
        leads_to(&send(&demo.operator, "save_plan", change).await, "done=saved");
        leads_to(&send(&demo.operator, "set_pay_per_swap", "operator=1").await, "done=saved");
        let plans = app.client().get("/api/v1/plans").await.expect(200);
        assert_eq!((&plans["items"][1]["swaps_per_month"], &plans["items"][2]["price"]), (&json!(31), &json!(249_950)));
        demo.customer.book(1, 1, 1).await.problem(403, "subscription_limit_exceeded");
        let station = words(&demo.customer.client.get("/stations/1").await);
        assert!(station.contains("One needs a plan here."), "{station}");
        assert_eq!(demo.customer.client.get("/operator/plans").await.status, 403);
        let stranger = app.client().with("accept", "text/html");
        leads_to(&stranger.get("/plan").await, "/sign-in?next=%2Fplan");
        send(&demo.customer, "set_pay_per_swap", "operator=1&allowed=yes").await;
        assert_eq!(app.client().get("/api/v1/operators/1").await.expect(200)["pay_per_swap"], false);
    }

    /// Whoever has a plan may pay by it; whoever has none is not asked.
    async fn a_battery_is_held_by_plan_from_the_stations_page(app: TestApp) {
        let demo = app.demo().await;
        let who = &demo.customer;
        assert!(!words(&who.client.get("/stations/1").await).contains("My plan"));
        who.subscribe(2, 1).await.expect(201);
        let page = words(&who.client.get("/stations/1").await);
        for expected in ["My plan", "Your Standard plan has 30 swaps left this month."] {
            assert!(page.contains(expected), "{expected} in {page}");
        }
        let order = "order[station]=1&order[n][1]=2&order[hold]=15&order[vehicle]=&order[pay]=plan&order[key]=k";
        leads_to(&send(who, "book", order).await, "/bookings/");
        assert_eq!(who.used_and_left().await, (2, 28));
    }
}
