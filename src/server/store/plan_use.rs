//! What bookings use of a plan. A month is full when the conditional update says so; nobody counts first and
//! writes then, so no number of bookings at the same moment gets past the limit.
//!
//! Rows are locked in one order: the subscription, its month, then packs.

use sqlx::AnyConnection;

use super::row::Columns;
use super::subscriptions::SubscriptionRow;
use super::{StoreError, Tx};
use crate::domain::plan::Month;
use crate::domain::{BookingId, StationId, SubscriptionId, Timestamp};
use crate::protocol::rest::PlanUseOut;

/// What became of taking swaps again for a booking that had given them back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retaken {
    /// It had given none back.
    Nothing,
    /// They are used again: of which subscription and month.
    Used(SubscriptionId, Timestamp),
    /// The month is full meanwhile.
    Full(SubscriptionId, Timestamp),
}

impl Tx<'_> {
    /// Uses swaps of a month. `None` when it has fewer left; else how many are used now.
    pub async fn use_swaps(
        &mut self,
        subscription: &SubscriptionRow,
        month: Month,
        swaps: i64,
    ) -> Result<Option<i64>, StoreError> {
        if !self.lock_subscription(subscription.id).await? {
            return Err(StoreError::Overtaken);
        }
        self.open_month(subscription.id, month.starts_at).await?;
        self.take_swaps(subscription.id, month.starts_at, swaps).await
    }

    /// Notes which booking used them.
    pub async fn record_use(
        &mut self,
        booking: BookingId,
        subscription: SubscriptionId,
        month: Month,
        swaps: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO plan_use (booking_id, subscription_id, month_starts_at, swaps, state, used_at)
             VALUES ($1, $2, $3, $4, 'used', $5)",
        )
        .bind(booking.0)
        .bind(subscription.0)
        .bind(month.starts_at.micros())
        .bind(swaps)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Gives back what a booking used of its customer's plan. False when it used nothing, or gave it back before:
    /// nothing changes then.
    pub async fn give_swaps_back(&mut self, booking: BookingId) -> Result<bool, StoreError> {
        let Some((subscription, month, swaps)) = self.mark_use(booking, "used", "given_back").await? else {
            return Ok(false);
        };
        sqlx::query(
            "UPDATE plan_month
             SET used = used - $3
             WHERE subscription_id = $1 AND starts_at = $2",
        )
        .bind(subscription.0)
        .bind(month.micros())
        .bind(swaps)
        .execute(self.connection())
        .await?;
        Ok(true)
    }

    /// Uses again what a booking had given back, of the same month.
    pub async fn retake_swaps(&mut self, booking: BookingId) -> Result<Retaken, StoreError> {
        let Some((subscription, month, swaps)) = self.mark_use(booking, "given_back", "used").await? else {
            return Ok(Retaken::Nothing);
        };
        Ok(match self.take_swaps(subscription, month, swaps).await? {
            Some(_) => Retaken::Used(subscription, month),
            None => Retaken::Full(subscription, month),
        })
    }

    /// Notes that the customer is told of so many percent of a month. False when she was told before.
    pub async fn note_limit_warning(
        &mut self,
        subscription: SubscriptionId,
        month_starts_at: Timestamp,
        percent: i64,
    ) -> Result<bool, StoreError> {
        let noted = sqlx::query(
            "UPDATE plan_month
             SET warned = $3
             WHERE subscription_id = $1 AND starts_at = $2 AND warned < $3",
        )
        .bind(subscription.0)
        .bind(month_starts_at.micros())
        .bind(percent)
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(noted == 1)
    }

    /// Takes what is used of the running month along into the first month of the subscription that replaces
    /// this one: a change is no second month.
    pub async fn carry_month_over(
        &mut self,
        from: SubscriptionId,
        from_month: Timestamp,
        to: SubscriptionId,
        to_month: Timestamp,
    ) -> Result<(), StoreError> {
        self.open_month(to, to_month).await?;
        sqlx::query(
            "UPDATE plan_use
             SET subscription_id = $3, month_starts_at = $4
             WHERE subscription_id = $1 AND month_starts_at = $2",
        )
        .bind(from.0)
        .bind(from_month.micros())
        .bind(to.0)
        .bind(to_month.micros())
        .execute(self.connection())
        .await?;
        for (subscription, month) in [(from, from_month), (to, to_month)] {
            sqlx::query(
                "UPDATE plan_month
                 SET used = (SELECT CAST(COALESCE(SUM(plan_use.swaps), 0) AS BIGINT)
                             FROM plan_use
                             WHERE plan_use.subscription_id = plan_month.subscription_id
                               AND plan_use.month_starts_at = plan_month.starts_at
                               AND plan_use.state = 'used')
                 WHERE subscription_id = $1 AND starts_at = $2",
            )
            .bind(subscription.0)
            .bind(month.micros())
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }

    async fn open_month(&mut self, subscription: SubscriptionId, month: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO plan_month (subscription_id, starts_at, used, warned)
             VALUES ($1, $2, 0, 0)
             ON CONFLICT (subscription_id, starts_at) DO NOTHING",
        )
        .bind(subscription.0)
        .bind(month.micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    async fn take_swaps(
        &mut self,
        subscription: SubscriptionId,
        month: Timestamp,
        swaps: i64,
    ) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query(
            "UPDATE plan_month
             SET used = used + $3
             WHERE subscription_id = $1
               AND starts_at = $2
               AND used + $3 <= (SELECT swaps_per_month FROM subscription WHERE id = $1)
             RETURNING used",
        )
        .bind(subscription.0)
        .bind(month.micros())
        .bind(swaps)
        .fetch_optional(self.connection())
        .await?;
        row.map(|row| row.plain("used")).transpose()
    }

    async fn mark_use(
        &mut self,
        booking: BookingId,
        from: &'static str,
        to: &'static str,
    ) -> Result<Option<(SubscriptionId, Timestamp, i64)>, StoreError> {
        let row = sqlx::query(
            "UPDATE plan_use
             SET state = $3
             WHERE booking_id = $1 AND state = $2
             RETURNING subscription_id, month_starts_at, swaps",
        )
        .bind(booking.0)
        .bind(from)
        .bind(to)
        .fetch_optional(self.connection())
        .await?;
        let of = |row: sqlx::any::AnyRow| {
            let subscription = SubscriptionId(row.plain("subscription_id")?);
            Ok((subscription, row.instant("month_starts_at")?, row.plain("swaps")?))
        };
        row.map(of).transpose()
    }
}

