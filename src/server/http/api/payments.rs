//! Payments: declared by customers, counted and given back by staff, with receipts.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{BookingId, PaymentId, PaymentMethod, PaymentState, Problem, StationId};
use crate::protocol::rest::{
    BookingOut, PayIn, PaymentOut, PaymentsOut, ReasonIn, ReceiptOut, TakingsOut, VerifyIn,
};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Asked, Id, SignedIn, Staff, field};
use crate::server::http::openapi::Refused;
use crate::server::provider::SignedCallback;
use crate::server::service::payments::{self, PaymentQuery};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_payments))
        .routes(routes!(list_takings))
        .routes(routes!(pay_booking))
        .routes(routes!(get_receipt))
        .routes(routes!(verify_payment))
        .routes(routes!(reject_payment))
        .routes(routes!(refund_payment))
        .routes(routes!(refund_plan_payment))
        .routes(routes!(take_callback))
        .routes(routes!(draw_checkout))
}

const DAY_HINT: &str = "Write a day like 2026-11-21.";

/// What is asked of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PaymentsAsked {
    /// Those of this station; operators see all of theirs unless given
    station_id: Option<String>,
    /// Only in this state
    state: Option<String>,
    /// Only paid in this way: `cash`, `card`, `qr` or `plan`
    payment_method: Option<String>,
    /// Begun on this day of the stations' calendar or later, like `2026-11-21`
    from: Option<String>,
    /// Begun on this day or earlier
    to: Option<String>,
    /// Words that occur in the customer's name; or the code of a booking, or the number of a receipt
    q: Option<String>,
    /// `next` of the page before
    cursor: Option<String>,
}

impl PaymentsAsked {
    fn query(&self) -> Result<PaymentQuery, Problem> {
        let states = PaymentState::ALL.map(PaymentState::as_str).join(", ");
        let methods = PaymentMethod::ALL.map(PaymentMethod::as_str).join(", ");
        Ok(PaymentQuery {
            station: field::<StationId>(
                "station_id",
                self.station_id.as_deref(),
                "Write the id of a station.",
            )?,
            state: field("state", self.state.as_deref(), &format!("Write one of {states}."))?,
            method: field(
                "payment_method",
                self.payment_method.as_deref(),
                &format!("Write one of {methods}."),
            )?,
            from: field("from", self.from.as_deref(), DAY_HINT)?,
            to: field("to", self.to.as_deref(), DAY_HINT)?,
            text: self.q.clone(),
            cursor: field::<PaymentId>(
                "cursor",
                self.cursor.as_deref(),
                "Send back the cursor of the page before.",
            )?,
        })
    }
}

/// Payments, newest first; for operators with those for plans
#[utoipa::path(get, path = "/payments", tag = "Payments", params(PaymentsAsked),
    responses((status = 200, description = "One page", body = PaymentsOut), Refused))]
async fn list_payments(
    State(app): State<App>,
    Staff(actor): Staff,
    Asked(asked): Asked<PaymentsAsked>,
) -> Result<Json<PaymentsOut>, Problem> {
    payments::list(&app, &actor, asked.query()?).await.map(Json)
}

/// Of which days the takings are asked.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TakingsAsked {
    /// Those of this station; operators see all of theirs unless given
    station_id: Option<String>,
    /// How many days, today included, 1 to 31; 14 unless given
    days: Option<String>,
}

/// What each of the last days brought, today last
#[utoipa::path(get, path = "/takings", tag = "Payments", params(TakingsAsked),
    responses((status = 200, description = "The days", body = Vec<TakingsOut>), Refused))]
async fn list_takings(
    State(app): State<App>,
    Staff(actor): Staff,
    Asked(asked): Asked<TakingsAsked>,
) -> Result<Json<Vec<TakingsOut>>, Problem> {
    let station = field(
        "station_id",
        asked.station_id.as_deref(),
        "Write the id of a station.",
    )?;
    let days = field("days", asked.days.as_deref(), "Write a number of days.")?;
    payments::by_day(&app, &actor, station, days.unwrap_or(14))
        .await
        .map(Json)
}

