//! Plans: what is sold by the month, and what I have of it.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{OperatorId, PlanId, Problem, SubscriptionId};
use crate::protocol::rest::{
    MySubscriptionOut, NoSubscriptionOut, OperatorOut, OperatorPatch, Page, PlanIn, PlanOut, PlanPatch,
    PlanUseOut, SubscribeIn, SubscriptionOut, SubscriptionPick,
};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Anybody, Asked, Id, Key, SignedIn, Staff, field};
use crate::server::http::openapi::Refused;
use crate::server::service::plans;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_plans, create_plan))
        .routes(routes!(update_plan))
        .routes(routes!(list_subscriptions, subscribe))
        .routes(routes!(get_subscription))
        .routes(routes!(call_off_subscription))
        .routes(routes!(draw_plan_checkout))
        .routes(routes!(my_subscription))
        .routes(routes!(list_plan_uses))
        .routes(routes!(change_subscription))
        .routes(routes!(cancel_subscription))
        .routes(routes!(resume_subscription))
        .routes(routes!(get_operator, update_operator))
}

/// Of which operator.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OperatorAsked {
    /// Of this operator only
    operator_id: Option<String>,
}

impl OperatorAsked {
    fn operator(&self) -> Result<Option<OperatorId>, Problem> {
        field(
            "operator_id",
            self.operator_id.as_deref(),
            "Write the id of an operator.",
        )
    }
}

/// The plans on sale, the cheapest first
#[utoipa::path(get, path = "/plans", tag = "Plans", security(()), params(OperatorAsked),
    responses((status = 200, description = "All of them", body = Page<PlanOut>), Refused))]
async fn list_plans(
    State(app): State<App>,
    Anybody(actor): Anybody,
    Asked(asked): Asked<OperatorAsked>,
) -> Result<Json<Page<PlanOut>>, Problem> {
    plans::list(&app, actor.as_ref(), asked.operator()?)
        .await
        .map(whole)
}

/// Makes a plan
#[utoipa::path(post, path = "/plans", tag = "Plans",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = PlanIn, responses((status = 201, description = "The plan", body = PlanOut), Refused))]
async fn create_plan(
    State(app): State<App>,
    Staff(actor): Staff,
    Key(key): Key,
    Body(body): Body<PlanIn>,
) -> Result<(StatusCode, Json<PlanOut>), Problem> {
    let plan = plans::create(&app, &actor, body, key).await?;
    Ok((StatusCode::CREATED, Json(plan)))
}

/// Changes a plan for those who buy it from now on
#[utoipa::path(patch, path = "/plans/{id}", tag = "Plans", params(("id" = i64, Path)),
    request_body = PlanPatch, responses((status = 200, description = "The plan after the change", body = PlanOut), Refused))]
async fn update_plan(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(plan): Id<PlanId>,
    Body(patch): Body<PlanPatch>,
) -> Result<Json<PlanOut>, Problem> {
    plans::update(&app, &actor, plan, patch).await.map(Json)
}

/// My plans that wait for their payment, then those that last
#[utoipa::path(get, path = "/subscriptions", tag = "Plans",
    responses((status = 200, description = "All of them", body = Page<SubscriptionOut>), Refused))]
async fn list_subscriptions(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
) -> Result<Json<Page<SubscriptionOut>>, Problem> {
    let mut mine = plans::waiting(&app, &actor).await?;
    mine.extend(plans::all_mine(&app, &actor).await?);
    Ok(whole(mine))
}

/// One of my subscriptions, whatever became of it
#[utoipa::path(get, path = "/subscriptions/{id}", tag = "Plans", params(("id" = i64, Path)),
    responses((status = 200, description = "The subscription", body = SubscriptionOut), Refused))]
async fn get_subscription(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(subscription): Id<SubscriptionId>,
) -> Result<Json<SubscriptionOut>, Problem> {
    plans::get(&app, &actor, subscription).await.map(Json)
}

/// I do not pay what I chose: it does not begin. Money that comes all the same goes back
#[utoipa::path(post, path = "/subscriptions/{id}/call-off", tag = "Plans", params(("id" = i64, Path)),
    responses((status = 200, description = "The subscription", body = SubscriptionOut), Refused))]
async fn call_off_subscription(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(subscription): Id<SubscriptionId>,
) -> Result<Json<SubscriptionOut>, Problem> {
    plans::call_off(&app, &actor, subscription).await.map(Json)
}

