//! A sign of the sprite. Always beside words: it says nothing to a screen reader.

use leptos::prelude::*;

/// The sign `name` of `public/icons.svg`.
#[component]
pub fn Icon(
    /// Its name there, without `i-`.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("/icons.svg#i-{name}") />
        </svg>
    }
}
