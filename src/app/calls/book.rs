//! Booking from a station's page: by our WASM or by the bare form, with the same result.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{BookingId, Problem};

/// What the form says of who does not come now.
const LATER: &str = "later";

/// What the form of a station's page says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Order {
    /// Where.
    pub station: i64,
    /// Made with the page: the same order has one effect, however often it is sent.
    pub key: String,
    /// How many packs of which model, as typed.
    pub n: BTreeMap<String, String>,
    /// The services that were ticked.
    pub s: BTreeMap<String, String>,
    /// One certain pack.
    pub pack: Option<String>,
    /// For how many minutes.
    pub hold: String,
    /// The vehicle's registration.
    pub vehicle: String,
    /// There when somebody is to help at the bay.
    pub help: Option<String>,
    /// How to pay, as the wire names it; cash unless given.
    pub pay: String,
    /// `later`, or now.
    pub when: String,
    /// For later: the day whose times were shown.
    pub day: String,
    /// For later: the chosen half hour.
    pub pickup: String,
}

impl Order {
    /// The station's page with these choices made.
    pub fn address(&self) -> String {
        let mut query = ParamsMap::new();
        for (model, count) in &self.n {
            query.insert(format!("n{model}"), count.clone());
        }
        for service in self.s.keys() {
            query.insert(format!("s{service}"), "1".to_owned());
        }
        if let Some(pack) = &self.pack {
            query.insert("pack", pack.clone());
        }
        if !self.hold.is_empty() {
            query.insert("hold", self.hold.clone());
        }
        if !self.vehicle.is_empty() {
            query.insert("vehicle", self.vehicle.clone());
        }
        // Left out where it is not asked for: whoever signs in on the way gets what her account says.
        if self.help.is_some() {
            query.insert("help", "yes".to_owned());
        }
        if !self.pay.is_empty() {
            query.insert("pay", self.pay.clone());
        }
        if self.when == LATER {
            for (name, value) in [("when", &self.when), ("day", &self.day), ("pickup", &self.pickup)] {
                query.insert(name, value.clone());
            }
        }
        format!("/stations/{}{}", self.station, query.to_query_string())
    }
}

/// Holds the packs, and goes on to the new booking. Whoever is not signed in is asked to, and comes back
/// with the choices made; so does a bare form whose order cannot be carried out.
#[server(prefix = "/call", endpoint = "book", output = Plain)]
pub async fn book_packs(
    /// The form.
    order: Order,
) -> Result<BookingId, Problem> {
    use leptos::server_fn::ServerFn;

    use crate::server::service::IdempotencyKey;
    use crate::server::service::bookings;

    let app = super::app()?;
    let Some(actor) = super::visitor() else {
        let next = ParamsMap::from_iter([("next", order.address())]).to_query_string();
        super::see_other(&format!("/sign-in{next}"));
        return Err(Problem::Unauthenticated);
    };
    let key = (!order.key.is_empty()).then(|| IdempotencyKey(order.key.clone()));
    let booked = match read(&order) {
        Ok(body) => bookings::book(&app, &actor, body, key).await,
        Err(problem) => Err(problem),
    };
    match booked {
        Ok(booking) => {
            super::see_other(&format!("/bookings/{}", booking.id));
            Ok(booking.id)
        }
        Err(problem) if super::plain_form() => {
            super::see_other(&back(&order, BookPacks::PATH, &problem));
            Err(problem)
        }
        Err(problem) => Err(super::told(problem)),
    }
}

