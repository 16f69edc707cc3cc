//! What the station sockets told, as signals: one row a station for the list, one cell a slot for a
//! station. Applies absolute values, never older than those it holds. While the person pauses, it goes on
//! listening and shows nothing; resuming shows the latest.

mod list;
mod slots;

use leptos::prelude::*;

use crate::app::browser;
use crate::domain::BatteryModelId;
use crate::protocol::inventory::Inventory;

pub use list::{Row, StationList};
pub use slots::{Cell, SlotSignal, StationStore};

/// The models that are counted, where not all of them are.
pub type Counted = Option<Vec<BatteryModelId>>;

/// How many packs of the counted models can be taken at a station, and how many charge.
pub fn ready_and_charging(inventory: &Inventory, counted: &Counted) -> (i64, i64) {
    let Some(models) = counted else {
        return (inventory.available_batteries, inventory.charging_batteries);
    };
    let mut sum = (0, 0);
    for counts in &inventory.models {
        if models.contains(&counts.model_id) {
            sum.0 += counts.available;
            sum.1 += counts.charging;
        }
    }
    sum
}

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
