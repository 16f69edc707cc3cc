//! What the customer brought, and where it is now.

use leptos::prelude::*;

use crate::app::parts::Icon;
use crate::protocol::rest::{ReturnOut, SessionOut};

/// A row for each line whose pack came back, or did not.
#[component]
pub fn Brought(session: RwSignal<SessionOut>) -> impl IntoView {
    let returns = Memo::new(move |_| session.read().returns.clone());
    let is_over = Memo::new(move |_| session.read().ended_as.is_some());
    let row = move |one: ReturnOut| {
        let locked = one
            .is_locked
            .then(|| view! { <span class="word" data-tone="warn">"Locked"</span> });
        view! {
            <li>
                <Icon name="down" />
                <div>
                    <b>"In"</b>
                    <small>{where_it_is(&one, is_over.get())}</small>
                </div>
                {locked}
            </li>
        }
    };
    move || returns.get().into_iter().map(row).collect_view()
}

fn where_it_is(one: &ReturnOut, is_over: bool) -> String {
    match (&one.serial, one.slot) {
        (None, _) => "The customer brought none".to_owned(),
        (Some(serial), Some(slot)) => format!("{serial}, slot {}", slot.label()),
        (Some(serial), None) if one.is_waiting && is_over => {
            format!("{serial}, in no slot: it stays with the customer")
        }
        (Some(serial), None) if one.is_waiting => format!("{serial}, when the new one is out"),
        (Some(serial), None) => serial.clone(),
    }
}
