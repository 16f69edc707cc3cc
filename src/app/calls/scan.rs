//! What a scanned or typed text stands for at a station.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{BayId, Problem, SlotNumber, StationId};
use crate::protocol::rest::BookingOut;

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Found {
    /// A running booking, by its QR text, code or PIN.
    Booking(Box<BookingOut>),
    /// A pack in the cabinet, by its serial number.
    Slot(SlotNumber),
    /// A bay, by the QR code that is put up there.
    Bay(BayId),
}

impl Found {
    /// The page that shows it.
    pub fn address(&self, station: StationId) -> String {
        match self {
            Self::Booking(booking) => format!("/staff/stations/{station}?booking={}#open", booking.id),
            Self::Slot(slot) => format!("/staff/stations/{station}?slot={}#open", slot.0),
            Self::Bay(bay) => format!("/staff/bays/{bay}"),
        }
    }
}

/// What this text stands for here (staff of the station).
#[server(prefix = "/call", endpoint = "look_up", output = Plain)]
pub async fn look_up(
    /// Where.
    station: StationId,
    /// A booking's QR text, code or PIN, the address in a bay's QR code, or a pack's serial number.
    typed: String,
) -> Result<Found, Problem> {
    let (app, actor) = (super::app()?, super::actor()?);
    let found = find(&app, &actor, station, typed.trim())
        .await
        .map_err(super::told)?;
    if super::plain_form() {
        super::see_other(&found.address(station));
    }
    Ok(found)
}

#[cfg(feature = "ssr")]
async fn find(
    app: &crate::server::App,
    actor: &crate::server::service::Actor,
    station: StationId,
    typed: &str,
) -> Result<Found, Problem> {
    use crate::server::service::{bays, bookings, stations};

    if typed.is_empty() {
        let advice = "Scan the QR code, or type the customer's code or PIN.";
        return Err(Problem::invalid("typed", advice));
    }
    if let Some(bay) = bay_in(typed) {
        return Ok(Found::Bay(bays::get(app, actor, bay).await?.id));
    }
    match bookings::find(app, actor, station, typed).await {
        Err(Problem::NotFound { .. }) => {}
        found => return found.map(|booking| Found::Booking(Box::new(booking))),
    }
    let packs = stations::batteries(app, Some(actor), station).await?;
    let pack = packs.into_iter().find(|pack| {
        let serial = pack.serial.as_deref();
        serial.is_some_and(|serial| serial.eq_ignore_ascii_case(typed))
    });
    let slot = pack.and_then(|pack| pack.slot).ok_or_else(|| {
        let advice = "Nothing at this station has that code, PIN or serial number.";
        Problem::invalid("typed", advice)
    })?;
    Ok(Found::Slot(slot))
}

/// The bay whose page this address opens.
#[cfg(feature = "ssr")]
fn bay_in(address: &str) -> Option<BayId> {
    let (_, bay) = address.split_once("/staff/bays/")?;
    bay.parse().ok()
}
