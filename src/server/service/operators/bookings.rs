//! The bookings of all my stations, searched, sorted and in pages.

use super::{company_of, stations_of, zones_of};
use crate::domain::{BookingId, BookingState, Problem, StationId};
use crate::protocol::rest::{BookingOut, Page};
use crate::server::App;
use crate::server::days::Day;
use crate::server::service::Actor;
use crate::server::store::bookings::{self as rows, Audience};
use crate::server::store::report::{self, Asked, Order, Place};

/// Longest search text, in characters.
const MAX_TEXT: usize = 200;

/// What is asked of the bookings of my stations.
#[derive(Clone, Debug, Default)]
pub struct BookingsQuery {
    /// At this station of mine.
    pub station: Option<StationId>,
    /// Made on this day of the station's calendar or later.
    pub from: Option<Day>,
    /// Made on this day or earlier.
    pub to: Option<Day>,
    /// Only these states; all unless given.
    pub states: Vec<BookingState>,
    /// Words that must occur in station, customer, vehicle or code.
    pub text: Option<String>,
    /// In which order.
    pub order: Order,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 20 unless given.
    pub limit: Option<i64>,
}

/// Bookings of my stations (operators, administrators), as staff see them.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`] for a station there is not, [`Problem::Invalid`].
pub async fn bookings(app: &App, actor: &Actor, query: BookingsQuery) -> Result<Page<BookingOut>, Problem> {
    let operator = company_of(actor)?;
    let (limit, after) = checked(&query)?;
    let mut snapshot = app.db.snapshot().await?;
    let mut stations = stations_of(&mut snapshot, actor).await?;
    if let Some(station) = query.station {
        // Another operator's is none of mine.
        stations.retain(|mine| mine.id == station);
        if stations.is_empty() {
            return Err(Problem::not_found("station"));
        }
    }
    let mut found: Vec<Place> = Vec::new();
    for timezone in zones_of(&stations) {
        let asked = Asked {
            operator,
            station: query.station,
            states: query.states.clone(),
            text: query.text.clone().filter(|text| !text.trim().is_empty()),
            from: query.from.map(|day| day.begins(&timezone)),
            until: query.to.map(|day| day.ends(&timezone)),
            order: query.order,
            after,
            limit: limit + 1,
            timezone,
        };
        found.extend(report::bookings(&mut snapshot, &asked).await?);
    }
    found.sort_unstable();
    if query.order.falls() {
        found.reverse();
    }
    let rows_a_page = usize::try_from(limit).unwrap_or(0);
    let is_more = found.len() > rows_a_page;
    found.truncate(rows_a_page);
    let last = found.last().filter(|_| is_more);
    let next = last.map(|place| format!("{}.{}", place.key, place.booking));
    let mut items = Vec::with_capacity(found.len());
    for place in found {
        if let Some(record) = rows::find(&mut snapshot, place.booking).await? {
            items.push(record.to_out(Audience::Staff, app.clock.now()));
        }
    }
    Ok(Page { items, next })
}

fn checked(query: &BookingsQuery) -> Result<(i64, Option<Place>), Problem> {
    let limit = query.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Problem::invalid("limit", "A page has 1 to 100 rows."));
    }
    if query
        .text
        .as_ref()
        .is_some_and(|text| text.chars().count() > MAX_TEXT)
    {
        return Err(Problem::invalid("q", "Search for at most 200 characters."));
    }
    if query.from.zip(query.to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::invalid("to", "The last day lies before the first."));
    }
    let place = |cursor: &str| {
        let (key, booking) = cursor.split_once('.')?;
        Some(Place {
            key: key.parse().ok()?,
            booking: booking.parse::<BookingId>().ok()?,
        })
    };
    match query.cursor.as_deref() {
        None => Ok((limit, None)),
        Some(cursor) => match place(cursor) {
            Some(place) => Ok((limit, Some(place))),
            None => Err(Problem::invalid(
                "cursor",
                "Send back the cursor of the page before.",
            )),
        },
    }
}
