//! The page on which one "pays" with the built-in test service. It plays the page of another house: it knows of a
//! checkout what that house knows, and asks nobody to sign in. Whoever has the address may pay, as with any such page.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::assets;
use crate::domain::{Money, Problem};
use crate::server::App;
use crate::server::provider::TestProvider;
use crate::server::store::test_checkouts::{Choice, TestCheckout};

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `/pay/{reference}`; there is no such page where another service, or none, takes the money.
pub fn router() -> Router<App> {
    Router::new().route("/pay/{reference}", get(show).post(choose))
}

async fn show(State(app): State<App>, Path(reference): Path<String>) -> Result<Response, Problem> {
    let (_, checkout) = find(&app, &reference).await?;
    let policy = HeaderValue::from_static(POLICY);
    Ok(([(CONTENT_SECURITY_POLICY, policy)], Html(page(&checkout))).into_response())
}

/// What whoever pays wants to happen.
#[derive(Deserialize)]
struct Chosen {
    choice: String,
}

async fn choose(
    State(app): State<App>,
    Path(reference): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect, Problem> {
    let (provider, checkout) = find(&app, &reference).await?;
    let choice: Choice = chosen
        .choice
        .parse()
        .map_err(|complaint: String| Problem::invalid("choice", complaint))?;
    provider.choose(&reference, choice).await?;
    Ok(Redirect::to(&checkout.return_path))
}

async fn find<'a>(app: &'a App, reference: &str) -> Result<(&'a TestProvider, TestCheckout), Problem> {
    let no_such = || Problem::not_found("checkout");
    let provider = app.test_provider().ok_or_else(no_such)?;
    let checkout = provider.checkout(reference).await?.ok_or_else(no_such)?;
    Ok((provider, checkout))
}

fn page(checkout: &TestCheckout) -> String {
    let amount = Money::new(checkout.amount, checkout.currency);
    let stylesheet = assets::stylesheet();
    let back = &checkout.return_path;
    let choices = if checkout.choice.is_some() {
        "<p>This checkout is over.</p>".to_owned()
    } else {
        let button = |choice: Choice, label: &str, class: &str| {
            let name = choice.as_str();
            format!("<button class=\"btn {class}\" name=\"choice\" value=\"{name}\">{label}</button>")
        };
        format!(
            "<form method=\"post\" class=\"stack\">{}{}{}{}</form>",
            button(Choice::Pay, &format!("Pay {amount}"), "btn-go"),
            button(Choice::PayLater, "Pay, and be told five seconds later", ""),
            button(Choice::Decline, "Let the bank decline", ""),
            button(Choice::StaySilent, "Pay, and never be told", ""),
        )
    };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Test payment · {amount}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{stylesheet}\"></head><body>\
         <main id=\"main\" class=\"wrap\"><section class=\"panel\"><div class=\"panel-head\"><h1>Test payment</h1></div>\
         <div class=\"panel-body stack\"><p>No money moves here. Choose what the payment service does.</p>\
         <div class=\"due\"><data value=\"{}\">{amount}</data></div>{choices}\
         <p><a href=\"{back}\">Back without paying</a></p></div></section></main></body></html>",
        checkout.amount
    )
}
