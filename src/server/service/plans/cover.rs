//! How a plan pays for a booking: swaps of the running month are used in the transaction that claims the packs,
//! and used again when a cancellation is taken back.

use serde_json::json;

use crate::domain::notification::text;
use crate::domain::plan;
use crate::domain::plan::{Month, covered_line, warning};
use crate::domain::{
    BookingId, ItemKind, NotificationKind, OperatorId, PaymentMethod, PlanRefusal, Problem, SubscriptionId,
    Timestamp, UserId,
};
use crate::protocol::rest::BatteryModelOut;
use crate::server::hours;
use crate::server::store::bookings::BookingRecord;
use crate::server::store::inventory::StationRow;
use crate::server::store::notifications::Notice;
use crate::server::store::plan_use::{self, Retaken};
use crate::server::store::subscriptions::{self as bought, SubscriptionRow};
use crate::server::store::{Failure, StoreError, Tx, plans as sold};

/// Swaps used for a booking in the making; dropped with its transaction when that comes to nothing.
#[derive(Debug)]
pub struct Cover {
    subscription: SubscriptionRow,
    month: Month,
    swaps: i64,
    /// Zone of the station: people read days of its calendar.
    timezone: String,
}

impl Cover {
    /// Uses the customer's plan for so many packs where she asks for it. Where she does not, looks whether one
    /// may pay per swap.
    ///
    /// # Errors
    /// [`Problem::SubscriptionLimitExceeded`].
    pub async fn of(
        tx: &mut Tx<'_>,
        user: UserId,
        station: &StationRow,
        method: PaymentMethod,
        swaps: i64,
    ) -> Result<Option<Self>, Failure> {
        let operator = station.operator;
        if method != PaymentMethod::Plan {
            may_pay_per_swap(tx, user, operator).await?;
            return Ok(None);
        }
        let now = tx.now();
        let found = bought::current(tx.connection(), user, Some(operator), now).await?;
        let Some((month, subscription)) = found.and_then(|row| Some((row.month_at(now)?, row))) else {
            return Err(no_plan(tx, user, operator).await?.into());
        };
        if tx.use_swaps(&subscription, month, swaps).await?.is_none() {
            return Err(full(tx, &subscription, month.starts_at, &station.timezone)
                .await?
                .into());
        }
        Ok(Some(Self {
            subscription,
            month,
            swaps,
            timezone: station.timezone.clone(),
        }))
    }

    /// What people read of a line for a pack, and what is left to pay of it: nothing where a plan does.
    pub fn line(cover: Option<&Self>, kind: ItemKind, model: Option<&BatteryModelOut>) -> (String, i64) {
        let verb = if kind == ItemKind::Take { "Take" } else { "Swap" };
        let (model, price) = model.map_or(("", 0), |model| (model.name.as_str(), model.price));
        let name = format!("{verb}, {model}");
        match cover {
            Some(cover) => (covered_line(&name, &cover.subscription.plan_name), 0),
            None => (name, price),
        }
    }

    /// Notes which booking it is that used the swaps, and tells the customer when few are left.
    pub async fn note(&self, tx: &mut Tx<'_>, booking: BookingId) -> Result<(), Failure> {
        tx.record_use(booking, self.subscription.id, self.month, self.swaps)
            .await?;
        tell_of_limit(tx, &self.subscription, self.month.starts_at, &self.timezone).await
    }

    /// Uses again what a cancelled booking had given back, when it comes back to life.
    ///
    /// # Errors
    /// [`Problem::SubscriptionLimitExceeded`] when the month is full meanwhile.
    pub async fn renew(tx: &mut Tx<'_>, booking: &BookingRecord) -> Result<(), Failure> {
        match tx.retake_swaps(booking.id).await? {
            Retaken::Nothing => Ok(()),
            Retaken::Used(subscription, month) => {
                let row = find(tx, subscription).await?;
                tell_of_limit(tx, &row, month, &booking.timezone).await
            }
            Retaken::Full(subscription, month) => {
                let row = find(tx, subscription).await?;
                Err(full(tx, &row, month, &booking.timezone).await?.into())
            }
        }
    }
}

