//! What the station sockets told, as signals: one row a station for the list, one cell a slot for a
//! station. Applies absolute values, never older than those it holds. While the person pauses, it goes on
//! listening and shows nothing; resuming shows the latest.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::app::browser;
use crate::app::parts::pack::Shape;
use crate::domain::{BatteryId, InventoryAction, SlotNumber, StationId};
use crate::protocol::frame::{Inventory, ServerMessage, StationSnapshot};
use crate::protocol::rest::{BatteryOut, StationOut};

/// How long a changed row or slot keeps its outline.
const OUTLINE_MS: u32 = 1_500;

/// Whether the person wants to see changes, and how many wait for her.
#[derive(Clone, Copy)]
pub struct Pause {
    paused: RwSignal<bool>,
    waiting: RwSignal<u32>,
}

impl Pause {
    fn new() -> Self {
        Self {
            paused: RwSignal::new(false),
            waiting: RwSignal::new(0),
        }
    }

    /// Changes are kept back.
    pub fn is_paused(self) -> bool {
        self.paused.get()
    }

    /// How many changes are kept back.
    pub fn waiting(self) -> u32 {
        self.waiting.get()
    }

    /// Whether a change is to be shown now; counts it otherwise.
    fn lets_through(self, counts: bool) -> bool {
        let paused = self.paused.get_untracked();
        if paused && counts {
            self.waiting.update(|waiting| *waiting += 1);
        }
        !paused
    }

    fn toggle(self) {
        self.paused.update(|paused| *paused = !*paused);
        self.waiting.set(0);
    }
}

/// An outline that goes away by itself.
#[derive(Clone)]
pub struct Outline(ArcRwSignal<bool>);

impl Outline {
    fn new() -> Self {
        Self(ArcRwSignal::new(false))
    }

    /// Is to be seen.
    pub fn is_on(&self) -> bool {
        self.0.get()
    }

    fn flash(&self) {
        self.0.set(true);
        let outline = self.0.clone();
        let off = move || outline.set(false);
        browser::after(OUTLINE_MS, off).forget();
    }
}

/// What a person would call a change of a station: its counts or its status, not a percent of charge.
fn differs(old: &Inventory, new: &Inventory) -> bool {
    let counts = |inventory: &Inventory| {
        (
            inventory.available_batteries,
            inventory.booked_batteries,
            inventory.charging_batteries,
            inventory.free_slots,
            inventory.status,
        )
    };
    counts(old) != counts(new)
}

/// One station of the list.
#[derive(Clone)]
pub struct Row {
    /// What does not change while it is on the page: name, place, hours.
    pub about: Arc<StationOut>,
    /// The counts the page shows.
    pub shown: ArcRwSignal<Inventory>,
    /// Changed a moment ago.
    pub outline: Outline,
}

impl Row {
    fn show(&self, latest: &Inventory) {
        let (same, outlined) = self
            .shown
            .with_untracked(|shown| (shown == latest, differs(shown, latest)));
        if same {
            return;
        }
        self.shown.set(latest.clone());
        if outlined {
            self.outline.flash();
        }
    }
}

/// The stations of the list, in the order of the page: rows never move.
#[derive(Clone, Copy)]
pub struct StationList {
    /// The rows; replaced as a whole by a new search.
    pub rows: RwSignal<Vec<Row>>,
    /// Pause and resume.
    pub pause: Pause,
    /// Stations that opened after the page was made.
    pub newcomers: RwSignal<u32>,
    /// The latest of every station, on the page or not.
    latest: StoredValue<BTreeMap<StationId, (u64, Inventory)>>,
}

impl StationList {
    /// With what the page shows.
    pub fn new(stations: &[StationOut]) -> Self {
        let list = Self {
            rows: RwSignal::new(Vec::new()),
            pause: Pause::new(),
            newcomers: RwSignal::new(0),
            latest: StoredValue::new(BTreeMap::new()),
        };
        list.replace(stations);
        list
    }

    /// Shows the stations of another search. What the line told meanwhile wins over an older answer.
    pub fn replace(self, stations: &[StationOut]) {
        for station in stations {
            self.put(station.id, station.seq, &station.inventory);
        }
        let row = |station: &StationOut| Row {
            about: Arc::new(station.clone()),
            shown: ArcRwSignal::new(
                self.latest_of(station.id)
                    .unwrap_or_else(|| station.inventory.clone()),
            ),
            outline: Outline::new(),
        };
        self.newcomers.set(0);
        self.rows.set(stations.iter().map(row).collect());
    }

    /// Applies a frame.
    pub fn take(self, message: &ServerMessage) {
        match message {
            ServerMessage::InventoryUpdate(update) => {
                self.put(update.station_id, update.seq, &update.inventory);
                if update.action == InventoryAction::Created {
                    self.newcomers.update(|newcomers| *newcomers += 1);
                }
            }
            ServerMessage::Snapshot(snapshot) => {
                for station in snapshot.stations.iter().flatten() {
                    self.put(station.station_id, station.seq, &station.inventory);
                }
            }
            _ => {}
        }
    }

    /// Pauses, or resumes and shows the latest.
    pub fn toggle_pause(self) {
        self.pause.toggle();
        if self.pause.paused.get_untracked() {
            return;
        }
        for row in self.rows.get_untracked() {
            if let Some(latest) = self.latest_of(row.about.id) {
                row.show(&latest);
            }
        }
    }

    fn latest_of(self, station: StationId) -> Option<Inventory> {
        self.latest
            .with_value(|latest| latest.get(&station).map(|(_, inventory)| inventory.clone()))
    }

    fn put(self, station: StationId, seq: u64, inventory: &Inventory) {
        let changed = self.latest.try_update_value(|latest| {
            let held = latest.get(&station);
            if held.is_some_and(|(held, _)| seq < *held) {
                return None;
            }
            let counts = held.is_some_and(|(_, held)| differs(held, inventory));
            latest.insert(station, (seq, inventory.clone()));
            Some(counts)
        });
        let Some(Some(counts)) = changed else { return };
        let rows = self.rows.get_untracked();
        let Some(row) = rows.iter().find(|row| row.about.id == station) else {
            return;
        };
        if self.pause.lets_through(counts) {
            row.show(inventory);
        }
    }
}

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
