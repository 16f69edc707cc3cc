//! A booking as it stands in the database, and as each reader may see it.

use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::change::Window;
use super::item::{self, ItemRecord};
use super::schedule::Shortage;
use crate::domain::booking::CancelledBy;
use crate::domain::timer::MAX_RENEWALS;
use crate::domain::{
    BookingId, BookingState, Currency, OperatorId, PaymentId, PaymentMethod, PaymentState, SessionId,
    SessionStep, StationId, StationStatus, Timestamp, UserId,
};
use crate::protocol::Topic;
use crate::protocol::rest::BookingOut;
use crate::server::hours;
use crate::server::store::StoreError;
use crate::server::store::outbox::{self, Position};
use crate::server::store::row::Columns;

/// Who will read a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Its customer: with code and PIN.
    Customer,
    /// The station's staff: with the customer's name.
    Staff,
    /// Customer and staff at once (a frame on the booking's topic): with neither.
    Both,
}

/// A booking with its lines, its station and its customer.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is so or not, whatever the others are"
)]
pub struct BookingRecord {
    /// Id.
    pub id: BookingId,
    /// Whose it is.
    pub user: UserId,
    /// Her name.
    pub customer_name: String,
    /// Where.
    pub station: StationId,
    /// Whose station that is.
    pub operator: OperatorId,
    /// Its name.
    pub station_name: String,
    /// Its zone.
    pub timezone: String,
    station_address: String,
    latitude: f64,
    longitude: f64,
    /// Six characters.
    pub code: String,
    /// Four digits.
    pub pin: String,
    /// Wrong codes so far.
    pub wrong_codes: i64,
    /// No tries until then.
    pub locked_until: Option<Timestamp>,
    /// Where it is in its life.
    pub state: BookingState,
    /// Rises with every change.
    pub version: i64,
    /// Until when packs are held.
    pub deadline: Timestamp,
    /// Until when a ready booking is kept after all.
    pub grace_until: Timestamp,
    /// When something happens by itself next.
    pub due_at: Option<Timestamp>,
    /// Minutes of the last warning.
    pub warned_minutes: Option<i64>,
    /// How often it was renewed.
    pub renewals: i64,
    /// How long packs are held once it is confirmed.
    pub hold_for: Duration,
    /// How much one renewal adds.
    pub renew_step: Duration,
    /// When the customer arrived.
    pub checked_in_at: Option<Timestamp>,
    /// What was left of her time then.
    pub left: Option<Duration>,
    /// The state it was called off in.
    pub cancelled_from: Option<BookingState>,
    payment_method: PaymentMethod,
    /// How far the payment is.
    pub payment_state: PaymentState,
    payment: Option<PaymentId>,
    /// A request that the station has not answered.
    pub awaits_approval: bool,
    /// A request that nobody has paid.
    pub awaits_payment: bool,
    checkout_url: Option<String>,
    payment_failure: Option<String>,
    tax_amount: i64,
    charge_amount: i64,
    total_amount: i64,
    currency: Currency,
    /// The vehicle.
    pub vehicle: Option<String>,
    wants_help: bool,
    /// When its customer wants to come; `None` for who comes at once.
    pub pickup_at: Option<Timestamp>,
    /// Who knows that its packs are short.
    pub shortage: Shortage,
    /// When it was made.
    pub created_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    ready_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    /// When it ended without a hand-over.
    pub ended_at: Option<Timestamp>,
    /// Who called it off.
    pub cancelled_by: Option<CancelledBy>,
    /// Until when a cancellation can be taken back.
    pub undo_until: Option<Timestamp>,
    reason: Option<String>,
    priority: bool,
    bay_number: Option<i64>,
    bay_until: Option<Timestamp>,
    session: Option<SessionId>,
    session_step: Option<SessionStep>,
    station_status: StationStatus,
    station_message: Option<String>,
    /// Its lines.
    pub items: Vec<ItemRecord>,
    position: Position,
}

