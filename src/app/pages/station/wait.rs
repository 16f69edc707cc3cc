//! The line of a station that is sold out. A real form: without scripts the browser sends it, and the server leads on
//! to my places in line or back here with the reason.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_router::params::ParamsMap;

use super::basket::{Basket, Choice};
use crate::app::calls::waitlist::JoinWaitlist;
use crate::app::parts::Note;
use crate::app::parts::form::{Submit, failure};
use crate::app::parts::note::Tone;
use crate::domain::Problem;
use crate::domain::booking::MAX_PACKS_PER_BOOKING;

/// How many of which model to wait for.
#[component]
pub fn JoinLine(basket: Basket) -> impl IntoView {
    let call = ServerAction::<JoinWaitlist>::new();
    let problem = failure(move || call.value().get());
    to_sign_in(basket, call);
    let is_none_chosen = basket.choices.with_value(|choices| {
        let wanted = |one: &Choice| one.wanted.get_untracked();
        choices.iter().map(wanted).sum::<i64>() == 0
    });
    let first = basket.first_that_fits();
    let row = |choice: &Choice| {
        let model = choice.model.id;
        let wanted = choice.wanted.get_untracked();
        let value = if is_none_chosen && first == Some(model) {
            1
        } else {
            wanted
        };
        let id = format!("wait-{model}");
        view! {
            <div class="field">
                <label for=id.clone()>{choice.model.name.clone()}</label>
                <input
                    class="input"
                    type="number"
                    inputmode="numeric"
                    id=id
                    name=format!("order[n][{model}]")
                    min="0"
                    max=MAX_PACKS_PER_BOOKING.to_string()
                    value=value.to_string()
                />
            </div>
        }
    };
    let rows = basket
        .choices
        .with_value(|choices| choices.iter().map(row).collect_view());
    view! {
        <ActionForm action=call attr:class="stack">
            <input type="hidden" name="order[station]" value=basket.station().to_string() />
            <input type="hidden" name="order[vehicle]" value=basket.vehicle.get_untracked() />
            <h3>"Wait in line"</h3>
            <p class="label">"When it is your turn, the batteries are held for you for some minutes and you are told."</p>
            {rows}
            {move || problem.get().map(|problem| view! { <Note tone=Tone::Danger title=problem.to_string() /> })}
            <Submit label="Join waitlist" busy="Joining…" pending=call.pending() />
        </ActionForm>
    }
}

/// The same from within the order, when it came to nothing: a button that sends the order to the line.
#[component]
pub fn JoinInstead(basket: Basket) -> impl IntoView {
    let call = ServerAction::<JoinWaitlist>::new();
    let problem = failure(move || call.value().get());
    to_sign_in(basket, call);
    let join = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if !call.pending().get_untracked() {
            call.dispatch(JoinWaitlist {
                order: basket.order(),
            });
        }
    };
    view! {
        <button type="submit" class="btn btn-wide" formaction=JoinWaitlist::PATH on:click=join>
            {move || if call.pending().get() { "Joining…" } else { "Join waitlist" }}
        </button>
        {move || problem.get().map(|problem| view! { <p class="error" role="alert">{problem.to_string()}</p> })}
    }
}

/// Whoever is not signed in is led there, and comes back with the choices made.
fn to_sign_in(basket: Basket, call: ServerAction<JoinWaitlist>) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(Err(Problem::Unauthenticated)) = call.value().get() {
            let next = ParamsMap::from_iter([("next", basket.order().address())]);
            navigate(
                &format!("/sign-in{}", next.to_query_string()),
                NavigateOptions::default(),
            );
        }
    });
}
