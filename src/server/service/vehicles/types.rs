//! The catalogue of vehicle types: everybody reads it, administrators write it.

use crate::domain::{BatteryModelId, Problem, VehicleTypeId};
use crate::protocol::rest::{VehicleTypeIn, VehicleTypeOut, VehicleTypePatch};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::{Audit, Failure, IdKind, Tx, catalogue, vehicles as rows};

/// Longest maker or name, in characters.
const MAX_NAME: usize = 80;

/// The catalogue, by maker and name.
pub async fn types(app: &App) -> Result<Vec<VehicleTypeOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::types(&mut snapshot).await?)
}

/// Adds a type (administrators).
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::VehicleTypeTaken`].
pub async fn add_type(
    app: &App,
    actor: &Actor,
    body: VehicleTypeIn,
    key: Option<IdempotencyKey>,
) -> Result<VehicleTypeOut, Problem> {
    must_administer(actor)?;
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /vehicle-types", &body));
    let work = app.db.write(actor.cause(), move |tx| {
        let (body, claim) = (body.clone(), claim.clone());
        Box::pin(async move {
            if let Some(claim) = &claim
                && let NextAction::Replay(answer) = tx.claim_key(claim).await?
            {
                return Ok(serde_json::from_str(&answer)?);
            }
            let entry = Entry::checked(tx, &body.maker, &body.name, &body.model_ids).await?;
            let id = VehicleTypeId(tx.next_id(IdKind::VehicleType)?);
            if !tx.insert_vehicle_type(id, &entry.maker, &entry.name).await? {
                return Err(Problem::VehicleTypeTaken.into());
            }
            tx.set_fitting(id, &entry.models).await?;
            audit(tx, id, "add").await?;
            let out = found(tx, id).await?;
            if let Some(claim) = &claim {
                tx.remember(claim, &out).await?;
            }
            Ok(out)
        })
    });
    work.await
}

/// Changes a type (administrators). What was booked stays booked.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`], [`Problem::Invalid`], [`Problem::VehicleTypeTaken`].
pub async fn change_type(
    app: &App,
    actor: &Actor,
    id: VehicleTypeId,
    patch: VehicleTypePatch,
) -> Result<VehicleTypeOut, Problem> {
    must_administer(actor)?;
    let work = app.db.write(actor.cause(), move |tx| {
        let patch = patch.clone();
        Box::pin(async move {
            let before = found(tx, id).await?;
            let models: Vec<i64> = before.models.iter().map(|model| model.model_id.0).collect();
            let (maker, name) = (
                patch.maker.unwrap_or(before.maker),
                patch.name.unwrap_or(before.name),
            );
            let models = patch.model_ids.unwrap_or(models);
            let entry = Entry::checked(tx, &maker, &name, &models).await?;
            if !tx.rename_vehicle_type(id, &entry.maker, &entry.name).await? {
                return Err(Problem::VehicleTypeTaken.into());
            }
            tx.set_fitting(id, &entry.models).await?;
            audit(tx, id, "change").await?;
            found(tx, id).await
        })
    });
    work.await
}

fn must_administer(actor: &Actor) -> Result<(), Problem> {
    if actor.role == crate::domain::Role::Admin {
        return Ok(());
    }
    Err(Problem::forbidden(
        "Only the network's administrators may do that.",
    ))
}

/// An entry of the catalogue that makes sense.
struct Entry {
    maker: String,
    name: String,
    models: Vec<BatteryModelId>,
}

impl Entry {
    async fn checked(tx: &mut Tx<'_>, maker: &str, name: &str, models: &[i64]) -> Result<Self, Failure> {
        let known = catalogue::models(tx.connection()).await?;
        let mut form = Form::default();
        let maker = form.text("maker", maker, 1..=MAX_NAME);
        let name = form.text("name", name, 1..=MAX_NAME);
        if models.is_empty() {
            form.complain("model_ids", "Name at least one battery model that fits.");
        }
        for (index, model) in models.iter().enumerate() {
            if !known.iter().any(|known| known.id.0 == *model) {
                form.complain(&format!("model_ids[{index}]"), "There is no such battery model.");
            }
        }
        form.finish()?;
        let mut models: Vec<BatteryModelId> = models.iter().copied().map(BatteryModelId).collect();
        models.sort_unstable();
        models.dedup();
        Ok(Self { maker, name, models })
    }
}

async fn found(tx: &mut Tx<'_>, id: VehicleTypeId) -> Result<VehicleTypeOut, Failure> {
    let found = rows::find_type(tx.connection(), id).await?;
    found.ok_or_else(|| Problem::not_found("vehicle type").into())
}

async fn audit(tx: &mut Tx<'_>, id: VehicleTypeId, action: &str) -> Result<(), Failure> {
    let step = Audit {
        entity: "vehicle_type",
        entity_id: id.0,
        action,
        ..Audit::default()
    };
    Ok(tx.audit(step).await?)
}
