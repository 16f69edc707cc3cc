//! The page NotFound.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page NotFound.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="NotFound" />
        <div class="wrap">
            <h1>"NotFound"</h1>
        </div>
    }
}
