//! Swap sessions: who stands in which bay, and how far the swap is.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::returns;
use crate::domain::session::Work;
use crate::domain::{
    BayId, BookingId, ItemId, OperatorId, PaymentState, SessionAlarm, SessionEnd, SessionId, SessionStep,
    StationId, Timestamp,
};
use crate::protocol::Topic;
use crate::protocol::rest::{ReturnOut, SessionOut, SessionStepOut};
use crate::server::hours;
use crate::server::store::StoreError;
use crate::server::store::bookings::{self, Audience, BookingRecord};
use crate::server::store::outbox::{self, Position};
use crate::server::store::row::Columns;

/// What can change of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionNow {
    /// Whose swap.
    pub booking: Option<BookingId>,
    /// Vehicles or packs served.
    pub party_size: i64,
    /// How far it is.
    pub step: SessionStep,
    /// Since when.
    pub step_at: Timestamp,
    /// Somebody is needed there.
    pub needs_help: bool,
    /// What the clock noticed.
    pub alarm: Option<SessionAlarm>,
    /// For the staff.
    pub notes: Option<String>,
    /// Until when the slot stays open.
    pub dispense_until: Option<Timestamp>,
    /// When something happens by itself next.
    pub due_at: Option<Timestamp>,
    /// When and how it ended.
    pub ended: Option<(Timestamp, SessionEnd)>,
}

/// A session with its booking and what came back.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// Id.
    pub id: SessionId,
    code: String,
    /// In which bay.
    pub bay: BayId,
    bay_number: i64,
    /// Where.
    pub station: StationId,
    /// Whose station that is.
    pub operator: OperatorId,
    station_name: String,
    timezone: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How it stands.
    pub now: SessionNow,
    /// Rises with every change.
    pub version: i64,
    /// The booking.
    pub booking: Option<BookingRecord>,
    /// What came back.
    pub returns: Vec<ReturnOut>,
    steps: Vec<SessionStepOut>,
    position: Position,
}

impl SessionRecord {
    /// What its bay is called at the station.
    pub fn bay_number(&self) -> i64 {
        self.bay_number
    }

    /// The next line for which the customer's pack is not in yet.
    pub fn outstanding(&self) -> Option<&bookings::ItemRecord> {
        let is_in = |item: ItemId| self.returns.iter().any(|one| one.item_id == item);
        let mut items = self.booking.iter().flat_map(|booking| &booking.items);
        items.find(|item| item.kind.brings_a_pack() && !item.state.is_over() && !is_in(item.id))
    }

    /// A slot that a pack of this swap leaves is still without a pack that waits for it.
    pub fn leaves_a_slot(&self) -> bool {
        let items = self.booking.iter().flat_map(|booking| &booking.items);
        let leaving = items.filter(|item| item.kind.takes_a_pack() && !item.state.is_over());
        let waiting = self.returns.iter().filter(|one| one.is_waiting);
        leaving.count() > waiting.count()
    }

    /// What there is to do.
    pub fn work(&self) -> Work {
        let Some(booking) = &self.booking else {
            return Work::default();
        };
        let of_kind = |fits: fn(crate::domain::ItemKind) -> bool| {
            let mut items = booking.items.iter();
            items.any(|item| fits(item.kind) && !item.state.is_over())
        };
        Work {
            brings: !self.returns.is_empty() || of_kind(crate::domain::ItemKind::brings_a_pack),
            is_outstanding: self.outstanding().is_some(),
            takes: of_kind(crate::domain::ItemKind::takes_a_pack),
            pays: !booking.payment_state.is_settled(),
        }
    }

    /// The steps of this swap, with those that were taken and those that there is something to do in.
    fn way(&self) -> Vec<SessionStep> {
        let (work, now) = (self.work(), self.now.step);
        let is_waived = self
            .booking
            .as_ref()
            .is_some_and(|booking| booking.payment_state == PaymentState::Waived);
        let is_part = |step: &SessionStep| match step {
            SessionStep::Open | SessionStep::Closed => *step == now,
            SessionStep::PackIn => work.brings,
            SessionStep::PackAssigned => work.takes || self.was_at(*step),
            SessionStep::PaymentDue => !is_waived && (work.pays || self.was_at(*step)),
            _ => true,
        };
        SessionStep::ALL.into_iter().filter(is_part).collect()
    }

    fn was_at(&self, step: SessionStep) -> bool {
        self.steps.iter().any(|one| one.step == step)
    }

