//! Who plays in the simulation of the demo: people of the database, acting as if they had signed in.

use super::network::{MODELS, PEOPLE, RIDERS};
use crate::domain::{Problem, Role};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::{Connection, StoreError, accounts, demo};

/// Who plays in the simulation.
pub struct Cast {
    /// Customers who cannot sign in.
    pub riders: Vec<Actor>,
    /// Who hands them their packs.
    pub attendant: Actor,
}

/// Who plays in the simulation; nobody unless the demo is loaded.
///
/// # Errors
/// When the database does not answer.
pub async fn cast(app: &App) -> Result<Option<Cast>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    if !demo::is_loaded(&mut snapshot).await? {
        return Ok(None);
    }
    let mut riders = Vec::with_capacity(RIDERS.len());
    for number in 1..=RIDERS.len() {
        riders.extend(player(&mut snapshot, &rider_email(number)).await?);
    }
    let attendant = PEOPLE.iter().find(|person| person.role == Role::Attendant);
    let Some(attendant) = attendant else {
        return Ok(None);
    };
    let attendant = player(&mut snapshot, attendant.email).await?;
    Ok(attendant.map(|attendant| Cast { riders, attendant }))
}

async fn player(connection: &mut Connection, email: &str) -> Result<Option<Actor>, StoreError> {
    let Some(user) = accounts::find_by_email(connection, email).await? else {
        return Ok(None);
    };
    let stations = accounts::assigned_stations(connection, user.id).await?;
    Ok(user.active.then(|| Actor {
        user: user.id,
        name: user.name,
        email: user.email,
        role: user.role,
        operator: user.operator,
        stations,
        session: String::new(),
        request_id: "simulator".to_owned(),
    }))
}

/// The address of the n-th rider, counted from 1.
pub(super) fn rider_email(number: usize) -> String {
    format!("rider{number}@voltbay.test")
}

/// Packs that are with riders at the start.
pub fn packs_on_the_road() -> usize {
    let packs: i64 = MODELS.iter().map(|model| model.riding).sum();
    usize::try_from(packs).unwrap_or(0)
}
