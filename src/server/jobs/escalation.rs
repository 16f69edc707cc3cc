//! Lets tasks rise that nobody acknowledges.

use super::due::Due;
use crate::domain::{Problem, Timestamp};
use crate::server::App;
use crate::server::service::tasks;

/// Tasks that nobody has taken up.
pub struct Escalation;

impl Due for Escalation {
    const WHAT: &'static str = "tasks";

    async fn sweep(app: &App) -> Result<usize, Problem> {
        tasks::advance_due(app).await
    }

    async fn next(app: &App) -> Result<Option<Timestamp>, Problem> {
        tasks::next_due(app).await
    }
}
