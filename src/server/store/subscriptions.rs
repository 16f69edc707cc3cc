//! Who bought which plan, until when, and how he called it off. What is used of it is in `plan_use`.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::plan::Month;
use crate::domain::{Currency, OperatorId, PlanId, SubscriptionId, SubscriptionState, Timestamp, UserId};

/// A subscription with the terms it was bought on.
#[derive(Clone, Debug)]
pub struct SubscriptionRow {
    /// Id.
    pub id: SubscriptionId,
    /// Whose.
    pub user: UserId,
    /// With whom.
    pub operator: OperatorId,
    /// Which plan.
    pub plan: PlanId,
    /// What that is called.
    pub plan_name: String,
    /// Where it is in its life.
    pub state: SubscriptionState,
    /// For how many months.
    pub months: i64,
    /// Swaps a month.
    pub swaps_per_month: i64,
    /// Its bookings are prepared first.
    pub priority: bool,
    /// Percent off.
    pub discount_percent: i64,
    /// Worth of the whole time, minor units.
    pub price: i64,
    /// What the plan before was credited.
    pub credit: i64,
    /// What was left to pay.
    pub price_paid: i64,
    /// Of which currency.
    pub currency: Currency,
    /// When it began; when it was chosen, as long as it waits for its payment.
    pub starts_at: Timestamp,
    /// Until when it lasts.
    pub ends_at: Timestamp,
    /// When it was called off.
    pub cancelled_at: Option<Timestamp>,
    /// A payment service takes what it costs.
    pub paid_online: bool,
    /// The one that was credited for it, and whose place it takes.
    pub replaces: Option<SubscriptionId>,
}

impl SubscriptionRow {
    /// Its month that runs at an instant.
    pub fn month_at(&self, now: Timestamp) -> Option<Month> {
        Month::at(self.starts_at, self.months, now)
    }
}

macro_rules! select_subscriptions {
    ($rest:literal) => {
        concat!(
            "SELECT subscription.id, subscription.user_id, subscription.operator_id, subscription.plan_id,
                 plan.name AS plan_name, subscription.state, subscription.months, subscription.swaps_per_month,
                 subscription.priority, subscription.discount_percent, subscription.price, subscription.credit,
                 subscription.price_paid, subscription.currency, subscription.starts_at, subscription.ends_at,
                 subscription.cancelled_at, subscription.paid_online, subscription.replaces_id
             FROM subscription
             JOIN plan ON plan.id = subscription.plan_id ",
            $rest
        )
    };
}

impl Tx<'_> {
    /// Inserts a subscription. Overtaken when the person has one like it with this operator since we looked.
    pub async fn insert_subscription(&mut self, new: &SubscriptionRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO subscription (id, user_id, operator_id, plan_id, state, version, months, swaps_per_month,
                 priority, discount_percent, price, credit, price_paid, currency, starts_at, ends_at, cancelled_at,
                 ended_at, paid_online, replaces_id)
             VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL, $17, $18)",
        )
        .bind(new.id.0)
        .bind(new.user.0)
        .bind(new.operator.0)
        .bind(new.plan.0)
        .bind(new.state.as_str())
        .bind(new.months)
        .bind(new.swaps_per_month)
        .bind(i64::from(new.priority))
        .bind(new.discount_percent)
        .bind(new.price)
        .bind(new.credit)
        .bind(new.price_paid)
        .bind(new.currency.to_string())
        .bind(new.starts_at.micros())
        .bind(new.ends_at.micros())
        .bind(new.cancelled_at.map(Timestamp::micros))
        .bind(i64::from(new.paid_online))
        .bind(new.replaces.map(|before| before.0))
        .execute(self.connection())
        .await
        .map_err(overtaken)?;
        Ok(())
    }

    /// One that waited for its payment begins now. False when it does not wait any more; overtaken when the person
    /// has another one with this operator since we looked.
    pub async fn begin_subscription(
        &mut self,
        read: &SubscriptionRow,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE subscription
             SET state = 'active', version = version + 1, starts_at = $2, ends_at = $3
             WHERE id = $1 AND state = 'pending'",
        )
        .bind(read.id.0)
        .bind(self.now().micros())
        .bind(ends_at.micros())
        .execute(self.connection())
        .await
        .map_err(overtaken)?
        .rows_affected();
        Ok(changed == 1)
    }

    /// Takes a subscription from the state it was read in to another. False when somebody was faster: nothing
    /// changed then.
    pub async fn step_subscription(
        &mut self,
        read: &SubscriptionRow,
        to: SubscriptionState,
    ) -> Result<bool, StoreError> {
        let now = self.now().micros();
        let changed = sqlx::query(
            "UPDATE subscription
             SET state = $3, version = version + 1, cancelled_at = $4, ended_at = $5
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(to.as_str())
        .bind(match to {
            SubscriptionState::Cancelled => Some(now),
            SubscriptionState::Active => None,
            _ => read.cancelled_at.map(Timestamp::micros),
        })
        .bind((!to.is_current()).then_some(now))
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }

    /// Keeps everybody else from changing a subscription until this transaction is over. False when it is not
    /// current any more.
    pub(super) async fn lock_subscription(&mut self, id: SubscriptionId) -> Result<bool, StoreError> {
        let locked = sqlx::query(
            "UPDATE subscription
             SET version = version + 1
             WHERE id = $1 AND state IN ('active', 'cancelled')",
        )
        .bind(id.0)
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(locked == 1)
    }
}

