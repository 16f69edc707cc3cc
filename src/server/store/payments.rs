//! Payments, as they stand in the database.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::StoreError;
use super::row::Columns;
use crate::domain::{
    Bill, BookingId, Currency, OperatorId, PaymentId, PaymentMethod, PaymentState, Rates, StationId,
    Timestamp, UserId,
};
use crate::protocol::rest::{PaymentOut, PaymentTotalOut};

/// A payment with what belongs to it.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    /// Id.
    pub id: PaymentId,
    /// For which booking.
    pub booking: BookingId,
    /// Whose booking that is.
    pub customer: UserId,
    /// Where.
    pub station: StationId,
    /// Whose station that is.
    pub operator: OperatorId,
    /// How it is paid.
    pub method: PaymentMethod,
    /// How far it is.
    pub state: PaymentState,
    /// Minor units.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
    /// What is owed back.
    pub refund_due: i64,
    /// What went back already.
    pub refunded: i64,
    /// The number of its receipt at its station.
    pub receipt_number: Option<i64>,
    /// When it was paid.
    pub verified_at: Option<Timestamp>,
    /// What it is made of.
    pub bill: Bill,
    /// Which payment service was asked for it.
    pub provider: Option<String>,
    /// The name that service knows it by.
    pub reference: Option<String>,
    /// Where the customer pays.
    pub checkout_url: Option<String>,
    /// When the server asks the service what became of it, or gives money back.
    pub due_at: Option<Timestamp>,
    received: Option<i64>,
    change: Option<i64>,
    verified_by: Option<String>,
    reason: Option<String>,
    created_at: Timestamp,
    station_name: String,
    customer_name: String,
}

impl PaymentRow {
    /// When it began.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// As staff of its station see it.
    pub fn to_out(&self) -> PaymentOut {
        PaymentOut {
            id: self.id,
            booking_id: Some(self.booking),
            station_id: Some(self.station),
            station_name: self.station_name.clone(),
            subscription_id: None,
            plan_name: None,
            customer_name: self.customer_name.clone(),
            method: self.method,
            state: self.state,
            amount: self.amount,
            currency: self.currency,
            received: self.received,
            change: self.change,
            verified_by: self.verified_by.clone(),
            verified_at: self.verified_at,
            refund_due: self.refund_due,
            refunded: self.refunded,
            receipt_number: self.receipt_number,
            reason: self.reason.clone(),
            created_at: self.created_at,
        }
    }
}

/// Which payments a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// At this station.
    pub station: Option<StationId>,
    /// Of this operator's stations.
    pub operator: Option<OperatorId>,
    /// In this state.
    pub state: Option<PaymentState>,
    /// Paid in this way.
    pub method: Option<PaymentMethod>,
    /// Words in customer, code or receipt number.
    pub text: Option<String>,
    /// Begun then or later.
    pub from: Option<Timestamp>,
    /// Begun before then.
    pub until: Option<Timestamp>,
    /// Only older than this one.
    pub before: Option<PaymentId>,
    /// At most so many.
    pub limit: i64,
}

macro_rules! select_payments {
    ($rest:literal) => {
        concat!(
            "SELECT payment.id, payment.booking_id, booking.user_id, payment.station_id, station.operator_id,
                 station.name AS station_name, payment.method, payment.state, payment.amount, payment.currency,
                 payment.received, payment.change_given, users.name AS verified_by, payment.verified_at,
                 payment.refund_due, payment.refunded, payment.receipt_number, payment.reason,
                 payment.created_at, payment.provider, payment.reference, payment.checkout_url, payment.due_at,
                 customer.name AS customer_name, booking.tax_amount, booking.charge_amount
             FROM payment
             JOIN booking ON booking.id = payment.booking_id
             JOIN users AS customer ON customer.id = booking.user_id
             JOIN station ON station.id = payment.station_id
             LEFT JOIN users ON users.id = payment.verified_by ",
            $rest
        )
    };
}

