//! Services on a booking, step by step: queued when the customer is here, assigned, begun, done. What is declined,
//! cancelled or left out costs nothing, and the packs of the booking are not concerned.

use serde_json::json;

use super::Actor;
use super::form::given;
use super::{bookings, payments};
use crate::domain::notification::text;
use crate::domain::{
    BookingId, ItemId, ItemKind, ItemState, Level, NotificationKind, Problem, ServiceCommand, ServiceId,
    StationId, Timestamp, UserId,
};
use crate::protocol::rest::{AssignIn, BookingOut, ReasonIn, ServiceSlotOut};
use crate::server::App;
use crate::server::store::bookings::{BookingRecord, ItemRecord};
use crate::server::store::notifications::Notice;
use crate::server::store::services::{self as rows, SLOT, ServiceStep, slot_of};
use crate::server::store::{Audit, Cause, Failure, StoreError, Tx, stations};

/// Bookings looked at in one round.
const ROUND: i64 = 100;
/// So many half hours are looked at for a free place.
const SLOTS_AHEAD: u32 = 4;

/// What somebody wants done with a service.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Somebody of the station is to do it: this one, or whoever has least to do.
    Assign(AssignIn),
    /// I begin.
    Start,
    /// It is done.
    Finish,
    /// The station does not do it after all, and why.
    Decline(ReasonIn),
    /// The customer does not want it any more.
    Cancel,
    /// It is left out.
    Skip,
}

impl Deed {
    fn command(&self) -> ServiceCommand {
        match self {
            Self::Assign(_) => ServiceCommand::Assign,
            Self::Start => ServiceCommand::Start,
            Self::Finish => ServiceCommand::Finish,
            Self::Decline(_) => ServiceCommand::Decline,
            Self::Cancel => ServiceCommand::Cancel,
            Self::Skip => ServiceCommand::Skip,
        }
    }
}

/// The half hours ahead of a service, and how full each is (everybody).
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn slots(
    app: &App,
    station: StationId,
    service: ServiceId,
) -> Result<Vec<ServiceSlotOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let service = rows::find(&mut snapshot, station, service).await?;
    let service = service.ok_or_else(|| Problem::not_found("service"))?;
    let first = slot_of(app.clock.now());
    let mut slots = Vec::new();
    for number in 0..SLOTS_AHEAD {
        let slot_time = first + SLOT * number;
        let booked_count = rows::taken(&mut snapshot, service.id, slot_time).await?;
        slots.push(ServiceSlotOut {
            slot_time,
            booked_count,
            capacity: service.capacity,
        });
    }
    Ok(slots)
}

/// Moves one service of a booking on: staff of its station; its customer may cancel it.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::ServiceBusy`] where the
/// service or its booking is not in a state for that.
pub async fn act(app: &App, actor: &Actor, item: ItemId, deed: Deed) -> Result<BookingOut, Problem> {
    let reason = match &deed {
        Deed::Decline(body) => Some(given(&body.reason)?),
        _ => None,
    };
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, deed, reason) = (who.clone(), deed.clone(), reason.clone());
            Box::pin(async move {
                let no_such = || Problem::not_found("item");
                let booking = rows::booking_of(tx.connection(), item)
                    .await?
                    .ok_or_else(no_such)?;
                let record = allowed(tx, &actor, booking, &deed).await?;
                let line = record
                    .items
                    .iter()
                    .find(|line| line.id == item)
                    .ok_or_else(no_such)?;
                let work = Work {
                    record: &record,
                    line,
                };
                work.carry_out(tx, &actor, &deed, reason).await?;
                bookings::answer(tx, &actor, booking).await
            })
        })
        .await
}

async fn allowed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
    deed: &Deed,
) -> Result<BookingRecord, Failure> {
    let record = bookings::concerned(tx, actor, booking).await?;
    let is_own = record.user == actor.user && matches!(deed, Deed::Cancel);
    if !is_own {
        actor.must_staff(record.station, record.operator)?;
    }
    Ok(record)
}

/// One service of a booking.
struct Work<'a> {
    record: &'a BookingRecord,
    line: &'a ItemRecord,
}

