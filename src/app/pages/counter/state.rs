//! What the counter of a station knows: its slots and its bookings, kept true by the station's line. Public
//! frames say that something changed, never for whom; what only staff may see is asked for again.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::app::browser;
use crate::app::calls::staff::{CounterPage, see_counter};
use crate::app::live::clock::Clock;
use crate::app::live::queue::Queue;
use crate::app::live::store::StationStore;
use crate::app::live::work::Work;
use crate::app::live::{Bookmark, Line};
use crate::app::me::Me;
use crate::domain::{BookingId, InventoryAction, Problem, SlotNumber, StationId};
use crate::protocol::frame::ServerMessage;
use crate::protocol::rest::{BatteryModelOut, BookingOut, StepOut};
use crate::protocol::topic::Topic;

/// Changes that come together are asked for together.
const GATHER_MS: u32 = 300;
/// What no public frame tells (a deadline moved, a colleague prepared a booking) is seen after this long.
const LOOK_AGAIN_S: i64 = 20;

/// What is open beside the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Open {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A slot, with its pack or free.
    Slot(SlotNumber),
    /// A pack is to be put in, wherever there is room.
    Add,
    /// A booking.
    Booking(BookingId),
}

impl Open {
    /// What the address asks for.
    pub fn of(query: &ParamsMap) -> Self {
        let number = |name: &str| query.get(name)?.parse::<i64>().ok();
        if let Some(booking) = number("booking") {
            return Self::Booking(BookingId(booking));
        }
        if let Some(slot) = number("slot") {
            return Self::Slot(SlotNumber(slot));
        }
        if query.get("add").is_some() {
            Self::Add
        } else {
            Self::Nothing
        }
    }

    /// The address that opens it.
    pub fn address(self, station: StationId) -> String {
        match self {
            Self::Nothing => format!("/staff/stations/{station}"),
            Self::Slot(slot) => format!("/staff/stations/{station}?slot={}#open", slot.0),
            Self::Add => format!("/staff/stations/{station}?add=1#open"),
            Self::Booking(id) => format!("/staff/stations/{station}?booking={id}#open"),
        }
    }
}

/// What is asked again: by whom, and what came of it.
type Look = Action<bool, (bool, Result<CounterPage, Problem>)>;

/// What stays as it was at first.
pub struct Given {
    /// The types of packs.
    pub models: Vec<BatteryModelOut>,
    /// What was on record about the booking that was open then.
    pub history: Option<(BookingId, Vec<StepOut>)>,
}

/// The counter.
#[derive(Clone, Copy)]
pub struct Counter {
    /// Where.
    pub station: StationId,
    /// Its offset from UTC.
    pub offset: i32,
    /// Counts and slots.
    pub store: StationStore,
    /// Bookings.
    pub queue: Queue,
    /// What there is to do.
    pub work: Work,
    /// The line behind both.
    pub line: Line,
    /// What stays as it was at first.
    pub given: StoredValue<Given>,
    /// Makes a repeated "add" have one effect.
    pub key: RwSignal<String>,
    /// What was scanned or typed to open which booking.
    pub proof: RwSignal<Option<(BookingId, String)>>,
    kept_back: StoredValue<Vec<BookingOut>>,
    look: Look,
}

impl Counter {
    /// With what the page shows; follows the station from there.
    pub fn new(page: CounterPage) -> Self {
        let id = page.station.id;
        let store = StationStore::new(&page.station, &page.packs);
        let queue = Queue::new(page.bookings);
        let look: Look = Action::new(move |own: &bool| {
            let (own, known) = (*own, queue.ids());
            async move { (own, see_counter(id.to_string(), known, None).await) }
        });
        let soon = LookSoon::new(look);
        let bookmark = Bookmark::At(page.station.epoch.clone(), page.station.seq);
        let line = Line::open(Topic::Station(id), bookmark, page.as_of, move |_, frame| {
            let message = ServerMessage::read(frame)?;
            store.take(&message);
            if is_about_more_than_charge(&message) {
                soon.look();
            }
            Ok(())
        });
        // Closes with the page, as every line does.
        let (work, _) = Work::follow(id, &page.work, page.as_of);
        let counter = Self {
            work,
            station: id,
            offset: page.station.utc_offset_minutes,
            store,
            queue,
            line,
            given: StoredValue::new(Given {
                models: page.models,
                history: page.history,
            }),
            key: RwSignal::new(page.key),
            proof: RwSignal::new(None),
            kept_back: StoredValue::new(Vec::new()),
            look,
        };
        counter.follow(soon);
        counter
    }

