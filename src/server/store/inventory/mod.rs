//! Reading what stands in stations: packs, slots, bays and the counts that follow from them.
//!
//! The counts are computed in one place, [`StationInventory::counts`], for events, snapshots, lists and
//! checks alike.

mod packs;

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::domain::battery::MIN_DISPENSE_SOC;
use crate::domain::{
    BatteryModelId, BatteryState, BayState, OperatorId, Position, SlotNumber, StationId, StationStatus,
    Timestamp,
};
use crate::protocol::Inventory;
use crate::protocol::inventory::ModelCount;
use crate::server::store::StoreError;
use crate::server::store::floor::bays;
use crate::server::store::row::Columns;

pub use packs::{PackRow, battery_exists, pack, packs};

/// A station without what stands in it.
#[derive(Clone, Debug)]
pub struct StationRow {
    /// Id.
    pub id: StationId,
    /// Whose it is.
    pub operator: OperatorId,
    /// Its name.
    pub name: String,
    /// Street.
    pub address: String,
    /// Town.
    pub city: String,
    /// Where it is.
    pub position: Position,
    /// IANA name of its zone.
    pub timezone: String,
    /// OpenStreetMap syntax.
    pub opening_hours: String,
    /// What staff set.
    pub set_status: StationStatus,
    /// What its opening hours say.
    pub open_now: bool,
    /// The sentence that came with the status.
    pub status_message: Option<String>,
    /// When its hours next change.
    pub hours_change_at: Option<Timestamp>,
    /// Bookings wait for somebody to say yes.
    pub needs_approval: bool,
    /// Bookings are to be paid before they are confirmed.
    pub needs_prepayment: bool,
}

impl StationRow {
    /// What the public sees: closed by its hours although staff have it online.
    pub fn status(&self) -> StationStatus {
        if self.set_status == StationStatus::Online && !self.open_now {
            StationStatus::Closed
        } else {
            self.set_status
        }
    }
}

/// A slot, whatever stands in it.
#[derive(Clone, Copy, Debug)]
pub struct SlotRow {
    /// Its number.
    pub number: SlotNumber,
    /// Can be used.
    pub healthy: bool,
}

/// A station with everything in it, as of one instant.
#[derive(Clone, Debug)]
pub struct StationInventory {
    /// The station.
    pub station: StationRow,
    /// Its slots, by number.
    pub slots: Vec<SlotRow>,
    /// The packs in them, by slot.
    pub packs: Vec<PackRow>,
    /// How its bays are.
    pub bays: Vec<BayState>,
}

impl StationInventory {
    /// The counts that everybody sees.
    pub fn counts(&self) -> Inventory {
        let count =
            |what: &dyn Fn(&PackRow) -> bool| number(self.packs.iter().filter(|pack| what(pack)).count());
        let available = count(&|pack| pack.dispensable);
        let booked = count(&|pack| pack.hold.is_some());
        let occupied: Vec<SlotNumber> = self.packs.iter().map(|pack| pack.slot).collect();
        let is_free = |slot: &&SlotRow| slot.healthy && !occupied.contains(&slot.number);
        Inventory {
            available_batteries: available,
            booked_batteries: booked,
            total_batteries: available + booked,
            charging_batteries: count(&is_charging),
            free_slots: number(self.slots.iter().filter(is_free).count()),
            total_slots: number(self.slots.len()),
            free_bays: number(self.bays.iter().filter(|bay| **bay == BayState::Free).count()),
            total_bays: number(self.bays.len()),
            next_available_at: self
                .packs
                .iter()
                .filter(|pack| is_charging(pack))
                .filter_map(|pack| pack.eta(MIN_DISPENSE_SOC))
                .min(),
            models: self.models(),
            status: self.station.status(),
            strip: self.strip(),
        }
    }

    fn models(&self) -> Vec<ModelCount> {
        let mut models: BTreeMap<BatteryModelId, ModelCount> = BTreeMap::new();
        for pack in &self.packs {
            let name = pack.model_name.clone();
            let fresh = || ModelCount {
                model_id: pack.model,
                name,
                available: 0,
                charging: 0,
            };
            let count = models.entry(pack.model).or_insert_with(fresh);
            count.available += i64::from(pack.dispensable);
            count.charging += i64::from(is_charging(pack));
        }
        models.into_values().collect()
    }

