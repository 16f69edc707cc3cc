//! The search box, the choice of view, and the filters. All of it is forms that work without scripts; with
//! them, the address changes in place and the focus stays.

use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::search::address;
use crate::app::browser;
use crate::app::calls::stations::{MyVehicle, Search};
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::decimal::decimal;
use crate::protocol::rest::BatteryModelOut;

/// Goes to the address of a search without losing the place on the page.
fn go() -> impl Fn(Search) + Clone {
    let navigate = use_navigate();
    move |search| {
        let stay = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address(&search), stay);
    }
}

/// What else is asked besides `but`, for a form that only changes that.
#[component]
fn Others(search: Memo<Search>, but: &'static str) -> impl IntoView {
    let hidden = move |name: &'static str, value: Option<String>| {
        (name != but).then(|| value.map(|value| view! { <input type="hidden" name=name value=value /> }))
    };
    move || {
        let Search {
            q,
            near,
            model,
            vehicle_type,
            ready,
            ..
        } = search.get();
        [
            hidden("q", (!q.is_empty()).then_some(q)),
            hidden("near", near),
            hidden("model", model.map(|model| model.to_string())),
            hidden("vehicle_type", vehicle_type.map(|id| id.to_string())),
            hidden("ready", ready.then(|| "1".to_owned())),
        ]
        .collect_view()
    }
}

/// Words to look for, and list or map on a phone.
#[component]
pub fn SearchBox(search: Memo<Search>) -> impl IntoView {
    let go = go();
    let typed = NodeRef::<Input>::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let q = typed
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        let q = q.trim().to_owned();
        go(Search {
            q,
            cursor: None,
            ..search.get_untracked()
        });
    };
    let words = search.with_untracked(|search| search.q.clone());
    view! {
        <div class="find-bar">
            <form role="search" class="with-icon" action="/" method="get" on:submit=submit>
                <button type="submit" class="find-go" aria-label="Search">
                    <Icon name="search" />
                </button>
                <label class="sr" for="q">
                    "Search stations or places"
                </label>
                <input
                    node_ref=typed
                    class="input"
                    id="q"
                    name="q"
                    type="search"
                    value=words
                    placeholder="Station or area"
                    autocomplete="off"
                    maxlength="80"
                />
                <Others search but="q" />
            </form>
            <fieldset class="view-pick">
                <legend class="sr">"Show as"</legend>
                <div class="seg">
                    <label>
                        <input type="radio" name="view" value="list" checked />
                        "List"
                    </label>
                    <label>
                        <input type="radio" name="view" value="map" />
                        "Map"
                    </label>
                </div>
            </fieldset>
        </div>
    }
}

/// Ready now, what fits, near me. Who has a vehicle need not know which models fit it.
#[component]
pub fn Filters(
    search: Memo<Search>,
    models: Vec<BatteryModelOut>,
    vehicle: Option<MyVehicle>,
) -> impl IntoView {
    let chosen = search.with_untracked(|search| search.model);
    let is_shown = |model: &BatteryModelOut| vehicle.is_none() || chosen == Some(model.id.0);
    let models: Vec<_> = models.into_iter().filter(is_shown).collect();
    let by_model = models.into_iter().map(|model| {
        let id = model.id.0;
        let pressed = Signal::derive(move || search.with(|search| search.model == Some(id)));
        let toggled = move |search: Search| Search {
            model: (search.model != Some(id)).then_some(id),
            ..search
        };
        view! { <Chip search name="model" value=id.to_string() pressed toggled label=model.name /> }
    });
    let ready = Signal::derive(move || search.with(|search| search.ready));
    let toggle_ready = |search: Search| Search {
        ready: !search.ready,
        ..search
    };
    view! {
        <div class="chips" role="group" aria-label="Filters">
            <Chip search name="ready" value="1".to_owned() pressed=ready toggled=toggle_ready label="Ready".to_owned() />
            {vehicle.map(|vehicle| view! { <FitsMine search vehicle /> })}
            {by_model.collect_view()}
            <NearMe search />
        </div>
    }
}

/// What fits the vehicle I ride.
#[component]
fn FitsMine(search: Memo<Search>, vehicle: MyVehicle) -> impl IntoView {
    let id = vehicle.vehicle_type.0;
    let pressed = Signal::derive(move || search.with(|search| search.vehicle_type == Some(id)));
    let toggled = move |search: Search| Search {
        vehicle_type: (search.vehicle_type != Some(id)).then_some(id),
        ..search
    };
    let label = format!("Fits my {}", vehicle.name);
    view! { <Chip search name="vehicle_type" value=id.to_string() pressed toggled label /> }
}

/// One filter: a form of its own, so that it also works without scripts.
#[component]
fn Chip(
    search: Memo<Search>,
    name: &'static str,
    value: String,
    pressed: Signal<bool>,
    toggled: impl Fn(Search) -> Search + 'static,
    label: String,
) -> impl IntoView {
    let go = go();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let search = toggled(search.get_untracked());
        go(Search {
            cursor: None,
            ..search
        });
    };
    let next_value = move || {
        if pressed.get() {
            String::new()
        } else {
            value.clone()
        }
    };
    view! {
        <form action="/" method="get" on:submit=submit>
            <Others search but=name />
            <button
                type="submit"
                class="chip"
                name=name
                value=next_value
                aria-pressed=move || pressed.get().to_string()
            >
                <Icon name="check" />
                {label}
            </button>
        </form>
    }
}

/// Sorts by distance from where the person is. Needs the browser to say where, so it appears with it.
#[component]
fn NearMe(search: Memo<Search>) -> impl IntoView {
    let (alive, set_alive) = signal(false);
    Effect::new(move || set_alive.set(true));
    let announcer = Announcer::get();
    let pressed = move || search.with(|search| search.near.is_some());
    let refused = RwSignal::new(false);
    let go = go();
    let ask = move |_| {
        let asked = search.get_untracked();
        if asked.near.is_some() {
            go(Search {
                near: None,
                cursor: None,
                ..asked
            });
            return;
        }
        let go = go.clone();
        browser::locate(move |place| {
            refused.set(place.is_none());
            let Some((latitude, longitude)) = place else {
                announcer.say(NO_PLACE);
                return;
            };
            go(Search {
                near: Some(format!("{},{}", decimal(latitude, 4), decimal(longitude, 4))),
                cursor: None,
                ..search.get_untracked()
            });
        });
    };
    view! {
        <button
            type="button"
            class="chip"
            hidden=move || !alive.get() && !pressed()
            aria-pressed=move || pressed().to_string()
            on:click=ask
        >
            <Icon name="check" />
            "Near me"
        </button>
        {move || refused.get().then(|| view! { <p class="label">{NO_PLACE}</p> })}
    }
}

const NO_PLACE: &str = "Your browser did not say where you are. Search for a place instead.";
