//! Where a plan is paid before it begins: the customer is sent to the payment service, or calls it off. What the
//! service says then is read in `payments`.

use std::time::Duration;

use super::begin::fall_through;
use super::describe;
use crate::domain::{PaymentMethod, PaymentState, Problem, SubscriptionId, SubscriptionState, Timer};
use crate::protocol::rest::SubscriptionOut;
use crate::server::App;
use crate::server::provider::{Due, ProviderError};
use crate::server::service::Actor;
use crate::server::service::payments::online::drawn;
use crate::server::store::idempotency::Claim;
use crate::server::store::plan_payments::{self as payments, PlanPaymentRow};
use crate::server::store::subscriptions::{self as rows, SubscriptionRow};
use crate::server::store::{Connection, Failure, StoreError, Tx};

/// Who takes the money for plans, and in which way.
#[derive(Clone, Copy)]
pub(super) struct Till {
    pub method: PaymentMethod,
    pub provider: &'static str,
    pub pay_within: Duration,
}

impl Till {
    /// None where nobody takes money online: there a plan begins at once. Card unless asked otherwise.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for a way to pay that is not offered.
    pub(super) fn of(app: &App, asked: Option<PaymentMethod>) -> Result<Option<Self>, Problem> {
        if asked.is_some_and(|method| !method.is_online()) {
            let detail = "A plan is paid online: send \"card\" or \"qr\".";
            return Err(Problem::invalid("payment_method", detail));
        }
        let Some(provider) = app.provider() else {
            return match asked {
                None => Ok(None),
                Some(_) => Err(Problem::invalid(
                    "payment_method",
                    "Nobody takes cards or QR payments here; leave it out.",
                )),
            };
        };
        Ok(Some(Self {
            method: asked.unwrap_or(PaymentMethod::Card),
            provider: provider.name(),
            pay_within: app.timers.length(Timer::PaymentTtl),
        }))
    }
}

/// Why another plan cannot be chosen now.
pub(super) fn still_open(waiting: &SubscriptionRow) -> Problem {
    let plan = &waiting.plan_name;
    busy(&format!(
        "Your payment for the {plan} plan is still open. Pay it, or call it off first."
    ))
}

/// Sends the customer to pay: the answer says where. Asked again, it says the same.
pub(super) async fn open(
    app: &App,
    actor: &Actor,
    id: SubscriptionId,
    claim: Option<Claim>,
) -> Result<SubscriptionOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let payment = payments::of_subscription(&mut snapshot, id).await?;
    drop(snapshot);
    let payment =
        payment.filter(|payment| payment.state == PaymentState::Pending && payment.checkout_url.is_none());
    if let (Some(payment), Some(provider)) = (payment, app.provider()) {
        let due = Due {
            payment: payment.id,
            return_path: "/plan".to_owned(),
            method: payment.method,
            amount: payment.amount,
            currency: payment.currency,
        };
        match provider.open(&due).await {
            Ok(checkout) => {
                let noted = app.db.write(actor.cause(), move |tx| {
                    let checkout = checkout.clone();
                    Box::pin(async move {
                        tx.note_plan_checkout(due.payment, &checkout.reference, &checkout.url)
                            .await?;
                        Ok(())
                    })
                });
                noted.await?;
            }
            Err(error) => return Err(give_up(app, actor, payment, &error, claim).await?),
        }
    }
    get(app, actor, id).await
}

/// The service did not open a checkout: she may choose again.
async fn give_up(
    app: &App,
    actor: &Actor,
    payment: PlanPaymentRow,
    error: &ProviderError,
    claim: Option<Claim>,
) -> Result<Problem, Problem> {
    tracing::warn!(payment.id = %payment.id, %error, "no checkout was opened");
    let reason = error.to_string();
    app.db
        .write(actor.cause(), move |tx| {
            let (payment, reason, claim) = (payment.clone(), reason.clone(), claim.clone());
            Box::pin(async move {
                end_unpaid(tx, payment.subscription, PaymentState::Failed, &reason, false).await?;
                if let Some(claim) = &claim {
                    tx.release_key(claim).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(busy(
        "The payment service does not answer. Try again in a moment.",
    ))
}

/// One of my subscriptions, whatever became of it.
///
/// # Errors
/// [`Problem::NotFound`] also for somebody else's.
pub async fn get(app: &App, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = mine(&mut snapshot, actor, id).await?.ok_or_else(no_such)?;
    Ok(describe(&mut snapshot, &row, app.clock.now()).await?)
}

/// Calls off what I chose and did not pay. Money that comes all the same goes back.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::PaymentBusy`] when it waits for no payment.
pub async fn call_off(app: &App, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionOut, Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move { set_aside(tx, &actor, id).await })
        })
        .await
}

async fn set_aside(tx: &mut Tx<'_>, actor: &Actor, id: SubscriptionId) -> Result<SubscriptionOut, Failure> {
    let row = mine(tx.connection(), actor, id).await?.ok_or_else(no_such)?;
    if row.state != SubscriptionState::Pending {
        return Err(busy("This plan waits for no payment.").into());
    }
    let reason = "the customer called it off";
    // The service is asked all the same: the money may be on its way.
    if !end_unpaid(tx, id, PaymentState::Cancelled, reason, true).await? {
        return Err(StoreError::Overtaken.into());
    }
    let (now, row) = (tx.now(), mine(tx.connection(), actor, id).await?);
    Ok(describe(tx.connection(), &row.ok_or_else(no_such)?, now).await?)
}

/// Ends what waits for its payment, and the attempt to pay it. False where it does not wait any more: nothing changes
/// then.
async fn end_unpaid(
    tx: &mut Tx<'_>,
    id: SubscriptionId,
    to: PaymentState,
    reason: &str,
    is_asked_for: bool,
) -> Result<bool, Failure> {
    let payment = payments::of_subscription(tx.connection(), id).await?;
    let Some(payment) = payment.filter(|payment| payment.state == PaymentState::Pending) else {
        return Ok(false);
    };
    fall_through(tx, id, reason).await?;
    let ask_at = payment.due_at.filter(|_| is_asked_for);
    if !tx.end_plan_payment(&payment, to, reason, ask_at).await? {
        return Err(StoreError::Overtaken.into());
    }
    Ok(true)
}

/// The address at which I pay a plan, as a QR code for another device: an SVG.
///
/// # Errors
/// [`Problem::NotFound`] also while there is nothing to pay.
pub async fn drawing(app: &App, actor: &Actor, id: SubscriptionId) -> Result<String, Problem> {
    let no_checkout = || Problem::not_found("checkout");
    let seen = get(app, actor, id).await?;
    let url = seen.checkout_url.ok_or_else(no_checkout)?;
    drawn(app, &url).ok_or_else(no_checkout)
}

async fn mine(
    connection: &mut Connection,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Option<SubscriptionRow>, StoreError> {
    let row = rows::find(connection, id).await?;
    Ok(row.filter(|row| row.user == actor.user))
}

fn no_such() -> Problem {
    Problem::not_found("subscription of yours")
}

fn busy(detail: &str) -> Problem {
    Problem::PaymentBusy {
        detail: detail.to_owned(),
    }
}
