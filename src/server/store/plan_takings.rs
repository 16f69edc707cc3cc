//! What came in for plans, as the lists and sums of an operator have it beside what came in for bookings. Only reads.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::StoreError;
use super::payments::{Filter, escaped};
use super::plan_payments::{self, PlanPaymentRow};
use super::row::Columns;
use crate::domain::{PaymentId, PaymentMethod, PaymentState, Timestamp};
use crate::protocol::rest::{PaymentOut, PaymentTotalOut};

/// What every list of payments for plans and every sum over them asks. None belongs to a station.
macro_rules! that_fit {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " FROM plan_payment
             JOIN subscription ON subscription.id = plan_payment.subscription_id
             JOIN users AS customer ON customer.id = subscription.user_id
             JOIN plan ON plan.id = subscription.plan_id
             WHERE CAST($1 AS BIGINT) IS NULL
               AND (CAST($2 AS BIGINT) IS NULL OR subscription.operator_id = $2)
               AND (CAST($3 AS TEXT) IS NULL OR plan_payment.state = $3)
               AND (CAST($4 AS TEXT) IS NULL OR plan_payment.method = $4)
               AND (CAST($5 AS TEXT) IS NULL
                    OR LOWER(customer.name) LIKE '%' || LOWER($5) || '%' ESCAPE '!'
                    OR LOWER(plan.name) LIKE '%' || LOWER($5) || '%' ESCAPE '!')
               AND (CAST($6 AS BIGINT) IS NULL OR plan_payment.created_at >= $6)
               AND (CAST($7 AS BIGINT) IS NULL OR plan_payment.created_at < $7) ",
            $rest
        )
    };
}

macro_rules! fitting {
    ($filter:expr, $sql:expr) => {
        sqlx::query($sql)
            .bind($filter.station.map(|station| station.0))
            .bind($filter.operator.map(|operator| operator.0))
            .bind($filter.state.map(PaymentState::as_str))
            .bind($filter.method.map(PaymentMethod::as_str))
            .bind($filter.text.as_deref().map(escaped))
            .bind($filter.from.map(Timestamp::micros))
            .bind($filter.until.map(Timestamp::micros))
    };
}

/// Payments for plans, newest first.
pub async fn list(connection: &mut AnyConnection, filter: &Filter) -> Result<Vec<PaymentOut>, StoreError> {
    let rows = fitting!(
        filter,
        that_fit!(
            "SELECT plan_payment.id",
            " AND (CAST($8 AS BIGINT) IS NULL
                    OR (plan_payment.created_at, plan_payment.id)
                       < (SELECT created_at, id FROM payment WHERE id = $8
                          UNION ALL
                          SELECT created_at, id FROM plan_payment WHERE id = $8))
             ORDER BY plan_payment.created_at DESC, plan_payment.id DESC
             LIMIT $9"
        )
    )
    .bind(filter.before.map(|payment| payment.0))
    .bind(filter.limit)
    .fetch_all(&mut *connection)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let payment = PaymentId(row.plain("id")?);
        found.extend(
            plan_payments::find(connection, payment)
                .await?
                .map(|row| row.to_out()),
        );
    }
    Ok(found)
}

/// What the payments for plans that fit come to, by way of paying and currency.
pub async fn totals(
    connection: &mut AnyConnection,
    filter: &Filter,
) -> Result<Vec<PaymentTotalOut>, StoreError> {
    let rows = fitting!(
        filter,
        that_fit!(
            "SELECT plan_payment.method, plan_payment.currency, COUNT(*) AS payments,
                 CAST(SUM(CASE WHEN plan_payment.paid_at IS NULL THEN 0 ELSE plan_payment.amount END) AS BIGINT)
                     AS received,
                 CAST(SUM(plan_payment.refunded) AS BIGINT) AS refunded,
                 CAST(SUM(CASE WHEN plan_payment.state = 'pending' THEN plan_payment.amount ELSE 0 END) AS BIGINT)
                     AS outstanding",
            "GROUP BY plan_payment.method, plan_payment.currency
             ORDER BY plan_payment.currency, plan_payment.method"
        )
    )
    .fetch_all(connection)
    .await?;
    let total = |row: &AnyRow| {
        Ok(PaymentTotalOut {
            method: row.word("method")?,
            currency: row.word("currency")?,
            for_plans: true,
            payments: row.plain("payments")?,
            received: row.plain("received")?,
            refunded: row.plain("refunded")?,
            outstanding: row.plain("outstanding")?,
        })
    };
    rows.iter().map(total).collect()
}

impl PlanPaymentRow {
    /// As its operator sees it.
    pub fn to_out(&self) -> PaymentOut {
        PaymentOut {
            id: self.id,
            booking_id: None,
            station_id: None,
            station_name: String::new(),
            subscription_id: Some(self.subscription),
            plan_name: Some(self.plan_name.clone()),
            customer_name: self.customer_name.clone(),
            method: self.method,
            state: self.state,
            amount: self.amount,
            currency: self.currency,
            received: None,
            change: None,
            verified_by: None,
            verified_at: self.paid_at,
            refund_due: self.refund_due,
            refunded: self.refunded,
            receipt_number: None,
            reason: self.reason.clone(),
            created_at: self.created_at,
        }
    }
}
