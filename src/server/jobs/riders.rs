//! The simulator's customers: they book, are handed their packs, and bring empty ones back, all through the use
//! cases that real people go through, so that everything a screen shows of them is true.
//!
//! What a rider is about to do follows from the state of her bookings in the database: a restart in the
//! middle of a swap goes on with it. Riders leave every station something for real customers.

use std::time::Duration;

use rand::RngExt;

use super::swaps;
use crate::domain::{
    BatteryModelId, BatteryState, BookingState, ItemKind, PaymentMethod, Problem, StationId, StationStatus,
    Timestamp,
};
use crate::protocol::rest::{BatteryPatch, BookIn, BookItemIn, BookingOut, CollectIn, StationOut};
use crate::server::App;
use crate::server::demo::{self, Cast};
use crate::server::service::bookings::BookingQuery;
use crate::server::service::stations::StationQuery;
use crate::server::service::{Actor, batteries, bookings, notifications, stations};
use crate::server::store::whereabouts::{self, PackAway};

const TICK: Duration = Duration::from_secs(1);
/// A pack lasts at least so long.
const RIDE: Duration = Duration::from_secs(45);
/// Ready packs that riders leave at every station at least, and what they leave more at some.
const LEFT_FOR_OTHERS: (i64, i64) = (2, 4);
/// Seconds between two riders in real time at speed 1, and at most and at least.
const PACE: (f64, f64, f64) = (105.0, 5.0, 60.0);
/// Nobody rides while fewer than this part of the packs in slots are ready.
const LEAST_READY: f64 = 0.4;

/// Riders come soon, or not at all.
const HOLD_MINUTES: i64 = 5;
/// One in so many bookings is not collected.
const ONE_STAYS_AWAY_IN: i64 = 12;

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut riders = Riders::default();
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = riders.step(&app).await {
            tracing::debug!(%problem, "a simulated rider was turned away");
        }
    }
}

/// The riders of one simulation.
#[derive(Debug, Default)]
pub struct Riders {
    /// When the next one comes.
    next_arrival: Timestamp,
}

impl Riders {
    /// Lets everybody do what is due now.
    ///
    /// # Errors
    /// What a use case refused: a real customer was faster, or staff closed a station.
    pub async fn step(&mut self, app: &App) -> Result<(), Problem> {
        let Some(cast) = demo::cast(app).await? else {
            return Ok(());
        };
        serve_riders(app, &cast).await?;
        bring_strays_back(app, &cast).await?;
        if app.clock.now() < self.next_arrival {
            return Ok(());
        }
        self.next_arrival = app.clock.now() + pause(app.charge_speed);
        arrive(app, &cast).await
    }
}

/// Until the next rider: shorter the faster packs charge, and never regular.
fn pause(speed: f64) -> Duration {
    let (pace, least, most) = PACE;
    let mean = (pace / speed).clamp(least, most);
    Duration::from_secs_f64(mean * rand::rng().random_range(0.5..1.5))
}

/// Whatever is next for each rider's booking.
async fn serve_riders(app: &App, cast: &Cast) -> Result<(), Problem> {
    for rider in &cast.riders {
        let query = BookingQuery {
            states: vec![
                BookingState::Confirmed,
                BookingState::Ready,
                BookingState::InService,
            ],
            ..BookingQuery::default()
        };
        for booking in bookings::list(app, rider, query).await?.items {
            serve(app, cast, rider, &booking).await?;
        }
    }
    Ok(())
}

async fn serve(app: &App, cast: &Cast, rider: &Actor, booking: &BookingOut) -> Result<(), Problem> {
    let now = app.clock.now();
    let is_due = |since: Timestamp, least: i64, spread: i64| {
        let seconds = least + booking.id.0 * 7 % spread;
        now >= since + Duration::from_secs(seconds.unsigned_abs())
    };
    if booking.items.iter().any(|item| item.battery_id.is_none()) {
        // Her battery failed: she waits for the next one, or her time runs out.
        return Ok(());
    }
    if let Some(session) = booking.session_id {
        return swaps::go_on(app, cast, booking, session).await;
    }
    match booking.ready_at {
        None if is_due(booking.created_at, 4, 9) => {
            bookings::ready(app, &cast.attendant, booking.id).await?;
        }
        Some(ready_at) if is_due(ready_at, 6, 13) => come(app, cast, rider, booking).await?,
        _ => {}
    }
    Ok(())
}

/// Drives into a bay; where none is free, her battery is handed over the counter.
async fn come(app: &App, cast: &Cast, rider: &Actor, booking: &BookingOut) -> Result<(), Problem> {
    if stays_away(app, rider, booking).await? || swaps::begin(app, cast, booking).await? {
        return Ok(());
    }
    hand_over(app, cast, booking).await
}

