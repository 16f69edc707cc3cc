//! A station closes down for a while, and somebody has chosen for each live booking what becomes of it: the status
//! and all choices are one transaction. A booking that came in since the list was read undoes all of it.

use std::collections::BTreeMap;

use serde_json::json;

use super::change::answer;
use crate::domain::booking::CancelledBy;
use crate::domain::notification::text;
use crate::domain::{
    Alternative, BookingId, BookingState, Choice, Level, NotificationKind, Outcome, Problem, StationId,
    StationStatus, Timestamp,
};
use crate::protocol::rest::{ChoiceIn, CloseDownIn, CloseDownOut, ElsewhereOut, LiveBookingsOut, OutcomeOut};
use crate::server::service::Actor;
use crate::server::service::bookings::{self, Relocation, alternatives_within, call_off};
use crate::server::service::form::Form;
use crate::server::store::bookings::{self as rows, Audience, BookingRecord};
use crate::server::store::inventory::{self, StationInventory, StationRow};
use crate::server::store::notifications::Notice;
use crate::server::store::{Audit, Failure, StoreError, Tx, stations};
use crate::server::{App, hours};

/// Longest sentence for customers, in characters; when the station is back is added to it.
const MAX_MESSAGE: usize = 160;

/// The bookings that are hit when a station closes down, and where each could be served instead (its staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn live_bookings(app: &App, actor: &Actor, station: StationId) -> Result<LiveBookingsOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)?;
    let all = inventory::of_all(&mut snapshot, app.db.charge_speed()).await?;
    let (mut items, mut elsewhere) = (Vec::new(), Vec::new());
    for id in rows::hit_by_closing(&mut snapshot, station).await? {
        let Some(record) = rows::find(&mut snapshot, id).await? else {
            continue;
        };
        if record.state.after_moving().is_some() {
            elsewhere.push(ElsewhereOut {
                booking_id: id,
                stations: of_same_operator(&all, &record),
            });
        }
        items.push(record.to_out(Audience::Staff, app.clock.now()));
    }
    Ok(LiveBookingsOut {
        items,
        elsewhere,
        next: None,
    })
}

fn of_same_operator(all: &[StationInventory], record: &BookingRecord) -> Vec<Alternative> {
    alternatives_within(all, record, |other| other.operator == record.operator)
}

/// Closes a station down (its staff): the status changes, and each live booking is kept, moved or cancelled as chosen.
///
/// # Errors
/// [`Problem::ChoiceMissing`] when there are bookings that nothing is said about, [`Problem::Invalid`] for a choice
/// that is not possible, [`Problem::NotFound`], [`Problem::Forbidden`]. Nothing is changed then.
pub async fn close_down(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: CloseDownIn,
) -> Result<CloseDownOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let all = inventory::of_all(&mut snapshot, app.db.charge_speed()).await?;
    drop(snapshot);
    let elsewhere = std::sync::Arc::new(all);
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, body, timers) = (who.clone(), body.clone(), timers.clone());
            let elsewhere = std::sync::Arc::clone(&elsewhere);
            Box::pin(async move {
                let read = stations::find(tx.connection(), station).await?;
                let read = read.ok_or_else(|| Problem::not_found("station"))?;
                actor.must_staff(read.id, read.operator)?;
                let sentence = check(&body, &read, tx.now())?;
                set_status(tx, &read, &body, sentence.as_deref()).await?;
                let closing = Closing {
                    station: &read,
                    sentence: sentence.as_deref().unwrap_or(body.status.sentence()),
                    elsewhere: &elsewhere,
                    timers: &timers,
                };
                let bookings = closing.choose(tx, &body.bookings).await?;
                let station = answer(tx, station).await?;
                Ok(CloseDownOut { station, bookings })
            })
        })
        .await
}

/// Checks what can be checked without looking at the bookings; answers the sentence for customers.
fn check(body: &CloseDownIn, station: &StationRow, now: Timestamp) -> Result<Option<String>, Problem> {
    let mut form = Form::default();
    let closes = matches!(
        body.status,
        StationStatus::Maintenance | StationStatus::Paused | StationStatus::Offline
    );
    if !closes {
        form.complain("status", "Write maintenance, paused or offline.");
    }
    let message = form.text_or_none("message", body.message.as_deref(), MAX_MESSAGE);
    if body.until.is_some_and(|until| until <= now) {
        form.complain("until", "That lies in the past.");
    }
    let mut seen = std::collections::BTreeSet::new();
    for (row, index) in body.bookings.iter().zip(0..) {
        if !seen.insert(row.booking_id) {
            form.complain(&format!("bookings[{index}].booking_id"), "It is listed twice.");
        }
        let to = format!("bookings[{index}].to");
        match (row.choice, row.to) {
            (Choice::Move, None) => form.complain(&to, "Name the station that serves it."),
            (Choice::Keep | Choice::Cancel, Some(_)) => {
                form.complain(&to, "Only a booking that is moved goes to another station.");
            }
            _ => {}
        }
    }
    form.finish()?;
    let back = body.until.map(|until| back_at(until, station, now));
    Ok(match (message, back) {
        (Some(message), Some(back)) => Some(format!("{} {back}", ended(message))),
        (None, Some(back)) => Some(format!("{} {back}", body.status.sentence())),
        (message, None) => message.map(ended),
    })
}

/// With a full stop, so that another sentence can follow.
fn ended(message: String) -> String {
    if message.ends_with(['.', '!', '?']) {
        message
    } else {
        format!("{message}.")
    }
}

fn back_at(until: Timestamp, station: &StationRow, now: Timestamp) -> String {
    let offset = hours::utc_offset_minutes(&station.timezone, until);
    let is_today = until.calendar_day(offset) == now.calendar_day(offset);
    let at = if is_today {
        until.clock_time(offset)
    } else {
        until.day_and_time(offset)
    };
    format!("Back about {at}.")
}

