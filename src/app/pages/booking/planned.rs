//! A booking for later, before it has its packs: when, what happens until then, and the calendar.

use leptos::prelude::*;

use crate::app::parts::{ClockTime, Icon};
use crate::domain::{BookingState, Timestamp};
use crate::protocol::rest::BookingOut;

/// In place of the clock.
#[component]
pub fn Planned(booking: RwSignal<BookingOut>, packs_at: Option<Timestamp>) -> impl IntoView {
    let first = booking.get_untracked();
    let offset = first.utc_offset_minutes;
    let pickup = first.pickup_at.unwrap_or(first.deadline);
    let is_request = Memo::new(move |_| booking.read().state == BookingState::Requested);
    let answer_by = move || booking.read().deadline;
    view! {
        <h2 class="count-label" id="left-h">
            {move || if is_request.get() { "Asked for" } else { "Planned for" }}
        </h2>
        <p class="count-state">
            <time datetime=pickup.to_string()>{pickup.day_and_time(offset)}</time>
        </p>
        <p class="count-until">
            {move || {
                is_request.get().then(|| view! { "You hear from the station by " <b><ClockTime at=answer_by() offset /></b> ". " })
            }}
            {match packs_at {
                Some(at) => view! { "Your batteries are chosen at " <b><ClockTime at offset /></b> " and held for you from then on." }.into_any(),
                None => "Your batteries are chosen shortly before and held for you then.".into_any(),
            }}
        </p>
        <AddToCalendar booking=first />
    }
}

/// The way into the calendar.
#[component]
pub fn AddToCalendar(booking: BookingOut) -> impl IntoView {
    view! {
        <p>
            <a class="btn" href=format!("/api/v1/bookings/{}/calendar.ics", booking.id) rel="external" download="">
                <Icon name="clock" />
                "Add to calendar"
            </a>
        </p>
    }
}
