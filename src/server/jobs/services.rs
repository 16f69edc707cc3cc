//! Gives services to somebody when their half hour comes.

use super::due::Due;
use crate::domain::{Problem, Timestamp};
use crate::server::App;
use crate::server::service::services;

/// The half hours of services.
pub struct HalfHours;

impl Due for HalfHours {
    const WHAT: &'static str = "services";

    async fn sweep(app: &App) -> Result<usize, Problem> {
        services::queue_due(app).await
    }

    async fn next(app: &App) -> Result<Option<Timestamp>, Problem> {
        services::next_due(app).await
    }
}
