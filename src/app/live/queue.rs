//! The bookings of a station in the order its staff see them. Nothing moves by itself: what changes changes
//! in its place, what is new comes in at the end, what ended stays to be seen. Only [`Queue::tidy`] sorts: when a
//! person asks for it, or nobody is at the list.

use leptos::prelude::*;

use crate::domain::{BookingId, BookingState};
use crate::protocol::rest::BookingOut;

/// One booking of the list.
#[derive(Clone)]
pub struct Queued {
    /// Which.
    pub id: BookingId,
    /// How it stands.
    pub booking: ArcRwSignal<BookingOut>,
    /// Came in after the page was made or last tidied.
    pub is_new: bool,
}

/// The list.
#[derive(Clone, Copy)]
pub struct Queue {
    /// In the order of the page.
    pub rows: RwSignal<Vec<Queued>>,
}

/// Those to prepare first, by deadline; then those that wait to be handed over; then the rest. Among those that
/// wait, whoever has a plan with priority comes first.
fn rank(booking: &BookingOut) -> (u8, bool, crate::domain::Timestamp, BookingId) {
    let turn = match booking.state {
        BookingState::Requested | BookingState::Confirmed => 0,
        BookingState::Ready | BookingState::CheckedIn | BookingState::InService => 1,
        _ => 2,
    };
    let waits_behind = turn == 2 || booking.priority != Some(true);
    (turn, waits_behind, booking.deadline, booking.id)
}

impl Queue {
    /// With what the page shows, sorted.
    pub fn new(bookings: Vec<BookingOut>) -> Self {
        let queue = Self {
            rows: RwSignal::new(Vec::new()),
        };
        queue.take(bookings);
        queue.tidy();
        queue
    }

    /// Which bookings are on the page.
    pub fn ids(self) -> Vec<BookingId> {
        self.rows
            .with_untracked(|rows| rows.iter().map(|row| row.id).collect())
    }

    /// One of them.
    pub fn find(self, id: BookingId) -> Option<Queued> {
        self.rows
            .with(|rows| rows.iter().find(|row| row.id == id).cloned())
    }

    /// Those to prepare and to hand over, and those that ended meanwhile.
    pub fn due(self) -> Vec<Queued> {
        self.those(|row| !is_planned(row))
    }

    /// Those whose time has not come yet.
    pub fn planned(self) -> Vec<Queued> {
        self.those(is_planned)
    }

    fn those(self, belongs: impl Fn(&Queued) -> bool) -> Vec<Queued> {
        self.rows
            .with(|rows| rows.iter().filter(|row| belongs(row)).cloned().collect())
    }

    /// How many are to be prepared or handed over.
    pub fn running(self) -> usize {
        self.those(|row| !has_ended(row) && !is_planned(row)).len()
    }

    /// How many came in, and how many ended, since it was tidied.
    pub fn news(self) -> (usize, usize) {
        self.rows.with(|rows| {
            let ended = rows.iter().filter(|row| has_ended(row)).count();
            let new = rows.iter().filter(|row| row.is_new && !has_ended(row)).count();
            (new, ended)
        })
    }

    /// Takes over how the bookings stand now; an older state than the one shown is dropped.
    pub fn take(self, bookings: Vec<BookingOut>) {
        for booking in bookings {
            self.put(booking);
        }
    }

    /// Takes over how one booking stands now.
    pub fn put(self, fresh: BookingOut) {
        let known = untrack(|| self.find(fresh.id));
        let Some(row) = known else {
            if !fresh.state.is_ended() {
                let row = Queued {
                    id: fresh.id,
                    booking: ArcRwSignal::new(fresh),
                    is_new: true,
                };
                self.rows.update(|rows| rows.push(row));
            }
            return;
        };
        row.booking.maybe_update(|held| {
            let is_newer = fresh.version >= held.version && *held != fresh;
            if is_newer {
                *held = fresh;
            }
            is_newer
        });
    }

    /// Sorts, and puts away what ended.
    pub fn tidy(self) {
        self.rows.update(|rows| {
            rows.retain(|row| !row.booking.with_untracked(|booking| booking.state.is_ended()));
            rows.sort_by_key(|row| row.booking.with_untracked(rank));
            for row in rows {
                row.is_new = false;
            }
        });
    }
}

fn is_planned(row: &Queued) -> bool {
    row.booking
        .with(|booking| booking.state == BookingState::Scheduled)
}

fn has_ended(row: &Queued) -> bool {
    row.booking.with(|booking| booking.state.is_ended())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::parts::booking_card::tests::running;

    fn booking(id: i64, state: BookingState, minutes: i64) -> BookingOut {
        running(id, state, 60_000_000 * minutes)
    }

    fn order(queue: Queue) -> Vec<i64> {
        queue.ids().into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn nothing_moves_until_somebody_tidies() {
        let owner = Owner::new();
        owner.set();
        let queue = Queue::new(vec![
            booking(1, BookingState::Ready, 3),
            booking(2, BookingState::Confirmed, 9),
            booking(3, BookingState::Confirmed, 5),
        ]);
        assert_eq!(order(queue), [3, 2, 1]);
        let mut collected = booking(3, BookingState::Completed, 5);
        collected.version = 2;
        queue.take(vec![booking(4, BookingState::Confirmed, 1), collected]);
        assert_eq!((order(queue), queue.news()), (vec![3, 2, 1, 4], (1, 1)));
        queue.tidy();
        assert_eq!((order(queue), queue.news()), (vec![4, 2, 1], (0, 0)));
    }

    #[test]
    fn what_is_for_later_stands_apart_until_its_time_has_come() {
        let owner = Owner::new();
        owner.set();
        let queue = Queue::new(vec![
            booking(1, BookingState::Scheduled, 90),
            booking(2, BookingState::Confirmed, 9),
        ]);
        let ids = |rows: Vec<Queued>| rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>();
        assert_eq!((ids(queue.due()), ids(queue.planned())), (vec![2], vec![1]));
        assert_eq!(queue.running(), 1);
        let mut chosen = booking(1, BookingState::Confirmed, 90);
        chosen.version = 2;
        queue.take(vec![chosen]);
        assert_eq!((ids(queue.due()), ids(queue.planned())), (vec![2, 1], vec![]));
    }

    #[test]
    fn a_plan_with_priority_comes_first_among_those_that_wait() {
        let owner = Owner::new();
        owner.set();
        let mut premium = booking(3, BookingState::Confirmed, 9);
        premium.priority = Some(true);
        let queue = Queue::new(vec![
            booking(1, BookingState::Ready, 1),
            booking(2, BookingState::Confirmed, 5),
            premium,
        ]);
        assert_eq!(order(queue), [3, 2, 1]);
    }

    #[test]
    fn an_older_state_and_an_unknown_ended_booking_are_dropped() {
        let owner = Owner::new();
        owner.set();
        let mut ready = booking(1, BookingState::Ready, 3);
        ready.version = 5;
        let queue = Queue::new(vec![ready]);
        queue.take(vec![
            booking(1, BookingState::Confirmed, 3),
            booking(2, BookingState::Expired, 3),
        ]);
        assert_eq!(order(queue), [1]);
        let state = queue
            .find(BookingId(1))
            .unwrap()
            .booking
            .with(|booking| booking.state);
        assert_eq!(state, BookingState::Ready);
    }
}
