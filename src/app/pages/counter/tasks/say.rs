//! A lead or the operator says something to everybody at the station.

use leptos::prelude::*;

use super::super::state::Counter;
use crate::app::calls::tasks::SayToStaff;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::domain::StaffMessageKind;
use crate::protocol::rest::{HeardOut, StaffMessageOut};

/// The form, folded away until somebody needs it.
#[component]
pub fn Say(counter: Counter) -> impl IntoView {
    let call = ServerAction::<SayToStaff>::new();
    let problem = failure(move || call.value().get());
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(())) = call.value().get() {
            announcer.say("Said to everybody here.");
            // With a new key: the next one is another message.
            counter.acted();
        }
    });
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn btn-quiet">"Say something to all staff here"</summary>
            <div class="ask-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="say-problem" />
                    <input type="hidden" name="station" value=counter.station.to_string() />
                    <input type="hidden" name="key" value=move || counter.key.get() />
                    <Field label="Message" name="message" autocomplete="off" problem />
                    <div class="field">
                        <label for="loudness">"How"</label>
                        <select class="input" id="loudness" name="loudness">
                            <option value="broadcast">"To know"</option>
                            <option value="normal">"To acknowledge"</option>
                            <option value="high">"Urgent, over the whole board until acknowledged"</option>
                        </select>
                    </div>
                    <Submit label="Say it" busy="Saying…" pending=call.pending() class="btn btn-go" />
                </ActionForm>
            </div>
        </details>
        <Heard counter />
    }
}

/// What was said last, and who has read it.
#[component]
fn Heard(counter: Counter) -> impl IntoView {
    let heard = Memo::new(move |_| counter.work.standing().with(|standing| standing.heard.clone()));
    let row = |said: StaffMessageOut| {
        view! {
            <li>
                <p>{said.message.clone()}</p>
                <p class="soft">
                    <small>{readers(&said)}</small>
                </p>
            </li>
        }
    };
    view! {
        <Show when=move || !heard.read().is_empty()>
            <ul class="panel rows" aria-label="What was said">
                {move || heard.get().into_iter().map(row).collect_view()}
            </ul>
        </Show>
    }
}

/// `Read by Asha Nair. Not yet by Vishnu Rao.`
fn readers(said: &StaffMessageOut) -> String {
    let names = |people: &[HeardOut]| {
        people
            .iter()
            .map(|one| one.name.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if said.kind == StaffMessageKind::Broadcast {
        return format!("From {}, to know.", said.from);
    }
    match (said.acknowledged.as_slice(), said.waiting.as_slice()) {
        ([], []) => "There was nobody to read it.".to_owned(),
        ([], waiting) => format!("Not read yet by {}.", names(waiting)),
        (read, []) => format!("Read by {}.", names(read)),
        (read, waiting) => format!("Read by {}. Not yet by {}.", names(read), names(waiting)),
    }
}
