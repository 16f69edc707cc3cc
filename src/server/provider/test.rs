//! The built-in test service: no money moves. Whoever "pays" chooses what happens, so that every way a payment can go
//! can be tried by hand: paid, declined, paid but told late, never told. It keeps its books in the same database, so
//! that it remembers across restarts and processes, as a real one would.

use std::time::Duration;

use super::{
    Answer, Callback, Checkout, Due, Outcome, PaymentProvider, ProviderError, Secret, SignedCallback,
};
use crate::domain::{Problem, Timestamp};
use crate::server::auth::token;
use crate::server::store::test_checkouts::{self as books, Choice, TestCheckout};
use crate::server::store::{Cause, Db, StoreError};

/// "Later" is so much later.
const LATER: Duration = Duration::from_secs(5);

/// The service.
pub struct TestProvider {
    db: Db,
    secret: Secret,
}

impl TestProvider {
    /// Its name.
    pub const NAME: &'static str = "test";

    /// With its books in `db`; signs with `secret`.
    pub fn new(db: Db, secret: Secret) -> Self {
        Self { db, secret }
    }

    /// A checkout, for its page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn checkout(&self, reference: &str) -> Result<Option<TestCheckout>, Problem> {
        let mut snapshot = self.db.snapshot().await?;
        Ok(books::find(&mut snapshot, reference).await?)
    }

    /// Whoever pays chose what happens. The first choice counts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn choose(&self, reference: &str, choice: Choice) -> Result<(), Problem> {
        let reference = reference.to_owned();
        self.db
            .write(Cause::system("test provider"), move |tx| {
                let reference = reference.clone();
                Box::pin(async move {
                    let answers_at = match choice {
                        Choice::Pay | Choice::Decline => Some(tx.now()),
                        Choice::PayLater => Some(tx.now() + LATER),
                        Choice::StaySilent => None,
                    };
                    tx.choose_at_test_checkout(&reference, choice, answers_at).await?;
                    Ok(())
                })
            })
            .await
    }

    /// What it has to tell by now, signed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn callbacks(&self, now: Timestamp) -> Result<Vec<(String, SignedCallback)>, Problem> {
        let mut snapshot = self.db.snapshot().await?;
        let known = books::undelivered(&mut snapshot, now).await?;
        let tell = |checkout: TestCheckout| {
            let outcome = became_of(&checkout, now).ok()?;
            let callback = Callback {
                reference: checkout.reference.clone(),
                outcome,
            };
            let body = serde_json::to_vec(&callback).ok()?;
            Some((checkout.reference, self.secret.sign(body, now)))
        };
        Ok(known.into_iter().filter_map(tell).collect())
    }

    /// Voltbay took that message.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delivered(&self, reference: &str) -> Result<(), Problem> {
        let reference = reference.to_owned();
        self.db
            .write(Cause::system("test provider"), move |tx| {
                let reference = reference.clone();
                Box::pin(async move { Ok(tx.note_test_answer(&reference).await?) })
            })
            .await
    }

    async fn begin(&self, due: &Due) -> Result<Checkout, ProviderError> {
        let new = TestCheckout {
            reference: token::fresh(),
            amount: due.amount,
            currency: due.currency,
            return_path: due.return_path.clone(),
            choice: None,
            answers_at: None,
        };
        let payment = due.payment;
        let open = self.db.write(Cause::system("test provider"), move |tx| {
            let new = new.clone();
            Box::pin(async move {
                tx.open_test_checkout(payment, &new).await?;
                let open = books::of_payment(tx.connection(), payment).await?;
                Ok(open.ok_or(StoreError::Overtaken)?)
            })
        });
        let open = open.await.map_err(|_| ProviderError::Silent)?;
        Ok(Checkout {
            url: format!("/pay/{}", open.reference),
            reference: open.reference,
        })
    }

    async fn give_back(&self, reference: &str, in_all: i64) -> Result<(), ProviderError> {
        let reference = reference.to_owned();
        let refunded = self.db.write(Cause::system("test provider"), move |tx| {
            let reference = reference.clone();
            Box::pin(async move { Ok(tx.refund_test_checkout(&reference, in_all).await?) })
        });
        match refunded.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ProviderError::Refused(
                "The payment service knows of no such payment.".to_owned(),
            )),
            Err(_) => Err(ProviderError::Silent),
        }
    }
}

/// What it would say of a checkout at an instant.
fn became_of(checkout: &TestCheckout, now: Timestamp) -> Result<Outcome, ProviderError> {
    let is_known = checkout.answers_at.is_some_and(|at| at <= now);
    match checkout.choice {
        None => Ok(Outcome::Open),
        Some(Choice::StaySilent) => Err(ProviderError::Silent),
        Some(_) if !is_known => Ok(Outcome::Open),
        Some(Choice::Pay | Choice::PayLater) => Ok(Outcome::Paid {
            amount: checkout.amount,
            currency: checkout.currency,
        }),
        Some(Choice::Decline) => Ok(Outcome::Declined {
            reason: "the bank declined it".to_owned(),
        }),
    }
}

impl PaymentProvider for TestProvider {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn open<'a>(&'a self, due: &'a Due) -> Answer<'a, Checkout> {
        Box::pin(self.begin(due))
    }

    fn look_up<'a>(&'a self, reference: &'a str) -> Answer<'a, Outcome> {
        Box::pin(async move {
            let checkout = self
                .checkout(reference)
                .await
                .map_err(|_| ProviderError::Silent)?;
            let unknown = || ProviderError::Refused("no such checkout".to_owned());
            became_of(&checkout.ok_or_else(unknown)?, self.db.now())
        })
    }

    fn refund<'a>(&'a self, reference: &'a str, in_all: i64) -> Answer<'a, ()> {
        Box::pin(self.give_back(reference, in_all))
    }

    fn read_callback(&self, signed: &SignedCallback, now: Timestamp) -> Option<Callback> {
        if !self.secret.has_signed(signed, now) {
            return None;
        }
        serde_json::from_slice(&signed.body).ok()
    }
}
