//! The way in and out: accounts, sessions, cookies, tickets and limits.

use std::time::Duration;

use serde_json::json;
use voltbay::domain::Role;
use voltbay::server::EndedSession;
use voltbay::server::service::accounts;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::client::Answer;

const REGISTER: &str = "/api/v1/auth/register";
const LOGIN: &str = "/api/v1/auth/login";
const LOGOUT: &str = "/api/v1/auth/logout";
const ME: &str = "/api/v1/me";

fn cookie(answer: &Answer) -> (String, String) {
    let cookie = answer.header("set-cookie").expect("a cookie");
    let (pair, flags) = cookie.split_once("; ").unwrap();
    (pair.to_owned(), flags.to_owned())
}

each_engine! {
    async fn who_registers_is_a_customer_and_signed_in(app: TestApp) {
        let body = json!({"name": " Asha ", "email": "Asha@Example.org", "password": PASSWORD, "phone": "+91 484 555 0100"});
        let answer = app.client().post(REGISTER, body).await;
        let user = answer.expect(201);
        assert_eq!(user["name"], "Asha");
        assert_eq!(user["email"], "asha@example.org");
        assert_eq!(user["phone"], "+914845550100");
        assert_eq!(user["role"], "customer");
        assert!(user.get("token").is_none(), "nobody asked for a token");
        let (pair, flags) = cookie(&answer);
        assert!(flags.contains("HttpOnly") && flags.contains("SameSite=Lax") && flags.contains("Path=/"), "{flags}");
        assert!(!flags.contains("Secure"), "it is not served over TLS");
        let me = app.client().with("cookie", &format!("theme=dark; {pair}")).get(ME).await.expect(200);
        assert_eq!(me["id"], user["id"]);
    }

    async fn a_bearer_token_is_as_good_as_the_cookie(app: TestApp) {
        let asha = app.customer().await;
        assert_eq!(asha.client.get(ME).await.expect(200)["id"], asha.id.0);
        let again = app.sign_in(&asha.email).await;
        assert_ne!(again.token, asha.token, "every sign-in is a session of its own");
        again.client.get(ME).await.expect(200);
    }

    async fn nothing_of_a_secret_is_stored(app: TestApp) {
        let asha = app.customer().await;
        let mut snapshot = app.app.db.snapshot().await.unwrap();
        let row: (String, String) = sqlx::query_as(
            "SELECT session.token_hash, users.password_hash FROM session JOIN users ON users.id = session.user_id",
        )
        .fetch_one(&mut *snapshot)
        .await
        .unwrap();
        assert_ne!(row.0, asha.token);
        assert!(row.1.starts_with("$argon2id$"), "{}", row.1);
    }

    async fn nobody_chooses_the_own_role(app: TestApp) {
        let body = json!({"name": "Eve", "email": "eve@example.org", "password": PASSWORD, "role": "admin"});
        app.client().post(REGISTER, body).await.wrong_field("role");
        let eve = app.customer().await;
        eve.client.patch(ME, json!({"role": "admin"})).await.wrong_field("role");
        assert_eq!(eve.client.get(ME).await.expect(200)["role"], "customer");
    }

    async fn every_field_of_a_registration_that_makes_no_sense_is_named(app: TestApp) {
        let answer = app.client().post(REGISTER, json!({"name": "", "email": "x", "password": "short", "phone": "none"})).await;
        for field in ["name", "email", "password", "phone"] {
            answer.wrong_field(field);
        }
        app.client().post(REGISTER, json!({"name": "A"})).await.wrong_field("email");
    }

    async fn an_address_has_one_account(app: TestApp) {
        let asha = app.customer().await;
        let body = json!({"name": "Eve", "email": asha.email.to_uppercase(), "password": "another long one"});
        app.client().post(REGISTER, body).await.problem(409, "email_taken");
    }

    async fn a_registration_that_is_repeated_with_its_key_makes_one_account(app: TestApp) {
        let client = app.client().with("idempotency-key", "once");
        let body = json!({"name": "Asha", "email": "asha@example.org", "password": PASSWORD});
        let first = client.post(REGISTER, body.clone()).await.expect(201);
        let second = client.post(REGISTER, body).await.expect(201);
        assert_eq!(first, second);
        let other = json!({"name": "Usha", "email": "asha@example.org", "password": PASSWORD});
        client.post(REGISTER, other).await.problem(422, "idempotency_mismatch");
        let guess = json!({"name": "Asha", "email": "asha@example.org", "password": "not her password"});
        client.post(REGISTER, guess).await.problem(422, "idempotency_mismatch");
    }

    async fn a_wrong_password_and_an_unknown_address_are_answered_alike(app: TestApp) {
        let asha = app.customer().await;
        let wrong = app.client().post(LOGIN, json!({"email": asha.email, "password": "wrong password"})).await;
        let unknown = app.client().post(LOGIN, json!({"email": "nobody@example.org", "password": PASSWORD})).await;
        let nonsense = app.client().post(LOGIN, json!({"email": "", "password": ""})).await;
        let expected = wrong.problem(401, "invalid_credentials");
        assert_eq!(unknown.problem(401, "invalid_credentials"), expected);
        assert_eq!(nonsense.problem(401, "invalid_credentials"), expected);
        assert!(wrong.header("set-cookie").is_none());
    }

    async fn who_signs_out_is_signed_out_here_and_nowhere_else(app: TestApp) {
        let here = app.customer().await;
        let elsewhere = app.sign_in(&here.email).await;
        let mut ended = app.app.ended_sessions.subscribe();
        let answer = here.client.act(LOGOUT).await;
        answer.expect(204);
        assert!(cookie(&answer).1.contains("Max-Age=0"));
        here.client.get(ME).await.problem(401, "unauthenticated");
        elsewhere.client.get(ME).await.expect(200);
        let session = accounts::who(&app.app, &elsewhere.token).await.unwrap().unwrap().session;
        match ended.recv().await.unwrap() {
            EndedSession::Session(hash) => assert_ne!(hash, session, "the other one's sockets stay open"),
            other => panic!("{other:?}"),
        }
        here.client.act(LOGOUT).await.expect(204);
    }

    async fn a_session_ends_when_it_is_not_used_and_lives_on_while_it_is(app: TestApp) {
        let asha = app.customer().await;
        let week = Duration::from_hours(7 * 24);
        for _ in 0..8 {
            app.clock.advance(week);
            asha.client.get(ME).await.expect(200);
        }
        app.clock.advance(5 * week);
        asha.client.get(ME).await.problem(401, "unauthenticated");
        app.client().with("cookie", &format!("voltbay_session={}", asha.token)).get("/healthz").await.expect(200);
    }

    async fn an_account_is_changed_by_its_owner(app: TestApp) {
        let asha = app.customer().await;
        let changed = asha.client.patch(ME, json!({"name": "Usha", "phone": "12345"})).await.expect(200);
        assert_eq!((&changed["name"], &changed["phone"]), (&json!("Usha"), &json!("12345")));
        let changed = asha.client.patch(ME, json!({"phone": ""})).await.expect(200);
        assert_eq!((&changed["name"], &changed["phone"]), (&json!("Usha"), &json!(null)));
        asha.client.patch(ME, json!({"name": "\u{7}"})).await.wrong_field("name");
        asha.client.patch(ME, json!({"name": "a\u{0}b"})).await.wrong_field("name");
        assert_eq!(asha.client.get(ME).await.expect(200), changed);
    }

    async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions(app: TestApp) {
        let asha = app.customer().await;
        let other = app.sign_in(&asha.email).await;
        let new = "a completely new one";
        asha.client.patch(ME, json!({"password": new})).await.wrong_field("current_password");
        let guess = json!({"password": new, "current_password": "a guess"});
        asha.client.patch(ME, guess).await.wrong_field("current_password");
        other.client.get(ME).await.expect(200);
        asha.client.patch(ME, json!({"password": new, "current_password": PASSWORD})).await.expect(200);
        other.client.get(ME).await.problem(401, "unauthenticated");
        asha.client.get(ME).await.expect(200);
        let old = json!({"email": asha.email, "password": PASSWORD});
        app.client().post(LOGIN, old).await.problem(401, "invalid_credentials");
        app.client().post(LOGIN, json!({"email": asha.email, "password": new})).await.expect(200);
    }

    async fn a_closed_account_is_forgotten(app: TestApp) {
        let asha = app.customer().await;
        let mut ended = app.app.ended_sessions.subscribe();
        asha.client.delete(ME).await.expect(204);
        assert_eq!(ended.recv().await.unwrap(), EndedSession::User(asha.id));
        asha.client.get(ME).await.problem(401, "unauthenticated");
        let body = json!({"email": asha.email, "password": PASSWORD});
        app.client().post(LOGIN, body).await.problem(401, "invalid_credentials");
        let mut snapshot = app.app.db.snapshot().await.unwrap();
        let (name, email): (String, String) = sqlx::query_as("SELECT name, email FROM users").fetch_one(&mut *snapshot).await.unwrap();
        assert_eq!((name.as_str(), email.contains(&asha.email)), ("", false));
        drop(snapshot);
        let again = json!({"name": "Asha", "email": asha.email, "password": PASSWORD});
        app.client().post(REGISTER, again).await.expect(201);
    }

    async fn a_deactivated_account_is_out_at_once_until_it_is_activated(app: TestApp) {
        let admin = app.staff(Role::Admin, &[]).await;
        let asha = app.customer().await;
        let mut ended = app.app.ended_sessions.subscribe();
        let path = |action: &str| format!("/api/v1/users/{}/{action}", asha.id);
        admin.client.act(&path("deactivate")).await.expect(204);
        assert_eq!(ended.recv().await.unwrap(), EndedSession::User(asha.id));
        asha.client.get(ME).await.problem(401, "unauthenticated");
        let body = json!({"email": asha.email, "password": PASSWORD});
        app.client().post(LOGIN, body.clone()).await.problem(403, "account_deactivated");
        let wrong = json!({"email": asha.email, "password": "a guess"});
        app.client().post(LOGIN, wrong).await.problem(401, "invalid_credentials");
        admin.client.act(&path("activate")).await.expect(204);
        app.client().post(LOGIN, body).await.expect(200);
        asha.client.get(ME).await.problem(401, "unauthenticated");
        admin.client.act("/api/v1/users/999999/deactivate").await.problem(404, "not_found");
        let own = format!("/api/v1/users/{}/deactivate", admin.id);
        admin.client.act(&own).await.problem(403, "forbidden");
    }

    async fn a_ticket_stands_for_a_session_once(app: TestApp) {
        let asha = app.customer().await;
        let ticket = asha.client.act("/api/v1/ws-ticket").await.expect(201);
        assert!(ticket["expires_at"].as_str().unwrap().starts_with("2026-11-21T10:31:00"));
        let word = ticket["ticket"].as_str().unwrap();
        let holder = accounts::redeem_ticket(&app.app, word).await.unwrap().unwrap();
        assert_eq!(holder.user, asha.id);
        assert_eq!(accounts::redeem_ticket(&app.app, word).await, Ok(None));
        let late = asha.client.act("/api/v1/ws-ticket").await.expect(201);
        asha.client.act(LOGOUT).await.expect(204);
        let word = late["ticket"].as_str().unwrap();
        assert_eq!(accounts::redeem_ticket(&app.app, word).await, Ok(None), "its session has ended");
    }
}

