//! Book: hold packs for a customer, all or none.

use std::collections::BTreeMap;

use rand::RngExt;
use serde_json::json;

use super::order::{Line, Order};
use super::{due_while_waiting, fit, notice, tell_station};
use crate::domain::notification::text;
use crate::domain::{
    Alternative, BatteryModelId, BookingId, BookingState, Currency, ItemId, Level, NotificationKind,
    PaymentMethod, Problem, StationId, Timer,
};
use crate::protocol::rest::{BatteryModelOut, BookIn, BookingOut};
use crate::server::App;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::batteries::{Claimed, Wanted};
use crate::server::store::bookings::{Audience, NewBooking, NewItem};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::inventory::{self, StationInventory, StationRow};
use crate::server::store::{Audit, Failure, IdKind, Tx, bookings as rows};
use crate::server::store::{catalogue, stations};

/// Holds packs for a customer: all or none. Confirmed at once.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::NotFound`], [`Problem::StationClosed`], [`Problem::BatteryUnavailable`],
/// [`Problem::DuplicateBooking`], [`Problem::IdempotencyMismatch`].
pub async fn book(
    app: &App,
    actor: &Actor,
    body: BookIn,
    key: Option<IdempotencyKey>,
) -> Result<BookingOut, Problem> {
    let order = Order::parse(&body, &app.timers)?;
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /bookings", &body));
    let (who, what, timers) = (actor.clone(), order.clone(), app.timers.clone());
    let booked = app
        .db
        .write(actor.cause(), move |tx| {
            let booking = Booking {
                actor: who.clone(),
                order: what.clone(),
                timers: timers.clone(),
            };
            let claim = claim.clone();
            Box::pin(async move { booking.make(tx, claim).await })
        })
        .await;
    match booked {
        Err(problem) => Err(with_alternatives(app, &order, problem).await),
        Ok(booking) => Ok(booking),
    }
}

/// A booking being made.
struct Booking {
    actor: Actor,
    order: Order,
    timers: std::sync::Arc<crate::domain::Timers>,
}

impl Booking {
    async fn make(&self, tx: &mut Tx<'_>, claim: Option<Claim>) -> Result<BookingOut, Failure> {
        if let Some(claim) = &claim
            && let NextAction::Replay(answer) = tx.claim_key(claim).await?
        {
            return Ok(serde_json::from_str(&answer)?);
        }
        let station = self.open_station(tx).await?;
        self.check_vehicle(tx).await?;
        let models = self.models(tx).await?;
        fit::must_fit(tx, self.actor.user, &self.order, &models).await?;
        let claimed = self.claim_packs(tx, &station).await?;
        let id = self.insert(tx, &station, &models, &claimed).await?;
        self.tell(tx, id, &models, &claimed).await?;
        tx.settle().await?;
        let now = tx.now();
        let record = rows::find(tx.connection(), id)
            .await?
            .ok_or_else(|| Problem::not_found("booking"))?;
        let answer = record.to_out(Audience::Customer, now);
        if let Some(claim) = &claim {
            tx.remember(claim, &answer).await?;
        }
        Ok(answer)
    }

    async fn open_station(&self, tx: &mut Tx<'_>) -> Result<StationRow, Failure> {
        let station = stations::find(tx.connection(), self.order.station)
            .await?
            .ok_or_else(|| Problem::not_found("station"))?;
        let status = station.status();
        if status.takes_bookings() {
            return Ok(station);
        }
        let alternatives = Vec::new();
        Err(Problem::StationClosed {
            station_id: station.id,
            station_name: station.name,
            status,
            alternatives,
        }
        .into())
    }

    async fn check_vehicle(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let Some(vehicle) = &self.order.vehicle else {
            return Ok(());
        };
        match rows::active_for_vehicle(tx.connection(), vehicle).await? {
            Some(booking_id) => Err(Problem::DuplicateBooking { booking_id }.into()),
            None => Ok(()),
        }
    }

    async fn models(&self, tx: &mut Tx<'_>) -> Result<BTreeMap<BatteryModelId, BatteryModelOut>, Failure> {
        let known = catalogue::models(tx.connection()).await?;
        let models: BTreeMap<_, _> = known.into_iter().map(|model| (model.id, model)).collect();
        match self
            .order
            .models()
            .keys()
            .find(|model| !models.contains_key(model))
        {
            Some(_) => Err(Problem::not_found("battery model").into()),
            None => Ok(models),
        }
    }

