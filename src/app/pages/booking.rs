//! The page Booking.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Booking.
#[component]
pub fn Booking() -> impl IntoView {
    view! {
        <Title text="Booking" />
        <div class="wrap">
            <h1>"Booking"</h1>
        </div>
    }
}
