//! The stations somebody works at. With only one there is nothing to choose.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;

use crate::app::calls::staff::find_my_stations;
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{Icon, Strip};
use crate::domain::StationStatus;
use crate::protocol::rest::StationOut;

/// The page Staff.
#[component]
pub fn Staff() -> impl IntoView {
    let stations = Resource::new_blocking(|| (), |()| find_my_stations());
    let list = move || {
        Suspend::new(async move {
            match stations.await {
                Ok(stations) => match stations.as_slice() {
                    [only] => {
                        let path = format!("/staff/stations/{}", only.id);
                        EitherOf3::A(view! { <Redirect path /> })
                    }
                    _ => EitherOf3::B(view! { <Choice stations /> }),
                },
                Err(problem) => EitherOf3::C(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{list}</Suspense> }
}

#[component]
fn Choice(stations: Vec<StationOut>) -> impl IntoView {
    let body = if stations.is_empty() {
        Either::Left(view! {
            <div class="panel panel-body stack">
                <p>"You are not assigned to a station yet. Ask your operator to do that."</p>
                <div class="btns">
                    <a class="btn" href="/">
                        "See stations"
                    </a>
                </div>
            </div>
        })
    } else {
        let rows = stations
            .into_iter()
            .map(|station| view! { <Row station /> })
            .collect_view();
        Either::Right(view! { <ul class="panel counters">{rows}</ul> })
    };
    view! {
        <Title text="Staff" />
        <div class="wrap stack">
            <h1>"Your stations"</h1>
            {body}
        </div>
    }
}

#[component]
fn Row(station: StationOut) -> impl IntoView {
    let counts = &station.inventory;
    let status = counts.status;
    let word = (status != StationStatus::Online).then(|| {
        view! {
            <span class="word" data-tone="warn">
                {status.label()}
            </span>
        }
    });
    let line = format!(
        "{} charging, {} held, {} free",
        counts.charging_batteries, counts.booked_batteries, counts.free_slots
    );
    view! {
        <li class="station">
            <a href=format!("/staff/stations/{}", station.id)>
                <span class="station-n" data-none=(counts.available_batteries == 0).then_some("")>
                    <b>{counts.available_batteries}</b>
                    "ready"
                </span>
                <span class="station-name">{station.name}</span>
                <span class="station-dist">
                    <Icon name="go" />
                </span>
                <span class="station-line">{word} {line}</span>
                <Strip letters=counts.strip.clone() />
            </a>
        </li>
    }
}