/// One payment.
pub async fn find(
    connection: &mut AnyConnection,
    payment: PaymentId,
) -> Result<Option<PaymentRow>, StoreError> {
    let row = sqlx::query(select_payments!("WHERE payment.id = $1"))
        .bind(payment.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(payment_row).transpose()
}

/// The payment that counts for a booking; none where there is nothing to pay.
pub async fn of_booking(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<PaymentRow>, StoreError> {
    let row = sqlx::query(select_payments!(
        "WHERE booking.id = $1 AND payment.id = booking.payment_id"
    ))
    .bind(booking.0)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(payment_row).transpose()
}

/// The payment that a payment service knows by this name.
pub async fn by_reference(
    connection: &mut AnyConnection,
    provider: &str,
    reference: &str,
) -> Result<Option<PaymentRow>, StoreError> {
    let row = sqlx::query(select_payments!(
        "WHERE payment.provider = $1 AND payment.reference = $2"
    ))
    .bind(provider.to_owned())
    .bind(reference.to_owned())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(payment_row).transpose()
}

/// Payments about which a payment service must be asked, the longest waiting first.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<PaymentRow>, StoreError> {
    let rows = sqlx::query(select_payments!(
        "WHERE payment.due_at <= $1
         ORDER BY payment.due_at, payment.id
         LIMIT $2"
    ))
    .bind(now.micros())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(payment_row).collect()
}

/// What every list of payments and every sum over them asks.
macro_rules! that_fit {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            "FROM payment
             JOIN booking ON booking.id = payment.booking_id
             JOIN users AS customer ON customer.id = booking.user_id
             JOIN station ON station.id = payment.station_id
             LEFT JOIN users ON users.id = payment.verified_by
             WHERE (CAST($1 AS BIGINT) IS NULL OR payment.station_id = $1)
               AND (CAST($2 AS BIGINT) IS NULL OR station.operator_id = $2)
               AND (CAST($3 AS TEXT) IS NULL OR payment.state = $3)
               AND (CAST($4 AS TEXT) IS NULL OR payment.method = $4)
               AND (CAST($5 AS TEXT) IS NULL
                    OR LOWER(customer.name) LIKE '%' || LOWER($5) || '%' ESCAPE '!'
                    OR booking.code = UPPER($5)
                    OR CAST(payment.receipt_number AS TEXT) = $5)
               AND (CAST($6 AS BIGINT) IS NULL OR payment.created_at >= $6)
               AND (CAST($7 AS BIGINT) IS NULL OR payment.created_at < $7) ",
            $rest
        )
    };
}

macro_rules! fitting {
    ($filter:expr, $sql:expr) => {
        sqlx::query($sql)
            .bind($filter.station.map(|station| station.0))
            .bind($filter.operator.map(|operator| operator.0))
            .bind($filter.state.map(PaymentState::as_str))
            .bind($filter.method.map(PaymentMethod::as_str))
            .bind($filter.text.as_deref().map(escaped))
            .bind($filter.from.map(Timestamp::micros))
            .bind($filter.until.map(Timestamp::micros))
    };
}

/// A text as it is looked for by `LIKE … ESCAPE '!'`.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.trim().chars() {
        if matches!(character, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(character);
    }
    escaped
}

/// Payments, newest first.
pub async fn list(connection: &mut AnyConnection, filter: &Filter) -> Result<Vec<PaymentRow>, StoreError> {
    let rows = fitting!(
        filter,
        that_fit!(
            "SELECT payment.id, payment.booking_id, booking.user_id, payment.station_id, station.operator_id,
                 station.name AS station_name, payment.method, payment.state, payment.amount, payment.currency,
                 payment.received, payment.change_given, users.name AS verified_by, payment.verified_at,
                 payment.refund_due, payment.refunded, payment.receipt_number, payment.reason,
                 payment.created_at, payment.provider, payment.reference, payment.checkout_url, payment.due_at,
                 customer.name AS customer_name, booking.tax_amount, booking.charge_amount ",
            "  AND (CAST($8 AS BIGINT) IS NULL
                    OR (payment.created_at, payment.id)
                       < (SELECT created_at, id FROM payment WHERE id = $8
                          UNION ALL
                          SELECT created_at, id FROM plan_payment WHERE id = $8))
             ORDER BY payment.created_at DESC, payment.id DESC
             LIMIT $9"
        )
    )
    .bind(filter.before.map(|payment| payment.0))
    .bind(filter.limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(payment_row).collect()
}

