//! Accounts: the way in and out, and what everybody may do with the own account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{Problem, UserId};
use crate::protocol::rest::{LoginIn, MePatch, RegisterIn, TicketOut, UserOut};
use crate::server::App;
use crate::server::http::body::Body;
use crate::server::http::cookie;
use crate::server::http::extract::{Admin, Anybody, From, Id, Key, SignedIn};
use crate::server::http::openapi::Refused;
use crate::server::service::accounts;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(logout))
        .routes(routes!(get_me, update_me, delete_me))
        .routes(routes!(issue_ws_ticket))
        .routes(routes!(deactivate_user))
        .routes(routes!(activate_user))
}

/// Makes a customer's account and signs in to it
#[utoipa::path(post, path = "/auth/register", tag = "Accounts", security(()),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = RegisterIn, responses((status = 201, description = "The account; the session cookie is set", body = UserOut), Refused))]
async fn register(
    State(app): State<App>,
    From(address): From,
    Key(key): Key,
    Body(body): Body<RegisterIn>,
) -> Result<impl IntoResponse, Problem> {
    let wants_token = body.token;
    let session = accounts::register_once(&app, body, key, &address).await?;
    Ok((StatusCode::CREATED, welcome(&app, session, wants_token)))
}

/// Signs in
#[utoipa::path(post, path = "/auth/login", tag = "Accounts", security(()),
    request_body = LoginIn, responses((status = 200, description = "The account; the session cookie is set", body = UserOut), Refused))]
async fn login(
    State(app): State<App>,
    From(address): From,
    Body(body): Body<LoginIn>,
) -> Result<impl IntoResponse, Problem> {
    let wants_token = body.token;
    let session = accounts::login(&app, body, &address).await?;
    Ok(welcome(&app, session, wants_token))
}

fn welcome(app: &App, session: accounts::SignedIn, wants_token: bool) -> impl IntoResponse + use<> {
    let cookie = cookie::signed_in(app, &session.token);
    let token = wants_token.then_some(session.token);
    let user = UserOut {
        token,
        ..session.user
    };
    (set_cookie(cookie), Json(user))
}

fn set_cookie(cookie: Option<HeaderValue>) -> AppendHeaders<Option<(axum::http::HeaderName, HeaderValue)>> {
    AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)))
}

/// Signs out: the session is worth nothing any more and its sockets close
#[utoipa::path(post, path = "/auth/logout", tag = "Accounts",
    responses((status = 204, description = "Signed out, whether signed in before or not"), Refused))]
async fn logout(State(app): State<App>, Anybody(actor): Anybody) -> Result<impl IntoResponse, Problem> {
    if let Some(actor) = actor {
        accounts::logout(&app, &actor).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie(cookie::signed_out(&app))))
}

/// My account
#[utoipa::path(get, path = "/me", tag = "Accounts",
    responses((status = 200, description = "My account", body = UserOut), Refused))]
async fn get_me(State(app): State<App>, SignedIn(actor): SignedIn) -> Result<Json<UserOut>, Problem> {
    accounts::me(&app, &actor).await.map(Json)
}

/// Changes my account; a new password ends my other sessions
#[utoipa::path(patch, path = "/me", tag = "Accounts",
    request_body = MePatch, responses((status = 200, description = "My account after the change", body = UserOut), Refused))]
async fn update_me(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Body(patch): Body<MePatch>,
) -> Result<Json<UserOut>, Problem> {
    accounts::update_me(&app, &actor, patch).await.map(Json)
}

/// Closes my account: calls off my bookings, signs me out everywhere, forgets who I was
#[utoipa::path(delete, path = "/me", tag = "Accounts",
    responses((status = 204, description = "Closed"), Refused))]
async fn delete_me(State(app): State<App>, SignedIn(actor): SignedIn) -> Result<impl IntoResponse, Problem> {
    accounts::delete_me(&app, &actor).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(cookie::signed_out(&app))))
}

/// A ticket that opens one socket within a minute, as `?ticket=`
#[utoipa::path(post, path = "/ws-ticket", tag = "Accounts",
    responses((status = 201, description = "The ticket", body = TicketOut), Refused))]
async fn issue_ws_ticket(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
) -> Result<(StatusCode, Json<TicketOut>), Problem> {
    let ticket = accounts::ws_ticket(&app, &actor).await?;
    Ok((StatusCode::CREATED, Json(ticket)))
}

/// Switches an account off: its sessions end, its sockets close
#[utoipa::path(post, path = "/users/{id}/deactivate", tag = "Accounts", params(("id" = i64, Path)),
    responses((status = 204, description = "Switched off"), Refused))]
async fn deactivate_user(
    State(app): State<App>,
    Admin(actor): Admin,
    Id(user): Id<UserId>,
) -> Result<StatusCode, Problem> {
    accounts::set_active(&app, &actor, user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches an account on again
#[utoipa::path(post, path = "/users/{id}/activate", tag = "Accounts", params(("id" = i64, Path)),
    responses((status = 204, description = "Switched on"), Refused))]
async fn activate_user(
    State(app): State<App>,
    Admin(actor): Admin,
    Id(user): Id<UserId>,
) -> Result<StatusCode, Problem> {
    accounts::set_active(&app, &actor, user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}
