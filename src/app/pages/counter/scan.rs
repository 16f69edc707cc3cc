//! The box for whatever is scanned or said: QR text, code or PIN of a booking, the QR code of a bay, the serial
//! number of a pack. Enter opens it; a second Enter hands a booking over.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::state::{Counter, Open};
use crate::app::browser;
use crate::app::calls::scan::{Found, LookUp};
use crate::app::parts::form::{complaint_about, failure};
use crate::app::parts::{Icon, ReadCode};

/// The scan box.
#[component]
pub fn Scan(counter: Counter, open: Memo<Open>) -> impl IntoView {
    let call = ServerAction::<LookUp>::new();
    let problem = failure(move || call.value().get());
    let typed = RwSignal::new(String::new());
    let complaint = Memo::new(move |_| {
        problem.with(|problem| {
            let problem = problem.as_ref()?;
            complaint_about(problem, "typed").or_else(|| Some(problem.to_string()))
        })
    });
    let navigate = use_navigate();
    Effect::new(move |_| match call.value().get() {
        Some(Ok(found)) => {
            let address = found.address(counter.station);
            if let Found::Booking(booking) = found {
                counter.proof.set(Some((booking.id, typed.get_untracked())));
                let was_open = open.get_untracked() == Open::Booking(booking.id);
                counter.queue.put(*booking);
                if was_open {
                    typed.set(String::new());
                    browser::focus("hand-over");
                    return;
                }
            }
            typed.set(String::new());
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&address, options);
        }
        Some(Err(_)) => browser::focus("typed"),
        None => {}
    });
    view! {
        <ActionForm action=call attr:class="stack-s" attr:role="search">
            <input type="hidden" name="station" value=counter.station.to_string() />
            <div class="input-row">
                <div class="with-icon">
                    <Icon name="scan" />
                    <label class="sr" for="typed">
                        "Scan or type a QR text, code, PIN or battery number"
                    </label>
                    <input
                        class="input"
                        id="typed"
                        name="typed"
                        type="text"
                        maxlength="200"
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        placeholder="QR, code or PIN"
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                        aria-invalid=move || complaint.with(Option::is_some).then_some("true")
                        aria-describedby=move || complaint.with(Option::is_some).then_some("typed-error")
                    />
                </div>
                <button
                    type="submit"
                    class="btn btn-go"
                    aria-disabled=move || call.pending().get().then_some("true")
                >
                    "Find"
                </button>
            </div>
            <ReadCode field="typed" text=typed />
            <div class="field" role="alert">
                {move || {
                    complaint
                        .get()
                        .map(|complaint| {
                            view! {
                                <p class="error" id="typed-error">
                                    <Icon name="alert" />
                                    {complaint}
                                </p>
                            }
                        })
                }}
            </div>
        </ActionForm>
    }
}
