//! The demo network as data: eight stations in Kochi, what stands in their slots, who works there. Nothing
//! here does anything.

use crate::domain::Role;

/// Everybody's password in the demo.
pub const PASSWORD: &str = "voltbay-demo";
/// The company that runs the stations.
pub const OPERATOR: &str = "Voltbay Kochi";
/// Where the stations are.
pub const CITY: &str = "Kochi";
/// Their zone.
pub const ZONE: &str = "Asia/Kolkata";

/// Somebody who can sign in.
pub struct Person {
    /// Address.
    pub email: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
}

/// The accounts that `voltbay seed --demo` prints.
pub const PEOPLE: [Person; 5] = [
    Person {
        email: "customer@voltbay.test",
        name: "Nila Varma",
        role: Role::Customer,
    },
    Person {
        email: "customer2@voltbay.test",
        name: "Arun Das",
        role: Role::Customer,
    },
    Person {
        email: "attendant@voltbay.test",
        name: "Asha Kurian",
        role: Role::Attendant,
    },
    Person {
        email: "operator@voltbay.test",
        name: "Meera Paul",
        role: Role::Operator,
    },
    Person {
        email: "admin@voltbay.test",
        name: "Joseph Mathew",
        role: Role::Admin,
    },
];

/// The simulator's customers. Nobody can sign in as one of them.
pub const RIDERS: [&str; 6] = [
    "R. Nair",
    "S. Thomas",
    "L. Pillai",
    "D. Menon",
    "F. Rahman",
    "T. George",
];

/// What can be bought by the month.
pub struct Plan {
    /// Name.
    pub name: &'static str,
    /// Swaps a month.
    pub swaps_per_month: i64,
    /// Its bookings are prepared first.
    pub priority: bool,
    /// Price a month in paise.
    pub price: i64,
}

/// The plans, the cheapest first. Who pays most waits no longer than who pays less.
pub const PLANS: [Plan; 4] = [
    Plan {
        name: "Basic",
        swaps_per_month: 10,
        priority: false,
        price: 79_900,
    },
    Plan {
        name: "Standard",
        swaps_per_month: 30,
        priority: false,
        price: 199_900,
    },
    Plan {
        name: "Premium",
        swaps_per_month: 100,
        priority: true,
        price: 499_900,
    },
    Plan {
        name: "Unlimited",
        swaps_per_month: 999,
        priority: true,
        price: 899_900,
    },
];

/// A type of pack.
pub struct Model {
    /// Name.
    pub name: &'static str,
    /// Volts.
    pub volts: i64,
    /// Watt-hours.
    pub watt_hours: i64,
    /// Price of a swap in paise.
    pub price: i64,
    /// Charging speed.
    pub percent_per_hour: i64,
    /// How many of them the riders have with them at the start.
    pub riding: i64,
}

/// A type of vehicle.
pub struct Vehicle {
    /// Who makes it.
    pub maker: &'static str,
    /// Name.
    pub name: &'static str,
    /// Which of [`MODELS`] fit.
    pub fits: &'static [usize],
}

/// The types of vehicles that customers ride.
pub const VEHICLES: [Vehicle; 5] = [
    Vehicle {
        maker: "Kayal Motors",
        name: "City 60",
        fits: &[0],
    },
    Vehicle {
        maker: "Kayal Motors",
        name: "Lite 48",
        fits: &[1],
    },
    Vehicle {
        maker: "Kayal Motors",
        name: "Flex",
        fits: &[0, 1],
    },
    Vehicle {
        maker: "Vembanad Auto",
        name: "Three-wheeler",
        fits: &[2],
    },
    Vehicle {
        maker: "Vembanad Auto",
        name: "Cargo",
        fits: &[0, 2],
    },
];

/// Who makes them.
pub const MAKER: &str = "Malabar Cells";

/// The types of packs.
pub const MODELS: [Model; 3] = [
    Model {
        name: "VB60",
        volts: 60,
        watt_hours: 1800,
        price: 9_500,
        percent_per_hour: 48,
        riding: 14,
    },
    Model {
        name: "VB48",
        volts: 48,
        watt_hours: 1300,
        price: 7_500,
        percent_per_hour: 54,
        riding: 6,
    },
    Model {
        name: "VB72",
        volts: 72,
        watt_hours: 2500,
        price: 12_500,
        percent_per_hour: 42,
        riding: 4,
    },
];

/// What every station offers besides swaps: name, price in paise, minutes.
pub const SERVICES: [(&str, i64, i64); 2] = [
    ("Chain clean and lube", 12_000, 10),
    ("Brake and tyre check", 6_000, 8),
];

