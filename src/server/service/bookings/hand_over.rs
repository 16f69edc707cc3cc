//! What staff do with a booking: prepare the packs, hand them over, note that nobody came.

use super::{answer, at_my_station, audience_of, due_while_waiting, notice, step};
use crate::domain::booking::normal_code;
use crate::domain::notification::text;
use crate::domain::timer::MAX_WRONG_CODES;
use crate::domain::{
    BookingId, BookingState, Command, ItemState, Level, NotificationKind, PaymentState, Problem,
    ReleaseReason, Timer, Timers, Timestamp,
};
use crate::protocol::rest::{BookingOut, CollectIn};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::bookings::{BookingRecord, Step};
use crate::server::store::{Failure, Tx, bookings as rows};

/// The packs are prepared (staff).
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::TooLate`] after the deadline.
pub async fn ready(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers) = (who.clone(), timers.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                check_in_time(&record, tx.now(), Command::Ready)?;
                let due = due_while_waiting(&timers, true, record.deadline, record.grace_until, tx.now());
                let change = Step {
                    items: Some(ItemState::Ready),
                    due_at: Some(due),
                    ready_at: Some(tx.now()),
                    ..Step::default()
                };
                step(tx, &record, Command::Ready, change).await?;
                let message = text::booking_ready(&record.station_name);
                let kind = NotificationKind::BookingReady;
                tx.notify(record.user, notice(&record, kind, Level::Success, message))
                    .await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// The packs are handed over (staff), proved by code or PIN. What was due is taken at the counter with it.
///
/// # Errors
/// [`Problem::AlreadyCollected`], [`Problem::IllegalTransition`], [`Problem::WrongCode`],
/// [`Problem::CodeLocked`], [`Problem::TooLate`], [`Problem::BatteryBusy`].
pub async fn collect(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: CollectIn,
) -> Result<BookingOut, Problem> {
    let proof = Proof::parse(body)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, proof) = (who.clone(), timers.clone(), proof.clone());
            Box::pin(async move { hand_over(tx, &actor, booking, &proof, &timers).await })
        })
        .await?
}

/// Nobody came (staff, after the deadline).
///
/// # Errors
/// [`Problem::IllegalTransition`], [`Problem::Invalid`] before the deadline.
pub async fn no_show(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let record = at_my_station(tx, &actor, booking).await?;
                if record.state.after(Command::NoShow).is_some() && tx.now() < record.deadline {
                    let detail = "The customer still has time; wait for the deadline.";
                    return Err(Problem::invalid("deadline", detail).into());
                }
                end_as_no_show(tx, &record).await?;
                answer(tx, &actor, booking).await
            })
        })
        .await
}

/// Ends a booking that nobody collected: packs free, one strike, one message.
pub(super) async fn end_as_no_show(tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
    let change = Step {
        items: Some(ItemState::Cancelled),
        ended_at: Some(tx.now()),
        payment_state: Some(PaymentState::Cancelled),
        ..Step::default()
    };
    step(tx, record, Command::NoShow, change).await?;
    tx.release_held(record.id, ReleaseReason::NoShow).await?;
    tx.add_strike(record.user).await?;
    let message = text::booking_no_show(&record.deadline_there());
    let kind = NotificationKind::BookingNoShow;
    tx.notify(record.user, notice(record, kind, kind.level(), message))
        .await?;
    Ok(())
}

/// What the customer showed or said.
#[derive(Clone, Debug)]
enum Proof {
    Code(String),
    Pin(String),
}

impl Proof {
    fn parse(body: CollectIn) -> Result<Self, Problem> {
        match (body.code, body.pin) {
            (Some(code), None) => Ok(Self::Code(normal_code(&code))),
            (None, Some(pin)) => Ok(Self::Pin(pin.trim().to_owned())),
            _ => Err(Problem::invalid(
                "code",
                "Send the customer's code or PIN, one of the two.",
            )),
        }
    }

    fn fits(&self, record: &BookingRecord) -> bool {
        match self {
            Self::Code(code) => *code == record.code,
            Self::Pin(pin) => *pin == record.pin,
        }
    }
}

/// The outer error undoes the transaction; the inner one is told and the transaction stands (a wrong code is
/// counted).
async fn hand_over(
    tx: &mut Tx<'_>,
    actor: &Actor,
    booking: BookingId,
    proof: &Proof,
    timers: &Timers,
) -> Result<Result<BookingOut, Problem>, Failure> {
    let record = at_my_station(tx, actor, booking).await?;
    check_in_time(&record, tx.now(), Command::Collect)?;
    if let Some(until) = record.locked_until.filter(|until| *until > tx.now()) {
        return Err(Problem::CodeLocked { until }.into());
    }
    if !proof.fits(&record) {
        return Ok(Err(count_wrong_code(tx, &record, timers).await?));
    }
    let change = Step {
        items: Some(ItemState::Done),
        completed_at: Some(tx.now()),
        payment_state: Some(record.payment_when_collected()),
        ..Step::default()
    };
    step(tx, &record, Command::Collect, change).await?;
    tx.dispense_held(booking, record.user).await?;
    let message = text::booking_completed(&record.station_name);
    let kind = NotificationKind::BookingCompleted;
    tx.notify(record.user, notice(&record, kind, Level::Success, message))
        .await?;
    tx.settle().await?;
    let now = tx.now();
    let after = rows::find(tx.connection(), booking)
        .await?
        .ok_or_else(|| Problem::not_found("booking"))?;
    Ok(Ok(after.to_out(audience_of(actor, &after), now)))
}

async fn count_wrong_code(
    tx: &mut Tx<'_>,
    record: &BookingRecord,
    timers: &Timers,
) -> Result<Problem, Failure> {
    let wrong = record.wrong_codes + 1;
    if wrong < MAX_WRONG_CODES {
        tx.note_wrong_code(record.id, wrong, None).await?;
        return Ok(Problem::WrongCode {
            tries_left: MAX_WRONG_CODES - wrong,
        });
    }
    let until = tx.now() + timers.length(Timer::WrongPinLock);
    tx.note_wrong_code(record.id, 0, Some(until)).await?;
    Ok(Problem::CodeLocked { until })
}

/// Says no to a command that came too late, even when the timer that ends the booking has not run yet.
fn check_in_time(record: &BookingRecord, now: Timestamp, command: Command) -> Result<(), Problem> {
    if record.state == BookingState::Completed && command == Command::Collect {
        return Err(Problem::AlreadyCollected);
    }
    if record.state.after(command).is_none() {
        return Err(Problem::illegal(record.state));
    }
    let end = if record.state == BookingState::Ready {
        record.grace_until
    } else {
        record.deadline
    };
    if record.state.is_waiting_for_pickup() && now >= end {
        Err(Problem::TooLate)
    } else {
        Ok(())
    }
}