/// What the payments that fit come to, by way of paying and currency.
pub async fn totals(
    connection: &mut AnyConnection,
    filter: &Filter,
) -> Result<Vec<PaymentTotalOut>, StoreError> {
    let rows = fitting!(
        filter,
        that_fit!(
            "SELECT payment.method, payment.currency, COUNT(*) AS payments,
                 CAST(SUM(CASE WHEN payment.verified_at IS NULL THEN 0 ELSE payment.amount END) AS BIGINT) AS received,
                 CAST(SUM(payment.refunded) AS BIGINT) AS refunded,
                 CAST(SUM(CASE WHEN payment.state IN ('due', 'cash_declared', 'pending') THEN payment.amount ELSE 0
                          END) AS BIGINT) AS outstanding ",
            "GROUP BY payment.method, payment.currency
             ORDER BY payment.currency, payment.method"
        )
    )
    .fetch_all(connection)
    .await?;
    let total = |row: &AnyRow| {
        Ok(PaymentTotalOut {
            method: row.word("method")?,
            currency: row.word("currency")?,
            for_plans: false,
            payments: row.plain("payments")?,
            received: row.plain("received")?,
            refunded: row.plain("refunded")?,
            outstanding: row.plain("outstanding")?,
        })
    };
    rows.iter().map(total).collect()
}

/// An operator's rates, and the sum above which a lead takes cash.
pub async fn terms(connection: &mut AnyConnection, operator: OperatorId) -> Result<(Rates, i64), StoreError> {
    let row = sqlx::query("SELECT tax_bp, charge_bp, cash_limit FROM operator WHERE id = $1")
        .bind(operator.0)
        .fetch_one(connection)
        .await?;
    let rates = Rates {
        tax: row.plain("tax_bp")?,
        charge: row.plain("charge_bp")?,
    };
    Ok((rates, row.plain("cash_limit")?))
}

fn payment_row(row: &AnyRow) -> Result<PaymentRow, StoreError> {
    let amount: i64 = row.plain("amount")?;
    let (tax, charge): (i64, i64) = (row.plain("tax_amount")?, row.plain("charge_amount")?);
    Ok(PaymentRow {
        id: PaymentId(row.plain("id")?),
        booking: BookingId(row.plain("booking_id")?),
        customer: UserId(row.plain("user_id")?),
        station: StationId(row.plain("station_id")?),
        operator: OperatorId(row.plain("operator_id")?),
        method: row.word("method")?,
        state: row.word("state")?,
        amount,
        currency: row.word("currency")?,
        refund_due: row.plain("refund_due")?,
        refunded: row.plain("refunded")?,
        receipt_number: row.plain("receipt_number")?,
        verified_at: row.instant_or_null("verified_at")?,
        bill: Bill {
            subtotal: amount - tax - charge,
            charge,
            tax,
        },
        provider: row.plain("provider")?,
        reference: row.plain("reference")?,
        checkout_url: row.plain("checkout_url")?,
        due_at: row.instant_or_null("due_at")?,
        received: row.plain("received")?,
        change: row.plain("change_given")?,
        verified_by: row.plain("verified_by")?,
        reason: row.plain("reason")?,
        created_at: row.instant("created_at")?,
        station_name: row.plain("station_name")?,
        customer_name: row.plain("customer_name")?,
    })
}
