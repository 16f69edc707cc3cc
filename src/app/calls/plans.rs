//! Plans: what is sold, what I have, and what an operator sets. A bare form is sent on to the page that shows
//! what became of it; our WASM goes there by itself.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{OperatorId, PaymentMethod, PlanId, Problem, SubscriptionId, Timestamp};
use crate::protocol::rest::{OperatorOut, PlanOut, PlanUseOut, SubscriptionOut};

/// The plans on sale, and what the visitor has of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlansSheet {
    /// By operator, the cheapest first.
    pub plans: Vec<PlanOut>,
    /// Hers, one with each operator at most.
    pub mine: Vec<SubscriptionOut>,
    /// Those that she chose and did not pay yet, likewise.
    pub waiting: Vec<SubscriptionOut>,
    /// Somebody takes cards and QR payments: a plan is paid before it begins.
    pub pays_online: bool,
    /// Somebody is signed in.
    pub signed_in: bool,
    /// Makes a repeated purchase of this page have one effect.
    pub key: String,
    /// Offset of the network's zone from UTC, in minutes.
    pub offset: i32,
    /// The server's clock at this answer.
    pub now: Timestamp,
}

/// One plan of mine with what was used of its month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The plan.
    pub subscription: SubscriptionOut,
    /// By booking, newest first.
    pub uses: Vec<PlanUseOut>,
}

/// The plans I have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MyPlansSheet {
    /// One with each operator at most.
    pub held: Vec<Held>,
    /// Those that wait for their payment, likewise.
    pub waiting: Vec<SubscriptionOut>,
    /// Offset of the network's zone from UTC, in minutes.
    pub offset: i32,
}

/// What an operator sells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskSheet {
    /// Who, and how one pays there.
    pub operator: OperatorOut,
    /// Also those that are not sold any more.
    pub plans: Vec<PlanOut>,
    /// Makes a repeated "add" of this page have one effect.
    pub key: String,
}

/// The plans on sale.
#[server(prefix = "/call", endpoint = "plans", output = Plain)]
pub async fn find_plans() -> Result<PlansSheet, Problem> {
    use crate::server::service::plans;

    let (app, visitor) = (super::app()?, super::visitor());
    let (mut mine, mut waiting) = (Vec::new(), Vec::new());
    if let Some(actor) = &visitor {
        mine = plans::all_mine(&app, actor).await.map_err(super::told)?;
        waiting = plans::waiting(&app, actor).await.map_err(super::told)?;
    }
    Ok(PlansSheet {
        plans: plans::list(&app, None, None).await.map_err(super::told)?,
        mine,
        waiting,
        pays_online: app.provider().is_some(),
        signed_in: visitor.is_some(),
        key: uuid::Uuid::now_v7().to_string(),
        offset: offset(&app).await?,
        now: app.clock.now(),
    })
}

/// The plans I have.
#[server(prefix = "/call", endpoint = "my_plans", output = Plain)]
pub async fn load_my_plans() -> Result<MyPlansSheet, Problem> {
    use crate::server::service::plans;

    let (app, actor) = (super::app()?, super::actor()?);
    let mut held = Vec::new();
    for subscription in plans::all_mine(&app, &actor).await.map_err(super::told)? {
        let operator = subscription.plan.operator_id;
        let uses = plans::uses(&app, &actor, Some(operator))
            .await
            .map_err(super::told)?;
        held.push(Held { subscription, uses });
    }
    Ok(MyPlansSheet {
        held,
        waiting: plans::waiting(&app, &actor).await.map_err(super::told)?,
        offset: offset(&app).await?,
    })
}

/// Buys a plan, or changes mine for it; answers where to go next.
#[server(prefix = "/call", endpoint = "buy_plan", output = Plain)]
pub async fn buy_plan(
    /// Which.
    plan: PlanId,
    /// For how many months.
    months: i64,
    /// Made with the page.
    key: String,
    /// How it is paid, where somebody takes the money.
    pay: Option<PaymentMethod>,
    /// In place of the one I have, if anything stands here.
    instead: Option<String>,
) -> Result<String, Problem> {
    use crate::domain::SubscriptionState;
    use crate::protocol::rest::SubscribeIn;
    use crate::server::service::{IdempotencyKey, plans};

    let (app, actor) = (super::app()?, super::actor()?);
    let body = SubscribeIn {
        plan_id: plan.0,
        months,
        payment_method: pay,
    };
    let key = (!key.is_empty()).then_some(IdempotencyKey(key));
    let (bought, done) = match instead {
        Some(_) => (plans::change(&app, &actor, body, key).await, "changed"),
        None => (plans::subscribe(&app, &actor, body, key).await, "subscribed"),
    };
    match bought.map_err(super::told)?.state {
        SubscriptionState::Pending => Ok(sent_on("/plan?done=chosen")),
        SubscriptionState::Failed => Err(super::told(Problem::PaymentBusy {
            detail: "That payment came to nothing. Load this page again and choose the plan once more."
                .to_owned(),
        })),
        _ => Ok(sent_on(&format!("/plan?done={done}"))),
    }
}

/// Calls off a plan that I chose and did not pay; answers where to go next.
#[server(prefix = "/call", endpoint = "call_off_plan", output = Plain)]
pub async fn call_off_plan(
    /// Which.
    subscription: SubscriptionId,
) -> Result<String, Problem> {
    use crate::server::service::plans;

    let (app, actor) = (super::app()?, super::actor()?);
    plans::call_off(&app, &actor, subscription)
        .await
        .map_err(super::told)?;
    Ok(sent_on("/plan?done=called-off"))
}

