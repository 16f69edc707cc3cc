//! The doors of a station: every socket and every page, tried by everybody there is. The routes of the API are tried
//! in the same way, in `http`.

use serde_json::{Value, json};
use voltbay::domain::Role;

use crate::pages::browser;
use crate::support::app::{Person, TestApp};
use crate::support::world::World;
use crate::support::ws::Socket;

/// Who may go in, besides administrators.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Anybody,
    SignedIn,
    /// The customer whose it is, and staff of its station.
    Hers,
    /// Whoever works at any station.
    AnyStaff,
    /// Staff of this station.
    Staff,
    /// Those of them who lead, and its operator.
    Leads,
    /// Operators, each for her own stations.
    AnyOperator,
    /// The operator of this station.
    Operator,
}

const SOCKETS: &[(&str, Who)] = &[
    ("/ws/stations", Who::Anybody),
    ("/ws/stations/{id}", Who::Anybody),
    ("/ws/notifications", Who::SignedIn),
    ("/ws/bookings/{id}", Who::Hers),
    ("/ws/bookings/{id}/items", Who::Hers),
    ("/ws/sessions/{id}", Who::Hers),
    ("/ws/bays/{id}", Who::Staff),
    ("/ws/staff", Who::AnyStaff),
    ("/ws/stations/{id}/staff", Who::Staff),
    ("/ws/operators/{id}", Who::Operator),
];

const PAGES: &[(&str, Who)] = &[
    ("/", Who::Anybody),
    ("/stations", Who::Anybody),
    ("/stations/:id", Who::Anybody),
    ("/sign-in", Who::Anybody),
    ("/register", Who::Anybody),
    ("/plans", Who::Anybody),
    ("/bookings", Who::SignedIn),
    ("/inbox", Who::SignedIn),
    ("/profile", Who::SignedIn),
    ("/plan", Who::SignedIn),
    ("/vehicles", Who::SignedIn),
    ("/bookings/:id", Who::Hers),
    ("/bookings/:id/receipt", Who::Hers),
    ("/staff", Who::AnyStaff),
    ("/staff/stations/:id", Who::Staff),
    ("/staff/stations/:id/close-down", Who::Staff),
    ("/staff/stations/:id/shift", Who::Staff),
    ("/staff/bays/:id", Who::Staff),
    ("/staff/sessions/:id", Who::Staff),
    ("/operator", Who::AnyOperator),
    ("/operator/bookings", Who::AnyOperator),
    ("/operator/payments", Who::AnyOperator),
    ("/operator/staff", Who::AnyOperator),
    ("/operator/plans", Who::AnyOperator),
    ("/operator/stations/:id/rules", Who::Leads),
];

/// What stands between `before` and the next quotation mark, for every time it occurs.
fn quoted<'a>(source: &'a str, before: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = source
        .split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    found.sort_unstable();
    found
}

