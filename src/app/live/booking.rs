//! One booking, kept true by its socket: every frame carries the whole booking after the change.

use leptos::prelude::*;

use super::clock::Clock;
use super::{Bookmark, Line};
use crate::protocol::rest::BookingOut;
use crate::protocol::{ServerMessage, Topic};

/// Subscribes the booking from the position at which the page has it.
pub fn follow_booking(booking: RwSignal<BookingOut>) -> Line {
    let (id, bookmark) =
        booking.with_untracked(|booking| (booking.id, Bookmark::At(booking.epoch.clone(), booking.seq)));
    let as_of = Clock::get().now_untracked();
    Line::open(Topic::Booking(id), bookmark, as_of, move |_, frame| {
        hear(booking, &ServerMessage::read(frame)?);
        Ok(())
    })
}

fn hear(booking: RwSignal<BookingOut>, frame: &ServerMessage) {
    match frame {
        ServerMessage::BookingStatus { data } | ServerMessage::BookingUpdate { data, .. } => {
            apply(booking, data.clone());
        }
        ServerMessage::Snapshot(snapshot) => {
            if let Some(data) = &snapshot.data {
                apply(booking, data.clone());
            }
        }
        ServerMessage::ItemsUpdated { items, .. } => {
            booking.update(|booking| booking.items.clone_from(items));
        }
        ServerMessage::BookingTimer { deadline, .. } => {
            booking.update(|booking| booking.deadline = *deadline);
        }
        _ => {}
    }
}

/// Takes over a newer state of the booking; an older one, overtaken on its way, is dropped. What only the
/// customer may see (code and PIN) is kept where a frame leaves it out.
pub fn apply(booking: RwSignal<BookingOut>, fresh: BookingOut) {
    booking.maybe_update(|held| {
        if fresh.version < held.version || *held == fresh {
            return false;
        }
        let (code, pin) = (held.code.take(), held.pin.take());
        *held = fresh;
        held.code = held.code.take().or(code);
        held.pin = held.pin.take().or(pin);
        true
    });
}
