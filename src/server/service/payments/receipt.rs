//! Receipts.

use crate::domain::{BookingId, Problem};
use crate::protocol::rest::{ReceiptLineOut, ReceiptOut};
use crate::server::service::Actor;
use crate::server::store::payments as rows;
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
        return Err(actor.no_business_with("receipt"));
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
