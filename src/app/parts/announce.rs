//! The two live regions of the page. They stand empty in the server's HTML; a text is put in once, read by
//! a screen reader, and taken out after five seconds. Everything that must be heard goes through here.

use leptos::prelude::*;

use crate::app::browser;

const CLEAR_AFTER_MS: u32 = 5_000;

/// Says things to people who listen instead of look.
#[derive(Clone, Copy)]
pub struct Announcer {
    polite: RwSignal<String>,
    urgent: RwSignal<String>,
}

impl Announcer {
    /// Provides it to the whole application.
    pub fn provide() {
        provide_context(Self {
            polite: RwSignal::new(String::new()),
            urgent: RwSignal::new(String::new()),
        });
    }

    /// The one of this application.
    pub fn get() -> Self {
        expect_context()
    }

    /// Says it when the listener has a moment.
    pub fn say(self, text: impl Into<String>) {
        speak(self.polite, text.into());
    }

    /// Interrupts: only for what must not wait.
    pub fn warn(self, text: impl Into<String>) {
        speak(self.urgent, text.into());
    }
}

fn speak(region: RwSignal<String>, text: String) {
    region.set(text.clone());
    let clear = move || {
        if region.with_untracked(|now| *now == text) {
            region.set(String::new());
        }
    };
    browser::after(CLEAR_AFTER_MS, clear).forget();
}

/// `role=status` and `role=alert`, present before they are used.
#[component]
pub fn LiveRegions() -> impl IntoView {
    let Announcer { polite, urgent } = Announcer::get();
    view! {
        <div id="say" class="sr" role="status">
            {move || polite.get()}
        </div>
        <div id="warn" class="sr" role="alert">
            {move || urgent.get()}
        </div>
    }
}
