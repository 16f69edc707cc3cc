//! What the network offers: types of packs, and the bays and services of stations.
//!
//! None of it moves: nothing here concerns the live counts.

use sqlx::AnyConnection;

use super::row::Columns;
use super::{IdKind, StoreError, Tx};
use crate::domain::{BatteryModelId, Currency, ServiceId, StationId};
use crate::protocol::rest::{BatteryModelOut, ServiceOut};

impl Tx<'_> {
    /// Adds a place where a vehicle stands.
    pub async fn insert_bay(&mut self, station: StationId, number: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO bay (id, station_id, number) VALUES ($1, $2, $3)")
            .bind(self.next_id(IdKind::Bay)?)
            .bind(station.0)
            .bind(number)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Adds something a station offers besides swaps.
    pub async fn insert_service(
        &mut self,
        station: StationId,
        name: &str,
        price: i64,
        minutes: i64,
    ) -> Result<ServiceId, StoreError> {
        let id = ServiceId(self.next_id(IdKind::Service)?);
        sqlx::query("INSERT INTO service (id, station_id, name, price, minutes) VALUES ($1, $2, $3, $4, $5)")
            .bind(id.0)
            .bind(station.0)
            .bind(name.to_owned())
            .bind(price)
            .bind(minutes)
            .execute(self.connection())
            .await?;
        Ok(id)
    }

    /// Adds a type of pack.
    pub async fn insert_model(
        &mut self,
        model: &BatteryModelOut,
        charge_percent_per_hour: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO battery_model (id, maker, name, nominal_voltage_v, capacity_wh,
                 charge_percent_per_hour, price, currency)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(model.id.0)
        .bind(model.maker.clone())
        .bind(model.name.clone())
        .bind(model.nominal_voltage_v)
        .bind(model.capacity_wh)
        .bind(charge_percent_per_hour)
        .bind(model.price)
        .bind(model.currency.to_string())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

/// The types of packs, by id.
pub async fn models(connection: &mut AnyConnection) -> Result<Vec<BatteryModelOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, maker, nominal_voltage_v, capacity_wh, price, currency
         FROM battery_model
         ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(BatteryModelOut {
                id: BatteryModelId(row.plain("id")?),
                name: row.plain("name")?,
                maker: row.plain("maker")?,
                nominal_voltage_v: row.plain("nominal_voltage_v")?,
                capacity_wh: row.plain("capacity_wh")?,
                price: row.plain("price")?,
                currency: row.word::<Currency>("currency")?,
            })
        })
        .collect()
}

/// What a station offers besides swaps, in its operator's currency.
pub async fn services(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<ServiceOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT service.id, service.name, service.price, service.minutes, operator.currency
         FROM service
         JOIN station ON station.id = service.station_id
         JOIN operator ON operator.id = station.operator_id
         WHERE service.station_id = $1
         ORDER BY service.id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ServiceOut {
                id: ServiceId(row.plain("id")?),
                name: row.plain("name")?,
                price: row.plain("price")?,
                currency: row.word::<Currency>("currency")?,
                minutes: row.plain("minutes")?,
            })
        })
        .collect()
}
