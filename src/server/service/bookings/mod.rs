//! The life of a booking: one file a use case, one function a command.
//!
//! Every command reads the booking, asks the state machine of the domain, and writes the step with a
//! conditional update. Who comes second finds the booking changed and is told what is possible now.

mod allocate;
mod arrive;
mod book;
mod calendar;
mod cancel;
mod due;
mod elsewhere;
mod failed_pack;
mod fit;
mod hand_over;
mod look;
mod offer;
mod order;
mod proof;
mod relocate;
mod renew;
mod request;
mod schedule;
mod secrets;
mod shortage;
mod timeline;
mod wait;
mod walk_in;

pub(super) use arrive::{begin, may_begin};
pub use arrive::{check_in, start, undo_check_in, undo_no_show};
pub use book::book;
pub use calendar::calendar;
pub(super) use cancel::call_off;
pub use cancel::{cancel, undo_cancel};
pub use due::{advance_due, next_due};
pub use elsewhere::alternatives_to as alternatives;
pub(super) use elsewhere::alternatives_within;
pub(super) use failed_pack::{Elsewhere, give_up, must_have_packs};
pub(super) use hand_over::complete;
pub use hand_over::{collect, no_show, ready};
pub use look::{BookingQuery, find, get, list};
pub use offer::take_offer;
pub(super) use order::Order;
pub(super) use proof::Proof;
pub(super) use relocate::Relocation;
pub use renew::renew;
pub use request::{abort, approve, decline};
pub(super) use request::{break_off_by, confirm_if_complete};
pub(in crate::server::service) use schedule::grace_of;
pub use schedule::{PickupDays, packs_at, pickup_days, pickup_slots, planned};
pub(super) use secrets::random_code;
pub use timeline::timeline;
pub use wait::pays_first;
pub(super) use walk_in::for_walk_in;

use std::time::Duration;

use serde_json::json;

use crate::domain::notification::text;
use crate::domain::{
    BookingId, BookingState, Command, Level, NotificationKind, Problem, Timer, Timers, Timestamp,
};
use crate::protocol::rest::BookingOut;
use crate::protocol::staff::{BookingNews, StaffMessage};
use crate::server::service::Actor;
use crate::server::store::bookings::{Audience, BookingRecord, Step, Window};
use crate::server::store::notifications::Notice;
use crate::server::store::{Audit, Failure, StoreError, Tx, bookings as rows, catalogue, rules};

/// The booking, to the server itself.
pub(super) async fn record(tx: &mut Tx<'_>, booking: BookingId) -> Result<BookingRecord, Failure> {
    let record = rows::find(tx.connection(), booking).await?;
    record.ok_or_else(|| no_such_booking().into())
}

/// The booking, to whom it concerns; for any other customer there is none.
pub(super) async fn concerned(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
) -> Result<BookingRecord, Failure> {
    let record = record(tx, booking).await?;
    let is_theirs = record.user == actor.user || actor.may_staff(record.station, record.operator);
    if is_theirs {
        Ok(record)
    } else {
        Err(actor.no_business_with("booking").into())
    }
}

/// The booking, to staff of its station.
pub(super) async fn at_my_station(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
) -> Result<BookingRecord, Failure> {
    let record = record(tx, booking).await?;
    actor.must_staff(record.station, record.operator)?;
    Ok(record)
}

fn no_such_booking() -> Problem {
    Problem::not_found("booking")
}

/// In which light this reader sees the booking.
fn audience_of(actor: &Actor, record: &BookingRecord) -> Audience {
    if record.user == actor.user {
        Audience::Customer
    } else {
        Audience::Staff
    }
}

/// Carries out one step: asks the machine, writes it, audits it.
async fn step(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    command: Command,
    change: Step,
) -> Result<BookingState, Failure> {
    let mut next = record
        .state
        .after(command)
        .ok_or_else(|| Problem::illegal(record.state))?;
    if let (Command::UndoCancel, Some(before)) = (command, record.cancelled_from) {
        next = before.back_to();
    }
    if !tx.step_booking(record, next, &change).await? {
        return Err(StoreError::Overtaken.into());
    }
    tx.audit(Audit {
        entity: "booking",
        entity_id: record.id.0,
        action: name_of(command),
        from: Some(record.state.as_str()),
        to: Some(next.as_str()),
        reason: change.reason.as_deref(),
    })
    .await?;
    Ok(next)
}

fn name_of(command: Command) -> &'static str {
    match command {
        Command::Approve => "approve",
        Command::Decline => "decline",
        Command::Schedule => "schedule",
        Command::Allocate => "allocate",
        Command::Ready => "ready",
        Command::Delay => "delay",
        Command::CheckIn => "check_in",
        Command::UndoCheckIn => "undo_check_in",
        Command::Start => "start",
        Command::Collect => "collect",
        Command::Cancel => "cancel",
        Command::UndoCancel => "undo_cancel",
        Command::Expire => "expire",
        Command::NoShow => "no_show",
        Command::UndoNoShow => "undo_no_show",
        Command::Abort => "abort",
        Command::Renew => "renew",
    }
}

