//! Plans: what operators sell by the month (`sell`), who has one (`subscribe`, and `checkout` where it is paid before
//! it begins), and how one pays for a booking (`cover`).

mod begin;
mod checkout;
mod cover;
mod sell;
mod subscribe;

pub(super) use begin::{begin_paid, fall_through};
pub use checkout::{call_off, drawing, get};
pub use cover::Cover;
pub use sell::{create, desk, operator, set_terms, update};
pub use subscribe::{cancel, change, end_due, resume, subscribe};

use crate::domain::plan::Month;
use crate::domain::{OperatorId, Problem, StationId, SubscriptionState, Timestamp};
use crate::protocol::rest::{OperatorOut, PlanOut, PlanUseOut, SubscriptionOut};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::subscriptions::SubscriptionRow;
use crate::server::store::{
    Connection, StoreError, plan_payments as payments, plan_use, plans as sold, stations,
    subscriptions as bought,
};

/// The plans of one operator or of all, the cheapest first. Operators see those of their own that cannot be
/// bought any more too.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    app: &App,
    actor: Option<&Actor>,
    operator: Option<OperatorId>,
) -> Result<Vec<PlanOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let own = actor
        .filter(|actor| actor.role.may_operate())
        .and_then(|actor| actor.operator);
    let plans = sold::list(&mut snapshot, operator, own).await?;
    Ok(plans.iter().map(sold::PlanRow::to_out).collect())
}

/// My plan that lasts now: with one operator, else the newest.
///
/// # Errors
/// When the database does not answer.
pub async fn mine(
    app: &App,
    actor: &Actor,
    operator: Option<OperatorId>,
) -> Result<Option<SubscriptionOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let now = app.clock.now();
    match bought::current(&mut snapshot, actor.user, operator, now).await? {
        Some(row) => Ok(to_out(&mut snapshot, &row, now).await?),
        None => Ok(None),
    }
}

/// All my plans that last now, newest first: one with each operator.
///
/// # Errors
/// When the database does not answer.
pub async fn all_mine(app: &App, actor: &Actor) -> Result<Vec<SubscriptionOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let now = app.clock.now();
    let mut mine = Vec::new();
    for row in bought::all_current(&mut snapshot, actor.user, None, now).await? {
        mine.extend(to_out(&mut snapshot, &row, now).await?);
    }
    Ok(mine)
}

/// What I chose and did not pay yet, newest first: one with each operator.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(app: &App, actor: &Actor) -> Result<Vec<SubscriptionOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let now = app.clock.now();
    let mut waiting = Vec::new();
    for row in bought::pending(&mut snapshot, actor.user, None).await? {
        waiting.push(describe(&mut snapshot, &row, now).await?);
    }
    Ok(waiting)
}

/// How one pays at a station: its operator's terms, and my plan with it.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn at_station(
    app: &App,
    actor: Option<&Actor>,
    station: StationId,
) -> Result<(OperatorOut, Option<SubscriptionOut>), Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    drop(snapshot);
    let mine = match actor {
        Some(actor) => mine(app, actor, Some(row.operator)).await?,
        None => None,
    };
    Ok((sell::operator(app, row.operator).await?, mine))
}

/// What my bookings used of the running month, newest first; nothing where I have no plan.
///
/// # Errors
/// When the database does not answer.
pub async fn uses(
    app: &App,
    actor: &Actor,
    operator: Option<OperatorId>,
) -> Result<Vec<PlanUseOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let now = app.clock.now();
    let row = bought::current(&mut snapshot, actor.user, operator, now).await?;
    match row.and_then(|row| Some((row.id, row.month_at(now)?))) {
        Some((id, month)) => Ok(plan_use::of_month(&mut snapshot, id, month.starts_at).await?),
        None => Ok(Vec::new()),
    }
}

/// A subscription with its running month; `None` when none is running.
async fn to_out(
    connection: &mut Connection,
    row: &SubscriptionRow,
    now: Timestamp,
) -> Result<Option<SubscriptionOut>, StoreError> {
    match row.month_at(now) {
        Some(_) => Ok(Some(describe(connection, row, now).await?)),
        None => Ok(None),
    }
}

/// A subscription whatever became of it: with its running month, else with its first.
async fn describe(
    connection: &mut Connection,
    row: &SubscriptionRow,
    now: Timestamp,
) -> Result<SubscriptionOut, StoreError> {
    let month = row.month_at(now).unwrap_or(Month {
        starts_at: row.starts_at,
        ends_at: row.starts_at.months_later(1),
    });
    let plan = sold::find(connection, row.plan).await?;
    let plan = plan.ok_or(StoreError::Overtaken)?;
    let payment = payments::of_subscription(connection, row.id).await?;
    let payment = payment.as_ref();
    let used = plan_use::used(connection, row.id, month.starts_at).await?;
    let is_pending = row.state == SubscriptionState::Pending;
    let open = payment.filter(|_| is_pending);
    Ok(SubscriptionOut {
        has_subscription: true,
        id: row.id,
        plan: plan.to_out(),
        state: row.state,
        used,
        limit: row.swaps_per_month,
        left: (row.swaps_per_month - used).max(0),
        priority: row.priority,
        period_start: month.starts_at,
        period_end: month.ends_at,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        cancelled_at: row.cancelled_at,
        months: row.months,
        discount_percent: row.discount_percent,
        price: row.price,
        credit: row.credit,
        price_paid: row.price_paid,
        currency: row.currency,
        payment_method: payment.map(|payment| payment.method),
        payment_state: payment.map(|payment| payment.state),
        payment_failure: payment.and_then(|payment| payment.reason.clone()),
        paid_at: payment.and_then(|payment| payment.paid_at),
        pay_until: open.and_then(|payment| payment.due_at),
        checkout_url: open.and_then(|payment| payment.checkout_url.clone()),
    })
}
