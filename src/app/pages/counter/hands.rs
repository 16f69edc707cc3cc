//! Whether somebody has a hand on a list: nothing moves under her pointer or her focus, and what she leaves alone is
//! sorted by itself.

use leptos::prelude::*;

use crate::app::browser;

/// So long nobody is at a list before it is sorted.
const IDLE_MS: u32 = 5_000;

/// The pointer and the focus of the person in front of the page, at one list.
#[derive(Clone, Copy)]
pub struct Hands {
    /// The pointer is over it.
    pub pointer: RwSignal<bool>,
    /// The focus is in it.
    pub focus: RwSignal<bool>,
}

impl Hands {
    /// Nobody is there. Sorts by `tidy` whenever something `waits` for it and nobody is at the list for a while.
    pub fn off(
        waits: impl Fn() -> bool + Send + Sync + 'static,
        tidy: impl Fn() + Copy + Send + Sync + 'static,
    ) -> Self {
        let hands = Self {
            pointer: RwSignal::new(false),
            focus: RwSignal::new(false),
        };
        // Only whether something waits: what comes meanwhile does not begin the wait anew.
        let waits = Memo::new(move |_| waits());
        Effect::new(move |_| {
            let is_idle = waits.get() && !hands.pointer.get() && !hands.focus.get();
            is_idle.then(|| browser::after(IDLE_MS, tidy))
        });
        hands
    }
}
