//! Pages and their forms as a browser without scripts has them: read, filled in, sent.

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::support::app::{Person, TestApp};
use crate::support::client::{Answer, Client};
use crate::support::world::World;

/// Somebody's browser: it has a cookie and wants pages.
pub(crate) fn browser(app: &TestApp, who: Option<&Person>) -> Client {
    let client = app.client().with("accept", "text/html,application/xhtml+xml");
    match who {
        Some(who) => client.with("cookie", &format!("voltbay_session={}", who.token)),
        None => client,
    }
}

/// The text of a page that can be shown.
pub(crate) async fn page(browser: &Client, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text()
}

/// Sends a form that stands on a page; where the browser is led then.
pub(crate) async fn send(browser: &Client, from: &str, call: &str, fields: &str) -> String {
    let form = browser
        .with("content-type", "application/x-www-form-urlencoded")
        .with("referer", &format!("http://localhost{from}"));
    let answer: Answer = form.send("POST", &format!("/call/{call}"), Some(fields)).await;
    assert_eq!(answer.status, 302, "{call}: {}", answer.text());
    let place = answer.header("location").unwrap().to_owned();
    place
        .replace("http://localhost", "")
        .trim_end_matches('?')
        .to_owned()
}

async fn collected(world: &World, who: &Person) -> Value {
    let booking = world.book(who, world.station).await;
    let path = format!("/api/v1/bookings/{}/collect", booking["id"]);
    let proof = json!({"code": booking["code"]});
    world.attendant.client.post(&path, proof).await.expect(200);
    booking
}

