//! The bookings that run, each with the time it has left: those whose time ends soon first, in the tab's title
//! too, and said aloud once.

use std::time::Duration;

use leptos::prelude::*;

use super::Rows;
use crate::app::live::booking::follow_booking;
use crate::app::live::clock::Clock;
use crate::app::parts::announce::Announcer;
use crate::app::parts::booking_card::end_of;
use crate::app::parts::countdown::{Urgency, milestone, minutes_and_seconds, time_left};
use crate::domain::{BookingId, Timestamp};
use crate::protocol::rest::BookingOut;

/// Those that run, as the page has them now; its title and its announcements follow them.
#[derive(Clone, Copy)]
pub struct Running {
    bookings: RwSignal<Vec<BookingOut>>,
    /// Found while the page is made: the title is asked for outside of it.
    clock: Clock,
}

impl Running {
    /// None yet.
    pub fn new() -> Self {
        let running = Self {
            bookings: RwSignal::new(Vec::new()),
            clock: Clock::get(),
        };
        running.announce();
        running
    }

    /// The page shows these now.
    pub fn show(self, bookings: &[BookingOut]) {
        self.bookings.set(bookings.to_vec());
    }

    /// `4:12 · 2 more · My bookings`, while there is a clock to look at.
    pub fn title(self) -> String {
        if !self.clock.is_ticking() {
            return NAME.to_owned();
        }
        self.bookings.with(|running| title(running, self.clock.now()))
    }

    /// Says of each booking when it has five minutes left, and one: once, when that is crossed while the page is
    /// alive. More time that was bought elsewhere begins anew.
    fn announce(self) {
        let (clock, announcer) = (self.clock, Announcer::get());
        Effect::new(move |before: Option<Vec<(BookingId, u64)>>| {
            if !clock.is_ticking() {
                return Vec::new();
            }
            let (now, before) = (clock.now(), before.unwrap_or_default());
            let mut said = Vec::new();
            let left = self.bookings.with(|running| {
                let waiting = running.iter().filter(|one| one.state.is_waiting_for_pickup());
                let left = waiting.map(|one| {
                    let left = time_left(end_of(one, now), now).as_secs();
                    let was = before
                        .iter()
                        .find(|(id, _)| *id == one.id)
                        .map_or(left, |(_, was)| *was);
                    if let Some((_, text)) = milestone(was, left) {
                        said.push(format!("{}: {text}", one.station_name));
                    }
                    (one.id, left)
                });
                left.collect()
            });
            if !said.is_empty() {
                announcer.say(said.join(" "));
            }
            left
        });
    }
}

const NAME: &str = "My bookings";
/// Few people have more at a time, and a socket each is enough then.
const MOST_FOLLOWED: usize = 5;

fn title(running: &[BookingOut], now: Timestamp) -> String {
    let left = lefts(running, now);
    match left.as_slice() {
        [] => NAME.to_owned(),
        [only] => format!("{} · {NAME}", minutes_and_seconds(*only)),
        [first, rest @ ..] => format!("{} · {} more · {NAME}", minutes_and_seconds(*first), rest.len()),
    }
}

/// What those have left whose time runs, the shortest first.
fn lefts(running: &[BookingOut], now: Timestamp) -> Vec<Duration> {
    let waiting = running.iter().filter(|one| one.state.is_waiting_for_pickup());
    let left = waiting.map(|one| time_left(end_of(one, now), now));
    let mut left: Vec<_> = left.filter(|left| !left.is_zero()).collect();
    left.sort_unstable();
    left
}

/// Those that end soon, then the others; each by when it ends.
fn by_urgency(bookings: Vec<BookingOut>, now: Timestamp) -> (Vec<BookingOut>, Vec<BookingOut>) {
    let is_soon = |one: &BookingOut| {
        let urgency = Urgency::of(time_left(end_of(one, now), now));
        one.state.is_waiting_for_pickup() && urgency != Urgency::Calm
    };
    let mut bookings = bookings;
    bookings.sort_by_key(|one| (end_of(one, now), one.id));
    bookings.into_iter().partition(is_soon)
}

/// What I change on another device no message tells me of; the booking itself does.
fn follow_each(bookings: &[BookingOut], again: Callback<()>) {
    for booking in bookings.iter().take(MOST_FOLLOWED) {
        let (held, version) = (RwSignal::new(booking.clone()), booking.version);
        follow_booking(held);
        Effect::new(move |_| {
            if held.with(|held| held.version != version) {
                again.run(());
            }
        });
    }
}

/// The running bookings in two parts; a booking changes over by itself when its time comes.
#[component]
pub fn RunningList(
    /// Those that run.
    bookings: Vec<BookingOut>,
    /// The server's clock when it said so.
    now: Timestamp,
    /// Reads them anew.
    again: Callback<()>,
) -> impl IntoView {
    follow_each(&bookings, again);
    let clock = Clock::get();
    let ticks = clock.ticks_here();
    let present = move || {
        if ticks.get() { clock.now() } else { now }
    };
    let bookings = StoredValue::new(bookings);
    // Compared by which and in which order, so that rows stay as they are from beat to beat.
    let parts = Memo::new(move |_| {
        let (soon, rest) = by_urgency(bookings.get_value(), present());
        let ids = |part: &[BookingOut]| part.iter().map(|one| one.id).collect::<Vec<_>>();
        (ids(&soon), ids(&rest))
    });
    let found = move |ids: Vec<BookingId>| {
        bookings.with_value(|all| {
            let one = |id: &BookingId| all.iter().find(|one| one.id == *id).cloned();
            ids.iter().filter_map(one).collect::<Vec<_>>()
        })
    };
    let part = move |heading: &'static str, label: &'static str, bookings: Vec<BookingOut>| {
        (!bookings.is_empty()).then(|| {
            view! {
                <h2 class="day">{heading}</h2>
                <Rows bookings now label />
            }
        })
    };
    move || {
        let (soon, rest) = parts.get();
        view! {
            {part("Expiring soon", "Bookings that expire soon", found(soon))}
            {part("Running now", "Running bookings", found(rest))}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::parts::booking_card::tests::running;
    use crate::domain::BookingState;

    const MINUTE: i64 = 60_000_000;

    fn ids(bookings: &[BookingOut]) -> Vec<i64> {
        bookings.iter().map(|one| one.id.0).collect()
    }

    #[test]
    fn those_that_end_soon_come_first_and_the_title_counts_the_others() {
        let now = Timestamp::from_micros(0);
        let bookings = vec![
            running(1, BookingState::Confirmed, 12 * MINUTE),
            running(2, BookingState::Requested, MINUTE),
            running(3, BookingState::Ready, 5 * MINUTE),
            running(4, BookingState::Confirmed, 4 * MINUTE + 12_000_000),
        ];
        assert_eq!(title(&bookings, now), "4:12 · 2 more · My bookings");
        let (soon, rest) = by_urgency(bookings.clone(), now);
        assert_eq!((ids(&soon), ids(&rest)), (vec![4, 3], vec![2, 1]));
        assert_eq!(title(&bookings[..1], now), "12:00 · My bookings");
        assert_eq!(title(&bookings[1..2], now), "My bookings");
        // In its grace a ready one counts down to the end of that.
        let late = Timestamp::from_micros(6 * MINUTE);
        assert_eq!(title(&bookings[2..3], late), "1:00 · My bookings");
    }
}
