//! People: register, sign in and out, change and close the own account.

use crate::domain::{Problem, UserId};
use crate::protocol::rest::{LoginIn, MePatch, RegisterIn, TicketOut, UserOut};
use crate::server::App;
use crate::server::service::Actor;

/// A fresh session: who, and the secret that proves it (only its hash is stored).
pub struct SignedIn {
    /// Who signed in.
    pub user: UserOut,
    /// The session's secret, for the cookie or as a bearer token.
    pub token: String,
}

/// Makes a customer's account and signs her in.
pub async fn register(app: &App, body: RegisterIn, ip: &str) -> Result<SignedIn, Problem> {
    todo!()
}

/// Signs in; throttled by address and account.
pub async fn login(app: &App, body: LoginIn, ip: &str) -> Result<SignedIn, Problem> {
    todo!()
}

/// Ends the session and closes its sockets.
pub async fn logout(app: &App, actor: &Actor) -> Result<(), Problem> {
    todo!()
}

/// Who holds this session secret, if anybody.
pub async fn who(app: &App, token: &str) -> Result<Option<Actor>, Problem> {
    todo!()
}

/// My account.
pub async fn me(app: &App, actor: &Actor) -> Result<UserOut, Problem> {
    todo!()
}

/// Changes my account.
pub async fn update_me(app: &App, actor: &Actor, patch: MePatch) -> Result<UserOut, Problem> {
    todo!()
}

/// Closes my account: signs out everywhere, forgets name, address and telephone number.
pub async fn delete_me(app: &App, actor: &Actor) -> Result<(), Problem> {
    todo!()
}

/// A ticket for one socket, valid for 60 seconds.
pub async fn ws_ticket(app: &App, actor: &Actor) -> Result<TicketOut, Problem> {
    todo!()
}

/// Who holds this ticket; it is worth nothing afterwards.
pub async fn redeem_ticket(app: &App, ticket: &str) -> Result<Option<Actor>, Problem> {
    todo!()
}

/// Switches an account off or on (administrators): ends its sessions and closes its sockets.
pub async fn set_active(app: &App, actor: &Actor, user: UserId, active: bool) -> Result<(), Problem> {
    todo!()
}
