//! A booking as an entry for the customer's calendar.

use super::look::get;
use crate::domain::booking::spaced_code;
use crate::domain::{BookingId, BookingState, Problem};
use crate::protocol::rest::BookingOut;
use crate::server::App;
use crate::server::calendar::{Certainty, Entry};
use crate::server::service::Actor;

/// From the pickup time (or from now on, for a booking for now) until the packs are no longer held.
///
/// # Errors
/// [`Problem::NotFound`] for whoever may not see the booking.
pub async fn calendar(app: &App, actor: &Actor, booking: BookingId) -> Result<String, Problem> {
    let booking = get(app, actor, booking).await?;
    let origin = app.config.public_origin();
    let starts_at = booking.pickup_at.unwrap_or(booking.created_at);
    let entry = Entry {
        uid: format!("booking-{}@{}", booking.id, origin.host()),
        written_at: app.clock.now(),
        starts_at,
        // A request is answered before its time comes; its deadline is that of the answer.
        ends_at: booking.deadline.max(starts_at),
        title: format!("Battery swap at {}", booking.station_name),
        place: place_of(&booking),
        position: (booking.latitude, booking.longitude),
        note: note_of(&booking),
        link: format!("{}/bookings/{}", origin.as_str(), booking.id),
        version: booking.version,
        certainty: match booking.state {
            BookingState::Requested => Certainty::Tentative,
            state if state.is_ended() && state != BookingState::Completed => Certainty::Cancelled,
            _ => Certainty::Confirmed,
        },
    };
    Ok(entry.to_ics())
}

fn place_of(booking: &BookingOut) -> String {
    if booking.station_address.is_empty() {
        booking.station_name.clone()
    } else {
        format!("{}, {}", booking.station_name, booking.station_address)
    }
}

fn note_of(booking: &BookingOut) -> String {
    let items: Vec<&str> = booking.items.iter().map(|item| item.name.as_str()).collect();
    let items = items.join("\n");
    match &booking.code {
        Some(code) => format!("{items}\nCode {}", spaced_code(code)),
        None => items,
    }
}
