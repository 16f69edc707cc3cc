//! Who stands in line for packs, and why nothing is offered to whom.

use leptos::prelude::*;

use super::state::Counter;
use crate::app::calls::waitlist::load_line;
use crate::protocol::rest::{WaitItemOut, WaitlistOut};

/// The line, first come first; nothing where nobody waits.
#[component]
pub fn WaitlistList(counter: Counter) -> impl IntoView {
    let station = counter.station;
    // Whatever changes in the slots may change who is served.
    let strip = Memo::new(move |_| {
        counter
            .store
            .inventory
            .with(|inventory| (inventory.strip.clone(), inventory.status))
    });
    let line = Resource::new(move || strip.get(), move |_| load_line(station));
    let offset = counter.offset;
    let list = move || {
        Suspend::new(async move {
            let line = line.await.unwrap_or_default();
            (!line.is_empty()).then(|| {
                let count = line.len();
                let row = |place: WaitlistOut| view! { <Row place offset /> };
                view! {
                    <h3>"Waitlist " <data value=count.to_string()>{count}</data></h3>
                    <ol class="panel rows" aria-label="Waitlist">
                        {line.into_iter().map(row).collect_view()}
                    </ol>
                }
            })
        })
    };
    view! { <Transition>{list}</Transition> }
}

#[component]
fn Row(place: WaitlistOut, offset: i32) -> impl IntoView {
    let item = |item: &WaitItemOut| format!("{} × {}", item.quantity, item.name);
    let items: Vec<String> = place.items.iter().map(item).collect();
    let state = match (place.offer_until, place.why) {
        (Some(until), _) => format!("Offered until {}.", until.clock_time(offset)),
        (None, why) => why.unwrap_or_default(),
    };
    view! {
        <li class="panel-body">
            <b>{place.customer_name}</b>
            " · "
            {items.join(", ")}
            <p class="label">{state}</p>
        </li>
    }
}
