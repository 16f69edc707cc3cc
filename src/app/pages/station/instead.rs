//! When it cannot be: why, and where there is a pack instead.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use super::basket::Basket;
use super::nearby::Nearby;
use super::wait::{JoinInstead, JoinLine};
use crate::app::live::store::StationStore;
use crate::app::parts::note::Tone;
use crate::app::parts::words::plural;
use crate::app::parts::{ClockTime, Note};
use crate::domain::{Alternative, PlanRefusal, Problem};

/// The id of the note that says why.
pub const PROBLEM: &str = "book-problem";

/// Why the order was not carried out, and what to do now.
#[component]
pub fn Refused(problem: Problem, basket: Basket) -> impl IntoView {
    let later = basket.when.later.get_untracked();
    let may_wait = !later && matches!(problem, Problem::BatteryUnavailable { .. });
    let title = match &problem {
        Problem::BatteryUnavailable { available: 0, .. } if later => {
            "No battery is left for that time here.".to_owned()
        }
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
            Some(EitherOf3::A(view! {
                {(!alternatives.is_empty()).then(|| view! { <p>"These stations nearby have what you need:"</p> })}
                <Nearby stations=alternatives />
            }))
        }
        Problem::DuplicateBooking {
            booking_id: Some(booking_id),
        } => Some(EitherOf3::B(view! {
            <a href=format!("/bookings/{booking_id}")>"Show that booking"</a>
        })),
        Problem::SubscriptionLimitExceeded { reason, .. } => {
            let (href, label) = if reason == PlanRefusal::MonthlyLimit {
                ("/plan", "See my plan")
            } else {
                ("/plans", "See plans")
            };
            Some(EitherOf3::C(view! { <a href=href>{label}</a> }))
        }
        _ => None,
    };
    view! {
        <Note tone=Tone::Danger title id=PROBLEM>
            {more}
            {may_wait.then(|| view! { <JoinInstead basket /> })}
        </Note>
    }
}

/// In place of the form: what there is to wait for, and where there is something now.
#[component]
pub fn Instead(basket: Basket, store: StationStore, nearby: Vec<Alternative>, offset: i32) -> impl IntoView {
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
    let for_later = format!("/stations/{}?when=later#book-h", basket.station());
    let choose_later = move |_| basket.when.later.set(true);
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2 id="book-h">"Ready nearby"</h2>
            </div>
            <div class="panel-body">
                <p class="soft">{why}</p>
                {basket
                    .when
                    .is_offered()
                    .then(|| {
                        view! {
                            <p>
                                <a class="btn btn-wide" href=for_later on:click=choose_later>
                                    "Book here for later"
                                </a>
                            </p>
                        }
                    })}
            </div>
            {move || open.get().then(|| view! { <div class="panel-body"><JoinLine basket /></div> })}
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
