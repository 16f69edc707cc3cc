//! The books of the built-in test service. Nothing of Voltbay reads them but `provider::test`: to everybody else that
//! is another house, known by its answers alone.

use std::str::FromStr;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::{Currency, PaymentId, Timestamp};

/// What whoever pays wants to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The money moves at once.
    Pay,
    /// The money moves, and the service says so some seconds later.
    PayLater,
    /// The bank says no.
    Decline,
    /// The service never says anything.
    StaySilent,
}

impl Choice {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Pay, Self::PayLater, Self::Decline, Self::StaySilent];

    /// The name in forms and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::PayLater => "pay_later",
            Self::Decline => "decline",
            Self::StaySilent => "stay_silent",
        }
    }
}

impl FromStr for Choice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let choice = Self::ALL.into_iter().find(|choice| choice.as_str() == text);
        choice.ok_or_else(|| format!("{text} is no choice at a checkout"))
    }
}

/// One checkout.
#[derive(Clone, Debug)]
pub struct TestCheckout {
    /// Its name.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
    /// Where the customer goes on.
    pub return_path: String,
    /// What was chosen.
    pub choice: Option<Choice>,
    /// When the answer to it is known.
    pub answers_at: Option<Timestamp>,
}

macro_rules! select_checkouts {
    ($rest:literal) => {
        concat!(
            "SELECT reference, amount, currency, return_path, choice, answers_at FROM test_checkout ",
            $rest
        )
    };
}

/// One checkout.
pub async fn find(
    connection: &mut AnyConnection,
    reference: &str,
) -> Result<Option<TestCheckout>, StoreError> {
    let row = sqlx::query(select_checkouts!("WHERE reference = $1"))
        .bind(reference.to_owned())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(checkout).transpose()
}

/// The checkout of a payment.
pub async fn of_payment(
    connection: &mut AnyConnection,
    payment: PaymentId,
) -> Result<Option<TestCheckout>, StoreError> {
    let row = sqlx::query(select_checkouts!("WHERE payment_id = $1"))
        .bind(payment.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(checkout).transpose()
}

/// Checkouts whose answer is known by now and was not brought yet.
pub async fn undelivered(
    connection: &mut AnyConnection,
    now: Timestamp,
) -> Result<Vec<TestCheckout>, StoreError> {
    let rows = sqlx::query(select_checkouts!(
        "WHERE delivered = 0 AND answers_at <= $1
         ORDER BY answers_at, reference
         LIMIT 100"
    ))
    .bind(now.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(checkout).collect()
}

impl Tx<'_> {
    /// Opens a checkout; a second time for the same payment changes nothing.
    pub async fn open_test_checkout(
        &mut self,
        payment: PaymentId,
        new: &TestCheckout,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO test_checkout (reference, payment_id, amount, currency, return_path)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (payment_id) DO NOTHING",
        )
        .bind(new.reference.clone())
        .bind(payment.0)
        .bind(new.amount)
        .bind(new.currency.to_string())
        .bind(new.return_path.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes what was chosen; the first choice counts.
    pub async fn choose_at_test_checkout(
        &mut self,
        reference: &str,
        choice: Choice,
        answers_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE test_checkout SET choice = $2, answers_at = $3 WHERE reference = $1 AND choice IS NULL",
        )
        .bind(reference.to_owned())
        .bind(choice.as_str())
        .bind(answers_at.map(Timestamp::micros))
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }

    /// The answer was brought.
    pub async fn note_test_answer(&mut self, reference: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE test_checkout SET delivered = 1 WHERE reference = $1")
            .bind(reference.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// So much went back by now, in all. False for a checkout that nobody paid, or for more than was paid.
    pub async fn refund_test_checkout(&mut self, reference: &str, in_all: i64) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE test_checkout SET refunded = $2
             WHERE reference = $1 AND amount >= $2 AND refunded <= $2 AND choice IN ('pay', 'pay_later')",
        )
        .bind(reference.to_owned())
        .bind(in_all)
        .execute(self.connection())
        .await?
        .rows_affected();
        Ok(changed == 1)
    }
}

fn checkout(row: &AnyRow) -> Result<TestCheckout, StoreError> {
    Ok(TestCheckout {
        reference: row.plain("reference")?,
        amount: row.plain("amount")?,
        currency: row.word("currency")?,
        return_path: row.plain("return_path")?,
        choice: row.word_or_null("choice")?,
        answers_at: row.instant_or_null("answers_at")?,
    })
}
