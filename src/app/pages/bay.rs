//! One bay: what its QR code opens. Who is there, and the one next thing to do.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::app::calls::bay_places::PlaceBay;
use crate::app::calls::floor::{BayPage, see_bay};
use crate::app::live::clock::Clock;
use crate::app::live::floor::{follow_bay, take_bay};
use crate::app::parts::bay::BayCard;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{Icon, LiveChip, StaleNote};
use crate::protocol::rest::BayOut;

/// The page of one bay.
#[component]
pub fn Bay() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let page = Resource::new_blocking(move || id.get(), see_bay);
    let clock = Clock::get();
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Ok(page) => {
                    clock.learn_once(page.as_of);
                    Either::Left(view! { <Sheet page /> })
                }
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Suspense>{body}</Suspense> }
}

#[component]
fn Sheet(page: BayPage) -> impl IntoView {
    let (number, station, offset) = (page.bay.number, page.bay.station_id, page.utc_offset_minutes);
    let bay = RwSignal::new(page.bay);
    let line = follow_bay(bay, page.as_of);
    view! {
        <Title text=format!("Bay {number}") />
        <div class="wrap stack">
            <div class="split">
                <a class="crumb" href=format!("/staff/stations/{station}")>
                    <Icon name="back" />
                    "Counter"
                </a>
                <LiveChip line offset />
            </div>
            <StaleNote line offset advice="Load the page again before you go on." />
            <h1>"Bay " {number}</h1>
            <h2 class="sr">"Now"</h2>
            <BayCard bay />
            <Place bay />
        </div>
    }
}

/// Where the bay is, and the code to put up there.
#[component]
fn Place(bay: RwSignal<BayOut>) -> impl IntoView {
    let call = ServerAction::<PlaceBay>::new();
    let problem = failure(move || call.value().get());
    Effect::new(move |_| {
        if let Some(Ok(fresh)) = call.value().get() {
            take_bay(bay, fresh);
        }
    });
    let done = move || call.value().with(|answer| matches!(answer, Some(Ok(_))));
    let (id, zone) = bay.with_untracked(|bay| (bay.id, bay.zone.clone().unwrap_or_default()));
    view! {
        <section class="panel panel-body stack" aria-labelledby="place-h">
            <h2 id="place-h">"Where it is"</h2>
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="place-problem" />
                <input type="hidden" name="bay" value=id.to_string() />
                <Field
                    label="Place"
                    name="zone"
                    autocomplete="off"
                    optional=true
                    hint="Like Front, or Left of the gate. At most 40 characters."
                    value=zone
                    problem
                />
                <div class="btns">
                    <Submit label="Save" busy="Saving…" pending=call.pending() class="btn" />
                    <a class="btn btn-quiet" href=format!("/api/v1/bays/{id}/qr.svg") rel="external">
                        "QR code to put up"
                    </a>
                    <span class="word saved" data-tone="done" role="status">
                        {move || done().then(|| view! { <Icon name="check" /> "Saved" })}
                    </span>
                </div>
            </ActionForm>
        </section>
    }
}