/// What stands in a slot at the start: index of the model, and its charge.
#[derive(Clone, Copy)]
pub enum Stands {
    /// Charged.
    Ready(usize, i64),
    /// On its way there.
    Charging(usize, i64),
    /// Just came back.
    Returned(usize, i64),
    /// Locked, and why.
    Locked(usize, i64, &'static str),
    /// At the workbench, and why.
    Repair(usize, i64, &'static str),
    /// Nothing.
    Free,
    /// Nothing, and nothing can.
    Faulted,
}

use Stands::{Charging, Faulted, Free, Locked, Ready, Repair, Returned};

/// A station.
pub struct Site {
    /// Name.
    pub name: &'static str,
    /// Street.
    pub address: &'static str,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// OpenStreetMap syntax.
    pub hours: &'static str,
    /// A sentence where it is paused.
    pub paused: Option<&'static str>,
    /// Its slots, from A1 to B8.
    pub slots: [Stands; 16],
}

/// VB60, VB48 and VB72 as indices into [`MODELS`].
const L: usize = 0;
const S: usize = 1;
const XL: usize = 2;

const HOT: &str = "Temperature sensor read 58 °C while charging.";
/// Why the packs with a low state of health are locked.
pub const WORN: &str = "State of health under the limit.";
const DENTED: &str = "Dent in the case after a fall.";
const LATCH: &str = "Latch does not lock.";

/// The stations, in the order of their ids.
#[rustfmt::skip] // a line of slots is a cabinet
pub const SITES: [Site; 8] = [
    Site {
        name: "Downtown Charging Hub",
        address: "MG Road, opposite Maharaja’s College metro",
        latitude: 9.9731,
        longitude: 76.2850,
        hours: "24/7",
        paused: None,
        slots: [
            Ready(L, 100), Charging(L, 62), Ready(S, 97), Free, Charging(XL, 34), Returned(L, 12), Ready(L, 98), Charging(L, 81),
            Ready(XL, 94), Charging(S, 77), Locked(L, 41, HOT), Ready(L, 99), Free, Charging(L, 18), Free, Ready(S, 92),
        ],
    },
    Site {
        name: "Marine Drive Jetty",
        address: "Shanmugham Road, Marine Drive",
        latitude: 9.9827,
        longitude: 76.2752,
        hours: "24/7",
        paused: None,
        slots: [
            Charging(L, 84), Ready(L, 96), Charging(S, 55), Free, Ready(L, 100), Charging(L, 47), Ready(XL, 91), Charging(XL, 63),
            Free, Charging(L, 29), Ready(S, 99), Charging(S, 72), Locked(XL, 88, DENTED), Free, Charging(L, 38), Free,
        ],
    },
    Site {
        name: "Kaloor Stadium",
        address: "Stadium Link Road, Kaloor",
        latitude: 9.9975,
        longitude: 76.3010,
        hours: "24/7",
        paused: None,
        slots: [
            Ready(L, 100), Ready(L, 97), Ready(S, 95), Charging(L, 76), Ready(XL, 100), Ready(L, 93), Free, Ready(S, 100),
            Charging(XL, 51), Ready(L, 99), Free, Ready(XL, 96), Charging(S, 33), Ready(L, 91), Charging(L, 22), Free,
        ],
    },
    Site {
        name: "Vyttila Mobility Hub",
        address: "Kaniampuzha Road, Vyttila",
        latitude: 9.9684,
        longitude: 76.3213,
        hours: "24/7",
        paused: None,
        slots: [
            Charging(L, 88), Charging(L, 71), Ready(L, 95), Charging(S, 64), Charging(XL, 57), Free, Charging(L, 43), Charging(L, 36),
            Ready(S, 98), Charging(S, 28), Charging(XL, 19), Charging(L, 52), Repair(L, 60, LATCH), Charging(L, 15), Free, Faulted,
        ],
    },
    Site {
        name: "Fort Kochi Ferry",
        address: "River Road, Fort Kochi",
        latitude: 9.9690,
        longitude: 76.2435,
        hours: "Mo-Su 06:00-22:00",
        paused: None,
        slots: [
            Charging(L, 79), Charging(L, 66), Charging(S, 55), Charging(L, 48), Free, Charging(XL, 61), Charging(L, 37), Charging(S, 44),
            Charging(L, 31), Free, Charging(XL, 26), Charging(L, 21), Locked(S, 93, WORN), Charging(S, 17), Free, Repair(XL, 72, LATCH),
        ],
    },
    Site {
        name: "Edappally Junction",
        address: "NH 544, Edappally Toll",
        latitude: 10.0246,
        longitude: 76.3079,
        hours: "24/7",
        paused: None,
        slots: [
            Ready(L, 100), Ready(L, 100), Ready(L, 98), Ready(S, 96), Free, Ready(XL, 99), Ready(L, 94), Ready(S, 100),
            Charging(L, 69), Ready(XL, 97), Ready(L, 92), Ready(S, 95), Free, Ready(L, 90), Charging(XL, 42), Free,
        ],
    },
    Site {
        name: "Thripunithura Metro",
        address: "Hill Palace Road, Thripunithura",
        latitude: 9.9504,
        longitude: 76.3516,
        hours: "24/7",
        paused: Some("Returns only while a cabinet is exchanged."),
        slots: [
            Charging(L, 58), Ready(L, 97), Free, Charging(S, 73), Ready(XL, 93), Charging(L, 49), Free, Ready(L, 100),
            Charging(XL, 35), Free, Ready(S, 98), Charging(L, 27), Locked(L, 55, DENTED), Charging(S, 62), Ready(L, 91), Free,
        ],
    },
    Site {
        name: "Infopark Kakkanad",
        address: "Infopark Road, Kakkanad",
        latitude: 10.0104,
        longitude: 76.3639,
        hours: "Mo-Su 05:00-01:00",
        paused: None,
        slots: [
            Ready(L, 100), Charging(L, 83), Ready(S, 94), Ready(L, 96), Charging(XL, 68), Free, Ready(L, 91), Charging(S, 46),
            Ready(XL, 100), Charging(L, 39), Ready(L, 99), Locked(S, 95, WORN), Charging(L, 24), Free, Ready(S, 97), Charging(XL, 53),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_station_has_at_least_twelve_packs_and_room_for_one_more() {
        for site in &SITES {
            let free = site.slots.iter().filter(|slot| matches!(slot, Free)).count();
            let packs = site
                .slots
                .iter()
                .filter(|slot| !matches!(slot, Free | Faulted))
                .count();
            assert!(
                packs >= 12 && free >= 2,
                "{}: {packs} packs, {free} free",
                site.name
            );
        }
    }
}