    /// Shows what the own action led to, paused or not.
    pub fn acted(self) {
        self.look.dispatch(true);
    }

    /// The same, with the booking it was about.
    pub fn changed(self, booking: BookingOut) {
        self.queue.put(booking);
        self.acted();
    }

    /// Pauses, or resumes and shows the latest.
    pub fn toggle_pause(self) {
        self.store.toggle_pause();
        self.queue.take(self.kept_back.get_value());
        self.kept_back.set_value(Vec::new());
    }

    /// What the customer of this booking showed already.
    pub fn proof_of(self, id: BookingId) -> Option<String> {
        let proof = self.proof.get_untracked();
        proof.filter(|(of, _)| *of == id).map(|(_, proof)| proof)
    }

    fn follow(self, soon: LookSoon) {
        let clock = Clock::get();
        let beat = Memo::new(move |_| (clock.now().micros() / (LOOK_AGAIN_S * 1_000_000), clock.wakes()));
        Effect::new(move |before: Option<(i64, u32)>| {
            let now = beat.get();
            let is_started = before.is_some_and(|(at, _)| at != 0);
            if is_started && before != Some(now) && !browser::is_hidden() {
                soon.look();
            }
            now
        });
        // A message to staff tells of what the public does not see: cash to count, a service to do.
        let unread = Me::get().unread;
        Effect::new(move |before: Option<i64>| {
            let now = unread.get();
            if before.is_some_and(|before| now > before) {
                soon.look();
            }
            now
        });
        Effect::new(move |_| {
            match self.look.value().get() {
                Some((own, Ok(page))) => untrack(|| self.take(own, page)),
                // Called back from this station meanwhile: the page has nothing true to show any more.
                Some((_, Err(Problem::Forbidden { .. }))) => browser::go_to("/staff"),
                _ => {}
            }
        });
    }

    fn take(self, own: bool, page: CounterPage) {
        if own {
            self.key.set(page.key);
        }
        self.store.refresh(&page.station, &page.packs, own);
        self.work.standing().set(page.work.into());
        if own || !self.store.pause.is_paused() {
            self.queue.take(page.bookings);
        } else {
            self.kept_back.set_value(page.bookings);
        }
    }
}

/// Something that customers and packs have to do with, not only a percent of charge.
fn is_about_more_than_charge(frame: &ServerMessage) -> bool {
    match frame {
        ServerMessage::InventoryUpdate(update) => {
            !matches!(update.action, InventoryAction::Charge | InventoryAction::Test)
        }
        ServerMessage::Snapshot(_) => true,
        _ => false,
    }
}

/// Asks again a moment later, once for everything that happens until then.
#[derive(Clone, Copy)]
struct LookSoon {
    look: Look,
    is_due: StoredValue<bool>,
}

impl LookSoon {
    fn new(look: Look) -> Self {
        Self {
            look,
            is_due: StoredValue::new(false),
        }
    }

    fn look(self) {
        // The page may be gone by the time a frame or a timer comes.
        if self.is_due.try_get_value() != Some(false) {
            return;
        }
        self.is_due.set_value(true);
        let then = move || {
            if self.is_due.try_get_value().is_some() {
                self.is_due.set_value(false);
                self.look.dispatch(false);
            }
        };
        browser::after(GATHER_MS, then).forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_is_open_and_leads_back_to_it() {
        for open in [
            Open::Nothing,
            Open::Add,
            Open::Slot(SlotNumber(7)),
            Open::Booking(BookingId(12)),
        ] {
            let address = open.address(StationId(3));
            let query = address.split(['?', '#']).nth(1).unwrap_or_default();
            let mut pairs = ParamsMap::new();
            for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
                pairs.insert(name.to_owned(), value.to_owned());
            }
            let query = pairs;
            assert_eq!(Open::of(&query), open, "{address}");
        }
    }
}
