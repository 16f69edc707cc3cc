//! What I say about a booking that was handed over: the form, then the review with the ways to change and to
//! delete it.

use leptos::either::Either;
use leptos::prelude::*;

use crate::app::browser;
use crate::app::calls::reviews::{ChangeReview, DeleteReview, WriteReview};
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Submit, complaint_about, failure};
use crate::app::parts::stars::{StarField, Stars};
use crate::domain::review::MAX_TEXT;
use crate::domain::{BookingId, BookingState, Problem};
use crate::protocol::rest::{BookingOut, ReviewOut};

/// My review; nothing before the packs were handed over.
#[component]
pub fn MyReview(booking: RwSignal<BookingOut>, review: Option<ReviewOut>) -> impl IntoView {
    let id = booking.with_untracked(|booking| booking.id);
    let offset = booking.with_untracked(|booking| booking.utc_offset_minutes);
    // Staff who look at the page of somebody's booking have no say here.
    let is_mine = booking.with_untracked(|booking| booking.code.is_some());
    let is_done = Memo::new(move |_| booking.read().state == BookingState::Completed);
    let review = RwSignal::new(review);
    view! {
        <Show when=move || is_mine && is_done.get()>
            <section class="panel" aria-labelledby="review-h">
                <div class="panel-head">
                    <h2 id="review-h" tabindex="-1">
                        {move || if review.read().is_some() { "Your review" } else { "How was it?" }}
                    </h2>
                </div>
                <div class="panel-body stack">
                    {move || match review.get() {
                        Some(written) => Either::Left(view! { <Written id review written offset /> }),
                        None => Either::Right(view! { <Write id review /> }),
                    }}
                </div>
            </section>
        </Show>
    }
}

/// Takes over an answer; the control may be gone then, so the focus goes to the heading.
fn take_over<T: Clone + Send + Sync + 'static>(
    answer: impl Fn() -> Option<Result<T, Problem>> + 'static,
    take: impl Fn(T) + 'static,
    said: &'static str,
) {
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(answer)) = answer() {
            take(answer);
            announcer.say(said);
            browser::after(0, || browser::focus("review-h")).forget();
        }
    });
}

#[component]
fn Write(id: BookingId, review: RwSignal<Option<ReviewOut>>) -> impl IntoView {
    let call = ServerAction::<WriteReview>::new();
    let problem = failure(move || call.value().get());
    take_over(
        move || call.value().get(),
        move |written| review.set(Some(written)),
        "Thank you. Your review is published.",
    );
    view! {
        <ActionForm action=call attr:class="stack">
            <ErrorSummary problem id="review-problem" />
            <input type="hidden" name="booking" value=id.to_string() />
            <StarField legend="Stars" chosen=None problem />
            <Words value=String::new() problem />
            <p class="label">"Everybody reads it, with your first name and the date."</p>
            <Submit label="Publish review" busy="Publishing…" pending=call.pending() class="btn btn-go" />
        </ActionForm>
    }
}

#[component]
fn Words(value: String, problem: Signal<Option<Problem>>) -> impl IntoView {
    let (typed, written) = (value.clone(), as_markup(&value));
    let complaint = Memo::new(move |_| problem.with(|problem| complaint_about(problem.as_ref()?, "text")));
    view! {
        <div class="field">
            <label for="text">"In your words"</label>
            <textarea
                class="input"
                id="text"
                name="text"
                rows="4"
                maxlength=MAX_TEXT.to_string()
                required
                prop:value=typed
                aria-invalid=move || complaint.get().map(|_| "true")
                aria-describedby=move || complaint.get().map(|_| "text-error")
            >
                {written}
            </textarea>
            {move || {
                complaint
                    .get()
                    .map(|detail| {
                        view! {
                            <p class="error" id="text-error">
                                <Icon name="alert" />
                                {detail}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// Leptos writes what stands in a text area as it is, like in a script, so the markup in it must be escaped by
/// whoever puts it there. In the browser the property has the last word.
fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[component]
fn Written(
    id: BookingId,
    review: RwSignal<Option<ReviewOut>>,
    written: ReviewOut,
    offset: i32,
) -> impl IntoView {
    let changing = ServerAction::<ChangeReview>::new();
    let deleting = ServerAction::<DeleteReview>::new();
    let problem = failure(move || changing.value().get());
    let failed = failure(move || deleting.value().get());
    take_over(
        move || changing.value().get(),
        move |changed| review.set(Some(changed)),
        "Your review is changed.",
    );
    take_over(
        move || deleting.value().get(),
        move |()| review.set(None),
        "Your review is deleted.",
    );
    let day = written.created_at.calendar_day(offset);
    view! {
        <div class="stack-s">
            <Stars stars=written.rating />
            <p class="review-text">{written.text.clone()}</p>
            <small class="label">{day} {written.edited_at.is_some().then_some(", edited")}</small>
        </div>
        <details class="ask" open=move || problem.with(Option::is_some)>
            <summary role="button" class="btn">
                "Change"
            </summary>
            <ActionForm action=changing attr:class="stack">
                <ErrorSummary problem id="change-problem" />
                <input type="hidden" name="booking" value=id.to_string() />
                <StarField legend="Stars" chosen=Some(written.rating) problem />
                <Words value=written.text problem />
                <Submit label="Save" busy="Saving…" pending=changing.pending() class="btn btn-go" />
            </ActionForm>
        </details>
        <details class="ask">
            <summary role="button" class="btn btn-quiet btn-stop">
                "Delete review"
            </summary>
            <div class="note" data-tone="warn">
                <p>
                    <b>"Delete your review? "</b>
                    "You can write another one afterwards."
                </p>
                <ErrorSummary problem=failed id="delete-problem" />
                <ActionForm action=deleting attr:class="btns">
                    <input type="hidden" name="booking" value=id.to_string() />
                    <Submit label="Yes, delete it" busy="Deleting…" pending=deleting.pending() class="btn btn-stop" />
                </ActionForm>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_area_ends_it() {
        assert_eq!(
            as_markup("a</textarea><b>&amp;"),
            "a&lt;/textarea&gt;&lt;b&gt;&amp;amp;"
        );
    }
}
