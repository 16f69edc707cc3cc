//! The bookings to prepare and to hand over. Rows never move under anybody's hand; who wants them sorted says so or
//! leaves them alone.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::booking::{due_amount, packs_and_slots};
use super::booking_end::when_done;
use super::hands::Hands;
use super::planned::PlannedList;
use super::state::{Counter, Open};
use super::waitlist::WaitlistList;
use crate::app::browser;
use crate::app::calls::staff::PrepareBooking;
use crate::app::calls::steps::{MoveOn, PlainStep};
use crate::app::live::clock::Clock;
use crate::app::live::queue::Queued;
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::countdown::{Urgency, minutes_and_seconds, time_left};
use crate::domain::{BookingId, BookingState, Command, Problem};
use crate::protocol::rest::BookingOut;

/// The one "Mark ready" of the column, and for which booking it was last pressed.
#[derive(Clone, Copy)]
struct Prepare {
    call: ServerAction<PrepareBooking>,
    asked: RwSignal<Option<BookingId>>,
}

impl Prepare {
    fn problem(self) -> Option<Problem> {
        self.call.value().get()?.err()
    }
}

/// The queue column.
#[component]
pub fn QueueColumn(counter: Counter, open: Memo<Open>) -> impl IntoView {
    let queue = counter.queue;
    let prepare = Prepare {
        call: ServerAction::new(),
        asked: RwSignal::new(None),
    };
    follow(counter, prepare);
    let running = Memo::new(move |_| queue.running());
    let is_empty = Memo::new(move |_| queue.due().is_empty());
    let hands = Hands::off(move || queue.news() != (0, 0), move || queue.tidy());
    // A bare form has no row to come back to.
    let told_here = move || {
        let problem = prepare.problem().filter(|_| prepare.asked.get().is_none())?;
        Some(view! { <Wrong problem /> })
    };
    view! {
        <section
            class="board-queue"
            aria-labelledby="queue-h"
            on:pointerenter=move |_| hands.pointer.set(true)
            on:pointerleave=move |_| hands.pointer.set(false)
            on:focusin=move |_| hands.focus.set(true)
            on:focusout=move |_| hands.focus.set(false)
        >
            <div class="col-head">
                <h2 id="queue-h" tabindex="-1">"Bookings " <data value=move || running.get().to_string()>{running}</data></h2>
                <News counter />
            </div>
            {told_here}
            <div class="panel">
                <ol class="rows">
                    <For each=move || queue.due() key=|row| (row.id, row.is_new) let:row>
                        <Row row counter open prepare />
                    </For>
                </ol>
                <Show when=move || is_empty.get()>
                    <p class="panel-body soft">"No booking is waiting. New ones appear here by themselves."</p>
                </Show>
            </div>
            <PlannedList counter open />
            <WaitlistList counter />
        </section>
    }
}

/// Takes over the answer; the button is gone then, so the focus goes on to the next one of the row.
fn follow(counter: Counter, prepare: Prepare) {
    let announcer = Announcer::get();
    Effect::new(move |_| match prepare.call.value().get() {
        Some(Ok(booking)) => {
            let next = format!("go-{}", booking.id);
            let name = booking.customer_name.clone().unwrap_or_default();
            announcer.say(format!("Marked ready. {name} was told."));
            counter.changed(booking);
            browser::after(0, move || browser::focus(&next)).forget();
        }
        Some(Err(problem)) => announcer.warn(problem.to_string()),
        None => {}
    });
}

/// What came and went, and the way to sort it in.
#[component]
fn News(counter: Counter) -> impl IntoView {
    let queue = counter.queue;
    let label = Memo::new(move |_| match queue.news() {
        (0, 0) => None,
        (new, 0) => Some(format!("{new} new")),
        (0, done) => Some(format!("{done} done")),
        (new, done) => Some(format!("{new} new, {done} done")),
    });
    let tidy = move |_| {
        queue.tidy();
        browser::focus("queue-h");
    };
    move || {
        label.get().map(|label| {
            view! {
                <button type="button" class="chip" on:click=tidy>
                    {label}
                    <span class="sr">", "</span>
                    <span aria-hidden="true">" · "</span>
                    "Sort"
                    <span class="sr">" the bookings by deadline"</span>
                </button>
            }
        })
    }
}

