//! How much of something is used, as a bar and in words. The words say everything; the bar is for the eye.

use leptos::prelude::*;

use super::words::plural;

/// Swaps used of those a month has.
#[component]
pub fn Usage(
    /// So many are used.
    used: i64,
    /// Of so many.
    limit: i64,
) -> impl IntoView {
    let left = (limit - used).max(0);
    let tone = match (used * 100).checked_div(limit) {
        Some(100..) => Some("danger"),
        Some(80..) => Some("warn"),
        _ => None,
    };
    let width = (used.clamp(0, limit) * 100).checked_div(limit).unwrap_or(0);
    view! {
        <div class="usage" data-tone=tone>
            <p>
                <b>{left}</b>
                {format!(" {} left", plural(left, "swap", "swaps"))}
                <span class="label">{format!(" · {used} of {limit} used")}</span>
            </p>
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="usage-well" width="100" height="6" />
                <rect class="usage-used" width=width.to_string() height="6" />
            </svg>
        </div>
    }
}