#[tokio::test]
async fn over_tls_the_cookie_is_secure() {
    let app = TestApp::on_sqlite_with(&["--public-url=https://swap.example.org"]).await;
    let body = json!({"name": "Asha", "email": "asha@example.org", "password": PASSWORD});
    let answer = app.client().post(REGISTER, body).await;
    assert!(cookie(&answer).1.contains("Secure"));
}

#[tokio::test]
async fn who_guesses_passwords_is_told_to_wait_and_the_owner_elsewhere_is_not() {
    let settings = ["--rate-limit=on", "--trusted-proxies=127.0.0.1"];
    let app = TestApp::on_sqlite_with(&settings).await;
    let asha = app.customer().await;
    let guesser = app.client().with("x-forwarded-for", "192.0.2.1");
    let guess = json!({"email": asha.email, "password": "a guess"});
    for _ in 0..10 {
        guesser
            .post(LOGIN, guess.clone())
            .await
            .problem(401, "invalid_credentials");
    }
    let right = json!({"email": asha.email, "password": PASSWORD});
    let refused = guesser.post(LOGIN, right.clone()).await;
    let body = refused.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(body["retry_after_s"], 60);
    let owner = app.client().with("x-forwarded-for", "192.0.2.2");
    owner.post(LOGIN, right.clone()).await.expect(200);
    app.clock.advance(Duration::from_mins(1));
    guesser.post(LOGIN, right).await.expect(200);
}

#[tokio::test]
async fn who_signs_in_often_and_rightly_is_never_told_to_wait() {
    let app = TestApp::on_sqlite_with(&["--rate-limit=on"]).await;
    let asha = app.customer().await;
    for _ in 0..15 {
        app.sign_in(&asha.email).await;
    }
}

#[tokio::test]
async fn a_made_up_proxy_is_not_believed() {
    let app = TestApp::on_sqlite_with(&["--rate-limit=on"]).await;
    let guess = json!({"email": "asha@example.org", "password": "a guess"});
    for number in 0..10 {
        let client = app.client().with("x-forwarded-for", &format!("192.0.2.{number}"));
        client
            .post(LOGIN, guess.clone())
            .await
            .problem(401, "invalid_credentials");
    }
    let client = app.client().with("x-forwarded-for", "192.0.2.99");
    client.post(LOGIN, guess).await.problem(429, "too_many_requests");
}
