//! The form that holds packs. A real form: without scripts the browser sends it and the server leads on to
//! the booking or back here with the reason. Nothing is optimistic: the packs are held when the server
//! says so.

use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::basket::{Basket, Choice};
use super::nearby::Nearby;
use crate::app::browser;
use crate::app::calls::book::BookPacks;
use crate::app::live::store::StationStore;
use crate::app::me::Me;
use crate::app::parts::announce::Announcer;
use crate::app::parts::note::Tone;
use crate::app::parts::words::plural;
use crate::app::parts::{ClockTime, Icon, Note};
use crate::domain::{Alternative, Money, Problem};

const FORM: &str = "book";
const PROBLEM: &str = "book-problem";

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
    let offered = Memo::new(move |_| bookable.get() || problem.with(Option::is_some));
    let nearby = StoredValue::new(nearby);
    view! {
        <aside class="book" aria-labelledby="book-h">
            {move || {
                if offered.get() {
                    Either::Left(view! { <BookForm basket booking problem offset /> })
                } else {
                    Either::Right(view! { <Instead store nearby=nearby.get_value() offset /> })
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
        if !pending.get_untracked() && basket.count() > 0 {
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
    let disabled = move || (pending.get() || basket.count() == 0).then_some("true");
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
                <HoldFor basket />
                <div class="field">
                    <label for="vehicle">"Vehicle " <span class="label">"(optional)"</span></label>
                    <input
                        class="input"
                        id="vehicle"
                        name="order[vehicle]"
                        maxlength="32"
                        autocomplete="off"
                        placeholder="KL 07 AB 1234"
                        prop:value=move || basket.vehicle.get()
                        value=basket.vehicle.get_untracked()
                        on:input=move |event| basket.vehicle.set(event_target_value(&event))
                    />
                </div>
                {move || sum(basket)}
                {move || problem.get().map(|problem| view! { <Refused problem /> })}
                <button
                    type="submit"
                    class="btn btn-go btn-wide"
                    aria-disabled=disabled
                    aria-describedby=move || problem.with(Option::is_some).then_some(PROBLEM)
                >
                    <span>{label}</span>
                </button>
                <p class="label">"You may extend ten times, 5 minutes each, at no cost."</p>
            </div>
        </form>
    }
}

/// What happens when the answer is there: a new key, the badge, or the way to the reason.
fn follow(basket: Basket, booking: ServerAction<BookPacks>) {
    let (me, announcer) = (Me::get(), Announcer::get());
    let version = booking.version();
    Effect::new(move |before: Option<usize>| {
        let now = version.get();
        if before.is_none_or(|before| before == now) {
            return now;
        }
        match booking.value().get_untracked() {
            Some(Ok(_)) => me.reload(),
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

fn button_label(basket: Basket, pending: bool, offset: i32) -> String {
    let count = basket.count();
    if pending {
        return "Holding…".to_owned();
    }
    if count == 0 {
        return "Choose a battery".to_owned();
    }
    let batteries = plural(count, "battery", "batteries");
    format!("Hold {count} {batteries} until {}", basket.until(offset))
}

/// The certain pack, with the way to let it go again; or that it went.
fn chosen_row(basket: Basket) -> Option<impl IntoView> {
    let pack = basket.pack.get()?;
    let back = format!("/stations/{}#book-h", basket.station());
    Some(match basket.chosen.get() {
        Some(chosen) => Either::Left(view! {
            <div class="model">
                <div>
                    <b>"Slot " {chosen.slot.label()}</b>
                    <span class="model-stock">{chosen.name} " · " {chosen.soc} " %"</span>
                </div>
                <a class="btn btn-quiet" href=back>
                    "Remove"
                    <span class="sr">" slot " {chosen.slot.label()}</span>
                </a>
                <input type="hidden" name="order[pack]" value=pack.to_string() />
            </div>
        }),
        None => Either::Right(view! {
            <div>
                <Note tone=Tone::Warn title="The battery you chose is not free any more.">
                    <p>"Choose another slot, or let the station choose one."</p>
                </Note>
            </div>
        }),
    })
}

#[component]
fn Model(basket: Basket, choice: Choice) -> impl IntoView {
    let Choice { model, wanted, ready } = choice.clone();
    let most = Memo::new(move |_| basket.most(&choice));
    let name = model.name.clone();
    let spec = format!(
        "{} V · {}.{} kWh",
        model.nominal_voltage_v,
        model.capacity_wh / 1_000,
        model.capacity_wh % 1_000 / 100
    );
    let price = Money::new(model.price, model.currency);
    let step =
        move |by: i64| wanted.update(|wanted| *wanted = (*wanted + by).clamp(0, most.get_untracked().max(0)));
    let typed = move |event| {
        let count = event_target_value(&event).parse::<i64>().unwrap_or(0);
        wanted.set(count.max(0));
    };
    view! {
        <div class="model" data-none=move || (ready.get() == 0).then_some("")>
            <div>
                <b>{name.clone()}</b>
                <span class="model-spec">{spec}</span>
                <br />
                <span class="model-stock">
                    <strong>{ready} " ready"</strong>
                    " · "
                    {price.to_string()}
                    " a swap"
                </span>
            </div>
            <div class="step-n" role="group" aria-label=format!("How many {name}")>
                <button
                    type="button"
                    aria-label=format!("One {name} less")
                    disabled=move || wanted.get() <= 0
                    on:click=move |_| step(-1)
                >
                    <Icon name="minus" />
                </button>
                <input
                    type="number"
                    inputmode="numeric"
                    name=format!("order[n][{}]", model.id)
                    value=wanted.get_untracked().to_string()
                    prop:value=move || wanted.get().to_string()
                    min="0"
                    max=move || most.get().max(wanted.get()).to_string()
                    aria-label=format!("Number of {name}")
                    on:input=typed
                />
                <button
                    type="button"
                    aria-label=format!("One {name} more")
                    disabled=move || { wanted.get() >= most.get() }
                    on:click=move |_| step(1)
                >
                    <Icon name="plus" />
                </button>
            </div>
        </div>
    }
}

#[component]
fn HoldFor(basket: Basket) -> impl IntoView {
    let radios = basket.holds.get_value().into_iter().map(|minutes| {
        let checked = basket.hold.get_untracked() == minutes;
        view! {
            <label>
                <input
                    type="radio"
                    name="order[hold]"
                    value=minutes.to_string()
                    checked=checked
                    on:change=move |_| basket.hold.set(minutes)
                />
                {minutes}
                " min"
            </label>
        }
    });
    view! {
        <fieldset class="group">
            <legend>"Hold for"</legend>
            <div class="seg">{radios.collect_view()}</div>
        </fieldset>
    }
}

fn sum(basket: Basket) -> impl IntoView {
    let (lines, total) = basket.sum();
    let rows = lines.into_iter().map(|(count, name, price)| {
        view! {
            <div>
                <dt>{count} " × " {name} " swap"</dt>
                <dd>{price.to_string()}</dd>
            </div>
        }
    });
    let total = total.map(|total| {
        view! {
            <div class="sum-total">
                <dt>"Cash, at the station"</dt>
                <dd>{total.to_string()}</dd>
            </div>
        }
    });
    view! { <dl class="sum">{rows.collect_view()} {total}</dl> }
}

/// Why the order was not carried out, and what to do now.
#[component]
fn Refused(problem: Problem) -> impl IntoView {
    let title = match &problem {
        Problem::BatteryUnavailable { available: 0, .. } => "Someone just took the last one.".to_owned(),
        Problem::BatteryUnavailable { available, .. } => {
            format!(
                "Only {available} {} left of what you chose.",
                plural(*available, "is", "are")
            )
        }
        other => other.to_string(),
    };
    let more = match problem {
        Problem::BatteryUnavailable { alternatives, .. } | Problem::StationClosed { alternatives, .. } => {
            Some(Either::Left(view! {
                {(!alternatives.is_empty()).then(|| view! { <p>"These stations nearby have what you need:"</p> })}
                <Nearby stations=alternatives />
            }))
        }
        Problem::DuplicateBooking { booking_id } => Some(Either::Right(view! {
            <a href=format!("/bookings/{booking_id}")>"Show that booking"</a>
        })),
        _ => None,
    };
    view! {
        <Note tone=Tone::Danger title id=PROBLEM>
            {more}
        </Note>
    }
}

/// In place of the form: what there is to wait for, and where there is something now.
#[component]
fn Instead(store: StationStore, nearby: Vec<Alternative>, offset: i32) -> impl IntoView {
    let next = Memo::new(move |_| store.inventory.with(|inventory| inventory.next_available_at));
    let open = Memo::new(move |_| {
        store
            .inventory
            .with(|inventory| inventory.status.takes_bookings())
    });
    let why = move || {
        if !open.get() {
            return Either::Left("This station takes no bookings right now.");
        }
        Either::Right(match next.get() {
            Some(at) => {
                Either::Left(view! { "No battery is ready. The next one is at " <ClockTime at offset /> "." })
            }
            None => Either::Right("No battery is ready, and none is charging."),
        })
    };
    let none_near = nearby.is_empty();
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2 id="book-h">"Ready nearby"</h2>
            </div>
            <div class="panel-body">
                <p class="soft">{why}</p>
            </div>
            <Nearby stations=nearby />
            {none_near
                .then(|| {
                    view! {
                        <div class="panel-body">
                            <a class="btn btn-wide" href="/?ready=1">
                                "All stations with ready batteries"
                            </a>
                        </div>
                    }
                })}
        </section>
    }
}

/// The one next action, under the thumb on a phone.
#[component]
pub fn ActionBar(basket: Basket, store: StationStore, offset: i32) -> impl IntoView {
    let bookable = is_bookable(store);
    let label = Memo::new(move |_| button_label(basket, false, offset));
    let shape = move || {
        if bookable.get() {
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
