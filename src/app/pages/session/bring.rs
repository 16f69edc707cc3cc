//! What the customer brings goes in: scanned or typed, and confirmed where something is unexpected.

use leptos::prelude::*;

use super::scan_field::ScanField;
use super::{Do, GO, take_answer};
use crate::app::browser;
use crate::app::calls::floor::{BringPack, SwapStep};
use crate::app::parts::form::{ErrorSummary, Field, Submit, complaint_about, failure};
use crate::protocol::rest::SessionOut;

/// The form for the next pack that is not in yet.
#[component]
pub fn Bring(session: RwSignal<SessionOut>) -> impl IntoView {
    let call = ServerAction::<BringPack>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let swap = session.with_untracked(|session| session.id);
    let line =
        Memo::new(move |_| session.with(|session| session.outstanding().map(|item| item.name.clone())));
    let serial = RwSignal::new(String::new());
    Effect::new(move |_| match call.value().get() {
        Some(Ok(_)) => serial.set(String::new()),
        Some(Err(_)) => browser::focus(GO),
        None => {}
    });
    let doubt = move || {
        problem.with(|problem| {
            problem
                .as_ref()
                .and_then(|problem| complaint_about(problem, "confirm"))
        })
    };
    view! {
        <Show
            when=move || line.with(Option::is_some)
            fallback=move || view! { <Do session step=SwapStep::Next label="All are in" id=GO /> }
        >
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="bring-problem" but=("serial", GO) />
                <input type="hidden" name="session" value=swap.to_string() />
                <p>"For " <b>{line}</b></p>
                <ScanField
                    label="Serial number of the battery that comes in"
                    name="serial"
                    text=serial
                    is_wrong=move || problem.with(Option::is_some)
                    problem_id="bring-problem"
                />
                {move || {
                    doubt()
                        .map(|doubt| {
                            view! {
                                <label class="choice">
                                    <input type="checkbox" id="confirm" name="confirm" value="true" />
                                    <span>{doubt}</span>
                                </label>
                            }
                        })
                }}
                <Submit label="Take it in" busy="Taking in…" pending=call.pending() />
                <details class="ask">
                    <summary class="btn btn-quiet">"Charge, damage"</summary>
                    <div class="ask-body stack">
                        <Field label="Charge in percent" name="soc" autocomplete="off" optional=true problem />
                        <Field
                            label="What is broken"
                            name="damage"
                            autocomplete="off"
                            optional=true
                            hint="The battery is locked until somebody has looked at it."
                            problem
                        />
                    </div>
                </details>
            </ActionForm>
            <Do session step=SwapStep::NoPack label="The customer brought none" class="btn btn-quiet" />
        </Show>
    }
}
