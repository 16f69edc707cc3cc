//! Calls the next customer where a bay is free, ends calls that nobody followed, frees bays that are cleared, shuts
//! slots that nobody took from, and points out swaps that take long.

use super::due::Due;
use crate::domain::{Problem, Timestamp};
use crate::server::App;
use crate::server::service::{bays, sessions};

/// Bays and the swaps in them.
pub struct Floor;

impl Due for Floor {
    const WHAT: &'static str = "bays and swaps";

    async fn sweep(app: &App) -> Result<usize, Problem> {
        // Slots first: a swap that ends frees a bay.
        let steps = sessions::advance_due(app).await?;
        Ok(steps + bays::advance_due(app).await?)
    }

    async fn next(app: &App) -> Result<Option<Timestamp>, Problem> {
        let bay = bays::next_due(app).await?;
        let session = sessions::next_due(app).await?;
        Ok(bay.into_iter().chain(session).min())
    }
}
