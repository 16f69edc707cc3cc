//! Buying a plan, changing it for another, calling it off, and its end.

use super::begin::{begin, end_of, step};
use super::checkout::{self, Till, still_open};
use super::describe;
use crate::domain::plan::{MONTHS, credit, discount_percent, price_of};
use crate::domain::{OperatorId, PlanId, Problem, SubscriptionId, SubscriptionState, Timestamp, UserId};
use crate::protocol::rest::{SubscribeIn, SubscriptionOut, SubscriptionPick};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::plans::{self as sold, PlanRow};
use crate::server::store::subscriptions::{self as rows, SubscriptionRow};
use crate::server::store::{Audit, Cause, Failure, IdKind, StoreError, Tx};

/// Subscriptions ended in one round.
const ROUND: i64 = 100;

/// Buys a plan. The price is the server's. Where there is a payment service it begins when it is paid; the answer
/// says where.
///
/// # Errors
/// [`Problem::NotFound`] for a plan that is not sold, [`Problem::Invalid`], [`Problem::AlreadySubscribed`],
/// [`Problem::PaymentBusy`] while another one waits for its payment or when the service does not answer,
/// [`Problem::IdempotencyMismatch`].
pub async fn subscribe(
    app: &App,
    actor: &Actor,
    body: SubscribeIn,
    key: Option<IdempotencyKey>,
) -> Result<SubscriptionOut, Problem> {
    buy(app, actor, body, key, Deal::New).await
}

/// Changes my plan for another time or another plan of the same operator. The days to come of the old one are
/// credited, what is used of the running month goes along.
///
/// # Errors
/// [`Problem::NotFound`] where there is nothing to change, and as [`subscribe`].
pub async fn change(
    app: &App,
    actor: &Actor,
    body: SubscribeIn,
    key: Option<IdempotencyKey>,
) -> Result<SubscriptionOut, Problem> {
    buy(app, actor, body, key, Deal::Change).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deal {
    New,
    Change,
}

async fn buy(
    app: &App,
    actor: &Actor,
    body: SubscribeIn,
    key: Option<IdempotencyKey>,
    deal: Deal,
) -> Result<SubscriptionOut, Problem> {
    let mut form = Form::default();
    form.number("months", body.months, MONTHS);
    form.finish()?;
    let route = match deal {
        Deal::New => "POST /subscriptions",
        Deal::Change => "POST /subscription/change",
    };
    let claim = key.map(|key| Claim::new(actor.user, key.0, route, &body));
    let (user, till, known) = (actor.user, Till::of(app, body.payment_method)?, claim.clone());
    let out = app
        .db
        .write(actor.cause(), move |tx| {
            let (body, claim) = (body.clone(), claim.clone());
            Box::pin(async move {
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let out = make(tx, user, &body, deal, till).await?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &out).await?;
                }
                Ok(out)
            })
        })
        .await?;
    match out.state {
        SubscriptionState::Pending => checkout::open(app, actor, out.id, known).await,
        _ => Ok(out),
    }
}

async fn make(
    tx: &mut Tx<'_>,
    user: UserId,
    body: &SubscribeIn,
    deal: Deal,
    till: Option<Till>,
) -> Result<SubscriptionOut, Failure> {
    let plan = sold::find(tx.connection(), PlanId(body.plan_id)).await?;
    let plan = plan
        .filter(|plan| plan.active)
        .ok_or_else(|| Problem::not_found("plan"))?;
    end_overdue_of(tx, user).await?;
    let now = tx.now();
    let before = rows::current(tx.connection(), user, Some(plan.operator), now).await?;
    match (&before, deal) {
        (Some(before), Deal::New) => {
            return Err(Problem::AlreadySubscribed {
                plan_name: before.plan_name.clone(),
                until: before.ends_at,
            }
            .into());
        }
        (None, Deal::Change) => return Err(no_subscription().into()),
        _ => {}
    }
    let waiting = rows::pending(tx.connection(), user, Some(plan.operator)).await?;
    if let Some(waiting) = waiting.first() {
        return Err(still_open(waiting).into());
    }
    let new = chosen(tx, user, &plan, body.months, before.as_ref(), till)?;
    tx.insert_subscription(&new).await?;
    let begun = Audit {
        entity: "subscription",
        entity_id: new.id.0,
        action: "subscribe",
        to: Some(new.state.as_str()),
        ..Audit::default()
    };
    tx.audit(begun).await?;
    match till.filter(|_| new.paid_online) {
        Some(till) => {
            let ask_at = now + till.pay_within;
            tx.begin_plan_payment(&new, till.method, till.provider, ask_at)
                .await?;
        }
        None => {
            begin(tx, &new, before.as_ref()).await?;
        }
    }
    answer(tx, new.id).await
}

