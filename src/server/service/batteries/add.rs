//! A new pack comes into a station.

use super::{answer, free_slot, measured, my_station, worn_out};
use crate::domain::{BatteryId, BatteryModelId, BatteryState, Problem, StationId};
use crate::protocol::rest::{BatteryIn, BatteryOut};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::stock::{NewPack, Place};
use crate::server::store::{Audit, Failure, IdKind, Tx, catalogue, whereabouts};

/// Puts a pack into a slot. Charged enough it can be handed out at once, else it charges; a worn one is locked.
///
/// # Errors
/// [`Problem::SerialTaken`], [`Problem::SlotTaken`], [`Problem::NoFreeSlot`], [`Problem::Invalid`].
pub async fn add(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: BatteryIn,
    key: Option<IdempotencyKey>,
) -> Result<BatteryOut, Problem> {
    let claim = key.map(|key| {
        Claim::new(
            actor.user,
            key.0,
            "POST /stations/{id}/batteries",
            &(station, &body),
        )
    });
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, body, claim) = (actor.clone(), body.clone(), claim.clone());
            Box::pin(async move {
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let out = put_in(tx, &actor, station, &body).await?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &out).await?;
                }
                Ok(out)
            })
        })
        .await
}

async fn put_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    station: StationId,
    body: &BatteryIn,
) -> Result<BatteryOut, Failure> {
    my_station(tx, actor, station).await?;
    let pack = new_pack(tx, station, body).await?;
    tx.insert_pack(&pack).await?;
    tx.audit(Audit {
        entity: "battery",
        entity_id: pack.id.0,
        action: "add",
        to: Some(pack.state.as_str()),
        ..Audit::default()
    })
    .await?;
    answer(tx, pack.id).await
}

async fn new_pack(tx: &mut Tx<'_>, station: StationId, body: &BatteryIn) -> Result<NewPack, Failure> {
    let model = BatteryModelId(body.model_id);
    let models = catalogue::models(tx.connection()).await?;
    let mut form = Form::default();
    let serial = form.text("serial", &body.serial, 1..=64);
    let soc = form.percent("soc", body.soc.unwrap_or(100));
    let soh = form.percent("soh", body.soh.unwrap_or(100));
    if !models.iter().any(|known| known.id == model) {
        form.complain("model_id", "There is no such battery model.");
    }
    form.finish()?;
    if whereabouts::is_serial_known(tx.connection(), &serial).await? {
        return Err(Problem::SerialTaken.into());
    }
    let slot = free_slot(tx, station, body.slot).await?;
    let state = measured(BatteryState::Charging, soc, soh);
    let now = tx.now();
    Ok(NewPack {
        id: BatteryId(tx.next_id(IdKind::Battery)?),
        serial,
        model,
        state,
        soc,
        soc_at: now,
        soh,
        service_cycles: 0,
        full_since: (state == BatteryState::Available).then_some(now),
        place: Place::Slot(station, slot),
        note: (state == BatteryState::Quarantined).then(worn_out),
    })
}
