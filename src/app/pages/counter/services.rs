//! The services of a booking, as staff work through them.

use leptos::prelude::*;

use super::booking_end::when_done;
use super::state::Counter;
use crate::app::calls::steps::{ServeItem, ServiceStep};
use crate::app::parts::form::{ErrorSummary, Submit, failure};
use crate::domain::{ItemKind, ServiceCommand};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// The services that are not over yet.
#[component]
pub fn Services(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let open = Memo::new(move |_| {
        let booking = booking.read();
        let is_open = |item: &&BookingItemOut| item.kind == ItemKind::Service && !item.state.is_over();
        if booking.state.is_ended() {
            Vec::new()
        } else {
            booking.items.iter().filter(is_open).cloned().collect::<Vec<_>>()
        }
    });
    let row = move |item: BookingItemOut| view! { <Service counter item /> };
    move || open.get().into_iter().map(row).collect_view()
}

#[component]
fn Service(counter: Counter, item: BookingItemOut) -> impl IntoView {
    let can = |command| item.state.of_service_after(command).is_some();
    let by = item.assignee.clone().map(|name| format!(", {name}"));
    let id = item.id.to_string();
    view! {
        <div class="stack-s">
            <p>
                <b>{item.name.clone()}</b>
                " · "
                {item.state.label()}
                {by}
            </p>
            <div class="btns">
                {can(ServiceCommand::Start).then(|| view! {
                    <Button counter id=id.clone() step=ServiceStep::Start label="Start" class="btn" />
                })}
                {can(ServiceCommand::Finish).then(|| view! {
                    <Button counter id=id.clone() step=ServiceStep::Finish label="Done" class="btn btn-go" />
                })}
                {can(ServiceCommand::Skip).then(|| view! {
                    <Button counter id=id.clone() step=ServiceStep::Skip label="Leave out" class="btn btn-quiet" />
                })}
            </div>
        </div>
    }
}

#[component]
fn Button(
    counter: Counter,
    id: String,
    step: ServiceStep,
    label: &'static str,
    class: &'static str,
) -> impl IntoView {
    let call = ServerAction::<ServeItem>::new();
    let problem = failure(move || call.value().get());
    when_done(counter, move || call.value().get(), "Noted.");
    view! {
        <ErrorSummary problem id="service-problem" />
        <ActionForm action=call>
            <input type="hidden" name="item" value=id />
            <input type="hidden" name="step" value=step.as_str() />
            <Submit label busy="Noting…" pending=call.pending() class />
        </ActionForm>
    }
}
