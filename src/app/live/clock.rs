//! The server's clock in the browser: an offset learned from what the server says, and one beat a second
//! for everything that counts down. Nobody else starts a ticking timer.

use leptos::prelude::*;

use crate::app::browser;
use crate::domain::Timestamp;

/// Samples of the offset of which the median counts.
const SAMPLES: usize = 3;

/// The shared clock. [`Clock::now`] moves once a second; of a hidden page as often as its browser lets it, for
/// the tab's title.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Timestamp>,
    ticking: RwSignal<bool>,
    wakes: RwSignal<u32>,
    offsets: StoredValue<Vec<i64>>,
}

impl Clock {
    /// Provides it to the whole application.
    pub fn provide() {
        let clock = Self {
            now: RwSignal::new(Timestamp::default()),
            ticking: RwSignal::new(false),
            wakes: RwSignal::new(0),
            offsets: StoredValue::new(Vec::new()),
        };
        Effect::new(move || clock.start());
        provide_context(clock);
    }

    /// The one of this application.
    pub fn get() -> Self {
        expect_context()
    }

    /// The server's time, to the second. On the server and until the page is alive: that of the answer.
    pub fn now(self) -> Timestamp {
        self.now.get()
    }

    /// The same, without following it.
    pub fn now_untracked(self) -> Timestamp {
        self.now.get_untracked()
    }

    /// The page is alive and the time moves: countdowns may show minutes and seconds.
    pub fn is_ticking(self) -> bool {
        self.ticking.get()
    }

    /// The same for what is being built here: not before it has come alive as the server wrote it. Pages that are
    /// loaded later are still dead when the clock already ticks, and must not differ from what stands there.
    pub fn ticks_here(self) -> Signal<bool> {
        let alive = RwSignal::new(false);
        Effect::new(move |_| alive.set(true));
        Signal::derive(move || alive.get() && self.is_ticking())
    }

    /// How often the page may have slept and is awake again: network back, page visible, page restored.
    pub fn wakes(self) -> u32 {
        self.wakes.get()
    }

    /// The server said that it is `server_time`; just now.
    pub fn learn(self, server_time: Timestamp) {
        let offset = server_time.micros() - local_micros();
        self.offsets.update_value(|offsets| {
            offsets.push(offset);
            if offsets.len() > SAMPLES {
                offsets.remove(0);
            }
        });
    }

    /// The page itself came with `server_time`: better than nothing, until a socket says more.
    pub fn learn_once(self, server_time: Timestamp) {
        if self.now.with_untracked(|now| *now < server_time) {
            self.now.set(server_time);
        }
    }

    fn start(self) {
        if self.offsets.with_value(Vec::is_empty) {
            let now = self.now.get_untracked();
            let offset = if now == Timestamp::default() {
                0
            } else {
                now.micros() - local_micros()
            };
            self.offsets.set_value(vec![offset]);
        }
        self.tick();
        self.ticking.set(true);
        self.beat();
        browser::on_wake(move || {
            self.tick();
            self.wakes.update(|wakes| *wakes += 1);
        });
    }

    /// Rings at the next full second, and again.
    fn beat(self) {
        let now = self.measure().micros();
        let rest_ms = 1_000 - now.div_euclid(1_000).rem_euclid(1_000);
        let ring = move || {
            self.tick();
            self.beat();
        };
        browser::after(u32::try_from(rest_ms).unwrap_or(1_000), ring).forget();
    }

    fn tick(self) {
        self.now.set(self.measure());
    }

    /// The server's time, this very moment.
    pub fn measure(self) -> Timestamp {
        let mut offsets = self.offsets.get_value();
        offsets.sort_unstable();
        let offset = offsets.get(offsets.len() / 2).copied().unwrap_or(0);
        Timestamp::from_micros(local_micros() + offset)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit for 290 000 years"
)]
fn local_micros() -> i64 {
    (browser::now_ms() * 1_000.0) as i64
}
