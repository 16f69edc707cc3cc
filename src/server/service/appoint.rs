//! People who do not register themselves: staff, operators and administrators, made on the command line by
//! whoever runs the server.

use crate::domain::{
    Currency, DisplayName, Email, FieldError, OperatorId, Password, Problem, Role, StationId, UserId,
};
use crate::server::App;
use crate::server::service::accounts::checked;
use crate::server::store::accounts as people;
use crate::server::store::demo::NewPerson;
use crate::server::store::{Audit, Cause, Failure, IdKind, Tx, stations};

/// Whom to appoint to what.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// What she may do.
    pub role: Role,
    /// What to call her.
    pub name: String,
    /// The address she signs in with.
    pub email: String,
    /// Her password.
    pub password: String,
    /// For operators: the company, made when there is none of this name.
    pub company: Option<String>,
    /// For a company that is made: in which currency it counts.
    pub currency: Currency,
    /// For attendants and leads: where they work.
    pub stations: Vec<StationId>,
}

/// Makes the account; answers its id.
pub async fn appoint(app: &App, appointment: Appointment) -> Result<UserId, Problem> {
    let mut errors = Vec::new();
    let name = checked::<DisplayName>(&mut errors, "name", appointment.name.parse());
    let email = checked::<Email>(&mut errors, "email", appointment.email.parse());
    let password = checked::<Password>(&mut errors, "password", appointment.password.parse());
    if appointment.role == Role::Operator && appointment.company.is_none() {
        errors.push(FieldError::new(
            "operator",
            "Name the company that the operator runs.",
        ));
    }
    let (Some(name), Some(email), Some(password), true) = (name, email, password, errors.is_empty()) else {
        return Err(Problem::Invalid { errors });
    };
    let password_hash = app.auth.passwords.hash(password).await?;
    let work = app.db.write(Cause::system("create-user"), move |tx| {
        let (appointment, password_hash) = (appointment.clone(), password_hash.clone());
        let (name, email) = (name.as_str().to_owned(), email.as_str().to_owned());
        Box::pin(async move { write(tx, &appointment, name, email, password_hash).await })
    });
    work.await
}

async fn write(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    name: String,
    email: String,
    password_hash: String,
) -> Result<UserId, Failure> {
    if people::find_by_email(tx.connection(), &email).await?.is_some() {
        return Err(Problem::EmailTaken.into());
    }
    let operator = match (&appointment.company, appointment.role) {
        (Some(company), Role::Operator) => Some(company_named(tx, company, appointment.currency).await?),
        _ => None,
    };
    let (id, role) = (UserId(tx.next_id(IdKind::User)?), appointment.role);
    tx.insert_person(&NewPerson {
        id,
        email,
        name,
        password_hash,
        role,
        operator,
    })
    .await?;
    for station in &appointment.stations {
        if stations::find(tx.connection(), *station).await?.is_none() {
            return Err(Problem::not_found("station").into());
        }
        tx.assign(id, *station).await?;
    }
    let step = Audit {
        entity: "user",
        entity_id: id.0,
        action: "appointed",
        ..Audit::default()
    };
    tx.audit(step).await?;
    Ok(id)
}

async fn company_named(tx: &mut Tx<'_>, name: &str, currency: Currency) -> Result<OperatorId, Failure> {
    if let Some(known) = people::find_operator(tx.connection(), name).await? {
        return Ok(known);
    }
    let id = OperatorId(tx.next_id(IdKind::Operator)?);
    tx.insert_operator(id, name, currency).await?;
    Ok(id)
}
