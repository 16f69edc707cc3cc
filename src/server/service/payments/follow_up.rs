//! What payment services are asked when they do not tell by themselves, and the money that they give back. Safe to run
//! in any number of processes at once: a service gives back once, and each step is noted once.

use std::time::Duration;

use super::online::{get_stuck, settle};
use super::{audit, notice, tell};
use crate::domain::notification::text;
use crate::domain::{Level, Money, NotificationKind, PaymentState, Problem};
use crate::server::App;
use crate::server::provider::{Outcome, PaymentProvider, ProviderError};
use crate::server::store::payments::{self as rows, PaymentRow};
use crate::server::store::{Cause, Failure, Tx, bookings as booking_rows};

/// A service that was silent is asked again after this.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// Nobody asks about a payment that is older.
const ASK_FOR: Duration = Duration::from_hours(24);
/// Payments looked at in one round.
const ROUND: i64 = 50;

/// Asks the service about payments that it did not tell of in time, and lets it give back what is owed; answers how
/// many that were.
///
/// # Errors
/// When the database cannot be read; a payment that fails is logged and comes again.
pub async fn advance_due(app: &App) -> Result<usize, Problem> {
    let Some(provider) = app.provider() else {
        return Ok(0);
    };
    let mut snapshot = app.db.snapshot().await?;
    let due = rows::due(&mut snapshot, app.clock.now(), ROUND).await?;
    drop(snapshot);
    let mut steps = 0;
    for payment in due {
        let step = match payment.state {
            PaymentState::RefundPending => give_back(app, provider, &payment).await,
            _ => ask(app, provider, &payment).await,
        };
        match step {
            Ok(()) => steps += 1,
            Err(problem) => {
                tracing::warn!(payment.id = %payment.id, %problem, "a payment could not be advanced");
            }
        }
    }
    Ok(steps)
}

async fn ask(app: &App, provider: &dyn PaymentProvider, payment: &PaymentRow) -> Result<(), Problem> {
    let answer = match &payment.reference {
        Some(reference) => provider.look_up(reference).await,
        // The process that was to open the checkout is gone: nobody can have paid.
        None => Ok(Outcome::Open),
    };
    let (read, timers) = (payment.clone(), app.timers.clone());
    app.db
        .write(Cause::system("payments"), move |tx| {
            let (read, timers, answer) = (read.clone(), timers.clone(), answer.clone());
            Box::pin(async move {
                let payment = rows::find(tx.connection(), read.id).await?;
                // Somebody else was faster.
                let Some(payment) =
                    payment.filter(|now| (now.state, now.due_at) == (read.state, read.due_at))
                else {
                    return Ok(());
                };
                match answer {
                    Ok(outcome) => settle(tx, &payment, outcome, &timers).await,
                    Err(ProviderError::Silent) => {
                        let is_young = tx.now().since(payment.created_at()) < ASK_FOR;
                        let ask_at = is_young.then(|| tx.now() + ASK_AGAIN);
                        get_stuck(tx, &payment, ask_at).await
                    }
                    Err(ProviderError::Refused(_)) => get_stuck(tx, &payment, None).await,
                }
            })
        })
        .await
}

async fn give_back(app: &App, provider: &dyn PaymentProvider, payment: &PaymentRow) -> Result<(), Problem> {
    let Some(reference) = &payment.reference else {
        return Ok(());
    };
    let in_all = payment.refunded + payment.refund_due;
    let answer = provider.refund(reference, in_all).await;
    let read = payment.clone();
    app.db
        .write(Cause::system("payments"), move |tx| {
            let (read, answer) = (read.clone(), answer.clone());
            Box::pin(async move { note_refund(tx, &read, answer).await })
        })
        .await
}

async fn note_refund(
    tx: &mut Tx<'_>,
    read: &PaymentRow,
    answer: Result<(), ProviderError>,
) -> Result<(), Failure> {
    match answer {
        Ok(()) => {
            // With `None` another process noted it, or more is owed by now; then it comes again.
            let Some(state) = tx.refund(read, None).await? else {
                return Ok(());
            };
            audit(tx, read, "refund", state, None).await?;
            let amount = Money::new(read.refund_due, read.currency).to_string();
            let message = text::payment_refunded(&amount);
            tell(tx, read, NotificationKind::PaymentRefunded, message).await
        }
        Err(ProviderError::Silent) => {
            tx.ask_again(read, Some(tx.now() + ASK_AGAIN)).await?;
            Ok(())
        }
        Err(ProviderError::Refused(reason)) => {
            if !tx.fail_refund(read, &reason).await? {
                return Ok(());
            }
            audit(tx, read, "refund_fail", PaymentState::RefundFailed, Some(&reason)).await?;
            let amount = Money::new(read.refund_due, read.currency).to_string();
            let message = text::refund_failed(&amount);
            for person in booking_rows::people_of_station(tx.connection(), read.station).await? {
                let mut alert = notice(read, NotificationKind::StationAlert, message.clone());
                alert.level = Level::Warning;
                tx.notify(person, alert).await?;
            }
            Ok(())
        }
    }
}
