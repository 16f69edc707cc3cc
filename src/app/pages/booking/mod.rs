//! One booking: how long still, what to show at the counter, what comes next; and once it ended, what to
//! do now. Server-rendered, then kept true by the booking's own socket.

mod cancel;
mod elsewhere;
mod ending;
mod floor;
mod items;
mod pass;
mod payment;
mod planned;
mod renew;
mod review;
mod time;

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::app::calls::bookings::{BookingSheet, load_booking};
use crate::app::live::booking::follow_booking;
use crate::app::live::clock::Clock;
use crate::app::me::Me;
use crate::app::parts::booking_card::end_of;
use crate::app::parts::countdown::{minutes_and_seconds, time_left};
use crate::app::parts::decimal::decimal;
use crate::app::parts::note::Tone;
use crate::app::parts::refusal::Refusal;
use crate::app::parts::steps::Steps;
use crate::app::parts::{Icon, LiveChip, Note, RingSwitch, StaleNote};
use crate::domain::{BookingState, Problem, Timestamp};
use crate::protocol::rest::BookingOut;

/// The page of one booking.
#[component]
pub fn Booking() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse().ok()));
    let sheet = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => load_booking(id).await,
                None => Err(Problem::not_found("booking")),
            }
        },
    );
    let page = move || {
        Suspend::new(async move {
            match sheet.await {
                Ok(sheet) => Either::Left(view! { <Sheet sheet /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

#[component]
fn Sheet(sheet: BookingSheet) -> impl IntoView {
    let BookingSheet {
        booking,
        qr,
        review,
        pays_online,
        packs_at,
        alternatives,
        now,
    } = sheet;
    let booking = RwSignal::new(booking);
    let line = follow_booking(booking);
    let first = booking.get_untracked();
    let offset = first.utc_offset_minutes;
    let clock = Clock::get();
    let present = present(clock, now);
    let state = Memo::new(move |_| booking.with(|booking| booking.state));
    let runs = Memo::new(move |_| !state.get().is_ended());
    let awaits_payment = Memo::new(move |_| booking.with(|booking| booking.awaits_payment));
    let lacks = Memo::new(move |_| booking.with(BookingOut::awaits_battery));
    // Its station may close down, and another one serve it.
    let place = Memo::new(move |_| booking.with(|booking| booking.station_id));
    let notice = Memo::new(move |_| booking.with(|booking| booking.station_notice.clone()));
    keep_badge_true(state);
    let cancelling = cancel::cancelling(booking);
    let renewing = renew::renewing(booking);
    let renew_to = renew::renew_to(booking, present);
    view! {
        <Title text=move || title(&booking.read(), present.get(), clock.is_ticking()) />
        <div class="wrap">
            <div class="split">
                <a class="crumb" href="/bookings">
                    <Icon name="back" />
                    "All bookings"
                </a>
                <LiveChip line offset />
            </div>
            <StaleNote line offset advice="This may be old. What the station sees counts." />
            {move || {
                place.track();
                view! { <Heading booking=booking.get_untracked() state awaits_payment lacks /> }
            }}
            {move || notice.get().map(|said| view! { <Note tone=Tone::Warn title=said /> })}
            <div class="duo">
                <div class="stack">
                    <floor::AtTheBay booking />
                    {move || {
                        if runs.get() {
                            Either::Left(view! { <time::TimeLeft booking present cancelling renewing renew_to packs_at /> })
                        } else {
                            Either::Right(view! { <ending::Ending booking present /> })
                        }
                    }}
                    <Show when=move || runs.get()>
                        <RingSwitch />
                    </Show>
                    <elsewhere::Elsewhere booking alternatives />
                    <review::MyReview booking review />
                    <Steps booking />
                    <items::Items booking />
                </div>
                <div class="stack">
                    <Show when=move || runs.get() && !awaits_payment.get()>
                        <pass::Pass booking=first.clone() qr=qr.clone() />
                    </Show>
                    <payment::Payment booking pays_online />
                </div>
            </div>
        </div>
        <Show when=move || runs.get()>
            <aside class="act" aria-label="Next step">
                {move || {
                    let (href, label) = if awaits_payment.get() {
                        ("#due-h", "Pay now")
                    } else {
                        ("#pass-h", "Show QR")
                    };
                    view! {
                        <a class="btn btn-go" href=href rel="external">
                            {label}
                        </a>
                    }
                }}
                <Show when=move || renew_to.get().is_some()>
                    <renew::RenewForm booking call=renewing to=renew_to id="renew-bar" />
                </Show>
            </aside>
        </Show>
    }
}

/// What is so, where it is, and how to get there.
#[component]
fn Heading(
    booking: BookingOut,
    state: Memo<BookingState>,
    awaits_payment: Memo<bool>,
    lacks: Memo<bool>,
) -> impl IntoView {
    let packs = booking
        .items
        .iter()
        .filter(|item| item.kind.takes_a_pack())
        .count();
    let (latitude, longitude) = (decimal(booking.latitude, 6), decimal(booking.longitude, 6));
    let map = format!(
        "https://www.openstreetmap.org/directions?to={latitude}%2C{longitude}#map=16/{latitude}/{longitude}"
    );
    view! {
        <header class="stack-s page-head">
            <h1 id="booking-h" tabindex="-1">
                {move || match state.get() {
                    _ if lacks.get() => NO_BATTERY.to_owned(),
                    BookingState::Requested if awaits_payment.get() => "Pay to confirm your booking".to_owned(),
                    state => heading(state, packs),
                }}
            </h1>
            <p class="meta">
                <span>
                    <a href=format!("/stations/{}", booking.station_id)>{booking.station_name}</a>
                </span>
                {(!booking.station_address.is_empty()).then(|| view! { <span>{booking.station_address}</span> })}
                <span>
                    <a href=map rel="external noreferrer">
                        "Directions"
                    </a>
                </span>
                <span class="touch-only">
                    <a href=format!("geo:{latitude},{longitude}?q={latitude},{longitude}") rel="external">
                        "Open in maps"
                    </a>
                </span>
            </p>
        </header>
    }
}

/// The heading while a battery that failed has no successor.
const NO_BATTERY: &str = "No battery yet: waiting for the next charged one";

/// The state in the words of the person who waits.
pub fn heading(state: BookingState, packs: usize) -> String {
    let (battery, is) = match packs {
        0 | 1 => ("battery".to_owned(), "is"),
        packs => (format!("{packs} batteries"), "are"),
    };
    match state {
        BookingState::Requested => "Waiting for the station to accept".to_owned(),
        BookingState::Scheduled => "Your booking is planned".to_owned(),
        BookingState::Confirmed => format!("Your {battery} {is} held"),
        BookingState::Ready => format!("Your {battery} {is} ready"),
        BookingState::CheckedIn => "You are checked in".to_owned(),
        BookingState::InService => "Your swap is going on".to_owned(),
        BookingState::Completed => format!("You collected your {battery}"),
        BookingState::Declined => "The station declined".to_owned(),
        BookingState::Cancelled => "Booking cancelled".to_owned(),
        BookingState::Expired => "Booking expired".to_owned(),
        BookingState::NoShow => "Not collected in time".to_owned(),
        BookingState::Failed => "The swap was broken off".to_owned(),
    }
}

/// The header counts down to the nearest deadline: another state of this booking may mean another one.
fn keep_badge_true(state: Memo<BookingState>) {
    let me = Me::get();
    Effect::new(move |before: Option<BookingState>| {
        let now = state.get();
        if before.is_some_and(|before| before != now) {
            me.reload();
        }
        now
    });
}

/// The present by the server's clock; that of the answer until the page is alive.
fn present(clock: Clock, answered_at: Timestamp) -> Signal<Timestamp> {
    let ticks = clock.ticks_here();
    Signal::derive(move || if ticks.get() { clock.now() } else { answered_at })
}

/// `12:41 · Booking` while the time runs.
fn title(booking: &BookingOut, now: Timestamp, ticking: bool) -> String {
    let left = time_left(end_of(booking, now), now);
    if booking.state.is_waiting_for_pickup() && !left.is_zero() && ticking {
        format!("{} · Booking", minutes_and_seconds(left))
    } else {
        format!("{} · Booking", booking.state.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_counts_the_packs() {
        assert_eq!(heading(BookingState::Ready, 1), "Your battery is ready");
        assert_eq!(heading(BookingState::Ready, 2), "Your 2 batteries are ready");
        assert_eq!(
            heading(BookingState::Completed, 3),
            "You collected your 3 batteries"
        );
    }
}
