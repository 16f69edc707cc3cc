//! What operators look back on, over all their stations: bookings and the record. Administrators see those
//! of every operator.

mod bookings;
mod record;

pub use bookings::{BookingsQuery, bookings};
pub use record::{MOST_ROWS, record};

pub use crate::server::store::report::Order;

use crate::domain::{OperatorId, Problem, Role};
use crate::protocol::rest::StationOut;
use crate::server::App;
use crate::server::service::{Actor, stations as places};
use crate::server::store::Connection;
use crate::server::store::inventory::StationRow;
use crate::server::store::stations as rows;

/// My stations as they stand, by name.
///
/// # Errors
/// [`Problem::Forbidden`] for who runs none.
pub async fn stations(app: &App, actor: &Actor) -> Result<Vec<StationOut>, Problem> {
    company_of(actor)?;
    places::of_staff(app, actor).await
}

/// Whose stations somebody may look back on; `None` is everybody's.
fn company_of(actor: &Actor) -> Result<Option<OperatorId>, Problem> {
    match (actor.role, actor.operator) {
        (Role::Admin, _) => Ok(None),
        (Role::Operator, Some(operator)) => Ok(Some(operator)),
        (Role::Operator, None) => Err(Problem::forbidden("Your account belongs to no operator yet.")),
        _ => Err(Problem::forbidden(
            "Only operators and administrators may see that.",
        )),
    }
}

/// Those stations.
async fn stations_of(connection: &mut Connection, actor: &Actor) -> Result<Vec<StationRow>, Problem> {
    let mut all = rows::all(connection).await?;
    all.retain(|station| actor.may_operate(station.operator));
    Ok(all)
}

/// Their zones, each once: a day begins at another time in each.
fn zones_of(stations: &[StationRow]) -> Vec<String> {
    let mut zones: Vec<String> = stations.iter().map(|station| station.timezone.clone()).collect();
    zones.sort_unstable();
    zones.dedup();
    zones
}
