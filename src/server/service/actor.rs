//! Who gives a command.

use crate::domain::{OperatorId, Problem, Role, StationId, UserId};
use crate::server::store::Cause;

/// A signed-in person, as the session says: never taken from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// What to call her.
    pub name: String,
    /// The address she signs in with.
    pub email: String,
    /// What she may do.
    pub role: Role,
    /// For operators: of which company.
    pub operator: Option<OperatorId>,
    /// For attendants and leads: the stations they are assigned to.
    pub stations: Vec<StationId>,
    /// Which session this is: the hash of its token, so that signing out can close its sockets.
    pub session: String,
    /// Which request she makes, for the audit; empty outside of one.
    pub request_id: String,
}

/// Who looks at a page: somebody signed in, or nobody. Provided as context to every page and server function.
#[derive(Clone, Debug, Default)]
pub struct Visitor(pub Option<Actor>);

impl Actor {
    /// Her request as the cause of a transaction.
    pub fn cause(&self) -> Cause {
        Cause {
            actor: Some(self.user),
            role: self.role.as_str(),
            request_id: self.request_id.clone(),
        }
    }

    /// May work at the station that belongs to `operator`.
    pub fn may_staff(&self, station: StationId, operator: OperatorId) -> bool {
        match self.role {
            Role::Customer => false,
            Role::Attendant | Role::Lead => self.stations.contains(&station),
            Role::Operator => self.operator == Some(operator),
            Role::Admin => true,
        }
    }

    /// May change the terms of the stations of `operator`.
    pub fn may_operate(&self, operator: OperatorId) -> bool {
        match self.role {
            Role::Customer | Role::Attendant | Role::Lead => false,
            Role::Operator => self.operator == Some(operator),
            Role::Admin => true,
        }
    }

    /// The same as [`Actor::may_staff`], as an answer.
    pub fn must_staff(&self, station: StationId, operator: OperatorId) -> Result<(), Problem> {
        if self.may_staff(station, operator) {
            Ok(())
        } else {
            Err(Problem::forbidden("Only staff of this station may do that."))
        }
    }

    /// What she learns of a customer's thing that is neither hers nor her station's: staff hear that it is another
    /// station's, anybody else that there is no such thing.
    pub fn no_business_with(&self, thing: &'static str) -> Problem {
        if self.role.is_staff() {
            Problem::forbidden("Only staff of this station may do that.")
        } else {
            Problem::not_found(thing)
        }
    }
}

/// From where a request came, as far as attempts are counted: an address, or for IPv6 its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub String);
