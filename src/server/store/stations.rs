//! Stations: the only place that writes to `station`, `slot` and `assignment`.
//!
//! Every change reports itself to the transaction, so that `inventory_update` and `station_status` follow by
//! themselves. What stands in the slots belongs to `batteries` and `stock`, reading it all to `inventory`.

use sqlx::AnyConnection;

use super::inventory::StationRow;
use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::{
    InventoryAction, OperatorId, Position, SlotNumber, StationId, StationStatus, Timestamp, UserId,
};
use crate::server::hours::Opening;

/// A station before it exists.
#[derive(Clone, Debug)]
pub struct NewStation {
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
    /// OpenStreetMap syntax, checked.
    pub opening_hours: String,
    /// What those say now.
    pub opening: Opening,
    /// How many slots it gets, numbered from 1.
    pub slots: i64,
}

/// What may be changed of a station besides its status.
#[derive(Clone, Debug)]
pub struct StationTerms {
    /// Its name.
    pub name: String,
    /// Street.
    pub address: String,
    /// Town.
    pub city: String,
    /// OpenStreetMap syntax, checked.
    pub opening_hours: String,
    /// What those say now.
    pub opening: Opening,
}

impl Tx<'_> {
    /// Opens a station with healthy, empty slots.
    pub async fn insert_station(&mut self, new: &NewStation) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO station (id, operator_id, name, address, city, latitude, longitude, timezone,
                 opening_hours, status, status_message, open_now, hours_change_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'online', NULL, $10, $11, $12)",
        )
        .bind(new.id.0)
        .bind(new.operator.0)
        .bind(new.name.clone())
        .bind(new.address.clone())
        .bind(new.city.clone())
        .bind(new.position.latitude)
        .bind(new.position.longitude)
        .bind(new.timezone.clone())
        .bind(new.opening_hours.clone())
        .bind(i64::from(new.opening.open_now))
        .bind(new.opening.changes_at.map(Timestamp::micros))
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        sqlx::query(
            "INSERT INTO slot (station_id, number, state)
             WITH RECURSIVE numbers (number) AS (
                 SELECT CAST(1 AS BIGINT)
                 UNION ALL
                 SELECT number + 1 FROM numbers WHERE number < $2
             )
             SELECT $1, number, 'healthy' FROM numbers",
        )
        .bind(new.id.0)
        .bind(new.slots)
        .execute(self.connection())
        .await?;
        self.touch_station(new.id, InventoryAction::Created);
        Ok(())
    }

    /// Takes a slot out of use, or back into it.
    pub async fn set_slot(
        &mut self,
        station: StationId,
        slot: SlotNumber,
        healthy: bool,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE slot SET state = $3 WHERE station_id = $1 AND number = $2")
            .bind(station.0)
            .bind(slot.0)
            .bind(if healthy { "healthy" } else { "faulted" })
            .execute(self.connection())
            .await?;
        self.touch_station(station, InventoryAction::Update);
        Ok(())
    }

    /// Sends somebody to work at a station. False when she works there already.
    pub async fn assign(&mut self, user: UserId, station: StationId) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO assignment (user_id, station_id) VALUES ($1, $2)
             ON CONFLICT (user_id, station_id) DO NOTHING",
        )
        .bind(user.0)
        .bind(station.0)
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(inserted == 1)
    }

    /// Somebody works at a station no more. False when she did not.
    pub async fn unassign(&mut self, user: UserId, station: StationId) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM assignment WHERE user_id = $1 AND station_id = $2")
            .bind(user.0)
            .bind(station.0)
            .execute(self.connection())
            .await?
            .rows_affected();
        Ok(deleted == 1)
    }

    /// Changes what a station is called, where it is and when it is open.
    pub async fn change_station(
        &mut self,
        read: &StationRow,
        terms: &StationTerms,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE station
             SET name = $2, address = $3, city = $4, opening_hours = $5, open_now = $6, hours_change_at = $7
             WHERE id = $1",
        )
        .bind(read.id.0)
        .bind(terms.name.clone())
        .bind(terms.address.clone())
        .bind(terms.city.clone())
        .bind(terms.opening_hours.clone())
        .bind(i64::from(terms.opening.open_now))
        .bind(terms.opening.changes_at.map(Timestamp::micros))
        .execute(self.connection())
        .await?;
        self.touch_station(read.id, InventoryAction::Update);
        self.tell_if_doors_moved(read, terms.opening.open_now);
        Ok(())
    }

    /// Staff set what the station does. False when somebody else changed it since it was read.
    pub async fn set_status(
        &mut self,
        read: &StationRow,
        to: StationStatus,
        message: Option<String>,
    ) -> Result<bool, StoreError> {
        let changed =
            sqlx::query("UPDATE station SET status = $3, status_message = $4 WHERE id = $1 AND status = $2")
                .bind(read.id.0)
                .bind(read.set_status.as_str())
                .bind(to.as_str())
                .bind(message.clone())
                .execute(self.connection())
                .await?
                .rows_affected();
        if changed == 1 {
            self.touch_station(read.id, InventoryAction::Status).status = Some(message);
        }
        Ok(changed == 1)
    }

    /// The opening hours' answer changed. False when it was written down already.
    pub async fn set_opening(&mut self, read: &StationRow, opening: Opening) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE station
             SET open_now = $4, hours_change_at = $5
             WHERE id = $1 AND open_now = $2 AND hours_change_at = $3",
        )
        .bind(read.id.0)
        .bind(i64::from(read.open_now))
        .bind(read.hours_change_at.map(Timestamp::micros))
        .bind(i64::from(opening.open_now))
        .bind(opening.changes_at.map(Timestamp::micros))
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.tell_if_doors_moved(read, opening.open_now);
        }
        Ok(changed == 1)
    }

    /// The public hears of opening and closing only where the hours decide: a station that staff have paused
    /// stays paused.
    fn tell_if_doors_moved(&mut self, read: &StationRow, open_now: bool) {
        if read.set_status == StationStatus::Online && read.open_now != open_now {
            self.touch_station(read.id, InventoryAction::Status).status = Some(None);
        }
    }
}

