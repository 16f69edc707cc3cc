//! Lets bookings run out, warns before, and ends undo windows.

use super::due::Due;
use crate::domain::{Problem, Timestamp};
use crate::server::App;
use crate::server::service::bookings;

/// The deadlines of bookings.
pub struct Expiry;

impl Due for Expiry {
    const WHAT: &'static str = "deadlines";

    async fn sweep(app: &App) -> Result<usize, Problem> {
        bookings::advance_due(app).await
    }

    async fn next(app: &App) -> Result<Option<Timestamp>, Problem> {
        bookings::next_due(app).await
    }
}