fn listed(doors: &'static [(&str, Who)]) -> Vec<&'static str> {
    let mut paths: Vec<&str> = doors.iter().map(|(path, _)| *path).collect();
    paths.sort_unstable();
    paths
}

/// A station with one of everything, and everybody there is.
struct Stage {
    world: World,
    asha: Person,
    booking: Value,
    bay: i64,
    session: Value,
    company: i64,
    people: Vec<(&'static str, Person)>,
}

impl Stage {
    async fn new(app: &TestApp) -> Self {
        let world = World::with_packs(app, 2).await;
        let asha = app.customer().await;
        let booking = world.book(&asha, world.station).await;
        let bay = world.bays(world.station, 1).await[0];
        let proof = json!({"code": booking["code"]});
        let session = world.attendant.at_bay(bay, "sessions", proof).await.expect(201)["id"].clone();
        let pay = format!("/api/v1/payments/{}/verify", booking["payment_id"]);
        let received = json!({"received": booking["total_amount"]});
        world.operator.client.post(&pay, received).await.expect(200);
        let elsewhere = world.build("Hill Top", 0).await;
        let company = {
            let mut snapshot = app.app.db.snapshot().await.unwrap();
            let station = voltbay::server::store::stations::find(&mut snapshot, world.station).await;
            station.unwrap().unwrap().operator.0
        };
        let people = vec![
            ("another customer", app.customer().await),
            (
                "an attendant elsewhere",
                app.staff(Role::Attendant, &[elsewhere]).await,
            ),
            ("a lead elsewhere", app.staff(Role::Lead, &[elsewhere]).await),
            (
                "another operator",
                app.staff_of("Rival", Role::Operator, &[]).await,
            ),
            (
                "the attendant",
                app.staff(Role::Attendant, &[world.station]).await,
            ),
            ("the lead", app.staff(Role::Lead, &[world.station]).await),
            ("the operator", app.staff(Role::Operator, &[]).await),
            ("an administrator", app.staff(Role::Admin, &[]).await),
        ];
        Self {
            world,
            asha,
            booking,
            bay,
            session,
            company,
            people,
        }
    }

    /// The door of this station's thing.
    fn door(&self, path: &str) -> String {
        let station = self.world.station.to_string();
        let (booking, session) = (self.booking["id"].to_string(), self.session.to_string());
        let (bay, company) = (self.bay.to_string(), self.company.to_string());
        let id = match path {
            path if path.contains("bookings/") => booking,
            path if path.contains("sessions/") => session,
            path if path.contains("bays/") => bay,
            path if path.contains("/ws/operators/") => company,
            _ => station,
        };
        path.replace("{id}", &id).replace(":id", &id)
    }
}

fn may(who: &str, needed: Who) -> bool {
    match needed {
        Who::Anybody | Who::SignedIn => true,
        Who::AnyStaff => who != "another customer",
        Who::Hers | Who::Staff => matches!(
            who,
            "the attendant" | "the lead" | "the operator" | "an administrator"
        ),
        Who::Leads => matches!(who, "the lead" | "the operator" | "an administrator"),
        Who::AnyOperator => matches!(who, "another operator" | "the operator" | "an administrator"),
        Who::Operator => matches!(who, "the operator" | "an administrator"),
    }
}

#[test]
fn every_socket_and_every_page_is_on_the_lists() {
    assert_eq!(
        quoted(include_str!("../server/http/ws/mod.rs"), ".route(\""),
        listed(SOCKETS)
    );
    assert_eq!(quoted(include_str!("../app/mod.rs"), "path!(\""), listed(PAGES));
}

each_engine! {
    async fn every_socket_opens_for_who_may_and_nobody_else(app: TestApp) {
        let stage = Stage::new(&app).await;
        for (path, needed) in SOCKETS {
            let door = format!("{}/", stage.door(path));
            if *needed == Who::Anybody {
                Socket::open(app.address, &door).await.next().await;
            } else {
                assert_eq!(Socket::refused(app.address, &door, &[]).await, 403, "nobody on {door}");
            }
            for (who, person) in &stage.people {
                if may(who, *needed) {
                    let hello = Socket::open_as(app.address, &door, &person.token).await.next().await;
                    assert_eq!(hello["type"], "connection_established", "{who} on {door}: {hello}");
                } else if *who == "another customer" && path.contains("bookings") {
                    // She is not told that there is one.
                    let end = Socket::open_as(app.address, &door, &person.token).await.end().await;
                    assert_eq!((end.code, &end.frames[0]["code"]), (Some(4404), &json!("not_found")), "{door}");
                } else {
                    let refused = Socket::refused_as(app.address, &door, &person.token).await;
                    assert_eq!(refused, 403, "{who} on {door}");
                }
            }
        }
        for path in ["bookings", "sessions"] {
            let door = format!("{}/", stage.door(&format!("/ws/{path}/{{id}}")));
            let hello = Socket::open_as(app.address, &door, &stage.asha.token).await.next().await;
            assert_eq!(hello["type"], "connection_established", "its customer on {door}: {hello}");
        }
    }

    async fn every_page_is_shown_to_who_may_and_nobody_else(app: TestApp) {
        let stage = Stage::new(&app).await;
        for (path, needed) in PAGES {
            let door = stage.door(path);
            let answer = browser(&app, None).get(&door).await;
            if *needed == Who::Anybody {
                assert_eq!(answer.status, 200, "nobody at {door}");
            } else {
                let to = answer.header("location").unwrap_or_default();
                assert!(answer.status == 302 && to.starts_with("/sign-in"), "nobody at {door}: {} {to}", answer.status);
            }
            for (who, person) in &stage.people {
                let answer = browser(&app, Some(person)).get(&door).await;
                if may(who, *needed) {
                    assert!(matches!(answer.status, 200 | 302), "{who} at {door}: {}", answer.status);
                    continue;
                }
                let hidden = *who == "another customer" && path.contains("/bookings/");
                assert_eq!(answer.status, if hidden { 404 } else { 403 }, "{who} at {door}");
                let name = stage.asha.email.split('@').next().unwrap();
                assert!(!answer.text().contains(name), "{who} at {door} is told of the customer");
            }
        }
        for path in ["/bookings/:id", "/bookings/:id/receipt"] {
            assert_eq!(browser(&app, Some(&stage.asha)).get(&stage.door(path)).await.status, 200, "{path}");
        }
    }
}
