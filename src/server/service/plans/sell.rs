//! What an operator sets: its plans, and whether one may pay per swap without any. Who bought a plan keeps the
//! terms of that day.

use crate::domain::plan::{HIGHEST_PRICE, MOST_SWAPS, is_key};
use crate::domain::{OperatorId, PlanId, Problem, Role};
use crate::protocol::rest::{OperatorOut, OperatorPatch, PlanIn, PlanOut, PlanPatch};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::plans::NewPlan;
use crate::server::store::{Audit, Failure, IdKind, Tx, plans as rows, stations};

const MAX_NAME: usize = 40;

/// Makes a plan (operators, administrators).
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::Invalid`], also for a key the operator has already.
pub async fn create(
    app: &App,
    actor: &Actor,
    body: PlanIn,
    key: Option<IdempotencyKey>,
) -> Result<PlanOut, Problem> {
    if !actor.role.may_operate() {
        return Err(forbidden());
    }
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /plans", &body));
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, body, claim) = (actor.clone(), body.clone(), claim.clone());
            Box::pin(async move {
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let out = make(tx, &actor, body).await?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &out).await?;
                }
                Ok(out)
            })
        })
        .await
}

async fn make(tx: &mut Tx<'_>, actor: &Actor, body: PlanIn) -> Result<PlanOut, Failure> {
    let operator = operator_of(actor, body.operator_id)?;
    let mut form = Form::default();
    let key = body.key.trim().to_owned();
    if !is_key(&key) {
        form.complain(
            "key",
            "Use 1 to 32 small letters, digits, - and _, beginning with a letter.",
        );
    }
    let new = NewPlan {
        id: PlanId(tx.next_id(IdKind::Plan)?),
        operator,
        key,
        name: form.text("name", &body.name, 1..=MAX_NAME),
        swaps_per_month: form.number("swaps_per_month", body.swaps_per_month, 1..=MOST_SWAPS),
        priority: body.priority,
        price: form.number("price", body.price, 0..=HIGHEST_PRICE),
    };
    if rows::operator(tx.connection(), operator).await?.is_none() {
        form.complain("operator_id", "There is no such operator.");
    }
    form.finish()?;
    if !tx.insert_plan(&new).await? {
        return Err(Problem::invalid("key", "There is already a plan with this key.").into());
    }
    audit(tx, "plan", new.id.0, "create").await?;
    found(tx, new.id).await
}

/// Changes a plan of my own for those who buy it from now on.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`] for another operator's, [`Problem::Invalid`].
pub async fn update(app: &App, actor: &Actor, plan: PlanId, patch: PlanPatch) -> Result<PlanOut, Problem> {
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, patch) = (actor.clone(), patch.clone());
            Box::pin(async move {
                let read = rows::find(tx.connection(), plan).await?;
                let mut row = read.ok_or_else(|| Problem::not_found("plan"))?;
                if !actor.may_operate(row.operator) {
                    return Err(forbidden().into());
                }
                let mut form = Form::default();
                if let Some(name) = &patch.name {
                    row.name = form.text("name", name, 1..=MAX_NAME);
                }
                if let Some(swaps) = patch.swaps_per_month {
                    row.swaps_per_month = form.number("swaps_per_month", swaps, 1..=MOST_SWAPS);
                }
                if let Some(price) = patch.price {
                    row.price = form.number("price", price, 0..=HIGHEST_PRICE);
                }
                form.finish()?;
                row.priority = patch.priority.unwrap_or(row.priority);
                row.active = patch.active.unwrap_or(row.active);
                tx.change_plan(&row).await?;
                audit(tx, "plan", plan.0, "change").await?;
                found(tx, plan).await
            })
        })
        .await
}

/// What an operator sees of its own: how one pays there, and all its plans. The administrator says whose, or sees
/// the first one's.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`].
pub async fn desk(
    app: &App,
    actor: &Actor,
    asked: Option<OperatorId>,
) -> Result<(OperatorOut, Vec<PlanOut>), Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let first = stations::operators(&mut snapshot).await?.first().copied();
    let operator = asked
        .or(actor.operator)
        .or(first)
        .filter(|operator| actor.may_operate(*operator))
        .ok_or_else(|| Problem::forbidden("Only operators and administrators set plans."))?;
    let terms = rows::operator(&mut snapshot, operator)
        .await?
        .ok_or_else(no_such_operator)?;
    let plans = rows::list(&mut snapshot, Some(operator), Some(operator)).await?;
    Ok((terms, plans.iter().map(rows::PlanRow::to_out).collect()))
}

/// How one pays with an operator.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn operator(app: &App, operator: OperatorId) -> Result<OperatorOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    rows::operator(&mut snapshot, operator)
        .await?
        .ok_or_else(no_such_operator)
}

/// Changes how one pays with my company.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`] for another's.
pub async fn set_terms(
    app: &App,
    actor: &Actor,
    operator: OperatorId,
    patch: OperatorPatch,
) -> Result<OperatorOut, Problem> {
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, patch) = (actor.clone(), patch.clone());
            Box::pin(async move {
                let read = rows::operator(tx.connection(), operator).await?;
                let mut terms = read.ok_or_else(no_such_operator)?;
                if !actor.may_operate(operator) {
                    return Err(Problem::forbidden(
                        "Only the operator itself may change how one pays there.",
                    )
                    .into());
                }
                if let Some(pay_per_swap) = patch.pay_per_swap.filter(|new| *new != terms.pay_per_swap) {
                    tx.set_pay_per_swap(operator, pay_per_swap).await?;
                    let action = if pay_per_swap {
                        "allow_pay_per_swap"
                    } else {
                        "require_plan"
                    };
                    audit(tx, "operator", operator.0, action).await?;
                    terms.pay_per_swap = pay_per_swap;
                }
                Ok(terms)
            })
        })
        .await
}

/// An operator sells plans of its own; the administrator says whose.
fn operator_of(actor: &Actor, asked: Option<i64>) -> Result<OperatorId, Problem> {
    const FIELD: &str = "operator_id";
    let asked = asked.map(OperatorId);
    match (actor.role, actor.operator, asked) {
        (Role::Admin, _, Some(asked)) => Ok(asked),
        (Role::Admin, _, None) => Err(Problem::invalid(FIELD, "Say whose plan it is.")),
        (_, Some(own), Some(asked)) if own != asked => Err(Problem::invalid(
            FIELD,
            "Only administrators choose the operator; leave it out.",
        )),
        (_, Some(own), _) => Ok(own),
        (_, None, _) => Err(Problem::forbidden("Your account belongs to no operator yet.")),
    }
}

async fn found(tx: &mut Tx<'_>, plan: PlanId) -> Result<PlanOut, Failure> {
    let row = rows::find(tx.connection(), plan).await?;
    Ok(row.ok_or_else(|| Problem::not_found("plan"))?.to_out())
}

async fn audit(tx: &mut Tx<'_>, entity: &'static str, entity_id: i64, action: &str) -> Result<(), Failure> {
    let step = Audit {
        entity,
        entity_id,
        action,
        ..Audit::default()
    };
    tx.audit(step).await?;
    Ok(())
}

fn forbidden() -> Problem {
    Problem::forbidden("Only the operator whose plan it is, and administrators, may do that.")
}

fn no_such_operator() -> Problem {
    Problem::not_found("operator")
}