/// What she chose, before it begins. What it costs, and what the one before is worth, is settled here.
fn chosen(
    tx: &Tx<'_>,
    user: UserId,
    plan: &PlanRow,
    months: i64,
    before: Option<&SubscriptionRow>,
    till: Option<Till>,
) -> Result<SubscriptionRow, StoreError> {
    let now = tx.now();
    let price = price_of(plan.price, months);
    let credit = before.map_or(0, |before| {
        credit(before.price, before.starts_at, before.ends_at, now)
    });
    let price_paid = (price - credit).max(0);
    Ok(SubscriptionRow {
        id: SubscriptionId(tx.next_id(IdKind::Subscription)?),
        user,
        operator: plan.operator,
        plan: plan.id,
        plan_name: plan.name.clone(),
        state: SubscriptionState::Pending,
        months,
        swaps_per_month: plan.swaps_per_month,
        priority: plan.priority,
        discount_percent: discount_percent(months),
        price,
        credit,
        price_paid,
        currency: plan.currency,
        starts_at: now,
        ends_at: end_of(now, months),
        cancelled_at: None,
        paid_online: till.is_some() && price_paid > 0,
        replaces: before.map(|before| before.id),
    })
}

/// Calls my plan off: it lasts until its end, and can be resumed until then. A second time changes nothing.
///
/// # Errors
/// [`Problem::NotFound`] where I have none.
pub async fn cancel(app: &App, actor: &Actor, pick: SubscriptionPick) -> Result<SubscriptionOut, Problem> {
    turn(app, actor, pick, SubscriptionState::Cancelled, "cancel").await
}

/// Takes that back. A second time changes nothing.
///
/// # Errors
/// [`Problem::NotFound`] where I have none that lasts.
pub async fn resume(app: &App, actor: &Actor, pick: SubscriptionPick) -> Result<SubscriptionOut, Problem> {
    turn(app, actor, pick, SubscriptionState::Active, "resume").await
}

async fn turn(
    app: &App,
    actor: &Actor,
    pick: SubscriptionPick,
    to: SubscriptionState,
    action: &'static str,
) -> Result<SubscriptionOut, Problem> {
    let user = actor.user;
    let operator = pick.operator_id.map(OperatorId);
    app.db
        .write(actor.cause(), move |tx| {
            Box::pin(async move {
                let now = tx.now();
                let row = rows::current(tx.connection(), user, operator, now)
                    .await?
                    .ok_or_else(no_subscription)?;
                if row.state != to {
                    step(tx, &row, to, action).await?;
                }
                answer(tx, row.id).await
            })
        })
        .await
}

/// Ends the subscriptions whose time is over; answers how many. Safe to run in any number of processes at once:
/// what is over counts as over whether this ran or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn end_due(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let due = rows::overdue(&mut snapshot, None, app.clock.now(), ROUND).await?;
    drop(snapshot);
    let mut ended = 0;
    for id in due {
        let work = app.db.write(Cause::system("plans"), move |tx| {
            Box::pin(async move { end(tx, id).await })
        });
        match work.await {
            Ok(true) => ended += 1,
            Ok(false) => {}
            Err(problem) => {
                tracing::warn!(subscription.id = %id, %problem, "a subscription could not be ended");
            }
        }
    }
    Ok(ended)
}

/// What is over by the clock must not stand in the way, whether the job came by or not.
pub(super) async fn end_overdue_of(tx: &mut Tx<'_>, user: UserId) -> Result<(), Failure> {
    let now = tx.now();
    for id in rows::overdue(tx.connection(), Some(user), now, ROUND).await? {
        end(tx, id).await?;
    }
    Ok(())
}

/// False when it was ended before.
async fn end(tx: &mut Tx<'_>, id: SubscriptionId) -> Result<bool, Failure> {
    let now: Timestamp = tx.now();
    let row = rows::find(tx.connection(), id).await?;
    let Some(row) = row.filter(|row| row.state.is_current() && row.ends_at <= now) else {
        return Ok(false);
    };
    step(tx, &row, SubscriptionState::Ended, "end").await?;
    Ok(true)
}

async fn answer(tx: &mut Tx<'_>, id: SubscriptionId) -> Result<SubscriptionOut, Failure> {
    let now = tx.now();
    let row = rows::find(tx.connection(), id)
        .await?
        .ok_or_else(no_subscription)?;
    Ok(describe(tx.connection(), &row, now).await?)
}

fn no_subscription() -> Problem {
    Problem::not_found("subscription of yours")
}
