//! The server as a process of its own, that can be killed.

use std::net::SocketAddr;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::app::TestApp;

/// `voltbay serve` on the database of a test. It dies with its handle.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

impl Process {
    /// Starts it, and waits until it listens.
    pub async fn serve(app: &TestApp) -> Self {
        Self::serve_with(app, &[]).await
    }

    /// The same, with settings from the environment.
    pub async fn serve_with(app: &TestApp, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_voltbay"))
            .arg("serve")
            .env("DATABASE_URL", app.database_url())
            .env("VOLTBAY_ADDR", "127.0.0.1:0")
            .env("RUST_LOG", "info")
            .env("NO_COLOR", "1")
            .envs(settings.iter().copied())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, address)) = line.split_once("listens on http://") {
                let address = address.trim().parse().unwrap();
                // Whoever stops to listen makes the server stumble over its own log.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { child, address };
            }
            said.push(line);
        }
        panic!("the server did not start: {}", said.join("\n"));
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}
