//! The bookings of all my stations: filters as a form, columns that sort, pages, and the record to download.
//! All of it is addresses, so it works without scripts and can be shared.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::Ways;
use super::list::{self, DayFields, Pages, StationField, said};
use crate::app::calls::operators::{Ledger, Looked, Named, load_ledger};
use crate::app::parts::Icon;
use crate::app::parts::refusal::Refusal;
use crate::domain::{BookingState, Money};
use crate::protocol::rest::BookingOut;

const PATH: &str = "/operator/bookings";

fn read(query: &ParamsMap) -> Looked {
    let text = |name| said(query, name);
    Looked {
        station: text("station").and_then(|id| id.parse().ok()),
        from: text("from"),
        to: text("to"),
        state: text("state"),
        q: text("q"),
        sort: text("sort"),
        cursor: text("cursor"),
    }
}

fn address(looked: &Looked) -> String {
    let station = looked.station.map(|station| station.to_string());
    let all = [
        ("station", station),
        ("from", looked.from.clone()),
        ("to", looked.to.clone()),
        ("state", looked.state.clone()),
        ("q", looked.q.clone()),
        ("sort", looked.sort.clone()),
        ("cursor", looked.cursor.clone()),
    ];
    list::address(PATH, all)
}

/// The page.
#[component]
pub fn OperatorBookings() -> impl IntoView {
    let query = use_query_map();
    let looked = Memo::new(move |_| query.with(read));
    let ledger = Resource::new_blocking(move || looked.get(), load_ledger);
    let page = move || {
        let looked = looked.get();
        Suspend::new(async move {
            match ledger.await {
                Ok(ledger) => Either::Left(view! { <Found ledger looked /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Bookings · Operator" />
        <Transition>{page}</Transition>
    }
}

#[component]
fn Found(ledger: Ledger, looked: Looked) -> impl IntoView {
    let Ledger {
        page,
        stations,
        record,
        ..
    } = ledger;
    let first = Looked {
        cursor: None,
        ..looked.clone()
    };
    let back = looked.cursor.is_some().then(|| address(&first));
    let next = page.next.map(|cursor| {
        address(&Looked {
            cursor: Some(cursor),
            ..looked.clone()
        })
    });
    let body = if page.items.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <p>"No booking fits what you look for."</p>
                <a class="btn" href=PATH>
                    "Show all bookings"
                </a>
            </div>
        })
    } else {
        let bookings = page.items;
        Either::Right(view! { <Rows bookings looked=first /> })
    };
    let (from, to) = record;
    let csv = format!("/api/v1/operators/me/audit.csv?from={from}&to={to}");
    view! {
        <div class="wrap stack">
            <h1>"Bookings"</h1>
            <Ways />
            <section class="panel" aria-label="Bookings of your stations">
                <Filters looked stations />
                {body}
            </section>
            <Pages first=back next />
            <p class="soft">
                <a href=csv download="voltbay-record.csv" rel="external">
                    "Download the record as CSV"
                </a>
                ": who did what, from " {from} " to " {to} "."
            </p>
        </div>
    }
}

#[component]
fn Filters(looked: Looked, stations: Vec<Named>) -> impl IntoView {
    let state = looked.state.clone();
    let states = BookingState::ALL.map(|known| {
        let chosen = state.as_deref() == Some(known.as_str());
        view! {
            <option value=known.as_str() selected=chosen>
                {known.label()}
            </option>
        }
    });
    let sort = looked
        .sort
        .map(|sort| view! { <input type="hidden" name="sort" value=sort /> });
    view! {
        <form class="filters" method="get" action=PATH role="search">
            <div class="field">
                <label for="q">"Customer, vehicle or code"</label>
                <input class="input" id="q" name="q" type="search" maxlength="80" value=looked.q.unwrap_or_default() />
            </div>
            <StationField stations chosen=looked.station />
            <div class="field">
                <label for="state">"State"</label>
                <select class="input" id="state" name="state">
                    <option value="">"Any state"</option>
                    {states.collect_view()}
                </select>
            </div>
            <DayFields from=looked.from to=looked.to />
            {sort}
            <button type="submit" class="btn">
                "Filter"
            </button>
        </form>
    }
}

/// By what the rows are sorted, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Made,
    Amount,
}

impl Column {
    /// The sort with the largest first, and the one with the smallest.
    fn sorts(self) -> (&'static str, &'static str) {
        match self {
            Self::Made => ("newest", "oldest"),
            Self::Amount => ("dearest", "cheapest"),
        }
    }

    /// What `aria-sort` says under this sort.
    fn sorted(self, sort: Option<&str>) -> Option<&'static str> {
        let sort = sort.unwrap_or("newest");
        let (falling, rising) = self.sorts();
        if sort == falling {
            Some("descending")
        } else {
            (sort == rising).then_some("ascending")
        }
    }

    /// The sort that a click leads to: the other way, or the largest first.
    fn next(self, sort: Option<&str>) -> &'static str {
        let (falling, rising) = self.sorts();
        match self.sorted(sort) {
            Some("descending") => rising,
            _ => falling,
        }
    }
}

