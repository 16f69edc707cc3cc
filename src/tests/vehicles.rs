//! Vehicles: my own, the catalogue, and what a booking has to do with them.

use serde_json::{Value, json};
use voltbay::domain::{BatteryModelId, Role};

use crate::support::app::{Person, TestApp};
use crate::support::demo::listed;
use crate::support::world::{World, insert_model};

const PLATE: &str = "kl 07-ab 1234";
const WRITTEN: &str = "KL07AB1234";

/// A type of the catalogue that takes these models.
async fn insert_type(app: &TestApp, name: &str, models: &[BatteryModelId]) -> Value {
    let admin = app.staff(Role::Admin, &[]).await;
    let body = json!({"maker": "Kayal", "name": name, "model_ids": models});
    admin.client.post("/api/v1/vehicle-types", body).await.expect(201)
}

async fn add(who: &Person, registration: &str, vehicle_type: &Value) -> Value {
    let body = json!({"registration": registration, "name": "My scooter", "type_id": vehicle_type["id"]});
    who.client.post("/api/v1/vehicles", body).await.expect(201)
}

async fn mine(who: &Person) -> Vec<Value> {
    listed(&who.client.get("/api/v1/vehicles").await.expect(200))
}

async fn check(who: &Person, registration: &str) -> Value {
    let path = format!("/api/v1/vehicles/check?registration={registration}");
    who.client.get(&path).await.expect(200)
}

