//! Whether a station serves, and the counts that matter: the same for customers and for staff.

use leptos::prelude::*;

use super::note::Tone;
use super::{ClockTime, Note};
use crate::app::live::store::StationStore;
use crate::domain::{StationStatus, Timestamp};

/// Why nothing can be booked here right now.
#[component]
pub fn Banner(
    /// What the station's line fills.
    store: StationStore,
    /// When its hours change next.
    change: Option<Timestamp>,
    /// The station's offset from UTC.
    offset: i32,
) -> impl IntoView {
    let status = Memo::new(move |_| store.inventory.with(|inventory| inventory.status));
    move || {
        let status = status.get();
        if status.takes_bookings() {
            return None;
        }
        let opens = change.filter(|_| status == StationStatus::Closed);
        let opens = opens.map(|at| view! { <p>"It opens at " <ClockTime at offset /> "."</p> });
        Some(view! {
            <Note tone=Tone::Warn title=status.sentence()>
                {move || store.message.get().map(|message| view! { <p>{message}</p> })}
                {opens}
            </Note>
        })
    }
}

/// One number loud, the rest quiet.
#[component]
pub fn Counts(
    /// What the station's line fills.
    store: StationStore,
    /// The station's offset from UTC.
    offset: i32,
) -> impl IntoView {
    let inventory = store.inventory;
    let ready = Memo::new(move |_| inventory.with(|inventory| inventory.available_batteries));
    let charging = Memo::new(move |_| inventory.with(|inventory| inventory.charging_batteries));
    let held = Memo::new(move |_| inventory.with(|inventory| inventory.booked_batteries));
    let free = Memo::new(move |_| inventory.with(|inventory| inventory.free_slots));
    let bays = Memo::new(move |_| inventory.with(|inventory| (inventory.free_bays, inventory.total_bays)));
    let next = Memo::new(move |_| inventory.with(|inventory| inventory.next_available_at));
    let next_ready = move || {
        next.get().filter(|_| ready.get() == 0).map(|at| {
            view! {
                <div>
                    <dt>"next ready"</dt>
                    <dd>
                        <ClockTime at offset />
                    </dd>
                </div>
            }
        })
    };
    view! {
        <dl class="counts">
            <div class="lead" data-none=move || (ready.get() == 0).then_some("")>
                <dt>"ready"</dt>
                <dd>{ready}</dd>
            </div>
            {next_ready}
            <div>
                <dt>"charging"</dt>
                <dd>{charging}</dd>
            </div>
            <div>
                <dt>"held"</dt>
                <dd>{held}</dd>
            </div>
            <div>
                <dt>"free"</dt>
                <dd>{free}</dd>
            </div>
            <Show when=move || bays.with(|(_, all)| *all > 0)>
                <div>
                    <dt>"free bays"</dt>
                    <dd>{move || bays.get().0} <span class="label">" of " {move || bays.get().1}</span></dd>
                </div>
            </Show>
        </dl>
    }
}
