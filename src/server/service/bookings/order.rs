//! What a customer asks for, checked: from the body of a request to an [`Order`] that makes sense.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::booking::MAX_PACKS_PER_BOOKING;
use crate::domain::timer::HOLD_CHOICE;
use crate::domain::{
    BatteryId, BatteryModelId, FieldError, ItemKind, PaymentMethod, Problem, Registration, ServiceId,
    StationId, Timestamp,
};
use crate::protocol::rest::{BookIn, BookItemIn};
use crate::server::store::batteries::Wanted;

/// A well-formed order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Where.
    pub station: StationId,
    /// One line a pack.
    pub lines: Vec<Line>,
    /// One line a service.
    pub services: Vec<WantedService>,
    /// The vehicle, in capitals without blanks.
    pub vehicle: Option<String>,
    /// Whether somebody is to help at the bay; as her account says unless she said.
    pub wants_help: Option<bool>,
    /// How long to hold the packs; the station's default unless the customer chose.
    pub hold_for: Option<Duration>,
    /// How it is to be paid.
    pub payment_method: PaymentMethod,
    /// When she wants to come, unless at once.
    pub pickup_at: Option<Timestamp>,
}

/// One service.
#[derive(Clone, Copy, Debug)]
pub struct WantedService {
    /// Which.
    pub service: ServiceId,
    /// In which half hour; the first with a place unless given.
    pub slot_at: Option<Timestamp>,
}

/// One pack.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Swap or take.
    pub kind: ItemKind,
    /// Which pack.
    pub wanted: Wanted,
    /// Which item of the body asked for it, counted from 0.
    pub item: usize,
}

impl Order {
    /// Checks the body of a request.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with every field that makes no sense.
    pub fn parse(body: &BookIn) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let lines = lines(&body.items, &mut errors);
        let services = services(&body.items, &mut errors);
        let vehicle = vehicle(body.vehicle.as_deref(), &mut errors);
        let hold_for = hold_for(body.hold_minutes, &mut errors);
        if body.pickup_at.is_some() {
            refuse_certain_packs(&lines, &mut errors);
        }
        if !errors.is_empty() {
            return Err(Problem::Invalid { errors });
        }
        let station = StationId(body.station_id);
        Ok(Self {
            station,
            lines,
            services,
            vehicle,
            wants_help: body.wants_help,
            hold_for,
            payment_method: body.payment_method,
            pickup_at: body.pickup_at,
        })
    }

    /// How many packs it hands out.
    pub fn packs(&self) -> i64 {
        let packs = self.lines.iter().filter(|line| line.kind.takes_a_pack()).count();
        i64::try_from(packs).unwrap_or(i64::MAX)
    }

    /// How many packs of each model are asked for (certain packs not counted).
    pub fn models(&self) -> BTreeMap<BatteryModelId, i64> {
        let mut models = BTreeMap::new();
        for line in &self.lines {
            if let Wanted::Model(model) = line.wanted {
                *models.entry(model).or_default() += 1;
            }
        }
        models
    }
}

fn lines(items: &[BookItemIn], errors: &mut Vec<FieldError>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    if items.is_empty() {
        errors.push(FieldError::new("items", "Name at least one battery or service."));
    }
    let mut packs = 0;
    for (index, item) in items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.kind != ItemKind::Service)
    {
        match line(index, item) {
            Ok((line, quantity)) => {
                packs += quantity;
                if packs <= MAX_PACKS_PER_BOOKING {
                    lines.extend(std::iter::repeat_n(line, usize::try_from(quantity).unwrap_or(0)));
                }
            }
            Err((field, detail)) => errors.push(FieldError::new(format!("items[{index}].{field}"), detail)),
        }
    }
    if packs > MAX_PACKS_PER_BOOKING {
        let detail = format!("One booking holds at most {MAX_PACKS_PER_BOOKING} batteries.");
        errors.push(FieldError::new("items", detail));
    }
    if has_a_pack_twice(&lines) {
        errors.push(FieldError::new("items", "The same battery is named twice."));
    }
    lines
}

/// Each service once: two of the same are one that takes longer.
fn services(items: &[BookItemIn], errors: &mut Vec<FieldError>) -> Vec<WantedService> {
    let mut services: Vec<WantedService> = Vec::new();
    for (index, item) in items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.kind == ItemKind::Service)
    {
        let mut complain = |field: &str, detail: &str| {
            errors.push(FieldError::new(format!("items[{index}].{field}"), detail));
        };
        match item.service_id {
            _ if item.model_id.is_some() || item.battery_id.is_some() => {
                complain("kind", "A service has a service_id and no battery.");
            }
            _ if item.quantity.is_some_and(|quantity| quantity != 1) => {
                complain("quantity", "A service is done once.");
            }
            None => complain("service_id", "Name a service of the station."),
            Some(id) if services.iter().any(|one| one.service.0 == id) => {
                complain("service_id", "The same service is named twice.");
            }
            Some(id) => services.push(WantedService {
                service: ServiceId(id),
                slot_at: item.slot_at,
            }),
        }
    }
    services
}

fn line(index: usize, item: &BookItemIn) -> Result<(Line, i64), (&'static str, String)> {
    let complain = |field, detail: &str| Err((field, detail.to_owned()));
    if !item.kind.takes_a_pack() || item.service_id.is_some() {
        return complain(
            "kind",
            "Write \"swap\", \"take\" or \"service\"; only a service has a service_id.",
        );
    }
    let quantity = item.quantity.unwrap_or(1);
    if !(1..=MAX_PACKS_PER_BOOKING).contains(&quantity) {
        return Err((
            "quantity",
            format!("Ask for 1 to {MAX_PACKS_PER_BOOKING} batteries."),
        ));
    }
    let wanted = match (item.model_id, item.battery_id) {
        (Some(model), None) => Wanted::Model(BatteryModelId(model)),
        (None, Some(battery)) if quantity == 1 => Wanted::Battery(BatteryId(battery)),
        (None, Some(_)) => return complain("quantity", "A certain battery can be held once only."),
        (Some(_), Some(_)) => return complain("battery_id", "Name a model or a certain battery, not both."),
        (None, None) => return complain("model_id", "Name a model or a certain battery."),
    };
    Ok((
        Line {
            kind: item.kind,
            wanted,
            item: index,
        },
        quantity,
    ))
}

