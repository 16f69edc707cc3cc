//! The page Inbox.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Inbox.
#[component]
pub fn Inbox() -> impl IntoView {
    view! {
        <Title text="Inbox" />
        <div class="wrap">
            <h1>"Inbox"</h1>
        </div>
    }
}
