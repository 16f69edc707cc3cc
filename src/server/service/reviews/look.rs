//! Reading reviews.

use crate::domain::{BookingId, Problem, ReviewId, StationId};
use crate::protocol::rest::{Page, ReviewOut};
use crate::server::App;
use crate::server::service::{Actor, bookings};
use crate::server::store::{reviews as rows, stations};

/// Rows a page.
const PAGE: usize = 20;

/// What customers say about a station, newest first.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Invalid`] for a cursor that makes no sense.
pub async fn of_station(
    app: &App,
    station: StationId,
    cursor: Option<&str>,
) -> Result<Page<ReviewOut>, Problem> {
    let wrong = |_| Problem::invalid("cursor", "Send back the cursor of the page before.");
    let before: Option<ReviewId> = cursor.map(str::parse).transpose().map_err(wrong)?;
    let mut snapshot = app.db.snapshot().await?;
    let known = stations::find(&mut snapshot, station).await?;
    known.ok_or_else(|| Problem::not_found("station"))?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = rows::of_station(&mut snapshot, station, before, limit).await?;
    let is_more = items.len() > PAGE;
    items.truncate(PAGE);
    let last = items.last().filter(|_| is_more);
    Ok(Page {
        next: last.map(|review| review.id.to_string()),
        items,
    })
}

/// The review of a booking, to whom the booking concerns; none where there is none yet.
///
/// # Errors
/// [`Problem::NotFound`] for anybody else.
pub async fn of_booking(app: &App, actor: &Actor, booking: BookingId) -> Result<Option<ReviewOut>, Problem> {
    bookings::get(app, actor, booking).await?;
    let mut snapshot = app.db.snapshot().await?;
    Ok(rows::of_booking(&mut snapshot, booking).await?)
}