fn has_a_pack_twice(lines: &[Line]) -> bool {
    let certain = |line: &Line| {
        if let Wanted::Battery(battery) = line.wanted {
            Some(battery)
        } else {
            None
        }
    };
    let mut packs: Vec<BatteryId> = lines.iter().filter_map(certain).collect();
    let named = packs.len();
    packs.sort_unstable();
    packs.dedup();
    packs.len() < named
}

/// Nobody knows today which pack stands there in three days.
fn refuse_certain_packs(lines: &[Line], errors: &mut Vec<FieldError>) {
    const DETAIL: &str = "Packs are chosen half an hour before; name a model for a booking for later.";
    let is_certain = |line: &&Line| matches!(line.wanted, Wanted::Battery(_));
    let certain = lines.iter().filter(is_certain);
    errors.extend(certain.map(|line| FieldError::new(format!("items[{}].battery_id", line.item), DETAIL)));
}

fn vehicle(typed: Option<&str>, errors: &mut Vec<FieldError>) -> Option<String> {
    match Registration::of(typed?) {
        Ok(registration) => registration.map(Registration::into_string),
        Err(complaint) => {
            errors.push(FieldError::new("vehicle", complaint));
            None
        }
    }
}

fn hold_for(minutes: Option<i64>, errors: &mut Vec<FieldError>) -> Option<Duration> {
    let minutes = minutes?;
    let length = u64::try_from(minutes)
        .ok()
        .and_then(|minutes| minutes.checked_mul(60))
        .map(Duration::from_secs);
    match length {
        Some(length) if HOLD_CHOICE.contains(&length) => Some(length),
        _ => {
            errors.push(FieldError::new(
                "hold_minutes",
                "Batteries can be held for 5 to 60 minutes.",
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: serde_json::Value) -> Result<Order, Vec<String>> {
        let body: BookIn = serde_json::from_value(json).expect("a body of the right shape");
        Order::parse(&body).map_err(|problem| match problem {
            Problem::Invalid { errors } => errors.into_iter().map(|error| error.field).collect(),
            other => vec![other.code().to_owned()],
        })
    }

    #[test]
    fn every_pack_becomes_a_line_of_its_own() {
        let order = order(
            serde_json::json!({"station_id": 1, "vehicle": "kl 07-ab 1234", "items": [
            {"kind": "swap", "model_id": 1, "quantity": 2}, {"kind": "take", "battery_id": 17}]}),
        )
        .expect("a good order");
        assert_eq!(order.lines.len(), 3);
        assert_eq!(order.vehicle.as_deref(), Some("KL07AB1234"));
        assert_eq!(order.models().values().sum::<i64>(), 2);
    }

    #[test]
    fn what_makes_no_sense_is_named_field_by_field() {
        let cases = [
            (serde_json::json!([]), "items"),
            (serde_json::json!([{"kind": "swap"}]), "items[0].model_id"),
            (
                serde_json::json!([{"kind": "swap", "model_id": 1, "quantity": 0}]),
                "items[0].quantity",
            ),
            (
                serde_json::json!([{"kind": "swap", "model_id": 1, "quantity": i64::MAX}]),
                "items[0].quantity",
            ),
            (
                serde_json::json!([{"kind": "swap", "model_id": 1, "quantity": 9}, {"kind": "swap", "model_id": 1,
                "quantity": 9}]),
                "items",
            ),
            (
                serde_json::json!([{"kind": "swap", "battery_id": 1, "quantity": 2}]),
                "items[0].quantity",
            ),
            (
                serde_json::json!([{"kind": "swap", "model_id": 1, "battery_id": 1}]),
                "items[0].battery_id",
            ),
            (serde_json::json!([{"kind": "service"}]), "items[0].service_id"),
            (
                serde_json::json!([{"kind": "service", "service_id": 1}, {"kind": "service", "service_id": 1}]),
                "items[1].service_id",
            ),
            (
                serde_json::json!([{"kind": "service", "service_id": 1, "model_id": 1}]),
                "items[0].kind",
            ),
            (
                serde_json::json!([{"kind": "swap", "battery_id": 1}, {"kind": "swap", "battery_id": 1}]),
                "items",
            ),
        ];
        for (items, field) in cases {
            let errors = order(serde_json::json!({"station_id": 1, "items": items})).expect_err("no sense");
            assert_eq!(errors, [field], "{items}");
        }
    }

    #[test]
    fn several_mistakes_are_told_at_once() {
        let errors = order(serde_json::json!({"station_id": 1, "items": [],
            "hold_minutes": 4, "vehicle": "X".repeat(33)}))
        .expect_err("no sense");
        assert_eq!(errors, ["items", "vehicle", "hold_minutes"]);
    }

    #[test]
    fn no_certain_pack_is_promised_for_later() {
        let errors = order(
            serde_json::json!({"station_id": 1, "pickup_at": "2026-11-21T10:00:00Z", "items": [
            {"kind": "swap", "model_id": 1}, {"kind": "swap", "battery_id": 1}]}),
        )
        .expect_err("no sense");
        assert_eq!(errors, ["items[1].battery_id"]);
    }
}
