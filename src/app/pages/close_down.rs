//! A station closes down for a while: what becomes of each booking there is chosen from a list, and told afterwards.
//! Server-rendered; the ways are links and the choice is a form, so it works without scripts.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::app::calls::closing::{CloseDownPage, CloseStationDown, load_close_down};
use crate::app::parts::form::{ErrorSummary, Field, Submit, complaint_about, failure, follow};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::words::{distance, plural};
use crate::app::parts::{Icon, Note};
use crate::domain::{Alternative, BookingState, Problem, StationStatus};
use crate::protocol::rest::{BookingOut, StationOut};

/// The ways to close down, as the address names them.
const WAYS: [StationStatus; 3] = [
    StationStatus::Maintenance,
    StationStatus::Paused,
    StationStatus::Offline,
];

/// The page.
#[component]
pub fn CloseDown() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let page = Resource::new_blocking(move || id.get(), load_close_down);
    let call = ServerAction::<CloseStationDown>::new();
    follow(move || call.value().get());
    Effect::new(move |_| {
        // Somebody booked meanwhile: the list is read again, the choice is made again.
        if let Some(Err(Problem::ChoiceMissing { .. })) = call.value().get() {
            page.refetch();
        }
    });
    let status = Memo::new(move |_| {
        let said = query.with(|query| query.get("status").and_then(|status| status.parse().ok()));
        said.filter(|status| WAYS.contains(status))
            .unwrap_or(StationStatus::Maintenance)
    });
    let done = Memo::new(move |_| {
        query.with(|query| {
            let count = |name: &str| query.get(name).and_then(|count| count.parse().ok()).unwrap_or(0);
            let status = query.get("done")?.parse::<StationStatus>().ok()?;
            Some((status, [count("kept"), count("moved"), count("cancelled")]))
        })
    });
    let body = move || {
        let (status, done) = (status.get(), done.get());
        Suspend::new(async move {
            match page.await {
                Ok(page) => match done {
                    Some((status, counts)) => {
                        EitherOf3::A(view! { <Summary station=page.station status counts /> })
                    }
                    None => EitherOf3::B(view! { <Choose page status call /> }),
                },
                Err(problem) => EitherOf3::C(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Transition>{body}</Transition> }
}

#[component]
fn Back(station: i64) -> impl IntoView {
    view! {
        <a class="crumb" href=format!("/staff/stations/{station}")>
            <Icon name="back" />
            "Counter"
        </a>
    }
}

/// What became of the bookings.
#[component]
fn Summary(station: StationOut, status: StationStatus, counts: [i64; 3]) -> impl IntoView {
    let [kept, moved, cancelled] = counts;
    let said = station.status_message.clone();
    let said = said.unwrap_or_else(|| station.inventory.status.sentence().to_owned());
    let told = if kept + moved + cancelled == 0 {
        "Nobody had a booking."
    } else {
        "Everybody concerned was told."
    };
    view! {
        <Title text=format!("{} · {}", status.label(), station.name) />
        <div class="wrap stack">
            <Back station=station.id.0 />
            <h1>{station.name.clone()} ": " {station.inventory.status.label()}</h1>
            <Note title=said>
                <p>{told}</p>
            </Note>
            <dl class="tiles tiles-big">
                <div>
                    <dt>"Kept"</dt>
                    <dd>{kept}</dd>
                </div>
                <div>
                    <dt>"Moved"</dt>
                    <dd>{moved}</dd>
                </div>
                <div>
                    <dt>"Cancelled"</dt>
                    <dd>{cancelled}</dd>
                </div>
            </dl>
            <div class="btns">
                <a class="btn btn-go" href=format!("/staff/stations/{}", station.id)>
                    "Back to the counter"
                </a>
            </div>
        </div>
    }
}

#[component]
fn Choose(page: CloseDownPage, status: StationStatus, call: ServerAction<CloseStationDown>) -> impl IntoView {
    let CloseDownPage { station, live } = page;
    let problem = failure(move || call.value().get());
    let offset = station.utc_offset_minutes;
    let count = i64::try_from(live.items.len()).unwrap_or(i64::MAX);
    let ways = WAYS.map(|way| {
        let href = format!(
            "/staff/stations/{}/close-down?status={}",
            station.id,
            way.as_str()
        );
        let current = (way == status).then_some("page");
        view! {
            <a class="chip" href=href aria-current=current>
                <Icon name="check" />
                {way.label()}
            </a>
        }
    });
    let rows = live
        .items
        .into_iter()
        .map(|booking| {
            let found = live.elsewhere.iter().find(|one| one.booking_id == booking.id);
            let stations = found.map(|one| one.stations.clone()).unwrap_or_default();
            view! { <Row booking stations status offset problem /> }
        })
        .collect_view();
    let head = if count == 0 {
        "Nobody has a booking here.".to_owned()
    } else {
        format!("{count} {} here", plural(count, "booking", "bookings"))
    };
    view! {
        <Title text=format!("Close down · {}", station.name) />
        <div class="wrap stack">
            <Back station=station.id.0 />
            <h1>"Close down " {station.name.clone()}</h1>
            <nav class="chips" aria-label="How">
                {ways.collect_view()}
            </nav>
            <p class="soft">{status.sentence()}</p>
            <ActionForm action=call attr:class="stack">
                <ErrorSummary problem id="close-down-problem" />
                <input type="hidden" name="form[station]" value=station.id.to_string() />
                <input type="hidden" name="form[status]" value=status.as_str() />
                <Field
                    label="Sentence for customers"
                    name="form[message]"
                    autocomplete="off"
                    optional=true
                    hint="Like: The cabinet is exchanged. At most 160 characters."
                    problem
                />
                <div class="field">
                    <label for="minutes">"Expected back"</label>
                    <select class="input" id="minutes" name="form[minutes]">
                        <option value="">"Nobody knows"</option>
                        <option value="15">"In 15 minutes"</option>
                        <option value="30">"In half an hour"</option>
                        <option value="60">"In an hour"</option>
                        <option value="120">"In two hours"</option>
                        <option value="240">"In four hours"</option>
                        <option value="1440">"In a day"</option>
                    </select>
                </div>
                <section class="panel" aria-labelledby="live-h">
                    <div class="panel-head">
                        <h2 id="live-h">{head}</h2>
                    </div>
                    <div class="rows">{rows}</div>
                </section>
                <div class="btns">
                    <Submit
                        label=format!("Set to {}", status.label().to_lowercase())
                        busy="Setting…"
                        pending=call.pending()
                        class="btn btn-stop"
                    />
                </div>
            </ActionForm>
        </div>
    }
}

/// What is to become of one booking.
#[component]
fn Row(
    booking: BookingOut,
    stations: Vec<Alternative>,
    status: StationStatus,
    offset: i32,
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let id = booking.id;
    let field = format!("choice-{id}");
    let complaint = {
        let field = field.clone();
        move || problem.with(|problem| complaint_about(problem.as_ref()?, &field))
    };
    let is_here = booking.state == BookingState::CheckedIn;
    let first = preselected(status, is_here, &stations);
    let packs = booking
        .items
        .iter()
        .filter(|item| item.kind.takes_a_pack())
        .count();
    let packs = i64::try_from(packs).unwrap_or(0);
    let when = match booking.pickup_at {
        Some(at) => format!("for {}", at.day_and_time(offset)),
        None => format!("until {}", booking.deadline.clock_time(offset)),
    };
    let line = format!(
        "{}, {packs} {}, {when}",
        booking.state_label,
        plural(packs, "battery", "batteries")
    );
    let who = booking.customer_name.clone().filter(|name| !name.is_empty());
    let who = who.unwrap_or_else(|| "Closed account".to_owned());
    let radio = move |value: String, label: String, more: &'static str| {
        let checked = value == first;
        view! {
            <label class="choice">
                <input type="radio" name=format!("form[choice][{id}]") value=value checked=checked />
                <span>{label} <small>{more}</small></span>
            </label>
        }
    };
    let choices = if is_here {
        Either::Left(radio(
            "keep".to_owned(),
            "Serve the customer, who is here".to_owned(),
            "",
        ))
    } else {
        let to = |station: &Alternative| {
            let away = distance(station.distance_m);
            let label = format!("Move to {}, {away}, {} ready", station.name, station.available);
            radio(format!("move-{}", station.id), label, "")
        };
        let moves = stations.iter().map(to).collect_view();
        Either::Right(view! {
            {radio("keep".to_owned(), "Keep".to_owned(), "The customer is told what is so.")}
            {moves}
            {radio("cancel".to_owned(), "Cancel".to_owned(), "What was paid goes back.")}
        })
    };
    view! {
        <fieldset class="stack-s plain" id=field tabindex="-1">
            <legend>
                <b>{who}</b>
                <small class="soft">" " {line}</small>
            </legend>
            {choices}
            {move || {
                complaint()
                    .map(|detail| {
                        view! {
                            <p class="error">
                                <Icon name="alert" />
                                {detail}
                            </p>
                        }
                    })
            }}
        </fieldset>
    }
}

/// What is chosen at first: a pause keeps what is booked; else another station serves it where one can.
fn preselected(status: StationStatus, is_here: bool, stations: &[Alternative]) -> String {
    match stations.first() {
        _ if is_here || status == StationStatus::Paused => "keep".to_owned(),
        Some(nearest) => format!("move-{}", nearest.id),
        None => "cancel".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StationId;

    #[test]
    fn a_pause_keeps_and_maintenance_moves_where_it_can() {
        let hill = Alternative {
            id: StationId(3),
            name: "Hill".to_owned(),
            distance_m: 100,
            available: 2,
        };
        let there = std::slice::from_ref(&hill);
        assert_eq!(preselected(StationStatus::Paused, false, there), "keep");
        assert_eq!(preselected(StationStatus::Maintenance, false, there), "move-3");
        assert_eq!(preselected(StationStatus::Maintenance, false, &[]), "cancel");
        assert_eq!(preselected(StationStatus::Offline, true, there), "keep");
    }
}