#[component]
fn Row(row: Queued, counter: Counter, open: Memo<Open>, prepare: Prepare) -> impl IntoView {
    let id = row.id;
    let booking = RwSignal::from(row.booking);
    let state = Memo::new(move |_| booking.read().state);
    let name = booking.with_untracked(name_of);
    let lacks = Memo::new(move |_| booking.with(BookingOut::awaits_battery));
    let is_first = Memo::new(move |_| booking.read().priority == Some(true));
    let what = move || booking.with(packs_and_slots);
    let due = move || booking.with(due_amount);
    let is_open = move || (open.get() == Open::Booking(id)).then_some("");
    let wrong = move || {
        let problem = prepare.problem().filter(|_| prepare.asked.get() == Some(id))?;
        Some(view! { <Wrong problem /> })
    };
    view! {
        <li
            class="queued"
            data-new=row.is_new.then_some("")
            data-open=is_open
            data-ended=move || state.get().is_ended().then_some("")
        >
            <div>
                <b>{name.clone()}</b>
                {move || is_first.get().then(|| view! { " " <span class="word">"Priority plan"</span> })}
                <p>{what}</p>
                <p>
                    <span class="word" data-tone=move || if lacks.get() { Some("warn") } else { tone(state.get()) }>
                        {move || if lacks.get() { "No battery yet" } else { state.get().label() }}
                    </span>
                    " · "
                    {due}
                </p>
            </div>
            <DueIn booking offset=counter.offset />
            <Show when=move || !state.get().is_ended()>
                <div class="task-do">
                    <MarkReady id state lacks prepare name=name.clone() />
                    <Accept counter booking state name=name.clone() />
                    <a
                        class="btn"
                        id=format!("go-{id}")
                        href=Open::Booking(id).address(counter.station)
                        aria-current=move || is_open().map(|_| "true")
                        data-noscroll
                    >
                        {move || if lacks.get() || state.get() == BookingState::Requested { "Open" } else { "Hand over" }}
                        <span class="sr">" to " {name.clone()} ", booking " {id.to_string()}</span>
                    </a>
                </div>
            </Show>
            {wrong}
        </li>
    }
}

/// Yes to a request, in its row. No needs a reason, so it is said beside the list.
#[component]
fn Accept(
    counter: Counter,
    booking: RwSignal<BookingOut>,
    state: Memo<BookingState>,
    name: String,
) -> impl IntoView {
    let call = ServerAction::<MoveOn>::new();
    let id = booking.with_untracked(|booking| booking.id);
    when_done(
        counter,
        move || call.value().get(),
        "Accepted. The customer was told.",
    );
    let problem = move || Some(view! { <Wrong problem=call.value().get()?.err()? /> });
    let (pending, name) = (call.pending(), StoredValue::new(name));
    view! {
        <Show when=move || state.get().after(Command::Approve).is_some()>
            <ActionForm action=call>
                <input type="hidden" name="booking" value=id.to_string() />
                <input type="hidden" name="step" value=PlainStep::Approve.as_str() />
                <button type="submit" class="btn btn-go" aria-disabled=move || pending.get().then_some("true")>
                    {move || if pending.get() { "Accepting…" } else { "Accept" }}
                    <span class="sr">" " {name.get_value()} ", booking " {id.to_string()}</span>
                </button>
            </ActionForm>
        </Show>
        {problem}
    }
}

#[component]
fn MarkReady(
    id: BookingId,
    state: Memo<BookingState>,
    lacks: Memo<bool>,
    prepare: Prepare,
    name: String,
) -> impl IntoView {
    let pending = move || prepare.call.pending().get() && prepare.asked.get() == Some(id);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !prepare.call.pending().get_untracked() {
            prepare.asked.set(Some(id));
            prepare.call.dispatch(PrepareBooking { booking: id });
        }
    };
    view! {
        <Show when=move || state.get().after(Command::Ready).is_some() && !lacks.get()>
            <form action=PrepareBooking::PATH method="post" on:submit=submit>
                <input type="hidden" name="booking" value=id.to_string() />
                <button type="submit" class="btn btn-go" aria-disabled=move || pending().then_some("true")>
                    {move || if pending() { "Telling…" } else { "Mark ready" }}
                    <span class="sr">" for " {name.clone()} ", booking " {id.to_string()}</span>
                </button>
            </form>
        </Show>
    }
}

/// How long the packs are still held; before the page is alive, until when.
#[component]
pub fn DueIn(booking: RwSignal<BookingOut>, offset: i32) -> impl IntoView {
    let clock = Clock::get();
    let deadline = Memo::new(move |_| booking.read().deadline);
    let is_waiting = Memo::new(move |_| booking.read().state.is_waiting_for_pickup());
    let left = Memo::new(move |_| time_left(deadline.get(), clock.now()));
    let text = move || {
        if !clock.is_ticking() {
            return format!("until {}", deadline.get().clock_time(offset));
        }
        match left.get() {
            left if left.is_zero() => format!("over since {}", deadline.get().clock_time(offset)),
            left => minutes_and_seconds(left),
        }
    };
    let urgency = move || clock.is_ticking().then(|| Urgency::of(left.get()).as_str());
    move || {
        is_waiting.get().then(|| {
            view! {
                <time class="queued-due" data-urgency=urgency datetime=move || deadline.get().to_string()>
                    {text}
                </time>
            }
        })
    }
}

#[component]
fn Wrong(problem: Problem) -> impl IntoView {
    view! {
        <p class="queued-wrong">
            <Icon name="alert" />
            {problem.to_string()}
        </p>
    }
}

/// Whose it is, as far as staff are told.
pub fn name_of(booking: &BookingOut) -> String {
    let name = booking.customer_name.clone();
    name.unwrap_or_else(|| format!("Booking {}", booking.id))
}

fn tone(state: BookingState) -> Option<&'static str> {
    state.is_ended().then_some("done")
}
