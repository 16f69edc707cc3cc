//! An attempt to pay through a payment service, whatever it is for. What the service says becomes of it is decided
//! here, once for all; what that means for a booking or for a plan is in `for_booking` and `for_plan`.

use crate::domain::{Currency, Money, NotificationKind, PaymentId, PaymentState, Timers, Timestamp};
use crate::server::provider::Outcome;
use crate::server::store::payments::{self as booking_rows, PaymentRow};
use crate::server::store::plan_payments::{self as plan_rows, PlanPaymentRow};
use crate::server::store::{Connection, Failure, StoreError, Tx};

use super::{for_booking, for_plan};

/// An attempt.
#[derive(Clone, Debug)]
pub(super) enum Attempt {
    /// To pay for a booking.
    Booking(Box<PaymentRow>),
    /// To pay for a plan.
    Plan(Box<PlanPaymentRow>),
}

/// What is known of every attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub id: PaymentId,
    pub state: PaymentState,
    pub amount: i64,
    pub currency: Currency,
    pub reference: Option<&'a str>,
    pub due_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub refund_due: i64,
    pub refunded: i64,
}

impl Attempt {
    pub(super) fn facts(&self) -> Facts<'_> {
        match self {
            Self::Booking(row) => Facts {
                id: row.id,
                state: row.state,
                amount: row.amount,
                currency: row.currency,
                reference: row.reference.as_deref(),
                due_at: row.due_at,
                created_at: row.created_at(),
                refund_due: row.refund_due,
                refunded: row.refunded,
            },
            Self::Plan(row) => Facts {
                id: row.id,
                state: row.state,
                amount: row.amount,
                currency: row.currency,
                reference: row.reference.as_deref(),
                due_at: row.due_at,
                created_at: row.created_at,
                refund_due: row.refund_due,
                refunded: row.refunded,
            },
        }
    }

    /// As it stands now.
    pub(super) async fn again(&self, connection: &mut Connection) -> Result<Option<Self>, StoreError> {
        Ok(match self {
            Self::Booking(row) => booking_rows::find(connection, row.id).await?.map(Self::from),
            Self::Plan(row) => plan_rows::find(connection, row.id).await?.map(Self::from),
        })
    }

    /// Says something to whoever pays.
    pub(super) async fn tell(
        &self,
        tx: &mut Tx<'_>,
        kind: NotificationKind,
        message: String,
    ) -> Result<(), Failure> {
        match self {
            Self::Booking(row) => super::tell(tx, row, kind, message).await,
            Self::Plan(row) => for_plan::tell(tx, row, kind, message).await,
        }
    }

    pub(super) async fn audit(
        &self,
        tx: &mut Tx<'_>,
        action: &str,
        to: PaymentState,
        reason: Option<&str>,
    ) -> Result<(), Failure> {
        match self {
            Self::Booking(row) => super::audit(tx, row, action, to, reason).await,
            Self::Plan(row) => for_plan::audit(tx, row, action, to, reason).await,
        }
    }

    pub(super) async fn ask_again(&self, tx: &mut Tx<'_>, at: Option<Timestamp>) -> Result<(), Failure> {
        match self {
            Self::Booking(row) => {
                tx.ask_again(row, at).await?;
            }
            Self::Plan(row) => tx.ask_again_about_plan(row, at).await?,
        }
        Ok(())
    }

    async fn paid(&self, tx: &mut Tx<'_>, timers: &Timers) -> Result<(), Failure> {
        match self {
            Self::Booking(row) => for_booking::paid(tx, row, timers).await,
            Self::Plan(row) => for_plan::paid(tx, row).await,
        }
    }

    async fn come_to_nothing(&self, tx: &mut Tx<'_>, to: PaymentState, reason: &str) -> Result<(), Failure> {
        match self {
            Self::Booking(row) => for_booking::come_to_nothing(tx, row, to, reason).await,
            Self::Plan(row) => for_plan::come_to_nothing(tx, row, to, reason).await,
        }
    }

    async fn no_more_questions(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        if self.facts().due_at.is_some() {
            self.ask_again(tx, None).await?;
        }
        Ok(())
    }
}

impl From<PaymentRow> for Attempt {
    fn from(row: PaymentRow) -> Self {
        Self::Booking(Box::new(row))
    }
}

impl From<PlanPaymentRow> for Attempt {
    fn from(row: PlanPaymentRow) -> Self {
        Self::Plan(Box::new(row))
    }
}

/// The attempt that a payment service knows by this name.
pub(super) async fn by_reference(
    connection: &mut Connection,
    provider: &str,
    reference: &str,
) -> Result<Option<Attempt>, StoreError> {
    if let Some(row) = booking_rows::by_reference(connection, provider, reference).await? {
        return Ok(Some(row.into()));
    }
    let row = plan_rows::by_reference(connection, provider, reference).await?;
    Ok(row.map(Attempt::from))
}

/// Attempts about which a payment service must be asked, at most so many of each kind.
pub(super) async fn due(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Attempt>, StoreError> {
    let for_bookings = booking_rows::due(connection, now, limit).await?;
    let for_plans = plan_rows::due(connection, now, limit).await?;
    let for_plans = for_plans.into_iter().map(Attempt::from);
    Ok(for_bookings
        .into_iter()
        .map(Attempt::from)
        .chain(for_plans)
        .collect())
}

/// What the service says becomes of an attempt.
pub(super) async fn settle(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    outcome: Outcome,
    timers: &Timers,
) -> Result<(), Failure> {
    use PaymentState::{Cancelled, Expired, Failed, Pending, Stuck};
    let facts = attempt.facts();
    // Whatever it says after the first time is known.
    if !matches!(facts.state, Pending | Failed | Expired | Stuck | Cancelled) {
        return Ok(());
    }
    let is_open = matches!(facts.state, Pending | Stuck);
    match outcome {
        Outcome::Paid { amount, currency } => {
            if (amount, currency) != (facts.amount, facts.currency) {
                let told = Money::new(amount, currency);
                tracing::error!(payment.id = %facts.id, %told, "a payment service has another sum than was asked for");
                let why = format!("the payment service says that {told} was paid");
                return get_stuck(tx, attempt, &why, None).await;
            }
            attempt.paid(tx, timers).await
        }
        Outcome::Declined { reason } if is_open => attempt.come_to_nothing(tx, Failed, &reason).await,
        Outcome::Open if is_open => attempt.come_to_nothing(tx, Expired, "nobody paid in time").await,
        Outcome::Declined { .. } | Outcome::Open => attempt.no_more_questions(tx).await,
    }
}

/// The service does not say, or not what can be true. She may pay otherwise; should that money come after all, it
/// goes back.
pub(super) async fn get_stuck(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    why: &str,
    ask_at: Option<Timestamp>,
) -> Result<(), Failure> {
    if attempt.facts().state != PaymentState::Pending {
        return attempt.ask_again(tx, ask_at).await;
    }
    match attempt {
        Attempt::Booking(row) => for_booking::get_stuck(tx, row, why, ask_at).await?,
        Attempt::Plan(row) => for_plan::get_stuck(tx, row, why, ask_at).await?,
    }
    attempt.audit(tx, "stuck", PaymentState::Stuck, Some(why)).await
}
