//! The form that holds packs. A real form: without scripts the browser sends it and the server leads on to
//! the booking or back here with the reason. Nothing is optimistic: the packs are held when the server
//! says so.

use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_router::params::ParamsMap;

use super::basket::{Basket, Choice};
use super::extras::Extras;
use super::instead::{Instead, PROBLEM, Refused};
use super::lines::{HoldFor, Model, chosen_row, sum};
use super::pay::PayBy;
use super::vehicle::VehicleField;
use super::when::WhenToCome;
use crate::app::browser;
use crate::app::calls::book::BookPacks;
use crate::app::live::store::StationStore;
use crate::app::me::Me;
use crate::app::parts::announce::Announcer;
use crate::app::parts::words::plural;
use crate::domain::{Alternative, Problem};

const FORM: &str = "book";

/// The form, or where to go instead.
#[component]
pub fn BookPanel(
    basket: Basket,
    store: StationStore,
    nearby: Vec<Alternative>,
    offset: i32,
) -> impl IntoView {
    let booking = ServerAction::<BookPacks>::new();
    let problem = Memo::new(move |_| {
        booking
            .value()
            .with(|value| value.as_ref()?.as_ref().err().cloned())
    });
    let bookable = is_bookable(store);
    // A form with an answer under it stays, although the last pack is gone.
    let later = basket.when.later;
    let offered = Memo::new(move |_| bookable.get() || later.get() || problem.with(Option::is_some));
    let nearby = StoredValue::new(nearby);
    view! {
        <aside class="book" aria-labelledby="book-h">
            {move || {
                if offered.get() {
                    Either::Left(view! { <BookForm basket booking problem offset /> })
                } else {
                    Either::Right(view! { <Instead basket store nearby=nearby.get_value() offset /> })
                }
            }}
        </aside>
    }
}

/// Open, and at least one pack can be taken.
fn is_bookable(store: StationStore) -> Memo<bool> {
    Memo::new(move |_| {
        store
            .inventory
            .with(|inventory| inventory.status.takes_bookings() && inventory.available_batteries > 0)
    })
}

#[component]
fn BookForm(
    basket: Basket,
    booking: ServerAction<BookPacks>,
    problem: Memo<Option<Problem>>,
    offset: i32,
) -> impl IntoView {
    let pending = booking.pending();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() && is_complete(basket) {
            booking.dispatch(BookPacks {
                order: basket.order(),
            });
        }
    };
    follow(basket, booking);
    let models = basket.choices.with_value(|choices| {
        let model = |choice: &Choice| view! { <Model basket choice=choice.clone() /> };
        choices.iter().map(model).collect_view()
    });
    let label = Memo::new(move |_| button_label(basket, pending.get(), offset));
    let disabled = move || (pending.get() || !is_complete(basket)).then_some("true");
    view! {
        <form id=FORM class="panel" action=BookPacks::PATH method="post" on:submit=submit>
            <input type="hidden" name="order[station]" value=basket.station().to_string() />
            <input type="hidden" name="order[key]" value=basket.key() />
            <div class="panel-head">
                <h2 id="book-h">"Hold batteries"</h2>
                <span class="label">"free until the deadline"</span>
            </div>
            <div class="rows">
                {move || chosen_row(basket)}
                {models}
            </div>
            <div class="panel-body stack panel-foot">
                <WhenToCome basket />
                <HoldFor basket />
                <Extras basket />
                <VehicleField basket />
                <label class="choice">
                    <input
                        type="checkbox"
                        name="order[help]"
                        value="yes"
                        checked=basket.help.get_untracked()
                        prop:checked=move || basket.help.get()
                        on:change=move |event| basket.help.set(event_target_checked(&event))
                    />
                    <span>"Help me at the bay"</span>
                </label>
                <PayBy basket />
                {move || sum(basket)}
                {move || problem.get().map(|problem| view! { <Refused problem basket /> })}
                <button
                    type="submit"
                    class="btn btn-go btn-wide"
                    aria-disabled=disabled
                    aria-describedby=move || problem.with(Option::is_some).then_some(PROBLEM)
                >
                    <span>{label}</span>
                </button>
                <p class="label">
                    {if basket.asks_first {
                        "Somebody at the station says yes or no within minutes. Your batteries are held meanwhile."
                    } else {
                        "You may extend ten times, 5 minutes each, at no cost."
                    }}
                </p>
            </div>
        </form>
    }
}

/// What happens when the answer is there: a new key, the badge, or the way to the reason.
fn follow(basket: Basket, booking: ServerAction<BookPacks>) {
    let (me, announcer) = (Me::get(), Announcer::get());
    let navigate = use_navigate();
    let version = booking.version();
    Effect::new(move |before: Option<usize>| {
        let now = version.get();
        if before.is_none_or(|before| before == now) {
            return now;
        }
        match booking.value().get_untracked() {
            Some(Ok(_)) => me.reload(),
            Some(Err(Problem::Unauthenticated)) => {
                let next = ParamsMap::from_iter([("next", basket.order().address())]);
                navigate(
                    &format!("/sign-in{}", next.to_query_string()),
                    NavigateOptions::default(),
                );
            }
            Some(Err(problem)) => {
                // What may not have arrived is sent again with the same key.
                if problem.status() < 500 {
                    basket.renew_key();
                }
                announcer.warn(problem.to_string());
                browser::after(0, || browser::focus(PROBLEM)).forget();
            }
            None => {}
        }
        now
    });
}

/// Something is chosen, and for later a time.
fn is_complete(basket: Basket) -> bool {
    let has_time = !basket.when.later.get() || !basket.when.pickup.read().is_empty();
    basket.count() > 0 && has_time
}

fn button_label(basket: Basket, pending: bool, offset: i32) -> String {
    let count = basket.count();
    if pending {
        return "Holding…".to_owned();
    }
    if count == 0 {
        return "Choose a battery".to_owned();
    }
    let batteries = plural(count, "battery", "batteries");
    let verb = if basket.asks_first { "Ask for" } else { "Book" };
    match basket.when.in_words() {
        Some(when) => return format!("{verb} {count} {batteries} for {when}"),
        None if basket.when.later.get() => return "Choose a time".to_owned(),
        None if basket.asks_first => return format!("Ask for {count} {batteries}"),
        None => {}
    }
    format!("Hold {count} {batteries} until {}", basket.until(offset))
}

/// The one next action, under the thumb on a phone.
#[component]
pub fn ActionBar(basket: Basket, store: StationStore, offset: i32) -> impl IntoView {
    let bookable = is_bookable(store);
    let label = Memo::new(move |_| button_label(basket, false, offset));
    let shape = move || {
        if bookable.get() || basket.when.later.get() {
            Either::Left(view! {
                <button type="submit" form=FORM class="btn btn-go">
                    <span>{label}</span>
                </button>
            })
        } else {
            Either::Right(view! {
                <a class="btn" href="#book-h" rel="external">
                    "Ready nearby"
                </a>
            })
        }
    };
    view! {
        <aside class="act" aria-label="Next step">
            {shape}
        </aside>
    }
}
