//! People who have an account: who they are, what they change, how they leave.

use crate::domain::{
    BookingState, DisplayName, FieldError, Password, Phone, Problem, Role, StationId, Timer, Timestamp,
    UserId,
};
use crate::protocol::rest::{CancelIn, MePatch, TicketOut, UserOut};
use crate::server::auth::{Limit, token};
use crate::server::service::Actor;
use crate::server::service::bookings::{self, BookingQuery};
pub use crate::server::service::sign_in::{SignedIn, login, register, register_once};
use crate::server::store::accounts::{self as people, UserRow};
use crate::server::store::{Audit, Cause, Failure, Tx};
use crate::server::{App, EndedSession};

/// A session is prolonged when this part of its life has passed, so that reading a page rarely writes.
const PARTS_OF_A_LIFE: u32 = 10;

/// Who holds this session secret, if anybody.
pub async fn who(app: &App, token: &str) -> Result<Option<Actor>, Problem> {
    who_by_hash(app, token::hash(token)).await
}

/// Which of these sessions have ended, whether here, in another process or by themselves.
pub async fn ended_among(app: &App, mut sessions: Vec<String>) -> Result<Vec<String>, Problem> {
    let good = people::good_sessions(&app.db, &sessions, app.clock.now()).await?;
    sessions.retain(|session| !good.contains(session));
    Ok(sessions)
}

/// Who has the session with this hash, if anybody: for those who asked before and ask again.
pub async fn who_by_hash(app: &App, hash: String) -> Result<Option<Actor>, Problem> {
    let now = app.clock.now();
    let mut snapshot = app.db.snapshot().await?;
    let Some(session) = people::find_session(&mut snapshot, &hash, now).await? else {
        return Ok(None);
    };
    let user = session.user;
    let stations = if works_at_stations(user.role) {
        people::assigned_stations(&mut snapshot, user.id).await?
    } else {
        Vec::new()
    };
    drop(snapshot);
    prolong(app, &hash, session.last_used_at, now).await?;
    Ok(Some(Actor {
        user: user.id,
        name: user.name,
        email: user.email,
        role: user.role,
        operator: user.operator,
        stations,
        session: hash,
        request_id: String::new(),
    }))
}

fn works_at_stations(role: Role) -> bool {
    matches!(role, Role::Attendant | Role::Lead)
}

async fn prolong(app: &App, hash: &str, last_used_at: Timestamp, now: Timestamp) -> Result<(), Problem> {
    let life = app.timers.length(Timer::SessionTtl);
    if now.since(last_used_at) < life / PARTS_OF_A_LIFE {
        return Ok(());
    }
    let hash = hash.to_owned();
    let work = app.db.write(Cause::system("prolong session"), move |tx| {
        let hash = hash.clone();
        Box::pin(async move {
            let expires_at = tx.now() + life;
            Ok(tx.prolong_session(&hash, expires_at).await?)
        })
    });
    work.await
}

/// Ends the session and closes its sockets.
pub async fn logout(app: &App, actor: &Actor) -> Result<(), Problem> {
    let session = actor.session.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let session = session.clone();
        Box::pin(async move { Ok(tx.delete_session(&session).await?) })
    });
    work.await?;
    end(app, EndedSession::Session(actor.session.clone()));
    Ok(())
}

/// Tells those who hold sockets open. Nobody may be listening yet, and that is fine.
fn end(app: &App, session: EndedSession) {
    let _ = app.ended_sessions.send(session);
}

/// My account.
pub async fn me(app: &App, actor: &Actor) -> Result<UserOut, Problem> {
    let user = load(app, actor.user).await?;
    describe(app, user).await
}

async fn load(app: &App, user: UserId) -> Result<UserRow, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let user = people::find(&mut snapshot, user).await?;
    user.filter(|user| user.active).ok_or(Problem::Unauthenticated)
}

/// What a person is told of herself.
pub(super) async fn describe(app: &App, user: UserRow) -> Result<UserOut, Problem> {
    let stations: Vec<StationId> = if works_at_stations(user.role) {
        let mut snapshot = app.db.snapshot().await?;
        people::assigned_stations(&mut snapshot, user.id).await?
    } else {
        Vec::new()
    };
    Ok(UserOut {
        id: user.id,
        name: user.name,
        email: user.email,
        phone: user.phone,
        wants_help: user.wants_help,
        role: user.role,
        stations,
        token: None,
    })
}

/// Changes my account. A new password ends my other sessions.
pub async fn update_me(app: &App, actor: &Actor, patch: MePatch) -> Result<UserOut, Problem> {
    let mut user = load(app, actor.user).await?;
    let new_password = apply(&patch, &mut user)?;
    let changes_password = new_password.is_some();
    if let Some(new_password) = new_password {
        prove(app, actor, &user, patch.current_password).await?;
        user.password_hash = app.auth.passwords.hash(new_password).await?;
    }
    let changed = user.clone();
    let session = actor.session.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let (user, session) = (changed.clone(), session.clone());
        Box::pin(async move {
            tx.update_user(&user).await?;
            if !changes_password {
                return Ok(Vec::new());
            }
            audit(tx, user.id, "password changed").await?;
            Ok(tx.delete_sessions(user.id, Some(&session)).await?)
        })
    });
    for ended in work.await? {
        end(app, EndedSession::Session(ended));
    }
    describe(app, user).await
}