#[component]
fn Head(column: Column, name: &'static str, looked: Looked) -> impl IntoView {
    let sorted = column.sorted(looked.sort.as_deref());
    let next = column.next(looked.sort.as_deref()).to_owned();
    let href = address(&Looked {
        sort: Some(next),
        ..looked
    });
    let class = (column == Column::Amount).then_some("end");
    view! {
        <th scope="col" class=class aria-sort=sorted>
            <a class="sort" href=href>
                {name}
                <Icon name="sort" />
            </a>
        </th>
    }
}

#[component]
fn Rows(bookings: Vec<BookingOut>, looked: Looked) -> impl IntoView {
    let caption = match looked.sort.as_deref() {
        Some("oldest") => "Bookings, oldest first",
        Some("dearest") => "Bookings, largest amount first",
        Some("cheapest") => "Bookings, smallest amount first",
        _ => "Bookings, newest first",
    };
    let rows = bookings
        .into_iter()
        .map(|booking| view! { <Row booking /> })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <caption>{caption}</caption>
                <thead>
                    <tr>
                        <Head column=Column::Made name="Made" looked=looked.clone() />
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Station"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Payment"</th>
                        <Head column=Column::Amount name="Amount" looked />
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(booking: BookingOut) -> impl IntoView {
    let offset = booking.utc_offset_minutes;
    let made = booking.created_at;
    let (day, time) = (made.calendar_day(offset), made.clock_time(offset));
    let amount = Money::new(booking.total_amount, booking.currency).to_string();
    let customer = booking.customer_name.clone().filter(|name| !name.is_empty());
    let customer = customer.unwrap_or_else(|| "Closed account".to_owned());
    let vehicle = booking
        .vehicle
        .clone()
        .map(|vehicle| view! { <small class="soft">" " {vehicle}</small> });
    let what = crate::app::pages::counter::packs_and_slots(&booking);
    let counter = format!(
        "/staff/stations/{}?booking={}#open",
        booking.station_id, booking.id
    );
    view! {
        <tr>
            <td>
                <time datetime=made.to_string()>{day} ", " {time}</time>
            </td>
            <td class="side">{customer} {vehicle}</td>
            <td class="wide">{booking.station_name}</td>
            <td class="wide">{what}</td>
            <td>
                <a href=counter>{booking.state.label()}</a>
            </td>
            <td class="narrow-off">{booking.payment_state.label()}</td>
            <td class="end">{amount}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_on_a_column_turns_its_order_round() {
        assert_eq!(Column::Made.sorted(None), Some("descending"));
        assert_eq!(Column::Made.next(None), "oldest");
        assert_eq!(Column::Made.next(Some("oldest")), "newest");
        assert_eq!(Column::Amount.sorted(Some("oldest")), None);
        assert_eq!(Column::Amount.next(Some("oldest")), "dearest");
    }

    #[test]
    fn nothing_looked_for_is_the_bare_address() {
        assert_eq!(address(&Looked::default()), PATH);
        let looked = Looked {
            station: Some(3),
            q: Some("K 7".to_owned()),
            ..Looked::default()
        };
        assert!(address(&looked).starts_with("/operator/bookings?"));
    }
}
