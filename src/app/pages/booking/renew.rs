//! More time: one press, at no cost (WCAG 2.2.1). The server decides, and says when it is no.

use leptos::prelude::*;

use crate::app::calls::bookings::RenewBooking;
use crate::app::live::booking::apply;
use crate::app::parts::form::failure;
use crate::app::parts::note::{Note, Tone};
use crate::app::parts::{ClockTime, Icon};
use crate::domain::Timestamp;
use crate::domain::timer::MAX_RENEWALS;
use crate::protocol::rest::BookingOut;

/// The call, for the whole page: there are two buttons for it.
pub fn renewing(booking: RwSignal<BookingOut>) -> ServerAction<RenewBooking> {
    let call = ServerAction::<RenewBooking>::new();
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = call.value().get() {
            apply(booking, fresh);
        }
    });
    call
}

/// Whether there is time to buy, and until when it would last.
pub fn renew_to(booking: RwSignal<BookingOut>, present: Signal<Timestamp>) -> Memo<Option<Timestamp>> {
    Memo::new(move |_| {
        let booking = booking.read();
        booking.renew_to.filter(|_| present.get() < booking.deadline)
    })
}

/// The button, how often it can still be pressed, and the answer where it is no.
#[component]
pub fn Renew(
    booking: RwSignal<BookingOut>,
    call: ServerAction<RenewBooking>,
    to: Memo<Option<Timestamp>>,
) -> impl IntoView {
    let problem = failure(move || call.value().get());
    let left = Memo::new(move |_| booking.read().renewals_left);
    view! {
        <Show when=move || to.get().is_some()>
            <RenewForm booking call to id="renew" />
            <p class="label">{move || format!("{} of {MAX_RENEWALS} renewals left, free", left.get())}</p>
        </Show>
        {move || problem.get().map(|problem| view! { <Note tone=Tone::Danger title=problem.to_string() /> })}
    }
}

/// One of the two buttons.
#[component]
pub fn RenewForm(
    booking: RwSignal<BookingOut>,
    call: ServerAction<RenewBooking>,
    to: Memo<Option<Timestamp>>,
    id: &'static str,
) -> impl IntoView {
    let (number, offset) = booking.with_untracked(|booking| (booking.id, booking.utc_offset_minutes));
    let pending = call.pending();
    view! {
        <ActionForm action=call attr:class="btns">
            <input type="hidden" name="id" value=number.to_string() />
            <button type="submit" class="btn" id=id aria-disabled=move || pending.get().then_some("true")>
                <Icon name="clock" />
                {move || {
                    if pending.get() {
                        "Renewing…".into_any()
                    } else {
                        to.get().map(|at| view! { "Renew to " <ClockTime at offset /> }).into_any()
                    }
                }}
            </button>
        </ActionForm>
    }
}
