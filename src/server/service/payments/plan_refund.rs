//! What was paid for a plan and the payment service does not give back: its operator does, and says so.

use super::{busy, for_plan};
use crate::domain::notification::text;
use crate::domain::{Money, NotificationKind, PaymentId, PaymentState, Problem};
use crate::protocol::rest::PaymentOut;
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::{StoreError, plan_payments as rows};

/// The operator has given back what is owed for a plan.
///
/// # Errors
/// [`Problem::Forbidden`] for others than operators, [`Problem::NotFound`] for another operator's,
/// [`Problem::PaymentBusy`] when nothing is owed, or the service gives it back itself.
pub async fn refund_plan(app: &App, actor: &Actor, payment: PaymentId) -> Result<PaymentOut, Problem> {
    if !actor.role.may_operate() {
        return Err(Problem::forbidden(
            "Only the plan's operator may give money for it back.",
        ));
    }
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let no_such = || Problem::not_found("payment");
                let read = rows::find(tx.connection(), payment).await?.ok_or_else(no_such)?;
                if !actor.may_operate(read.operator) {
                    return Err(no_such().into());
                }
                match read.state {
                    PaymentState::RefundFailed => {}
                    PaymentState::RefundPending => {
                        return Err(busy("The payment service gives it back by itself.").into());
                    }
                    _ => return Err(busy("Nothing of this payment is owed back.").into()),
                }
                if !tx.refund_for_plan(&read, Some(actor.user)).await? {
                    return Err(StoreError::Overtaken.into());
                }
                for_plan::audit(tx, &read, "refund", PaymentState::Refunded, None).await?;
                let amount = Money::new(read.refund_due, read.currency).to_string();
                let message = text::payment_refunded(&amount);
                for_plan::tell(tx, &read, NotificationKind::PaymentRefunded, message).await?;
                let after = rows::find(tx.connection(), payment).await?;
                Ok(after.ok_or_else(no_such)?.to_out())
            })
        })
        .await
}
