//! The place of the map beside the list. The server draws the map; the program that keeps it true comes in a
//! file of its own, and only where the map is to be seen.

use std::sync::Mutex;

use leptos::either::Either;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::live::store::{Counted, Row};
use crate::app::{browser, lazy};
use crate::domain::Position;

/// The id of the place.
const PLACE: &str = "map";

/// The map as the server drew it, then the live one.
#[component]
pub fn MapPlace(
    /// The rows of the list.
    rows: RwSignal<Vec<Row>>,
    /// Count only these models.
    counted: RwSignal<Counted>,
    /// Where the person is.
    here: Memo<Option<Position>>,
) -> impl IntoView {
    let live = StoredValue::new(Mutex::new(None::<AnyView>));
    let (is_asked_for, has_come) = (StoredValue::new(false), RwSignal::new(false));
    let come = move || {
        if is_asked_for.get_value() || !browser::is_drawn(PLACE) {
            return;
        }
        is_asked_for.set_value(true);
        spawn_local(async move {
            let map = lazy::station_map(rows, counted, here).await;
            live.set_value(Mutex::new(Some(map)));
            has_come.set(true);
        });
    };
    Effect::new(move |_| {
        come();
        // The choice between list and map, and a window that grows wide enough for both.
        let chosen = window_event_listener(ev::change, move |_| come());
        let resized = window_event_listener(ev::resize, move |_| come());
        on_cleanup(move || {
            chosen.remove();
            resized.remove();
        });
    });
    let map = move || {
        let take = |live: &mut Mutex<Option<AnyView>>| live.get_mut().ok().and_then(Option::take);
        let live = has_come.get().then(|| live.try_update_value(take));
        match live.flatten().flatten() {
            Some(map) => Either::Left(map),
            None => {
                Either::Right(view! { <div class="map-drawn" inner_html=drawn(rows, counted, here)></div> })
            }
        }
    };
    view! {
        <div class="map-place" id=PLACE>
            {map}
        </div>
    }
}

#[cfg(feature = "ssr")]
fn drawn(rows: RwSignal<Vec<Row>>, counted: RwSignal<Counted>, here: Memo<Option<Position>>) -> String {
    view! { <crate::app::parts::StationMap rows counted here /> }.to_html()
}

/// The browser leaves what the server drew.
#[cfg(not(feature = "ssr"))]
fn drawn(_rows: RwSignal<Vec<Row>>, _counted: RwSignal<Counted>, _here: Memo<Option<Position>>) -> String {
    String::new()
}
