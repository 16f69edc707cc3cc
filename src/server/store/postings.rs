//! The ledger. What a payment is worth is booked twice, once where the money is and once where it came from, so that
//! all entries of a posting add up to nothing (`voltbay check`). Entries are appended, never changed.

use super::payments::PaymentRow;
use super::plan_payments::PlanPaymentRow;
use super::{IdKind, StoreError, Tx};
use crate::domain::{Currency, PaymentId, StationId, UserId};

/// Where money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purse {
    /// In the till of the station.
    Cash,
    /// With a payment service.
    Provider,
}

impl Purse {
    fn account(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Provider => "provider",
        }
    }
}

/// What a posting is about.
#[derive(Clone, Copy)]
enum About {
    /// The payment of a booking, at its station.
    Booking(PaymentId, StationId),
    /// The payment of a plan.
    Plan(PaymentId),
}

type Entry = (&'static str, i64);

impl Tx<'_> {
    /// Money came in: where it is now, and what it was for.
    pub(super) async fn post_receipt(
        &mut self,
        read: &PaymentRow,
        purse: Purse,
        by: Option<UserId>,
    ) -> Result<(), StoreError> {
        let entries = [
            (purse.account(), read.amount),
            ("revenue", -read.bill.subtotal),
            ("tax", -read.bill.tax),
            ("service_charge", -read.bill.charge),
        ];
        let about = About::Booking(read.id, read.station);
        self.post(about, read.currency, &entries, by).await
    }

    /// What is owed of it went back.
    pub(super) async fn post_refund(
        &mut self,
        read: &PaymentRow,
        purse: Purse,
        by: Option<UserId>,
    ) -> Result<(), StoreError> {
        let before = read.bill.without(read.refunded);
        let after = read.bill.without(read.refunded + read.refund_due);
        let entries = [
            (purse.account(), -read.refund_due),
            ("revenue", before.subtotal - after.subtotal),
            ("tax", before.tax - after.tax),
            ("service_charge", before.charge - after.charge),
        ];
        let about = About::Booking(read.id, read.station);
        self.post(about, read.currency, &entries, by).await
    }

    /// Money for a plan came to the payment service, or went back where `amount` is negative: from the service, or
    /// in cash from the operator's own hand, which is in no station's till.
    pub(super) async fn post_for_plan(
        &mut self,
        read: &PlanPaymentRow,
        amount: i64,
        by: Option<UserId>,
    ) -> Result<(), StoreError> {
        let purse = match by {
            Some(_) => Purse::Cash,
            None => Purse::Provider,
        };
        let entries = [(purse.account(), amount), ("revenue", -amount)];
        self.post(About::Plan(read.id), read.currency, &entries, by).await
    }

    async fn post(
        &mut self,
        about: About,
        currency: Currency,
        entries: &[Entry],
        by: Option<UserId>,
    ) -> Result<(), StoreError> {
        let posting = self.next_id(IdKind::Ledger)?;
        let (station, payment, plan_payment) = match about {
            About::Booking(payment, station) => (Some(station), Some(payment), None),
            About::Plan(payment) => (None, None, Some(payment)),
        };
        for (account, amount) in entries.iter().filter(|(_, amount)| *amount != 0) {
            sqlx::query(
                "INSERT INTO ledger (id, posting, at, account, amount, currency, station_id, payment_id,
                     plan_payment_id, actor_id)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(self.next_id(IdKind::Ledger)?)
            .bind(posting)
            .bind(self.now().micros())
            .bind(*account)
            .bind(*amount)
            .bind(currency.to_string())
            .bind(station.map(|station| station.0))
            .bind(payment.map(|payment| payment.0))
            .bind(plan_payment.map(|payment| payment.0))
            .bind(by.map(|user| user.0))
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }
}
