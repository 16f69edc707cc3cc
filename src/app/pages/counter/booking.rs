//! One booking at the counter: which packs to fetch, what to take in, and the proof that it is the right
//! person.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use super::booking_end::Endings;
use super::booking_steps::Steps;
use super::cash::Cash;
use super::history::History;
use super::opened::{Missing, PanelHead};
use super::queue::{DueIn, name_of};
use super::services::Services;
use super::state::{Counter, Open};
use crate::app::browser;
use crate::app::calls::staff::HandOver;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Field, Submit, failure};
use crate::app::parts::note::{Note, Tone};
use crate::app::parts::{Icon, Pack, Shape};
use crate::domain::{BookingId, BookingState, Command, Money, PaymentState, Percent};
use crate::protocol::rest::{BookingItemOut, BookingOut};

/// `2 × VB60, slots A4 and B5`.
pub fn packs_and_slots(booking: &BookingOut) -> String {
    let mut names: Vec<(&str, usize)> = Vec::new();
    for item in &booking.items {
        match names.iter_mut().find(|(name, _)| *name == item.name) {
            Some((_, count)) => *count += 1,
            None => names.push((&item.name, 1)),
        }
    }
    let names: Vec<_> = names
        .into_iter()
        .map(|(name, count)| match count {
            1 => name.to_owned(),
            count => format!("{count} × {name}"),
        })
        .collect();
    let slots: Vec<_> = booking
        .items
        .iter()
        .filter_map(|item| Some(item.slot?.label()))
        .collect();
    match slots.as_slice() {
        _ if booking.state.is_ended() => names.join(", "),
        [] => names.join(", "),
        [only] => format!("{}, slot {only}", names.join(", ")),
        slots => format!("{}, slots {}", names.join(", "), slots.join(", ")),
    }
}

/// `₹150.00 cash due`, or how the payment stands.
pub fn due_amount(booking: &BookingOut) -> String {
    let amount = Money::new(booking.total_amount, booking.currency);
    match booking.payment_state {
        PaymentState::Due if booking.awaits_payment => format!("{amount} to be paid online"),
        PaymentState::Due if !booking.state.is_ended() => format!("{amount} cash due"),
        PaymentState::CashDeclared => format!("{amount} cash to count"),
        PaymentState::Paid => format!("{amount} paid"),
        state => state.label().to_owned(),
    }
}

/// The open booking.
#[component]
pub fn BookingPanel(counter: Counter, id: BookingId) -> impl IntoView {
    let is_known = Memo::new(move |_| counter.queue.find(id).is_some());
    move || {
        let row = is_known
            .get()
            .then(|| untrack(|| counter.queue.find(id)))
            .flatten();
        if let Some(row) = row {
            let booking = RwSignal::from(row.booking);
            Either::Left(view! { <Sheet counter booking /> })
        } else {
            let label = "That booking is not running at this station.".to_owned();
            Either::Right(view! { <Missing counter label /> })
        }
    }
}

#[component]
fn Sheet(counter: Counter, booking: RwSignal<BookingOut>) -> impl IntoView {
    let id = booking.with_untracked(|booking| booking.id);
    let title = booking.with_untracked(name_of);
    let state = Memo::new(move |_| booking.read().state);
    let label = move || format!("Booking {id}, {}", state.get().label().to_ascii_lowercase());
    let items = Memo::new(move |_| booking.read().items.clone());
    let stage = Memo::new(move |_| Stage::of(&booking.read()));
    let (vehicle, wants_help) =
        booking.with_untracked(|booking| (booking.vehicle.clone(), booking.wants_help));
    view! {
        <PanelHead counter title label=Signal::derive(label) />
        <ul class="rows fetch">
            {move || {
                let item = |item| view! { <Fetch item counter /> };
                items.get().into_iter().map(item).collect_view()
            }}
        </ul>
        <div class="panel-body stack panel-foot">
            <div class="split">
                <b class="cash">{move || booking.with(due_amount)}</b>
                <DueIn booking offset=counter.offset />
            </div>
            {wants_help
                .then(|| {
                    view! {
                        <p>
                            <span class="word" data-tone="warn">
                                <Icon name="bell" />
                                "Wants help at the bay"
                            </span>
                        </p>
                    }
                })}
            {vehicle.map(|vehicle| view! { <p class="soft">"Vehicle " {vehicle}</p> })}
            // What comes next stands first: cash that is there is counted before anything is handed over.
            <Cash counter booking />
            {move || match stage.get() {
                Stage::HandOver => EitherOf3::A(view! { <HandOverForm counter id /> }),
                Stage::NoBattery => EitherOf3::B(view! {
                    <Note tone=Tone::Warn title="No battery yet">
                        <p>"One failed and no equal one is charged. The next one is held for this customer by itself."</p>
                    </Note>
                }),
                Stage::Over => EitherOf3::C(view! { <Ended booking /> }),
            }}
            <Services counter booking />
            <Steps counter booking />
            <Endings counter booking />
            <History counter booking />
        </div>
    }
}