    /// Certain packs first and in order of id, so that two bookings never wait for each other in a circle,
    /// and so that "any pack" does not take what the same order names.
    async fn claim_packs(
        &self,
        tx: &mut Tx<'_>,
        station: &StationRow,
    ) -> Result<Vec<(Line, Claimed)>, Failure> {
        let mut lines = self.order.lines.clone();
        lines.sort_by_key(|line| match line.wanted {
            Wanted::Battery(battery) => (0, battery.0),
            Wanted::Model(model) => (1, model.0),
        });
        let mut claimed = Vec::with_capacity(lines.len());
        for line in lines {
            match tx.claim_pack(station.id, line.wanted).await? {
                Some(pack) => claimed.push((line, pack)),
                None => return Err(shortage(tx, station, line.wanted).await?.into()),
            }
        }
        Ok(claimed)
    }

    async fn insert(
        &self,
        tx: &mut Tx<'_>,
        station: &StationRow,
        models: &BTreeMap<BatteryModelId, BatteryModelOut>,
        claimed: &[(Line, Claimed)],
    ) -> Result<BookingId, Failure> {
        let now = tx.now();
        let deadline = now + self.order.hold_for;
        let grace_until = deadline + self.timers.length(Timer::Grace);
        let price = |pack: &Claimed| models.get(&pack.model).map_or(0, |model| model.price);
        let currency = claimed
            .first()
            .and_then(|(_, pack)| models.get(&pack.model))
            .map(|model| model.currency);
        let (code, pin) = unused_secrets(tx, station.id).await?;
        let id = BookingId(tx.next_id(IdKind::Booking)?);
        tx.insert_booking(&NewBooking {
            id,
            user: self.actor.user,
            station: station.id,
            code,
            pin,
            state: BookingState::Confirmed,
            deadline,
            grace_until,
            due_at: due_while_waiting(&self.timers, false, deadline, grace_until, now),
            payment_method: PaymentMethod::Cash,
            total_amount: claimed.iter().map(|(_, pack)| price(pack)).sum(),
            currency: currency.unwrap_or(Currency::INR),
            vehicle: self.order.vehicle.clone(),
        })
        .await?;
        for ((line, pack), position) in claimed.iter().zip(1..) {
            let item = ItemId(tx.next_id(IdKind::Item)?);
            let verb = if line.kind == crate::domain::ItemKind::Take {
                "Take"
            } else {
                "Swap"
            };
            let model = models.get(&pack.model).map_or("", |model| model.name.as_str());
            let name = format!("{verb}, {model}");
            let (model, battery, slot, price) = (pack.model, pack.battery, pack.slot, price(pack));
            let item = NewItem {
                id: item,
                kind: line.kind,
                name,
                model,
                battery,
                slot,
                price,
            };
            tx.insert_item(id, position, &item).await?;
            tx.insert_hold(pack, id, item.id).await?;
        }
        let to = Some(BookingState::Confirmed.as_str());
        tx.audit(Audit {
            entity: "booking",
            entity_id: id.0,
            action: "book",
            to,
            ..Audit::default()
        })
        .await?;
        Ok(id)
    }

    async fn tell(
        &self,
        tx: &mut Tx<'_>,
        id: BookingId,
        models: &BTreeMap<BatteryModelId, BatteryModelOut>,
        claimed: &[(Line, Claimed)],
    ) -> Result<(), Failure> {
        let record = rows::find(tx.connection(), id)
            .await?
            .ok_or_else(|| Problem::not_found("booking"))?;
        let message = text::booking_confirmed(&record.station_name);
        let mut confirmed = notice(
            &record,
            NotificationKind::BookingConfirmed,
            Level::Success,
            message,
        );
        let model = claimed.first().and_then(|(_, pack)| models.get(&pack.model));
        let battery_info =
            model.map_or_else(String::new, |model| format!("{} - {}", model.maker, model.name));
        confirmed.data = json!({ "station_name": record.station_name, "battery_info": battery_info });
        tx.notify(record.user, confirmed).await?;
        let message = text::new_booking(&record.station_name);
        tell_station(tx, &record, NotificationKind::NewBooking, &message).await
    }
}

