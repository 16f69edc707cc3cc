//! The page SignIn.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page SignIn.
#[component]
pub fn SignIn() -> impl IntoView {
    view! {
        <Title text="SignIn" />
        <div class="wrap">
            <h1>"SignIn"</h1>
        </div>
    }
}
