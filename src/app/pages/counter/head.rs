//! Which station it is, whether it serves, and the form that changes that.

use leptos::prelude::*;

use super::state::Counter;
use crate::app::browser;
use crate::app::calls::staff::SetStationStatus;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::app::parts::station_state::{Banner, Counts};
use crate::domain::StationStatus;
use crate::protocol::rest::StationOut;

/// Name, status, counts.
#[component]
pub fn CounterHead(station: StationOut, counter: Counter) -> impl IntoView {
    let store = counter.store;
    let status = Memo::new(move |_| store.inventory.with(|inventory| inventory.status));
    let tone = move || (status.get() != StationStatus::Online).then_some("warn");
    view! {
        <header class="desk-top">
            <div class="stack-s">
                <h1>{station.name}</h1>
                <div class="split">
                    <p class="meta">
                        <span>"Counter"</span>
                        <span>
                            <span class="word" data-tone=tone>
                                {move || status.get().label()}
                            </span>
                        </span>
                        <span>
                            <a href=format!("/stations/{}", station.id)>"As customers see it"</a>
                        </span>
                    </p>
                </div>
                <div class="btns">
                    <StatusForm counter />
                    <a class="btn" href=format!("/staff/stations/{}/close-down", station.id)>
                        "Maintenance…"
                    </a>
                    <a class="btn" href=format!("/staff/stations/{}/shift", station.id)>
                        "End of shift"
                    </a>
                </div>
            </div>
            <Counts store offset=counter.offset />
        </header>
        <Banner store change=station.hours_change_at offset=counter.offset />
    }
}

/// What a status means for whoever sets it.
fn consequence(status: StationStatus) -> &'static str {
    match status {
        StationStatus::Online => "Open: takes bookings during its hours",
        StationStatus::Paused => "Paused: hands out what is booked, takes nothing new",
        StationStatus::Maintenance => "Maintenance: books nothing, hands out nothing",
        StationStatus::Offline => "Offline: cannot be reached",
        StationStatus::Closed => "Closed, whatever the hours say",
    }
}

/// Opens, pauses or closes; folded away until somebody needs it.
#[component]
fn StatusForm(counter: Counter) -> impl IntoView {
    let call = ServerAction::<SetStationStatus>::new();
    let problem = failure(move || call.value().get());
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(station)) = call.value().get() {
            announcer.say(station.inventory.status.sentence());
            counter.acted();
            browser::focus("set-status");
        }
    });
    let now = counter
        .store
        .inventory
        .with_untracked(|inventory| inventory.status);
    let message = counter.store.message.get_untracked().unwrap_or_default();
    let order = [
        StationStatus::Online,
        StationStatus::Paused,
        StationStatus::Maintenance,
        StationStatus::Offline,
        StationStatus::Closed,
    ];
    let choices = order.map(|status| {
        view! {
            <option value=status.as_str() selected=status == now>
                {consequence(status)}
            </option>
        }
    });
    view! {
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary class="btn" id="set-status">
                "Change status"
            </summary>
            <div class="panel panel-body">
                <ActionForm action=call attr:class="stack">
                    <ErrorSummary problem id="status-problem" />
                    <input type="hidden" name="station" value=counter.station.to_string() />
                    <div class="field">
                        <label for="status">"Status"</label>
                        <select class="input" id="status" name="status">
                            {choices.collect_view()}
                        </select>
                    </div>
                    <div class="field">
                        <label for="message">
                            "Sentence for customers " <span class="label">"(optional)"</span>
                        </label>
                        <input
                            class="input"
                            id="message"
                            name="message"
                            maxlength="200"
                            autocomplete="off"
                            placeholder="Back in ten minutes"
                            value=message
                        />
                    </div>
                    <Submit label="Set status" busy="Setting…" pending=call.pending() class="btn btn-go" />
                </ActionForm>
            </div>
        </details>
    }
}
