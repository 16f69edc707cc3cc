//! Packs in slots, as they are read.

use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::domain::battery::{MIN_DISPENSE_SOC, MIN_DISPENSE_SOH};
use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, BookingId, Grade, HoldId, Percent, SlotNumber, StationId,
    Timestamp,
};
use crate::protocol::rest::BatteryOut;
use crate::server::store::StoreError;
use crate::server::store::row::Columns;

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

    /// Its letter in the strip (see [`crate::protocol::Inventory::strip`]).
    pub(super) fn letter(&self) -> char {
        match self.state {
            _ if self.hold.is_some() => 'h',
            BatteryState::Available if self.soc.get() >= MIN_DISPENSE_SOC => 'r',
            BatteryState::Available | BatteryState::Charging => 'c',
            BatteryState::Returned => 'k',
            _ => 'f',
        }
    }
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
