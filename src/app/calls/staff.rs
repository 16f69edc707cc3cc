//! What staff see and do at their stations. Each call is one use case; a bare form is sent back to the page
//! it stood on, our WASM gets the answer.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use super::tasks::WorkPage;
use crate::domain::{BookingId, Problem, StationId, StationStatus, Timestamp};
use crate::protocol::rest::{BatteryModelOut, BatteryOut, BayOut, BookingOut, StationOut, StepOut};

/// Everything the counter of a station shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CounterPage {
    /// The station.
    pub station: StationOut,
    /// The packs in its slots, with what only staff see.
    pub packs: Vec<BatteryOut>,
    /// The bookings that still run, and those the page asked about.
    pub bookings: Vec<BookingOut>,
    /// What its staff have to do.
    pub work: WorkPage,
    /// Its bays.
    pub bays: Vec<BayOut>,
    /// The types of packs.
    pub models: Vec<BatteryModelOut>,
    /// Makes a repeated "add" of this page have one effect.
    pub key: String,
    /// What is on record about the booking that is open.
    pub history: Option<(BookingId, Vec<StepOut>)>,
    /// The server's clock at this answer.
    pub as_of: Timestamp,
}

/// The stations I work at.
#[server(prefix = "/call", endpoint = "my_stations", output = Plain)]
pub async fn find_my_stations() -> Result<Vec<StationOut>, Problem> {
    use crate::server::service::stations;

    let (app, actor) = (super::app()?, super::actor()?);
    stations::of_staff(&app, &actor).await.map_err(super::told)
}

/// The counter of one station.
#[server(prefix = "/call", endpoint = "counter", output = Plain)]
pub async fn see_counter(
    /// Which, as the address says.
    id: String,
    /// Bookings the page shows already: it wants to know what became of them.
    #[server(default)]
    known: Vec<BookingId>,
    /// The booking whose history it shows.
    open: Option<BookingId>,
) -> Result<CounterPage, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    let station = id
        .parse()
        .map_err(|_| super::told(Problem::not_found("station")))?;
    let mut page = counter(&app, &actor, station, &known)
        .await
        .map_err(super::told)?;
    if let Some(open) = open {
        // The page says itself when there is no such booking here.
        let steps = bookings::timeline(&app, &actor, open).await.ok();
        page.history = steps.map(|steps| (open, steps));
    }
    Ok(page)
}

/// Every step of a booking at a station of mine that is on record.
#[server(prefix = "/call", endpoint = "booking_history", output = Plain)]
pub async fn read_history(
    /// Which.
    booking: BookingId,
) -> Result<Vec<StepOut>, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::timeline(&app, &actor, booking)
        .await
        .map_err(super::told)
}

#[cfg(feature = "ssr")]
async fn counter(
    app: &crate::server::App,
    actor: &crate::server::service::Actor,
    id: StationId,
    known: &[BookingId],
) -> Result<CounterPage, Problem> {
    use crate::domain::BookingState;
    use crate::server::service::bookings::{self, BookingQuery};
    use crate::server::service::{bays, stations};

    /// Most bookings on one screen; a station has fewer packs to hold.
    const MOST: usize = 100;
    let as_of = app.clock.now();
    /// What is booked for later is shown so long before.
    const AHEAD: std::time::Duration = std::time::Duration::from_hours(24);
    let runs = |state: &BookingState| !state.is_ended() && *state != BookingState::Scheduled;
    let query = BookingQuery {
        station: Some(id),
        states: BookingState::ALL.into_iter().filter(runs).collect(),
        limit: Some(100),
        ..BookingQuery::default()
    };
    // First who may see it, then what there is.
    let mut running = bookings::list(app, actor, query).await?.items;
    running.extend(bookings::planned(app, actor, id, as_of + AHEAD).await?);
    let station = stations::get(app, id).await?;
    let ended: Vec<_> = known
        .iter()
        .take(MOST)
        .filter(|known| running.iter().all(|booking| booking.id != **known))
        .collect();
    for booking in ended {
        let booking = bookings::get(app, actor, *booking).await?;
        if booking.station_id == id {
            running.push(booking);
        }
    }
    Ok(CounterPage {
        packs: stations::batteries(app, Some(actor), id).await?,
        work: super::tasks::work(app, actor, id).await?,
        bays: bays::list(app, actor, id).await?,
        models: stations::models(app).await?,
        bookings: running,
        history: None,
        key: uuid::Uuid::now_v7().to_string(),
        station,
        as_of,
    })
}

/// Opens, pauses or closes a station, with a sentence for its customers.
#[server(prefix = "/call", endpoint = "set_station_status", output = Plain)]
pub async fn set_station_status(
    /// Which.
    station: StationId,
    /// The new status.
    status: StationStatus,
    /// A sentence for customers; empty for none.
    message: String,
) -> Result<StationOut, Problem> {
    use crate::protocol::rest::StationPatch;
    use crate::server::service::stations;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = StationPatch {
        status: Some(status),
        message: Some(message),
        ..StationPatch::default()
    };
    stations::update(&app, &actor, station, patch)
        .await
        .map_err(super::told)
}

/// The packs are prepared.
#[server(prefix = "/call", endpoint = "prepare_booking", output = Plain)]
pub async fn prepare_booking(
    /// Which.
    booking: BookingId,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::ready(&app, &actor, booking).await.map_err(super::told)
}

/// The packs are handed over, and what was due is taken.
#[server(prefix = "/call", endpoint = "hand_over", output = Plain)]
pub async fn hand_over(
    /// Which.
    booking: BookingId,
    /// What the customer showed: QR text, code or PIN.
    proof: String,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    let body = proof_in("proof", &proof)?;
    bookings::collect(&app, &actor, booking, body)
        .await
        .map_err(super::told)
}

/// What was scanned or typed into a field, as code or PIN.
#[cfg(feature = "ssr")]
pub(super) fn proof_in(field: &str, typed: &str) -> Result<crate::protocol::rest::CollectIn, Problem> {
    use crate::domain::booking::normal_code;
    use crate::protocol::rest::CollectIn;

    let typed = normal_code(typed);
    if typed.is_empty() {
        let detail = "Ask the customer for the code or the PIN.";
        return Err(super::told(Problem::invalid(field, detail)));
    }
    let is_pin = typed.len() == 4 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let (code, pin) = if is_pin {
        (None, Some(typed))
    } else {
        (Some(typed), None)
    };
    Ok(CollectIn { code, pin })
}

/// The station calls a booking off, and says why.
#[server(prefix = "/call", endpoint = "turn_away", output = Plain)]
pub async fn turn_away(
    /// Which.
    booking: BookingId,
    /// Why; the customer reads it.
    reason: String,
) -> Result<BookingOut, Problem> {
    use crate::protocol::rest::CancelIn;
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    if reason.trim().is_empty() {
        return Err(super::told(Problem::invalid(
            "reason",
            "Say why; the customer reads it.",
        )));
    }
    let body = CancelIn { reason: Some(reason) };
    bookings::cancel(&app, &actor, booking, body)
        .await
        .map_err(super::told)
}

/// Nobody came.
#[server(prefix = "/call", endpoint = "not_collected", output = Plain)]
pub async fn not_collected(
    /// Which.
    booking: BookingId,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::no_show(&app, &actor, booking)
        .await
        .map_err(super::told)
}
