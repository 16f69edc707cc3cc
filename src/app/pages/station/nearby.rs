//! Where to go instead: the nearest stations that can hand out a pack. Never a dead end.

use leptos::prelude::*;

use crate::app::parts::words::distance;
use crate::app::parts::{Pack, Shape};
use crate::domain::Alternative;

/// Links to other stations, nearest first.
#[component]
pub fn Nearby(stations: Vec<Alternative>) -> impl IntoView {
    let rows = stations.into_iter().map(|station| {
        view! {
            <li>
                <a href=format!("/stations/{}", station.id)>
                    <Pack shape=Shape::Ready soc=100_u8 class="pack pack-s" />
                    <span>{station.name} <small>{distance(station.distance_m)}</small></span>
                    <span class="num">{station.available} " ready"</span>
                </a>
            </li>
        }
    });
    view! { <ul class="near">{rows.collect_view()}</ul> }
}
