//! One station, slot by slot.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::{Outline, Pause, differs};
use crate::app::parts::pack::Shape;
use crate::domain::{BatteryId, SlotNumber};
use crate::protocol::frame::ServerMessage;
use crate::protocol::inventory::{Inventory, StationSnapshot};
use crate::protocol::rest::{BatteryOut, StationOut};

/// One slot as the page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Which slot.
    pub number: SlotNumber,
    /// What stands there.
    pub shape: Shape,
    /// The pack, when there is one.
    pub pack: Option<BatteryOut>,
}

/// A slot on the page.
#[derive(Clone)]
pub struct SlotSignal {
    /// What the page shows.
    pub cell: ArcRwSignal<Cell>,
    /// Changed a moment ago.
    pub outline: Outline,
}

/// Everything known about a station's slots at one position.
#[derive(Clone, Debug)]
struct Latest {
    seq: u64,
    inventory: Inventory,
    message: Option<String>,
    packs: BTreeMap<BatteryId, BatteryOut>,
}

impl Latest {
    /// A newer state of a pack. Public frames leave out what only staff may see; that is kept as long as it
    /// can still be true.
    fn put(&mut self, pack: &BatteryOut) {
        let mut fresh = pack.clone();
        if let Some(held) = self.packs.remove(&pack.id) {
            fresh.serial = fresh.serial.or(held.serial);
            fresh.service_cycles = fresh.service_cycles.or(held.service_cycles);
            fresh.booking_id = fresh
                .booking_id
                .or(held.booking_id.filter(|_| fresh.held && held.held));
            fresh.note = fresh.note.or(held.note.filter(|_| fresh.state == held.state));
        }
        self.packs.insert(fresh.id, fresh);
    }

    /// What only staff may see, from an answer that is older than what is known.
    fn add_details(&mut self, packs: &[BatteryOut]) {
        for pack in packs {
            if let Some(known) = self.packs.get(&pack.id).cloned() {
                self.packs.insert(pack.id, pack.clone());
                self.put(&known);
            }
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let strip = self.inventory.strip.as_bytes();
        let slots = (1..=self.inventory.total_slots).zip(0_usize..);
        let cell = |(number, index): (i64, usize)| {
            let number = SlotNumber(number);
            let pack = self
                .packs
                .values()
                .find(|pack| pack.slot == Some(number))
                .cloned();
            let bare = Shape::of_strip(strip.get(2 * index).copied().unwrap_or(b'e'));
            let shape = match &pack {
                Some(pack) => Shape::of(pack),
                None if bare == Shape::Fault => Shape::Fault,
                None => Shape::Empty,
            };
            Cell { number, shape, pack }
        };
        slots.map(cell).collect()
    }
}

/// One station, slot by slot.
#[derive(Clone, Copy)]
pub struct StationStore {
    /// The counts the page shows.
    pub inventory: RwSignal<Inventory>,
    /// The sentence that came with its status.
    pub message: RwSignal<Option<String>>,
    /// The slots, in their order.
    pub slots: RwSignal<Vec<SlotSignal>>,
    /// Pause and resume.
    pub pause: Pause,
    latest: StoredValue<Latest>,
}

impl StationStore {
    /// With what the page shows.
    pub fn new(station: &StationOut, packs: &[BatteryOut]) -> Self {
        let latest = Latest {
            seq: station.seq,
            inventory: station.inventory.clone(),
            message: station.status_message.clone(),
            packs: packs.iter().map(|pack| (pack.id, pack.clone())).collect(),
        };
        Self {
            inventory: RwSignal::new(station.inventory.clone()),
            message: RwSignal::new(station.status_message.clone()),
            slots: RwSignal::new(latest.cells().into_iter().map(slot_signal).collect()),
            pause: Pause::new(),
            latest: StoredValue::new(latest),
        }
    }

    /// Applies a frame.
    pub fn take(self, message: &ServerMessage) {
        let applied = self.latest.try_update_value(|latest| match message {
            ServerMessage::InventoryUpdate(update) if update.seq >= latest.seq => {
                let counts = differs(&latest.inventory, &update.inventory);
                latest.seq = update.seq;
                latest.inventory = update.inventory.clone();
                for gone in &update.gone {
                    latest.packs.remove(gone);
                }
                for pack in &update.batteries {
                    latest.put(pack);
                }
                Some(counts)
            }
            ServerMessage::Snapshot(snapshot) => snapshot.stations.iter().flatten().next().map(|station| {
                replace(latest, station);
                true
            }),
            ServerMessage::StationStatus { message, seq, .. } if *seq >= latest.seq => {
                latest.message = (!message.is_empty()).then(|| message.clone());
                Some(false)
            }
            _ => None,
        });
        if let Some(Some(counts)) = applied
            && self.pause.lets_through(counts)
        {
            self.show();
        }
    }

