//! The page Profile.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Profile.
#[component]
pub fn Profile() -> impl IntoView {
    view! {
        <Title text="Profile" />
        <div class="wrap">
            <h1>"Profile"</h1>
        </div>
    }
}
