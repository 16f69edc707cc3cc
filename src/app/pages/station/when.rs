//! Now or later. Without scripts the fields are simply there, and a button shows the times of another day.

use leptos::prelude::*;

use super::basket::Basket;
use crate::app::calls::pickup::{PickupTime, Pickups, see_pickups};

/// When she wants to come; what the form says of it.
#[derive(Clone, Copy)]
pub struct When {
    /// Not now.
    pub later: RwSignal<bool>,
    /// The days, and the half hours of the chosen one.
    pub pickups: RwSignal<Pickups>,
    /// The chosen half hour.
    pub pickup: RwSignal<String>,
}

impl When {
    /// With what the page offers and the address asks for.
    pub fn new(pickups: Pickups, later: bool, pickup: Option<String>) -> Self {
        let is_free = |at: &String| pickups.times.iter().any(|time| time.at == *at && !time.is_full);
        let first = || {
            pickups
                .first_free()
                .map(|time| time.at.clone())
                .unwrap_or_default()
        };
        let pickup = pickup.filter(is_free).unwrap_or_else(first);
        Self {
            later: RwSignal::new(later && !pickups.days.is_empty()),
            pickups: RwSignal::new(pickups),
            pickup: RwSignal::new(pickup),
        }
    }

    /// One can book for later here.
    pub fn is_offered(self) -> bool {
        self.pickups.with(|pickups| !pickups.days.is_empty())
    }

    /// The chosen half hour in words, if it is for later.
    pub fn in_words(self) -> Option<String> {
        let pickup = self.pickup.get();
        let whole = self.pickups.with(|pickups| {
            let mut times = pickups.times.iter();
            times
                .find(|time| time.at == pickup)
                .map(|time| time.whole.clone())
        });
        whole.filter(|_| self.later.get())
    }

    /// Nothing of another day is booked while its times are asked for.
    fn ask(self, day: String) {
        self.pickup.set(String::new());
        self.pickups.update(|pickups| {
            pickups.day = day;
            pickups.times.clear();
        });
    }

    fn take(self, pickups: Pickups) {
        let first = pickups
            .first_free()
            .map(|time| time.at.clone())
            .unwrap_or_default();
        self.pickup.set(first);
        self.pickups.set(pickups);
    }
}

/// The choice.
#[component]
pub fn WhenToCome(basket: Basket) -> impl IntoView {
    let when = basket.when;
    let station = basket.station();
    let look = Action::new(move |day: &String| see_pickups(station, Some(day.clone())));
    Effect::new(move |_| {
        if let Some(Ok(pickups)) = look.value().get() {
            when.take(pickups);
        }
    });
    let radio = move |value: &'static str, label: &'static str, is_later: bool| {
        view! {
            <label>
                <input
                    type="radio"
                    name="order[when]"
                    value=value
                    checked=when.later.get_untracked() == is_later
                    prop:checked=move || when.later.get() == is_later
                    on:change=move |_| when.later.set(is_later)
                />
                {label}
            </label>
        }
    };
    let days = move || {
        let pickups = when.pickups.get();
        let day = |(day, label): (String, String)| {
            let selected = day == pickups.day;
            view! { <option value=day selected=selected>{label}</option> }
        };
        pickups.days.clone().into_iter().map(day).collect_view()
    };
    let times = move || {
        let chosen = when.pickup.get_untracked();
        let pickups = when.pickups.get();
        if pickups.times.is_empty() {
            let why = match look.value().get() {
                _ if look.pending().get() => "Asking…",
                Some(Err(_)) => "Not reached",
                _ => "No times",
            };
            return view! { <option value="">{why}</option> }.into_any();
        }
        let time = move |time: PickupTime| {
            let label = if time.is_full {
                format!("{}, full", time.time)
            } else {
                time.time.clone()
            };
            let selected = time.at == chosen;
            view! { <option value=time.at disabled=time.is_full selected=selected>{label}</option> }
        };
        pickups.times.into_iter().map(time).collect_view().into_any()
    };
    // Scripts ask by themselves; markup, so that a browser with scripts need not find it again.
    let without_scripts = format!(
        "<button class=\"btn\" type=\"submit\" formmethod=\"get\" formaction=\"/stations/{station}#book-h\">\
         Show the times of that day</button>"
    );
    when.is_offered().then(|| {
        view! {
            <fieldset class="group when">
                <legend>"When"</legend>
                <div class="seg">{radio("now", "Now", false)} {radio("later", "Later", true)}</div>
                <div class="when-later">
                    <div class="field">
                        <label for="pickup-day">"Day"</label>
                        <select
                            class="input"
                            id="pickup-day"
                            name="order[day]"
                            aria-busy=move || look.pending().get().then_some("true")
                            on:change=move |event| {
                                let day = event_target_value(&event);
                                when.ask(day.clone());
                                look.dispatch(day);
                            }
                        >
                            {days}
                        </select>
                    </div>
                    <div class="field">
                        <label for="pickup-time">"Time"</label>
                        <select
                            class="input"
                            id="pickup-time"
                            name="order[pickup]"
                            on:change=move |event| when.pickup.set(event_target_value(&event))
                        >
                            {times}
                        </select>
                    </div>
                    <noscript inner_html=without_scripts></noscript>
                    <p class="label">"Your batteries are chosen shortly before and held for you then."</p>
                </div>
            </fieldset>
        }
    })
}
