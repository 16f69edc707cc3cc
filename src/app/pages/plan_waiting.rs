//! A plan that somebody chose and did not pay yet: what there is to pay, the way to the payment service, and the way
//! back.

use leptos::prelude::*;

use crate::app::calls::plans::CallOffPlan;
use crate::app::live::notices::Notices;
use crate::app::parts::Icon;
use crate::app::parts::form::Submit;
use crate::domain::{Money, NotificationKind, PaymentMethod, SubscriptionState};
use crate::protocol::rest::SubscriptionOut;

/// Rises with every message about a payment: what is shown of plans is to be looked at again then. What came in before
/// the page was alive counts afterwards: the server may have written it without knowing that.
pub fn payment_news() -> Memo<usize> {
    use NotificationKind::{PaymentFailed, PaymentReceived, PaymentRefunded};

    let arrived = Notices::get().arrived();
    let is_news = |kind| matches!(kind, PaymentReceived | PaymentFailed | PaymentRefunded);
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    Memo::new(move |_| {
        let count = || arrived.with(|rows| rows.iter().filter(|row| is_news(row.event)).count());
        if alive.get() { count() } else { 0 }
    })
}

/// One of them.
#[component]
pub fn Waiting(
    subscription: SubscriptionOut,
    offset: i32,
    /// Calls it off; one for the whole page.
    call: ServerAction<CallOffPlan>,
) -> impl IntoView {
    let id = subscription.id;
    let heading = format!("plan-{id}-h");
    let labelled = heading.clone();
    let amount = Money::new(subscription.price_paid, subscription.currency);
    let until = subscription.pay_until.map(|until| {
        format!(
            "Pay until {}. We hear of it by ourselves.",
            until.clock_time(offset)
        )
    });
    let is_qr = subscription.payment_method == Some(PaymentMethod::Qr);
    let code = is_qr.then(|| {
        view! {
            <img
                class="qr"
                src=format!("/api/v1/subscriptions/{id}/checkout.svg")
                alt="QR code of the page on which you pay"
                width="192"
                height="192"
            />
            <p class="label">"Scan it with the phone you pay with, or go on here."</p>
        }
    });
    let pay = subscription.checkout_url.clone().map(|url| {
        view! {
            {code}
            <a class="btn btn-go" href=url rel="external">
                {format!("Pay {amount} now")}
            </a>
        }
    });
    view! {
        <section class="panel" aria-labelledby=labelled>
            <div class="panel-head">
                <h2 id=heading>{format!("{} plan", subscription.plan.name)}</h2>
                <span class="word" data-tone="warn">
                    <Icon name="clock" />
                    {SubscriptionState::Pending.label()}
                </span>
            </div>
            <div class="panel-body stack">
                <div class="due">
                    <data value=subscription.price_paid.to_string()>{amount.to_string()}</data>
                    <span class="label">{begins(&subscription)}</span>
                </div>
                <p class="label">{until}</p>
                {pay}
                <div class="btns">
                    <a class="btn" href="/plan" rel="external">
                        "Look again"
                    </a>
                    <ActionForm action=call>
                        <input type="hidden" name="subscription" value=id.to_string() />
                        <Submit label="Call it off" busy="Calling it off…" pending=call.pending() class="btn btn-quiet btn-stop" />
                    </ActionForm>
                </div>
            </div>
        </section>
    }
}

fn begins(subscription: &SubscriptionOut) -> String {
    if subscription.credit == 0 {
        return "The plan begins when it is paid.".to_owned();
    }
    let credit = Money::new(subscription.credit, subscription.currency);
    format!("{credit} of the plan before is credited. That one lasts until this is paid.")
}