fn overtaken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}

/// Somebody's subscription that lasts at an instant: with one operator, else the newest.
pub async fn current(
    connection: &mut AnyConnection,
    user: UserId,
    operator: Option<OperatorId>,
    now: Timestamp,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let all = all_current(connection, user, operator, now).await?;
    Ok(all.into_iter().next())
}

/// Somebody's subscriptions that last at an instant, newest first: one with each operator, or with one only.
pub async fn all_current(
    connection: &mut AnyConnection,
    user: UserId,
    operator: Option<OperatorId>,
    now: Timestamp,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let rows = sqlx::query(select_subscriptions!(
        "WHERE subscription.user_id = $1
           AND (CAST($2 AS BIGINT) IS NULL OR subscription.operator_id = $2)
           AND subscription.state IN ('active', 'cancelled')
           AND subscription.starts_at <= $3
           AND subscription.ends_at > $3
         ORDER BY subscription.id DESC"
    ))
    .bind(user.0)
    .bind(operator.map(|operator| operator.0))
    .bind(now.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(subscription).collect()
}

/// One subscription, current or not.
pub async fn find(
    connection: &mut AnyConnection,
    id: SubscriptionId,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let row = sqlx::query(select_subscriptions!("WHERE subscription.id = $1"))
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(subscription).transpose()
}

/// Somebody's subscriptions that wait for their payment, newest first: one with each operator at most.
pub async fn pending(
    connection: &mut AnyConnection,
    user: UserId,
    operator: Option<OperatorId>,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let rows = sqlx::query(select_subscriptions!(
        "WHERE subscription.user_id = $1
           AND (CAST($2 AS BIGINT) IS NULL OR subscription.operator_id = $2)
           AND subscription.state = 'pending'
         ORDER BY subscription.id DESC"
    ))
    .bind(user.0)
    .bind(operator.map(|operator| operator.0))
    .fetch_all(connection)
    .await?;
    rows.iter().map(subscription).collect()
}

/// Whether somebody ever had a subscription with an operator.
pub async fn had_one(
    connection: &mut AnyConnection,
    user: UserId,
    operator: OperatorId,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT id
         FROM subscription
         WHERE user_id = $1 AND operator_id = $2 AND state NOT IN ('pending', 'failed')
         ORDER BY id
         LIMIT 1",
    )
    .bind(user.0)
    .bind(operator.0)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Subscriptions whose time is over although their state does not say so yet; of one person, else of all.
pub async fn overdue(
    connection: &mut AnyConnection,
    user: Option<UserId>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SubscriptionId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM subscription
         WHERE state IN ('active', 'cancelled')
           AND ends_at <= $1
           AND (CAST($2 AS BIGINT) IS NULL OR user_id = $2)
         ORDER BY ends_at, id
         LIMIT $3",
    )
    .bind(now.micros())
    .bind(user.map(|user| user.0))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(SubscriptionId(row.plain("id")?)))
        .collect()
}

fn subscription(row: &AnyRow) -> Result<SubscriptionRow, StoreError> {
    Ok(SubscriptionRow {
        id: SubscriptionId(row.plain("id")?),
        user: UserId(row.plain("user_id")?),
        operator: OperatorId(row.plain("operator_id")?),
        plan: PlanId(row.plain("plan_id")?),
        plan_name: row.plain("plan_name")?,
        state: row.word("state")?,
        months: row.plain("months")?,
        swaps_per_month: row.plain("swaps_per_month")?,
        priority: row.flag("priority")?,
        discount_percent: row.plain("discount_percent")?,
        price: row.plain("price")?,
        credit: row.plain("credit")?,
        price_paid: row.plain("price_paid")?,
        currency: row.word("currency")?,
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        cancelled_at: row.instant_or_null("cancelled_at")?,
        paid_online: row.flag("paid_online")?,
        replaces: row.plain::<Option<i64>>("replaces_id")?.map(SubscriptionId),
    })
}
