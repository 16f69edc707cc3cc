//! A server of the test's own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use voltbay::domain::{Clock, Role, StationId, UserId};
use voltbay::server::config::Config;
use voltbay::server::service::appoint::{Appointment, appoint};
use voltbay::server::{App, Server};

use super::client::Client;
use super::clock::TestClock;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A running server. It stops and its database goes when the test is over.
pub struct TestApp {
    /// What its requests share, to look behind the scenes.
    pub app: App,
    /// The hands of its clock.
    pub clock: Arc<TestClock>,
    /// Where it listens.
    pub address: SocketAddr,
    database: Database,
    settings: Vec<String>,
    running: tokio::task::JoinHandle<anyhow::Result<()>>,
    people: AtomicU32,
}

/// Somebody with an account and a session.
pub struct Person {
    /// Sends her requests.
    pub client: Client,
    pub id: UserId,
    pub email: String,
    pub token: String,
}

enum Database {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("voltbay.db").display()),
            Self::Postgres { server, name } => {
                let (server, _) = server.rsplit_once('/').unwrap();
                format!("{server}/{name}")
            }
        }
    }
}

#[derive(Parser)]
#[command(args_override_self = true)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

impl TestApp {
    pub async fn on_sqlite() -> Self {
        Self::on_sqlite_with(&[]).await
    }

    /// With settings, written as on the command line.
    pub async fn on_sqlite_with(settings: &[&str]) -> Self {
        Self::start(Database::Sqlite(tempfile::tempdir().unwrap()), settings).await
    }

    /// `None` where there is no `PostgreSQL` to run on.
    pub async fn on_postgres() -> Option<Self> {
        Self::on_postgres_with(&[]).await
    }

    /// The same, with settings.
    pub async fn on_postgres_with(settings: &[&str]) -> Option<Self> {
        let Ok(server) = std::env::var("VOLTBAY_TEST_POSTGRES") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "VOLTBAY_TEST_POSTGRES names no server to test on"
            );
            println!("skipped: VOLTBAY_TEST_POSTGRES names no server to test on");
            return None;
        };
        let name = format!("voltbay_test_{}", uuid::Uuid::now_v7().simple());
        on_server(&server, format!("CREATE DATABASE {name}")).await;
        Some(Self::start(Database::Postgres { server, name }, settings).await)
    }

    async fn start(database: Database, settings: &[&str]) -> Self {
        let clock = Arc::new(TestClock::default());
        let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
        let server = launch(&database, &settings, &clock).await;
        let (app, address) = (server.app().clone(), server.address());
        let running = tokio::spawn(server.run());
        let people = AtomicU32::new(0);
        Self {
            app,
            clock,
            address,
            database,
            settings,
            running,
            people,
        }
    }

    /// Pulls the plug: whatever is under way is torn off.
    pub async fn crash(&mut self) {
        self.running.abort();
        self.app.shutdown.cancel();
        let _ = (&mut self.running).await;
    }

    /// Starts a new server on what is in the database. It listens on another port.
    pub async fn restart(&mut self) {
        let server = launch(&self.database, &self.settings, &self.clock).await;
        (self.app, self.address) = (server.app().clone(), server.address());
        self.running = tokio::spawn(server.run());
    }

    /// Where its database is.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// A second server on the same database, as if in a process of its own.
    pub async fn second(&self) -> Second {
        let server = launch(&self.database, &self.settings, &self.clock).await;
        let (app, address) = (server.app().clone(), server.address());
        tokio::spawn(server.run());
        Second { app, address }
    }

    /// Somebody who is not signed in.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// A customer who has just registered.
    pub async fn customer(&self) -> Person {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        let email = format!("customer{number}@example.org");
        let body = json!({"name": format!("Customer {number}"), "email": email, "password": PASSWORD, "token": true});
        let user = self
            .client()
            .post("/api/v1/auth/register", body)
            .await
            .expect(201);
        self.person(&user)
    }

    /// Somebody in another role: an operator of the company "Test", or staff of these stations.
    pub async fn staff(&self, role: Role, stations: &[StationId]) -> Person {
        self.staff_of("Test", role, stations).await
    }

    /// The same, of another company.
    pub async fn staff_of(&self, company: &str, role: Role, stations: &[StationId]) -> Person {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        let email = format!("{role}{number}@example.org");
        let appointment = Appointment {
            role,
            name: format!("The {role} {number}"),
            email: email.clone(),
            password: PASSWORD.to_owned(),
            company: Some(company.to_owned()),
            currency: "INR".parse().unwrap(),
            stations: stations.to_vec(),
        };
        appoint(&self.app, appointment).await.unwrap();
        self.sign_in(&email).await
    }

    /// A fresh session of somebody with the usual password.
    pub async fn sign_in(&self, email: &str) -> Person {
        self.sign_in_with(email, PASSWORD).await
    }

    /// A fresh session of somebody with this password.
    pub async fn sign_in_with(&self, email: &str, password: &str) -> Person {
        let body = json!({"email": email, "password": password, "token": true});
        let user = self.client().post("/api/v1/auth/login", body).await.expect(200);
        self.person(&user)
    }

    fn person(&self, user: &serde_json::Value) -> Person {
        let token = user["token"].as_str().unwrap().to_owned();
        Person {
            client: self.client().signed_in(&token),
            id: UserId(user["id"].as_i64().unwrap()),
            email: user["email"].as_str().unwrap().to_owned(),
            token,
        }
    }
}

async fn launch(database: &Database, settings: &[String], clock: &Arc<TestClock>) -> Server {
    let url = database.url();
    let fixed = [
        "voltbay",
        "--addr=127.0.0.1:0",
        "--rate-limit=off",
        "--payment-provider=test",
        "--payment-secret=between us",
        "--database-url",
        &url,
    ];
    let words = fixed.into_iter().chain(settings.iter().map(String::as_str));
    let config = Settings::parse_from(words).config;
    Server::bind(config, Arc::clone(clock) as Arc<dyn Clock>)
        .await
        .unwrap()
}

/// Another server on the database of a test.
pub struct Second {
    pub app: App,
    pub address: SocketAddr,
}

impl Drop for Second {
    fn drop(&mut self) {
        self.app.shutdown.cancel();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.shutdown.cancel();
        let Database::Postgres { server, name } = &self.database else {
            return;
        };
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let server = server.clone();
        // The test's own runtime is about to end, and may end by a panic.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(on_server(&server, statement));
        });
        let _ = dropped.join();
    }
}

async fn on_server(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}
