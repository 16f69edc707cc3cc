//! A pack in a slot is measured, moved, locked or cleared.
//!
//! A held pack that cannot be handed out any more is given up in the same transaction: a booking never promises
//! such a pack.

use super::{answer, audit, free_slot, in_my_station, measured, take_back, worn_out};
use crate::domain::battery::{MIN_DISPENSE_SOC, MIN_DISPENSE_SOH};
use crate::domain::{BatteryId, BatteryState, Percent, Problem, SlotNumber};
use crate::protocol::rest::{BatteryOut, BatteryPatch};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::service::bookings::{Elsewhere, give_up};
use crate::server::service::form::Form;
use crate::server::service::tasks::packs;
use crate::server::store::inventory::PackRow;
use crate::server::store::stock::PackChange;
use crate::server::store::{Failure, StoreError, Tx};

/// Measures, locks, clears, moves or takes back a pack.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::SlotTaken`], [`Problem::BatteryBusy`] where its state does not allow it.
pub async fn update(
    app: &App,
    actor: &Actor,
    battery: BatteryId,
    patch: BatteryPatch,
) -> Result<BatteryOut, Problem> {
    let actor = actor.clone();
    let elsewhere = Elsewhere::for_holder_of(app, battery).await?;
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, patch, elsewhere) = (actor.clone(), patch.clone(), elsewhere.clone());
            Box::pin(async move {
                if patch.state == Some(BatteryState::Returned) {
                    return take_back::take_back(tx, &actor, battery, &patch).await;
                }
                let pack = in_my_station(tx, &actor, battery).await?;
                change(tx, pack, &patch, &elsewhere).await?;
                answer(tx, battery).await
            })
        })
        .await
}

/// What was typed, readable.
struct Wish {
    soc: Option<Percent>,
    soh: Option<Percent>,
    state: Option<BatteryState>,
    note: Option<String>,
    slot: Option<i64>,
}

impl Wish {
    fn read(patch: &BatteryPatch) -> Result<Self, Problem> {
        let mut form = Form::default();
        let soc = patch.soc.map(|soc| form.percent("soc", soc));
        let soh = patch.soh.map(|soh| form.percent("soh", soh));
        let note = form.text_or_none("note", patch.note.as_deref(), 200);
        let may_be_set = |state: BatteryState| state.is_in_slot();
        if patch.state.is_some_and(|state| !may_be_set(state)) {
            form.complain(
                "state",
                "Set quarantined, maintenance, charging (cleared) or returned.",
            );
        }
        if patch.station_id.is_some() {
            form.complain("station_id", "Only a battery that comes back needs a station.");
        }
        form.finish()?;
        Ok(Self {
            soc,
            soh,
            state: patch.state,
            note,
            slot: patch.slot,
        })
    }
}

async fn change(
    tx: &mut Tx<'_>,
    mut pack: PackRow,
    patch: &BatteryPatch,
    elsewhere: &Elsewhere,
) -> Result<(), Failure> {
    let wish = Wish::read(patch)?;
    let slot = match wish.slot {
        Some(slot) if slot != pack.slot.0 => free_slot(tx, pack.station, Some(slot)).await?,
        _ => pack.slot,
    };
    let to = next(&pack, &wish, slot, tx.now())?;
    let can_be_handed_out = to.state == BatteryState::Available && to.soh.get() >= MIN_DISPENSE_SOH;
    let was_held = pack.held_for.is_some();
    if pack.hold.is_some() && !can_be_handed_out {
        give_up(tx, &pack, to.note.as_deref(), elsewhere).await?;
        (pack.hold, pack.held_for) = (None, None);
    }
    if !tx.change_pack(&pack, &to).await? {
        return Err(StoreError::Overtaken.into());
    }
    packs::state_changed(tx, &pack, was_held, to.state, to.note.as_deref()).await?;
    let action = match (to.state == pack.state, slot == pack.slot) {
        (false, _) => to.state.as_str(),
        (true, false) => "move",
        (true, true) => "measure",
    };
    audit(tx, &pack, action, to.state, wish.note.as_deref()).await
}

/// The pack as it is to be, by the state machine.
fn next(
    pack: &PackRow,
    wish: &Wish,
    slot: SlotNumber,
    now: crate::domain::Timestamp,
) -> Result<PackChange, Problem> {
    let soc = wish.soc.unwrap_or(pack.soc);
    let soh = wish.soh.unwrap_or(pack.soh);
    let asked = wish.state.unwrap_or(pack.state);
    if asked != pack.state && !pack.state.may_become(asked) {
        return Err(not_from_here(pack.state, asked));
    }
    let state = measured(asked, soc, soh);
    if asked == BatteryState::Available && pack.state != asked && !is_charged(soc, soh) {
        let detail = format!(
            "A battery is ready by itself from {MIN_DISPENSE_SOC} % charge and {MIN_DISPENSE_SOH} % health on."
        );
        return Err(Problem::BatteryBusy { detail });
    }
    let note = note(pack, wish, state)?;
    let soc_at = if wish.soc.is_some() || state != pack.state {
        now
    } else {
        pack.soc_at
    };
    Ok(PackChange {
        state,
        soc,
        soc_at,
        soh,
        slot,
        note,
    })
}

fn is_charged(soc: Percent, soh: Percent) -> bool {
    BatteryState::Charging.in_slot(soc, soh) == BatteryState::Available
}

fn not_from_here(from: BatteryState, to: BatteryState) -> Problem {
    let detail = match (from, to) {
        (BatteryState::Quarantined, BatteryState::Charging) => {
            "A locked battery goes into maintenance first, and charges when that is done.".to_owned()
        }
        _ => format!("A battery that is {} cannot become {}.", word(from), word(to)),
    };
    Problem::BatteryBusy { detail }
}

fn word(state: BatteryState) -> String {
    state.as_str().replace('_', " ")
}

/// Who locks a pack says why; a cleared one loses its note.
fn note(pack: &PackRow, wish: &Wish, state: BatteryState) -> Result<Option<String>, Problem> {
    let is_locked = matches!(state, BatteryState::Quarantined | BatteryState::Maintenance);
    let is_new = state != pack.state;
    let known = if is_locked || !is_new {
        pack.note.clone()
    } else {
        None
    };
    let is_worn = is_locked && is_new && wish.state.is_none();
    let note = wish.note.clone().or(known).or_else(|| is_worn.then(worn_out));
    if is_locked && is_new && note.is_none() {
        return Err(Problem::invalid("note", "Say why the battery is locked."));
    }
    Ok(note)
}
