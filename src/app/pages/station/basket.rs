//! What the person has chosen so far: how many of which model, or one certain pack, for how long. Knows
//! what is left of each, live, and what it costs; decides nothing: the server does.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::when::When;
use crate::app::browser;
use crate::app::calls::book::Order;
use crate::app::calls::stations::{PayHere, StationPage};
use crate::app::live::clock::Clock;
use crate::app::live::store::StationStore;
use crate::app::parts::Shape;
use crate::domain::booking::MAX_PACKS_PER_BOOKING;
use crate::domain::{BatteryId, BatteryModelId, Money, PaymentMethod, SlotNumber, StationId};
use crate::protocol::rest::{BatteryModelOut, ServiceOut, VehicleOut};

/// The holds one can choose besides the station's own, in minutes.
const HOLDS: [i64; 3] = [15, 30, 60];

/// One model and how many of it are wanted.
#[derive(Clone)]
pub struct Choice {
    /// The model.
    pub model: BatteryModelOut,
    /// How many.
    pub wanted: RwSignal<i64>,
    /// How many can be taken now.
    pub ready: Memo<i64>,
}

/// One service and whether it is wanted.
#[derive(Clone)]
pub struct Extra {
    /// The service.
    pub service: ServiceOut,
    /// It is ticked.
    pub wanted: RwSignal<bool>,
}

/// One certain pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its model.
    pub model: BatteryModelId,
    /// That model's name.
    pub name: String,
    /// Where it stands.
    pub slot: SlotNumber,
    /// Its charge, %.
    pub soc: u8,
}

/// The choices of one page.
#[derive(Clone, Copy)]
pub struct Basket {
    /// By model.
    pub choices: StoredValue<Vec<Choice>>,
    /// Work on the vehicle.
    pub extras: StoredValue<Vec<Extra>>,
    /// Somebody at the station says yes first.
    pub asks_first: bool,
    /// Now or later.
    pub when: When,
    /// The certain pack the address names.
    pub pack: Memo<Option<BatteryId>>,
    /// The same, as long as it can be taken.
    pub chosen: Memo<Option<Chosen>>,
    /// Minutes to hold.
    pub hold: RwSignal<i64>,
    /// Minutes one can choose.
    pub holds: StoredValue<Vec<i64>>,
    /// The vehicle's registration.
    pub vehicle: RwSignal<String>,
    /// Somebody is to help at the bay.
    pub help: RwSignal<bool>,
    /// How one pays here.
    pub pay: StoredValue<PayHere>,
    /// The way I chose.
    pub pay_by: RwSignal<PaymentMethod>,
    /// My vehicles, to choose from.
    pub vehicles: StoredValue<Vec<VehicleOut>>,
    station: StationId,
    key: StoredValue<String>,
}