    fn strip(&self) -> String {
        let mut strip = String::with_capacity(self.slots.len() * 2);
        for slot in &self.slots {
            let pack = self.packs.iter().find(|pack| pack.slot == slot.number);
            let (letter, soc) = match pack {
                Some(pack) => (pack.letter(), pack.soc.get()),
                None if slot.healthy => ('e', 0),
                None => ('f', 0),
            };
            strip.push(letter);
            strip.push(char::from(b'0' + (soc / 10).min(9)));
        }
        strip
    }
}

fn is_charging(pack: &PackRow) -> bool {
    pack.state == BatteryState::Charging && pack.hold.is_none()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One station with everything in it.
pub async fn of_station(
    connection: &mut AnyConnection,
    station: StationId,
    charge_speed: f64,
) -> Result<Option<StationInventory>, StoreError> {
    Ok(read(connection, Some(station), charge_speed).await?.pop())
}

/// All stations with everything in them, by id.
pub async fn of_all(
    connection: &mut AnyConnection,
    charge_speed: f64,
) -> Result<Vec<StationInventory>, StoreError> {
    read(connection, None, charge_speed).await
}

async fn read(
    connection: &mut AnyConnection,
    only: Option<StationId>,
    charge_speed: f64,
) -> Result<Vec<StationInventory>, StoreError> {
    let stations = match only {
        Some(station) => crate::server::store::stations::find(connection, station)
            .await?
            .into_iter()
            .collect(),
        None => crate::server::store::stations::all(connection).await?,
    };
    let mut found: Vec<StationInventory> = Vec::with_capacity(stations.len());
    for station in stations {
        found.push(StationInventory {
            station,
            slots: Vec::new(),
            packs: Vec::new(),
            bays: Vec::new(),
        });
    }
    let slots = match only {
        Some(station) => {
            sqlx::query("SELECT station_id, number, state FROM slot WHERE station_id = $1 ORDER BY number")
                .bind(station.0)
        }
        None => sqlx::query("SELECT station_id, number, state FROM slot ORDER BY station_id, number"),
    };
    let slots = slots.fetch_all(&mut *connection).await?;
    let index: BTreeMap<i64, usize> = found
        .iter()
        .enumerate()
        .map(|(at, one)| (one.station.id.0, at))
        .collect();
    for row in &slots {
        let station: i64 = row.plain("station_id")?;
        let healthy = row.plain::<&str>("state")? == "healthy";
        let slot = SlotRow {
            number: SlotNumber(row.plain("number")?),
            healthy,
        };
        if let Some(at) = index.get(&station) {
            found[*at].slots.push(slot);
        }
    }
    for pack in packs(&mut *connection, only, charge_speed).await? {
        if let Some(at) = index.get(&pack.station.0) {
            found[*at].packs.push(pack);
        }
    }
    for (station, bay) in bays::states(connection, only).await? {
        if let Some(at) = index.get(&station.0) {
            found[*at].bays.push(bay);
        }
    }
    Ok(found)
}

pub(in crate::server::store) fn station_row(row: &AnyRow) -> Result<StationRow, StoreError> {
    Ok(StationRow {
        id: StationId(row.plain("id")?),
        operator: OperatorId(row.plain("operator_id")?),
        name: row.plain("name")?,
        address: row.plain("address")?,
        city: row.plain("city")?,
        position: Position {
            latitude: row.plain("latitude")?,
            longitude: row.plain("longitude")?,
        },
        timezone: row.plain("timezone")?,
        opening_hours: row.plain("opening_hours")?,
        set_status: row.word("status")?,
        open_now: row.flag("open_now")?,
        status_message: row.plain("status_message")?,
        hours_change_at: row.instant_or_null("hours_change_at")?,
        needs_approval: row.flag("needs_approval")?,
        needs_prepayment: row.flag("needs_prepayment")?,
    })
}
