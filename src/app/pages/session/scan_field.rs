//! What a step of the swap reads off something: typed, scanned by a hand scanner, or by the camera.

use leptos::prelude::*;

use super::GO;
use crate::app::parts::ReadCode;

/// The field, which is where its step begins, and the camera's button.
#[component]
pub fn ScanField(
    /// What is read.
    label: &'static str,
    /// What the form calls it.
    name: &'static str,
    /// What is in the field.
    text: RwSignal<String>,
    /// Its form may be sent without it.
    #[prop(optional)]
    optional: bool,
    /// Nothing good stands in it.
    #[prop(into)]
    is_wrong: Signal<bool>,
    /// What says why.
    problem_id: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=GO>
                {label} {optional.then(|| view! { <span class="label">" (optional)"</span> })}
            </label>
            <input
                class="input"
                id=GO
                name=name
                type="text"
                maxlength="64"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                required=!optional
                autofocus
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                aria-invalid=move || is_wrong.get().then_some("true")
                aria-describedby=problem_id
            />
        </div>
        <ReadCode field=GO text=text />
    }
}
