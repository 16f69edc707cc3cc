//! Which vehicle the batteries are for: typed, or chosen from my list, with or without scripts.

use leptos::prelude::*;

use super::basket::Basket;

const LIST: &str = "my-vehicles";

/// The field.
#[component]
pub fn VehicleField(basket: Basket) -> impl IntoView {
    let options = basket.vehicles.with_value(|vehicles| {
        let option = |vehicle: &crate::protocol::rest::VehicleOut| {
            let label = format!("{}, takes {}", vehicle.name, vehicle.vehicle_type.fitting());
            view! { <option value=vehicle.registration.clone()>{label}</option> }
        };
        vehicles.iter().map(option).collect_view()
    });
    let has_some = basket.vehicles.with_value(|vehicles| !vehicles.is_empty());
    // What is about to be held and does not fit is said before the server says it.
    let mismatch = Memo::new(move |_| {
        let typed = basket.vehicle.get();
        let registration = crate::domain::Registration::of(&typed).ok().flatten()?;
        basket.vehicles.with_value(|vehicles| {
            let mut mine = vehicles.iter();
            let vehicle = mine.find(|vehicle| vehicle.registration == registration.as_str())?;
            let is_wanted = |choice: &super::basket::Choice| choice.wanted.get() > 0;
            let wrong = basket.choices.with_value(|choices| {
                let mut wanted = choices.iter().filter(|choice| is_wanted(choice));
                let wrong = wanted.find(|choice| !vehicle.vehicle_type.takes(choice.model.id));
                wrong.map(|choice| choice.model.name.clone())
            })?;
            let fitting = vehicle.vehicle_type.fitting();
            Some(format!(
                "{wrong} does not fit {}: it takes {fitting}.",
                vehicle.name
            ))
        })
    });
    view! {
        <div class="field">
            <label for="vehicle">"Vehicle " <span class="label">"(optional)"</span></label>
            <input
                class="input"
                id="vehicle"
                name="order[vehicle]"
                maxlength="32"
                autocomplete="off"
                placeholder="KL 07 AB 1234"
                list=has_some.then_some(LIST)
                prop:value=move || basket.vehicle.get()
                value=basket.vehicle.get_untracked()
                on:input=move |event| basket.vehicle.set(event_target_value(&event))
                aria-describedby="vehicle-hint"
            />
            {has_some.then(|| view! { <datalist id=LIST>{options}</datalist> })}
            <p class="label" id="vehicle-hint" role="status">
                {move || mismatch.get()}
            </p>
        </div>
    }
}
