//! The battery goes out. Who scans it hears at once when it is another one than the customer's.

use leptos::prelude::*;

use super::scan_field::ScanField;
use super::{GO, take_answer};
use crate::app::browser;
use crate::app::calls::floor::{SwapOn, SwapStep};
use crate::app::live::clock::Clock;
use crate::app::parts::countdown::{minutes_and_seconds, time_left};
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::protocol::rest::SessionOut;

/// The slot is open, and how long still.
#[component]
pub fn SlotOpen(session: RwSignal<SessionOut>) -> impl IntoView {
    let call = ServerAction::<SwapOn>::new();
    let problem = failure(move || call.value().get());
    take_answer(session, move || call.value().get());
    let swap = session.with_untracked(|session| session.id);
    let serial = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Err(_)) = call.value().get() {
            browser::focus(GO);
        }
    });
    let clock = Clock::get();
    let offset = session.with_untracked(|session| session.utc_offset_minutes);
    let ticks = clock.ticks_here();
    let until = Memo::new(move |_| session.read().dispense_until);
    let slots = move || {
        session.with(|session| {
            let slots: Vec<_> = session
                .items
                .iter()
                .filter(|item| item.kind.takes_a_pack())
                .filter_map(|item| Some(item.slot?.label()))
                .collect();
            slots.join(", ")
        })
    };
    let waiting = Memo::new(move |_| {
        session.with(|session| {
            let waiting = session.returns.iter().filter(|one| one.is_waiting);
            waiting
                .filter_map(|one| one.serial.clone())
                .collect::<Vec<_>>()
                .join(", ")
        })
    });
    let left = move || {
        let until = until.get()?;
        Some(if ticks.get() {
            format!("Shuts in {}", minutes_and_seconds(time_left(until, clock.now())))
        } else {
            format!("Open until {}", until.clock_time(offset))
        })
    };
    view! {
        <p><b>"Slot " {slots} " is open."</b> " " {left}</p>
        <Show when=move || !waiting.read().is_empty()>
            <p>"All other slots are taken. When the battery is out, put " <b>{waiting}</b> " in."</p>
        </Show>
        <ActionForm action=call attr:class="stack">
            <ErrorSummary problem id="taken-problem" but=("serial", GO) />
            <input type="hidden" name="session" value=swap.to_string() />
            <input type="hidden" name="step" value=SwapStep::Taken.as_str() />
            <ScanField
                label="Serial number of the battery that goes out"
                name="serial"
                text=serial
                optional=true
                is_wrong=move || problem.with(Option::is_some)
                problem_id="taken-problem"
            />
            <Submit label="The battery is taken" busy="Finishing…" pending=call.pending() />
        </ActionForm>
    }
}