    /// Takes over what a page of staff was told about its packs. An answer that the line has overtaken only
    /// adds what no public frame says. What follows from an action of the person herself is shown although
    /// she pauses.
    pub fn refresh(self, station: &StationOut, packs: &[BatteryOut], own: bool) {
        self.latest.update_value(|latest| {
            if station.seq < latest.seq {
                latest.add_details(packs);
                return;
            }
            latest.seq = station.seq;
            latest.inventory = station.inventory.clone();
            latest.message.clone_from(&station.status_message);
            latest.packs = packs.iter().map(|pack| (pack.id, pack.clone())).collect();
        });
        if own || self.pause.lets_through(false) {
            self.show();
        }
    }

    /// Pauses, or resumes and shows the latest.
    pub fn toggle_pause(self) {
        self.pause.toggle();
        if !self.pause.paused.get_untracked() {
            self.show();
        }
    }

    fn show(self) {
        let Latest {
            inventory, message, ..
        } = self.latest.get_value();
        if self.inventory.with_untracked(|shown| *shown != inventory) {
            self.inventory.set(inventory);
        }
        if self.message.with_untracked(|shown| *shown != message) {
            self.message.set(message);
        }
        let cells = self.latest.with_value(Latest::cells);
        let slots = self.slots.get_untracked();
        if slots.len() != cells.len() {
            self.slots.set(cells.into_iter().map(slot_signal).collect());
            return;
        }
        for (slot, cell) in slots.into_iter().zip(cells) {
            let shape = slot
                .cell
                .with_untracked(|shown| (*shown != cell).then_some(shown.shape));
            let Some(shape) = shape else { continue };
            let outlined = shape != cell.shape;
            slot.cell.set(cell);
            if outlined {
                slot.outline.flash();
            }
        }
    }
}

fn slot_signal(cell: Cell) -> SlotSignal {
    SlotSignal {
        cell: ArcRwSignal::new(cell),
        outline: Outline::new(),
    }
}

fn replace(latest: &mut Latest, station: &StationSnapshot) {
    latest.seq = station.seq;
    latest.inventory = station.inventory.clone();
    if let Some(packs) = &station.batteries {
        latest
            .packs
            .retain(|id, _| packs.iter().any(|pack| pack.id == *id));
        for pack in packs {
            latest.put(pack);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BatteryModelId, BatteryState, BookingId, Grade, Percent};

    fn pack(state: BatteryState, held: bool) -> BatteryOut {
        BatteryOut {
            id: BatteryId(1),
            model_id: BatteryModelId(1),
            model_name: "VB60".to_owned(),
            soc: Percent::clamped(80),
            soh: Percent::clamped(95),
            grade: Grade::A,
            state,
            held,
            slot: Some(SlotNumber(1)),
            eta_ready: None,
            eta_full: None,
            station_id: None,
            serial: None,
            service_cycles: None,
            booking_id: None,
            note: None,
        }
    }

    fn known_to_staff() -> Latest {
        let staff = BatteryOut {
            serial: Some("VB60-1".to_owned()),
            booking_id: Some(BookingId(9)),
            note: Some("scratched".to_owned()),
            ..pack(BatteryState::Available, true)
        };
        Latest {
            seq: 4,
            inventory: Inventory {
                status: crate::domain::StationStatus::Online,
                available_batteries: 0,
                booked_batteries: 1,
                total_batteries: 1,
                charging_batteries: 0,
                free_slots: 0,
                total_slots: 1,
                free_bays: 0,
                total_bays: 0,
                next_available_at: None,
                models: Vec::new(),
                strip: "h8".to_owned(),
            },
            message: None,
            packs: [(staff.id, staff)].into(),
        }
    }

    #[test]
    fn a_public_frame_leaves_what_staff_know_and_takes_what_is_over() {
        let mut latest = known_to_staff();
        latest.put(&pack(BatteryState::Available, true));
        let kept = &latest.packs[&BatteryId(1)];
        assert_eq!(
            (kept.serial.as_deref(), kept.booking_id, kept.note.as_deref()),
            (Some("VB60-1"), Some(BookingId(9)), Some("scratched"))
        );
        latest.put(&pack(BatteryState::Charging, false));
        let kept = &latest.packs[&BatteryId(1)];
        assert_eq!(
            (kept.serial.as_deref(), kept.booking_id, kept.note.as_deref()),
            (Some("VB60-1"), None, None)
        );
    }

    #[test]
    fn an_overtaken_answer_adds_details_and_changes_no_state() {
        let mut latest = known_to_staff();
        latest
            .packs
            .insert(BatteryId(1), pack(BatteryState::Charging, false));
        let older = known_to_staff().packs[&BatteryId(1)].clone();
        latest.add_details(&[older]);
        let now = &latest.packs[&BatteryId(1)];
        assert_eq!((now.state, now.held), (BatteryState::Charging, false));
        assert_eq!((now.serial.as_deref(), now.booking_id), (Some("VB60-1"), None));
    }
}
