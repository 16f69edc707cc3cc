//! Signing in and out, and changing the own account. Cookies are set here, on the answer; passwords go
//! straight through to the use case.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::Problem;
use crate::protocol::rest::UserOut;

/// The network at a glance, for people who are not signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// Packs that can be booked now.
    pub ready: i64,
    /// Stations that take bookings now.
    pub open: usize,
    /// The slots of one of them (see `Inventory::strip`).
    pub strip: String,
}

/// Where to go after signing in: a path of ours, never another site.
pub fn safe_next(wanted: Option<&str>) -> Option<&str> {
    let path = wanted?;
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && path.is_ascii();
    ours.then_some(path)
}

/// Signs in; answers where to go next.
#[server(prefix = "/call", endpoint = "sign_in", output = Plain)]
pub async fn sign_in(
    /// The address.
    email: String,
    /// The password.
    password: String,
    /// Where to go afterwards.
    next: Option<String>,
) -> Result<String, Problem> {
    use crate::protocol::rest::LoginIn;
    use crate::server::service::accounts;

    let app = super::app()?;
    let token = false;
    let body = LoginIn {
        email,
        password,
        token,
    };
    let session = accounts::login(&app, body, &super::address())
        .await
        .map_err(super::told)?;
    super::set_cookie(crate::server::http::cookie::signed_in(&app, &session.token));
    Ok(welcome(&session.user, next.as_deref()))
}

/// Makes an account and signs in; answers where to go next.
#[server(prefix = "/call", endpoint = "register", output = Plain)]
pub async fn register(
    /// What to call her.
    name: String,
    /// The address.
    email: String,
    /// Telephone number; empty for none.
    phone: Option<String>,
    /// The password.
    password: String,
    /// Where to go afterwards.
    next: Option<String>,
) -> Result<String, Problem> {
    use crate::protocol::rest::RegisterIn;
    use crate::server::service::accounts;

    let app = super::app()?;
    let body = RegisterIn {
        name,
        email,
        password,
        phone: phone.filter(|phone| !phone.trim().is_empty()),
        token: false,
    };
    let session = accounts::register(&app, body, &super::address())
        .await
        .map_err(super::told)?;
    super::set_cookie(crate::server::http::cookie::signed_in(&app, &session.token));
    Ok(welcome(&session.user, next.as_deref()))
}

/// Signs out; answers where to go next.
#[server(prefix = "/call", endpoint = "sign_out", output = Plain)]
pub async fn sign_out() -> Result<String, Problem> {
    use crate::server::service::accounts;

    let app = super::app()?;
    if let Some(actor) = super::visitor() {
        accounts::logout(&app, &actor).await.map_err(super::told)?;
    }
    super::set_cookie(crate::server::http::cookie::signed_out(&app));
    Ok(sent_on("/"))
}

/// Changes name and telephone number.
#[server(prefix = "/call", endpoint = "update_profile", output = Plain)]
pub async fn update_profile(
    /// What to call her.
    name: String,
    /// Telephone number; empty for none.
    phone: Option<String>,
    /// There when somebody is to help at the bay.
    wants_help: Option<String>,
) -> Result<UserOut, Problem> {
    use crate::protocol::rest::MePatch;
    use crate::server::service::accounts;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = MePatch {
        name: Some(name),
        phone: Some(phone.unwrap_or_default()),
        wants_help: Some(wants_help.is_some()),
        ..MePatch::default()
    };
    let user = accounts::update_me(&app, &actor, patch)
        .await
        .map_err(super::told)?;
    sent_on("/profile?saved=details");
    Ok(user)
}

/// Changes the password.
#[server(prefix = "/call", endpoint = "change_password", output = Plain)]
pub async fn change_password(
    /// The password so far.
    current_password: String,
    /// The password.
    password: String,
) -> Result<UserOut, Problem> {
    use crate::protocol::rest::MePatch;
    use crate::server::service::accounts;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = MePatch {
        password: Some(password),
        current_password: Some(current_password),
        ..MePatch::default()
    };
    let user = accounts::update_me(&app, &actor, patch)
        .await
        .map_err(super::told)?;
    sent_on("/profile?saved=password");
    Ok(user)
}

/// Closes the account; answers where to go next. `sure` is the ticked box.
#[server(prefix = "/call", endpoint = "close_account", output = Plain)]
pub async fn close_account(
    /// The ticked box.
    sure: Option<String>,
) -> Result<String, Problem> {
    use crate::server::service::accounts;

    let (app, actor) = (super::app()?, super::actor()?);
    if sure.is_none() {
        return Err(super::told(Problem::invalid(
            "sure",
            "Tick the box to close your account.",
        )));
    }
    accounts::delete_me(&app, &actor).await.map_err(super::told)?;
    super::set_cookie(crate::server::http::cookie::signed_out(&app));
    Ok(sent_on("/"))
}

/// What the network has to offer right now.
#[server(prefix = "/call", endpoint = "glance", output = Plain)]
pub async fn load_glance() -> Result<Glance, Problem> {
    use crate::server::service::stations::{self, StationQuery};

    let app = super::app()?;
    let page = stations::list(&app, StationQuery::default()).await?;
    let inventories = || page.items.iter().map(|station| &station.inventory);
    Ok(Glance {
        ready: inventories().map(|inventory| inventory.available_batteries).sum(),
        open: inventories()
            .filter(|inventory| inventory.status.takes_bookings())
            .count(),
        strip: inventories()
            .next()
            .map(|inventory| inventory.strip.clone())
            .unwrap_or_default(),
    })
}

/// Where somebody who just signed in wants to be.
#[cfg(feature = "ssr")]
fn welcome(user: &UserOut, next: Option<&str>) -> String {
    use crate::domain::Role;

    let home = match user.role {
        Role::Attendant | Role::Lead => "/staff",
        Role::Customer | Role::Operator | Role::Admin => "/",
    };
    sent_on(safe_next(next).unwrap_or(home))
}

/// A plain form is sent on to `path` by us; our WASM goes there by itself, with a new document, because
/// another person means other sockets and another header.
#[cfg(feature = "ssr")]
fn sent_on(path: &str) -> String {
    if super::plain_form() {
        super::see_other(path);
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_after_signing_in_never_leads_to_another_site() {
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "evil",
            "",
            "/a\nb",
        ] {
            assert_eq!(safe_next(Some(evil)), None, "{evil}");
        }
        assert_eq!(safe_next(Some("/bookings/7?x=1")), Some("/bookings/7?x=1"));
    }
}
