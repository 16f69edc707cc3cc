//! Looking back on a booking: every step of it that is on record.

use super::no_such_booking;
use crate::domain::{BookingId, Problem};
use crate::protocol::rest::StepOut;
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::{bookings as rows, report};

/// Every step on record, oldest first, for staff of the booking's station.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn timeline(app: &App, actor: &Actor, booking: BookingId) -> Result<Vec<StepOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, booking)
        .await?
        .ok_or_else(no_such_booking)?;
    actor.must_staff(record.station, record.operator)?;
    Ok(report::steps_of(&mut snapshot, booking).await?)
}
