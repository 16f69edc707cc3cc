//! Looking at bookings.

use super::{audience_of, no_such_booking};
use crate::domain::booking::normal_code;
use crate::domain::{BookingId, BookingState, Problem, StationId};
use crate::protocol::rest::{BookingOut, Page};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::{Connection, bookings as rows, stations};

/// What is asked of a list of bookings.
#[derive(Clone, Debug, Default)]
pub struct BookingQuery {
    /// The bookings of this station (its staff); my own unless given.
    pub station: Option<StationId>,
    /// Only these states; all unless given.
    pub states: Vec<BookingState>,
    /// Words that must occur in station, vehicle, code or (for staff) customer name.
    pub text: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 20 unless given.
    pub limit: Option<i64>,
}

/// Bookings, newest first.
///
/// # Errors
/// [`Problem::Forbidden`] for a station that is not mine, [`Problem::Invalid`] for a cursor or limit that
/// makes no sense.
pub async fn list(app: &App, actor: &Actor, query: BookingQuery) -> Result<Page<BookingOut>, Problem> {
    let limit = query.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Problem::invalid("limit", "A page has 1 to 100 rows."));
    }
    let mut snapshot = app.db.snapshot().await?;
    if let Some(station) = query.station {
        must_staff(&mut snapshot, actor, station).await?;
    }
    let filter = rows::Filter {
        user: query.station.is_none().then_some(actor.user),
        station: query.station,
        states: query.states,
        text: query.text.filter(|text| !text.trim().is_empty()),
        before: query.cursor.as_deref().map(cursor).transpose()?,
        limit: limit + 1,
    };
    let mut ids = rows::list(&mut snapshot, &filter).await?;
    let is_more = i64::try_from(ids.len()).unwrap_or(i64::MAX) > limit;
    ids.truncate(usize::try_from(limit).unwrap_or(0));
    let next = if is_more {
        ids.last().map(ToString::to_string)
    } else {
        None
    };
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(record) = rows::find(&mut snapshot, id).await? {
            items.push(record.to_out(audience_of(actor, &record), app.clock.now()));
        }
    }
    Ok(Page { items, next })
}

/// One booking: its customer's and the station's staff's; for any other customer there is none.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`] for staff of another station.
pub async fn get(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let record = rows::find(&mut snapshot, booking)
        .await?
        .ok_or_else(no_such_booking)?;
    let is_theirs = record.user == actor.user || actor.may_staff(record.station, record.operator);
    if is_theirs {
        Ok(record.to_out(audience_of(actor, &record), app.clock.now()))
    } else {
        Err(actor.no_business_with("booking"))
    }
}

/// The active booking of a station with this code or PIN (staff, scan box).
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`].
pub async fn find(app: &App, actor: &Actor, station: StationId, typed: &str) -> Result<BookingOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    must_staff(&mut snapshot, actor, station).await?;
    let code = normal_code(typed);
    let id = rows::by_code(&mut snapshot, station, &code)
        .await?
        .ok_or_else(|| Problem::not_found("active booking with this code at this station"))?;
    let record = rows::find(&mut snapshot, id).await?.ok_or_else(no_such_booking)?;
    Ok(record.to_out(audience_of(actor, &record), app.clock.now()))
}

async fn must_staff(connection: &mut Connection, actor: &Actor, station: StationId) -> Result<(), Problem> {
    let row = stations::find(connection, station)
        .await?
        .ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)
}

fn cursor(text: &str) -> Result<BookingId, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid("cursor", "Send back the cursor of the page before."))
}
