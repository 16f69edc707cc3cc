//! Booking for later: at which half hours, how many, and what is promised without naming a pack.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::{audience_of, notice};
use crate::domain::notification::text;
use crate::domain::{
    BatteryModelId, BookingId, BookingState, ItemId, NotificationKind, Problem, StationId, Timer, Timers,
    Timestamp,
};
use crate::protocol::rest::{BookingOut, PickupSlotOut};
use crate::server::App;
use crate::server::days::Day;
use crate::server::half_hours::{Choice, is_half_hour};
use crate::server::service::Actor;
use crate::server::store::bookings::{BookingRecord, Window};
use crate::server::store::inventory::StationRow;
use crate::server::store::{Connection, Failure, StoreError, Tx, bookings as rows, rules, stations};

/// What a booking for later waits for: its time to collect, and when its packs are claimed.
pub(super) fn terms_of(record: &BookingRecord, pickup_at: Timestamp, timers: &Timers) -> (Window, Timestamp) {
    let grace = timers.length(Timer::ScheduledGrace);
    let window = Window::from(pickup_at, record.hold_for, grace);
    (window, pickup_at - timers.length(Timer::AllocateLead))
}

/// The grace of a booking: who comes at a time agreed on long before gets more.
pub(in crate::server::service) fn grace_of(record: &BookingRecord, timers: &Timers) -> Duration {
    timers.length(if record.pickup_at.is_some() {
        Timer::ScheduledGrace
    } else {
        Timer::Grace
    })
}

/// Says no to a time at which nobody can come, and what is possible.
pub(super) fn check_time(
    station: &StationRow,
    timers: &Timers,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    let choice = Choice::new(&station.opening_hours, &station.timezone, timers, now);
    let complain = |detail: String| Err(Problem::invalid("pickup_at", detail));
    if !is_half_hour(at, &station.timezone) {
        return complain(
            "Choose a full or half hour on the station's clocks, like 10:00 or 10:30.".to_owned(),
        );
    }
    if at < choice.earliest {
        let lead = in_words(timers.length(Timer::AllocateLead));
        return complain(format!(
            "Book for later at least {lead} ahead, or without a time for now."
        ));
    }
    if at > choice.latest {
        let horizon = in_words(timers.length(Timer::ScheduleHorizon));
        return complain(format!("One may book at most {horizon} ahead."));
    }
    if !choice.is_open(at) {
        let hours = &station.opening_hours;
        return complain(format!("The station is closed then. Its hours are {hours}."));
    }
    Ok(())
}

/// `7 days`, `2 hours`, `90 minutes`.
fn in_words(length: Duration) -> String {
    let minutes = length.as_secs().div_ceil(60);
    let (count, unit) = match minutes {
        _ if minutes > 0 && minutes.is_multiple_of(24 * 60) => (minutes / (24 * 60), "day"),
        _ if minutes > 0 && minutes.is_multiple_of(60) => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Takes a place in the half hour for each pack, all or none.
///
/// # Errors
/// [`Problem::PickupFull`].
pub(super) async fn take_places(
    tx: &mut Tx<'_>,
    station: StationId,
    slot: Timestamp,
    items: &[ItemId],
) -> Result<(), Failure> {
    let capacity = rows::pickup_capacity(tx.connection(), station).await?;
    for (own, item) in (0..).zip(items) {
        if !tx.take_pickup(station, slot, *item, capacity).await? {
            let taken: i64 = rows::pickups_taken(tx.connection(), station, slot).await?;
            return Err(Problem::PickupFull {
                slot_time: slot,
                booked_count: taken - own,
                capacity,
            }
            .into());
        }
    }
    Ok(())
}

/// Promises no more packs of a model for a half hour than the station has, once the places are taken.
///
/// # Errors
/// [`Problem::BatteryUnavailable`].
pub(super) async fn must_suffice(
    tx: &mut Tx<'_>,
    station: &StationRow,
    slot: Timestamp,
    wanted: &BTreeMap<BatteryModelId, i64>,
) -> Result<(), Failure> {
    for (model, count) in wanted {
        let spare = rows::spare_packs(tx.connection(), station.id, *model, slot).await?;
        if spare < 0 {
            return Err(Problem::BatteryUnavailable {
                station_id: station.id,
                station_name: station.name.clone(),
                available: (spare + count).max(0),
                next_available_at: None,
                alternatives: Vec::new(),
            }
            .into());
        }
    }
    Ok(())
}

/// Tells the customer that she is expected.
pub(super) async fn tell_scheduled(tx: &mut Tx<'_>, booking: BookingId) -> Result<(), Failure> {
    let found = rows::find(tx.connection(), booking).await?;
    let record = found.ok_or(StoreError::Overtaken)?;
    let when = record.pickup_there().unwrap_or_default();
    let kind = NotificationKind::BookingScheduled;
    let message = text::booking_scheduled(&when, &record.station_name);
    let mut told = notice(&record, kind, kind.level(), message);
    told.data = json!({ "station_name": record.station_name, "pickup_at": record.pickup_at });
    tx.notify(record.user, told).await?;
    Ok(())
}

/// The half hours of a day for which one can still book at a station, and how full each is (everybody); today's
/// unless a day is named. None while the station takes no bookings.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn pickup_slots(
    app: &App,
    station: StationId,
    day: Option<Day>,
) -> Result<Vec<PickupSlotOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let (row, timers) = read_station(&mut snapshot, &app.timers, station).await?;
    let day = day.unwrap_or_else(|| Day::at(app.clock.now(), &row.timezone));
    let choice = Choice::new(&row.opening_hours, &row.timezone, &timers, app.clock.now());
    Ok(slots_of(&mut snapshot, &row, &choice, day).await?)
}

