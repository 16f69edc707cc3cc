//! The one place where toasts are shown: keeps the stack, lets time pass, says the text once, and carries
//! out what a toast offers.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::clock::Clock;
use super::toasts::{Offer, Stack, Stay, Toast};
use crate::app::browser;
use crate::app::calls::bookings::{renew_booking, undo_cancel_booking};
use crate::app::parts::announce::Announcer;
use crate::domain::{BookingId, NotificationId, NotificationKind, Problem, Timestamp};

/// Where the person's choice of [`Stay`] is kept on this device.
const STAY_KEY: &str = "toasts";
/// A beat longer than this means that the page slept; nobody could read meanwhile.
const LONGEST_BEAT_MS: i64 = 1_500;

/// The toasts of this page.
#[derive(Clone, Copy)]
pub struct Toaster {
    stack: RwSignal<Stack>,
    held: RwSignal<bool>,
    announcer: Announcer,
}

/// What [`Toaster::close`] took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There was none.
    Nothing,
    /// A toast, and the inbox row behind it.
    Toast(Option<NotificationId>),
}

impl Toaster {
    /// Provides it to the whole application.
    pub fn provide() {
        let toaster = Self {
            stack: RwSignal::new(Stack::default()),
            held: RwSignal::new(false),
            announcer: Announcer::get(),
        };
        provide_context(toaster);
        let clock = Clock::get();
        Effect::new(move |before: Option<Timestamp>| {
            let now = clock.now();
            toaster.beat(before.unwrap_or(now), now);
            now
        });
        Effect::new(move |_| toaster.set_stay(stay()));
    }

    /// The one of this application.
    pub fn get() -> Self {
        expect_context()
    }

    /// The stack, for whoever draws it.
    pub fn stack(self) -> RwSignal<Stack> {
        self.stack
    }

    /// Shows a toast and says its text.
    pub fn offer(self, toast: Toast) {
        let (text, urgent) = (toast.text.clone(), toast.urgent);
        let now = now_ms();
        self.stack.update(|stack| stack.push(toast, now));
        if urgent {
            self.announcer.warn(text);
        } else {
            self.announcer.say(text);
        }
    }

    /// Takes one away, the newest unless told which; answers the inbox row behind it.
    pub fn close(self, number: Option<u64>) -> Closed {
        let closed = self.stack.try_update(|stack| {
            let number = number.or_else(|| Some(stack.shown().first()?.number))?;
            stack.close(number)
        });
        match closed.flatten() {
            Some(toast) => Closed::Toast(toast.notification),
            None => Closed::Nothing,
        }
    }

    /// While the pointer or the focus is on the stack, time stands still.
    pub fn hold(self, held: bool) {
        self.held.set(held);
    }

    /// How long toasts stay from now on, on this device.
    pub fn choose_stay(self, stay: Stay) {
        browser::remember(STAY_KEY, stay.as_str());
        self.set_stay(stay);
    }

    /// Takes a cancellation back.
    pub fn undo_cancel(self, booking: BookingId) {
        let key = format!("cancelled:{booking}");
        self.stack.update(|stack| stack.close_key(&key));
        spawn_local(async move {
            self.offer(match undo_cancel_booking(booking).await {
                Ok(booking) => Toast::plain(
                    key,
                    "check",
                    format!("Your booking at {} is kept.", booking.station_name),
                ),
                Err(problem) => Toast::failure(key, problem.to_string()),
            });
        });
    }

    /// Moves the deadline of a booking on. Its inbox row tells how that went, so only a failure without one is
    /// told here.
    pub fn renew(self, booking: BookingId) {
        let key = format!("{}:{booking}", NotificationKind::BookingExpiring.as_str());
        self.stack.update(|stack| stack.close_key(&key));
        spawn_local(async move {
            match renew_booking(booking).await {
                Ok(_) | Err(Problem::RenewalRefused { .. }) => {}
                Err(problem) => self.offer(Toast::failure(key, problem.to_string())),
            }
        });
    }

    fn set_stay(self, stay: Stay) {
        self.stack.update(|stack| stack.set_stay(stay));
    }

    fn beat(self, before: Timestamp, now: Timestamp) {
        let waits = self.stack.with_untracked(|stack| !stack.shown().is_empty());
        if !waits {
            return;
        }
        let late =
            |toast: &Toast| matches!(toast.offer, Some(Offer::UndoCancel { until, .. }) if until <= now);
        let elapsed = (now.millis() - before.millis()).clamp(0, LONGEST_BEAT_MS);
        let still = self.held.get_untracked();
        self.stack.maybe_update(|stack| {
            let moot = stack.close_where(late);
            let gone = !still && stack.elapse(elapsed);
            moot || gone
        });
    }
}

/// How long toasts stay, as it was chosen on this device.
pub fn stay() -> Stay {
    Stay::named(&browser::recall(STAY_KEY).unwrap_or_default())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit for ages"
)]
fn now_ms() -> i64 {
    browser::now_ms() as i64
}