/// What can be done with the packs of a booking now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// They can go.
    HandOver,
    /// One failed and has no successor yet.
    NoBattery,
    /// They cannot go any more, or not yet.
    Over,
}

impl Stage {
    fn of(booking: &BookingOut) -> Self {
        if booking.state.after(Command::Collect).is_none() {
            Self::Over
        } else if booking.awaits_battery() {
            Self::NoBattery
        } else {
            Self::HandOver
        }
    }
}

/// A pack to fetch from its slot.
#[component]
fn Fetch(item: BookingItemOut, counter: Counter) -> impl IntoView {
    let soc = item.soc.map_or(0, Percent::get);
    let sign = if item.kind.takes_a_pack() {
        Either::Left(view! { <Pack shape=Shape::Held soc class="pack pack-s" /> })
    } else {
        Either::Right(view! { <Icon name="tool" /> })
    };
    let charge = item.soc.map(|soc| format!(", {soc} %"));
    let lacks = item.awaits_battery().then_some("No battery yet");
    let place = item.slot.map(|slot| {
        view! {
            <a class="fetch-slot" href=Open::Slot(slot).address(counter.station) data-noscroll>
                <span class="sr">"Slot "</span>
                {slot.label()}
            </a>
        }
    });
    view! {
        <li>
            {sign}
            <div>
                <b>{item.name}</b>
                <small>{item.battery_serial} {charge} {lacks}</small>
            </div>
            {place}
        </li>
    }
}

/// Code or PIN, already filled in when it was scanned.
#[component]
fn HandOverForm(counter: Counter, id: BookingId) -> impl IntoView {
    let call = ServerAction::<HandOver>::new();
    let problem = failure(move || call.value().get());
    let announcer = Announcer::get();
    Effect::new(move |_| {
        if let Some(Ok(booking)) = call.value().get() {
            announcer.say(format!("Handed over to {}.", name_of(&booking)));
            counter.proof.set(None);
            counter.changed(booking);
            browser::focus("typed");
        }
    });
    view! {
        <ActionForm action=call attr:class="stack">
            <ErrorSummary problem id="hand-over-problem" />
            <input type="hidden" name="booking" value=id.to_string() />
            <Field
                label="Customer's code or PIN"
                name="proof"
                autocomplete="off"
                value=counter.proof_of(id).unwrap_or_default()
                problem
            />
            <Submit label="Hand over" busy="Handing over…" pending=call.pending() id="hand-over" />
        </ActionForm>
    }
}

/// What became of it.
#[component]
fn Ended(booking: RwSignal<BookingOut>) -> impl IntoView {
    move || {
        let booking = booking.get();
        let reason = booking.reason.map(|reason| view! { <p>{reason}</p> });
        let planned = booking
            .pickup_at
            .filter(|_| booking.state == BookingState::Scheduled);
        let planned = planned.map(|at| {
            let when = at.day_and_time(booking.utc_offset_minutes);
            view! { <p>"For " {when} ". Its batteries are chosen shortly before."</p> }
        });
        view! { <Note title=booking.state.label()>{planned} {reason}</Note> }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::parts::booking_card::tests::running;
    use crate::domain::{BookingState, ItemId, ItemKind, ItemState, SlotNumber};

    fn item(name: &str, slot: i64) -> BookingItemOut {
        BookingItemOut {
            id: ItemId(slot),
            kind: ItemKind::Swap,
            name: name.to_owned(),
            model_id: None,
            battery_id: None,
            battery_serial: None,
            soc: None,
            slot: Some(SlotNumber(slot)),
            quantity: 1,
            price: 7_500,
            state: ItemState::Allocated,
            service_id: None,
            slot_at: None,
            assignee: None,
            reason: None,
        }
    }

    fn booking(items: Vec<BookingItemOut>) -> BookingOut {
        BookingOut {
            total_amount: 15_000,
            items,
            ..running(1, BookingState::Confirmed, 0)
        }
    }

    #[test]
    fn the_row_says_what_to_fetch_and_from_where() {
        let said = |items| packs_and_slots(&booking(items));
        assert_eq!(said(vec![item("VB60 swap", 4)]), "VB60 swap, slot A4");
        assert_eq!(
            said(vec![
                item("VB60 swap", 4),
                item("VB48 swap", 9),
                item("VB60 swap", 13)
            ]),
            "2 × VB60 swap, VB48 swap, slots A4, B1, B5"
        );
    }

    #[test]
    fn cash_is_due_until_it_is_paid() {
        let mut one = booking(Vec::new());
        assert_eq!(due_amount(&one), "₹150.00 cash due");
        one.payment_state = PaymentState::Paid;
        assert_eq!(due_amount(&one), "₹150.00 paid");
    }
}
