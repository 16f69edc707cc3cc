//! What a handler asks for in its arguments: who is signed in, which thing is meant, the key that makes a
//! request repeatable. What is missing or wrong is refused here, so that handlers begin with what they need.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::HeaderName;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::domain::{
    BatteryId, BayId, BookingId, ItemId, NotificationId, OperatorId, PaymentId, PlanId, Problem, SessionId,
    StaffMessageId, StationId, SubscriptionId, TaskId, UserId, VehicleId, VehicleTypeId, WaitlistEntryId,
};
use crate::server::service::{Actor, ClientAddress, IdempotencyKey, Visitor};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 128;

/// Somebody who is signed in.
pub struct SignedIn(pub Actor);

/// Somebody who is signed in and works for the network, whichever role; where, is for the use case to check.
pub struct Staff(pub Actor);

/// Somebody who runs the network.
pub struct Admin(pub Actor);

/// Somebody or nobody.
pub struct Anybody(pub Option<Actor>);

/// From where a request came.
pub struct From(pub String);

/// The key that makes a request repeatable, if it has one.
pub struct Key(pub Option<IdempotencyKey>);

/// The id in the path.
pub struct Id<T>(pub T);

/// The two ids in the path, in their order.
pub struct Ids<T, U>(pub T, pub U);

/// The fields of the query; unknown ones are nobody's business.
pub struct Asked<T>(pub T);

/// What the id of something in a path means, when there is no such thing.
pub trait Named: FromStr {
    /// There is no such …
    const NAME: &'static str;
}

macro_rules! named {
    ($($id:ty: $name:literal),+ $(,)?) => {$(
        impl Named for $id {
            const NAME: &'static str = $name;
        }
    )+};
}

named! {
    StationId: "station",
    BatteryId: "battery",
    BayId: "bay",
    SessionId: "session",
    BookingId: "booking",
    NotificationId: "notification",
    UserId: "account",
    OperatorId: "operator",
    ItemId: "item",
    PaymentId: "payment",
    PlanId: "plan",
    SubscriptionId: "subscription",
    VehicleId: "vehicle",
    VehicleTypeId: "vehicle type",
    WaitlistEntryId: "place in line",
    TaskId: "task",
    StaffMessageId: "message",
}

fn visitor(parts: &Parts) -> Option<Actor> {
    parts
        .extensions
        .get::<Visitor>()
        .and_then(|visitor| visitor.0.clone())
}

fn signed_in(parts: &Parts) -> Result<Actor, Problem> {
    visitor(parts).ok_or(Problem::Unauthenticated)
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        signed_in(parts).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor = signed_in(parts)?;
        if !actor.role.is_staff() {
            return Err(Problem::forbidden("Only staff of this station may do that."));
        }
        Ok(Self(actor))
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor = signed_in(parts)?;
        if actor.role != crate::domain::Role::Admin {
            return Err(Problem::forbidden(
                "Only the network's administrators may do that.",
            ));
        }
        Ok(Self(actor))
    }
}

impl<S: Sync> FromRequestParts<S> for Anybody {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(visitor(parts)))
    }
}

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let address = parts.extensions.get::<ClientAddress>().ok_or(Problem::Internal)?;
        Ok(Self(address.0.clone()))
    }
}

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(key) = parts.headers.get(IDEMPOTENCY_KEY) else {
            return Ok(Self(None));
        };
        let key = key.as_bytes();
        if !(1..=LONGEST_KEY).contains(&key.len()) || !key.iter().all(u8::is_ascii_graphic) {
            let detail = "A key has 1 to 128 printable ASCII characters and no spaces.";
            return Err(Problem::invalid("Idempotency-Key", detail));
        }
        let key = String::from_utf8_lossy(key).into_owned();
        Ok(Self(Some(IdempotencyKey(key))))
    }
}

impl<T: Named, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let nothing = || Problem::not_found(T::NAME);
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| nothing())?;
        text.parse().map(Self).map_err(|_| nothing())
    }
}

impl<T: Named, U: Named, S: Send + Sync> FromRequestParts<S> for Ids<T, U> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((one, other)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found(T::NAME))?;
        let one = one.parse().map_err(|_| Problem::not_found(T::NAME))?;
        let other = other.parse().map_err(|_| Problem::not_found(U::NAME))?;
        Ok(Self(one, other))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let asked = Query::<T>::try_from_uri(&parts.uri);
        let Query(asked) = asked.map_err(|refused| Problem::invalid("query", refused.body_text()))?;
        let has_nul = parts.uri.query().is_some_and(|query| query.contains("%00"));
        if has_nul {
            return Err(Problem::invalid("query", "A text has no NUL character."));
        }
        Ok(Self(asked))
    }
}

/// Reads one field of a query, or says what is wrong with it.
pub fn field<T: FromStr>(name: &str, text: Option<&str>, hint: &str) -> Result<Option<T>, Problem> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Problem::invalid(name, hint)),
    }
}
