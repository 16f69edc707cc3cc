//! My account: name, phone and password, how messages behave on this device, signing out, closing it.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::app::calls::auth::{ChangePassword, CloseAccount, SignOut, UpdateProfile};
use crate::app::calls::visitor::load_visitor;
use crate::app::live::toaster::{Toaster, stay};
use crate::app::live::toasts::Stay;
use crate::app::parts::form::{ErrorSummary, Field, PasswordField, Submit, failure, follow};
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{Icon, RingSwitch};
use crate::domain::Problem;
use crate::protocol::rest::UserOut;

/// The page of my account.
#[component]
pub fn Profile() -> impl IntoView {
    // Its own question: news that reload the header must not touch what is being typed here.
    let visitor = Resource::new_blocking(|| (), |()| load_visitor());
    let page = move || {
        Suspend::new(async move {
            match visitor.await.map(|visitor| visitor.user) {
                Ok(Some(user)) => Either::Left(view! { <Account user /> }),
                Ok(None) => Either::Right(view! { <Refusal problem=Problem::Unauthenticated /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! {
        <Title text="Profile" />
        <Suspense>{page}</Suspense>
    }
}

#[component]
fn Account(user: UserOut) -> impl IntoView {
    view! {
        <div class="wrap">
            <div class="inbox stack">
                <div class="split">
                    <div>
                        <h1>"Profile"</h1>
                        <p class="soft">{user.email.clone()}</p>
                    </div>
                    <SignOutButton />
                </div>
                <PlanLinks may_operate=user.role.may_operate() />
                <Details user />
                <Riding />
                <Password />
                <Messages />
                <Close />
            </div>
        </div>
    }
}

/// The ways to the swaps I bought, and for operators to what they sell.
#[component]
fn PlanLinks(may_operate: bool) -> impl IntoView {
    view! {
        <nav class="btns" aria-label="Plans">
            <a class="btn" href="/plan">
                "My plan"
            </a>
            {may_operate
                .then(|| {
                    view! {
                        <a class="btn" href="/operator/plans">
                            "Plans we sell"
                        </a>
                    }
                })}
        </nav>
    }
}

/// Signs out; a form of its own, so that it works before WASM arrives.
#[component]
fn SignOutButton() -> impl IntoView {
    let call = ServerAction::<SignOut>::new();
    follow(move || call.value().get());
    view! {
        <ActionForm action=call>
            <Submit label="Sign out" busy="Signing out…" pending=call.pending() class="btn" />
        </ActionForm>
    }
}

#[component]
fn Details(user: UserOut) -> impl IntoView {
    let call = ServerAction::<UpdateProfile>::new();
    let problem = failure(move || call.value().get());
    let done = move || call.value().with(|answer| matches!(answer, Some(Ok(_))));
    view! {
        <section class="panel" aria-labelledby="details-h">
            <div class="panel-head">
                <h2 id="details-h">"About you"</h2>
            </div>
            <div class="panel-body">
                <ActionForm action=call attr:class="gate-form">
                    <ErrorSummary problem id="details-problem" />
                    <Field label="Your name" name="name" autocomplete="name" value=user.name problem />
                    <Field
                        label="Phone"
                        name="phone"
                        kind="tel"
                        autocomplete="tel"
                        optional=true
                        value=user.phone.unwrap_or_default()
                        problem
                    />
                    <label class="choice">
                        <input type="checkbox" name="wants_help" value="yes" checked=user.wants_help />
                        <span>
                            "Help me at the bay"
                            <span class="label">
                                " Somebody of the station stands ready when you arrive, to lift and fit the batteries. You can change it for each booking."
                            </span>
                        </span>
                    </label>
                    <div class="btns">
                        <Submit label="Save" busy="Saving…" pending=call.pending() class="btn btn-go" />
                        <Saved what="details" done />
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}

/// The way to my vehicles.
#[component]
fn Riding() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="riding-h">
            <div class="panel-head">
                <h2 id="riding-h">"What you ride"</h2>
            </div>
            <div class="panel-body stack-s">
                <p class="soft">"With your vehicle in the list we show what fits it, and you need not type it again."</p>
                <div class="btns">
                    <a class="btn" href="/vehicles">
                        "Your vehicles"
                    </a>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Password() -> impl IntoView {
    let call = ServerAction::<ChangePassword>::new();
    let problem = failure(move || call.value().get());
    let done = move || call.value().with(|answer| matches!(answer, Some(Ok(_))));
    view! {
        <section class="panel" aria-labelledby="password-h">
            <div class="panel-head">
                <h2 id="password-h">"Password"</h2>
            </div>
            <div class="panel-body">
                <ActionForm action=call attr:class="gate-form">
                    <ErrorSummary problem id="password-problem" />
                    <PasswordField
                        label="Password so far"
                        name="current_password"
                        autocomplete="current-password"
                        problem
                    />
                    <PasswordField
                        label="New password"
                        name="password"
                        autocomplete="new-password"
                        hint="At least 10 characters. Any characters will do."
                        problem
                    />
                    <div class="btns">
                        <Submit label="Change password" busy="Changing…" pending=call.pending() class="btn" />
                        <Saved what="password" done />
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}

/// The good news, next to the button that was pressed.
#[component]
fn Saved(what: &'static str, done: impl Fn() -> bool + Send + Sync + 'static) -> impl IntoView {
    let saved = use_query_map().with_untracked(|query| query.get("saved").as_deref() == Some(what));
    view! {
        <span class="word saved" data-tone="done" role="status">
            {move || (done() || saved).then(|| view! { <Icon name="check" /> "Saved" })}
        </span>
    }
}

/// How long messages stay on this device.
#[component]
fn Messages() -> impl IntoView {
    let toaster = Toaster::get();
    let chosen = RwSignal::new(Stay::default());
    Effect::new(move |_| chosen.set(stay()));
    let choices = Stay::ALL.map(|choice| {
        view! {
            <label>
                <input
                    type="radio"
                    name="stay"
                    value=choice.as_str()
                    prop:checked=move || chosen.get() == choice
                    on:change=move |_| {
                        chosen.set(choice);
                        toaster.choose_stay(choice);
                    }
                />
                {choice.label()}
            </label>
        }
    });
    view! {
        <section class="panel needs-script" aria-labelledby="messages-h">
            <div class="panel-head">
                <h2 id="messages-h">"Messages on this device"</h2>
            </div>
            <div class="panel-body stack-s">
                <fieldset>
                    <legend class="label seg-legend">"How long a message stays, twice as long when it offers something to do"</legend>
                    <div class="seg seg-fit">{choices.collect_view()}</div>
                </fieldset>
                <RingSwitch />
                <p class="label">
                    "F8 leads to the messages, Esc closes the newest. All of them are kept under Activity. Light or dark is chosen at the foot of every page."
                </p>
            </div>
        </section>
    }
}

/// Closes the account, after a question beside the button.
#[component]
fn Close() -> impl IntoView {
    let call = ServerAction::<CloseAccount>::new();
    let problem = failure(move || call.value().get());
    follow(move || call.value().get());
    view! {
        <details class="ask">
            <summary role="button" class="btn btn-quiet btn-stop">"Close my account"</summary>
            <div class="note" data-tone="danger">
                <Icon name="alert" />
                <div class="stack-s">
                    <p>
                        <b>"This cannot be taken back. "</b>
                        "We sign you out everywhere and forget your name, email and phone number."
                    </p>
                    <ErrorSummary problem id="close-problem" />
                    <ActionForm action=call attr:class="stack-s">
                        <label class="choice">
                            <input type="checkbox" name="sure" value="yes" required />
                            <span>"Yes, close my account"</span>
                        </label>
                        <div class="btns">
                            <Submit
                                label="Close it for good"
                                busy="Closing…"
                                pending=call.pending()
                                class="btn btn-stop"
                            />
                        </div>
                    </ActionForm>
                </div>
            </div>
        </details>
    }
}
