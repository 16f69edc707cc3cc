//! The sockets' addresses: who may shake hands. Which topic it is and what is said there is the connection's
//! business.

mod bookmark;
mod command;
mod connection;
mod entrance;
mod staff;
mod wire;

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, Path, Query, Request, State, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::counter;
use tokio::sync::broadcast::error::RecvError;

use self::entrance::{Caller, Wanted};
use super::{layers, origin};
use crate::domain::Problem;
use crate::server::service::tasks::Place;
use crate::server::service::{Actor, ClientAddress, Visitor, accounts, staffing};
use crate::server::telemetry::Metric;
use crate::server::{App, EndedSession};

/// Browsers say little: their messages are read through a small window.
const READ_BUFFER: usize = 1_024;
const WRITE_BUFFER: usize = 16 * 1_024;
/// What a connection may hold back; the largest frame must fit in.
const MAX_WRITE_BUFFER: usize = 128 * 1_024;
/// Nobody has more to say at once.
const MAX_MESSAGE: usize = 16 * 1_024;
/// A session that ended in another process, and a new assignment, are noticed so much later at the most.
const ROUND: Duration = Duration::from_secs(5);
const SESSIONS_AT_A_TIME: usize = 500;

/// All sockets. Addresses have lost their trailing slash before they come here.
pub fn router(app: &App) -> Router {
    let public = Router::new()
        .route("/ws/stations", get(stations))
        .route("/ws/stations/{id}", get(station))
        .layer(from_fn_with_state(app.clone(), locate));
    let personal = Router::new()
        .route("/ws/staff", get(my_staff))
        .route("/ws/stations/{id}/staff", get(station_staff))
        .route("/ws/operators/{id}", get(operator_staff))
        .route("/ws/notifications", get(notifications))
        .route("/ws/bookings/{id}", get(booking))
        .route("/ws/bookings/{id}/items", get(booking))
        .route("/ws/bays/{id}", get(bay))
        .route("/ws/sessions/{id}", get(session))
        .layer(from_fn_with_state(app.clone(), layers::identify));
    public.merge(personal).with_state(app.clone())
}

/// Public sockets do not ask who it is, only from where, to count.
async fn locate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let address = layers::client_address(&app, &request);
    request.extensions_mut().insert(address);
    next.run(request).await
}

async fn stations(State(app): State<App>, handshake: Handshake) -> Response {
    answer(handshake.open(&app, Wanted::Stations))
}

async fn station(State(app): State<App>, Path(id): Path<String>, handshake: Handshake) -> Response {
    answer(handshake.open(&app, Wanted::Station(id)))
}

async fn notifications(State(app): State<App>, handshake: Handshake) -> Response {
    answer(handshake.open_for(&app, Wanted::Notifications).await)
}

async fn booking(State(app): State<App>, Path(id): Path<String>, handshake: Handshake) -> Response {
    answer(handshake.open_for(&app, Wanted::Booking(id)).await)
}

async fn bay(State(app): State<App>, Path(id): Path<String>, handshake: Handshake) -> Response {
    answer(handshake.open_for(&app, Wanted::Bay(id)).await)
}

async fn session(State(app): State<App>, Path(id): Path<String>, handshake: Handshake) -> Response {
    answer(handshake.open_for(&app, Wanted::Session(id)).await)
}

async fn my_staff(State(app): State<App>, handshake: Handshake) -> Response {
    answer(handshake.open_for(&app, Wanted::Staff(Some(Place::Mine))).await)
}

async fn station_staff(State(app): State<App>, Path(id): Path<String>, handshake: Handshake) -> Response {
    answer(handshake.open_for(&app, Wanted::Staff(staff::station(&id))).await)
}

async fn operator_staff(State(app): State<App>, Path(id): Path<String>, handshake: Handshake) -> Response {
    answer(
        handshake
            .open_for(&app, Wanted::Staff(staff::operator(&id)))
            .await,
    )
}

fn answer(outcome: Result<Response, Problem>) -> Response {
    let result = outcome.as_ref().map_or_else(Problem::code, |_| "accepted");
    counter!(Metric::WsUpgrades.name(), "result" => result).increment(1);
    outcome.unwrap_or_else(IntoResponse::into_response)
}

/// What a client brings to open a socket.
struct Handshake {
    visitor: Option<Actor>,
    address: String,
    asked: HashMap<String, String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
}

