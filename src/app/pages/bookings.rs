//! The page Bookings.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Bookings.
#[component]
pub fn Bookings() -> impl IntoView {
    view! {
        <Title text="Bookings" />
        <div class="wrap">
            <h1>"Bookings"</h1>
        </div>
    }
}
