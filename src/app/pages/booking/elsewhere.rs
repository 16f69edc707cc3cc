//! Where to go instead, once the station cannot give what was booked: the nearest stations that have enough.

use leptos::prelude::*;

use crate::app::calls::bookings::load_alternatives;
use crate::app::parts::words::distance;
use crate::domain::Alternative;
use crate::protocol::rest::BookingOut;

/// The stations, as the page came with them; asked for again when the booking comes to that while somebody looks.
#[component]
pub fn Elsewhere(booking: RwSignal<BookingOut>, alternatives: Vec<Alternative>) -> impl IntoView {
    let id = booking.with_untracked(|booking| booking.id);
    let wanted = Memo::new(move |_| booking.with(BookingOut::looks_elsewhere));
    let found = RwSignal::new(alternatives);
    Effect::new(move |before: Option<bool>| {
        let now = wanted.get();
        if now && before == Some(false) {
            leptos::task::spawn_local(async move {
                found.set(load_alternatives(id).await.unwrap_or_default());
            });
        }
        now
    });
    let row = |station: Alternative| {
        let detail = format!(", {}, {} ready", distance(station.distance_m), station.available);
        view! {
            <li>
                <a href=format!("/stations/{}", station.id)>{station.name}</a>
                {detail}
            </li>
        }
    };
    move || {
        let stations = found.get();
        (wanted.get() && !stations.is_empty()).then(|| {
            view! {
                <section class="panel" aria-labelledby="elsewhere-h">
                    <div class="panel-head">
                        <h2 id="elsewhere-h">"Charged at other stations"</h2>
                    </div>
                    <ul class="rows">{stations.into_iter().map(row).collect_view()}</ul>
                </section>
            }
        })
    }
}
