//! The board by single keys. They can be switched off (WCAG 2.1.4), on this device.

use leptos::ev;
use leptos::prelude::*;

use crate::app::browser;

/// Where the switch is remembered.
const SWITCH: &str = "board-keys";
/// The list that the keys walk through.
const LIST: &str = "tasks";

/// Listens while the board is shown.
#[component]
pub fn Keys() -> impl IntoView {
    Effect::new(|_| {
        let listening = window_event_listener(ev::keydown, |event| {
            let is_combined = event.ctrl_key() || event.alt_key() || event.meta_key();
            if is_combined || browser::is_typing() || browser::has_dialog() || !are_on() {
                return;
            }
            match event.key().as_str() {
                "j" => browser::focus_row(LIST, true),
                "k" => browser::focus_row(LIST, false),
                "a" => browser::press_in_row(LIST, ".btn-go"),
                "Enter" if browser::is_on_row(LIST) => browser::press_in_row(LIST, "a.btn, button"),
                "s" => browser::focus("typed"),
                "?" => browser::focus("keys-help"),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || listening.remove());
    });
}

fn are_on() -> bool {
    browser::recall(SWITCH).as_deref() != Some("off")
}

/// What the keys do, and the switch.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let on = RwSignal::new(true);
    Effect::new(move |_| on.set(are_on()));
    let switch = move |_| {
        on.update(|on| *on = !*on);
        browser::remember(SWITCH, if on.get_untracked() { "on" } else { "off" });
    };
    let keys = [
        ("j", "next task"),
        ("k", "task before"),
        ("a", "acknowledge"),
        ("Enter", "open"),
        ("s", "scan box"),
        ("?", "these keys"),
    ];
    let rows = keys.map(|(key, what)| {
        view! {
            <div>
                <dt><kbd>{key}</kbd></dt>
                <dd>{what}</dd>
            </div>
        }
    });
    view! {
        <details class="ask">
            <summary class="btn btn-quiet" id="keys-help">
                "Keys"
            </summary>
            <div class="ask-body stack-s">
                <dl class="facts">{rows.collect_view()}</dl>
                <button type="button" class="btn" aria-pressed=move || on.get().to_string() on:click=switch>
                    {move || if on.get() { "Single keys are on" } else { "Single keys are off" }}
                </button>
            </div>
        </details>
    }
}
