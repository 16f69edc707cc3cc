//! The bays of the station: who is where, and the one next thing to do there.

use leptos::prelude::*;

use crate::app::live::floor::follow_bay;
use crate::app::parts::bay::BayCard;
use crate::domain::Timestamp;
use crate::protocol::rest::BayOut;

/// The bays, by number; each kept true by a line of its own.
#[component]
pub fn Bays(bays: Vec<BayOut>, as_of: Timestamp) -> impl IntoView {
    let count = bays.len();
    let card = move |bay: BayOut| {
        let bay = RwSignal::new(bay);
        follow_bay(bay, as_of);
        view! { <BayCard bay /> }
    };
    (count > 0).then(|| {
        view! {
            <section class="stack-s" aria-labelledby="bays-h">
                <div class="col-head">
                    <h2 id="bays-h">"Bays " <data value=count.to_string()>{count}</data></h2>
                </div>
                {bays.into_iter().map(card).collect_view()}
            </section>
        }
    })
}
