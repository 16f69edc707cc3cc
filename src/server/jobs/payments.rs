//! Asks payment services about payments that they did not tell of, lets them give money back, and carries the messages
//! of the test service, which has no feet of its own. The instants stand in the database, so any number of processes
//! may run this.

use std::time::Duration;

use crate::domain::Problem;
use crate::server::App;
use crate::server::provider::{PaymentProvider, TestProvider};
use crate::server::service::payments::{self, online};

const TICK: Duration = Duration::from_millis(500);

/// Runs until the server stops; not at all where nobody takes online payments.
pub async fn run(app: App) {
    if app.provider().is_none() {
        return;
    }
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(TICK) => {}
        }
        if let Err(problem) = sweep(&app).await {
            tracing::warn!(%problem, "payments could not be advanced");
        }
    }
}

/// Carries out what is due now; answers how many steps that were.
///
/// # Errors
/// When the database cannot be read.
pub async fn sweep(app: &App) -> Result<usize, Problem> {
    let told = match app.test_provider() {
        Some(provider) => carry(app, provider).await?,
        None => 0,
    };
    Ok(told + payments::advance_due(app).await?)
}

/// Brings the messages of the test service through the door by which a real one would send them.
async fn carry(app: &App, provider: &TestProvider) -> Result<usize, Problem> {
    let callbacks = provider.callbacks(app.clock.now()).await?;
    let told = callbacks.len();
    for (reference, signed) in callbacks {
        online::callback(app, provider.name(), &signed).await?;
        provider.delivered(&reference).await?;
    }
    Ok(told)
}