/// The order as the service wants it.
#[cfg(feature = "ssr")]
fn read(order: &Order) -> Result<crate::protocol::rest::BookIn, Problem> {
    use crate::domain::{ItemKind, PaymentMethod};
    use crate::protocol::rest::{BookIn, BookItemIn};

    let number = |text: &str, field: &str| {
        let complaint = || Problem::invalid(field, "Write a whole number.");
        text.trim().parse::<i64>().map_err(|_| complaint())
    };
    let item = |model_id, battery_id, quantity| BookItemIn {
        kind: ItemKind::Swap,
        model_id,
        battery_id,
        service_id: None,
        quantity,
        slot_at: None,
    };
    let mut items = Vec::new();
    if let Some(pack) = order.pack.as_deref().filter(|pack| !pack.is_empty()) {
        items.push(item(None, Some(number(pack, "pack")?), None));
    }
    for (model, count) in order.n.iter().filter(|(_, count)| !count.trim().is_empty()) {
        let count = number(count, "quantity")?;
        if count != 0 {
            items.push(item(Some(number(model, "model")?), None, Some(count)));
        }
    }
    if items.is_empty() {
        return Err(Problem::invalid("quantity", "Choose at least one battery."));
    }
    for service in order.s.keys() {
        items.push(BookItemIn {
            kind: ItemKind::Service,
            service_id: Some(number(service, "service")?),
            ..item(None, None, None)
        });
    }
    let vehicle = order.vehicle.trim();
    Ok(BookIn {
        station_id: order.station,
        items,
        payment_method: order.pay.parse().unwrap_or(PaymentMethod::Cash),
        vehicle: (!vehicle.is_empty()).then(|| vehicle.to_owned()),
        wants_help: Some(order.help.is_some()),
        pickup_at: if order.when == LATER {
            let complaint = |_| Problem::invalid("pickup_at", "Choose a day and a time.");
            Some(order.pickup.parse().map_err(complaint)?)
        } else {
            None
        },
        hold_minutes: if order.hold.is_empty() {
            None
        } else {
            Some(number(&order.hold, "hold")?)
        },
    })
}

/// The page the form stood on, with its choices and what went wrong.
#[cfg(feature = "ssr")]
pub(super) fn back(order: &Order, call: &'static str, problem: &Problem) -> String {
    use leptos::server_fn::error::ServerFnUrlError;

    // Only the path and the query of this address are used.
    let page = format!("http://page{}", order.address());
    let Ok(url) = ServerFnUrlError::new(call, problem.clone()).to_url(&page) else {
        return order.address();
    };
    format!("{}?{}#book-h", url.path(), url.query().unwrap_or_default())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn order() -> Order {
        Order {
            station: 3,
            n: [("1".into(), "2".into()), ("2".into(), "0".into())].into(),
            hold: "30".into(),
            vehicle: "KL 07 AB".into(),
            ..Order::default()
        }
    }

    #[test]
    fn an_order_becomes_one_line_a_model_that_is_wanted() {
        let body = read(&order()).unwrap();
        assert_eq!(body.items.len(), 1);
        assert_eq!(
            (body.items[0].model_id, body.items[0].quantity),
            (Some(1), Some(2))
        );
        assert_eq!(
            (body.hold_minutes, body.vehicle.as_deref()),
            (Some(30), Some("KL 07 AB"))
        );
    }

    #[test]
    fn a_time_counts_only_for_later() {
        let pickup = "2026-11-22T06:30:00.000000Z".to_owned();
        let mut order = Order { pickup, ..order() };
        assert_eq!(read(&order).unwrap().pickup_at, None);
        assert!(!order.address().contains("pickup"));
        order.when = "later".into();
        assert_eq!(read(&order).unwrap().pickup_at, order.pickup.parse().ok());
        assert!(order.address().contains("when=later") && order.address().contains("pickup=2026%2D11%2D22"));
        order.pickup = String::new();
        assert!(matches!(read(&order), Err(Problem::Invalid { .. })));
    }

    #[test]
    fn an_order_for_nothing_or_for_no_number_is_refused() {
        let nothing = Order {
            n: BTreeMap::new(),
            ..order()
        };
        let letters = Order {
            hold: "soon".into(),
            ..order()
        };
        for order in [nothing, letters] {
            assert!(matches!(read(&order), Err(Problem::Invalid { .. })), "{order:?}");
        }
    }

    #[test]
    fn a_bare_form_comes_back_with_its_choices_and_the_problem() {
        let address = back(&order(), "/call/book", &Problem::Unavailable);
        for part in ["/stations/3?", "n1=2", "hold=30", "KL", "__err=", "#book-h"] {
            assert!(address.contains(part), "{part} in {address}");
        }
    }
}