/// Some do not come for what they booked; never twice in a row, or they would have to pay first.
async fn stays_away(app: &App, rider: &Actor, booking: &BookingOut) -> Result<bool, Problem> {
    if booking.id.0 % ONE_STAYS_AWAY_IN != 0 {
        return Ok(false);
    }
    let query = BookingQuery {
        states: vec![BookingState::Completed, BookingState::NoShow],
        ..BookingQuery::default()
    };
    let before = bookings::list(app, rider, query).await?.items;
    Ok(before
        .first()
        .is_none_or(|last| last.state == BookingState::Completed))
}

async fn hand_over(app: &App, cast: &Cast, booking: &BookingOut) -> Result<(), Problem> {
    let proof = CollectIn {
        code: booking.code.clone(),
        pin: None,
    };
    bookings::collect(app, &cast.attendant, booking.id, proof).await?;
    notifications::settle(app, booking.station_id, booking.id).await?;
    for model in booking.items.iter().filter_map(|item| item.model_id) {
        let worn_down = away(app).await?.into_iter().find(|pack| pack.model == model);
        if let Some(pack) = worn_down {
            bring_back(app, cast, &pack, booking.station_id).await?;
        }
    }
    Ok(())
}

/// Packs that were ridden long enough to be empty.
pub(super) async fn away(app: &App) -> Result<Vec<PackAway>, Problem> {
    let now = app.clock.now();
    let mut snapshot = app.db.snapshot().await?;
    let away = whereabouts::in_use(&mut snapshot).await?;
    Ok(away.into_iter().filter(|pack| now >= pack.since + RIDE).collect())
}

async fn bring_back(app: &App, cast: &Cast, pack: &PackAway, station: StationId) -> Result<(), Problem> {
    let patch = BatteryPatch {
        state: Some(BatteryState::Returned),
        soc: Some(rand::rng().random_range(10..=30)),
        station_id: Some(station.0),
        ..BatteryPatch::default()
    };
    batteries::update(app, &cast.attendant, pack.id, patch).await?;
    Ok(())
}

/// Real customers of the demo take packs and bring none: somebody else brings those back, or the stations
/// would run dry.
async fn bring_strays_back(app: &App, cast: &Cast) -> Result<(), Problem> {
    let away = away(app).await?;
    if away.len() <= demo::packs_on_the_road() {
        return Ok(());
    }
    let (Some(pack), Some(station)) = (away.first(), emptiest(app).await?) else {
        return Ok(());
    };
    bring_back(app, cast, pack, station).await
}

async fn emptiest(app: &App) -> Result<Option<StationId>, Problem> {
    let all = stations::list(app, StationQuery::default()).await?.items;
    let roomy = all.iter().filter(|station| station.inventory.free_slots >= 2);
    Ok(roomy
        .max_by_key(|station| (station.inventory.free_slots, station.id))
        .map(|station| station.id))
}

/// A rider comes and holds one pack or two, where enough are ready.
async fn arrive(app: &App, cast: &Cast) -> Result<(), Problem> {
    let all = stations::list(app, StationQuery::default()).await?.items;
    let Some((station, model, quantity)) = choose(&all) else {
        return Ok(());
    };
    let Some(rider) = cast
        .riders
        .get(rand::rng().random_range(0..cast.riders.len().max(1)))
    else {
        return Ok(());
    };
    let item = BookItemIn {
        kind: ItemKind::Swap,
        model_id: Some(model.0),
        battery_id: None,
        service_id: None,
        quantity: Some(quantity),
        slot_at: None,
    };
    let body = BookIn {
        station_id: station.0,
        items: vec![item],
        payment_method: PaymentMethod::Cash,
        vehicle: None,
        wants_help: None,
        pickup_at: None,
        hold_minutes: Some(HOLD_MINUTES),
    };
    bookings::book(app, rider, body, None).await?;
    Ok(())
}

/// A station with plenty, the likelier the more it has, and the model it has most of.
fn choose(all: &[StationOut]) -> Option<(StationId, BatteryModelId, i64)> {
    if ready_part(all) < LEAST_READY {
        return None;
    }
    let spare = |station: &StationOut| {
        let serves = station.inventory.status == StationStatus::Online;
        let left = LEFT_FOR_OTHERS.0 + station.id.0 % LEFT_FOR_OTHERS.1;
        (station.inventory.available_batteries - left).max(0) * i64::from(serves)
    };
    let total: i64 = all.iter().map(spare).sum();
    if total == 0 {
        return None;
    }
    let mut dart = rand::rng().random_range(0..total);
    let station = all.iter().find(|station| {
        dart -= spare(station);
        dart < 0
    })?;
    let model = station
        .inventory
        .models
        .iter()
        .max_by_key(|model| model.available)?;
    let most = spare(station).min(model.available - 1).min(2);
    (most >= 1).then(|| (station.id, model.model_id, rand::rng().random_range(1..=most)))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of packs")]
fn ready_part(all: &[StationOut]) -> f64 {
    let ready: i64 = all
        .iter()
        .map(|station| station.inventory.available_batteries)
        .sum();
    let charging: i64 = all
        .iter()
        .map(|station| station.inventory.charging_batteries)
        .sum();
    ready as f64 / (ready + charging).max(1) as f64
}
