//! The steps of a swap as a line: what is done, what is now, what comes.

use leptos::prelude::*;

use crate::domain::SessionStep;
use crate::protocol::rest::SessionOut;

/// The step indicator.
#[component]
pub fn Way(session: RwSignal<SessionOut>) -> impl IntoView {
    let way = Memo::new(move |_| session.with(|session| (session.way.clone(), session.step)));
    let row = |step: SessionStep, now: SessionStep| {
        let is_done = step < now || now == SessionStep::Closed;
        view! {
            <li
                data-step=is_done.then_some("done")
                aria-current=(step == now && !is_done).then_some("step")
            >
                <b>{step.label()}</b>
            </li>
        }
    };
    let rows = move || {
        let (way, now) = way.get();
        let shown = way.into_iter().filter(|step| *step != SessionStep::Closed);
        shown.map(|step| row(step, now)).collect_view()
    };
    view! {
        <div class="steps">
            <ol aria-label="Steps of the swap">{rows}</ol>
        </div>
    }
}
