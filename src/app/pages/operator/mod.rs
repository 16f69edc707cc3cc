//! What an operator sees of all her stations: how they stand, their bookings, who works there.

mod bays;
mod bookings;
mod days;
mod list;
mod payments;
mod raised;
mod rules;
mod staff;

pub use bookings::OperatorBookings;
pub use payments::OperatorPayments;
pub use rules::StationRules;
pub use staff::OperatorStaff;

use std::collections::BTreeMap;

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use self::raised::Raised;
use crate::app::calls::operators::{Overview, load_overview};
use crate::app::live::notices::Notices;
use crate::app::pages::station::rated;
use crate::app::parts::Icon;
use crate::app::parts::refusal::Refusal;
use crate::domain::{NotificationKind, Role, StationId};
use crate::protocol::rest::{NotificationOut, StationOut};

/// The ways through these pages.
#[component]
fn Ways() -> impl IntoView {
    let path = use_location().pathname;
    let ways = [
        ("/operator", "Stations"),
        ("/operator/bookings", "Bookings"),
        ("/operator/payments", "Payments"),
        ("/operator/staff", "Staff"),
        ("/operator/plans", "Plans"),
    ];
    let way = move |(href, name): (&'static str, &'static str)| {
        let current = move || path.with(|path| path == href).then_some("page");
        view! {
            <a class="chip" href=href aria-current=current>
                <Icon name="check" />
                {name}
            </a>
        }
    };
    view! {
        <nav class="chips" aria-label="Operator">
            {ways.map(way).collect_view()}
        </nav>
    }
}

/// The overview.
#[component]
pub fn Operator() -> impl IntoView {
    let overview = Resource::new_blocking(|| (), |()| load_overview());
    let again = Callback::new(move |()| overview.refetch());
    read_again_when_raised(again);
    let page = move || {
        Suspend::new(async move {
            match overview.await {
                Ok(overview) => Either::Left(view! { <Stations overview again /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Operator" />
        <Transition>{page}</Transition>
    }
}

/// A task that nobody takes up is told to me by a message.
fn read_again_when_raised(again: Callback<()>) {
    let arrived = Notices::get().arrived();
    Effect::new(move |before: Option<usize>| {
        let is_raised = |message: &&NotificationOut| message.event == NotificationKind::TaskEscalated;
        let raised = arrived.with(|arrived| arrived.iter().filter(is_raised).count());
        if before.is_some_and(|before| before < raised) {
            again.run(());
        }
        raised
    });
}

#[component]
fn Stations(overview: Overview, again: Callback<()>) -> impl IntoView {
    let Overview { stations, raised } = overview;
    let names = stations.iter().map(|station| (station.id, station.name.clone()));
    let names: BTreeMap<StationId, String> = names.collect();
    let body = if stations.is_empty() {
        Either::Left(view! {
            <div class="panel panel-body">
                <p>"You run no station yet. A station is opened over the API."</p>
            </div>
        })
    } else {
        let row = |station| view! { <Row station /> };
        let rows = stations.into_iter().map(row).collect_view();
        Either::Right(view! {
            <div class="panel table-box">
                <table class="table">
                    <caption>"Your stations, as of now"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Station"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="end">
                                "Ready"
                            </th>
                            <th scope="col" class="end">
                                "Held"
                            </th>
                            <th scope="col">"Reviews"</th>
                            <th scope="col" class="end">
                                "Go to"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <div class="wrap stack">
            <h1>"Operator"</h1>
            <Ways />
            {(!raised.is_empty()).then(|| view! { <Raised raised names again /> })}
            {body}
        </div>
    }
}

#[component]
fn Row(station: StationOut) -> impl IntoView {
    let counts = &station.inventory;
    let rating = station.rating_average.map_or_else(
        || "None yet".to_owned(),
        |average| rated(average, station.rating_count),
    );
    let name = station.name.clone();
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/stations/{}", station.id)>{station.name}</a>
            </th>
            <td class="side">{counts.status.label()}</td>
            <td class="end narrow-off">{counts.available_batteries}</td>
            <td class="end narrow-off">{counts.booked_batteries}</td>
            <td>{rating}</td>
            <td class="end wide">
                <a class="btn" href=format!("/operator/bookings?station={}", station.id)>
                    "Bookings"
                    <span class="sr">" of " {name.clone()}</span>
                </a>
                <a class="btn" href=format!("/operator/stations/{}/rules", station.id)>
                    "Rules"
                    <span class="sr">" of " {name}</span>
                </a>
            </td>
        </tr>
    }
}

/// What the role is called.
fn role_name(role: Role) -> &'static str {
    match role {
        Role::Lead => "Lead",
        Role::Attendant => "Attendant",
        Role::Operator => "Operator",
        Role::Admin => "Administrator",
        Role::Customer => "Customer",
    }
}
