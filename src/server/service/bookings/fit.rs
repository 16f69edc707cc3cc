//! Whether what is asked for fits what the customer rides. Only vehicles of her own list are known; for any
//! other registration she knows best.

use std::collections::BTreeMap;

use super::order::Order;
use crate::domain::{BatteryModelId, FieldError, Problem, UserId};
use crate::protocol::rest::BatteryModelOut;
use crate::server::store::batteries::Wanted;
use crate::server::store::{Failure, Tx, vehicles, whereabouts};

/// Refuses packs that do not fit the vehicle of the order.
///
/// # Errors
/// [`Problem::Invalid`] with each item that does not fit, and what does.
pub async fn must_fit(
    tx: &mut Tx<'_>,
    user: UserId,
    order: &Order,
    models: &BTreeMap<BatteryModelId, BatteryModelOut>,
) -> Result<(), Failure> {
    let Some(registration) = &order.vehicle else {
        return Ok(());
    };
    let Some(vehicle) = vehicles::by_registration(tx.connection(), user, registration).await? else {
        return Ok(());
    };
    let mut errors: Vec<FieldError> = Vec::new();
    for line in &order.lines {
        let (name, model) = match line.wanted {
            Wanted::Model(model) => ("model_id", Some(model)),
            Wanted::Battery(battery) => (
                "battery_id",
                whereabouts::model_of(tx.connection(), battery).await?,
            ),
        };
        // What does not exist is refused as such later.
        let Some(model) = model.filter(|model| !vehicle.vehicle_type.takes(*model)) else {
            continue;
        };
        let field = format!("items[{}].{name}", line.item);
        if errors.iter().all(|error| error.field != field) {
            let asked = models.get(&model).map_or("That", |model| model.name.as_str());
            let fitting = vehicle.vehicle_type.fitting();
            let detail = format!("{asked} does not fit {}: it takes {fitting}.", vehicle.name);
            errors.push(FieldError::new(field, detail));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Problem::Invalid { errors }.into())
    }
}