/// I pay now. Cash: the batteries stay held while somebody counts. Card and QR: `checkout_url` of the answer says where
#[utoipa::path(post, path = "/bookings/{id}/pay", tag = "Payments", params(("id" = i64, Path)),
    request_body = Option<PayIn>,
    responses((status = 200, description = "The booking", body = BookingOut), Refused))]
async fn pay_booking(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
    BodyOrNone(body): BodyOrNone<PayIn>,
) -> Result<Json<BookingOut>, Problem> {
    payments::pay(&app, &actor, booking, body).await.map(Json)
}

/// The receipt of a paid booking
#[utoipa::path(get, path = "/bookings/{id}/receipt", tag = "Payments", params(("id" = i64, Path)),
    responses((status = 200, description = "The receipt", body = ReceiptOut), Refused))]
async fn get_receipt(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<Json<ReceiptOut>, Problem> {
    payments::receipt(&app, &actor, booking).await.map(Json)
}

/// The cash is counted
#[utoipa::path(post, path = "/payments/{id}/verify", tag = "Payments", params(("id" = i64, Path)),
    request_body = VerifyIn, responses((status = 200, description = "The payment, paid", body = PaymentOut), Refused))]
async fn verify_payment(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(payment): Id<PaymentId>,
    Body(body): Body<VerifyIn>,
) -> Result<Json<PaymentOut>, Problem> {
    payments::verify(&app, &actor, payment, body).await.map(Json)
}

/// There was too little, or none; the customer may try again
#[utoipa::path(post, path = "/payments/{id}/reject", tag = "Payments", params(("id" = i64, Path)),
    request_body = ReasonIn, responses((status = 200, description = "The payment, rejected", body = PaymentOut), Refused))]
async fn reject_payment(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(payment): Id<PaymentId>,
    Body(body): Body<ReasonIn>,
) -> Result<Json<PaymentOut>, Problem> {
    payments::reject(&app, &actor, payment, body).await.map(Json)
}

/// What is owed went back to the customer
#[utoipa::path(post, path = "/payments/{id}/refund", tag = "Payments", params(("id" = i64, Path)),
    responses((status = 200, description = "The payment, refunded", body = PaymentOut), Refused))]
async fn refund_payment(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(payment): Id<PaymentId>,
) -> Result<Json<PaymentOut>, Problem> {
    payments::refund(&app, &actor, payment).await.map(Json)
}

/// What is owed for a plan, and the payment service did not give back, went back to the customer (its operator)
#[utoipa::path(post, path = "/plan-payments/{id}/refund", tag = "Payments", params(("id" = i64, Path)),
    responses((status = 200, description = "The payment, refunded", body = PaymentOut), Refused))]
async fn refund_plan_payment(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(payment): Id<PaymentId>,
) -> Result<Json<PaymentOut>, Problem> {
    payments::refund_plan(&app, &actor, payment).await.map(Json)
}

/// A payment service tells what became of a payment. Signed by it (`Voltbay-Signature: t=…,v1=…`, HMAC-SHA-256 over
/// `t.body`); told twice, it counts once
#[utoipa::path(post, path = "/payment-callbacks/{provider}", tag = "Payments", params(("provider" = String, Path)),
    request_body(content = serde_json::Value, description = "As the service writes it"),
    responses((status = 204, description = "Noted"), Refused))]
async fn take_callback(
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let signature = headers
        .get("voltbay-signature")
        .and_then(|value| value.to_str().ok());
    let signed = SignedCallback {
        signature: signature.unwrap_or_default().to_owned(),
        body: body.to_vec(),
    };
    payments::online::callback(&app, &provider, &signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The address at which a booking is paid, as a QR code (its customer)
#[utoipa::path(get, path = "/bookings/{id}/checkout.svg", tag = "Payments", params(("id" = i64, Path)),
    responses((status = 200, description = "The drawing", content_type = "image/svg+xml"), Refused))]
async fn draw_checkout(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(booking): Id<BookingId>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let drawing = payments::online::drawing(&app, &actor, booking).await?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], drawing))
}
