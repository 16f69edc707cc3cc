//! The way in: register and sign in.
//!
//! An unknown address and a wrong password are the same to whoever asks, in words and in time.

use metrics::counter;

use super::accounts::{audit, checked, describe};
use crate::domain::{DisplayName, Email, Password, Phone, Problem, Timer};
use crate::protocol::rest::{LoginIn, RegisterIn, UserOut};
use crate::server::App;
use crate::server::auth::{Limit, token};
use crate::server::service::IdempotencyKey;
use crate::server::store::accounts::{self as people, NewCustomer, UserRow};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::{Cause, Failure, Tx};
use crate::server::telemetry::Metric;

/// A fresh session: who, and the secret that proves it (only its hash is stored).
pub struct SignedIn {
    /// Who signed in.
    pub user: UserOut,
    /// The session's secret, for the cookie or as a bearer token.
    pub token: String,
}

/// Makes a customer's account and signs her in.
pub async fn register(app: &App, body: RegisterIn, ip: &str) -> Result<SignedIn, Problem> {
    register_once(app, body, None, ip).await
}

/// The same, repeatable: with the same key and body it makes one account and signs in to it each time.
pub async fn register_once(
    app: &App,
    body: RegisterIn,
    key: Option<IdempotencyKey>,
    ip: &str,
) -> Result<SignedIn, Problem> {
    let valid = Registration::parse(&body)?;
    app.auth.throttle.take(Limit::Registrations, ip)?;
    let password_hash = app.auth.passwords.hash(valid.password.clone()).await?;
    let new = NewCustomer {
        email: valid.email.as_str().to_owned(),
        name: valid.name.as_str().to_owned(),
        phone: valid.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        password_hash,
    };
    let key = key.map(|key| key.0);
    let inserted = app.db.write(Cause::system("register"), move |tx| {
        let (new, key) = (new.clone(), key.clone());
        Box::pin(async move { insert_customer(tx, &new, key).await })
    });
    match inserted.await? {
        Some(user) => begin_session(app, user).await,
        None => sign_in(app, &body.email, body.password, ip)
            .await
            .map_err(|problem| match problem {
                Problem::InvalidCredentials => Problem::IdempotencyMismatch,
                other => other,
            }),
    }
}

/// What a registration is made of, each part in order.
struct Registration {
    name: DisplayName,
    email: Email,
    password: Password,
    phone: Option<Phone>,
}

impl Registration {
    fn parse(body: &RegisterIn) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let name = checked(&mut errors, "name", body.name.parse());
        let email = checked(&mut errors, "email", body.email.parse());
        let password = checked(&mut errors, "password", body.password.parse());
        let typed_phone = body
            .phone
            .as_deref()
            .map(str::trim)
            .filter(|phone| !phone.is_empty());
        let phone = typed_phone.map(|phone| checked(&mut errors, "phone", phone.parse()));
        let (Some(name), Some(email), Some(password), true) = (name, email, password, errors.is_empty())
        else {
            return Err(Problem::Invalid { errors });
        };
        let phone = phone.flatten();
        Ok(Self {
            name,
            email,
            password,
            phone,
        })
    }
}

/// `None` when the same request made the account before.
async fn insert_customer(
    tx: &mut Tx<'_>,
    new: &NewCustomer,
    key: Option<String>,
) -> Result<Option<UserRow>, Failure> {
    const ROUTE: &str = "POST /auth/register";
    // Not the password: what is kept of a request must not help to guess it.
    let body = (&new.name, &new.email, &new.phone);
    let Some(id) = tx.insert_customer(new).await? else {
        let known = people::find_by_email(tx.connection(), &new.email).await?;
        let (Some(known), Some(key)) = (known, key) else {
            return Err(Problem::EmailTaken.into());
        };
        // A fresh claim means that the address was taken by another request; refusing undoes the claim.
        return match tx.claim_key(&Claim::new(known.id, key, ROUTE, &body)).await? {
            NextAction::Replay(_) => Ok(None),
            NextAction::Proceed => Err(Problem::EmailTaken.into()),
        };
    };
    if let Some(key) = key {
        let claim = Claim::new(id, key, ROUTE, &body);
        tx.claim_key(&claim).await?;
        tx.remember(&claim, &id).await?;
    }
    audit(tx, id, "registered").await?;
    let user = people::find(tx.connection(), id).await?;
    Ok(Some(user.ok_or(Problem::Internal)?))
}

/// Signs in; throttled by address and account.
pub async fn login(app: &App, body: LoginIn, ip: &str) -> Result<SignedIn, Problem> {
    sign_in(app, &body.email, body.password, ip).await
}

async fn sign_in(app: &App, email: &str, password: String, ip: &str) -> Result<SignedIn, Problem> {
    let email = email.parse::<Email>().map(Email::into_string).unwrap_or_default();
    let attempt = Attempt::begin(app, &email, ip)?;
    let mut snapshot = app.db.snapshot().await?;
    let user = people::find_by_email(&mut snapshot, &email).await?;
    drop(snapshot);
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = app.auth.passwords.is_right(password, stored).await?;
    let Some(user) = user.filter(|_| is_right) else {
        count("wrong");
        return Err(Problem::InvalidCredentials);
    };
    attempt.succeeded(app);
    if !user.active {
        count("deactivated");
        return Err(Problem::AccountDeactivated);
    }
    count("ok");
    begin_session(app, user).await
}

fn count(result: &'static str) {
    counter!(Metric::SignIns.name(), "result" => result).increment(1);
}

/// A sign-in counts as failed until it has succeeded, so that many at once do not slip through.
struct Attempt([(Limit, String); 3]);

impl Attempt {
    fn begin(app: &App, email: &str, ip: &str) -> Result<Self, Problem> {
        let limits = [
            (Limit::SignInsToAccountFromAddress, format!("{email} {ip}")),
            (Limit::SignInsFromAddress, ip.to_owned()),
            (Limit::SignInsToAccount, email.to_owned()),
        ];
        for (limit, who) in &limits {
            if let Err(problem) = app.auth.throttle.take(*limit, who) {
                count("throttled");
                return Err(problem);
            }
        }
        Ok(Self(limits))
    }

    fn succeeded(&self, app: &App) {
        for (limit, who) in &self.0 {
            app.auth.throttle.give_back(*limit, who);
        }
    }
}

async fn begin_session(app: &App, user: UserRow) -> Result<SignedIn, Problem> {
    let secret = token::fresh();
    let (hash, id) = (token::hash(&secret), user.id);
    let life = app.timers.length(Timer::SessionTtl);
    let work = app.db.write(Cause::system("sign in"), move |tx| {
        let hash = hash.clone();
        Box::pin(async move {
            let expires_at = tx.now() + life;
            tx.insert_session(&hash, id, expires_at).await?;
            Ok(())
        })
    });
    work.await?;
    let user = describe(app, user).await?;
    Ok(SignedIn { user, token: secret })
}