impl Basket {
    /// As the page's address has it; one pack of the first model there is that fits what I ride, unless it says
    /// otherwise.
    pub fn new(page: &StationPage, store: StationStore) -> Self {
        let query = use_query_map();
        // As our own links say it, or as the form says it that asked for another day.
        let asked =
            |name: &str| query.with_untracked(|query| query.get(name).or_else(|| query.get(&in_form(name))));
        let later = asked("when").as_deref() == Some("later");
        let pack = Memo::new(move |_| query.with(|query| query.get("pack")?.parse().ok().map(BatteryId)));
        let mut first = pack.get_untracked().is_none();
        let said = page
            .models
            .iter()
            .any(|model| asked(&format!("n{}", model.id)).is_some());
        let choice = |model: &BatteryModelOut| {
            let ready = ready_of(store, model.id);
            let is_there = later || ready.get_untracked() > 0;
            let taken = !said && first && fits_mine(page, model) && is_there;
            first &= !taken;
            let asked = asked(&format!("n{}", model.id)).and_then(|count| count.parse().ok());
            Choice {
                model: model.clone(),
                wanted: RwSignal::new(asked.unwrap_or(i64::from(taken))),
                ready,
            }
        };
        let choices = page.models.iter().map(choice).collect();
        let mut holds = HOLDS.to_vec();
        if !holds.contains(&page.hold_minutes) {
            holds.push(page.hold_minutes);
            holds.sort_unstable();
        }
        let hold = asked("hold")
            .and_then(|hold| hold.parse().ok())
            .filter(|hold| holds.contains(hold));
        let extra = |service: &ServiceOut| Extra {
            wanted: RwSignal::new(asked(&format!("s{}", service.id)).is_some()),
            service: service.clone(),
        };
        Self {
            extras: StoredValue::new(page.services.iter().map(extra).collect()),
            asks_first: page.station.needs_approval,
            when: When::new(page.pickups.clone(), later, asked("pickup")),
            choices: StoredValue::new(choices),
            pack,
            chosen: Memo::new(move |_| chosen(store, pack.get()?)),
            hold: RwSignal::new(hold.unwrap_or(page.hold_minutes)),
            holds: StoredValue::new(holds),
            vehicle: RwSignal::new(asked("vehicle").unwrap_or_default()),
            help: RwSignal::new(asked("help").map_or(page.wants_help, |help| help == "yes")),
            pay_by: RwSignal::new(pay_by_at_first(&page.pay, asked("pay").as_deref())),
            pay: StoredValue::new(page.pay.clone()),
            vehicles: StoredValue::new(page.vehicles.clone()),
            station: page.station.id,
            key: StoredValue::new(page.key.clone()),
        }
    }

    /// How many packs in all.
    pub fn count(self) -> i64 {
        let wanted: i64 = self
            .choices
            .with_value(|choices| choices.iter().map(|one| one.wanted.get()).sum());
        wanted + i64::from(self.chosen.get().is_some())
    }

    /// How many of this model may be wanted at most.
    pub fn most(self, choice: &Choice) -> i64 {
        let chosen = self
            .chosen
            .get()
            .is_some_and(|chosen| chosen.model == choice.model.id);
        let others = self.count() - choice.wanted.get();
        // What is charged now says nothing about another day.
        if self.when.later.get() {
            return (MAX_PACKS_PER_BOOKING - others).max(0);
        }
        (choice.ready.get() - i64::from(chosen))
            .min(MAX_PACKS_PER_BOOKING - others)
            .max(0)
    }

    /// Each line of the sum, and the sum.
    pub fn sum(self) -> (Vec<(i64, String, Money)>, Option<Money>) {
        let chosen = self.chosen.get().map(|chosen| chosen.model);
        let lines = self.choices.with_value(|choices| {
            let count = |one: &Choice| one.wanted.get() + i64::from(chosen == Some(one.model.id));
            let line = |one: &Choice| {
                let count = count(one);
                let price = Money::new(one.model.price * count, one.model.currency);
                (count > 0).then(|| (count, one.model.name.clone(), price))
            };
            choices.iter().filter_map(line).collect::<Vec<_>>()
        });
        let currency = lines.first().map(|(_, _, price)| price.currency);
        let minor = lines.iter().map(|(_, _, price)| price.minor).sum();
        (lines, currency.map(|currency| Money::new(minor, currency)))
    }

    /// The ticked services: name and price.
    pub fn services(self) -> Vec<(String, Money)> {
        let line = |extra: &Extra| {
            let (service, wanted) = (&extra.service, extra.wanted.get());
            wanted.then(|| (service.name.clone(), Money::new(service.price, service.currency)))
        };
        self.extras
            .with_value(|extras| extras.iter().filter_map(line).collect())
    }

    /// Until when the packs would be held, if booked now: clock time in the station's zone.
    pub fn until(self, offset: i32) -> String {
        let minutes = u64::try_from(self.hold.get()).unwrap_or(0);
        let until = Clock::get().now() + std::time::Duration::from_secs(minutes * 60);
        until.clock_time(offset)
    }

