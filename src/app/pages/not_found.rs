//! An address that leads nowhere.

use leptos::prelude::*;

use crate::app::parts::refusal::Refusal;
use crate::domain::Problem;

/// The page for an address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <Refusal problem=Problem::not_found("page") /> }
}