async fn set_status(
    tx: &mut Tx<'_>,
    read: &StationRow,
    body: &CloseDownIn,
    sentence: Option<&str>,
) -> Result<(), Failure> {
    // First of all: whoever books here meanwhile waits for this row, or is seen below.
    if !tx
        .set_status(read, body.status, sentence.map(str::to_owned))
        .await?
    {
        return Err(StoreError::Overtaken.into());
    }
    tx.audit(Audit {
        entity: "station",
        entity_id: read.id.0,
        action: "status",
        from: Some(read.set_status.as_str()),
        to: Some(body.status.as_str()),
        reason: sentence,
    })
    .await?;
    Ok(())
}

/// A station that closes down.
struct Closing<'a> {
    station: &'a StationRow,
    sentence: &'a str,
    elsewhere: &'a [StationInventory],
    timers: &'a crate::domain::Timers,
}

impl Closing<'_> {
    async fn choose(&self, tx: &mut Tx<'_>, rows: &[ChoiceIn]) -> Result<Vec<OutcomeOut>, Failure> {
        self.must_be_all(tx, rows).await?;
        // Always in one order, so that two who close down never wait for each other's bookings in a circle.
        let by_id: BTreeMap<i64, (usize, &ChoiceIn)> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| (row.booking_id, (index, row)))
            .collect();
        let mut outcomes = Vec::with_capacity(rows.len());
        for (id, (index, row)) in by_id {
            outcomes.push(self.carry_out(tx, BookingId(id), index, row).await?);
        }
        Ok(outcomes)
    }

    async fn must_be_all(&self, tx: &mut Tx<'_>, listed: &[ChoiceIn]) -> Result<(), Failure> {
        let mut live = rows::hit_by_closing(tx.connection(), self.station.id).await?;
        live.retain(|id| listed.iter().all(|row| row.booking_id != id.0));
        if live.is_empty() {
            return Ok(());
        }
        live.sort_unstable();
        Err(Problem::ChoiceMissing { booking_ids: live }.into())
    }

    async fn carry_out(
        &self,
        tx: &mut Tx<'_>,
        id: BookingId,
        index: usize,
        row: &ChoiceIn,
    ) -> Result<OutcomeOut, Failure> {
        let complain = |field: &str, detail: &str| {
            Failure::from(Problem::invalid(format!("bookings[{index}].{field}"), detail))
        };
        let found = rows::find(tx.connection(), id).await?;
        let here = found.filter(|record| record.station == self.station.id);
        let record = here.ok_or_else(|| complain("booking_id", "There is no such booking here."))?;
        let is_over = !record.state.is_hit_by_closing();
        let outcome = match row.choice {
            _ if is_over => Outcome::Over,
            Choice::Keep => {
                tx.retell_booking(id);
                self.keep(tx, &record).await?;
                Outcome::Kept
            }
            Choice::Cancel if record.state.after_moving().is_none() => {
                let detail = "The customer is here: serve her, or take the check-in back first.";
                return Err(complain("choice", detail));
            }
            Choice::Cancel => {
                self.cancel(tx, &record).await?;
                Outcome::Cancelled
            }
            Choice::Move => {
                let field = format!("bookings[{index}].to");
                self.relocate(tx, &record, row.to, &field).await?;
                Outcome::Moved
            }
        };
        let after = bookings::record(tx, id).await?;
        Ok(OutcomeOut {
            booking_id: id,
            outcome,
            station_id: after.station,
            station_name: after.station_name,
            deadline: after.deadline,
        })
    }

    async fn keep(&self, tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
        let (name, sentence) = (&self.station.name, self.sentence);
        let message = match (record.state, record.pickup_there()) {
            (BookingState::Scheduled, Some(when)) => text::station_alert_for_later(name, sentence, &when),
            (BookingState::Requested, _) => text::station_alert_to_request(name, sentence),
            _ => text::station_alert(name, sentence, &record.deadline_there()),
        };
        let alert = Notice {
            kind: NotificationKind::StationAlert,
            message,
            level: Level::Warning,
            booking: Some(record.id),
            station: Some(self.station.id),
            data: json!({ "station_name": name, "deadline": record.deadline }),
        };
        tx.notify(record.user, alert).await?;
        Ok(())
    }

    async fn cancel(&self, tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
        let reason = Some(self.sentence.to_owned());
        call_off(tx, record, CancelledBy::Station, reason, self.timers).await?;
        let kind = NotificationKind::BookingCancelled;
        let told = Notice {
            kind,
            message: text::cancelled_by_station(&self.station.name, Some(self.sentence)),
            level: kind.level(),
            booking: Some(record.id),
            station: Some(self.station.id),
            data: json!({ "station_name": self.station.name,
                "alternatives": alternatives_within(self.elsewhere, record, |_| true) }),
        };
        tx.notify(record.user, told).await?;
        Ok(())
    }

    async fn relocate(
        &self,
        tx: &mut Tx<'_>,
        record: &BookingRecord,
        to: Option<i64>,
        field: &str,
    ) -> Result<(), Failure> {
        let no_such = || Problem::invalid(field, "Name another station of the same operator.");
        let id = to.map(StationId).filter(|to| *to != self.station.id);
        let to = stations::find(tx.connection(), id.ok_or_else(no_such)?).await?;
        let to = to.filter(|to| to.operator == self.station.operator);
        let relocation = Relocation {
            from: self.station,
            to: &to.ok_or_else(no_such)?,
            sentence: self.sentence,
            field,
            timers: self.timers,
        };
        relocation.carry_out(tx, record).await
    }
}
