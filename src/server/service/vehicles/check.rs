//! Whether a vehicle can be booked for: it has one active booking at most.

use crate::domain::{Problem, Registration};
use crate::protocol::rest::VehicleCheckOut;
use crate::server::App;
use crate::server::service::{Actor, bookings};
use crate::server::store::bookings as rows;

/// Whether there is no active booking for this registration. Whose another's is, nobody learns.
///
/// # Errors
/// [`Problem::Invalid`] for what is no registration.
pub async fn check(app: &App, actor: &Actor, typed: &str) -> Result<VehicleCheckOut, Problem> {
    let registration = typed
        .parse::<Registration>()
        .map_err(|complaint| Problem::invalid("registration", complaint))?;
    let mut snapshot = app.db.snapshot().await?;
    let Some(active) = rows::active_for_vehicle(&mut snapshot, registration.as_str()).await? else {
        return Ok(VehicleCheckOut {
            available: true,
            message: "This vehicle has no active booking.".to_owned(),
            existing_booking: None,
        });
    };
    let record = rows::find(&mut snapshot, active).await?;
    drop(snapshot);
    let is_mine = record.is_some_and(|record| record.user == actor.user);
    Ok(VehicleCheckOut {
        available: false,
        message: Problem::DuplicateBooking { booking_id: None }.to_string(),
        existing_booking: if is_mine {
            Some(bookings::get(app, actor, active).await?)
        } else {
            None
        },
    })
}
