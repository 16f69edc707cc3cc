//! Payment services: who takes money by card or QR for us. A service is another house: it may be slow, silent, or say
//! the same thing twice. What it says counts only with its signature, and what it does not say is asked for.

mod signature;
mod test;

use std::pin::Pin;

use serde::{Deserialize, Serialize};

pub use signature::{Secret, SignedCallback};
pub use test::TestProvider;

use crate::domain::{Currency, PaymentId, PaymentMethod, Timestamp};

/// What somebody is to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Our name for it; the service opens one checkout a payment, however often it is asked.
    pub payment: PaymentId,
    /// Where on this site the customer comes back to.
    pub return_path: String,
    /// By card or by QR.
    pub method: PaymentMethod,
    /// Minor units.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
}

/// Where somebody pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The service's name for the payment.
    pub reference: String,
    /// The address of the page on which one pays; one on this very site begins with `/`.
    pub url: String,
}

/// What became of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The service has the money.
    Paid {
        /// Minor units.
        amount: i64,
        /// Of which currency.
        currency: Currency,
    },
    /// There will be none.
    Declined {
        /// Why, for the customer.
        reason: String,
    },
    /// Nobody has paid yet.
    Open,
}

/// What a service tells by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The service's name for the payment.
    pub reference: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Why a service did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It gives no answer, or none that can be read. Ask again later.
    #[error("the payment service does not answer")]
    Silent,
    /// It says no, and will again.
    #[error("{0}")]
    Refused(String),
}

/// An answer that takes its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// A payment service.
pub trait PaymentProvider: Send + Sync {
    /// Its name in the database and in the address of its callbacks.
    fn name(&self) -> &'static str;

    /// Opens a checkout for a payment, or names the one that is open.
    fn open<'a>(&'a self, due: &'a Due) -> Answer<'a, Checkout>;

    /// What became of a payment.
    fn look_up<'a>(&'a self, reference: &'a str) -> Answer<'a, Outcome>;

    /// Gives back money, so that `in_all` of this payment went back by then. Asked twice, it gives it back once.
    fn refund<'a>(&'a self, reference: &'a str, in_all: i64) -> Answer<'a, ()>;

    /// Reads what came to the address of its callbacks; `None` unless it is signed by the service, and lately.
    fn read_callback(&self, signed: &SignedCallback, now: Timestamp) -> Option<Callback>;
}
