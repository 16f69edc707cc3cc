//! Standing in line where a station is sold out. Bare forms are sent on to my bookings, where my places are.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::book::Order;
use super::codec::Plain;
use crate::domain::{BookingId, PaymentMethod, Problem, StationId, WaitlistEntryId};
use crate::protocol::rest::WaitlistOut;

/// Where my places in line are seen.
pub const PLACES: &str = "/bookings#waitlist";

/// My place in line, and how I may pay for what is offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The place.
    pub place: WaitlistOut,
    /// The ways to pay, while something is offered.
    pub ways: Vec<PaymentMethod>,
}

/// My places in line.
#[cfg(feature = "ssr")]
pub(super) async fn places(
    app: &crate::server::App,
    actor: &crate::server::service::Actor,
) -> Result<Vec<Place>, Problem> {
    use crate::server::service::waitlist;

    let mut places = Vec::new();
    for place in waitlist::mine(app, actor).await? {
        let ways = match place.offer_until {
            Some(_) => super::stations::pay_here(app, Some(actor), place.station_id)
                .await?
                .ways(),
            None => Vec::new(),
        };
        places.push(Place { place, ways });
    }
    Ok(places)
}

/// Joins the line for what the form of a station's page says.
#[server(prefix = "/call", endpoint = "join_waitlist", output = Plain)]
pub async fn join_waitlist(
    /// The form.
    order: Order,
) -> Result<WaitlistOut, Problem> {
    use leptos_router::params::ParamsMap;

    use crate::server::service::waitlist;

    let app = super::app()?;
    let Some(actor) = super::visitor() else {
        let next = ParamsMap::from_iter([("next", order.address())]).to_query_string();
        super::see_other(&format!("/sign-in{next}"));
        return Err(Problem::Unauthenticated);
    };
    let joined = match read(&order) {
        Ok(body) => waitlist::join(&app, &actor, StationId(order.station), body).await,
        Err(problem) => Err(problem),
    };
    match joined {
        Ok(place) => {
            super::see_other(PLACES);
            Ok(place)
        }
        Err(problem) if super::plain_form() => {
            use leptos::server_fn::ServerFn;

            super::see_other(&super::book::back(&order, JoinWaitlist::PATH, &problem));
            Err(problem)
        }
        Err(problem) => Err(super::told(problem)),
    }
}

/// What is wanted, as the service wants it.
#[cfg(feature = "ssr")]
fn read(order: &Order) -> Result<crate::protocol::rest::WaitIn, Problem> {
    use crate::domain::ItemKind;
    use crate::protocol::rest::{WaitIn, WaitItemIn};

    let number = |text: &str| {
        let complaint = |_| Problem::invalid("quantity", "Write a whole number.");
        text.trim().parse::<i64>().map_err(complaint)
    };
    let mut items = Vec::new();
    for (model, count) in order.n.iter().filter(|(_, count)| !count.trim().is_empty()) {
        let quantity = number(count)?;
        if quantity != 0 {
            items.push(WaitItemIn {
                kind: ItemKind::Swap,
                model_id: Some(number(model)?),
                quantity: Some(quantity),
            });
        }
    }
    if items.is_empty() {
        return Err(Problem::invalid("quantity", "Choose at least one battery."));
    }
    let vehicle = order.vehicle.trim();
    Ok(WaitIn {
        items,
        vehicle: (!vehicle.is_empty()).then(|| vehicle.to_owned()),
    })
}

/// I take what is offered, and go on to my booking.
#[server(prefix = "/call", endpoint = "accept_offer", output = Plain)]
pub async fn accept_offer(
    /// Of which place.
    id: WaitlistEntryId,
    /// How I pay.
    method: PaymentMethod,
) -> Result<BookingId, Problem> {
    use crate::protocol::rest::TakeOfferIn;
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    let body = TakeOfferIn {
        payment_method: method,
    };
    let booking = bookings::take_offer(&app, &actor, id, body)
        .await
        .map_err(super::told)?;
    super::see_other(&format!("/bookings/{}", booking.id));
    Ok(booking.id)
}

/// I do not want what is offered.
#[server(prefix = "/call", endpoint = "decline_offer", output = Plain)]
pub async fn decline_offer(
    /// Of which place.
    id: WaitlistEntryId,
) -> Result<(), Problem> {
    use crate::server::service::waitlist;

    let (app, actor) = (super::app()?, super::actor()?);
    sent_back(waitlist::decline(&app, &actor, id).await)
}

/// I do not wait any longer.
#[server(prefix = "/call", endpoint = "leave_waitlist", output = Plain)]
pub async fn leave_waitlist(
    /// Which place.
    id: WaitlistEntryId,
) -> Result<(), Problem> {
    use crate::server::service::waitlist;

    let (app, actor) = (super::app()?, super::actor()?);
    sent_back(waitlist::leave(&app, &actor, id).await)
}

/// Who stands in line at a station (its staff).
#[server(prefix = "/call", endpoint = "line", output = Plain)]
pub async fn load_line(
    /// Which.
    station: StationId,
) -> Result<Vec<WaitlistOut>, Problem> {
    use crate::server::service::waitlist;

    let (app, actor) = (super::app()?, super::actor()?);
    waitlist::of_station(&app, &actor, station)
        .await
        .map_err(super::told)
}

#[cfg(feature = "ssr")]
fn sent_back<T>(done: Result<T, Problem>) -> Result<T, Problem> {
    let done = done.map_err(super::told)?;
    if super::plain_form() {
        super::see_other(PLACES);
    }
    Ok(done)
}
