//! Signing in.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::app::calls::auth::SignIn as SignInCall;
use crate::app::parts::form::{
    ErrorSummary, Field, NextPage, PasswordField, Submit, failure, follow, keeping_next,
};
use crate::app::parts::gate::GateSide;

/// The page for signing in; afterwards it leads to `?next=`.
#[component]
pub fn SignIn() -> impl IntoView {
    let call = ServerAction::<SignInCall>::new();
    let problem = failure(move || call.value().get());
    follow(move || call.value().get());
    view! {
        <Title text="Sign in" />
        <div class="gate">
            <div class="gate-form">
                <h1>"Sign in"</h1>
                <ErrorSummary problem id="problem" />
                <ActionForm action=call attr:class="gate-form">
                    <NextPage />
                    <Field label="Email" name="email" kind="email" autocomplete="username" problem />
                    <PasswordField
                        label="Password"
                        name="password"
                        autocomplete="current-password"
                        problem
                    />
                    <Submit label="Sign in" busy="Signing in…" pending=call.pending() />
                </ActionForm>
                <p>
                    <a class="crumb" href=keeping_next("/register")>
                        "Make an account"
                    </a>
                </p>
            </div>
            <GateSide />
        </div>
    }
}
