//! How true the page is right now, on the heading of the list it governs: Live, Reconnecting, Paused, and a
//! warning when changes may have been missed for half a minute.

use leptos::prelude::*;

use super::announce::Announcer;
use super::note::Tone;
use super::{ClockTime, Icon, Note};
use crate::app::browser;
use crate::app::live::store::Pause;
use crate::app::live::{Line, Link};

/// The live chip and the control that pauses.
#[component]
pub fn LiveBar(
    /// The line behind the list.
    line: Line,
    /// Whether changes are shown.
    pause: Pause,
    /// Pauses, or resumes.
    toggle: Callback<()>,
    /// The station's offset from UTC.
    offset: i32,
) -> impl IntoView {
    let label = move || match (pause.is_paused(), pause.waiting()) {
        (false, _) => "Pause".to_owned(),
        (true, 0) => "Resume".to_owned(),
        (true, 1) => "1 change waiting · Resume".to_owned(),
        (true, waiting) => format!("{waiting} changes waiting · Resume"),
    };
    view! {
        <span class="live-bar">
            <LiveChip line pause offset />
            <button
                type="button"
                class="btn btn-quiet"
                aria-pressed=move || pause.is_paused().to_string()
                on:click=move |_| toggle.run(())
            >
                <Icon name="pause" />
                {label}
                <span class="sr">" live updates"</span>
            </button>
        </span>
    }
}

/// Dot, word and the time for which it is true.
#[component]
pub fn LiveChip(
    /// The line behind the list.
    line: Line,
    /// Whether changes are shown, where the person may choose.
    #[prop(optional)]
    pause: Option<Pause>,
    /// The station's offset from UTC.
    offset: i32,
) -> impl IntoView {
    let is_paused = move || pause.is_some_and(Pause::is_paused);
    let state = Memo::new(move |_| match line.link() {
        _ if is_paused() => ("paused", "Paused"),
        Link::Live => ("on", "Live"),
        Link::Waiting => ("wait", "As of"),
        Link::Reconnecting if !browser::is_online() => ("stale", "Offline, as of"),
        Link::Reconnecting => ("stale", "Reconnecting, as of"),
        Link::Stale => ("stale", "Not live since"),
        Link::Ended => ("stale", "Ended"),
    });
    // While paused, the time is that of what is shown.
    let shown_at = Memo::new(move |before| match before {
        Some(before) if is_paused() => *before,
        _ => line.as_of(),
    });
    view! {
        <span class="live" data-live=move || state.get().0>
            {move || state.get().1}
            " "
            {move || view! { <ClockTime at=shown_at.get() offset seconds=true /> }}
        </span>
    }
}

/// The warning after thirty seconds without a line, said once, and the way to try again.
#[component]
pub fn StaleNote(
    /// The line behind the list.
    line: Line,
    /// The station's offset from UTC.
    offset: i32,
    /// What that means for the person, and what she can do all the same.
    #[prop(
        default = "Counts may be wrong. You can still hold a battery: the station checks again before it says yes."
    )]
    advice: &'static str,
) -> impl IntoView {
    let announcer = Announcer::get();
    let since = Memo::new(move |_| (line.link() == Link::Stale).then(|| line.as_of().clock_time(offset)));
    Effect::new(move |before: Option<bool>| {
        let stale = since.get();
        match (&stale, before) {
            (Some(since), _) => announcer.say(sentence(since)),
            (None, Some(true)) => announcer.say("Up to date"),
            (None, _) => {}
        }
        stale.is_some()
    });
    move || {
        since.get().map(|since| {
            view! {
                <Note tone=Tone::Warn title=sentence(&since)>
                    <p>{advice}</p>
                    <button type="button" class="btn" on:click=move |_| line.retry()>
                        "Retry"
                    </button>
                </Note>
            }
        })
    }
}

fn sentence(since: &str) -> String {
    format!("Live updates lost since {since}.")
}
