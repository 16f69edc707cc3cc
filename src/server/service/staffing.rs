//! Who works where: the station's operator sends attendants and leads there, and calls them back.

use std::collections::BTreeSet;

use serde_json::json;

use crate::domain::notification::text;
use crate::domain::{Email, NotificationKind, Problem, Role, StationId, UserId};
use crate::protocol::rest::{StaffIn, StaffOut};
use crate::server::service::Actor;
use crate::server::store::accounts::{self as people, UserRow};
use crate::server::store::inventory::StationRow;
use crate::server::store::notifications::Notice;
use crate::server::store::{Audit, Connection, Failure, Tx, stations};
use crate::server::{App, EndedSession};

/// Who works at a station of mine, by name.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn list(app: &App, actor: &Actor, station: StationId) -> Result<Vec<StaffOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    my_station(&mut snapshot, actor, station).await?;
    Ok(people::assigned_to(&mut snapshot, station).await?)
}

/// Sends somebody to work at a station of mine; she and the operator are told, once. Who works there already
/// is answered in the same way, and nothing changes.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`].
pub async fn assign(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: StaffIn,
) -> Result<StaffOut, Problem> {
    let wanted = Wanted::parse(&body)?;
    let actor = actor.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let (actor, wanted) = (actor.clone(), wanted.clone());
        Box::pin(async move {
            let place = my_station(tx.connection(), &actor, station).await?;
            let person = wanted.find(tx).await?;
            if tx.assign(person.id, station).await? {
                audit(tx, station, "assign", &person).await?;
                tell(tx, &place, &person).await?;
            }
            Ok(StaffOut {
                user_id: person.id,
                name: person.name,
                email: person.email,
                role: person.role,
                station_id: station,
            })
        })
    });
    work.await
}

/// Calls somebody back from a station of mine: she has no rights there from this moment on, and the sockets
/// on which she followed its bookings close.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn take_away(app: &App, actor: &Actor, station: StationId, user: UserId) -> Result<(), Problem> {
    let by = actor.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let by = by.clone();
        Box::pin(async move {
            my_station(tx.connection(), &by, station).await?;
            let person = people::find(tx.connection(), user).await?;
            let person = person.ok_or_else(nobody_there)?;
            if !tx.unassign(user, station).await? {
                return Err(nobody_there().into());
            }
            tx.end_shift(user, station).await?;
            audit(tx, station, "take_away", &person).await
        })
    });
    work.await?;
    // Nobody may be listening yet, and that is fine.
    let _ = app.ended_sessions.send(EndedSession::Post(user, station));
    Ok(())
}

/// Which of these people work at more stations by now than at these.
///
/// # Errors
/// When the database does not answer.
pub async fn newly_assigned(
    app: &App,
    followed: Vec<(UserId, BTreeSet<StationId>)>,
) -> Result<Vec<UserId>, Problem> {
    if followed.is_empty() {
        return Ok(Vec::new());
    }
    let mut snapshot = app.db.snapshot().await?;
    let mut newly = Vec::new();
    for (user, known) in followed {
        let stations = people::assigned_stations(&mut snapshot, user).await?;
        if stations.iter().any(|station| !known.contains(station)) {
            newly.push(user);
        }
    }
    Ok(newly)
}

/// Which of these people do not work at these stations any more: here or by another process.
///
/// # Errors
/// When the database does not answer.
pub async fn ended_among(
    app: &App,
    posts: Vec<(UserId, StationId)>,
) -> Result<Vec<(UserId, StationId)>, Problem> {
    if posts.is_empty() {
        return Ok(posts);
    }
    let mut snapshot = app.db.snapshot().await?;
    let mut ended = Vec::new();
    for (user, station) in posts {
        let stations = people::assigned_stations(&mut snapshot, user).await?;
        if !stations.contains(&station) {
            ended.push((user, station));
        }
    }
    Ok(ended)
}

fn nobody_there() -> Problem {
    Problem::not_found("person at this station")
}

async fn my_station(
    connection: &mut Connection,
    actor: &Actor,
    station: StationId,
) -> Result<StationRow, Problem> {
    let row = stations::find(connection, station)
        .await?
        .ok_or_else(|| Problem::not_found("station"))?;
    if actor.may_operate(row.operator) {
        Ok(row)
    } else {
        Err(Problem::forbidden(
            "Only the operator of this station decides who works there.",
        ))
    }
}

/// Who is meant.
#[derive(Clone, Debug)]
enum Wanted {
    Email(String),
    Account(UserId),
}

impl Wanted {
    fn parse(body: &StaffIn) -> Result<Self, Problem> {
        match (&body.email, body.user_id) {
            (Some(email), None) => {
                let email = email.parse::<Email>();
                let email = email.map_err(|complaint| Problem::invalid("email", complaint))?;
                Ok(Self::Email(email.into_string()))
            }
            (None, Some(user)) => Ok(Self::Account(UserId(user))),
            _ => Err(Problem::invalid(
                "email",
                "Name the person by e-mail address or by account, one of the two.",
            )),
        }
    }

    /// Only people who are there to work at stations: who else has an account, nobody learns here.
    async fn find(&self, tx: &mut Tx<'_>) -> Result<UserRow, Failure> {
        let (field, found) = match self {
            Self::Email(email) => ("email", people::find_by_email(tx.connection(), email).await?),
            Self::Account(user) => ("user_id", people::find(tx.connection(), *user).await?),
        };
        let works = |person: &UserRow| person.active && matches!(person.role, Role::Attendant | Role::Lead);
        found
            .filter(works)
            .ok_or_else(|| Problem::invalid(field, "No attendant or lead has this account.").into())
    }
}

async fn audit(tx: &mut Tx<'_>, station: StationId, action: &str, person: &UserRow) -> Result<(), Failure> {
    let whom = format!("{} {}", person.role, person.id);
    let step = Audit {
        entity: "station",
        entity_id: station.0,
        action,
        reason: Some(&whom),
        ..Audit::default()
    };
    Ok(tx.audit(step).await?)
}

async fn tell(tx: &mut Tx<'_>, station: &StationRow, person: &UserRow) -> Result<(), Failure> {
    let kind = NotificationKind::EmployeeAssigned;
    let mut audience = people::of_operator(tx.connection(), station.operator).await?;
    audience.push(person.id);
    for reader in audience {
        let notice = Notice {
            kind,
            message: text::employee_assigned(&person.name, &station.name),
            level: kind.level(),
            booking: None,
            station: Some(station.id),
            data: json!({ "station_name": station.name, "user_id": person.id }),
        };
        tx.notify(reader, notice).await?;
    }
    Ok(())
}
