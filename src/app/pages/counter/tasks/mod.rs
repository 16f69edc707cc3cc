//! What there is to do at the station: the list that everybody there shares, who has what, and what was said to all.

mod alarm;
mod duty;
mod give;
mod keys;
mod row;
mod say;
mod sound;
mod tiles;

use leptos::prelude::*;

pub use alarm::Alarms;
pub use duty::Duty;
pub use keys::{Keys, KeysHelp};
pub use sound::Sound;
pub use tiles::Tiles;

use super::density::DensitySwitch;
use super::hands::Hands;
use super::state::Counter;
use crate::app::browser;
use crate::app::live::work::Row as Listed;
use row::Row;
use say::Say;

/// The tasks, in the order in which they came, until somebody sorts them.
#[component]
pub fn Tasks(counter: Counter, density: RwSignal<Option<&'static str>>) -> impl IntoView {
    let work = counter.work;
    let open = Memo::new(move |_| work.open());
    let is_empty = Memo::new(move |_| work.rows().is_empty());
    let hands = Hands::off(move || work.news() != (0, 0), move || work.tidy());
    view! {
        <section
            class="stack-s"
            aria-labelledby="tasks-h"
            on:pointerenter=move |_| hands.pointer.set(true)
            on:pointerleave=move |_| hands.pointer.set(false)
            on:focusin=move |_| hands.focus.set(true)
            on:focusout=move |_| hands.focus.set(false)
        >
            <div class="col-head">
                <h2 id="tasks-h" tabindex="-1">
                    "Tasks "
                    <data value=move || open.get().to_string()>{open}</data>
                </h2>
                <News counter />
            </div>
            <div class="panel">
                <ol class="rows" id="tasks">
                    <For each=move || work.rows() key=|row: &Listed| (row.id, row.is_new) let:row>
                        <Row row counter />
                    </For>
                </ol>
                <Show when=move || is_empty.get()>
                    <p class="panel-body soft">"Nothing to do right now. What comes appears here by itself."</p>
                </Show>
            </div>
            <div class="btns">
                <Sound counter />
                <DensitySwitch density />
                <KeysHelp />
            </div>
            <Show when=move || counter.work.standing().read().may_lead>
                <Say counter />
            </Show>
            <Keys />
        </section>
    }
}

/// What came and what is over, and the way to sort it in.
#[component]
fn News(counter: Counter) -> impl IntoView {
    let work = counter.work;
    let label = Memo::new(move |_| match work.news() {
        (0, 0) => None,
        (new, 0) => Some(format!("{new} new")),
        (0, over) => Some(format!("{over} done")),
        (new, over) => Some(format!("{new} new, {over} done")),
    });
    let tidy = move |_| {
        work.tidy();
        browser::focus("tasks-h");
    };
    move || {
        label.get().map(|label| {
            view! {
                <button type="button" class="chip" on:click=tidy>
                    {label}
                    <span class="sr">", "</span>
                    <span aria-hidden="true">" · "</span>
                    "Sort"
                    <span class="sr">" the tasks by urgency"</span>
                </button>
            }
        })
    }
}
