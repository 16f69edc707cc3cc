//! One station, slot by slot.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::{Outline, Pause, differs};
use crate::app::parts::pack::Shape;
use crate::domain::{BatteryId, SlotNumber};
use crate::protocol::frame::{Inventory, ServerMessage, StationSnapshot};
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
                    latest.packs.insert(pack.id, pack.clone());
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
        latest.packs = packs.iter().map(|pack| (pack.id, pack.clone())).collect();
    }
}