each_engine! {
    async fn a_vehicle_is_added_changed_and_removed(app: TestApp) {
        let model = insert_model(&app).await;
        let (city, flex) = (insert_type(&app, "City", &[model]).await, insert_type(&app, "Flex", &[model]).await);
        let asha = app.customer().await;
        assert!(mine(&asha).await.is_empty());
        let vehicle = add(&asha, PLATE, &city).await;
        assert_eq!((&vehicle["registration"], &vehicle["name"]), (&json!(WRITTEN), &json!("My scooter")));
        assert_eq!(vehicle["vehicle_type"]["models"], json!([{"model_id": model, "name": format!("VB{model}")}]));
        assert_eq!(mine(&asha).await, std::slice::from_ref(&vehicle));

        let path = format!("/api/v1/vehicles/{}", vehicle["id"]);
        let changed = asha.client.patch(&path, json!({"name": "", "type_id": flex["id"]})).await.expect(200);
        assert_eq!((&changed["name"], &changed["vehicle_type"]["name"]), (&json!(WRITTEN), &json!("Flex")));
        let changed = asha.client.patch(&path, json!({"registration": "kl-1"})).await.expect(200);
        assert_eq!((&changed["name"], &changed["registration"]), (&json!("KL1"), &json!("KL1")), "never given a name");
        asha.client.patch(&path, json!({"user_id": 1})).await.wrong_field("user_id");

        assert_eq!(asha.client.delete(&path).await.status, 204);
        asha.client.delete(&path).await.problem(404, "not_found");
        assert!(mine(&asha).await.is_empty());
    }

    async fn one_person_has_a_registration_once_and_two_may_share_it(app: TestApp) {
        let model = insert_model(&app).await;
        let city = insert_type(&app, "City", &[model]).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        add(&asha, PLATE, &city).await;
        let other = add(&asha, "KL 1", &city).await;
        let body = json!({"registration": WRITTEN, "type_id": city["id"]});
        asha.client.post("/api/v1/vehicles", body).await.problem(409, "vehicle_taken");
        let path = format!("/api/v1/vehicles/{}", other["id"]);
        asha.client.patch(&path, json!({"registration": PLATE})).await.problem(409, "vehicle_taken");
        asha.client.patch(&path, json!({"registration": "kl 1"})).await.expect(200);
        add(&binu, PLATE, &city).await;
        assert_eq!((mine(&asha).await.len(), mine(&binu).await.len()), (2, 1));
    }

    async fn the_same_key_adds_one_vehicle(app: TestApp) {
        let model = insert_model(&app).await;
        let city = insert_type(&app, "City", &[model]).await;
        let asha = app.customer().await;
        let client = asha.client.with("idempotency-key", "v1");
        let body = json!({"registration": PLATE, "type_id": city["id"]});
        let first = client.post("/api/v1/vehicles", body.clone()).await.expect(201);
        assert_eq!(client.post("/api/v1/vehicles", body).await.expect(201), first);
        let other = json!({"registration": "KL 2", "type_id": city["id"]});
        client.post("/api/v1/vehicles", other).await.problem(422, "idempotency_mismatch");
        assert_eq!(mine(&asha).await.len(), 1);
    }

    async fn what_makes_no_sense_is_named_field_by_field(app: TestApp) {
        let asha = app.customer().await;
        let body = json!({"registration": " - ", "name": "x".repeat(41), "type_id": 0});
        let problem = asha.client.post("/api/v1/vehicles", body).await.problem(422, "invalid");
        let fields: Vec<_> = listed(&problem["errors"]).iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, ["registration", "name", "type_id"]);
        asha.client.get("/api/v1/vehicles/check").await.wrong_field("registration");
        let body = json!({"registration": "K", "type_id": 0, "user_id": 7});
        asha.client.post("/api/v1/vehicles", body).await.wrong_field("user_id");
    }

    /// The vehicle, the booking and the type have the same number here; none opens the door to another.
    async fn another_persons_vehicle_is_not_there(app: TestApp) {
        let model = insert_model(&app).await;
        let city = insert_type(&app, "City", &[model]).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        let vehicle = add(&asha, PLATE, &city).await;
        let path = format!("/api/v1/vehicles/{}", vehicle["id"]);
        for other in [&binu, &app.staff(Role::Admin, &[]).await] {
            other.client.patch(&path, json!({"name": "Mine now"})).await.problem(404, "not_found");
            other.client.delete(&path).await.problem(404, "not_found");
            assert!(mine(other).await.is_empty());
        }
        for nobody in ["/api/v1/vehicles", "/api/v1/vehicles/check?registration=K"] {
            app.client().get(nobody).await.problem(401, "unauthenticated");
        }
        assert_eq!(mine(&asha).await, [vehicle]);
    }

    async fn only_administrators_write_the_catalogue_and_everybody_reads_it(app: TestApp) {
        let model = insert_model(&app).await;
        let city = insert_type(&app, "City", &[model]).await;
        assert_eq!(listed(&app.client().get("/api/v1/vehicle-types").await.expect(200)), std::slice::from_ref(&city));
        let body = || json!({"maker": "Kayal", "name": "Flex", "model_ids": [model]});
        let path = format!("/api/v1/vehicle-types/{}", city["id"]);
        app.client().post("/api/v1/vehicle-types", body()).await.problem(401, "unauthenticated");
        for role in [Role::Attendant, Role::Lead, Role::Operator] {
            let person = app.staff(role, &[]).await;
            person.client.post("/api/v1/vehicle-types", body()).await.problem(403, "forbidden");
            person.client.patch(&path, json!({"name": "X"})).await.problem(403, "forbidden");
        }
        let admin = app.staff(Role::Admin, &[]).await;
        let again = json!({"maker": "Kayal", "name": "City", "model_ids": [model]});
        admin.client.post("/api/v1/vehicle-types", again).await.problem(409, "vehicle_type_taken");
        let flex = admin.client.post("/api/v1/vehicle-types", body()).await.expect(201);
        let flex = format!("/api/v1/vehicle-types/{}", flex["id"]);
        admin.client.patch(&flex, json!({"name": "City"})).await.problem(409, "vehicle_type_taken");
        admin.client.patch(&flex, json!({"model_ids": []})).await.wrong_field("model_ids");
        admin.client.patch(&flex, json!({"model_ids": [model, 0]})).await.wrong_field("model_ids[1]");
        admin.client.patch("/api/v1/vehicle-types/0", json!({})).await.problem(404, "not_found");
        let other = insert_model(&app).await;
        let wider = admin.client.patch(&path, json!({"model_ids": [other, model]})).await.expect(200);
        assert_eq!(wider["models"].as_array().map(Vec::len), Some(2));
    }

    async fn a_pack_that_does_not_fit_my_vehicle_is_refused_with_what_does(app: TestApp) {
        let world = World::with_packs(&app, 3).await;
        let other = insert_model(&app).await;
        let asha = app.customer().await;
        let flex = insert_type(&app, "Flex", &[other]).await;
        let vehicle = add(&asha, PLATE, &flex).await;
        let packs = app.client().get(&format!("/api/v1/stations/{}/batteries", world.station)).await.expect(200);
        let certain = &packs["items"][0]["id"];
        let order = |plate: &str| json!({"station_id": world.station, "vehicle": plate, "items": [
            {"kind": "swap", "battery_id": certain}, {"kind": "swap", "model_id": world.model}]});
        let problem = asha.client.post("/api/v1/bookings", order(WRITTEN)).await.problem(422, "invalid");
        let errors = listed(&problem["errors"]);
        let fields: Vec<_> = errors.iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, ["items[0].battery_id", "items[1].model_id"]);
        let detail = errors[1]["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("VB{other}")) && detail.contains("My scooter"), "{detail}");
        assert_eq!(world.counts(&app).await, (3, 0, 3), "nothing is held");

        // What is not on her list she knows best; and hers is not his.
        let binu = app.customer().await;
        binu.client.post("/api/v1/bookings", order(PLATE)).await.expect(201);
        let unknown = json!({"station_id": world.station, "vehicle": "KL 9", "items": [{"kind": "swap", "model_id": world.model}]});
        asha.client.post("/api/v1/bookings", unknown).await.expect(201);

        let wider = json!({"model_ids": [other, world.model]});
        let admin = app.staff(Role::Admin, &[]).await;
        admin.client.patch(&format!("/api/v1/vehicle-types/{}", flex["id"]), wider).await.expect(200);
        let path = format!("/api/v1/vehicles/{}", vehicle["id"]);
        asha.client.patch(&path, json!({"registration": "KL 3"})).await.expect(200);
        world.pack(world.station).await;
        let fits = json!({"station_id": world.station, "vehicle": "kl3", "items": [{"kind": "swap", "model_id": world.model}]});
        asha.client.post("/api/v1/bookings", fits).await.expect(201);
    }

    async fn whether_a_vehicle_is_free_is_told_and_whose_booking_it_is_only_to_its_customer(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let (asha, binu) = (app.customer().await, app.customer().await);
        assert_eq!(check(&asha, "kl-9").await["available"], true);
        let mut order = world.order(1);
        order["vehicle"] = json!("KL 9");
        let booking = asha.client.post("/api/v1/bookings", order).await.expect(201);
        let hers = check(&asha, "kl-9").await;
        assert_eq!((&hers["available"], &hers["existing_booking"]["id"]), (&json!(false), &booking["id"]));
        let his = check(&binu, "KL%209").await;
        assert_eq!((&his["available"], &his["existing_booking"]), (&json!(false), &Value::Null));
        assert!(his["message"].as_str().is_some_and(|message| message.contains("active booking")), "{his}");
        let path = format!("/api/v1/bookings/{}/collect", booking["id"]);
        world.attendant.client.post(&path, json!({"code": booking["code"]})).await.expect(200);
        assert_eq!(check(&binu, "KL9").await["available"], true);
    }

    async fn stations_are_found_by_what_fits(app: TestApp) {
        let world = World::with_packs(&app, 2).await;
        let other = insert_model(&app).await;
        let (city, flex) = (insert_type(&app, "City", &[other]).await, insert_type(&app, "Flex", &[other, world.model]).await);
        let find = async |query: String| listed(&app.client().get(&format!("/api/v1/stations?{query}")).await.expect(200)).len();
        assert_eq!(find(format!("vehicle_type={}", city["id"])).await, 0);
        assert_eq!(find(format!("vehicle_type={}", flex["id"])).await, 1);
        assert_eq!(find(format!("vehicle_type={}&model={other}", flex["id"])).await, 0, "both must hold");
        assert_eq!(find("vehicle_type=99999".to_owned()).await, 0);
        app.client().get("/api/v1/stations?vehicle_type=x").await.wrong_field("vehicle_type");
    }

    async fn a_closed_account_leaves_no_registration(app: TestApp) {
        let model = insert_model(&app).await;
        let city = insert_type(&app, "City", &[model]).await;
        let asha = app.customer().await;
        add(&asha, PLATE, &city).await;
        assert_eq!(asha.client.delete("/api/v1/me").await.status, 204);
        let mut snapshot = app.app.db.snapshot().await.unwrap();
        let left = voltbay::server::store::vehicles::of_user(&mut snapshot, asha.id).await.unwrap();
        assert!(left.is_empty(), "{left:?}");
    }

    async fn the_demo_has_types_for_every_model(app: TestApp) {
        app.demo().await;
        let types = listed(&app.client().get("/api/v1/vehicle-types").await.expect(200));
        assert_eq!(types.len(), 5);
        for model in 1..=3 {
            let takes = |one: &&Value| listed(&one["models"]).iter().any(|fitting| fitting["model_id"] == model);
            assert!(types.iter().any(|one| takes(&one)), "model {model}");
        }
    }
}
