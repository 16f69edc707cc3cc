//! Whether this device makes a sound when it is my turn.

use leptos::prelude::*;

use crate::app::live::ring;

/// The switch.
#[component]
pub fn RingSwitch() -> impl IntoView {
    let on = RwSignal::new(false);
    Effect::new(move |_| on.set(ring::is_wanted()));
    let switch = move |event| {
        on.set(event_target_checked(&event));
        ring::choose(on.get_untracked());
    };
    view! {
        <label class="choice needs-script">
            <input type="checkbox" prop:checked=move || on.get() on:change=switch />
            <span>"Sound on this device when it is my turn"</span>
        </label>
    }
}