impl BookingRecord {
    /// The booking as its reader may see it, at an instant.
    pub fn to_out(&self, audience: Audience, now: Timestamp) -> BookingOut {
        let for_customer = audience == Audience::Customer;
        BookingOut {
            id: self.id,
            code: for_customer.then(|| self.code.clone()),
            pin: for_customer.then(|| self.pin.clone()),
            state: self.state,
            state_label: self.label().to_owned(),
            version: self.version,
            station_id: self.station,
            station_name: self.station_name.clone(),
            station_address: self.station_address.clone(),
            latitude: self.latitude,
            longitude: self.longitude,
            // Its clocks may be changed before she comes.
            utc_offset_minutes: hours::utc_offset_minutes(&self.timezone, self.pickup_at.unwrap_or(now)),
            pickup_at: self.pickup_at,
            deadline: self.deadline,
            grace_until: self.grace_until,
            renewals_left: MAX_RENEWALS - self.renewals,
            renew_to: self.may_renew().then(|| self.deadline + self.renew_step),
            payment_method: self.payment_method,
            payment_state: self.payment_state,
            payment_id: self.payment,
            awaits_approval: self.awaits_approval,
            awaits_payment: self.awaits_payment,
            checkout_url: self.checkout_url.clone(),
            payment_failure: self.payment_failure.clone(),
            tax_amount: self.tax_amount,
            service_charge_amount: self.charge_amount,
            total_amount: self.total_amount,
            currency: self.currency,
            items_count: i64::try_from(self.items.len()).unwrap_or(i64::MAX),
            items: self.items.iter().map(|item| item.to_out(audience)).collect(),
            vehicle: self.vehicle.clone(),
            wants_help: self.wants_help,
            created_at: self.created_at,
            confirmed_at: self.confirmed_at,
            checked_in_at: self.checked_in_at,
            ready_at: self.ready_at,
            completed_at: self.completed_at,
            ended_at: self.ended_at,
            cancelled_by: self.cancelled_by,
            undo_until: self.undo_until,
            reason: self.reason.clone(),
            station_notice: self.station_notice(),
            customer_name: (audience == Audience::Staff).then(|| self.customer_name.clone()),
            priority: (audience == Audience::Staff).then_some(self.priority),
            bay_number: self.bay_number,
            bay_until: self.bay_until,
            session_id: self.session,
            session_step: self.session_step,
            epoch: self.position.epoch.clone(),
            seq: self.position.seq,
        }
    }

    /// Only what staff have set: closing time is nothing new.
    fn station_notice(&self) -> Option<String> {
        if self.state.is_ended() || self.station_status == StationStatus::Online {
            return None;
        }
        let said = self.station_message.clone();
        Some(said.unwrap_or_else(|| self.station_status.sentence().to_owned()))
    }

    fn label(&self) -> &'static str {
        match self.state {
            BookingState::Requested if self.awaits_payment => "Waiting for payment",
            state => state.label(),
        }
    }

    /// Whether there is something to renew; the clock is not asked.
    fn may_renew(&self) -> bool {
        self.state.is_waiting_for_pickup() && self.renewals < MAX_RENEWALS
    }

    /// Whether a promised pack failed and no other has taken its place yet.
    pub fn lacks_a_pack(&self) -> bool {
        self.items.iter().any(ItemRecord::lacks_a_pack)
    }

    /// Until when it can be collected.
    pub fn window(&self) -> Window {
        Window {
            deadline: self.deadline,
            grace_until: self.grace_until,
        }
    }

    /// Where its payment began: with nothing to pay, when a plan covers all of it.
    pub fn payment_at_first(&self) -> PaymentState {
        PaymentState::at_first(self.payment_method, self.total_amount)
    }

    /// Since when packs are held for good.
    pub fn confirmed_at(&self) -> Option<Timestamp> {
        self.confirmed_at
    }

    /// The pickup time as day and clock time at the station, for a booking for later.
    pub fn pickup_there(&self) -> Option<String> {
        let at = self.pickup_at?;
        Some(at.day_and_time(hours::utc_offset_minutes(&self.timezone, at)))
    }

    /// The deadline as a clock time at the station.
    pub fn deadline_there(&self) -> String {
        self.deadline
            .clock_time(hours::utc_offset_minutes(&self.timezone, self.deadline))
    }
}