impl Work<'_> {
    async fn carry_out(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        deed: &Deed,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        let command = deed.command();
        let next = self.next(command)?;
        let is_left_out = matches!(
            next,
            ItemState::Declined | ItemState::Cancelled | ItemState::Skipped
        );
        let mut step = ServiceStep {
            reason: reason.clone(),
            is_free: is_left_out && !self.record.payment_state.is_settled(),
            ..ServiceStep::default()
        };
        let mut assigned = None;
        match deed {
            Deed::Assign(body) => {
                let (user, name) = self.assignee(tx, body).await?;
                step.assignee = Some(user);
                assigned = Some((user, name));
            }
            Deed::Start if self.line.assignee.is_none() && !actor.role.may_operate() => {
                step.assignee = Some(actor.user);
            }
            _ => {}
        }
        self.write(tx, command, next, &step).await?;
        if is_left_out {
            tx.leave_seats(self.record.id, Some(self.line.id)).await?;
            payments::owe_for(tx, self.record, self.line.price).await?;
        }
        if let Some((user, name)) = assigned {
            self.tell_assigned(tx, user, &name).await?;
        }
        match next {
            ItemState::Done => self.tell_done(tx).await,
            ItemState::Declined => {
                self.tell_declined(tx, reason.as_deref().unwrap_or_default())
                    .await
            }
            _ => Ok(()),
        }
    }

    fn next(&self, command: ServiceCommand) -> Result<ItemState, Problem> {
        let is_service = self.line.kind == ItemKind::Service;
        if !is_service {
            return Err(Problem::forbidden(
                "Only services are moved on one by one; this is a battery.",
            ));
        }
        if self.record.state.is_ended() {
            return Err(Problem::ServiceBusy {
                detail: "The booking is over.".to_owned(),
            });
        }
        let next = self.line.state.of_service_after(command);
        next.ok_or_else(|| Problem::ServiceBusy {
            detail: format!("The service is: {}.", self.line.state.label().to_lowercase()),
        })
    }

    async fn write(
        &self,
        tx: &mut Tx<'_>,
        command: ServiceCommand,
        next: ItemState,
        step: &ServiceStep,
    ) -> Result<(), Failure> {
        if !tx.step_service(self.record.id, self.line, next, step).await? {
            return Err(StoreError::Overtaken.into());
        }
        tx.audit(Audit {
            entity: "booking",
            entity_id: self.record.id.0,
            action: &format!("service_{}", command.as_str()),
            from: Some(self.line.state.as_str()),
            to: Some(next.as_str()),
            reason: step.reason.as_deref(),
        })
        .await?;
        Ok(())
    }

    async fn assignee(&self, tx: &mut Tx<'_>, body: &AssignIn) -> Result<(UserId, String), Failure> {
        let station = self.record.station;
        let Some(user) = body.user_id.map(UserId) else {
            let found = rows::least_loaded(tx.connection(), station).await?;
            return found.ok_or_else(|| Problem::invalid("user_id", "Nobody works at the station.").into());
        };
        let name = rows::name_at(tx.connection(), station, user).await?;
        let no_such = || Problem::invalid("user_id", "Nobody with this number works at the station.");
        Ok((user, name.ok_or_else(no_such)?))
    }

    fn notice(&self, kind: NotificationKind, level: Level, message: String) -> Notice {
        Notice {
            kind,
            message,
            level,
            booking: Some(self.record.id),
            station: Some(self.record.station),
            data: json!({ "station_name": self.record.station_name, "item_id": self.line.id }),
        }
    }

    async fn tell_assigned(&self, tx: &mut Tx<'_>, user: UserId, name: &str) -> Result<(), Failure> {
        let message = text::service_assigned(&self.line.name, name, &self.record.station_name);
        let kind = NotificationKind::ServiceAssigned;
        let mut people = stations::operators_of(tx.connection(), self.record.station).await?;
        people.retain(|person| *person != user);
        for person in people.into_iter().chain([user]) {
            tx.notify(person, self.notice(kind, kind.level(), message.clone()))
                .await?;
        }
        Ok(())
    }

    async fn tell_done(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let kind = NotificationKind::ServiceCompleted;
        let message = text::service_completed(&self.line.name);
        tx.notify(self.record.user, self.notice(kind, kind.level(), message))
            .await?;
        Ok(())
    }

    async fn tell_declined(&self, tx: &mut Tx<'_>, reason: &str) -> Result<(), Failure> {
        let message = text::service_declined(&self.line.name, reason);
        let notice = self.notice(NotificationKind::StationAlert, Level::Warning, message);
        tx.notify(self.record.user, notice).await?;
        Ok(())
    }
}

