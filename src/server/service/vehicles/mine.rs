//! My vehicles. Another person's are none of mine: for me there are none.

use crate::domain::vehicle::MAX_VEHICLES;
use crate::domain::{Problem, Registration, UserId, VehicleId, VehicleTypeId};
use crate::protocol::rest::{VehicleIn, VehicleOut, VehiclePatch};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::vehicles::NewVehicle;
use crate::server::store::{Audit, Failure, IdKind, Tx, vehicles as rows};

/// Longest name, in characters.
const MAX_NAME: usize = 40;

/// My vehicles, the first I added first.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<VehicleOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::of_user(&mut snapshot, actor.user).await?)
}

/// Adds a vehicle to my list.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::VehicleTaken`], [`Problem::IdempotencyMismatch`].
pub async fn add(
    app: &App,
    actor: &Actor,
    body: VehicleIn,
    key: Option<IdempotencyKey>,
) -> Result<VehicleOut, Problem> {
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /vehicles", &body));
    let user = actor.user;
    let work = app.db.write(actor.cause(), move |tx| {
        let (body, claim) = (body.clone(), claim.clone());
        Box::pin(async move {
            if let Some(claim) = &claim
                && let NextAction::Replay(answer) = tx.claim_key(claim).await?
            {
                return Ok(serde_json::from_str(&answer)?);
            }
            let id = VehicleId(tx.next_id(IdKind::Vehicle)?);
            let typed = Typed {
                registration: &body.registration,
                name: body.name.as_deref(),
                type_id: body.type_id,
            };
            let new = typed.checked(tx, id, user).await?;
            if rows::of_user(tx.connection(), user).await?.len() >= MAX_VEHICLES {
                let detail = format!("An account keeps at most {MAX_VEHICLES} vehicles. Remove one first.");
                return Err(Problem::invalid("registration", detail).into());
            }
            if !tx.insert_vehicle(&new).await? {
                return Err(Problem::VehicleTaken.into());
            }
            audit(tx, id, "add").await?;
            let out = found(tx, user, id).await?;
            if let Some(claim) = &claim {
                tx.remember(claim, &out).await?;
            }
            Ok(out)
        })
    });
    work.await
}

/// Changes one of my vehicles. Bookings made with it keep what they say.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Invalid`], [`Problem::VehicleTaken`].
pub async fn change(
    app: &App,
    actor: &Actor,
    id: VehicleId,
    patch: VehiclePatch,
) -> Result<VehicleOut, Problem> {
    let user = actor.user;
    let work = app.db.write(actor.cause(), move |tx| {
        let patch = patch.clone();
        Box::pin(async move {
            let before = found(tx, user, id).await?;
            // A vehicle that was never given a name is called by its registration, the new one too.
            let name = (before.name != before.registration).then_some(before.name);
            let typed = Typed {
                registration: patch.registration.as_deref().unwrap_or(&before.registration),
                name: patch.name.as_deref().or(name.as_deref()),
                type_id: patch.type_id.unwrap_or(before.vehicle_type.id.0),
            };
            let new = typed.checked(tx, id, user).await?;
            if !tx.update_vehicle(&new).await? {
                return Err(Problem::VehicleTaken.into());
            }
            audit(tx, id, "change").await?;
            found(tx, user, id).await
        })
    });
    work.await
}

/// Takes one of my vehicles off the list.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn remove(app: &App, actor: &Actor, id: VehicleId) -> Result<(), Problem> {
    let user = actor.user;
    let work = app.db.write(actor.cause(), move |tx| {
        Box::pin(async move {
            if !tx.delete_vehicle(user, id).await? {
                return Err(no_such_vehicle().into());
            }
            audit(tx, id, "remove").await
        })
    });
    work.await
}

/// What somebody typed about a vehicle.
struct Typed<'a> {
    registration: &'a str,
    name: Option<&'a str>,
    type_id: i64,
}

impl Typed<'_> {
    async fn checked(&self, tx: &mut Tx<'_>, id: VehicleId, user: UserId) -> Result<NewVehicle, Failure> {
        let vehicle_type = VehicleTypeId(self.type_id);
        let is_known = rows::find_type(tx.connection(), vehicle_type).await?.is_some();
        let mut form = Form::default();
        let registration = match self.registration.parse::<Registration>() {
            Ok(registration) => registration.into_string(),
            Err(complaint) => {
                form.complain("registration", complaint);
                String::new()
            }
        };
        let name = form.text_or_none("name", self.name, MAX_NAME);
        if !is_known {
            form.complain("type_id", "Choose a type of the catalogue.");
        }
        form.finish()?;
        Ok(NewVehicle {
            id,
            user,
            vehicle_type,
            name: name.unwrap_or_else(|| registration.clone()),
            registration,
        })
    }
}

async fn found(tx: &mut Tx<'_>, user: UserId, id: VehicleId) -> Result<VehicleOut, Failure> {
    let mine = rows::of_user(tx.connection(), user).await?;
    let found = mine.into_iter().find(|vehicle| vehicle.id == id);
    found.ok_or_else(|| no_such_vehicle().into())
}

fn no_such_vehicle() -> Problem {
    Problem::not_found("vehicle")
}

async fn audit(tx: &mut Tx<'_>, id: VehicleId, action: &str) -> Result<(), Failure> {
    let step = Audit {
        entity: "vehicle",
        entity_id: id.0,
        action,
        ..Audit::default()
    };
    Ok(tx.audit(step).await?)
}
