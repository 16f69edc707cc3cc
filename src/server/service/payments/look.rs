//! Looking at payments: receipts, and the lists of staff and operators.

use crate::domain::{BookingId, PaymentId, PaymentMethod, PaymentState, Problem, StationId};
use crate::protocol::rest::{PaymentsOut, ReceiptLineOut, ReceiptOut};
use crate::server::service::Actor;
use crate::server::store::payments::{self as rows, Filter, PaymentRow};
use crate::server::store::{bookings as booking_rows, stations};
use crate::server::{App, hours};

/// The receipt of a booking, for its customer and the station's staff.
///
/// # Errors
/// [`Problem::NotFound`] also while nothing is paid.
pub async fn receipt(app: &App, actor: &Actor, booking: BookingId) -> Result<ReceiptOut, Problem> {
    let no_receipt = || Problem::not_found("receipt");
    let mut snapshot = app.db.snapshot().await?;
    let record = booking_rows::find(&mut snapshot, booking)
        .await?
        .ok_or_else(no_receipt)?;
    if record.user != actor.user && !actor.may_staff(record.station, record.operator) {
        return Err(no_receipt());
    }
    let payment = rows::of_booking(&mut snapshot, booking)
        .await?
        .ok_or_else(no_receipt)?;
    let (Some(number), Some(paid_at)) = (payment.receipt_number, payment.verified_at) else {
        return Err(no_receipt());
    };
    let operator_name = stations::operator_name(&mut snapshot, record.operator).await?;
    let seen = record.to_out(booking_rows::Audience::Both, app.clock.now());
    let row = payment.to_out();
    let line = |item: crate::protocol::rest::BookingItemOut| ReceiptLineOut {
        name: item.name,
        price: item.price,
    };
    Ok(ReceiptOut {
        number: format!("{}-{number:06}", record.station),
        station_name: seen.station_name,
        station_address: seen.station_address,
        operator_name,
        booking_id: booking,
        paid_at,
        utc_offset_minutes: hours::utc_offset_minutes(&record.timezone, paid_at),
        method: payment.method,
        lines: seen.items.into_iter().map(line).collect(),
        subtotal: payment.bill.subtotal,
        service_charge: payment.bill.charge,
        tax: payment.bill.tax,
        total: payment.amount,
        received: row.received,
        change: row.change,
        refunded: payment.refunded,
        currency: payment.currency,
    })
}

/// What is asked of a list of payments.
#[derive(Clone, Debug, Default)]
pub struct PaymentQuery {
    /// Those of this station; all of my operator's unless given.
    pub station: Option<StationId>,
    /// Only these.
    pub state: Option<PaymentState>,
    /// Only those paid in this way.
    pub method: Option<PaymentMethod>,
    /// Where the page before ended.
    pub cursor: Option<PaymentId>,
}

/// Payments, newest first: of a station for its staff, of all stations for their operator.
///
/// # Errors
/// [`Problem::Forbidden`].
pub async fn list(app: &App, actor: &Actor, query: PaymentQuery) -> Result<PaymentsOut, Problem> {
    const PAGE: usize = 50;
    let mut snapshot = app.db.snapshot().await?;
    let mut filter = Filter {
        station: query.station,
        state: query.state,
        method: query.method,
        before: query.cursor,
        limit: 51,
        ..Filter::default()
    };
    match query.station {
        Some(station) => {
            let row = stations::find(&mut snapshot, station).await?;
            let row = row.ok_or_else(|| Problem::not_found("station"))?;
            actor.must_staff(station, row.operator)?;
        }
        None if actor.role.may_operate() => filter.operator = actor.operator,
        None => {
            return Err(Problem::forbidden(
                "Say of which station; operators see all of theirs.",
            ));
        }
    }
    let mut found = rows::list(&mut snapshot, &filter).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().map(|row| row.id.to_string());
    Ok(PaymentsOut {
        next: if is_more { last } else { None },
        items: found.iter().map(PaymentRow::to_out).collect(),
    })
}
