//! The slots of a station, cabinet by cabinet: number, model, charge and state, in words and as a pack.

use leptos::either::Either;
use leptos::prelude::*;

use super::{ClockTime, Pack, Shape};
use crate::app::live::store::{Cell, SlotSignal};
use crate::domain::SlotNumber;

/// All cabinets.
#[component]
pub fn SlotGrid(
    /// The slots, in their order.
    slots: RwSignal<Vec<SlotSignal>>,
    /// The station's offset from UTC.
    offset: i32,
    /// What a slot offers below its state, for example a way to hold its pack.
    #[prop(optional)]
    offer: Option<Callback<SlotSignal, AnyView>>,
    /// What a slot says instead of its state in the words of customers.
    #[prop(optional)]
    words: Option<Callback<SlotSignal, AnyView>>,
    /// Many slots in little room.
    #[prop(optional)]
    dense: bool,
) -> impl IntoView {
    let class = if dense { "slots slots-dense" } else { "slots" };
    move || {
        let slots = slots.get();
        let per_cabinet = usize::try_from(SlotNumber::PER_CABINET).unwrap_or(8);
        let cabinets = slots.chunks(per_cabinet).zip(0_i64..);
        cabinets
            .map(|(slots, index)| {
                let cabinet = slots
                    .iter()
                    .map(|slot| view! { <Slot at=slot.clone() offset offer words /> });
                view! {
                    <div class="cabinet">
                        <h3>"Cabinet " {SlotNumber::cabinet_letter(index)}</h3>
                        <ul class=class>{cabinet.collect_view()}</ul>
                    </div>
                }
            })
            .collect_view()
    }
}

#[component]
fn Slot(
    at: SlotSignal,
    offset: i32,
    offer: Option<Callback<SlotSignal, AnyView>>,
    words: Option<Callback<SlotSignal, AnyView>>,
) -> impl IntoView {
    let offered = offer.map(|offer| offer.run(at.clone()));
    let said = words.map(|words| words.run(at.clone()));
    let (cell, outline) = (RwSignal::from(at.cell), at.outline);
    let shape = Memo::new(move |_| cell.with(|cell| cell.shape));
    let soc = Memo::new(move |_| cell.with(charge));
    let model = move || cell.with(|cell| cell.pack.as_ref().map(|pack| pack.model_name.clone()));
    let number = cell.with_untracked(|cell| cell.number.label());
    let percent = move || match shape.get() {
        Shape::Empty => Either::Left("Free"),
        Shape::Fault if cell.with(|cell| cell.pack.is_none()) => Either::Left("–"),
        _ => Either::Right(view! { {soc.get()}<i>"%"</i> }),
    };
    let said = match said {
        Some(said) => Either::Left(said),
        None => Either::Right(move || cell.with(|cell| state_words(cell, offset))),
    };
    view! {
        <li
            class="slot"
            data-state=move || shape.get().as_str()
            data-changed=move || outline.is_on().then_some("")
        >
            <span class="slot-no">{number}</span>
            <span class="slot-model">{model}</span>
            <Pack shape soc />
            <span class="slot-soc">{percent}</span>
            <span class="slot-state">{said} {offered}</span>
        </li>
    }
}

fn charge(cell: &Cell) -> u8 {
    cell.pack.as_ref().map_or(0, |pack| pack.soc.get())
}

/// The state in words: for a charging pack with the time at which it is ready.
fn state_words(cell: &Cell, offset: i32) -> impl IntoView + use<> {
    let ready_at = cell.pack.as_ref().and_then(|pack| pack.eta_ready);
    match (cell.shape, ready_at) {
        (Shape::Charging, Some(at)) => Either::Right(view! { "Charging, ready " <ClockTime at offset /> }),
        (Shape::Empty, _) => Either::Left("Bring yours here"),
        (shape, _) => Either::Left(shape.label()),
    }
}

/// What the shapes mean.
#[component]
pub fn KeyToShapes() -> impl IntoView {
    let shapes = Shape::ALL.map(|shape| {
        let soc = match shape {
            Shape::Charging => 55_u8,
            Shape::Checking => 60,
            _ => 100,
        };
        view! {
            <li>
                <Pack shape soc class="pack pack-s" />
                {shape.label()}
            </li>
        }
    });
    view! {
        <p class="sr">"Key to the shapes"</p>
        <ul class="key">{shapes.collect_view()}</ul>
    }
}
