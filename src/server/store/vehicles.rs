//! Vehicles of people and the catalogue of their types: the only place that writes to `vehicle`,
//! `vehicle_type` and `vehicle_type_model`.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::{BatteryModelId, Timestamp, UserId, VehicleId, VehicleTypeId};
use crate::protocol::rest::{FittingModel, VehicleOut, VehicleTypeOut};

/// A vehicle before it exists, or as it is to be.
#[derive(Clone, Debug)]
pub struct NewVehicle {
    /// Id.
    pub id: VehicleId,
    /// Whose.
    pub user: UserId,
    /// Its type.
    pub vehicle_type: VehicleTypeId,
    /// As `domain::Registration` writes it.
    pub registration: String,
    /// What its owner calls it.
    pub name: String,
}

impl Tx<'_> {
    /// Adds a vehicle. False when the person has one of this registration.
    pub async fn insert_vehicle(&mut self, new: &NewVehicle) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO vehicle (id, user_id, type_id, registration, name, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (user_id, registration) DO NOTHING",
        )
        .bind(new.id.0)
        .bind(new.user.0)
        .bind(new.vehicle_type.0)
        .bind(new.registration.clone())
        .bind(new.name.clone())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(inserted == 1)
    }

    /// Changes a vehicle of its owner. False when it is gone, or another of hers has the registration.
    pub async fn update_vehicle(&mut self, new: &NewVehicle) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE vehicle
             SET type_id = $3, registration = $4, name = $5
             WHERE id = $1 AND user_id = $2
               AND NOT EXISTS (SELECT 1 FROM vehicle AS other
                   WHERE other.user_id = $2 AND other.registration = $4 AND other.id <> $1)",
        )
        .bind(new.id.0)
        .bind(new.user.0)
        .bind(new.vehicle_type.0)
        .bind(new.registration.clone())
        .bind(new.name.clone())
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        Ok(changed == 1)
    }

    /// Removes a vehicle of its owner. False when there is none.
    pub async fn delete_vehicle(&mut self, user: UserId, vehicle: VehicleId) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM vehicle WHERE id = $1 AND user_id = $2")
            .bind(vehicle.0)
            .bind(user.0)
            .execute(self.connection())
            .await?
            .rows_affected();
        Ok(deleted == 1)
    }

    /// Adds a type. False when the catalogue has this maker and name.
    pub async fn insert_vehicle_type(
        &mut self,
        id: VehicleTypeId,
        maker: &str,
        name: &str,
    ) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO vehicle_type (id, maker, name, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (maker, name) DO NOTHING",
        )
        .bind(id.0)
        .bind(maker.to_owned())
        .bind(name.to_owned())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(inserted == 1)
    }

    /// Changes what a type is called. False when another has this maker and name.
    pub async fn rename_vehicle_type(
        &mut self,
        id: VehicleTypeId,
        maker: &str,
        name: &str,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE vehicle_type
             SET maker = $2, name = $3
             WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM vehicle_type AS other
                   WHERE other.maker = $2 AND other.name = $3 AND other.id <> $1)",
        )
        .bind(id.0)
        .bind(maker.to_owned())
        .bind(name.to_owned())
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        Ok(changed == 1)
    }

    /// Writes down which models fit a type, in place of what was written before.
    pub async fn set_fitting(
        &mut self,
        id: VehicleTypeId,
        models: &[BatteryModelId],
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM vehicle_type_model WHERE type_id = $1")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        for model in models {
            sqlx::query(
                "INSERT INTO vehicle_type_model (type_id, model_id) VALUES ($1, $2)
                 ON CONFLICT (type_id, model_id) DO NOTHING",
            )
            .bind(id.0)
            .bind(model.0)
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }
}

/// The unique indexes: another transaction was faster; run again, and the look will see it.
fn overtaken_if_taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}

/// The catalogue, by maker and name.
pub async fn types(connection: &mut AnyConnection) -> Result<Vec<VehicleTypeOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT vehicle_type.id, vehicle_type.maker, vehicle_type.name, battery_model.id AS model_id,
             battery_model.name AS model_name
         FROM vehicle_type
         LEFT JOIN vehicle_type_model ON vehicle_type_model.type_id = vehicle_type.id
         LEFT JOIN battery_model ON battery_model.id = vehicle_type_model.model_id
         ORDER BY vehicle_type.maker, vehicle_type.name, vehicle_type.id, battery_model.id",
    )
    .fetch_all(connection)
    .await?;
    let mut types: Vec<VehicleTypeOut> = Vec::new();
    for row in &rows {
        let id = VehicleTypeId(row.plain("id")?);
        if types.last().is_none_or(|last| last.id != id) {
            types.push(VehicleTypeOut {
                id,
                maker: row.plain("maker")?,
                name: row.plain("name")?,
                models: Vec::new(),
            });
        }
        let model = row.plain::<Option<i64>>("model_id")?;
        if let (Some(model), Some(known)) = (model, types.last_mut()) {
            known.models.push(FittingModel {
                model_id: BatteryModelId(model),
                name: row.plain("model_name")?,
            });
        }
    }
    Ok(types)
}

/// One type of the catalogue.
pub async fn find_type(
    connection: &mut AnyConnection,
    id: VehicleTypeId,
) -> Result<Option<VehicleTypeOut>, StoreError> {
    let types = types(connection).await?;
    Ok(types.into_iter().find(|known| known.id == id))
}

/// Somebody's vehicles, the first she added first.
pub async fn of_user(connection: &mut AnyConnection, user: UserId) -> Result<Vec<VehicleOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, type_id, registration, name, created_at
         FROM vehicle
         WHERE user_id = $1
         ORDER BY created_at, id",
    )
    .bind(user.0)
    .fetch_all(&mut *connection)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let types = types(connection).await?;
    rows.iter().map(|row| vehicle(row, &types)).collect()
}

/// Somebody's vehicle of this registration.
pub async fn by_registration(
    connection: &mut AnyConnection,
    user: UserId,
    registration: &str,
) -> Result<Option<VehicleOut>, StoreError> {
    let row = sqlx::query(
        "SELECT id, type_id, registration, name, created_at
         FROM vehicle
         WHERE user_id = $1 AND registration = $2",
    )
    .bind(user.0)
    .bind(registration.to_owned())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let types = types(connection).await?;
    vehicle(&row, &types).map(Some)
}

fn vehicle(row: &AnyRow, types: &[VehicleTypeOut]) -> Result<VehicleOut, StoreError> {
    let of = VehicleTypeId(row.plain("type_id")?);
    let known = types.iter().find(|known| known.id == of);
    Ok(VehicleOut {
        id: VehicleId(row.plain("id")?),
        registration: row.plain("registration")?,
        name: row.plain("name")?,
        vehicle_type: known.cloned().ok_or(StoreError::Overtaken)?,
        created_at: Timestamp::from_micros(row.plain("created_at")?),
    })
}
