//! At the station: which bay to go to, how far the swap is, and a way to ask for help there.

use leptos::prelude::*;

use crate::app::calls::floor::{SwapOn, SwapStep};
use crate::app::parts::Note;
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::domain::{SessionId, SessionStep, Timestamp};
use crate::protocol::rest::BookingOut;

/// Where the customer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// In this bay, which is kept so long.
    Go(i64, Timestamp),
    /// She stands there, and the swap is so far.
    There(i64, SessionId, SessionStep),
}

fn wanted(booking: &BookingOut) -> Option<Wanted> {
    let bay = booking.bay_number?;
    match (booking.session_id, booking.session_step, booking.bay_until) {
        (Some(session), Some(step), _) => Some(Wanted::There(bay, session, step)),
        (_, _, Some(until)) => Some(Wanted::Go(bay, until)),
        _ => None,
    }
}

/// What a customer reads of a step.
fn words(step: SessionStep) -> &'static str {
    match step {
        SessionStep::Open | SessionStep::Identified => "Your swap begins.",
        SessionStep::PackIn => "Hand your empty battery over.",
        SessionStep::PackAssigned => "Your charged battery is being fetched.",
        SessionStep::Review => "Everything is looked at once more.",
        SessionStep::PaymentDue => "Pay now.",
        SessionStep::PackOut => "The slot is open: take your battery.",
        SessionStep::Closed => "Your swap is done.",
    }
}

/// The bay, while there is one.
#[component]
pub fn AtTheBay(booking: RwSignal<BookingOut>) -> impl IntoView {
    let offset = booking.with_untracked(|booking| booking.utc_offset_minutes);
    let wanted = Memo::new(move |_| booking.with(wanted));
    move || {
        wanted.get().map(|wanted| match wanted {
            Wanted::Go(bay, until) => view! {
                <Note title=format!("Go to bay {bay}")>
                    <p>"It is kept for you until " {until.clock_time(offset)} "."</p>
                </Note>
            }
            .into_any(),
            Wanted::There(bay, session, step) => view! {
                <Note title=format!("Bay {bay}: {}", words(step))>
                    <Help session />
                </Note>
            }
            .into_any(),
        })
    }
}

#[component]
fn Help(session: SessionId) -> impl IntoView {
    let call = ServerAction::<SwapOn>::new();
    let problem = failure(move || call.value().get());
    let is_asked = move || call.value().with(|answer| matches!(answer, Some(Ok(_))));
    view! {
        <ErrorSummary problem id="help-problem" />
        <ActionForm action=call>
            <input type="hidden" name="session" value=session.to_string() />
            <input type="hidden" name="step" value=SwapStep::Help.as_str() />
            <Submit label="Help at the bay" busy="Asking…" pending=call.pending() class="btn" />
        </ActionForm>
        <Show when=is_asked>
            <p>"Somebody is on the way."</p>
        </Show>
    }
}