/// When the half hour of the next service comes that waits for it, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn next_due(app: &App) -> Result<Option<Timestamp>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::next_due(&mut snapshot).await?)
}

/// Gives the services whose half hour has come to whoever has least to do; answers of how many bookings. Safe to
/// run in any number of processes at once: a service is queued by a conditional update.
///
/// # Errors
/// When the database cannot be read; what fails is logged and tried again in the next round.
pub async fn queue_due(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let due = rows::due(&mut snapshot, app.clock.now(), ROUND).await?;
    drop(snapshot);
    let mut queued = 0;
    for booking in due {
        match queue_of(app, booking).await {
            Ok(()) => queued += 1,
            Err(problem) => tracing::warn!(booking.id = %booking, %problem, "a service was not queued"),
        }
    }
    Ok(queued)
}

async fn queue_of(app: &App, booking: BookingId) -> Result<(), Problem> {
    app.db
        .write(Cause::system("timer"), move |tx| {
            Box::pin(async move {
                let record = bookings::record(tx, booking).await?;
                let now = tx.now();
                let has_come = |line: &ItemRecord| line.slot_at.is_some_and(|at| at <= now);
                if record.state.is_ended() {
                    return Ok(());
                }
                queue(tx, &record, has_come).await
            })
        })
        .await
}

/// The customer is here: her services wait to be done.
pub(super) async fn queue_all(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    queue(tx, record, |_| true).await
}

/// Services that wait for their time wait for somebody from now on, each for whoever has least to do.
async fn queue(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    which: impl Fn(&ItemRecord) -> bool,
) -> Result<(), Failure> {
    for line in record.items.iter().filter(|line| line.kind == ItemKind::Service) {
        if line.state != ItemState::Pending || !which(line) {
            continue;
        }
        let work = Work { record, line };
        match rows::least_loaded(tx.connection(), record.station).await? {
            Some((user, name)) => {
                let step = ServiceStep {
                    assignee: Some(user),
                    ..ServiceStep::default()
                };
                work.write(tx, ServiceCommand::Assign, ItemState::Assigned, &step)
                    .await?;
                work.tell_assigned(tx, user, &name).await?;
            }
            None => {
                work.write(
                    tx,
                    ServiceCommand::Queue,
                    ItemState::Queued,
                    &ServiceStep::default(),
                )
                .await?;
            }
        }
    }
    Ok(())
}

/// Takes a place for a service of a new booking: in the half hour that was asked for, or the first that has one.
pub(super) async fn take_place(
    tx: &mut Tx<'_>,
    station: StationId,
    service: ServiceId,
    item: ItemId,
    wanted: Option<Timestamp>,
) -> Result<Timestamp, Failure> {
    let found = rows::find(tx.connection(), station, service).await?;
    let service = found.ok_or_else(|| Problem::not_found("service"))?;
    let first = slot_of(tx.now());
    let tried: Vec<Timestamp> = match wanted {
        Some(at) => vec![slot_of(at)],
        None => (0..SLOTS_AHEAD).map(|number| first + SLOT * number).collect(),
    };
    for slot in &tried {
        if tx.take_seat(&service, *slot, item).await? {
            return Ok(*slot);
        }
    }
    let slot_time = tried.first().copied().unwrap_or(first);
    Err(Problem::ServiceFull {
        slot_time,
        booked_count: service.capacity,
        capacity: service.capacity,
    }
    .into())
}

/// Whether all services are done or will not be.
pub(super) fn must_be_over(record: &BookingRecord) -> Result<(), Problem> {
    let open = record
        .items
        .iter()
        .find(|line| line.kind == ItemKind::Service && !line.state.is_over());
    match open {
        Some(line) => Err(Problem::ServiceBusy {
            detail: format!("{} is not done yet: finish it or leave it out first.", line.name),
        }),
        None => Ok(()),
    }
}