    /// What the form says, for our own call.
    pub fn order(self) -> Order {
        let counts = |choices: &Vec<Choice>| {
            let count = |one: &Choice| (one.model.id.to_string(), one.wanted.get_untracked().to_string());
            choices.iter().map(count).collect()
        };
        let ticked = |extras: &Vec<Extra>| {
            let wanted = extras.iter().filter(|extra| extra.wanted.get_untracked());
            wanted
                .map(|extra| (extra.service.id.to_string(), "1".to_owned()))
                .collect()
        };
        Order {
            station: self.station.0,
            key: self.key.get_value(),
            n: self.choices.with_value(counts),
            s: self.extras.with_value(ticked),
            pack: self
                .chosen
                .get_untracked()
                .and(self.pack.get_untracked())
                .map(|pack| pack.to_string()),
            hold: self.hold.get_untracked().to_string(),
            vehicle: self.vehicle.get_untracked(),
            help: self.help.get_untracked().then(|| "yes".to_owned()),
            when: if self.when.later.get_untracked() {
                "later"
            } else {
                "now"
            }
            .to_owned(),
            day: self.when.pickups.with_untracked(|pickups| pickups.day.clone()),
            pickup: self.when.pickup.get_untracked(),
            pay: self.pay_by.get_untracked().as_str().to_owned(),
        }
    }

    /// The first model that fits what I ride.
    pub fn first_that_fits(self) -> Option<BatteryModelId> {
        let rides = self.vehicles.with_value(|vehicles| vehicles.first().cloned());
        let fits = |one: &&Choice| {
            rides
                .as_ref()
                .is_none_or(|vehicle| vehicle.vehicle_type.takes(one.model.id))
        };
        self.choices
            .with_value(|choices| choices.iter().find(fits).map(|one| one.model.id))
    }

    /// The station it is for.
    pub fn station(self) -> StationId {
        self.station
    }

    /// The key that came with the page.
    pub fn key(self) -> String {
        self.key.get_value()
    }

    /// The order was answered: the next one is another.
    pub fn renew_key(self) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "53 random bits"
        )]
        let part = || (browser::random() * 9_007_199_254_740_992.0) as u64;
        self.key.set_value(format!("{:x}-{:x}", part(), part()));
    }
}

/// What a name of the address is called in the form: `n1` is `order[n][1]`, `hold` is `order[hold]`.
fn in_form(name: &str) -> String {
    let number = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    match name.strip_suffix(number) {
        Some(list) if !number.is_empty() => format!("order[{list}][{number}]"),
        _ => format!("order[{name}]"),
    }
}

/// The one that was asked for. Whoever has swaps left most likely wants to use them; else the first there is.
fn pay_by_at_first(pay: &PayHere, asked: Option<&str>) -> PaymentMethod {
    let ways = pay.ways();
    let asked = ways.iter().find(|way| Some(way.as_str()) == asked);
    let has_swaps = pay.plan.as_ref().is_some_and(|(_, left)| *left > 0);
    match (asked, has_swaps) {
        (Some(asked), _) => *asked,
        (None, true) => PaymentMethod::Plan,
        (None, false) => ways.first().copied().unwrap_or_default(),
    }
}

/// Whether a model fits the first of my vehicles; for who has none in the list, every model may.
fn fits_mine(page: &StationPage, model: &BatteryModelOut) -> bool {
    let first = page.vehicles.first();
    first.is_none_or(|vehicle| vehicle.vehicle_type.takes(model.id))
}

fn ready_of(store: StationStore, model: BatteryModelId) -> Memo<i64> {
    Memo::new(move |_| {
        store.inventory.with(|inventory| {
            let counts = inventory.models.iter().find(|counts| counts.model_id == model);
            counts.map_or(0, |counts| counts.available)
        })
    })
}

fn chosen(store: StationStore, pack: BatteryId) -> Option<Chosen> {
    let slots = store.slots.get();
    slots.iter().find_map(|slot| {
        slot.cell.with(|cell| {
            let found = cell
                .pack
                .as_ref()
                .filter(|found| found.id == pack && cell.shape == Shape::Ready)?;
            Some(Chosen {
                model: found.model_id,
                name: found.model_name.clone(),
                slot: cell.number,
                soc: found.soc.get(),
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_and_the_form_say_the_same() {
        assert_eq!(in_form("n12"), "order[n][12]");
        assert_eq!(in_form("hold"), "order[hold]");
    }
}
