//! What the lists of operators share: their addresses, the way through their pages, the station to choose.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::app::calls::operators::Named;

/// What the address says under a name; nothing where it says only blanks.
pub fn said(query: &ParamsMap, name: &str) -> Option<String> {
    query.get(name).filter(|value| !value.trim().is_empty())
}

/// The address of a list with all that is looked for.
pub fn address<const N: usize>(path: &str, looked: [(&str, Option<String>); N]) -> String {
    let mut query = ParamsMap::new();
    for (name, value) in looked {
        if let Some(value) = value {
            query.insert(name.to_owned(), value);
        }
    }
    format!("{path}{}", query.to_query_string())
}

/// To the first page and to the next, where there are others.
#[component]
pub fn Pages(first: Option<String>, next: Option<String>) -> impl IntoView {
    let first = first.map(|href| {
        view! {
            <a class="btn" href=href>
                "First page"
            </a>
        }
    });
    let next = next.map(|href| {
        view! {
            <a class="btn" href=href rel="next">
                "Next page"
            </a>
        }
    });
    view! {
        <nav class="btns" aria-label="Pages">
            {first}
            {next}
        </nav>
    }
}

/// One of my stations, or all.
#[component]
pub fn StationField(stations: Vec<Named>, chosen: Option<i64>) -> impl IntoView {
    let stations = stations.into_iter().map(|(id, name)| {
        view! {
            <option value=id.to_string() selected=chosen == Some(id.0)>
                {name}
            </option>
        }
    });
    view! {
        <div class="field">
            <label for="station">"Station"</label>
            <select class="input" id="station" name="station">
                <option value="">"All stations"</option>
                {stations.collect_view()}
            </select>
        </div>
    }
}

/// From which day to which.
#[component]
pub fn DayFields(from: Option<String>, to: Option<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="from">"From"</label>
            <input class="input" id="from" name="from" type="date" value=from.unwrap_or_default() />
        </div>
        <div class="field">
            <label for="to">"To"</label>
            <input class="input" id="to" name="to" type="date" value=to.unwrap_or_default() />
        </div>
    }
}
