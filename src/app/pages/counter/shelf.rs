//! What stands in the slots, live. Every cell opens its slot.

use leptos::prelude::*;

use super::pack::SlotWords;
use super::state::{Counter, Open};
use crate::app::live::store::SlotSignal;
use crate::app::parts::{Icon, KeyToShapes, LiveBar, SlotGrid};

/// The inventory column.
#[component]
pub fn Shelf(counter: Counter, open: Memo<Open>) -> impl IntoView {
    let store = counter.store;
    let words = Callback::new(move |slot: SlotSignal| {
        let cell = RwSignal::from(slot.cell);
        view! { <SlotWords counter open cell /> }.into_any()
    });
    let total = Memo::new(move |_| store.inventory.with(|inventory| inventory.total_slots));
    view! {
        <section class="board-shelf" aria-labelledby="shelf-h">
            <div class="col-head">
                <h2 id="shelf-h">"Inventory " <data value=move || total.get().to_string()>{total} " slots"</data></h2>
                <LiveBar
                    line=counter.line
                    pause=store.pause
                    toggle=Callback::new(move |()| counter.toggle_pause())
                    offset=counter.offset
                />
            </div>
            <div class="panel panel-body stack">
                <AddButton counter open />
                <SlotGrid slots=store.slots offset=counter.offset words dense=true />
                <KeyToShapes />
            </div>
        </section>
    }
}

/// Opens the form for a new pack; gone while that is open.
#[component]
fn AddButton(counter: Counter, open: Memo<Open>) -> impl IntoView {
    let navigate = leptos_router::hooks::use_navigate();
    let address = Open::Add.address(counter.station);
    let action = Open::Nothing.address(counter.station);
    let is_open = Memo::new(move |_| open.get() == Open::Add);
    move || {
        let (navigate, address) = (navigate.clone(), address.clone());
        let go = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let options = leptos_router::NavigateOptions {
                scroll: false,
                ..Default::default()
            };
            navigate(&address, options);
        };
        let action = action.clone();
        (!is_open.get()).then(|| {
            view! {
                <form method="get" action=action on:submit=go>
                    <button type="submit" class="btn" name="add" value="1">
                        <Icon name="plus" />
                        "Add a battery"
                    </button>
                </form>
            }
        })
    }
}
