//! What is held against a customer: codes that are wrong, and not coming.

use sqlx::AnyConnection;

use crate::domain::{BookingId, Timestamp, UserId};
use crate::server::store::row::Columns;
use crate::server::store::{StoreError, Tx};

/// How often she did not come and has not made up for it.
pub async fn strikes(connection: &mut AnyConnection, user: UserId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT strikes FROM users WHERE id = $1")
        .bind(user.0)
        .fetch_one(connection)
        .await?;
    row.plain("strikes")
}

impl Tx<'_> {
    /// Counts a wrong code; locks after too many.
    pub async fn note_wrong_code(
        &mut self,
        booking: BookingId,
        wrong_codes: i64,
        locked_until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE booking SET wrong_codes = $2, locked_until = $3 WHERE id = $1")
            .bind(booking.0)
            .bind(wrong_codes)
            .bind(locked_until.map(Timestamp::micros))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// One more time that somebody did not come, or with −1 one time less: it was a mistake, or she came since.
    pub async fn add_strike(&mut self, user: UserId, strikes: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE users SET strikes = CASE WHEN strikes + $2 < 0 THEN 0 ELSE strikes + $2 END WHERE id = $1")
            .bind(user.0)
            .bind(strikes)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