/// The address at which I pay a plan, as a QR code
#[utoipa::path(get, path = "/subscriptions/{id}/checkout.svg", tag = "Plans", params(("id" = i64, Path)),
    responses((status = 200, description = "The drawing", content_type = "image/svg+xml"), Refused))]
async fn draw_plan_checkout(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(subscription): Id<SubscriptionId>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let drawing = plans::drawing(&app, &actor, subscription).await?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], drawing))
}

/// Buys a plan for some months. Where a payment service takes the money it is `pending` until it is paid at
/// `checkout_url`
#[utoipa::path(post, path = "/subscriptions", tag = "Plans",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = SubscribeIn, responses((status = 201, description = "My subscription", body = SubscriptionOut), Refused))]
async fn subscribe(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Key(key): Key,
    Body(body): Body<SubscribeIn>,
) -> Result<(StatusCode, Json<SubscriptionOut>), Problem> {
    let subscription = plans::subscribe(&app, &actor, body, key).await?;
    Ok((StatusCode::CREATED, Json(subscription)))
}

/// My subscription and what is left of its month
#[utoipa::path(get, path = "/subscription", tag = "Plans", params(OperatorAsked),
    responses((status = 200, description = "It, or that there is none", body = MySubscriptionOut), Refused))]
async fn my_subscription(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Asked(asked): Asked<OperatorAsked>,
) -> Result<Json<MySubscriptionOut>, Problem> {
    let mine = plans::mine(&app, &actor, asked.operator()?).await?;
    Ok(Json(mine.map_or_else(
        || MySubscriptionOut::None(NoSubscriptionOut::default()),
        |mine| MySubscriptionOut::Mine(Box::new(mine)),
    )))
}

/// What my bookings used of the running month, newest first
#[utoipa::path(get, path = "/subscription/uses", tag = "Plans", params(OperatorAsked),
    responses((status = 200, description = "All of them", body = Page<PlanUseOut>), Refused))]
async fn list_plan_uses(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Asked(asked): Asked<OperatorAsked>,
) -> Result<Json<Page<PlanUseOut>>, Problem> {
    plans::uses(&app, &actor, asked.operator()?).await.map(whole)
}

/// Changes my plan; the days to come of the old one are credited, and it lasts until the new one is paid
#[utoipa::path(post, path = "/subscription/change", tag = "Plans",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = SubscribeIn, responses((status = 200, description = "My new subscription", body = SubscriptionOut), Refused))]
async fn change_subscription(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Key(key): Key,
    Body(body): Body<SubscribeIn>,
) -> Result<Json<SubscriptionOut>, Problem> {
    plans::change(&app, &actor, body, key).await.map(Json)
}

/// Calls my plan off; it lasts until its end
#[utoipa::path(post, path = "/subscription/cancel", tag = "Plans", request_body = Option<SubscriptionPick>,
    responses((status = 200, description = "My subscription, cancelled", body = SubscriptionOut), Refused))]
async fn cancel_subscription(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    BodyOrNone(pick): BodyOrNone<SubscriptionPick>,
) -> Result<Json<SubscriptionOut>, Problem> {
    plans::cancel(&app, &actor, pick).await.map(Json)
}

/// Takes that back while it lasts
#[utoipa::path(post, path = "/subscription/resume", tag = "Plans", request_body = Option<SubscriptionPick>,
    responses((status = 200, description = "My subscription, active", body = SubscriptionOut), Refused))]
async fn resume_subscription(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    BodyOrNone(pick): BodyOrNone<SubscriptionPick>,
) -> Result<Json<SubscriptionOut>, Problem> {
    plans::resume(&app, &actor, pick).await.map(Json)
}

/// An operator, and how one pays there
#[utoipa::path(get, path = "/operators/{id}", tag = "Plans", security(()), params(("id" = i64, Path)),
    responses((status = 200, description = "The operator", body = OperatorOut), Refused))]
async fn get_operator(
    State(app): State<App>,
    Id(operator): Id<OperatorId>,
) -> Result<Json<OperatorOut>, Problem> {
    plans::operator(&app, operator).await.map(Json)
}

/// Changes how one pays with my company
#[utoipa::path(patch, path = "/operators/{id}", tag = "Plans", params(("id" = i64, Path)),
    request_body = OperatorPatch, responses((status = 200, description = "The operator after the change", body = OperatorOut), Refused))]
async fn update_operator(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(operator): Id<OperatorId>,
    Body(patch): Body<OperatorPatch>,
) -> Result<Json<OperatorOut>, Problem> {
    plans::set_terms(&app, &actor, operator, patch).await.map(Json)
}
