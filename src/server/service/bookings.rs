//! The life of a booking.

use crate::domain::{BookingId, BookingState, Problem, StationId};
use crate::protocol::rest::{BookIn, BookingOut, CancelIn, CollectIn, Page};
use crate::server::App;
use crate::server::service::{Actor, IdempotencyKey};

/// What is asked of a list of bookings.
#[derive(Clone, Debug, Default)]
pub struct BookingQuery {
    /// The bookings of this station (its staff); my own unless given.
    pub station: Option<StationId>,
    /// Only these states; all unless given.
    pub states: Vec<BookingState>,
    /// Words that must occur in station, vehicle or (for staff) customer name.
    pub text: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 20 unless given.
    pub limit: Option<i64>,
}

/// Holds packs for a customer: all or none. Confirmed at once.
pub async fn book(
    app: &App,
    actor: &Actor,
    body: BookIn,
    key: Option<IdempotencyKey>,
) -> Result<BookingOut, Problem> {
    todo!()
}

/// Bookings, newest first.
pub async fn list(app: &App, actor: &Actor, query: BookingQuery) -> Result<Page<BookingOut>, Problem> {
    todo!()
}

/// One booking: its customer's and the station's staff's; for anybody else there is none.
pub async fn get(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    todo!()
}

/// The active booking of a station with this code or PIN (staff, scan box).
pub async fn find(app: &App, actor: &Actor, station: StationId, typed: &str) -> Result<BookingOut, Problem> {
    todo!()
}

/// Calls it off; the packs stay held until the undo window is over.
pub async fn cancel(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: CancelIn,
) -> Result<BookingOut, Problem> {
    todo!()
}

/// Takes the cancellation back.
pub async fn undo_cancel(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    todo!()
}

/// The packs are prepared (staff).
pub async fn ready(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    todo!()
}

/// The packs are handed over (staff), proved by code or PIN.
pub async fn collect(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: CollectIn,
) -> Result<BookingOut, Problem> {
    todo!()
}

/// Nobody came (staff, after the deadline).
pub async fn no_show(app: &App, actor: &Actor, booking: BookingId) -> Result<BookingOut, Problem> {
    todo!()
}
