//! Making an account.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::app::calls::auth::Register as RegisterCall;
use crate::app::parts::form::{
    ErrorSummary, Field, NextPage, PasswordField, Submit, failure, follow, keeping_next,
};
use crate::app::parts::gate::GateSide;

/// The page for making an account; it signs in at once and leads to `?next=`.
#[component]
pub fn Register() -> impl IntoView {
    let call = ServerAction::<RegisterCall>::new();
    let problem = failure(move || call.value().get());
    follow(move || call.value().get());
    view! {
        <Title text="Make an account" />
        <div class="gate">
            <div class="gate-form">
                <h1>"Make an account"</h1>
                <ErrorSummary problem id="problem" />
                <ActionForm action=call attr:class="gate-form">
                    <NextPage />
                    <Field label="Your name" name="name" autocomplete="name" problem />
                    <Field label="Email" name="email" kind="email" autocomplete="username" problem />
                    <Field
                        label="Phone"
                        name="phone"
                        kind="tel"
                        autocomplete="tel"
                        optional=true
                        problem
                    />
                    <PasswordField
                        label="Password"
                        name="password"
                        autocomplete="new-password"
                        hint="At least 10 characters. Any characters will do."
                        problem
                    />
                    <Submit label="Make an account" busy="Making your account…" pending=call.pending() />
                </ActionForm>
                <p>
                    <a class="crumb" href=keeping_next("/sign-in")>
                        "I have an account: sign in"
                    </a>
                </p>
            </div>
            <GateSide />
        </div>
    }
}
