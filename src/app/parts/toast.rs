//! The toasts as they look. The list is not a live region: the text is said once by `announce`.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use leptos::{ev, html};

use super::Icon;
use super::countdown::time_left;
use crate::app::live::clock::Clock;
use crate::app::live::notices::Notices;
use crate::app::live::ring;
use crate::app::live::toaster::Toaster;
use crate::app::live::toasts::{Offer, Shown, Toast, Tone};
use crate::app::me::Me;
use crate::app::{browser, lazy};
use crate::domain::{BookingId, Timestamp, UserId};

/// Where the stack of every page stands. What draws it, and listens to the socket behind it, comes when there
/// is somebody to listen for or something to show: a visitor's first page does not wait for it.
#[component]
pub fn Toasts() -> impl IntoView {
    let (me, toaster) = (Me::get(), Toaster::get());
    let is_needed = RwSignal::new(false);
    Effect::new(move |_| {
        let is_signed_in = || {
            let visitor = me.visitor.get();
            visitor.is_some_and(|visitor| visitor.is_ok_and(|visitor| visitor.user.is_some()))
        };
        if is_signed_in() || toaster.stack().with(|stack| !stack.shown().is_empty()) {
            is_needed.set(true);
        }
    });
    view! {
        <section aria-label="Messages">
            {move || is_needed.get().then(|| Suspend::new(lazy::toasts()))}
        </section>
    }
}

/// The stack, and whoever fills it.
#[component]
pub fn Live() -> impl IntoView {
    let me = Me::get();
    Effect::new(|_| ring::wait_for_a_touch());
    let listen = move || {
        Suspend::new(async move {
            let visitor = me.visitor.await.ok()?;
            let user = visitor.user?.id;
            Some(view! { <Listen user bookmark=visitor.bookmark now=visitor.now /> })
        })
    };
    view! {
        <Transition>{listen}</Transition>
        <Stack />
    }
}

/// Listens to the notifications of `user` as long as the page lives.
#[component]
fn Listen(user: UserId, bookmark: Option<(String, u64)>, now: Timestamp) -> impl IntoView {
    let notices = Notices::get();
    Effect::new(move |_| notices.begin(user, bookmark.clone(), now));
}

#[component]
fn Stack() -> impl IntoView {
    let toaster = Toaster::get();
    let stack = toaster.stack();
    let list = NodeRef::<html::Ol>::new();
    let notices = Notices::get();
    Effect::new(move |_| listen_to_keys(notices, toaster, list));
    let shown = move || stack.read().shown().to_vec();
    let more = move || Some(stack.read().more()).filter(|more| *more > 0);
    view! {
        <ol
            class="toasts"
            id="toasts"
            tabindex="-1"
            node_ref=list
            on:mouseenter=move |_| toaster.hold(true)
            on:mouseleave=move |_| toaster.hold(false)
            on:focusin=move |_| toaster.hold(true)
            on:focusout=move |_| toaster.hold(false)
        >
            <For each=shown key=|shown| (shown.number, shown.toast.text.clone()) let:shown>
                <Card shown />
            </For>
            {move || {
                more()
                    .map(|more| {
                        view! {
                            <li class="toast-rest">
                                <a class="toast-more" href="/inbox">
                                    {more}
                                    " more in Activity"
                                </a>
                            </li>
                        }
                    })
            }}
        </ol>
    }
}

#[component]
fn Card(shown: Shown) -> impl IntoView {
    let Shown { number, toast, .. } = shown;
    let (toaster, notices) = (Toaster::get(), Notices::get());
    let tone = match toast.tone {
        Tone::Plain => None,
        Tone::Warn => Some("warn"),
        Tone::Danger => Some("danger"),
    };
    let Toast {
        icon, text, offer, ..
    } = toast;
    let close = move |_| {
        notices.close_toast(Some(number));
        keep_focus(toaster);
    };
    view! {
        <li class="toast" data-tone=tone data-testid="toast">
            <Icon name=icon />
            <p>{text}</p>
            <button type="button" class="btn btn-quiet btn-icon" aria-label="Close message" on:click=close>
                <Icon name="close" />
            </button>
            {offer.map(|offer| view! { <Action offer number /> })}
        </li>
    }
}

#[component]
fn Action(offer: Offer, number: u64) -> impl IntoView {
    let notices = Notices::get();
    let inner = match offer {
        Offer::Renew { booking } => EitherOf3::C(view! { <Extend booking number /> }),
        Offer::Open { href, label } => EitherOf3::A(view! {
            <a class="btn" href=href on:click=move |_| { notices.close_toast(Some(number)); }>
                {label}
            </a>
        }),
        Offer::UndoCancel { booking, until } => EitherOf3::B(view! { <Undo booking until /> }),
    };
    view! { <div class="btns">{inner}</div> }
}

/// More time, with one press (WCAG 2.2.1).
#[component]
fn Extend(booking: BookingId, number: u64) -> impl IntoView {
    let (notices, toaster) = (Notices::get(), Toaster::get());
    let renew = move |_| {
        notices.close_toast(Some(number));
        toaster.renew(booking);
        keep_focus(toaster);
    };
    view! {
        <button type="button" class="btn" on:click=renew>
            "Extend"
        </button>
        <a class="btn btn-quiet" href=format!("/bookings/{booking}")>
            "Show booking"
        </a>
    }
}

/// The way back, and how long it is really open.
#[component]
fn Undo(booking: BookingId, until: Timestamp) -> impl IntoView {
    let (clock, toaster) = (Clock::get(), Toaster::get());
    let left = Memo::new(move |_| time_left(until, clock.now()).as_secs());
    let undo = move |_| {
        toaster.undo_cancel(booking);
        browser::focus("booking-h");
    };
    view! {
        <button type="button" class="btn" on:click=undo>
            "Undo"
        </button>
        <span class="toast-left" role="timer" aria-label="Time left to undo">
            {move || format!("{} s left", left.get())}
        </span>
    }
}

/// F8 or Alt+T lead to the stack, Esc closes the newest. Nothing ever takes the focus by itself.
fn listen_to_keys(notices: Notices, toaster: Toaster, list: NodeRef<html::Ol>) {
    let keys = window_event_listener(ev::keydown, move |event| {
        let to_stack = event.key() == "F8" || (event.alt_key() && event.code() == "KeyT");
        if to_stack && toaster.stack().with_untracked(|stack| !stack.shown().is_empty()) {
            event.prevent_default();
            if let Some(list) = list.get_untracked() {
                let _ = list.focus();
            }
        }
        if event.key() == "Escape" && !event.default_prevented() && !browser::has_dialog() {
            let inside = browser::has_focus_within("toasts");
            if notices.close_toast(None) && inside {
                keep_focus(toaster);
            }
        }
    });
    on_cleanup(move || keys.remove());
}

/// The focused toast is gone: stay in the stack while there is another one, else go to the page.
fn keep_focus(toaster: Toaster) {
    let empty = toaster.stack().with_untracked(|stack| stack.shown().is_empty());
    browser::focus(if empty { "main" } else { "toasts" });
}