/// The booking after the step, as `actor` sees it, with the position the step's events led to.
pub(super) async fn answer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
) -> Result<BookingOut, Failure> {
    tx.settle().await?;
    let now = tx.now();
    let record = rows::find(tx.connection(), booking)
        .await?
        .ok_or_else(no_such_booking)?;
    Ok(record.to_out(audience_of(actor, &record), now))
}

/// When something happens by itself next to a booking that waits for pickup: the next warning still ahead,
/// else its end: the deadline, or for a ready one the end of its grace.
pub(super) fn due_while_waiting(
    timers: &Timers,
    is_ready: bool,
    window: Window,
    now: Timestamp,
) -> Timestamp {
    let end = if is_ready {
        window.grace_until
    } else {
        window.deadline
    };
    warnings(timers)
        .map(|length| window.deadline - length)
        .filter(|at| *at > now && *at < end)
        .min()
        .unwrap_or(end)
}

fn warnings(timers: &Timers) -> impl Iterator<Item = Duration> {
    [Timer::FirstExpiryWarning, Timer::LastExpiryWarning]
        .into_iter()
        .map(|timer| timers.length(timer))
}

/// The timers as they run at the booking's station.
pub(super) async fn timers_of(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    installation: &Timers,
) -> Result<Timers, StoreError> {
    rules::timers_at(tx.connection(), record.station, record.operator, installation).await
}

/// Says no to a command that came too late, even when the timer that ends the booking has not run yet.
fn check_in_time(record: &BookingRecord, now: Timestamp, command: Command) -> Result<(), Problem> {
    if record.state == BookingState::Completed && command == Command::Collect {
        return Err(Problem::AlreadyCollected);
    }
    if record.state.after(command).is_none() {
        return Err(Problem::illegal(record.state));
    }
    let end = match record.state {
        BookingState::Requested | BookingState::Confirmed => record.deadline,
        BookingState::Ready => record.grace_until,
        _ => return Ok(()),
    };
    if now < end { Ok(()) } else { Err(Problem::TooLate) }
}

/// A vehicle has one active booking at a time. Which one that is, only its own customer is told.
async fn must_be_only_one(tx: &mut Tx<'_>, actor: &Actor, vehicle: Option<&str>) -> Result<(), Failure> {
    let Some(vehicle) = vehicle else { return Ok(()) };
    let Some(active) = rows::active_for_vehicle(tx.connection(), vehicle).await? else {
        return Ok(());
    };
    let is_own = record(tx, active).await?.user == actor.user;
    let booking_id = is_own.then_some(active);
    Err(Problem::DuplicateBooking { booking_id }.into())
}

/// Tells the customer that packs are held for her.
async fn tell_confirmed(tx: &mut Tx<'_>, booking: BookingId) -> Result<(), Failure> {
    let record = rows::find(tx.connection(), booking)
        .await?
        .ok_or_else(no_such_booking)?;
    let models = catalogue::models(tx.connection()).await?;
    let wanted = record.items.iter().find_map(|item| item.model);
    let model = models.iter().find(|model| Some(model.id) == wanted);
    let battery_info = model.map_or_else(String::new, |model| format!("{} - {}", model.maker, model.name));
    let kind = NotificationKind::BookingConfirmed;
    let message = text::booking_confirmed(&record.station_name);
    let mut confirmed = notice(&record, kind, kind.level(), message);
    confirmed.data = json!({ "station_name": record.station_name, "battery_info": battery_info });
    tx.notify(record.user, confirmed).await?;
    Ok(())
}

/// A message about a booking.
fn notice(record: &BookingRecord, kind: NotificationKind, level: Level, message: String) -> Notice {
    Notice {
        kind,
        message,
        level,
        booking: Some(record.id),
        station: Some(record.station),
        data: json!({ "station_name": record.station_name }),
    }
}

/// Tells everybody who works at the station that there is a booking.
pub(super) async fn tell_of_new(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    let news = BookingNews {
        booking_id: record.id,
        bay_number: None,
        items_count: i64::try_from(record.items.len()).unwrap_or(i64::MAX),
        created_at: record.created_at,
    };
    tx.tell_staff(record.station, StaffMessage::NewBooking { data: news });
    let message = text::new_booking(&record.station_name);
    tell_station(tx, record, NotificationKind::NewBooking, &message).await
}

/// Tells everybody who works at the station of a booking.
async fn tell_station(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    kind: NotificationKind,
    message: &str,
) -> Result<(), Failure> {
    for person in rows::people_of_station(tx.connection(), record.station).await? {
        tx.notify(person, notice(record, kind, Level::Info, message.to_owned()))
            .await?;
    }
    Ok(())
}
