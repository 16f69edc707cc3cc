//! Tasks follow their bookings: at the end of every transaction each booking it touched is looked at, and gives the
//! staff what is to be done now. No code path can forget a task, because none makes one.

use super::row::Columns;
use super::tasks::{Ending, NewTask};
use super::{StoreError, Tx, payments};
use crate::domain::notification::text;
use crate::domain::task_need::{BookingNeeds, Need, of_service};
use crate::domain::{
    BookingId, BookingState, ItemId, ItemKind, ItemState, Money, SlotNumber, StationId, TaskCause, TaskKind,
    UserId,
};
use crate::protocol::staff::{OrderNews, PaymentNews, StaffMessage};

/// One line of a booking, as far as staff have to do with it.
struct Line {
    id: ItemId,
    kind: ItemKind,
    name: String,
    slot: Option<i64>,
    state: ItemState,
    assignee: Option<UserId>,
}

impl Tx<'_> {
    /// Makes and ends the tasks of the bookings that this transaction touched.
    pub(super) async fn follow_bookings(&mut self) -> Result<(), StoreError> {
        let touched: Vec<BookingId> = self.bookings.keys().copied().collect();
        for booking in touched {
            self.follow_booking(booking).await?;
        }
        Ok(())
    }

    async fn follow_booking(&mut self, booking: BookingId) -> Result<(), StoreError> {
        let row = sqlx::query(
            "SELECT booking.station_id, booking.state, booking.awaits_approval, booking.awaits_payment,
                 booking.payment_state, booking.wants_help, station.name AS station_name
             FROM booking
             JOIN station ON station.id = booking.station_id
             WHERE booking.id = $1",
        )
        .bind(booking.0)
        .fetch_optional(self.connection())
        .await?;
        let Some(row) = row else { return Ok(()) };
        let lines = self.lines_of(booking).await?;
        let needs = BookingNeeds {
            state: row.word("state")?,
            awaits_approval: row.flag("awaits_approval")?,
            awaits_payment: row.flag("awaits_payment")?,
            payment: row.word("payment_state")?,
            takes_packs: lines.iter().any(|line| line.kind.takes_a_pack()),
            wants_help: row.flag("wants_help")?,
        };
        let station = StationId(row.plain("station_id")?);
        let station_name: String = row.plain("station_name")?;
        let known = self.causes_of(booking).await?;
        for kind in BookingNeeds::KINDS {
            let cause = TaskCause::Booking(booking);
            let is_known = known.contains(&(cause.to_string(), kind));
            match needs.of(kind) {
                Need::Wanted if !is_known => {
                    self.give(station, &station_name, booking, kind, &lines).await?;
                }
                Need::Met if is_known => self.end_tasks(cause, Some(kind), Ending::Done).await?,
                Need::Gone if is_known => self.end_tasks(cause, Some(kind), Ending::Cancelled).await?,
                _ => {}
            }
        }
        for line in lines.iter().filter(|line| line.kind == ItemKind::Service) {
            self.follow_service(station, booking, needs.state, line, &known)
                .await?;
        }
        Ok(())
    }

    async fn lines_of(&mut self, booking: BookingId) -> Result<Vec<Line>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, kind, name, slot, state, assignee_id
             FROM booking_item
             WHERE booking_id = $1
             ORDER BY position",
        )
        .bind(booking.0)
        .fetch_all(self.connection())
        .await?;
        let line = |row: &sqlx::any::AnyRow| {
            Ok(Line {
                id: ItemId(row.plain("id")?),
                kind: row.word("kind")?,
                name: row.plain("name")?,
                slot: row.plain("slot")?,
                state: row.word("state")?,
                assignee: row.plain::<Option<i64>>("assignee_id")?.map(UserId),
            })
        };
        rows.iter().map(line).collect()
    }

    /// What is there already, done by hand or not, as long as its cause lasts.
    async fn causes_of(&mut self, booking: BookingId) -> Result<Vec<(String, TaskKind)>, StoreError> {
        let rows = sqlx::query(
            "SELECT cause, kind FROM staff_task WHERE booking_id = $1 AND cause IS NOT NULL ORDER BY id",
        )
        .bind(booking.0)
        .fetch_all(self.connection())
        .await?;
        rows.iter()
            .map(|row| Ok((row.plain("cause")?, row.word("kind")?)))
            .collect()
    }

    async fn give(
        &mut self,
        station: StationId,
        station_name: &str,
        booking: BookingId,
        kind: TaskKind,
        lines: &[Line],
    ) -> Result<(), StoreError> {
        let mut words = in_words(lines);
        let items_count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let mut said = None;
        let called = self.called_to(booking).await?;
        if kind == TaskKind::VerifyCash
            && let Some(payment) = payments::of_booking(self.connection(), booking).await?
        {
            let amount = Money::new(payment.amount, payment.currency).to_string();
            said = Some(StaffMessage::PaymentNotification {
                data: PaymentNews {
                    payment_id: payment.id,
                    booking_id: booking,
                    amount: payment.amount,
                    currency: payment.currency,
                    message: text::cash_waiting(&amount, station_name),
                },
            });
            words = amount;
        }
        if kind == TaskKind::ServeCustomer {
            said = Some(StaffMessage::OrderNotification {
                data: OrderNews {
                    booking_id: booking,
                    bay_number: called.map(|(_, number)| number),
                    items_count,
                    message: format!("A customer is here: {words}."),
                },
            });
        }
        let mut new = NewTask::new(station, kind, TaskCause::Booking(booking), words);
        new.bay = called.map(|(bay, _)| bay);
        if self.create_task(&new).await?.is_some()
            && let Some(said) = said
        {
            self.tell_staff(station, said);
        }
        Ok(())
    }

    /// The bay that is kept for it, and what that is called.
    async fn called_to(&mut self, booking: BookingId) -> Result<Option<(i64, i64)>, StoreError> {
        let row = sqlx::query("SELECT id, number FROM bay WHERE called_booking_id = $1")
            .bind(booking.0)
            .fetch_optional(self.connection())
            .await?;
        let bay = |row: &sqlx::any::AnyRow| Ok((row.plain("id")?, row.plain("number")?));
        row.as_ref().map(bay).transpose()
    }

    async fn follow_service(
        &mut self,
        station: StationId,
        booking: BookingId,
        state: BookingState,
        line: &Line,
        known: &[(String, TaskKind)],
    ) -> Result<(), StoreError> {
        let (cause, kind) = (TaskCause::Item(line.id), TaskKind::ServiceItem);
        let is_known = known.contains(&(cause.to_string(), kind));
        let need = if state.is_ended() {
            Need::Gone
        } else {
            of_service(line.state)
        };
        match need {
            Need::Wanted if !is_known => {
                let mut new = NewTask::new(station, kind, cause, line.name.clone());
                (new.booking, new.assignee) = (Some(booking), line.assignee);
                self.create_task(&new).await?;
            }
            Need::Met if is_known => self.end_tasks(cause, Some(kind), Ending::Done).await?,
            Need::Gone if is_known => self.end_tasks(cause, Some(kind), Ending::Cancelled).await?,
            _ => {}
        }
        Ok(())
    }
}

/// `VB60 swap, slot A3; Wash`.
fn in_words(lines: &[Line]) -> String {
    let word = |line: &Line| match line.slot {
        Some(slot) => format!("{}, slot {}", line.name, SlotNumber(slot).label()),
        None => line.name.clone(),
    };
    let words: Vec<String> = lines.iter().map(word).collect();
    words.join("; ")
}
