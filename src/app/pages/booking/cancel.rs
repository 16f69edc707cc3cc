//! Calling a booking off, with the question right beside the control. Taking it back is offered by a toast
//! and, where the booking stood, by the page of the ended booking.

use leptos::prelude::*;

use crate::app::browser;
use crate::app::calls::bookings::{CancelBooking, UndoCancelBooking};
use crate::app::live::booking::apply;
use crate::app::live::toaster::Toaster;
use crate::app::live::toasts::{Offer, Toast};
use crate::app::parts::form::{Submit, failure};
use crate::app::parts::note::{Note, Tone};
use crate::domain::{Command, Problem};
use crate::protocol::rest::BookingOut;

/// The way to call it off. It lives as long as the page: the control is gone as soon as the booking's socket
/// says that it is cancelled, which may be before the answer.
pub fn cancelling(booking: RwSignal<BookingOut>) -> ServerAction<CancelBooking> {
    let call = ServerAction::<CancelBooking>::new();
    let toaster = Toaster::get();
    on_answer(
        booking,
        move || call.value().get(),
        move |booking| {
            toaster.offer(cancelled(booking));
            browser::focus("booking-h");
        },
    );
    call
}

/// The control, the question and the answer. Without WASM the question unfolds all the same.
#[component]
pub fn Cancel(booking: RwSignal<BookingOut>, call: ServerAction<CancelBooking>) -> impl IntoView {
    let problem = failure(move || call.value().get());
    let possible = Memo::new(move |_| booking.read().state.after(Command::Cancel).is_some());
    let id = booking.with_untracked(|booking| booking.id);
    view! {
        <Show when=move || possible.get()>
            <details class="ask">
                <summary role="button" class="btn btn-quiet btn-stop">"Cancel booking"</summary>
                <div class="note" data-tone="warn">
                    <p>
                        <b>"Cancel this booking? "</b>
                        "The batteries go back to everybody. You can take it back for a few seconds."
                    </p>
                    <ActionForm action=call attr:class="btns">
                        <input type="hidden" name="id" value=id.to_string() />
                        <Submit
                            label="Yes, cancel it"
                            busy="Cancelling…"
                            pending=call.pending()
                            class="btn btn-stop"
                        />
                    </ActionForm>
                </div>
            </details>
        </Show>
        <Failed problem />
    }
}

/// Takes the cancellation back, where the booking stood.
#[component]
pub fn Undo(booking: RwSignal<BookingOut>) -> impl IntoView {
    let call = ServerAction::<UndoCancelBooking>::new();
    let problem = failure(move || call.value().get());
    let id = booking.with_untracked(|booking| booking.id);
    on_answer(
        booking,
        move || call.value().get(),
        |_| browser::focus("booking-h"),
    );
    view! {
        <ActionForm action=call attr:class="btns">
            <input type="hidden" name="id" value=id.to_string() />
            <Submit label="Keep this booking" busy="Asking…" pending=call.pending() class="btn" />
        </ActionForm>
        <Failed problem />
    }
}

/// What went wrong, next to the control.
#[component]
fn Failed(problem: Signal<Option<Problem>>) -> impl IntoView {
    move || {
        problem
            .get()
            .map(|problem| view! { <Note tone=Tone::Danger title=problem.to_string() /> })
    }
}

/// The toast that offers the way back.
fn cancelled(booking: &BookingOut) -> Toast {
    let offer = booking.undo_until.map(|until| Offer::UndoCancel {
        booking: booking.id,
        until,
    });
    Toast {
        offer,
        stays: true,
        booking: Some(booking.id),
        ..Toast::plain(
            format!("cancelled:{}", booking.id),
            "undo",
            format!("Booking at {} cancelled.", booking.station_name),
        )
    }
}

/// Takes over the booking of every good answer, and then does what follows from it.
fn on_answer(
    booking: RwSignal<BookingOut>,
    answer: impl Fn() -> Option<Result<BookingOut, Problem>> + 'static,
    then: impl Fn(&BookingOut) + 'static,
) {
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = answer() {
            then(&fresh);
            apply(booking, fresh);
        }
    });
}