macro_rules! select_stations {
    ($rest:literal) => {
        concat!(
            "SELECT id, operator_id, name, address, city, latitude, longitude, timezone, opening_hours, status,
                 status_message, open_now, hours_change_at, needs_approval, needs_prepayment
             FROM station ",
            $rest
        )
    };
}

/// All stations, by id.
pub async fn all(connection: &mut AnyConnection) -> Result<Vec<StationRow>, StoreError> {
    let rows = sqlx::query(select_stations!("ORDER BY id"))
        .fetch_all(connection)
        .await?;
    rows.iter().map(super::inventory::station_row).collect()
}

/// One station.
pub async fn find(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Option<StationRow>, StoreError> {
    let row = sqlx::query(select_stations!("WHERE id = $1"))
        .bind(station.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(super::inventory::station_row).transpose()
}

/// Ids and names of all stations, by id.
pub async fn names(connection: &mut AnyConnection) -> Result<Vec<(StationId, String)>, StoreError> {
    let rows = sqlx::query("SELECT id, name FROM station ORDER BY id")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((StationId(row.plain("id")?), row.plain("name")?)))
        .collect()
}

/// Stations whose hours change at or before an instant, earliest first.
pub async fn hours_due(connection: &mut AnyConnection, now: Timestamp) -> Result<Vec<StationId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM station WHERE hours_change_at <= $1 ORDER BY hours_change_at, id LIMIT 500",
    )
    .bind(now.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(StationId(row.plain("id")?))).collect()
}

/// When the hours of any station change next.
pub async fn next_hours_change(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT MIN(hours_change_at) AS changes_at FROM station WHERE hours_change_at IS NOT NULL",
    )
    .fetch_one(connection)
    .await?;
    row.instant_or_null("changes_at")
}

/// Whether there is such an operator.
pub async fn has_operator(connection: &mut AnyConnection, operator: OperatorId) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM operator WHERE id = $1")
        .bind(operator.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// The operators, oldest first.
pub async fn operators(connection: &mut AnyConnection) -> Result<Vec<OperatorId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM operator ORDER BY id")
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(OperatorId(row.plain("id")?))).collect()
}

/// The people who run a station's operator.
pub async fn operators_of(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(
        "SELECT users.id
         FROM users
         JOIN station ON station.operator_id = users.operator_id
         WHERE station.id = $1 AND users.active = 1 AND users.role = 'operator'
         ORDER BY users.id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(UserId(row.plain("id")?))).collect()
}

/// What an operator is called.
pub async fn operator_name(
    connection: &mut AnyConnection,
    operator: OperatorId,
) -> Result<String, StoreError> {
    let row = sqlx::query("SELECT name FROM operator WHERE id = $1")
        .bind(operator.0)
        .fetch_one(connection)
        .await?;
    row.plain("name")
}
