//! The demo network and its simulator.

use std::time::Duration;

use serde_json::Value;
use voltbay::domain::{Clock, Role};
use voltbay::server::service::batteries::charge;
use voltbay::server::{check, demo, jobs};

use crate::support::demo::listed;

fn count(station: &Value, what: &str) -> i64 {
    station[what].as_i64().unwrap()
}

each_engine! {
    async fn the_demo_is_the_network_of_the_contract(app: TestApp) {
        let demo = app.demo().await;
        let stations = listed(&app.client().get("/api/v1/stations").await.expect(200));
        let mut ids: Vec<_> = stations.iter().map(|station| count(station, "id")).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8]);
        for station in &stations {
            assert_eq!(station["timezone"], "Asia/Kolkata");
            assert_eq!(station["utc_offset_minutes"], 330);
            assert_eq!(count(station, "total_slots"), 16);
            assert!(app.packs(count(station, "id")).await.len() >= 12);
            let services = app.client().get(&format!("/api/v1/stations/{}/services", station["id"])).await;
            assert_eq!(listed(&services.expect(200)).len(), 2);
        }
        let downtown = app.station(1).await;
        assert_eq!(downtown["name"], "Downtown Charging Hub");
        assert_eq!((count(&downtown, "available_batteries"), count(&downtown, "charging_batteries")), (6, 5));
        assert_eq!(count(&app.station(5).await, "available_batteries"), 0, "sold out");
        let models = listed(&app.client().get("/api/v1/battery-models").await.expect(200));
        let prices: Vec<_> = models.iter().map(|model| (model["name"].as_str().unwrap(), model["price"].as_i64().unwrap())).collect();
        assert_eq!(prices, [("VB60", 9_500), ("VB48", 7_500), ("VB72", 12_500)]);
        assert_eq!(demo.attendant.client.get("/api/v1/me").await.expect(200)["stations"].as_array().unwrap().len(), 8);
        assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
    }

    async fn loading_the_demo_twice_changes_nothing(app: TestApp) {
        let accounts = demo::load(&app.app).await.unwrap();
        let before = app.station(1).await;
        assert_eq!(demo::load(&app.app).await.unwrap(), accounts);
        assert_eq!(app.station(1).await, before);
        let roles: Vec<_> = accounts.iter().map(|account| account.role).collect();
        assert_eq!(roles, [Role::Customer, Role::Customer, Role::Attendant, Role::Operator, Role::Admin]);
    }

    async fn the_demo_never_takes_somebodys_address(app: TestApp) {
        let body = serde_json::json!({"name": "Asha", "email": "customer@voltbay.test", "password": "long enough for her"});
        app.client().post("/api/v1/auth/register", body).await.expect(201);
        let refused = demo::load(&app.app).await.unwrap_err();
        assert!(refused.to_string().contains("customer@voltbay.test"), "{refused}");
        assert!(listed(&app.client().get("/api/v1/stations").await.expect(200)).is_empty());
    }

    async fn nobody_signs_in_to_a_demo_that_was_not_loaded_nor_as_a_rider(app: TestApp) {
        let sign_in = async |email: &str, password: &str| {
            let body = serde_json::json!({"email": email, "password": password});
            app.client().post("/api/v1/auth/login", body).await
        };
        sign_in("admin@voltbay.test", "voltbay-demo").await.problem(401, "invalid_credentials");
        demo::load(&app.app).await.unwrap();
        sign_in("admin@voltbay.test", "voltbay-demo").await.expect(200);
        for password in ["voltbay-demo", "!"] {
            sign_in("rider1@voltbay.test", password).await.problem(401, "invalid_credentials");
        }
    }

    async fn packs_charge_with_the_clock_until_they_are_ready(app: TestApp) {
        app.demo().await;
        app.clock.advance(Duration::from_mins(30));
        // Whoever comes first, this or the server's own job: packs that came back charge from here on.
        voltbay::server::service::batteries::release_inspected(&app.app).await.unwrap();
        let (before, seq) = (app.station(1).await, count(&app.station(1).await, "seq"));
        assert_eq!(charge(&app.app).await.unwrap(), 8, "every station has packs that charge");
        let after = app.station(1).await;
        assert!(count(&after, "available_batteries") > count(&before, "available_batteries"));
        assert_eq!(count(&after, "seq"), seq + 1, "one event for all packs of the station");
        assert_eq!(charge(&app.app).await.unwrap(), 0, "no time has passed");
        assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
        app.clock.advance(Duration::from_hours(3));
        charge(&app.app).await.unwrap();
        for pack in app.packs(1).await {
            let charges = ["charging", "available"].contains(&pack["state"].as_str().unwrap());
            assert!(!charges || pack["soc"] == 100, "{pack}");
        }
        assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
    }

    async fn riders_come_and_go_and_leave_something_for_others(app: TestApp) {
        app.demo().await;
        let mut riders = jobs::riders::Riders::default();
        for _ in 0..120 {
            app.clock.advance(Duration::from_secs(20));
            voltbay::server::service::bookings::advance_due(&app.app).await.unwrap();
            voltbay::server::service::batteries::release_inspected(&app.app).await.unwrap();
            riders.step(&app.app).await.unwrap();
            for station in listed(&app.client().get("/api/v1/stations").await.expect(200)) {
                let had_none = ["5", "7"].contains(&station["id"].to_string().as_str());
                assert!(had_none || count(&station, "available_batteries") >= 2, "{station}");
            }
        }
        let findings = check::findings(&app.app).await.unwrap();
        assert_eq!(findings, [""; 0]);
        let admin = app.sign_in_with("admin@voltbay.test", "voltbay-demo").await;
        let mut completed = 0;
        for station in 1..=8 {
            let path = format!("/api/v1/bookings?station_id={station}&state=completed");
            completed += listed(&admin.client.get(&path).await.expect(200)).len();
        }
        assert!(completed > 0, "somebody rode");
    }
    async fn packs_fail_and_are_repaired(app: TestApp) {
        app.demo().await;
        let mut faults = jobs::faults::Faults::starting(app.clock.now(), 1.0);
        let locked = async || {
            let mut states = Vec::new();
            for station in 1..=8 {
                let packs = app.packs(station).await.into_iter();
                states.extend(packs.map(|pack| pack["state"].as_str().unwrap().to_owned()));
            }
            states.retain(|state| ["quarantined", "maintenance"].contains(&state.as_str()));
            states
        };
        let before = locked().await.len();
        app.clock.advance(Duration::from_mins(46));
        faults.step(&app.app).await.unwrap();
        assert_eq!(locked().await.len(), before + 1, "one pack got too hot");
        for _ in 0..2 {
            app.clock.advance(Duration::from_secs(45));
            faults.step(&app.app).await.unwrap();
        }
        assert_eq!(locked().await.len(), before, "it charges again");
        assert_eq!(check::findings(&app.app).await.unwrap(), [""; 0]);
    }
}
