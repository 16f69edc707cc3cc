//! What staff follow on their sockets: who may, which stations it is about, and what they see first.

use std::collections::BTreeMap;

use crate::domain::{OperatorId, Problem, Role, StationId};
use crate::protocol::rest::TaskOut;
use crate::protocol::staff::StaffMessage;
use crate::protocol::{ServerMessage, Topic};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::{outbox, staff_messages, stations, tasks as rows};

/// What somebody wants to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// All stations I work at.
    Mine,
    /// One station.
    Station(StationId),
    /// All stations of an operator.
    Operator(OperatorId),
}

/// The work at some stations at one instant.
pub struct Floor {
    /// Where each station's staff topic stood.
    pub at: BTreeMap<Topic, u64>,
    /// What is to be done, most urgent first.
    pub tasks: Vec<TaskOut>,
    /// What somebody was asked to acknowledge and has not.
    pub alerts: Vec<StaffMessage>,
}

impl Floor {
    /// As it is said on connect.
    pub fn frames(self) -> Vec<ServerMessage> {
        let list = StaffMessage::TasksList { tasks: self.tasks };
        let said = std::iter::once(list).chain(self.alerts);
        said.map(ServerMessage::from).collect()
    }
}

/// Says no before anything is opened, where somebody has no business.
///
/// # Errors
/// [`Problem::Forbidden`]; [`Problem::NotFound`] where there is no such place, for who might know.
pub async fn may_watch(app: &App, actor: &Actor, place: Place) -> Result<(), Problem> {
    stations_of(app, actor, place).await.map(|_| ())
}

/// The stations of a place, to who works there.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`].
pub async fn stations_of(app: &App, actor: &Actor, place: Place) -> Result<Vec<StationId>, Problem> {
    if !actor.role.is_staff() {
        return Err(Problem::forbidden("Only staff of this station may do that."));
    }
    let mut snapshot = app.db.snapshot().await?;
    match place {
        Place::Station(station) => {
            let row = stations::find(&mut snapshot, station).await?;
            let row = row.ok_or_else(|| Problem::not_found("station"))?;
            actor.must_staff(station, row.operator)?;
            Ok(vec![station])
        }
        Place::Operator(operator) => {
            if !actor.may_operate(operator) {
                return Err(Problem::forbidden("Only the operator itself may do that."));
            }
            let all = stations::all(&mut snapshot).await?;
            let own = all.iter().filter(|row| row.operator == operator);
            Ok(own.map(|row| row.id).collect())
        }
        Place::Mine if matches!(actor.role, Role::Attendant | Role::Lead) => Ok(actor.stations.clone()),
        Place::Mine => {
            let all = stations::all(&mut snapshot).await?;
            let own = all.iter().filter(|row| actor.may_staff(row.id, row.operator));
            Ok(own.map(|row| row.id).collect())
        }
    }
}

/// The work at these stations, read at one instant.
///
/// # Errors
/// When the database does not answer.
pub async fn floor(app: &App, actor: &Actor, places: &[StationId]) -> Result<Floor, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let now = app.clock.now();
    let mut floor = Floor {
        at: BTreeMap::new(),
        tasks: Vec::new(),
        alerts: Vec::new(),
    };
    for station in places {
        let topic = Topic::StationStaff(*station);
        let position = outbox::position(&mut snapshot, topic).await?;
        floor.at.insert(topic, position.seq);
        let found = rows::of_station(&mut snapshot, *station, now).await?;
        floor.tasks.extend(found.into_iter().map(|row| row.out));
        let alerts = staff_messages::waiting_for(&mut snapshot, *station, actor.user).await?;
        floor.alerts.extend(alerts);
    }
    floor.tasks.sort_by_key(|task| (task.priority, task.id));
    Ok(floor)
}
