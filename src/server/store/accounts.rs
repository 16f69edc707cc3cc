//! People and their sessions. Of a session's secret only the hash is ever seen here.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{Db, Engine, IdKind, StoreError, Tx};
use crate::domain::{OperatorId, Role, StationId, Timestamp, UserId};
use crate::protocol::rest::StaffOut;

/// Somebody as the database knows her.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Id.
    pub id: UserId,
    /// The address she signs in with.
    pub email: String,
    /// What to call her.
    pub name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// She wants help at the bay whenever she comes.
    pub wants_help: bool,
    /// Hash of her password.
    pub password_hash: String,
    /// What she may do.
    pub role: Role,
    /// Of which company she is.
    pub operator: Option<OperatorId>,
    /// Whether she may sign in.
    pub active: bool,
}

/// A session that is still good, and whose it is.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Whose.
    pub user: UserRow,
    /// When it was used last, to within a part of its life.
    pub last_used_at: Timestamp,
}

/// Somebody who registers herself.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Hash of the password.
    pub password_hash: String,
}

fn user(row: &AnyRow) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: UserId(row.plain("id")?),
        email: row.plain("email")?,
        name: row.plain("name")?,
        phone: row.plain("phone")?,
        wants_help: row.flag("wants_help")?,
        password_hash: row.plain("password_hash")?,
        role: row.word("role")?,
        operator: row.plain::<Option<i64>>("operator_id")?.map(OperatorId),
        active: row.flag("active")?,
    })
}

/// Who has this id.
pub async fn find(connection: &mut AnyConnection, id: UserId) -> Result<Option<UserRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, email, name, phone, wants_help, password_hash, role, operator_id, active
         FROM users
         WHERE id = $1",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(user).transpose()
}

/// Who signs in with this address.
pub async fn find_by_email(
    connection: &mut AnyConnection,
    email: &str,
) -> Result<Option<UserRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, email, name, phone, wants_help, password_hash, role, operator_id, active
         FROM users
         WHERE email = $1",
    )
    .bind(email.to_owned())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(user).transpose()
}

/// The session with this hash, if it is good at `now` and its owner may sign in.
pub async fn find_session(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    let row = sqlx::query(
        "SELECT users.id, users.email, users.name, users.phone, users.wants_help,
             users.password_hash, users.role, users.operator_id, users.active, session.last_used_at
         FROM session
         JOIN users ON users.id = session.user_id
         WHERE session.token_hash = $1 AND session.expires_at > $2 AND users.active = 1",
    )
    .bind(token_hash.to_owned())
    .bind(now.micros())
    .fetch_optional(connection)
    .await?;
    let session = |row: AnyRow| {
        Ok(SessionRow {
            user: user(&row)?,
            last_used_at: row.instant("last_used_at")?,
        })
    };
    row.map(session).transpose()
}

/// Which of these sessions are good at `now`.
pub async fn good_sessions(
    db: &Db,
    token_hashes: &[String],
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let statement = match db.engine() {
        Engine::Sqlite => {
            "SELECT session.token_hash
             FROM session
             JOIN users ON users.id = session.user_id
             WHERE session.token_hash IN (SELECT value FROM json_each($1))
               AND session.expires_at > $2 AND users.active = 1"
        }
        Engine::Postgres => {
            "SELECT session.token_hash
             FROM session
             JOIN users ON users.id = session.user_id
             WHERE session.token_hash IN (SELECT json_array_elements_text(CAST($1 AS JSON)))
               AND session.expires_at > $2 AND users.active = 1"
        }
    };
    let mut snapshot = db.snapshot().await?;
    let rows = sqlx::query(statement)
        .bind(serde_json::to_string(token_hashes)?)
        .bind(now.micros())
        .fetch_all(&mut *snapshot)
        .await?;
    rows.iter().map(|row| row.plain("token_hash")).collect()
}

/// The stations somebody is assigned to.
pub async fn assigned_stations(
    connection: &mut AnyConnection,
    user: UserId,
) -> Result<Vec<StationId>, StoreError> {
    let rows = sqlx::query(
        "SELECT station_id
         FROM assignment
         WHERE user_id = $1
         ORDER BY station_id",
    )
    .bind(user.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(StationId(row.plain("station_id")?)))
        .collect()
}

/// Who is assigned to a station, by name.
pub async fn assigned_to(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<StaffOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT users.id, users.name, users.email, users.role
         FROM assignment
         JOIN users ON users.id = assignment.user_id
         WHERE assignment.station_id = $1 AND users.active = 1
         ORDER BY LOWER(users.name), users.id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StaffOut {
                user_id: UserId(row.plain("id")?),
                name: row.plain("name")?,
                email: row.plain("email")?,
                role: row.word("role")?,
                station_id: station,
            })
        })
        .collect()
}

