//! A pack in a slot is measured, moved, locked or cleared.
//!
//! A held pack may be locked only when another takes its place in the same transaction: a booking never
//! promises a pack that cannot be handed out.

use serde_json::json;

use super::{answer, audit, free_slot, in_my_station, measured, take_back, worn_out};
use crate::domain::battery::{MIN_DISPENSE_SOC, MIN_DISPENSE_SOH};
use crate::domain::notification::text;
use crate::domain::{BatteryId, BatteryState, Level, NotificationKind, Percent, Problem, SlotNumber};
use crate::protocol::rest::{BatteryOut, BatteryPatch};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::service::form::Form;
use crate::server::store::inventory::PackRow;
use crate::server::store::notifications::Notice;
use crate::server::store::stock::PackChange;
use crate::server::store::{Failure, StoreError, Tx, bookings};

/// Measures, locks, clears, moves or takes back a pack.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::SlotTaken`], [`Problem::BatteryBusy`] where its state does not allow it or
/// it is held and nothing can take its place.
pub async fn update(
    app: &App,
    actor: &Actor,
    battery: BatteryId,
    patch: BatteryPatch,
) -> Result<BatteryOut, Problem> {
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, patch) = (actor.clone(), patch.clone());
            Box::pin(async move {
                if patch.state == Some(BatteryState::Returned) {
                    return take_back::take_back(tx, &actor, battery, &patch).await;
                }
                let pack = in_my_station(tx, &actor, battery).await?;
                change(tx, pack, &patch).await?;
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

async fn change(tx: &mut Tx<'_>, mut pack: PackRow, patch: &BatteryPatch) -> Result<(), Failure> {
    let wish = Wish::read(patch)?;
    let slot = match wish.slot {
        Some(slot) if slot != pack.slot.0 => free_slot(tx, pack.station, Some(slot)).await?,
        _ => pack.slot,
    };
    let to = next(&pack, &wish, slot, tx.now())?;
    let can_be_handed_out = to.state == BatteryState::Available && to.soh.get() >= MIN_DISPENSE_SOH;
    if pack.hold.is_some() && !can_be_handed_out {
        exchange(tx, &pack).await?;
        (pack.hold, pack.held_for) = (None, None);
    }
    if !tx.change_pack(&pack, &to).await? {
        return Err(StoreError::Overtaken.into());
    }
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

/// Gives the booking another pack, and tells its customer.
async fn exchange(tx: &mut Tx<'_>, pack: &PackRow) -> Result<(), Failure> {
    let Some(other) = tx.substitute(pack).await? else {
        let booking = pack
            .held_for
            .map_or_else(String::new, |booking| format!(" {booking}"));
        let detail = format!(
            "The battery is held for booking{booking} and no other of its model is charged as well. Cancel the booking first."
        );
        return Err(Problem::BatteryBusy { detail }.into());
    };
    let Some(booking) = bookings::find(tx.connection(), other.booking).await? else {
        return Ok(());
    };
    let slot = other.slot.label();
    let notice = Notice {
        kind: NotificationKind::StationAlert,
        message: text::battery_exchanged(&booking.station_name, &slot),
        level: Level::Warning,
        booking: Some(booking.id),
        station: Some(booking.station),
        data: json!({ "station_name": booking.station_name, "slot": slot }),
    };
    tx.notify(booking.user, notice).await?;
    Ok(())
}