each_engine! {
    async fn a_vehicle_is_kept_and_offered_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let admin = app.staff(Role::Admin, &[]).await;
        let body = json!({"maker": "Kayal", "name": "City", "model_ids": [world.model]});
        let city = admin.client.post("/api/v1/vehicle-types", body).await.expect(201);
        let asha = app.customer().await;
        let hers = browser(&app, Some(&asha));
        assert!(page(&hers, "/profile").await.contains("href=\"/vehicles\""));
        assert!(page(&hers, "/vehicles").await.contains("No vehicle yet"));
        let fields = format!("key=k1&registration=kl-07+ab+1234&name=Red+one&type_id={}", city["id"]);
        assert_eq!(send(&hers, "/vehicles", "add_vehicle", &fields).await, "/vehicles");
        let list = page(&hers, "/vehicles").await;
        assert!(list.contains("Red one") && list.contains("KL07AB1234"), "{list}");
        let back = send(&hers, "/vehicles", "add_vehicle", &fields.replace("k1", "k2")).await;
        assert!(page(&hers, &back).await.contains("You have a vehicle with this registration already."), "{back}");

        let station = page(&hers, &format!("/stations/{}", world.station)).await;
        assert!(station.contains("<option value=\"KL07AB1234\">"), "{station}");
        let first = page(&hers, "/").await;
        assert!(first.contains("Fits my Red one"), "{first}");
        assert!(page(&hers, &format!("/?vehicle_type={}", city["id"])).await.contains("Station 1"));
        assert!(!page(&browser(&app, None), "/").await.contains("Fits my"));

        let id = asha.client.get("/api/v1/vehicles").await.expect(200)["items"][0]["id"].clone();
        let editing = page(&hers, &format!("/vehicles?edit={id}")).await;
        assert!(editing.contains("Change Red one"), "{editing}");
        let fields = format!("vehicle={id}&registration=KL+2&name=&type_id={}", city["id"]);
        assert_eq!(send(&hers, &format!("/vehicles?edit={id}"), "change_vehicle", &fields).await, "/vehicles");
        assert!(page(&hers, "/vehicles").await.contains("KL2"));
        assert_eq!(send(&hers, "/vehicles", "remove_vehicle", &format!("vehicle={id}")).await, "/vehicles");
        assert!(page(&hers, "/vehicles").await.contains("No vehicle yet"));
    }

    async fn a_booking_is_reviewed_and_read_about_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let hers = browser(&app, Some(&asha));
        let (done, running) = (collected(&world, &asha).await, world.book(&asha, world.station).await);
        let station = format!("/stations/{}", world.station);
        assert!(page(&hers, &station).await.contains("Nobody has reviewed this station yet"));
        assert!(!page(&hers, &format!("/bookings/{}", running["id"])).await.contains("How was it?"));
        let sheet = format!("/bookings/{}", done["id"]);
        assert!(page(&hers, &sheet).await.contains("How was it?"));
        let back = send(&hers, &sheet, "write_review", &format!("booking={}&text=", done["id"])).await;
        let told = page(&hers, &back).await;
        assert!(told.contains("Give a whole number from 1 to 5."), "{told}");
        let words = format!("booking={}&rating=4&text=Quick+%3Cb%3Eswap%3C%2Fb%3E", done["id"]);
        assert_eq!(send(&hers, &sheet, "write_review", &words).await, sheet);
        let mine = page(&hers, &sheet).await;
        assert!(mine.contains("Your review") && mine.contains("Delete review"), "{mine}");
        assert!(mine.contains(">Quick &lt;b&gt;swap&lt;/b&gt;</textarea>"), "{mine}");
        assert!(!mine.contains("<b>swap"), "what somebody writes is no markup: {mine}");
        let read = page(&browser(&app, None), &station).await;
        assert!(read.contains("4.0 of 5, 1 review") && read.contains("Quick &lt;b&gt;swap"), "{read}");
        let words = format!("booking={}&rating=5&text=Better+now", done["id"]);
        assert_eq!(send(&hers, &sheet, "change_review", &words).await, sheet);
        assert!(page(&hers, &station).await.contains("5.0 of 5, 1 review"));
        assert_eq!(send(&hers, &sheet, "delete_review", &format!("booking={}", done["id"])).await, sheet);
        assert!(page(&hers, &sheet).await.contains("How was it?"));
    }

    async fn a_booking_for_later_is_made_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let hers = browser(&app, Some(&asha));
        let (station, model) = (format!("/stations/{}", world.station), world.model);
        let first = page(&hers, &station).await;
        assert!(first.contains("order[pickup]") && first.contains(">Today</option>"), "{first}");
        assert!(first.contains("value=\"2026-11-21T11:00:00.000000Z\"") && !first.contains("value=\"2026-11-21T10:30:00.000000Z\""), "{first}");
        // The button that shows another day sends the form as an address, with what was chosen so far.
        let asked = format!("{station}?order%5Bwhen%5D=later&order%5Bday%5D=2026-11-22&order%5Bn%5D%5B{model}%5D=2");
        let tomorrow = page(&hers, &asked).await;
        assert!(tomorrow.contains("value=\"2026-11-22T06:30:00.000000Z\""), "{tomorrow}");
        assert!(tomorrow.contains("Book 2 batteries for Sun 22 Nov, 00:00"), "{tomorrow}");

        let fields = |at: &str| {
            format!(
                "order%5Bstation%5D={}&order%5Bkey%5D={at}&order%5Bn%5D%5B{model}%5D=2&order%5Bwhen%5D=later\
                 &order%5Bday%5D=2026-11-22&order%5Bpickup%5D={at}&order%5Bhold%5D=15&order%5Bvehicle%5D=&order%5Bpay%5D=cash",
                world.station
            )
        };
        let back = send(&hers, &station, "book", &fields("2026-11-20T06%3A30%3A00Z")).await;
        assert!(back.contains("when=later") && back.contains("day=2026%2D11%2D22"), "{back}");
        let told = page(&hers, back.split('#').next().unwrap()).await;
        assert!(told.contains("Book for later at least 30 minutes ahead"), "{told}");
        let booking = send(&hers, &station, "book", &fields("2026-11-22T06%3A30%3A00Z")).await;
        assert!(booking.starts_with("/bookings/"), "{booking}");
        let sheet = page(&hers, &booking).await;
        for part in ["Planned for", "Sun 22 Nov, 12:00", "calendar.ics", "Chosen shortly before", ">11:30<", "Cancel booking"] {
            assert!(sheet.contains(part), "{part} in {sheet}");
        }
        assert!(page(&hers, "/bookings").await.contains("22 Nov 2026, 12:00"));
        let name = asha.client.get("/api/v1/me").await.expect(200)["name"].as_str().unwrap().to_owned();
        let counter = page(&browser(&app, Some(&world.attendant)), &format!("/staff/stations/{}", world.station)).await;
        let (due, planned) = counter.split_once("Booked for later").expect("a list of its own");
        assert!(planned.contains(&name) && planned.contains("Sun 22 Nov, 12:00"), "{planned}");
        assert!(due.contains("No booking is waiting"), "{due}");

        let rules = format!("/api/v1/stations/{}/rules", world.station);
        world.operator.client.patch(&rules, json!({"pickup_capacity": 2})).await.expect(200);
        assert!(page(&hers, &format!("{station}?day=2026-11-22")).await.contains(">12:00, full</option>"));
    }

    async fn an_operator_looks_back_and_sends_people_without_scripts(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let name = asha.client.get("/api/v1/me").await.expect(200)["name"].as_str().unwrap().to_owned();
        let hers = browser(&app, Some(&world.operator));
        let first = page(&hers, "/operator").await;
        assert!(first.contains("Station 1") && first.contains("href=\"/operator/staff\""), "{first}");
        let list = page(&hers, "/operator/bookings").await;
        assert!(list.contains(&name) && list.contains("aria-sort=\"descending\""), "{list}");
        assert!(list.contains("/api/v1/operators/me/audit.csv?from=2026-10-22&amp;to=2026-11-21"), "{list}");
        let sorted = page(&hers, "/operator/bookings?sort=cheapest&state=confirmed&from=2026-11-21&to=2026-11-21").await;
        assert!(sorted.contains("aria-sort=\"ascending\"") && sorted.contains(&name), "{sorted}");
        assert!(page(&hers, "/operator/bookings?state=completed").await.contains("No booking fits"));

        let opened = format!("/staff/stations/{}?booking={}", world.station, booking["id"]);
        let counter = page(&browser(&app, Some(&world.attendant)), &opened).await;
        assert!(counter.contains("History of this booking") && counter.contains(&format!("{name}, customer")), "{counter}");

        let ravi = app.staff(Role::Attendant, &[]).await;
        let fields = format!("station={}&email={}", world.station, ravi.email.replace('@', "%40"));
        assert_eq!(send(&hers, "/operator/staff", "assign_staff", &fields).await, "/operator/staff");
        let staff = page(&hers, "/operator/staff").await;
        assert!(staff.contains(&ravi.email), "{staff}");
        let fields = format!("station={}&user={}", world.station, ravi.id);
        assert_eq!(send(&hers, "/operator/staff", "take_staff_away", &fields).await, "/operator/staff");
        assert!(!page(&hers, "/operator/staff").await.contains(&ravi.email));

        for path in ["/operator", "/operator/bookings", "/operator/staff"] {
            for person in [&asha, &world.attendant, &ravi] {
                let answer = browser(&app, Some(person)).get(path).await;
                assert_eq!(answer.status, 403, "{path} {}", answer.text());
            }
            let answer = browser(&app, None).get(path).await;
            assert!((300..400).contains(&answer.status), "{path}: {}", answer.status);
        }
    }

    async fn what_expires_soon_stands_first_however_long_the_history(app: TestApp) {
        let world = World::with_packs(&app, 24).await;
        let asha = app.customer().await;
        let first = world.book(&asha, world.station).await;
        for _ in 0..21 {
            let booking = world.book(&asha, world.station).await;
            asha.act(&booking, "cancel", json!({})).await.expect(200);
        }
        let mut order = world.order(1);
        order["hold_minutes"] = json!(5);
        let soon = asha.order(order).await.expect(201);
        let hers = browser(&app, Some(&asha));
        let list = page(&hers, "/bookings").await;
        let place = |words: &str| list.find(words).unwrap_or_else(|| panic!("no {words} in {list}"));
        let link = |booking: &Value| place(&format!("href=\"/bookings/{}\"", booking["id"]));
        assert!(place("Expiring soon") < link(&soon) && link(&soon) < place("Running now"));
        assert!(place("Running now") < link(&first) && link(&first) < place("Earlier"));
        assert!(list.contains("<title>My bookings"), "{list}");
        let before = page(&hers, &format!("/bookings?cursor={}", first["id"])).await;
        assert!(!before.contains("Running now"), "{before}");
        let active = page(&hers, "/bookings?show=active").await;
        assert!(active.contains("Expiring soon") && !active.contains("Earlier"), "{active}");
        assert!(!page(&hers, "/bookings?show=cancelled").await.contains("Running now"));
    }
}