    /// The session as its reader may see it.
    pub fn to_out(&self, audience: Audience, now: Timestamp) -> SessionOut {
        let booking = self.booking.as_ref().map(|record| record.to_out(audience, now));
        let (total, method) = booking.as_ref().map_or((0, None), |booking| {
            (booking.total_amount, Some(booking.payment_method))
        });
        SessionOut {
            id: self.id,
            session_code: self.code.clone(),
            bay_id: self.bay,
            bay_number: self.bay_number,
            station_id: self.station,
            station_name: self.station_name.clone(),
            party_size: self.now.party_size,
            step: self.now.step,
            step_label: self.now.step.label().to_owned(),
            steps: self.steps.clone(),
            way: self.way(),
            needs_help: self.now.needs_help,
            alarm: self.now.alarm,
            started_at: self.opened_at,
            closed_at: self.now.ended.map(|(at, _)| at),
            ended_as: self.now.ended.map(|(_, how)| how),
            dispense_until: self.now.dispense_until,
            notes: self.now.notes.clone().filter(|_| audience == Audience::Staff),
            booking_id: self.now.booking,
            booking_state: booking.as_ref().map(|booking| booking.state),
            customer_name: booking.as_ref().and_then(|booking| booking.customer_name.clone()),
            vehicle: booking.as_ref().and_then(|booking| booking.vehicle.clone()),
            total_amount: total,
            currency: booking.as_ref().map(|booking| booking.currency),
            payment_method: method,
            payment_state: booking.as_ref().map(|booking| booking.payment_state),
            items: booking.map(|booking| booking.items).unwrap_or_default(),
            returns: self.returns.clone(),
            utc_offset_minutes: hours::utc_offset_minutes(&self.timezone, now),
            version: self.version,
            epoch: self.position.epoch.clone(),
            seq: self.position.seq,
        }
    }
}

/// One session.
pub async fn find(
    connection: &mut AnyConnection,
    session: SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let row = sqlx::query(
        "SELECT swap_session.id, swap_session.code, swap_session.bay_id, bay.number, swap_session.station_id,
             station.operator_id, station.name, station.timezone, swap_session.booking_id,
             swap_session.party_size, swap_session.step, swap_session.step_at, swap_session.needs_help,
             swap_session.alarm, swap_session.notes, swap_session.opened_at, swap_session.closed_at,
             swap_session.ended_as, swap_session.dispense_until, swap_session.due_at, swap_session.version
         FROM swap_session
         JOIN bay ON bay.id = swap_session.bay_id
         JOIN station ON station.id = swap_session.station_id
         WHERE swap_session.id = $1",
    )
    .bind(session.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let booking = match row.plain::<Option<i64>>("booking_id")? {
        Some(booking) => bookings::find(&mut *connection, BookingId(booking)).await?,
        None => None,
    };
    let returns = returns::of(&mut *connection, session).await?;
    let steps = steps_of(&mut *connection, session).await?;
    let position = outbox::position(connection, Topic::Session(session)).await?;
    Ok(Some(SessionRecord {
        id: session,
        code: row.plain("code")?,
        bay: BayId(row.plain("bay_id")?),
        bay_number: row.plain("number")?,
        station: StationId(row.plain("station_id")?),
        operator: OperatorId(row.plain("operator_id")?),
        station_name: row.plain("name")?,
        timezone: row.plain("timezone")?,
        opened_at: row.instant("opened_at")?,
        now: now(&row)?,
        version: row.plain("version")?,
        booking,
        returns,
        steps,
        position,
    }))
}

fn now(row: &AnyRow) -> Result<SessionNow, StoreError> {
    let closed_at = row.instant_or_null("closed_at")?;
    Ok(SessionNow {
        booking: row.plain::<Option<i64>>("booking_id")?.map(BookingId),
        party_size: row.plain("party_size")?,
        step: row.word("step")?,
        step_at: row.instant("step_at")?,
        needs_help: row.flag("needs_help")?,
        alarm: row.word_or_null("alarm")?,
        notes: row.plain("notes")?,
        dispense_until: row.instant_or_null("dispense_until")?,
        due_at: row.instant_or_null("due_at")?,
        ended: closed_at.zip(row.word_or_null("ended_as")?),
    })
}

async fn steps_of(
    connection: &mut AnyConnection,
    session: SessionId,
) -> Result<Vec<SessionStepOut>, StoreError> {
    let rows = sqlx::query("SELECT step, at FROM session_step WHERE session_id = $1 ORDER BY version")
        .bind(session.0)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SessionStepOut {
                step: row.word("step")?,
                at: row.instant("at")?,
            })
        })
        .collect()
}

/// The open session of a booking.
pub async fn open_for(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<SessionId>, StoreError> {
    let row = sqlx::query("SELECT id FROM swap_session WHERE booking_id = $1 AND closed_at IS NULL")
        .bind(booking.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(SessionId(row.plain("id")?))).transpose()
}

/// Sessions to which something happens by itself at or before an instant, earliest first.
pub async fn due(connection: &mut AnyConnection, now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM swap_session WHERE due_at <= $1 ORDER BY due_at, id LIMIT 100")
        .bind(now.micros())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(SessionId(row.plain("id")?))).collect()
}

/// When something happens by itself next to any session.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query("SELECT MIN(due_at) AS due_at FROM swap_session WHERE due_at IS NOT NULL")
        .fetch_one(connection)
        .await?;
    row.instant_or_null("due_at")
}
