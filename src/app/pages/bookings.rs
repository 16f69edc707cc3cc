//! My bookings: all that run on top, then the history, newest first. Filters, search and paging are links
//! and a form, so every view has an address.

mod places;
mod running;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use self::places::Places;
use self::running::{Running, RunningList};
use crate::app::calls::bookings::{History, Which, load_history};
use crate::app::live::notices::Notices;
use crate::app::parts::Icon;
use crate::app::parts::booking_card::BookingCard;
use crate::app::parts::refusal::Refusal;
use crate::domain::{Problem, Timestamp};
use crate::protocol::rest::BookingOut;

/// What the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    which: Which,
    text: Option<String>,
    cursor: Option<String>,
}

impl Asked {
    fn of(query: &ParamsMap) -> Self {
        let text = query.get("q").map(|text| text.trim().to_owned());
        Self {
            which: Which::named(&query.get("show").unwrap_or_default()),
            text: text.filter(|text| !text.is_empty()),
            cursor: query.get("cursor"),
        }
    }

    /// The address of the same search with another choice, from its first page on.
    fn with(&self, which: Which) -> String {
        self.address(which, None)
    }

    fn older(&self, cursor: String) -> String {
        self.address(self.which, Some(cursor))
    }

    fn address(&self, which: Which, cursor: Option<String>) -> String {
        let mut query = ParamsMap::new();
        if which != Which::All {
            query.insert("show", which.as_str().to_owned());
        }
        if let Some(text) = &self.text {
            query.insert("q", text.clone());
        }
        if let Some(cursor) = cursor {
            query.insert("cursor", cursor);
        }
        format!("/bookings{}", query.to_query_string())
    }
}

/// The page of my bookings.
#[component]
pub fn Bookings() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let history = Resource::new_blocking(
        move || asked.get(),
        |asked| load_history(asked.which, asked.text, asked.cursor),
    );
    refetch_on_news(history);
    let running = Running::new();
    let again = Callback::new(move |()| history.refetch());
    let list = move || {
        let asked = asked.get();
        Suspend::new(async move {
            match history.await {
                Ok(history) => {
                    running.show(&history.running);
                    Either::Left(view! { <List history asked again /> })
                }
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text=move || running.title() />
        <Transition>{list}</Transition>
    }
}

/// A message about a booking means that some row is old.
fn refetch_on_news(history: Resource<Result<History, Problem>>) {
    let arrived = Notices::get().arrived();
    Effect::new(move |before: Option<usize>| {
        let count = arrived.read().len();
        if before.is_some_and(|before| before < count) {
            history.refetch();
        }
        count
    });
}

#[component]
fn List(history: History, asked: Asked, again: Callback<()>) -> impl IntoView {
    let History {
        running,
        places,
        page,
        now,
    } = history;
    let is_in_line = !places.is_empty();
    let first_page = asked.cursor.is_none();
    let older = page.next.map(|cursor| asked.older(cursor));
    let ended = page.items;
    let body = if running.is_empty() && ended.is_empty() {
        EitherOf3::A((!is_in_line).then(|| view! { <Empty asked=asked.clone() /> }))
    } else if running.is_empty() {
        EitherOf3::B(view! { <Rows bookings=ended now label="Bookings" /> })
    } else {
        let ended = (!ended.is_empty()).then(|| {
            view! {
                <h2 class="day">"Earlier"</h2>
                <Rows bookings=ended now label="Earlier bookings" />
            }
        });
        EitherOf3::C(view! {
            <RunningList bookings=running now again />
            {ended}
        })
    };
    view! {
        <div class="wrap">
            <div class="inbox stack">
                <h1>"My bookings"</h1>
                <Filters asked=asked.clone() />
                {is_in_line.then(|| view! { <Places places again /> })}
                <div>{body}</div>
                <nav class="btns" aria-label="Pages">
                    {(!first_page).then(|| view! { <a class="btn" href=asked.with(asked.which)>"Newest"</a> })}
                    {older.map(|href| view! { <a class="btn" href=href rel="next">"Older"</a> })}
                </nav>
            </div>
        </div>
    }
}

#[component]
fn Rows(bookings: Vec<BookingOut>, now: Timestamp, label: &'static str) -> impl IntoView {
    let row = move |booking| view! { <BookingCard booking now /> };
    view! {
        <ul class="panel rows" aria-label=label>
            {bookings.into_iter().map(row).collect_view()}
        </ul>
    }
}

/// Choices as links, and the search.
#[component]
fn Filters(asked: Asked) -> impl IntoView {
    let chips = Which::ALL.map(|which| {
        let chosen = (which == asked.which).then_some("true");
        view! {
            <a class="chip" href=asked.with(which) aria-current=chosen>
                <Icon name="check" />
                {which.label()}
            </a>
        }
    });
    let hidden = (asked.which != Which::All)
        .then(|| view! { <input type="hidden" name="show" value=asked.which.as_str() /> });
    view! {
        <form class="input-row" method="get" action="/bookings" role="search">
            <div class="with-icon">
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    name="q"
                    maxlength="80"
                    aria-label="Search my bookings by station or vehicle"
                    placeholder="Station or vehicle"
                    value=asked.text.clone().unwrap_or_default()
                />
            </div>
            {hidden}
            <button type="submit" class="btn">
                "Search"
            </button>
        </form>
        <nav class="chips" aria-label="Which bookings">
            {chips.collect_view()}
        </nav>
    }
}

/// Nothing to show: why, and what to do about it.
#[component]
fn Empty(asked: Asked) -> impl IntoView {
    let (why, label, href) = match (&asked.text, asked.which) {
        (Some(text), _) => (
            format!("No booking matches “{text}”."),
            "Clear the search",
            "/bookings",
        ),
        (None, Which::All) => (
            "You have not booked anything yet. Find a station with a charged battery and hold it.".to_owned(),
            "See stations",
            "/",
        ),
        (None, Which::Active) => ("No booking is running right now.".to_owned(), "See stations", "/"),
        (None, Which::Collected) => (
            "You have not collected a battery yet.".to_owned(),
            "See all bookings",
            "/bookings",
        ),
        (None, Which::Cancelled) => (
            "Nothing was called off.".to_owned(),
            "See all bookings",
            "/bookings",
        ),
        (None, Which::Expired) => (
            "Nothing ran out: you were always in time.".to_owned(),
            "See all bookings",
            "/bookings",
        ),
    };
    view! {
        <div class="panel panel-body stack">
            <p>{why}</p>
            <div class="btns">
                <a class="btn" href=href>
                    {label}
                </a>
            </div>
        </div>
    }
}
