//! The camera as a scanner beside a field: a button where the browser can read codes, nothing elsewhere. The field
//! takes what is typed all the same.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Icon;
use super::note::{Note, Tone};
use crate::app::browser::{self, NoCamera};

/// One page has one camera.
const VIDEO: &str = "camera";

/// The button, and under it what the camera sees. What it reads stands in `field` afterwards, and is sent.
#[component]
pub fn ReadCode(
    /// The id of the field.
    field: &'static str,
    /// What is in the field.
    text: RwSignal<String>,
) -> impl IntoView {
    let can = RwSignal::new(false);
    let is_on = RwSignal::new(false);
    let trouble = RwSignal::new(None::<NoCamera>);
    Effect::new(move |_| {
        spawn_local(async move {
            let answer = browser::can_read_codes().await;
            can.try_set(answer);
        });
    });
    let look = move || {
        trouble.set(None);
        is_on.set(true);
        spawn_local(async move {
            // A page that was left wants nothing.
            let is_wanted = move || is_on.try_get_untracked() == Some(true);
            let read = browser::read_code(VIDEO, is_wanted).await;
            is_on.try_set(false);
            match read {
                Ok(Some(code)) => {
                    browser::shake();
                    text.try_set(code);
                    browser::after(0, move || browser::send_form_of(field)).forget();
                }
                Ok(None) => browser::focus(field),
                Err(no_camera) => {
                    trouble.try_set(Some(no_camera));
                    browser::focus(field);
                }
            }
        });
    };
    let switch = move |_| {
        if is_on.get_untracked() {
            is_on.set(false);
        } else {
            look();
        }
    };
    view! {
        <Show when=move || can.get()>
            <div class="stack-s" on:keydown=move |event| if event.key() == "Escape" { is_on.set(false) }>
                <button
                    type="button"
                    class="btn"
                    aria-expanded=move || is_on.get().to_string()
                    aria-controls=VIDEO
                    on:click=switch
                >
                    <Icon name="camera" />
                    {move || if is_on.get() { "Stop the camera" } else { "Scan with the camera" }}
                </button>
                <video
                    class="camera"
                    id=VIDEO
                    hidden=move || !is_on.get()
                    autoplay
                    muted
                    playsinline
                    aria-label="What the camera sees"
                ></video>
            </div>
        </Show>
        <div role="alert">
            {move || trouble.get().map(|trouble| view! { <Note tone=Tone::Warn title=trouble.advice() /> })}
        </div>
    }
}