/// How many swaps of a month are used.
pub async fn used(
    connection: &mut AnyConnection,
    subscription: SubscriptionId,
    month_starts_at: Timestamp,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT used
         FROM plan_month
         WHERE subscription_id = $1 AND starts_at = $2",
    )
    .bind(subscription.0)
    .bind(month_starts_at.micros())
    .fetch_optional(connection)
    .await?;
    row.map_or(Ok(0), |row| row.plain("used"))
}

/// Which bookings used a month, newest first.
pub async fn of_month(
    connection: &mut AnyConnection,
    subscription: SubscriptionId,
    month_starts_at: Timestamp,
) -> Result<Vec<PlanUseOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT plan_use.booking_id, booking.station_id, station.name AS station_name, plan_use.swaps,
             CASE WHEN plan_use.state = 'given_back' THEN 1 ELSE 0 END AS given_back, plan_use.used_at
         FROM plan_use
         JOIN booking ON booking.id = plan_use.booking_id
         JOIN station ON station.id = booking.station_id
         WHERE plan_use.subscription_id = $1 AND plan_use.month_starts_at = $2
         ORDER BY plan_use.booking_id DESC",
    )
    .bind(subscription.0)
    .bind(month_starts_at.micros())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PlanUseOut {
                booking_id: BookingId(row.plain("booking_id")?),
                station_id: StationId(row.plain("station_id")?),
                station_name: row.plain("station_name")?,
                swaps: row.plain("swaps")?,
                given_back: row.flag("given_back")?,
                used_at: row.instant("used_at")?,
            })
        })
        .collect()
}
