//! Attempts to pay for a plan through a payment service, one for each time somebody chooses one. Like everything
//! about money, each step is a conditional update together with its postings.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::subscriptions::SubscriptionRow;
use super::{IdKind, StoreError, Tx};
use crate::domain::{
    Currency, OperatorId, PaymentId, PaymentMethod, PaymentState, SubscriptionId, Timestamp, UserId,
};

/// An attempt with what belongs to it.
#[derive(Clone, Debug)]
pub struct PlanPaymentRow {
    /// Id; none of a booking's payments has the same.
    pub id: PaymentId,
    /// For what.
    pub subscription: SubscriptionId,
    /// Who pays.
    pub customer: UserId,
    /// What she is called.
    pub customer_name: String,
    /// To whom.
    pub operator: OperatorId,
    /// What the plan is called.
    pub plan_name: String,
    /// By card or by QR.
    pub method: PaymentMethod,
    /// How far it is.
    pub state: PaymentState,
    /// Minor units.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// What is owed back.
    pub refund_due: i64,
    /// What went back already.
    pub refunded: i64,
    /// Why it came to nothing.
    pub reason: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// The name the service knows it by.
    pub reference: Option<String>,
    /// Where the customer pays.
    pub checkout_url: Option<String>,
    /// When the server asks the service what became of it, or gives money back.
    pub due_at: Option<Timestamp>,
}

macro_rules! select_payments {
    ($rest:literal) => {
        concat!(
            "SELECT plan_payment.id, plan_payment.subscription_id, subscription.user_id,
                 customer.name AS customer_name, subscription.operator_id, plan.name AS plan_name,
                 plan_payment.method, plan_payment.state, plan_payment.amount, plan_payment.currency,
                 plan_payment.paid_at, plan_payment.refund_due, plan_payment.refunded, plan_payment.reason,
                 plan_payment.created_at, plan_payment.reference, plan_payment.checkout_url, plan_payment.due_at
             FROM plan_payment
             JOIN subscription ON subscription.id = plan_payment.subscription_id
             JOIN users AS customer ON customer.id = subscription.user_id
             JOIN plan ON plan.id = subscription.plan_id ",
            $rest
        )
    };
}

