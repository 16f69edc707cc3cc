//! The page Register.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page Register.
#[component]
pub fn Register() -> impl IntoView {
    view! {
        <Title text="Register" />
        <div class="wrap">
            <h1>"Register"</h1>
        </div>
    }
}
