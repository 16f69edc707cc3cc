//! Stars: for the eye as a row, for the ear in words; and as a choice.

use leptos::prelude::*;

use super::Icon;
use super::form::complaint_about;
use crate::domain::Problem;
use crate::domain::review::{STARS, meaning};

/// So many stars.
#[component]
pub fn Stars(
    /// How many, 1 to 5.
    stars: i64,
) -> impl IntoView {
    let row: String = STARS.map(|star| if star <= stars { '★' } else { '☆' }).collect();
    view! {
        <span class="stars">
            <span aria-hidden="true">{row}</span>
            <span class="sr">{stars} " of 5 stars"</span>
        </span>
    }
}

/// The choice of so many stars: real radios, so that arrow keys move it.
#[component]
pub fn StarField(
    /// What is asked.
    legend: &'static str,
    /// Chosen already.
    chosen: Option<i64>,
    /// The problem of the last answer.
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let complaint = Memo::new(move |_| problem.with(|problem| complaint_about(problem.as_ref()?, "rating")));
    let first = *STARS.start();
    let choices = STARS.map(|star| {
        let id = (star == first).then_some("rating");
        view! {
            <label>
                <input
                    type="radio"
                    name="rating"
                    id=id
                    value=star.to_string()
                    checked=chosen == Some(star)
                    required
                />
                {star}
                <span aria-hidden="true">" ★"</span>
                <span class="sr">" of 5, " {meaning(star)}</span>
            </label>
        }
    });
    view! {
        <fieldset class="group" aria-describedby="rating-error">
            <legend>{legend}</legend>
            <div class="seg">{choices.collect::<Vec<_>>()}</div>
            <div id="rating-error">
                {move || {
                    complaint
                        .get()
                        .map(|detail| {
                            view! {
                                <p class="error">
                                    <Icon name="alert" />
                                    {detail}
                                </p>
                            }
                        })
                }}
            </div>
        </fieldset>
    }
}
