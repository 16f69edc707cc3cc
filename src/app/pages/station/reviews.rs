//! What customers say about a station: the average, and their words page by page.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::app::parts::decimal::decimal;
use crate::app::parts::stars::Stars;
use crate::app::parts::words::plural;
use crate::domain::StationId;
use crate::protocol::rest::{Page, ReviewOut};

/// `4.5 of 5, 12 reviews`.
pub fn rated(average: f64, count: i64) -> String {
    format!(
        "{} of 5, {count} {}",
        decimal(average, 1),
        plural(count, "review", "reviews")
    )
}

/// The reviews.
#[component]
pub fn Reviews(
    station: StationId,
    /// Average and number.
    rating: (Option<f64>, i64),
    reviews: Page<ReviewOut>,
    offset: i32,
) -> impl IntoView {
    let is_first = use_query_map().with_untracked(|query| query.get("reviews").is_none());
    let sum = rating.0.map(|average| rated(average, rating.1));
    let older = reviews.next.map(|next| {
        let href = format!("/stations/{station}?reviews={next}#reviews-h");
        view! {
            <a class="btn" href=href rel="external next">
                "Older reviews"
            </a>
        }
    });
    let newest = (!is_first).then(|| {
        let href = format!("/stations/{station}#reviews-h");
        view! {
            <a class="btn" href=href rel="external">
                "Newest reviews"
            </a>
        }
    });
    let body = if reviews.items.is_empty() {
        Either::Left(view! {
            <p class="soft">
                "Nobody has reviewed this station yet. Who collected a battery here can: on the page of the booking."
            </p>
        })
    } else {
        let row = |review| view! { <Review review offset /> };
        let rows = reviews.items.into_iter().map(row).collect_view();
        Either::Right(view! { <ul class="panel rows reviews">{rows}</ul> })
    };
    view! {
        <section class="stack-s" aria-labelledby="reviews-h">
            <div class="split">
                <h2 id="reviews-h" tabindex="-1">
                    "Reviews"
                </h2>
                {sum.map(|sum| view! { <span class="soft">{sum}</span> })}
            </div>
            {body}
            <nav class="btns" aria-label="Pages of reviews">
                {newest}
                {older}
            </nav>
        </section>
    }
}

#[component]
fn Review(review: ReviewOut, offset: i32) -> impl IntoView {
    let day = review.created_at.calendar_day(offset);
    let edited = review.edited_at.is_some().then_some(", edited");
    view! {
        <li>
            <div class="split">
                <b>{review.first_name}</b>
                <Stars stars=review.rating />
            </div>
            <p class="review-text">{review.text}</p>
            <small class="label">
                <time datetime=review.created_at.to_string()>{day}</time>
                {edited}
            </small>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_says_how_many_it_is_of() {
        assert_eq!(rated(4.5, 12), "4.5 of 5, 12 reviews");
        assert_eq!(rated(5.0, 1), "5.0 of 5, 1 review");
    }
}
