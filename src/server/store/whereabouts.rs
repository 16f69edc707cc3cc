//! Where packs are, and where there is room for one. Only reads.

use sqlx::AnyConnection;

use super::StoreError;
use super::row::Columns;
use crate::domain::{BatteryId, BatteryModelId, BatteryState, SlotNumber, StationId, Timestamp, UserId};

/// What a slot is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotUse {
    /// A pack can be put there.
    Free,
    /// A pack stands there.
    Taken,
    /// Nothing can stand there.
    OutOfService,
}

/// A pack that a customer has.
#[derive(Clone, Debug)]
pub struct PackAway {
    /// Which one.
    pub id: BatteryId,
    /// What stands on it.
    pub serial: String,
    /// Its model.
    pub model: BatteryModelId,
    /// When it left.
    pub since: Timestamp,
}

/// The free, healthy slot with the lowest number.
pub async fn first_free_slot(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Option<SlotNumber>, StoreError> {
    let row = sqlx::query(
        "SELECT slot.number
         FROM slot
         LEFT JOIN battery ON battery.station_id = slot.station_id AND battery.slot = slot.number
         WHERE slot.station_id = $1 AND slot.state = 'healthy' AND battery.id IS NULL
         ORDER BY slot.number
         LIMIT 1",
    )
    .bind(station.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(SlotNumber(row.plain("number")?))).transpose()
}

/// What a slot is good for right now; `None` when there is no such slot.
pub async fn slot_use(
    connection: &mut AnyConnection,
    station: StationId,
    slot: SlotNumber,
) -> Result<Option<SlotUse>, StoreError> {
    let row = sqlx::query(
        "SELECT slot.state, CASE WHEN battery.id IS NULL THEN 0 ELSE 1 END AS is_taken
         FROM slot
         LEFT JOIN battery ON battery.station_id = slot.station_id AND battery.slot = slot.number
         WHERE slot.station_id = $1 AND slot.number = $2",
    )
    .bind(station.0)
    .bind(slot.0)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(match (row.plain::<&str>("state")?, row.flag("is_taken")?) {
        (_, true) => SlotUse::Taken,
        ("healthy", false) => SlotUse::Free,
        _ => SlotUse::OutOfService,
    }))
}

/// Whether some pack has this serial number, wherever it is.
pub async fn is_serial_known(connection: &mut AnyConnection, serial: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM battery WHERE serial = $1")
        .bind(serial.to_owned())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// A pack as far as whoever brings it must know.
#[derive(Clone, Copy, Debug)]
pub struct KnownPack {
    /// Which one.
    pub id: BatteryId,
    /// Its model.
    pub model: BatteryModelId,
    /// With whom it is, while it is in use.
    pub holder: Option<UserId>,
}

/// The pack with this serial number, wherever it is.
pub async fn by_serial(
    connection: &mut AnyConnection,
    serial: &str,
) -> Result<Option<KnownPack>, StoreError> {
    let row = sqlx::query("SELECT id, model_id, holder_id FROM battery WHERE serial = $1")
        .bind(serial.to_owned())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(KnownPack {
            id: BatteryId(row.plain("id")?),
            model: BatteryModelId(row.plain("model_id")?),
            holder: row.plain::<Option<i64>>("holder_id")?.map(UserId),
        })
    })
    .transpose()
}

/// The state of a pack that is in no slot; `None` when there is no such pack.
pub async fn state_of(
    connection: &mut AnyConnection,
    battery: BatteryId,
) -> Result<Option<BatteryState>, StoreError> {
    let row = sqlx::query("SELECT state FROM battery WHERE id = $1")
        .bind(battery.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| row.word("state")).transpose()
}

/// The packs that customers have, longest first.
pub async fn in_use(connection: &mut AnyConnection) -> Result<Vec<PackAway>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, serial, model_id, changed_at
         FROM battery
         WHERE state = 'in_use'
         ORDER BY changed_at, id
         LIMIT 500",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PackAway {
                id: BatteryId(row.plain("id")?),
                serial: row.plain("serial")?,
                model: BatteryModelId(row.plain("model_id")?),
                since: row.instant("changed_at")?,
            })
        })
        .collect()
}

/// The returned packs that nobody objected to until an instant, longest first.
pub async fn returned_before(
    connection: &mut AnyConnection,
    before: Timestamp,
) -> Result<Vec<BatteryId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM battery
         WHERE state = 'returned' AND changed_at <= $1
         ORDER BY changed_at, id
         LIMIT 100",
    )
    .bind(before.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BatteryId(row.plain("id")?))).collect()
}

/// The model of a pack, wherever it is.
pub async fn model_of(
    connection: &mut AnyConnection,
    battery: BatteryId,
) -> Result<Option<BatteryModelId>, StoreError> {
    let row = sqlx::query("SELECT model_id FROM battery WHERE id = $1")
        .bind(battery.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(BatteryModelId(row.plain("model_id")?)))
        .transpose()
}
