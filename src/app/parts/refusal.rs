//! A whole page that cannot be shown: nobody signed in, not allowed, no such thing, or our mistake. Each
//! has its own words and its own HTTP status; somebody who only has to sign in is sent there.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_url;
use leptos_router::params::ParamsMap;

use crate::app::calls;
use crate::app::me::Me;
use crate::domain::Problem;

/// In place of the page.
#[component]
pub fn Refusal(
    /// Why.
    problem: Problem,
) -> impl IntoView {
    if problem == Problem::Unauthenticated {
        return view! { <Redirect path=sign_in_path() /> }.into_any();
    }
    calls::set_status(problem.status());
    let (heading, advice) = words(&problem);
    view! {
        <Title text=heading />
        <div class="wrap">
            <div class="refusal stack">
                <p class="label">{problem.title()}</p>
                <h1>{heading}</h1>
                <p class="soft">{problem.to_string()}" "{advice}</p>
                {(problem.status() == 403).then(|| view! { <Who /> })}
                <div class="btns">
                    <a class="btn btn-go" href="/">
                        "See stations"
                    </a>
                    <a class="btn" href="/bookings">
                        "My bookings"
                    </a>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// As whom somebody came.
#[component]
fn Who() -> impl IntoView {
    let me = Me::get();
    let who = move || {
        Suspend::new(async move {
            let user = me.visitor.await.ok().and_then(|visitor| visitor.user)?;
            Some(view! { <p>"You are signed in as " <b>{user.name}</b> ", " {user.email} "."</p> })
        })
    };
    view! { <Suspense>{who}</Suspense> }
}

/// Heading, and what to do now; the problem's own sentence stands between them.
fn words(problem: &Problem) -> (&'static str, &'static str) {
    match problem {
        Problem::NotFound { .. } => (
            "We could not find that",
            "The address may be mistyped, or what was here belongs to another account.",
        ),
        Problem::Forbidden { .. } | Problem::AccountDeactivated => (
            "That is not for this account",
            "Sign in with an account that may see it, or ask whoever runs the station.",
        ),
        Problem::TooManyRequests { .. } => ("Slow down for a moment", ""),
        _ => ("That did not work", "Load the page again in a moment."),
    }
}

/// The way to sign in that leads back to this page.
fn sign_in_path() -> String {
    let url = use_url().get_untracked();
    let mut query = ParamsMap::new();
    let here = match url.search() {
        "" => url.path().to_owned(),
        search => format!("{}?{search}", url.path()),
    };
    query.insert("next", here);
    format!("/sign-in{}", query.to_query_string())
}
