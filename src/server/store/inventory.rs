//! Reading what stands in stations: packs, slots, bays and the counts that follow from them.
//!
//! The counts are computed in one place, [`StationInventory::counts`], for events, snapshots, lists and
//! checks alike.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::StoreError;
use super::floor::bays;
use super::row::Columns;
use crate::domain::battery::{MIN_DISPENSE_SOC, MIN_DISPENSE_SOH};
use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, BayState, BookingId, Grade, HoldId, OperatorId, Percent,
    Position, SlotNumber, StationId, StationStatus, Timestamp,
};
use crate::protocol::Inventory;
use crate::protocol::inventory::ModelCount;
use crate::protocol::rest::BatteryOut;

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

/// A pack in a slot.
#[derive(Clone, Debug)]
pub struct PackRow {
    /// Id.
    pub id: BatteryId,
    /// Where.
    pub station: StationId,
    /// In which slot.
    pub slot: SlotNumber,
    /// Its model.
    pub model: BatteryModelId,
    /// Its model's name.
    pub model_name: String,
    /// What is being done with it.
    pub state: BatteryState,
    /// State of charge.
    pub soc: Percent,
    /// When that was measured.
    pub soc_at: Timestamp,
    /// State of health.
    pub soh: Percent,
    /// Charging speed in % per hour, as forecast.
    pub percent_per_hour: f64,
    /// The claim on it.
    pub hold: Option<HoldId>,
    /// The booking it is held for; none while it is offered to somebody in line.
    pub held_for: Option<BookingId>,
    /// Can be handed out now, by the view `dispensable`.
    pub dispensable: bool,
    /// Serial number.
    pub serial: String,
    /// How often it came back.
    pub service_cycles: i64,
    /// Why it is locked.
    pub note: Option<String>,
}

impl PackRow {
    /// When the forecast has it at `target` %; `None` unless it charges towards it.
    pub fn eta(&self, target: u8) -> Option<Timestamp> {
        if self.state != BatteryState::Charging || self.soh.get() < MIN_DISPENSE_SOH {
            return None;
        }
        let missing = f64::from(target.saturating_sub(self.soc.get()));
        Some(self.soc_at + Duration::from_secs_f64(missing / self.percent_per_hour * 3600.0))
    }

    /// The pack as everybody sees it; with `for_staff` also what only staff of its station see.
    pub fn to_out(&self, for_staff: bool) -> BatteryOut {
        BatteryOut {
            id: self.id,
            model_id: self.model,
            model_name: self.model_name.clone(),
            soc: self.soc,
            soh: self.soh,
            grade: Grade::of(self.soh),
            state: self.state,
            held: self.hold.is_some(),
            slot: Some(self.slot),
            eta_ready: self.eta(MIN_DISPENSE_SOC),
            eta_full: self.eta(100),
            station_id: Some(self.station),
            serial: for_staff.then(|| self.serial.clone()),
            service_cycles: for_staff.then_some(self.service_cycles),
            booking_id: if for_staff { self.held_for } else { None },
            note: if for_staff { self.note.clone() } else { None },
        }
    }

    /// Its letter in the strip (see [`Inventory::strip`]).
    fn letter(&self) -> char {
        match self.state {
            _ if self.hold.is_some() => 'h',
            BatteryState::Available if self.soc.get() >= MIN_DISPENSE_SOC => 'r',
            BatteryState::Available | BatteryState::Charging => 'c',
            BatteryState::Returned => 'k',
            _ => 'f',
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
        Some(station) => super::stations::find(connection, station)
            .await?
            .into_iter()
            .collect(),
        None => super::stations::all(connection).await?,
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

/// The columns of a pack in a slot; `$rest` says which packs. The view is asked pack by pack, so that looking at
/// one station costs the same however many there are.
macro_rules! select_packs {
    ($rest:literal) => {
        concat!(
            "SELECT battery.id, battery.station_id, battery.slot, battery.model_id,
                 battery_model.name AS model_name, battery_model.charge_percent_per_hour,
                 battery.state, battery.soc, battery.soc_at, battery.soh, battery.serial,
                 battery.service_cycles, battery.note, battery.hold_id, hold.booking_id AS held_for,
                 CASE WHEN EXISTS (SELECT 1 FROM dispensable WHERE dispensable.id = battery.id)
                     THEN 1 ELSE 0 END AS is_dispensable
             FROM battery
             JOIN battery_model ON battery_model.id = battery.model_id
             LEFT JOIN hold ON hold.id = battery.hold_id
             WHERE battery.station_id IS NOT NULL ",
            $rest
        )
    };
}

/// The packs in slots, by station and slot; of all stations where none is named.
pub async fn packs(
    connection: &mut AnyConnection,
    only: Option<StationId>,
    charge_speed: f64,
) -> Result<Vec<PackRow>, StoreError> {
    let query = match only {
        Some(station) => {
            sqlx::query(select_packs!("AND battery.station_id = $1 ORDER BY battery.slot")).bind(station.0)
        }
        None => sqlx::query(select_packs!("ORDER BY battery.station_id, battery.slot")),
    };
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| pack_row(row, charge_speed)).collect()
}

/// Whether there is such a pack, wherever it is.
pub async fn battery_exists(connection: &mut AnyConnection, battery: BatteryId) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM battery WHERE id = $1")
        .bind(battery.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// One pack, if it stands in a slot.
pub async fn pack(
    connection: &mut AnyConnection,
    battery: BatteryId,
    charge_speed: f64,
) -> Result<Option<PackRow>, StoreError> {
    let row = sqlx::query(select_packs!("AND battery.id = $1"))
        .bind(battery.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| pack_row(&row, charge_speed)).transpose()
}

pub(super) fn station_row(row: &AnyRow) -> Result<StationRow, StoreError> {
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

fn pack_row(row: &AnyRow, charge_speed: f64) -> Result<PackRow, StoreError> {
    let per_hour: i64 = row.plain("charge_percent_per_hour")?;
    let hold: Option<i64> = row.plain("hold_id")?;
    let held_for: Option<i64> = row.plain("held_for")?;
    Ok(PackRow {
        id: BatteryId(row.plain("id")?),
        station: StationId(row.plain("station_id")?),
        slot: SlotNumber(row.plain("slot")?),
        model: BatteryModelId(row.plain("model_id")?),
        model_name: row.plain("model_name")?,
        state: row.word("state")?,
        soc: Percent::clamped(row.plain("soc")?),
        soc_at: row.instant("soc_at")?,
        soh: Percent::clamped(row.plain("soh")?),
        #[expect(clippy::cast_precision_loss, reason = "a speed of a few hundred % per hour")]
        percent_per_hour: (per_hour as f64) * charge_speed,
        hold: hold.map(HoldId),
        held_for: held_for.map(BookingId),
        dispensable: row.flag("is_dispensable")?,
        serial: row.plain("serial")?,
        service_cycles: row.plain("service_cycles")?,
        note: row.plain("note")?,
    })
}
