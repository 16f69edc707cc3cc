//! The page Staff.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Staff.
#[component]
pub fn Staff() -> impl IntoView {
    view! {
        <Title text="Staff" />
        <div class="wrap">
            <h1>"Staff"</h1>
        </div>
    }
}
