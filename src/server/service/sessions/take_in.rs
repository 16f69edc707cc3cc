//! What the customer brings goes in: by the serial number on it, with a second look at whatever is unexpected.

use super::steps::go;
use super::{answer, at_my_station, must_be_at};
use crate::domain::{BatteryId, BatteryModelId, ItemId, Problem, SessionId, SessionStep};
use crate::protocol::rest::{ReturnIn, SessionOut};
use crate::server::App;
use crate::server::service::form::{Form, MAX_REASON};
use crate::server::service::{Actor, batteries};
use crate::server::store::floor::{CameBack, SessionRecord, WaitingPack, returns, sessions as rows};
use crate::server::store::{Audit, Failure, StoreError, Tx, whereabouts};

/// What was typed, readable.
#[derive(Clone, Debug)]
struct Brought {
    pack: WaitingPack,
    slot: Option<i64>,
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
            pack: WaitingPack {
                serial: form.text("serial", body.serial.as_deref().unwrap_or_default(), 1..=64),
                soc: form.percent("soc", body.soc.unwrap_or(0)),
                damage: form.text_or_none("damage", body.damage.as_deref(), MAX_REASON),
            },
            slot: body.slot,
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
                    let what = match &brought {
                        Some(brought) => put_in(tx, &actor, &record, item, brought).await?,
                        None => CameBack::Nothing,
                    };
                    tx.note_return(&record, item, &what).await?;
                    let action = match what {
                        CameBack::Pack(_) => "pack_in",
                        CameBack::Waiting(_) => "pack_waits",
                        CameBack::Nothing => "no_pack",
                    };
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

/// Puts the pack into a slot, after a second look at whatever is unexpected of it. Where every slot is taken it waits
/// for the one that the customer's new pack leaves.
async fn put_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    record: &SessionRecord,
    item: ItemId,
    brought: &Brought,
) -> Result<CameBack, Failure> {
    let booking = record.booking.as_ref().ok_or(StoreError::Overtaken)?;
    let known = whereabouts::by_serial(tx.connection(), &brought.pack.serial).await?;
    let doubt = match &known {
        None => Some(
            "Nobody knows this serial number. Read it once more; if it is right, confirm: the battery is locked then.",
        ),
        Some(pack) if pack.holder.is_some() && pack.holder != Some(booking.user) => {
            Some("This battery was handed to another customer. Confirm to take it in all the same.")
        }
        Some(pack) if pack.model != model_of(record, item)? => Some(
            "This battery is of another type than the one that was booked. Confirm to take it in all the same.",
        ),
        Some(_) => None,
    };
    match doubt {
        Some(doubt) if !brought.is_confirmed => return Err(Problem::invalid("confirm", doubt).into()),
        Some(doubt) => audit(tx, record.id, "confirm_return", Some(doubt)).await?,
        None => {}
    }
    match place(tx, actor, record, item, &brought.pack, brought.slot).await {
        Err(Failure::Refused(Problem::NoFreeSlot)) if record.leaves_a_slot() => {
            Ok(CameBack::Waiting(brought.pack.clone()))
        }
        placed => placed.map(CameBack::Pack),
    }
}

/// One that nobody knows is locked until somebody has looked at it, and so is one that is broken.
async fn place(
    tx: &mut Tx<'_>,
    actor: &Actor,
    record: &SessionRecord,
    item: ItemId,
    pack: &WaitingPack,
    slot: Option<i64>,
) -> Result<BatteryId, Failure> {
    let place = batteries::Brought {
        station: record.station,
        slot,
        soc: pack.soc,
        damage: pack.damage.clone(),
    };
    match whereabouts::by_serial(tx.connection(), &pack.serial).await? {
        Some(known) => batteries::take_in(tx, actor, known.id, place).await,
        None => batteries::take_in_unknown(tx, &pack.serial, model_of(record, item)?, place).await,
    }
}

/// The new packs are out: what waited for their slots goes in. What cannot (somebody took it back elsewhere) stays
/// beside the cabinet, and the audit says why.
pub async fn take_waiting_in(tx: &mut Tx<'_>, actor: &Actor, session: SessionId) -> Result<(), Failure> {
    let record = rows::find(tx.connection(), session).await?;
    let record = record.ok_or(StoreError::Overtaken)?;
    for (item, pack) in returns::waiting(tx.connection(), session).await? {
        match place(tx, actor, &record, item, &pack, None).await {
            Ok(battery) => {
                if !tx.note_waited(&record, item, battery).await? {
                    return Err(StoreError::Overtaken.into());
                }
                audit(tx, session, "pack_in", None).await?;
            }
            Err(Failure::Refused(problem)) => {
                audit(tx, session, "pack_stays_out", Some(&problem.to_string())).await?;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn model_of(record: &SessionRecord, item: ItemId) -> Result<BatteryModelId, StoreError> {
    let mut lines = record.booking.iter().flat_map(|booking| &booking.items);
    let line = lines.find(|line| line.id == item);
    line.and_then(|line| line.model).ok_or(StoreError::Overtaken)
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
