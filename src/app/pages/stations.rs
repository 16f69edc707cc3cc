//! The first page: stations, best choice first, as a list and as a map of the same. Both move live; the
//! order does not, until the person asks for another one.

mod filters;
mod list;
mod map;
mod search;

use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::app::calls::stations::{Search, StationsOut, find_stations};
use crate::app::live::store::{Counted, StationList};
use crate::app::live::{Bookmark, Line};
use crate::app::parts::note::Tone;
use crate::app::parts::{LiveBar, Note, StaleNote};
use crate::domain::{Position, Problem};
use crate::protocol::Topic;
use crate::protocol::inventory::StationNews;
use filters::{Filters, SearchBox};
use list::List;
use map::MapPlace;

/// All stations, or those that fit the address's query.
#[component]
pub fn Stations() -> impl IntoView {
    let query = use_query_map();
    let search = Memo::new(move |_| query.with(search::read));
    let first = Resource::new_blocking(|| (), move |()| find_stations(search.get_untracked()));
    let page = move || {
        Suspend::new(async move {
            match first.await {
                Ok(found) => Either::Left(view! { <Found found search /> }),
                Err(problem) => Either::Right(view! { <Failed problem /> }),
            }
        })
    };
    view! {
        <Title text="Stations" />
        <h1 class="sr">"Swap stations near you"</h1>
        <Suspense>{page}</Suspense>
    }
}

/// The page with the answer to its first search; later searches replace the rows and nothing else.
#[component]
fn Found(found: StationsOut, search: Memo<Search>) -> impl IntoView {
    let offset = found
        .stations
        .first()
        .map_or(0, |station| station.utc_offset_minutes);
    let store = StationList::new(&found.stations);
    let line = Line::open(
        Topic::Stations,
        bookmark(&found),
        found.as_of,
        move |frame, text| {
            store.take(&StationNews::read(frame, text)?);
            Ok(())
        },
    );
    let models = found.models.clone();
    let failed = RwSignal::new(None::<Problem>);
    let next = RwSignal::new(found.next);
    let counted = RwSignal::new(found.counted);
    let vehicle = found.vehicle;
    Effect::new(move |before: Option<Search>| {
        let search = search.get();
        if before.is_some_and(|before| before != search) {
            spawn_local(search_again(search.clone(), store, counted, next, failed));
        }
        search
    });
    let here = Memo::new(move |_| search.with(|search| search.near.as_deref()?.parse::<Position>().ok()));
    let count = move || match store.rows.with(Vec::len) {
        1 => "1 station".to_owned(),
        count => format!("{count} stations"),
    };
    view! {
        <div class="find">
            <section class="find-list" aria-labelledby="list-h">
                <div class="find-head">
                    <SearchBox search />
                    <Filters search models vehicle />
                    <div class="live-bar">
                        <h2 id="list-h" class="label">
                            {count}
                        </h2>
                        <LiveBar
                            line
                            pause=store.pause
                            toggle=Callback::new(move |()| store.toggle_pause())
                            offset
                        />
                    </div>
                    <StaleNote line offset />
                    {move || failed.get().map(|problem| view! { <Failed problem /> })}
                </div>
                <List store search counted next />
            </section>
            <MapPlace rows=store.rows counted here />
        </div>
    }
}

async fn search_again(
    search: Search,
    store: StationList,
    counted: RwSignal<Counted>,
    next: RwSignal<Option<String>>,
    failed: RwSignal<Option<Problem>>,
) {
    match find_stations(search).await {
        Ok(found) => {
            counted.set(found.counted);
            store.replace(&found.stations);
            next.set(found.next);
            failed.set(None);
        }
        Err(problem) => failed.set(Some(problem)),
    }
}

fn bookmark(found: &StationsOut) -> Bookmark {
    let Some(first) = found.stations.first() else {
        return Bookmark::Start;
    };
    let each = found.stations.iter().map(|station| (station.id, station.seq));
    Bookmark::Each(first.epoch.clone(), each.collect())
}

#[component]
fn Failed(problem: Problem) -> impl IntoView {
    view! {
        <Note tone=Tone::Danger title=problem.to_string()>
            <a href="/">"Show all stations"</a>
        </Note>
    }
}
