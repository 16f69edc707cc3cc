//! What operators and stations set otherwise than the installation: lengths of timers, and whether somebody must
//! say yes to a booking. The only place that writes to `timer_setting`.

use std::time::Duration;

use sqlx::AnyConnection;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::{OperatorId, StationId, Timer, Timers};

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All stations of an operator.
    Operator(OperatorId),
    /// One station.
    Station(StationId),
}

impl Scope {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Self::Operator(operator) => ("operator", operator.0),
            Self::Station(station) => ("station", station.0),
        }
    }
}

/// The timers that were set for this scope itself.
pub async fn timers_of(
    connection: &mut AnyConnection,
    scope: Scope,
) -> Result<Vec<(Timer, Duration)>, StoreError> {
    let (scope, id) = scope.columns();
    let rows = sqlx::query(
        "SELECT timer, length_us FROM timer_setting WHERE scope = $1 AND scope_id = $2 ORDER BY timer",
    )
    .bind(scope)
    .bind(id)
    .fetch_all(connection)
    .await?;
    let mut timers = Vec::with_capacity(rows.len());
    for row in rows {
        let length: i64 = row.plain("length_us")?;
        // A timer that this build does not know any more is nobody's.
        if let Some(timer) = Timer::named(&row.plain::<String>("timer")?) {
            timers.push((timer, Duration::from_micros(u64::try_from(length).unwrap_or(0))));
        }
    }
    Ok(timers)
}

/// The timers as they run at a station: its own, else its operator's, else the installation's.
pub async fn timers_at(
    connection: &mut AnyConnection,
    station: StationId,
    operator: OperatorId,
    installation: &Timers,
) -> Result<Timers, StoreError> {
    let mut timers = installation.clone();
    for scope in [Scope::Operator(operator), Scope::Station(station)] {
        for (timer, length) in timers_of(connection, scope).await? {
            timers.set(timer, length);
        }
    }
    Ok(timers)
}

impl Tx<'_> {
    /// Sets a timer for a scope; with `None` the next wider scope counts again.
    pub async fn set_timer(
        &mut self,
        scope: Scope,
        timer: Timer,
        length: Option<Duration>,
    ) -> Result<(), StoreError> {
        let (scope, id) = scope.columns();
        sqlx::query("DELETE FROM timer_setting WHERE scope = $1 AND scope_id = $2 AND timer = $3")
            .bind(scope)
            .bind(id)
            .bind(timer.key())
            .execute(self.connection())
            .await?;
        let Some(length) = length else { return Ok(()) };
        sqlx::query("INSERT INTO timer_setting (scope, scope_id, timer, length_us) VALUES ($1, $2, $3, $4)")
            .bind(scope)
            .bind(id)
            .bind(timer.key())
            .bind(i64::try_from(length.as_micros()).unwrap_or(i64::MAX))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Whether bookings at a station are paid before they are confirmed.
    pub async fn set_needs_prepayment(&mut self, station: StationId, needs: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE station SET needs_prepayment = $2 WHERE id = $1")
            .bind(station.0)
            .bind(i64::from(needs))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Whether bookings at a station wait for somebody to say yes.
    pub async fn set_needs_approval(&mut self, station: StationId, needs: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE station SET needs_approval = $2 WHERE id = $1")
            .bind(station.0)
            .bind(i64::from(needs))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