/// Calls my plan off; answers where to go next.
#[server(prefix = "/call", endpoint = "cancel_plan", output = Plain)]
pub async fn cancel_my_plan(
    /// The one with this operator.
    operator: OperatorId,
) -> Result<String, Problem> {
    use crate::server::service::plans;

    let (app, actor) = (super::app()?, super::actor()?);
    plans::cancel(&app, &actor, pick(operator))
        .await
        .map_err(super::told)?;
    Ok(sent_on("/plan?done=cancelled"))
}

/// Takes that back; answers where to go next.
#[server(prefix = "/call", endpoint = "resume_plan", output = Plain)]
pub async fn resume_my_plan(
    /// The one with this operator.
    operator: OperatorId,
) -> Result<String, Problem> {
    use crate::server::service::plans;

    let (app, actor) = (super::app()?, super::actor()?);
    plans::resume(&app, &actor, pick(operator))
        .await
        .map_err(super::told)?;
    Ok(sent_on("/plan?done=resumed"))
}

/// What my company sells; for administrators of the company they name, or the first.
#[server(prefix = "/call", endpoint = "plan_desk", output = Plain)]
pub async fn load_plan_desk(
    /// Of whom.
    operator: Option<OperatorId>,
) -> Result<DeskSheet, Problem> {
    use crate::server::service::plans;

    let (app, actor) = (super::app()?, super::actor()?);
    let (operator, plans) = plans::desk(&app, &actor, operator).await.map_err(super::told)?;
    Ok(DeskSheet {
        operator,
        plans,
        key: uuid::Uuid::now_v7().to_string(),
    })
}

/// What the form of a plan says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// Whose plan.
    pub operator: i64,
    /// Which; a new one where there is none.
    pub id: Option<i64>,
    /// Made with the page.
    pub once: String,
}

/// Makes or changes a plan; answers where to go next.
#[server(prefix = "/call", endpoint = "save_plan", output = Plain)]
pub async fn save_plan(
    /// Whose plan, and which.
    form: PlanForm,
    /// How programs call a new one.
    key: Option<String>,
    /// How people call it.
    name: String,
    /// Swaps a month, as typed.
    swaps_per_month: String,
    /// Price a month in whole units, as typed.
    price: String,
    /// The ticked box.
    priority: Option<String>,
    /// The ticked box.
    active: Option<String>,
) -> Result<String, Problem> {
    use crate::domain::Money;
    use crate::protocol::rest::{PlanIn, PlanPatch};
    use crate::server::service::form::Form;
    use crate::server::service::{IdempotencyKey, plans};

    let (app, actor) = (super::app()?, super::actor()?);
    let operator = OperatorId(form.operator);
    let terms = plans::operator(&app, operator).await.map_err(super::told)?;
    let mut complaints = Form::default();
    let swaps = swaps_per_month.trim().parse::<i64>();
    if swaps.is_err() {
        complaints.complain("swaps_per_month", "Write a whole number.");
    }
    let amount = Money::typed(&price, terms.currency);
    if amount.is_none() {
        complaints.complain("price", "Write an amount, like 799.00.");
    }
    complaints.finish().map_err(super::told)?;
    let (swaps, price) = (swaps.unwrap_or(0), amount.map_or(0, |amount| amount.minor));
    if let Some(id) = form.id {
        let patch = PlanPatch {
            name: Some(name),
            swaps_per_month: Some(swaps),
            priority: Some(priority.is_some()),
            price: Some(price),
            active: Some(active.is_some()),
        };
        plans::update(&app, &actor, PlanId(id), patch)
            .await
            .map_err(super::told)?;
    } else {
        let body = PlanIn {
            key: key.unwrap_or_default(),
            name,
            swaps_per_month: swaps,
            priority: priority.is_some(),
            price,
            operator_id: Some(operator.0),
        };
        let once = (!form.once.is_empty()).then_some(IdempotencyKey(form.once));
        plans::create(&app, &actor, body, once)
            .await
            .map_err(super::told)?;
    }
    Ok(sent_on(&format!(
        "/operator/plans?operator={operator}&done=saved"
    )))
}

/// Lets people without a plan pay per swap, or not; answers where to go next.
#[server(prefix = "/call", endpoint = "set_pay_per_swap", output = Plain)]
pub async fn set_pay_per_swap(
    /// At whose stations.
    operator: OperatorId,
    /// The ticked box.
    allowed: Option<String>,
) -> Result<String, Problem> {
    use crate::protocol::rest::OperatorPatch;
    use crate::server::service::plans;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = OperatorPatch {
        pay_per_swap: Some(allowed.is_some()),
    };
    plans::set_terms(&app, &actor, operator, patch)
        .await
        .map_err(super::told)?;
    Ok(sent_on(&format!(
        "/operator/plans?operator={operator}&done=saved"
    )))
}

#[cfg(feature = "ssr")]
fn pick(operator: OperatorId) -> crate::protocol::rest::SubscriptionPick {
    crate::protocol::rest::SubscriptionPick {
        operator_id: Some(operator.0),
    }
}

/// The network's zone: that of its first station.
#[cfg(feature = "ssr")]
async fn offset(app: &crate::server::App) -> Result<i32, Problem> {
    use crate::server::service::stations::{self, StationQuery};

    let stations = stations::list(app, StationQuery::default())
        .await
        .map_err(super::told)?;
    let first = stations.items.first();
    Ok(first.map_or(0, |station| station.utc_offset_minutes))
}

#[cfg(feature = "ssr")]
fn sent_on(path: &str) -> String {
    if super::plain_form() {
        super::see_other(path);
    }
    path.to_owned()
}