/// The leads of a station.
pub async fn leads_of(connection: &mut AnyConnection, station: StationId) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(
        "SELECT users.id
         FROM assignment
         JOIN users ON users.id = assignment.user_id
         WHERE assignment.station_id = $1 AND users.active = 1 AND users.role = 'lead'
         ORDER BY users.id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(UserId(row.plain("id")?))).collect()
}

/// Who runs the stations of a company.
pub async fn of_operator(
    connection: &mut AnyConnection,
    operator: OperatorId,
) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM users
         WHERE operator_id = $1 AND active = 1 AND role = 'operator'
         ORDER BY id",
    )
    .bind(operator.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(UserId(row.plain("id")?))).collect()
}

/// The company with this name.
pub async fn find_operator(
    connection: &mut AnyConnection,
    name: &str,
) -> Result<Option<OperatorId>, StoreError> {
    let row = sqlx::query(
        "SELECT id
         FROM operator
         WHERE name = $1
         ORDER BY id
         LIMIT 1",
    )
    .bind(name.to_owned())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(OperatorId(row.plain("id")?))).transpose()
}

impl Tx<'_> {
    /// Adds a customer. `None` when somebody has this address already.
    pub async fn insert_customer(&mut self, new: &NewCustomer) -> Result<Option<UserId>, StoreError> {
        let id = UserId(self.next_id(IdKind::User)?);
        let inserted = sqlx::query(
            "INSERT INTO users (id, email, name, phone, password_hash, role, operator_id, active, created_at)
             VALUES ($1, $2, $3, $4, $5, 'customer', NULL, 1, $6)
             ON CONFLICT (email) DO NOTHING",
        )
        .bind(id.0)
        .bind(new.email.clone())
        .bind(new.name.clone())
        .bind(new.phone.clone())
        .bind(new.password_hash.clone())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok((inserted == 1).then_some(id))
    }

    /// Begins a session, and forgets those of the same person that are over.
    pub async fn insert_session(
        &mut self,
        token_hash: &str,
        user: UserId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.now().micros();
        sqlx::query("DELETE FROM session WHERE user_id = $1 AND expires_at <= $2")
            .bind(user.0)
            .bind(now)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "INSERT INTO session (token_hash, user_id, created_at, last_used_at, expires_at)
             VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(token_hash.to_owned())
        .bind(user.0)
        .bind(now)
        .bind(expires_at.micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets a session live on.
    pub async fn prolong_session(
        &mut self,
        token_hash: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE session SET last_used_at = $2, expires_at = $3 WHERE token_hash = $1")
            .bind(token_hash.to_owned())
            .bind(self.now().micros())
            .bind(expires_at.micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Forgets sessions that ended by themselves.
    pub async fn forget_sessions(&mut self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE expires_at < $1")
            .bind(before.micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Ends one session.
    pub async fn delete_session(&mut self, token_hash: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE token_hash = $1")
            .bind(token_hash.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Ends every session of somebody except one; answers the hashes of those that ended.
    pub async fn delete_sessions(
        &mut self,
        user: UserId,
        except: Option<&str>,
    ) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "DELETE FROM session
             WHERE user_id = $1 AND token_hash <> $2
             RETURNING token_hash",
        )
        .bind(user.0)
        .bind(except.unwrap_or_default().to_owned())
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| row.plain("token_hash")).collect()
    }

    /// Writes back what somebody may change of herself.
    pub async fn update_user(&mut self, user: &UserRow) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE users SET name = $2, phone = $3, password_hash = $4, wants_help = $5 WHERE id = $1",
        )
        .bind(user.id.0)
        .bind(user.name.clone())
        .bind(user.phone.clone())
        .bind(user.password_hash.clone())
        .bind(i64::from(user.wants_help))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets somebody sign in, or no more. False when there is no such person.
    pub async fn set_active(&mut self, user: UserId, active: bool) -> Result<bool, StoreError> {
        let changed = sqlx::query("UPDATE users SET active = $2 WHERE id = $1")
            .bind(user.0)
            .bind(i64::from(active))
            .execute(self.connection())
            .await?
            .rows_affected();
        Ok(changed == 1)
    }

    /// Forgets who somebody was. The row stays: bookings and the audit point at it. Its address is one
    /// that nobody can register.
    pub async fn forget_user(&mut self, user: UserId) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE users
             SET email = $2, name = '', phone = NULL, wants_help = 0, password_hash = '', active = 0
             WHERE id = $1",
        )
        .bind(user.0)
        .bind(format!("closed:{user}"))
        .execute(self.connection())
        .await?;
        sqlx::query("DELETE FROM assignment WHERE user_id = $1")
            .bind(user.0)
            .execute(self.connection())
            .await?;
        // Registrations tell who it was.
        sqlx::query("DELETE FROM vehicle WHERE user_id = $1")
            .bind(user.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