impl FromRequestParts<App> for Handshake {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if !origin::may_connect(&app.config, &parts.headers) {
            counter!(Metric::WsUpgrades.name(), "result" => Problem::ForeignOrigin.code()).increment(1);
            return Err(Problem::ForeignOrigin);
        }
        let visitor = parts.extensions.get::<Visitor>().cloned().unwrap_or_default();
        let address = parts.extensions.get::<ClientAddress>().ok_or(Problem::Internal)?;
        let address = address.0.clone();
        let asked = Query::try_from_uri(&parts.uri).map(|Query(asked)| asked);
        Ok(Self {
            visitor: visitor.0,
            address,
            asked: asked.unwrap_or_default(),
            upgrade: WebSocketUpgrade::from_request_parts(parts, app).await,
        })
    }
}

impl Handshake {
    /// Who it is: by cookie or token, or by a ticket, which is worth nothing afterwards.
    async fn signed_in(&mut self, app: &App) -> Result<Actor, Problem> {
        if let Some(actor) = self.visitor.take() {
            return Ok(actor);
        }
        let ticket = self.asked.get("ticket");
        let actor = match ticket {
            Some(ticket) => accounts::redeem_ticket(app, ticket).await?,
            None => None,
        };
        actor.ok_or_else(|| Problem::forbidden("Sign in first: this socket is for people with an account."))
    }

    /// Open to everybody.
    fn open(self, app: &App, wanted: Wanted) -> Result<Response, Problem> {
        let (upgrade, caller) = self.arrive(wanted, None)?;
        Ok(open(app, upgrade, caller))
    }

    /// Who is not signed in or has no business there is refused before the upgrade.
    async fn open_for(mut self, app: &App, wanted: Wanted) -> Result<Response, Problem> {
        let actor = self.signed_in(app).await?;
        let (upgrade, caller) = self.arrive(wanted, Some(actor))?;
        entrance::check(app, &caller).await?;
        Ok(open(app, upgrade, caller))
    }

    /// Who stands there and what for; the way in is open only for sockets.
    fn arrive(self, wanted: Wanted, actor: Option<Actor>) -> Result<(WebSocketUpgrade, Caller), Problem> {
        let upgrade = self.upgrade.map_err(|_| Problem::UpgradeRequired)?;
        let caller = Caller {
            wanted,
            actor,
            address: self.address,
            asked: self.asked,
        };
        Ok((upgrade, caller))
    }
}

fn open(app: &App, upgrade: WebSocketUpgrade, caller: Caller) -> Response {
    // From now on, not from when the handshake is through: a server that stops in between waits for it too.
    let (app, under_way) = (app.clone(), app.tasks.token());
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(async move |socket| {
            connection::serve(app, socket, caller).await;
            drop(under_way);
        })
}

/// Closes the sockets of whoever signs out, is deactivated or works at a station no more: at once when it happens here, soon when it
/// happens in another process or a session runs out.
pub async fn close_ended(app: App) {
    let mut ended = app.ended_sessions.subscribe();
    let mut rounds = tokio::time::interval(ROUND);
    loop {
        let end = tokio::select! {
            end = ended.recv() => end,
            _ = rounds.tick() => {
                make_round(&app).await;
                continue;
            }
            () = app.shutdown.cancelled() => return,
        };
        match end {
            Ok(EndedSession::Session(session)) => app.presence.end_session(&session),
            Ok(EndedSession::User(user)) => app.presence.end_user(user),
            Ok(EndedSession::Post(user, station)) => app.presence.end_post(user, station),
            Err(RecvError::Lagged(_)) => make_round(&app).await,
            Err(RecvError::Closed) => return,
        }
    }
}

async fn make_round(app: &App) {
    match staffing::ended_among(app, app.presence.posts()).await {
        Ok(ended) => ended
            .iter()
            .for_each(|(user, station)| app.presence.end_post(*user, *station)),
        Err(problem) => tracing::warn!(%problem, "who still works where could not be looked up"),
    }
    match staffing::newly_assigned(app, app.presence.everywhere()).await {
        Ok(people) => people.into_iter().for_each(|user| app.presence.outdate(user)),
        Err(problem) => tracing::warn!(%problem, "who works where by now could not be looked up"),
    }
    for sessions in app.presence.sessions().chunks(SESSIONS_AT_A_TIME) {
        match accounts::ended_among(app, sessions.to_vec()).await {
            Ok(ended) => ended.iter().for_each(|session| app.presence.end_session(session)),
            Err(problem) => tracing::warn!(%problem, "who is still signed in could not be looked up"),
        }
    }
}
