//! Everything that exists only on the server.
//!
//! `http` lets requests in, `service` carries out one use case each, `store` is the only room that knows
//! SQL, `live` brings committed events to every screen, `jobs` act when a deadline is due. This file puts
//! them together and takes them down in order.

pub mod auth;
pub mod calendar;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod csv;
pub mod days;
pub mod demo;
pub mod half_hours;
pub mod hours;
pub mod http;
pub mod jobs;
pub mod live;
pub mod provider;
pub mod qr;
pub mod service;
pub mod state;
pub mod store;
pub mod telemetry;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;

pub use clock::SystemClock;
pub use state::{App, EndedSession};

use crate::domain::Clock;
use config::Config;

/// A stop waits so long for what is still being answered.
const PATIENCE: Duration = Duration::from_secs(30);
/// Old samples are folded into their buckets so often.
const UPKEEP: Duration = Duration::from_secs(5);

/// A server that has its port and its database, and has not begun to answer.
pub struct Server {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens the database and takes the port. Port 0 takes a free one.
    pub async fn bind(mut config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.addr)
            .await
            .with_context(|| format!("VOLTBAY_ADDR: {} cannot be listened on", config.addr))?;
        let address = listener.local_addr()?;
        config.addr = address;
        let app = App::open(config, clock).await?;
        Ok(Self {
            app,
            listener,
            address,
        })
    }

    /// What all requests share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is told to stop (by signal, or by cancelling `app.shutdown`), then lets everything
    /// under way come to its end.
    pub async fn run(self) -> anyhow::Result<()> {
        let app = self.app;
        app.tasks.spawn(stop_on_signal(app.clone()));
        app.tasks.spawn(keep_numbers(app.clone()));
        app.tasks
            .spawn(live::relay::run(Arc::clone(&app.hub), app.shutdown.clone()));
        app.tasks.spawn(http::ws::close_ended(app.clone()));
        jobs::start(&app);
        tracing::info!("Voltbay listens on http://{}", self.address);
        http::serve::accept(self.listener, http::router(&app), &app).await;
        tracing::info!("stopping");
        app.tasks.close();
        if tokio::time::timeout(PATIENCE, app.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with work under way: it took longer than {PATIENCE:?}");
        }
        // What was written in the last moment reaches the disk.
        app.db.close().await;
        Ok(())
    }
}

async fn stop_on_signal(app: App) {
    let terminate = async {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match signal {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate => {}
        () = app.shutdown.cancelled() => {}
    }
    app.shutdown.cancel();
}

async fn keep_numbers(app: App) {
    let Some(numbers) = telemetry::numbers() else {
        return;
    };
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            _ = ticks.tick() => numbers.run_upkeep(),
            () = app.shutdown.cancelled() => return,
        }
    }
}