/// One attempt.
pub async fn find(
    connection: &mut AnyConnection,
    payment: PaymentId,
) -> Result<Option<PlanPaymentRow>, StoreError> {
    let row = sqlx::query(select_payments!("WHERE plan_payment.id = $1"))
        .bind(payment.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(payment_row).transpose()
}

/// The attempt to pay for a subscription; none for one that cost nothing, or that nobody takes money for.
pub async fn of_subscription(
    connection: &mut AnyConnection,
    subscription: SubscriptionId,
) -> Result<Option<PlanPaymentRow>, StoreError> {
    let row = sqlx::query(select_payments!("WHERE plan_payment.subscription_id = $1"))
        .bind(subscription.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(payment_row).transpose()
}

/// The attempt that a payment service knows by this name.
pub async fn by_reference(
    connection: &mut AnyConnection,
    provider: &str,
    reference: &str,
) -> Result<Option<PlanPaymentRow>, StoreError> {
    let row = sqlx::query(select_payments!(
        "WHERE plan_payment.provider = $1 AND plan_payment.reference = $2"
    ))
    .bind(provider.to_owned())
    .bind(reference.to_owned())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(payment_row).transpose()
}

/// Attempts about which a payment service must be asked, the longest waiting first.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<PlanPaymentRow>, StoreError> {
    let rows = sqlx::query(select_payments!(
        "WHERE plan_payment.due_at <= $1
         ORDER BY plan_payment.due_at, plan_payment.id
         LIMIT $2"
    ))
    .bind(now.micros())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(payment_row).collect()
}

impl Tx<'_> {
    /// The customer goes to pay for a plan at `provider`; at `ask_at` that is asked what became of it.
    pub async fn begin_plan_payment(
        &mut self,
        subscription: &SubscriptionRow,
        method: PaymentMethod,
        provider: &str,
        ask_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO plan_payment (id, subscription_id, method, state, amount, currency, created_at, provider,
                 due_at)
             VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8)",
        )
        .bind(self.next_id(IdKind::Payment)?)
        .bind(subscription.id.0)
        .bind(method.as_str())
        .bind(subscription.price_paid)
        .bind(subscription.currency.to_string())
        .bind(self.now().micros())
        .bind(provider.to_owned())
        .bind(ask_at.micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Where the customer pays, and the name the service knows the payment by.
    pub async fn note_plan_checkout(
        &mut self,
        payment: PaymentId,
        reference: &str,
        url: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE plan_payment SET reference = $2, checkout_url = $3 WHERE id = $1 AND reference IS NULL",
        )
        .bind(payment.0)
        .bind(reference.to_owned())
        .bind(url.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The service has the money for a plan. False when somebody was faster: nothing of it may be kept then.
    pub async fn receive_for_plan(&mut self, read: &PlanPaymentRow) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE plan_payment SET state = 'paid', paid_at = $3, reason = NULL, due_at = NULL
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.post_for_plan(read, read.amount, None).await?;
        }
        Ok(changed == 1)
    }

    /// The service has money for a plan that nobody waits for any more: it is booked, and goes back. False when
    /// somebody was faster.
    pub async fn receive_for_plan_too_late(&mut self, read: &PlanPaymentRow) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE plan_payment
             SET state = 'refund_pending', paid_at = $3, refund_due = amount, due_at = $3
             WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.post_for_plan(read, read.amount, None).await?;
        }
        Ok(changed == 1)
    }

    /// The attempt comes to nothing, for now or for good: `failed`, `expired`, `stuck` or `cancelled`. False when
    /// somebody was faster.
    pub async fn end_plan_payment(
        &mut self,
        read: &PlanPaymentRow,
        to: PaymentState,
        reason: &str,
        ask_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE plan_payment SET state = $3, reason = $4, due_at = $5 WHERE id = $1 AND state = $2",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(to.as_str())
        .bind(reason.to_owned())
        .bind(ask_at.map(Timestamp::micros))
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }

    /// When to ask the service about it again; never, with `None`.
    pub async fn ask_again_about_plan(
        &mut self,
        read: &PlanPaymentRow,
        at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE plan_payment SET due_at = $3 WHERE id = $1 AND state = $2")
            .bind(read.id.0)
            .bind(read.state.as_str())
            .bind(at.map(Timestamp::micros))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// What was owed went back, from the payment service unless a person gave it. False when somebody was faster.
    pub async fn refund_for_plan(
        &mut self,
        read: &PlanPaymentRow,
        by: Option<UserId>,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE plan_payment
             SET state = 'refunded', refunded = refunded + refund_due, refund_due = 0, due_at = NULL
             WHERE id = $1 AND state = $2 AND refund_due = $3",
        )
        .bind(read.id.0)
        .bind(read.state.as_str())
        .bind(read.refund_due)
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.post_for_plan(read, -read.refund_due, by).await?;
        }
        Ok(changed == 1)
    }

    /// The service does not give the money back; the operator has to. False when somebody was faster.
    pub async fn fail_refund_for_plan(
        &mut self,
        read: &PlanPaymentRow,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE plan_payment SET state = 'refund_failed', reason = $2, due_at = NULL
             WHERE id = $1 AND state = 'refund_pending'",
        )
        .bind(read.id.0)
        .bind(reason.to_owned())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }
}

fn payment_row(row: &AnyRow) -> Result<PlanPaymentRow, StoreError> {
    Ok(PlanPaymentRow {
        id: PaymentId(row.plain("id")?),
        subscription: SubscriptionId(row.plain("subscription_id")?),
        customer: UserId(row.plain("user_id")?),
        customer_name: row.plain("customer_name")?,
        operator: OperatorId(row.plain("operator_id")?),
        plan_name: row.plain("plan_name")?,
        method: row.word("method")?,
        state: row.word("state")?,
        amount: row.plain("amount")?,
        currency: row.word("currency")?,
        paid_at: row.instant_or_null("paid_at")?,
        refund_due: row.plain("refund_due")?,
        refunded: row.plain("refunded")?,
        reason: row.plain("reason")?,
        created_at: row.instant("created_at")?,
        reference: row.plain("reference")?,
        checkout_url: row.plain("checkout_url")?,
        due_at: row.instant_or_null("due_at")?,
    })
}