async fn find(tx: &mut Tx<'_>, subscription: SubscriptionId) -> Result<SubscriptionRow, Failure> {
    let row = bought::find(tx.connection(), subscription).await?;
    Ok(row.ok_or(StoreError::Overtaken)?)
}

/// Whoever has a plan may pay for further swaps; without one it is for the operator to say.
async fn may_pay_per_swap(tx: &mut Tx<'_>, user: UserId, operator: OperatorId) -> Result<(), Failure> {
    let terms = sold::operator(tx.connection(), operator).await?;
    if terms.is_none_or(|terms| terms.pay_per_swap) {
        return Ok(());
    }
    let now = tx.now();
    match bought::current(tx.connection(), user, Some(operator), now).await? {
        Some(_) => Ok(()),
        None => Err(no_plan(tx, user, operator).await?.into()),
    }
}

/// Why no plan of hers pays here.
async fn no_plan(tx: &mut Tx<'_>, user: UserId, operator: OperatorId) -> Result<Problem, Failure> {
    let now = tx.now();
    let reason = if bought::had_one(tx.connection(), user, operator).await? {
        PlanRefusal::NotActive
    } else if bought::current(tx.connection(), user, None, now).await?.is_some() {
        PlanRefusal::OtherOperator
    } else {
        PlanRefusal::NoSubscription
    };
    Ok(Problem::SubscriptionLimitExceeded {
        reason,
        limit: 0,
        left: 0,
        renews_at: None,
        detail: plan::refusal(reason, 0, 0, None),
    })
}

/// That a month has fewer swaps left than are needed.
async fn full(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
    month: Timestamp,
    timezone: &str,
) -> Result<Problem, Failure> {
    let used = plan_use::used(tx.connection(), row.id, month).await?;
    let renews_at = renews_at(row, month);
    let (reason, limit) = (PlanRefusal::MonthlyLimit, row.swaps_per_month);
    let left = (limit - used).max(0);
    let renews_on = renews_at.map(|at| day_there(at, timezone));
    Ok(Problem::SubscriptionLimitExceeded {
        reason,
        limit,
        left,
        renews_at,
        detail: plan::refusal(reason, limit, left, renews_on.as_deref()),
    })
}

/// When the next month begins; the last one has none after it.
fn renews_at(row: &SubscriptionRow, month: Timestamp) -> Option<Timestamp> {
    let month = row.month_at(month)?;
    (month.ends_at < row.ends_at).then_some(month.ends_at)
}

fn day_there(at: Timestamp, timezone: &str) -> String {
    at.calendar_day(hours::utc_offset_minutes(timezone, at))
}

/// Tells the customer at four fifths and at the end of a month, each once.
async fn tell_of_limit(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
    month: Timestamp,
    timezone: &str,
) -> Result<(), Failure> {
    let used = plan_use::used(tx.connection(), row.id, month).await?;
    let limit = row.swaps_per_month;
    let Some(percent) = warning(used, limit) else {
        return Ok(());
    };
    if !tx.note_limit_warning(row.id, month, percent).await? {
        return Ok(());
    }
    let renews_at = renews_at(row, month);
    let (kind, message) = if percent < 100 {
        let message = text::plan_limit_near(used, limit, &row.plan_name);
        (NotificationKind::PlanLimitNear, message)
    } else {
        let day = renews_at.map(|at| day_there(at, timezone));
        let message = text::plan_limit_reached(limit, &row.plan_name, day.as_deref());
        (NotificationKind::PlanLimitReached, message)
    };
    let notice = Notice {
        kind,
        message,
        level: kind.level(),
        booking: None,
        station: None,
        data: json!({ "plan": row.plan_name, "used": used, "limit": limit, "renews_at": renews_at }),
    };
    tx.notify(row.user, notice).await?;
    Ok(())
}
