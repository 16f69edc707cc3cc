//! The page Stations.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Stations.
#[component]
pub fn Stations() -> impl IntoView {
    view! {
        <Title text="Stations" />
        <div class="wrap">
            <h1>"Stations"</h1>
        </div>
    }
}
