//! The swaps in the bays: step by step, for the staff of the station; its customer may look and ask for help.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{Problem, SessionId};
use crate::protocol::rest::{CashIn, HelpIn, PartyIn, ReasonIn, ReturnIn, SessionIn, SessionOut, TakenIn};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Id, SignedIn, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::sessions;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_session))
        .routes(routes!(identify_session))
        .routes(routes!(take_pack_in))
        .routes(routes!(next_step))
        .routes(routes!(step_back))
        .routes(routes!(pay_session))
        .routes(routes!(pack_taken))
        .routes(routes!(help_session))
        .routes(routes!(set_party_size))
        .routes(routes!(abort_session))
        .routes(routes!(close_session))
}

type Answer = Result<Json<SessionOut>, Problem>;

/// One swap (its customer, staff)
#[utoipa::path(get, path = "/sessions/{id}", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The session", body = SessionOut), Refused))]
async fn get_session(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(session): Id<SessionId>,
) -> Answer {
    sessions::get(&app, &actor, session).await.map(Json)
}

/// Says whose swap it is: by code or PIN, or a walk-in
#[utoipa::path(post, path = "/sessions/{id}/identify", tag = "Floor", params(("id" = i64, Path)),
    request_body = SessionIn, responses((status = 200, description = "The session, identified", body = SessionOut), Refused))]
async fn identify_session(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(session): Id<SessionId>,
    Body(body): Body<SessionIn>,
) -> Answer {
    sessions::identify(&app, &actor, session, body).await.map(Json)
}

/// The customer's battery goes in, or there is none
#[utoipa::path(post, path = "/sessions/{id}/return", tag = "Floor", params(("id" = i64, Path)),
    request_body = ReturnIn, responses((status = 200, description = "The session; at the next step when all of them are in", body = SessionOut), Refused))]
async fn take_pack_in(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(session): Id<SessionId>,
    Body(body): Body<ReturnIn>,
) -> Answer {
    sessions::take_in(&app, &actor, session, body).await.map(Json)
}

/// On to the next step in which there is something to do
#[utoipa::path(post, path = "/sessions/{id}/next", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The session, a step further", body = SessionOut), Refused))]
async fn next_step(State(app): State<App>, Staff(actor): Staff, Id(session): Id<SessionId>) -> Answer {
    sessions::next(&app, &actor, session).await.map(Json)
}

/// A step back, as long as the slot is shut
#[utoipa::path(post, path = "/sessions/{id}/back", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The session, a step back", body = SessionOut), Refused))]
async fn step_back(State(app): State<App>, Staff(actor): Staff, Id(session): Id<SessionId>) -> Answer {
    sessions::back(&app, &actor, session).await.map(Json)
}

/// What was due was paid in cash: the slot opens
#[utoipa::path(post, path = "/sessions/{id}/pay", tag = "Floor", params(("id" = i64, Path)),
    request_body = Option<CashIn>, responses((status = 200, description = "The session, paid", body = SessionOut), Refused))]
async fn pay_session(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(session): Id<SessionId>,
    BodyOrNone(body): BodyOrNone<CashIn>,
) -> Answer {
    sessions::pay(&app, &actor, session, body).await.map(Json)
}

/// The customer took the battery: the swap is over, and the receipt is numbered
#[utoipa::path(post, path = "/sessions/{id}/taken", tag = "Floor", params(("id" = i64, Path)),
    request_body = Option<TakenIn>, responses((status = 200, description = "The session, closed", body = SessionOut), Refused))]
async fn pack_taken(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(session): Id<SessionId>,
    BodyOrNone(body): BodyOrNone<TakenIn>,
) -> Answer {
    sessions::taken(&app, &actor, session, body).await.map(Json)
}

/// Somebody is needed at the bay (its customer, staff), or not any more (staff)
#[utoipa::path(post, path = "/sessions/{id}/help", tag = "Floor", params(("id" = i64, Path)),
    request_body = HelpIn, responses((status = 200, description = "The session", body = SessionOut), Refused))]
async fn help_session(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(session): Id<SessionId>,
    Body(body): Body<HelpIn>,
) -> Answer {
    sessions::ask_for_help(&app, &actor, session, body)
        .await
        .map(Json)
}

/// So many vehicles or batteries are served
#[utoipa::path(post, path = "/sessions/{id}/party-size", tag = "Floor", params(("id" = i64, Path)),
    request_body = PartyIn, responses((status = 200, description = "The session", body = SessionOut), Refused))]
async fn set_party_size(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(session): Id<SessionId>,
    Body(body): Body<PartyIn>,
) -> Answer {
    sessions::set_party_size(&app, &actor, session, body)
        .await
        .map(Json)
}

/// Breaks the swap off (lead, operator), and says why
#[utoipa::path(post, path = "/sessions/{id}/abort", tag = "Floor", params(("id" = i64, Path)),
    request_body = ReasonIn, responses((status = 200, description = "The session, broken off", body = SessionOut), Refused))]
async fn abort_session(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(session): Id<SessionId>,
    Body(body): Body<ReasonIn>,
) -> Answer {
    sessions::abort(&app, &actor, session, body).await.map(Json)
}

/// Closes the session: as taken when the slot is open, as it is when nobody was named
#[utoipa::path(post, path = "/sessions/{id}/close", tag = "Floor", params(("id" = i64, Path)),
    responses((status = 200, description = "The session, closed", body = SessionOut), Refused))]
async fn close_session(State(app): State<App>, Staff(actor): Staff, Id(session): Id<SessionId>) -> Answer {
    sessions::close(&app, &actor, session).await.map(Json)
}
