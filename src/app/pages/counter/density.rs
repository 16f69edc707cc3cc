//! How close the rows of the board stand: a wall screen and a phone want air, a busy desk wants to see it all.

use leptos::prelude::*;

use crate::app::browser;

/// The cookie that remembers the choice, so that the server draws the board as it is wanted.
const COOKIE: &str = "density";
const COMPACT: &str = "compact";

/// The choice of an earlier visit: for the board's `data-density`.
pub fn chosen() -> RwSignal<Option<&'static str>> {
    let is_compact = browser::cookie(COOKIE).as_deref() == Some(COMPACT);
    RwSignal::new(is_compact.then_some(COMPACT))
}

/// The switch.
#[component]
pub fn DensitySwitch(density: RwSignal<Option<&'static str>>) -> impl IntoView {
    let is_compact = move || density.get().is_some();
    let switch = move |_| {
        density.update(|now| *now = now.is_none().then_some(COMPACT));
        browser::set_cookie(COOKIE, density.get_untracked().unwrap_or("airy"));
    };
    view! {
        <button
            type="button"
            class="btn btn-quiet needs-script"
            aria-pressed=move || is_compact().to_string()
            on:click=switch
        >
            "Compact"
        </button>
    }
}
