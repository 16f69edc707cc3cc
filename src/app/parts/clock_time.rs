//! A clock time in the zone of a station. The text is worked out from the instant and the offset that the
//! server sent, so that server and browser write the same.

use leptos::prelude::*;

use crate::domain::Timestamp;

/// `14:35`, or `14:35:11` with seconds.
#[component]
pub fn ClockTime(
    /// The instant.
    at: Timestamp,
    /// The station's offset from UTC.
    offset: i32,
    /// Also the seconds.
    #[prop(optional)]
    seconds: bool,
) -> impl IntoView {
    let text = if seconds {
        at.clock_time_with_seconds(offset)
    } else {
        at.clock_time(offset)
    };
    view! { <time datetime=at.to_string()>{text}</time> }
}
