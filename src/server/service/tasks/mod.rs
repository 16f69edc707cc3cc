//! The work of a station's staff: what is to be done, who has it, who is there to do it, and what everybody is told.
//!
//! Tasks come and go with what they are there for (`store/task_follow.rs`, [`packs`]); here is what people do with
//! them, and what the clock does when nobody does.

mod escalate;
mod messages;
mod ops;
pub(super) mod packs;
mod shift;
mod steps;
mod watch;

pub use escalate::{advance_due, next_due};
pub use messages::{acknowledge as acknowledge_message, messages, say};
pub use ops::ops;
pub use shift::{on_duty, renew_presence, turn_up};
pub use steps::{Deed, act, create, get};
pub use watch::{Floor, Place, floor, may_watch, stations_of};

use crate::domain::{Problem, StationId};
use crate::protocol::rest::TaskOut;
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::inventory::StationRow;
use crate::server::store::{Connection, stations, tasks as rows};

/// What is to be done at a station of mine, most urgent first.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn list(app: &App, actor: &Actor, station: StationId) -> Result<Vec<TaskOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    my_station(&mut snapshot, actor, station).await?;
    let rows = rows::of_station(&mut snapshot, station, app.clock.now()).await?;
    Ok(rows.into_iter().map(|row| row.out).collect())
}

/// The station, to its staff.
async fn my_station(
    connection: &mut Connection,
    actor: &Actor,
    station: StationId,
) -> Result<StationRow, Problem> {
    let row = stations::find(connection, station)
        .await?
        .ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(row.id, row.operator)?;
    Ok(row)
}

/// The same, to leads and operators.
async fn lead_station(
    connection: &mut Connection,
    actor: &Actor,
    station: StationId,
) -> Result<StationRow, Problem> {
    let row = my_station(connection, actor, station).await?;
    must_lead(actor)?;
    Ok(row)
}

fn must_lead(actor: &Actor) -> Result<(), Problem> {
    if actor.role.may_lead() {
        Ok(())
    } else {
        Err(Problem::forbidden("Only a lead or the operator may do that."))
    }
}