/// One booking.
pub async fn find(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<BookingRecord>, StoreError> {
    let row = sqlx::query(
        "SELECT booking.id, booking.user_id, users.name AS customer_name, booking.station_id,
             station.operator_id, station.name AS station_name, station.status AS station_status,
             station.status_message, station.timezone, station.address,
             station.latitude, station.longitude, booking.code, booking.pin, booking.wrong_codes,
             booking.locked_until, booking.state, booking.version, booking.deadline, booking.grace_until,
             booking.due_at, booking.warned_minutes, booking.renewals, booking.payment_method,
             booking.payment_state, booking.total_amount, booking.currency, booking.vehicle, booking.wants_help, booking.created_at,
             booking.confirmed_at, booking.ready_at, booking.completed_at, booking.ended_at,
             booking.cancelled_by, booking.undo_until, booking.reason, booking.hold_us, booking.renew_us,
             booking.checked_in_at, booking.left_us, booking.cancelled_from, booking.payment_id,
             booking.tax_amount, booking.charge_amount, booking.pickup_at, booking.shortage, booking.awaits_approval, booking.awaits_payment,
             (SELECT payment.checkout_url
              FROM payment
              WHERE payment.id = booking.payment_id AND payment.state = 'pending') AS checkout_url,
             (SELECT payment.reason
              FROM payment
              WHERE payment.booking_id = booking.id AND booking.payment_state = 'due'
                AND payment.state IN ('rejected', 'failed', 'expired', 'stuck')
              ORDER BY payment.created_at DESC, payment.id DESC
              LIMIT 1) AS payment_failure,
             CASE WHEN EXISTS (SELECT 1
                               FROM plan_use
                               JOIN subscription ON subscription.id = plan_use.subscription_id
                               WHERE plan_use.booking_id = booking.id AND subscription.priority = 1)
                  THEN 1 ELSE 0 END AS priority,
             COALESCE(stand.number, called.number) AS bay_number, called.called_until AS bay_until,
             swap_session.id AS session_id, swap_session.step AS session_step
         FROM booking
         JOIN station ON station.id = booking.station_id
         JOIN users ON users.id = booking.user_id
         LEFT JOIN bay AS called ON called.called_booking_id = booking.id
         LEFT JOIN swap_session ON swap_session.booking_id = booking.id AND swap_session.closed_at IS NULL
         LEFT JOIN bay AS stand ON stand.id = swap_session.bay_id
         WHERE booking.id = $1",
    )
    .bind(booking.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let items = item::of_booking(connection, booking).await?;
    let position = outbox::position(connection, Topic::Booking(booking)).await?;
    record(&row, items, position).map(Some)
}

fn length(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

fn record(row: &AnyRow, items: Vec<ItemRecord>, position: Position) -> Result<BookingRecord, StoreError> {
    Ok(BookingRecord {
        id: BookingId(row.plain("id")?),
        user: UserId(row.plain("user_id")?),
        customer_name: row.plain("customer_name")?,
        station: StationId(row.plain("station_id")?),
        operator: OperatorId(row.plain("operator_id")?),
        station_name: row.plain("station_name")?,
        timezone: row.plain("timezone")?,
        station_address: row.plain("address")?,
        latitude: row.plain("latitude")?,
        longitude: row.plain("longitude")?,
        code: row.plain("code")?,
        pin: row.plain("pin")?,
        wrong_codes: row.plain("wrong_codes")?,
        locked_until: row.instant_or_null("locked_until")?,
        state: row.word("state")?,
        version: row.plain("version")?,
        deadline: row.instant("deadline")?,
        grace_until: row.instant("grace_until")?,
        due_at: row.instant_or_null("due_at")?,
        warned_minutes: row.plain("warned_minutes")?,
        renewals: row.plain("renewals")?,
        hold_for: length(row.plain("hold_us")?),
        renew_step: length(row.plain("renew_us")?),
        checked_in_at: row.instant_or_null("checked_in_at")?,
        left: row.plain::<Option<i64>>("left_us")?.map(length),
        cancelled_from: row.word_or_null("cancelled_from")?,
        payment_method: row.word("payment_method")?,
        payment_state: row.word("payment_state")?,
        payment: row.plain::<Option<i64>>("payment_id")?.map(PaymentId),
        awaits_approval: row.flag("awaits_approval")?,
        awaits_payment: row.flag("awaits_payment")?,
        checkout_url: row.plain("checkout_url")?,
        payment_failure: row.plain("payment_failure")?,
        tax_amount: row.plain("tax_amount")?,
        charge_amount: row.plain("charge_amount")?,
        total_amount: row.plain("total_amount")?,
        currency: row.word("currency")?,
        vehicle: row.plain("vehicle")?,
        wants_help: row.flag("wants_help")?,
        pickup_at: row.instant_or_null("pickup_at")?,
        shortage: Shortage::of(row.plain("shortage")?),
        created_at: row.instant("created_at")?,
        confirmed_at: row.instant_or_null("confirmed_at")?,
        ready_at: row.instant_or_null("ready_at")?,
        completed_at: row.instant_or_null("completed_at")?,
        ended_at: row.instant_or_null("ended_at")?,
        cancelled_by: row.word_or_null("cancelled_by")?,
        undo_until: row.instant_or_null("undo_until")?,
        reason: row.plain("reason")?,
        priority: row.flag("priority")?,
        bay_number: row.plain("bay_number")?,
        bay_until: row.instant_or_null("bay_until")?,
        session: row.plain::<Option<i64>>("session_id")?.map(SessionId),
        session_step: row.word_or_null("session_step")?,
        station_status: row.word("station_status")?,
        station_message: row.plain("status_message")?,
        items,
        position,
    })
}
