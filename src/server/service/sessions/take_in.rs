//! What the customer brings goes in: by the serial number on it, with a second look at whatever is unexpected.

use super::steps::go;
use super::{answer, at_my_station, must_be_at};
use crate::domain::{BatteryId, ItemId, Percent, Problem, SessionId, SessionStep};
use crate::protocol::rest::{ReturnIn, SessionOut};
use crate::server::App;
use crate::server::service::form::{Form, MAX_REASON};
use crate::server::service::{Actor, batteries};
use crate::server::store::floor::{SessionRecord, sessions as rows};
use crate::server::store::{Audit, Failure, StoreError, Tx, whereabouts};

/// What was typed, readable.
#[derive(Clone, Debug)]
struct Brought {
    serial: String,
    soc: Percent,
    slot: Option<i64>,
    damage: Option<String>,
    is_confirmed: bool,
}

impl Brought {
    /// `None` when the customer brought nothing.
    fn parse(body: &ReturnIn) -> Result<Option<Self>, Problem> {
        if body.none {
            return Ok(None);
        }
        let mut form = Form::default();
        let brought = Self {
            serial: form.text("serial", body.serial.as_deref().unwrap_or_default(), 1..=64),
            soc: form.percent("soc", body.soc.unwrap_or(0)),
            slot: body.slot,
            damage: form.text_or_none("damage", body.damage.as_deref(), MAX_REASON),
            is_confirmed: body.confirm,
        };
        form.finish()?;
        Ok(Some(brought))
    }
}

/// A pack goes in, or the customer brought none (staff). When all of them are in, the swap goes on by itself.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::SessionBusy`] at another step, [`Problem::Invalid`] with the field `confirm`
/// where something is unexpected, [`Problem::BatteryBusy`] for a pack that no customer has, [`Problem::NoFreeSlot`],
/// [`Problem::SlotTaken`].
pub async fn take_in(
    app: &App,
    actor: &Actor,
    session: SessionId,
    body: ReturnIn,
) -> Result<SessionOut, Problem> {
    let brought = Brought::parse(&body)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, brought) = (who.clone(), timers.clone(), brought.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                must_be_at(&record, SessionStep::PackIn)?;
                let item = record.outstanding().map(|item| item.id);
                if let Some(item) = item {
                    let battery = match &brought {
                        Some(brought) => Some(put_in(tx, &actor, &record, item, brought).await?),
                        None => None,
                    };
                    tx.note_return(&record, item, battery).await?;
                    let action = if battery.is_some() { "pack_in" } else { "no_pack" };
                    audit(tx, session, action, None).await?;
                }
                let record = rows::find(tx.connection(), session).await?;
                let record = record.ok_or(StoreError::Overtaken)?;
                if let Some(next) = record.now.step.next(record.work()) {
                    go(tx, &record, next, &timers, "next").await?;
                }
                answer(tx, &actor, session).await
            })
        })
        .await
}

/// Puts the pack into a slot. One that nobody knows is locked until somebody has looked at it, and so is one that
/// is broken.
async fn put_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    record: &SessionRecord,
    item: ItemId,
    brought: &Brought,
) -> Result<BatteryId, Failure> {
    let booking = record.booking.as_ref().ok_or(StoreError::Overtaken)?;
    let line = booking.items.iter().find(|line| line.id == item);
    let model = line.and_then(|line| line.model).ok_or(StoreError::Overtaken)?;
    let known = whereabouts::by_serial(tx.connection(), &brought.serial).await?;
    let doubt = match &known {
        None => Some(
            "Nobody knows this serial number. Read it once more; if it is right, confirm: the battery is locked then.",
        ),
        Some(pack) if pack.holder.is_some() && pack.holder != Some(booking.user) => {
            Some("This battery was handed to another customer. Confirm to take it in all the same.")
        }
        Some(pack) if pack.model != model => Some(
            "This battery is of another type than the one that was booked. Confirm to take it in all the same.",
        ),
        Some(_) => None,
    };
    match doubt {
        Some(doubt) if !brought.is_confirmed => return Err(Problem::invalid("confirm", doubt).into()),
        Some(doubt) => audit(tx, record.id, "confirm_return", Some(doubt)).await?,
        None => {}
    }
    let place = batteries::Brought {
        station: record.station,
        slot: brought.slot,
        soc: brought.soc,
        damage: brought.damage.clone(),
    };
    match known {
        Some(pack) => batteries::take_in(tx, actor, pack.id, place).await,
        None => batteries::take_in_unknown(tx, &brought.serial, model, place).await,
    }
}

async fn audit(
    tx: &mut Tx<'_>,
    session: SessionId,
    action: &str,
    reason: Option<&str>,
) -> Result<(), Failure> {
    tx.audit(Audit {
        entity: "session",
        entity_id: session.0,
        action,
        reason,
        ..Audit::default()
    })
    .await?;
    Ok(())
}