/// Writes the patch into `user`, except the new password, which it answers.
fn apply(patch: &MePatch, user: &mut UserRow) -> Result<Option<Password>, Problem> {
    let mut errors = Vec::new();
    if let Some(name) = &patch.name
        && let Some(name) = checked::<DisplayName>(&mut errors, "name", name.parse())
    {
        user.name = name.into_string();
    }
    match patch.phone.as_deref().map(str::trim) {
        None => {}
        Some("") => user.phone = None,
        Some(phone) => {
            user.phone = checked::<Phone>(&mut errors, "phone", phone.parse()).map(Phone::into_string);
        }
    }
    user.wants_help = patch.wants_help.unwrap_or(user.wants_help);
    let password = patch.password.as_deref().map(str::parse);
    let password = password.and_then(|password| checked::<Password>(&mut errors, "password", password));
    if errors.is_empty() {
        Ok(password)
    } else {
        Err(Problem::Invalid { errors })
    }
}

/// Whoever finds a browser open must not be able to take the account over.
async fn prove(app: &App, actor: &Actor, user: &UserRow, typed: Option<String>) -> Result<(), Problem> {
    const FIELD: &str = "current_password";
    let Some(typed) = typed else {
        return Err(Problem::invalid(
            FIELD,
            "Write your password so far to set a new one.",
        ));
    };
    let who = actor.user.to_string();
    app.auth.throttle.take(Limit::SignInsToAccount, &who)?;
    let stored = Some(user.password_hash.clone());
    if !app.auth.passwords.is_right(typed, stored).await? {
        return Err(Problem::invalid(FIELD, "That is not your password."));
    }
    app.auth.throttle.give_back(Limit::SignInsToAccount, &who);
    Ok(())
}

/// Closes my account: calls off what I have booked, signs out everywhere, forgets name, address and
/// telephone number.
pub async fn delete_me(app: &App, actor: &Actor) -> Result<(), Problem> {
    call_off_bookings(app, actor).await?;
    let user = actor.user;
    let work = app.db.write(actor.cause(), move |tx| {
        Box::pin(async move {
            tx.delete_sessions(user, None).await?;
            tx.forget_user(user).await?;
            audit(tx, user, "closed").await?;
            Ok(())
        })
    });
    work.await?;
    end(app, EndedSession::User(user));
    Ok(())
}

async fn call_off_bookings(app: &App, actor: &Actor) -> Result<(), Problem> {
    let mut query = BookingQuery {
        states: BookingState::ALL
            .into_iter()
            .filter(|state| !state.is_ended())
            .collect(),
        ..BookingQuery::default()
    };
    loop {
        let page = bookings::list(app, actor, query.clone()).await?;
        for booking in page.items {
            let reason = CancelIn {
                reason: Some("The account was closed.".to_owned()),
            };
            bookings::cancel(app, actor, booking.id, reason).await?;
        }
        if page.next.is_none() {
            return Ok(());
        }
        query.cursor = page.next;
    }
}

/// A ticket for one socket, valid for 60 seconds.
pub async fn ws_ticket(app: &App, actor: &Actor) -> Result<TicketOut, Problem> {
    let (ticket, expires_at) = app.auth.tickets.issue(&actor.session);
    Ok(TicketOut { ticket, expires_at })
}

/// Who holds this ticket; it is worth nothing afterwards.
pub async fn redeem_ticket(app: &App, ticket: &str) -> Result<Option<Actor>, Problem> {
    match app.auth.tickets.redeem(ticket) {
        Some(session) => who_by_hash(app, session).await,
        None => Ok(None),
    }
}

/// Switches an account off or on (administrators): ends its sessions and closes its sockets.
pub async fn set_active(app: &App, actor: &Actor, user: UserId, active: bool) -> Result<(), Problem> {
    if actor.role != Role::Admin {
        return Err(Problem::forbidden(
            "Only the network's administrators may do that.",
        ));
    }
    if actor.user == user {
        return Err(Problem::forbidden(
            "Nobody switches off the own account; close it instead.",
        ));
    }
    let work = app.db.write(actor.cause(), move |tx| {
        Box::pin(async move {
            let is_open = people::find(tx.connection(), user)
                .await?
                .is_some_and(|row| !row.email.starts_with("closed:"));
            if !is_open || !tx.set_active(user, active).await? {
                return Err(Problem::not_found("account").into());
            }
            if !active {
                tx.delete_sessions(user, None).await?;
            }
            audit(tx, user, if active { "activated" } else { "deactivated" }).await?;
            Ok(())
        })
    });
    work.await?;
    if !active {
        end(app, EndedSession::User(user));
    }
    Ok(())
}

/// One line of somebody's history.
pub(super) async fn audit(tx: &mut Tx<'_>, user: UserId, action: &str) -> Result<(), Failure> {
    let step = Audit {
        entity: "user",
        entity_id: user.0,
        action,
        ..Audit::default()
    };
    Ok(tx.audit(step).await?)
}

/// What a field says, or a complaint about it.
pub(super) fn checked<T>(
    errors: &mut Vec<FieldError>,
    field: &str,
    parsed: Result<T, &'static str>,
) -> Option<T> {
    parsed
        .map_err(|complaint| errors.push(FieldError::new(field, complaint)))
        .ok()
}
