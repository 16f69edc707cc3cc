//! A chime for what comes: the more urgent, the more often; the most urgent again and again until somebody has it.

use leptos::prelude::*;

use super::super::state::Counter;
use crate::app::browser;
use crate::domain::Priority;

/// The most urgent is heard again so often.
const AGAIN_MS: u32 = 10_000;

/// The one press that browsers want before a page may be heard.
#[component]
pub fn Sound(counter: Counter) -> impl IntoView {
    let work = counter.work;
    let is_on = RwSignal::new(false);
    let switch = move |_| is_on.update(|on| *on = !*on && browser::enable_sound());
    Effect::new(move |_| {
        if let Some((_, priority)) = work.rang().get().filter(|_| is_on.get_untracked()) {
            browser::chime(beeps(priority));
        }
    });
    Effect::new(move |_| {
        let rings = is_on.get() && !work.alarming().is_empty();
        rings.then(|| browser::every(AGAIN_MS, || browser::chime(beeps(Priority::P1))))
    });
    view! {
        <button type="button" class="btn btn-quiet" aria-pressed=move || is_on.get().to_string() on:click=switch>
            {move || if is_on.get() { "Sound is on" } else { "Enable sound" }}
        </button>
    }
}

fn beeps(priority: Priority) -> u32 {
    match priority {
        Priority::P1 => 3,
        Priority::P2 => 2,
        Priority::P3 => 1,
        Priority::P4 => 0,
    }
}
