//! What the server does by itself when its time has come. Each job watches the token that stops the server.

pub mod expiry;

use crate::server::App;

/// Starts every job; they end when the server is told to stop.
pub fn start(app: &App) {
    app.tasks.spawn(expiry::run(app.clone()));
}
