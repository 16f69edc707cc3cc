//! The page Station.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Station.
#[component]
pub fn Station() -> impl IntoView {
    view! {
        <Title text="Station" />
        <div class="wrap">
            <h1>"Station"</h1>
        </div>
    }
}
