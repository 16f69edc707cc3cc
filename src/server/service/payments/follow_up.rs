//! What payment services are asked when they do not tell by themselves, and the money that they give back. Safe to run
//! in any number of processes at once: a service gives back once, and each step is noted once.

use std::time::Duration;

use super::attempt::{self, Attempt, get_stuck, settle};
use super::{for_plan, notice};
use crate::domain::notification::text;
use crate::domain::{Level, Money, NotificationKind, PaymentState, Problem};
use crate::server::App;
use crate::server::provider::{Outcome, PaymentProvider, ProviderError};
use crate::server::store::payments::PaymentRow;
use crate::server::store::{Cause, Failure, Tx, bookings as booking_rows};

/// A service that was silent is asked again after this.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// Nobody asks about a payment that is older.
const ASK_FOR: Duration = Duration::from_hours(24);
/// Payments looked at in one round.
const ROUND: i64 = 50;
const NO_ANSWER: &str = "the payment service does not say what became of it";

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
    let due = attempt::due(&mut snapshot, app.clock.now(), ROUND).await?;
    drop(snapshot);
    let mut steps = 0;
    for attempt in due {
        let facts = attempt.facts();
        let step = match facts.state {
            PaymentState::RefundPending => give_back(app, provider, &attempt).await,
            _ => ask(app, provider, &attempt).await,
        };
        match step {
            Ok(()) => steps += 1,
            Err(problem) => {
                tracing::warn!(payment.id = %facts.id, %problem, "a payment could not be advanced");
            }
        }
    }
    Ok(steps)
}

async fn ask(app: &App, provider: &dyn PaymentProvider, attempt: &Attempt) -> Result<(), Problem> {
    let answer = match attempt.facts().reference {
        Some(reference) => provider.look_up(reference).await,
        // The process that was to open the checkout is gone: nobody can have paid.
        None => Ok(Outcome::Open),
    };
    let (read, timers) = (attempt.clone(), app.timers.clone());
    app.db
        .write(Cause::system("payments"), move |tx| {
            let (read, timers, answer) = (read.clone(), timers.clone(), answer.clone());
            Box::pin(async move {
                let moment = |attempt: &Attempt| {
                    let facts = attempt.facts();
                    (facts.state, facts.due_at)
                };
                let attempt = read.again(tx.connection()).await?;
                // Somebody else was faster.
                let Some(attempt) = attempt.filter(|now| moment(now) == moment(&read)) else {
                    return Ok(());
                };
                match answer {
                    Ok(outcome) => settle(tx, &attempt, outcome, &timers).await,
                    Err(ProviderError::Silent) => {
                        let is_young = tx.now().since(attempt.facts().created_at) < ASK_FOR;
                        let ask_at = is_young.then(|| tx.now() + ASK_AGAIN);
                        get_stuck(tx, &attempt, NO_ANSWER, ask_at).await
                    }
                    Err(ProviderError::Refused(_)) => get_stuck(tx, &attempt, NO_ANSWER, None).await,
                }
            })
        })
        .await
}

async fn give_back(app: &App, provider: &dyn PaymentProvider, attempt: &Attempt) -> Result<(), Problem> {
    let facts = attempt.facts();
    let Some(reference) = facts.reference else {
        return Ok(());
    };
    let answer = provider
        .refund(reference, facts.refunded + facts.refund_due)
        .await;
    let read = attempt.clone();
    app.db
        .write(Cause::system("payments"), move |tx| {
            let (read, answer) = (read.clone(), answer.clone());
            Box::pin(async move { note_refund(tx, &read, answer).await })
        })
        .await
}

async fn note_refund(
    tx: &mut Tx<'_>,
    read: &Attempt,
    answer: Result<(), ProviderError>,
) -> Result<(), Failure> {
    let facts = read.facts();
    let amount = Money::new(facts.refund_due, facts.currency).to_string();
    match answer {
        Ok(()) => {
            let state = match read {
                Attempt::Booking(row) => tx.refund(row, None).await?,
                Attempt::Plan(row) => {
                    let is_done = tx.refund_for_plan(row, None).await?;
                    is_done.then_some(PaymentState::Refunded)
                }
            };
            // With `None` another process noted it, or more is owed by now; then it comes again.
            let Some(state) = state else {
                return Ok(());
            };
            read.audit(tx, "refund", state, None).await?;
            let message = text::payment_refunded(&amount);
            read.tell(tx, NotificationKind::PaymentRefunded, message).await
        }
        Err(ProviderError::Silent) => {
            let ask_at = tx.now() + ASK_AGAIN;
            read.ask_again(tx, Some(ask_at)).await
        }
        Err(ProviderError::Refused(reason)) => {
            let is_first = match read {
                Attempt::Booking(row) => tx.fail_refund(row, &reason).await?,
                Attempt::Plan(row) => tx.fail_refund_for_plan(row, &reason).await?,
            };
            if !is_first {
                return Ok(());
            }
            read.audit(tx, "refund_fail", PaymentState::RefundFailed, Some(&reason))
                .await?;
            match read {
                Attempt::Booking(row) => alert_station(tx, row, &amount).await,
                Attempt::Plan(row) => for_plan::alert_operator(tx, row, &amount).await,
            }
        }
    }
}

/// The counter has to give it back.
async fn alert_station(tx: &mut Tx<'_>, read: &PaymentRow, amount: &str) -> Result<(), Failure> {
    let message = text::refund_failed(amount);
    for person in booking_rows::people_of_station(tx.connection(), read.station).await? {
        let mut alert = notice(read, NotificationKind::StationAlert, message.clone());
        alert.level = Level::Warning;
        tx.notify(person, alert).await?;
    }
    Ok(())
}
