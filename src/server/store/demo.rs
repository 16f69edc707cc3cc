//! What an installation begins with: operators, people who did not register themselves, and the note that the
//! demo was loaded on purpose.

use sqlx::AnyConnection;

use super::{StoreError, Tx};
use crate::domain::{Currency, OperatorId, Role, UserId};

/// Somebody who did not register herself.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// What is stored of her password.
    pub password_hash: String,
    /// What she may do.
    pub role: Role,
    /// For operators: of which company.
    pub operator: Option<OperatorId>,
}

impl Tx<'_> {
    /// Adds a company.
    pub async fn insert_operator(
        &mut self,
        id: OperatorId,
        name: &str,
        currency: Currency,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO operator (id, name, currency, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id.0)
            .bind(name.to_owned())
            .bind(currency.to_string())
            .bind(self.now().micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Adds an account.
    pub async fn insert_person(&mut self, new: &NewPerson) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO users (id, email, name, phone, password_hash, role, operator_id, active, strikes, created_at)
             VALUES ($1, $2, $3, NULL, $4, $5, $6, 1, 0, $7)",
        )
        .bind(new.id.0)
        .bind(new.email.clone())
        .bind(new.name.clone())
        .bind(new.password_hash.clone())
        .bind(new.role.as_str())
        .bind(new.operator.map(|operator| operator.0))
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes that the demo is loaded. False when it was.
    pub async fn claim_demo(&mut self) -> Result<bool, StoreError> {
        let inserted =
            sqlx::query("INSERT INTO setting (key, value) VALUES ('demo', '1') ON CONFLICT (key) DO NOTHING")
                .execute(self.connection())
                .await?
                .rows_affected();
        Ok(inserted == 1)
    }
}

/// Whether the demo was loaded on purpose: without it nobody signs in with its accounts.
pub async fn is_loaded(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT value FROM setting WHERE key = 'demo'")
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}
