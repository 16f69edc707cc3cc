//! Packs that somebody has to look at: locked ones, and those that came back with a remark.

use crate::domain::{BatteryId, BatteryState, Priority, SlotNumber, StationId, TaskCause, TaskKind};
use crate::server::store::inventory::PackRow;
use crate::server::store::tasks::{Ending, NewTask};
use crate::server::store::{Failure, Tx};

/// A pack in a slot changed its state: a locked one wants to be looked at, as a fault where somebody waited for it or
/// where it is hot; one that is locked no more wants nothing.
pub async fn state_changed(
    tx: &mut Tx<'_>,
    before: &PackRow,
    was_held: bool,
    to: BatteryState,
    note: Option<&str>,
) -> Result<(), Failure> {
    if before.state == to {
        return Ok(());
    }
    if to != BatteryState::Quarantined {
        return is_over(tx, before.id).await;
    }
    let urgency = Priority::of_fault(note);
    let kind = if was_held || urgency == Priority::P1 {
        TaskKind::Fault
    } else {
        TaskKind::InspectReturn
    };
    let text = in_words(before.slot, note);
    let mut task = NewTask::new(before.station, kind, TaskCause::Battery(before.id), text);
    if kind == TaskKind::Fault {
        task.priority = urgency;
    }
    tx.create_task(&task).await?;
    Ok(())
}

/// A pack came back, and whoever took it noted something about it.
pub async fn came_back(
    tx: &mut Tx<'_>,
    station: StationId,
    battery: BatteryId,
    slot: SlotNumber,
    note: Option<&str>,
) -> Result<(), Failure> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some() {
        let text = in_words(slot, note);
        let kind = TaskKind::InspectReturn;
        let task = NewTask::new(station, kind, TaskCause::Battery(battery), text);
        tx.create_task(&task).await?;
    }
    Ok(())
}

/// Nobody has to look at a pack any more.
pub async fn is_over(tx: &mut Tx<'_>, battery: BatteryId) -> Result<(), Failure> {
    tx.end_tasks(TaskCause::Battery(battery), None, Ending::Done)
        .await?;
    Ok(())
}

fn in_words(slot: SlotNumber, note: Option<&str>) -> String {
    let slot = slot.label();
    note.map_or_else(|| format!("Slot {slot}."), |note| format!("Slot {slot}: {note}"))
}
