//! What becomes of a plan when a payment service says something about its payment. Each time somebody chooses a plan
//! there is one attempt to pay for it: when that comes to nothing, she chooses again.

use serde_json::json;

use crate::domain::notification::text;
use crate::domain::{Level, Money, NotificationKind, PaymentState, Timestamp};
use crate::server::hours;
use crate::server::service::plans::{begin_paid, fall_through};
use crate::server::store::notifications::Notice;
use crate::server::store::plan_payments::PlanPaymentRow;
use crate::server::store::{Audit, Failure, StoreError, Tx, plans as sold};

/// The service has the money: the plan begins, if somebody still waits for it; else the money goes back.
pub(super) async fn paid(tx: &mut Tx<'_>, payment: &PlanPaymentRow) -> Result<(), Failure> {
    let Some(ends_at) = begin_paid(tx, payment.subscription).await? else {
        if !tx.receive_for_plan_too_late(payment).await? {
            return Err(StoreError::Overtaken.into());
        }
        return audit(tx, payment, "late", PaymentState::RefundPending, None).await;
    };
    if !tx.receive_for_plan(payment).await? {
        return Err(StoreError::Overtaken.into());
    }
    audit(tx, payment, "paid", PaymentState::Paid, None).await?;
    let timezone = sold::timezone(tx.connection(), payment.operator).await?;
    let day = ends_at.calendar_day(hours::utc_offset_minutes(&timezone, ends_at));
    let message = text::plan_paid(&amount_of(payment), &payment.plan_name, &day);
    tell(tx, payment, NotificationKind::PaymentReceived, message).await
}

/// There will be no money.
pub(super) async fn come_to_nothing(
    tx: &mut Tx<'_>,
    payment: &PlanPaymentRow,
    to: PaymentState,
    reason: &str,
) -> Result<(), Failure> {
    end(tx, payment, to, reason, None).await?;
    audit(tx, payment, "fail", to, Some(reason)).await?;
    if payment.state != PaymentState::Pending {
        // She was told before that it did not begin.
        return Ok(());
    }
    let message = text::plan_not_paid(&payment.plan_name, reason);
    tell(tx, payment, NotificationKind::PaymentFailed, message).await
}

/// Nobody knows what became of it; money that comes after all goes back.
pub(super) async fn get_stuck(
    tx: &mut Tx<'_>,
    payment: &PlanPaymentRow,
    why: &str,
    ask_at: Option<Timestamp>,
) -> Result<(), Failure> {
    end(tx, payment, PaymentState::Stuck, why, ask_at).await?;
    let message = text::plan_payment_stuck(&amount_of(payment), &payment.plan_name);
    tell(tx, payment, NotificationKind::PaymentFailed, message).await
}

/// The attempt ends, and what waited for it.
async fn end(
    tx: &mut Tx<'_>,
    payment: &PlanPaymentRow,
    to: PaymentState,
    reason: &str,
    ask_at: Option<Timestamp>,
) -> Result<(), Failure> {
    // The subscription first, as everywhere: so that two who lock both never wait for each other.
    if payment.state == PaymentState::Pending {
        fall_through(tx, payment.subscription, reason).await?;
    }
    if !tx.end_plan_payment(payment, to, reason, ask_at).await? {
        return Err(StoreError::Overtaken.into());
    }
    Ok(())
}

/// The service does not give it back: its operator has to.
pub(super) async fn alert_operator(
    tx: &mut Tx<'_>,
    payment: &PlanPaymentRow,
    amount: &str,
) -> Result<(), Failure> {
    let message = text::plan_refund_failed(amount, &payment.customer_name);
    for person in sold::people(tx.connection(), payment.operator).await? {
        let mut alert = notice(payment, NotificationKind::StationAlert, message.clone());
        alert.level = Level::Warning;
        tx.notify(person, alert).await?;
    }
    Ok(())
}

pub(super) async fn audit(
    tx: &mut Tx<'_>,
    payment: &PlanPaymentRow,
    action: &str,
    to: PaymentState,
    reason: Option<&str>,
) -> Result<(), Failure> {
    tx.audit(Audit {
        entity: "subscription",
        entity_id: payment.subscription.0,
        action: &format!("payment_{action}"),
        from: Some(payment.state.as_str()),
        to: Some(to.as_str()),
        reason,
    })
    .await?;
    Ok(())
}

pub(super) async fn tell(
    tx: &mut Tx<'_>,
    payment: &PlanPaymentRow,
    kind: NotificationKind,
    message: String,
) -> Result<(), Failure> {
    tx.notify(payment.customer, notice(payment, kind, message))
        .await?;
    Ok(())
}

fn notice(payment: &PlanPaymentRow, kind: NotificationKind, message: String) -> Notice {
    Notice {
        kind,
        message,
        level: kind.level(),
        booking: None,
        station: None,
        data: json!({ "payment_id": payment.id, "plan": payment.plan_name, "amount": payment.amount,
            "currency": payment.currency }),
    }
}

fn amount_of(payment: &PlanPaymentRow) -> String {
    Money::new(payment.amount, payment.currency).to_string()
}
