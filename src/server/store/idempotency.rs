//! A repeated request has one effect. The key is claimed in the transaction of the work itself, so two
//! requests at the same moment cannot both do it, and a refused one leaves the key free for another try.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::row::Columns;
use super::{Failure, StoreError, Tx};
use crate::domain::{Problem, Timestamp, UserId};

/// A claim on an idempotency key.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whose key it is.
    pub user: UserId,
    /// The key.
    pub key: String,
    /// What it is used for, like `POST /bookings`.
    pub route: &'static str,
    /// Hash of the request's body.
    pub body_hash: String,
}

impl Claim {
    /// The claim of `user` on `key` for this body.
    pub fn new(user: UserId, key: String, route: &'static str, body: &impl serde::Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let body_hash = Sha256::digest(&body).iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self {
            user,
            key,
            route,
            body_hash,
        }
    }
}

/// What to do after a key was claimed.
#[derive(Debug, PartialEq, Eq)]
pub enum NextAction {
    /// Do the work, then [`Tx::remember`] its answer.
    Proceed,
    /// It was done before; this was the answer.
    Replay(String),
}

impl Tx<'_> {
    /// Claims a key; waits for another request with the same key that is still at work.
    pub async fn claim_key(&mut self, claim: &Claim) -> Result<NextAction, Failure> {
        let inserted = sqlx::query(
            "INSERT INTO idempotency (user_id, key, route, body_hash, response, created_at)
             VALUES ($1, $2, $3, $4, NULL, $5)
             ON CONFLICT (user_id, key) DO NOTHING",
        )
        .bind(claim.user.0)
        .bind(claim.key.clone())
        .bind(claim.route)
        .bind(claim.body_hash.clone())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if inserted == 1 {
            return Ok(NextAction::Proceed);
        }
        let row = sqlx::query(
            "SELECT route, body_hash, response
             FROM idempotency
             WHERE user_id = $1 AND key = $2",
        )
        .bind(claim.user.0)
        .bind(claim.key.clone())
        .fetch_optional(self.connection())
        .await?
        .ok_or(StoreError::Overtaken)?;
        let is_same =
            row.plain::<&str>("route")? == claim.route && row.plain::<&str>("body_hash")? == claim.body_hash;
        if !is_same {
            return Err(Problem::IdempotencyMismatch.into());
        }
        let response: Option<String> = row.plain("response")?;
        Ok(NextAction::Replay(response.ok_or(StoreError::Overtaken)?))
    }

    /// Keeps the answer for whoever repeats the request.
    pub async fn remember(
        &mut self,
        claim: &Claim,
        answer: &impl serde::Serialize,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE idempotency SET response = $3 WHERE user_id = $1 AND key = $2")
            .bind(claim.user.0)
            .bind(claim.key.clone())
            .bind(serde_json::to_string(answer)?)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// What the key was used for came to nothing: it is free for another try.
    pub async fn release_key(&mut self, claim: &Claim) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE user_id = $1 AND key = $2")
            .bind(claim.user.0)
            .bind(claim.key.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Forgets keys that nobody repeats any more.
    pub async fn forget_keys(&mut self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE created_at < $1")
            .bind(before.micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