/// The days for which one may book at a station, and the half hours of one of them.
pub struct PickupDays {
    /// The station's zone.
    pub timezone: String,
    /// The days, from today on; none while it takes no bookings.
    pub days: Vec<Day>,
    /// One of them.
    pub day: Day,
    /// Its half hours.
    pub slots: Vec<PickupSlotOut>,
}

/// The days for which one may book at a station, and the half hours of the day that is asked for, else of the first
/// that has a place.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn pickup_days(app: &App, station: StationId, asked: Option<Day>) -> Result<PickupDays, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let (row, timers) = read_station(&mut snapshot, &app.timers, station).await?;
    let choice = Choice::new(&row.opening_hours, &row.timezone, &timers, app.clock.now());
    let (first, last) = choice.days();
    let mut days = Vec::new();
    let mut next = first;
    while row.set_status.takes_bookings() && next <= last {
        days.push(next);
        next = Day::at(next.ends(&row.timezone), &row.timezone);
    }
    let asked = asked.filter(|day| days.contains(day));
    let mut found = (asked.unwrap_or(first), Vec::new());
    for day in asked.map_or_else(|| days.clone(), |day| vec![day]) {
        let slots = slots_of(&mut snapshot, &row, &choice, day).await?;
        let has_a_place = slots.iter().any(|slot| slot.booked_count < slot.capacity);
        if has_a_place || asked.is_some() {
            found = (day, slots);
            break;
        }
    }
    let (day, slots) = found;
    Ok(PickupDays {
        timezone: row.timezone,
        days,
        day,
        slots,
    })
}

async fn read_station(
    connection: &mut Connection,
    installation: &Timers,
    station: StationId,
) -> Result<(StationRow, Timers), Problem> {
    let row = stations::find(connection, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    let timers = rules::timers_at(connection, row.id, row.operator, installation).await?;
    Ok((row, timers))
}

async fn slots_of(
    connection: &mut Connection,
    station: &StationRow,
    choice: &Choice<'_>,
    day: Day,
) -> Result<Vec<PickupSlotOut>, StoreError> {
    if !station.set_status.takes_bookings() {
        return Ok(Vec::new());
    }
    let (from, until) = (day.begins(&station.timezone), day.ends(&station.timezone));
    let capacity = rows::pickup_capacity(connection, station.id).await?;
    let booked = rows::pickups_booked(connection, station.id, from, until).await?;
    let slot = |slot_time: Timestamp| PickupSlotOut {
        slot_time,
        booked_count: booked.get(&slot_time).copied().unwrap_or(0),
        capacity,
    };
    Ok(choice.of_day(day).into_iter().map(slot).collect())
}

/// What is booked for later at a station until an instant, earliest first (its staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn planned(
    app: &App,
    actor: &Actor,
    station: StationId,
    until: Timestamp,
) -> Result<Vec<BookingOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)?;
    let mut found = Vec::new();
    for id in rows::scheduled_until(&mut snapshot, station, until).await? {
        if let Some(record) = rows::find(&mut snapshot, id).await? {
            found.push(record.to_out(audience_of(actor, &record), app.clock.now()));
        }
    }
    Ok(found)
}

/// When packs are looked for, for a booking for later that has none yet. Whoever asks has seen the booking.
///
/// # Errors
/// When the database cannot be read.
pub async fn packs_at(app: &App, booking: BookingId) -> Result<Option<Timestamp>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, booking).await?;
    let waits = |record: &BookingRecord| record.state == BookingState::Scheduled;
    Ok(record.filter(waits).and_then(|record| record.due_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_the_unit_that_fits() {
        let told = |minutes| in_words(Duration::from_mins(minutes));
        assert_eq!(told(30), "30 minutes");
        assert_eq!(told(60), "1 hour");
        assert_eq!(told(7 * 24 * 60), "7 days");
        assert_eq!(told(90), "90 minutes");
    }
}
