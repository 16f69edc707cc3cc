//! The stations of a list: one row each, in the order of the page.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::{Outline, Pause, differs};
use crate::domain::{InventoryAction, StationId};
use crate::protocol::inventory::{Inventory, StationNews};
use crate::protocol::rest::StationOut;

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

    /// Applies what a frame tells.
    pub fn take(self, news: &[StationNews]) {
        for station in news {
            self.put(station.station_id, station.seq, &station.inventory);
            if station.action == Some(InventoryAction::Created) {
                self.newcomers.update(|newcomers| *newcomers += 1);
            }
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