/// Why a pack could not be claimed: it does not exist, or somebody else has it.
async fn shortage(tx: &mut Tx<'_>, station: &StationRow, wanted: Wanted) -> Result<Problem, Failure> {
    if let Wanted::Battery(battery) = wanted
        && !inventory::battery_exists(tx.connection(), battery).await?
    {
        return Ok(Problem::not_found("battery"));
    }
    Ok(Problem::BatteryUnavailable {
        station_id: station.id,
        station_name: station.name.clone(),
        available: 0,
        next_available_at: None,
        alternatives: Vec::new(),
    })
}

/// Letters and digits that cannot be mistaken for each other, read or said.
const CODE_LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// A code and a PIN that no active booking of the station has.
async fn unused_secrets(tx: &mut Tx<'_>, station: StationId) -> Result<(String, String), Failure> {
    loop {
        let (code, pin) = secrets();
        let is_taken = rows::is_code_taken(tx.connection(), station, &code, &pin).await?;
        if !is_taken {
            return Ok((code, pin));
        }
    }
}

fn secrets() -> (String, String) {
    let mut random = rand::rng();
    let code = (0..6)
        .map(|_| char::from(CODE_LETTERS[random.random_range(0..CODE_LETTERS.len())]))
        .collect();
    let pin = format!("{:04}", random.random_range(0..10_000));
    (code, pin)
}

/// Most stations named as alternatives.
const MAX_ALTERNATIVES: usize = 3;

/// Adds to a refusal what the station has left and which stations nearby have enough, read after the refused
/// transaction is over, so that nobody waits for it.
async fn with_alternatives(app: &App, order: &Order, mut problem: Problem) -> Problem {
    let is_shortage = matches!(
        problem,
        Problem::BatteryUnavailable { .. } | Problem::StationClosed { .. }
    );
    if !is_shortage {
        return problem;
    }
    let Ok(all) = read_inventories(app).await else {
        return problem;
    };
    let Some(here) = all.iter().find(|one| one.station.id == order.station) else {
        return problem;
    };
    let found = alternatives(&all, here, &demand(order, here));
    match &mut problem {
        Problem::BatteryUnavailable {
            available,
            next_available_at,
            alternatives,
            ..
        } => {
            let counts = here.counts();
            *available = free(here, &demand(order, here).keys().copied().collect::<Vec<_>>());
            *next_available_at = counts.next_available_at;
            *alternatives = found;
        }
        Problem::StationClosed { alternatives, .. } => *alternatives = found,
        _ => {}
    }
    problem
}

async fn read_inventories(app: &App) -> Result<Vec<StationInventory>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    Ok(inventory::of_all(&mut snapshot, app.db.charge_speed()).await?)
}

/// How many packs of each model the order needs; a certain pack counts as one of its model.
fn demand(order: &Order, here: &StationInventory) -> BTreeMap<BatteryModelId, i64> {
    let mut demand = order.models();
    for line in &order.lines {
        if let Wanted::Battery(battery) = line.wanted
            && let Some(pack) = here.packs.iter().find(|pack| pack.id == battery)
        {
            *demand.entry(pack.model).or_default() += 1;
        }
    }
    demand
}

/// Packs of these models that can be handed out at a station; of any model where none is named.
fn free(at: &StationInventory, models: &[BatteryModelId]) -> i64 {
    let fits = |model| models.is_empty() || models.contains(&model);
    let free = at
        .packs
        .iter()
        .filter(|pack| pack.dispensable && fits(pack.model))
        .count();
    i64::try_from(free).unwrap_or(i64::MAX)
}

fn alternatives(
    all: &[StationInventory],
    here: &StationInventory,
    demand: &BTreeMap<BatteryModelId, i64>,
) -> Vec<Alternative> {
    let has_enough = |at: &StationInventory| {
        free(at, &[]) > 0
            && demand
                .iter()
                .all(|(model, wanted)| free(at, &[*model]) >= *wanted)
    };
    let models: Vec<BatteryModelId> = demand.keys().copied().collect();
    let mut found: Vec<Alternative> = all
        .iter()
        .filter(|at| {
            at.station.id != here.station.id && at.station.status().takes_bookings() && has_enough(at)
        })
        .map(|at| Alternative {
            id: at.station.id,
            name: at.station.name.clone(),
            #[expect(clippy::cast_possible_truncation, reason = "a distance on the earth")]
            distance_m: here.station.position.distance_m(at.station.position).round() as i64,
            available: free(at, &models),
        })
        .collect();
    found.sort_by_key(|one| (one.distance_m, one.id));
    found.truncate(MAX_ALTERNATIVES);
    found
}
