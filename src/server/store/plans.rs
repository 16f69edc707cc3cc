//! What operators sell by the month, and how one pays with them.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::plan::{OFFERED_MONTHS, discount_percent, price_of};
use crate::domain::{Currency, OperatorId, PlanId, UserId};
use crate::protocol::rest::{OperatorOut, PlanOut, PlanTermOut};

/// A plan as it is sold.
#[derive(Clone, Debug)]
pub struct PlanRow {
    /// Id.
    pub id: PlanId,
    /// Whose.
    pub operator: OperatorId,
    operator_name: String,
    key: String,
    /// How people call it.
    pub name: String,
    /// Swaps a month.
    pub swaps_per_month: i64,
    /// Its bookings are prepared first.
    pub priority: bool,
    /// Price a month, minor units.
    pub price: i64,
    /// Of which currency.
    pub currency: Currency,
    /// Can be bought.
    pub active: bool,
}

/// A plan before it exists.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// Id.
    pub id: PlanId,
    /// Whose.
    pub operator: OperatorId,
    /// How programs call it.
    pub key: String,
    /// How people call it.
    pub name: String,
    /// Swaps a month.
    pub swaps_per_month: i64,
    /// Its bookings are prepared first.
    pub priority: bool,
    /// Price a month, minor units of the operator's currency.
    pub price: i64,
}

impl PlanRow {
    /// The plan with its usual prices.
    pub fn to_out(&self) -> PlanOut {
        let term = |months| PlanTermOut {
            months,
            discount_percent: discount_percent(months),
            price: price_of(self.price, months),
        };
        PlanOut {
            id: self.id,
            operator_id: self.operator,
            operator_name: self.operator_name.clone(),
            key: self.key.clone(),
            name: self.name.clone(),
            swaps_per_month: self.swaps_per_month,
            priority: self.priority,
            price: self.price,
            currency: self.currency,
            active: self.active,
            terms: OFFERED_MONTHS.map(term).to_vec(),
        }
    }
}

impl Tx<'_> {
    /// Adds a plan. False when the operator has one of this key.
    pub async fn insert_plan(&mut self, new: &NewPlan) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO plan (id, operator_id, key, name, swaps_per_month, priority, price, currency, active, created_at)
             SELECT CAST($1 AS BIGINT), operator.id, CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT),
                 CAST($6 AS BIGINT), CAST($7 AS BIGINT), operator.currency, 1, CAST($8 AS BIGINT)
             FROM operator
             WHERE operator.id = $2
             ON CONFLICT (operator_id, key) DO NOTHING",
        )
        .bind(new.id.0)
        .bind(new.operator.0)
        .bind(new.key.clone())
        .bind(new.name.clone())
        .bind(new.swaps_per_month)
        .bind(i64::from(new.priority))
        .bind(new.price)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(inserted == 1)
    }

    /// Writes back what an operator may change of a plan. Who bought it keeps what he bought.
    pub async fn change_plan(&mut self, plan: &PlanRow) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE plan
             SET name = $2, swaps_per_month = $3, priority = $4, price = $5, active = $6
             WHERE id = $1",
        )
        .bind(plan.id.0)
        .bind(plan.name.clone())
        .bind(plan.swaps_per_month)
        .bind(i64::from(plan.priority))
        .bind(plan.price)
        .bind(i64::from(plan.active))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets people without a plan book and pay per swap, or not.
    pub async fn set_pay_per_swap(
        &mut self,
        operator: OperatorId,
        pay_per_swap: bool,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE operator SET pay_per_swap = $2 WHERE id = $1")
            .bind(operator.0)
            .bind(i64::from(pay_per_swap))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

/// One plan.
pub async fn find(connection: &mut AnyConnection, id: PlanId) -> Result<Option<PlanRow>, StoreError> {
    let row = sqlx::query(
        "SELECT plan.id, plan.operator_id, operator.name AS operator_name, plan.key, plan.name,
             plan.swaps_per_month, plan.priority, plan.price, plan.currency, plan.active
         FROM plan
         JOIN operator ON operator.id = plan.operator_id
         WHERE plan.id = $1",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(plan).transpose()
}

/// Plans of one operator or of all, the cheapest first; also those that cannot be bought any more, of whichever
/// operator `also_inactive_of` names.
pub async fn list(
    connection: &mut AnyConnection,
    operator: Option<OperatorId>,
    also_inactive_of: Option<OperatorId>,
) -> Result<Vec<PlanRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT plan.id, plan.operator_id, operator.name AS operator_name, plan.key, plan.name,
             plan.swaps_per_month, plan.priority, plan.price, plan.currency, plan.active
         FROM plan
         JOIN operator ON operator.id = plan.operator_id
         WHERE (CAST($1 AS BIGINT) IS NULL OR plan.operator_id = $1)
           AND (plan.active = 1 OR plan.operator_id = CAST($2 AS BIGINT))
         ORDER BY plan.operator_id, plan.price, plan.id",
    )
    .bind(operator.map(|operator| operator.0))
    .bind(also_inactive_of.map(|operator| operator.0))
    .fetch_all(connection)
    .await?;
    rows.iter().map(plan).collect()
}

/// How one pays with an operator.
pub async fn operator(
    connection: &mut AnyConnection,
    id: OperatorId,
) -> Result<Option<OperatorOut>, StoreError> {
    let row = sqlx::query("SELECT id, name, currency, pay_per_swap FROM operator WHERE id = $1")
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    let operator = |row: AnyRow| {
        Ok(OperatorOut {
            id: OperatorId(row.plain("id")?),
            name: row.plain("name")?,
            currency: row.word("currency")?,
            pay_per_swap: row.flag("pay_per_swap")?,
        })
    };
    row.map(operator).transpose()
}

/// In which zone an operator's days begin: that of its first station.
pub async fn timezone(connection: &mut AnyConnection, operator: OperatorId) -> Result<String, StoreError> {
    let row = sqlx::query("SELECT timezone FROM station WHERE operator_id = $1 ORDER BY id LIMIT 1")
        .bind(operator.0)
        .fetch_optional(connection)
        .await?;
    row.map_or_else(|| Ok("UTC".to_owned()), |row| row.plain("timezone"))
}

/// Who runs an operator's business.
pub async fn people(connection: &mut AnyConnection, operator: OperatorId) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM users WHERE operator_id = $1 AND active = 1 AND role = 'operator' ORDER BY id",
    )
    .bind(operator.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(UserId(row.plain("id")?))).collect()
}

fn plan(row: &AnyRow) -> Result<PlanRow, StoreError> {
    Ok(PlanRow {
        id: PlanId(row.plain("id")?),
        operator: OperatorId(row.plain("operator_id")?),
        operator_name: row.plain("operator_name")?,
        key: row.plain("key")?,
        name: row.plain("name")?,
        swaps_per_month: row.plain("swaps_per_month")?,
        priority: row.flag("priority")?,
        price: row.plain("price")?,
        currency: row.word("currency")?,
        active: row.flag("active")?,
    })
}
