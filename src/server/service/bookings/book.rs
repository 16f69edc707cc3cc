//! Book: hold packs for a customer, all or none.

use std::collections::BTreeMap;

use super::elsewhere::{Demand, alternatives, free, read_inventories};
use super::order::{Line, Order};
use super::secrets::unused_secrets;
use super::{due_while_waiting, fit, must_be_only_one, tell_confirmed, tell_station};
use crate::domain::notification::text;
use crate::domain::{
    BatteryModelId, Bill, BookingId, BookingState, Currency, ItemId, NotificationKind, PaymentState, Problem,
    StationId, Timer, Timestamp,
};
use crate::protocol::rest::{BatteryModelOut, BookIn, BookingOut};
use crate::server::App;
use crate::server::service::plans::Cover;
use crate::server::service::services;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::batteries::{Claimed, Wanted};
use crate::server::store::bookings::{Audience, NewBooking, NewItem, Window};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::inventory::{self, StationInventory, StationRow};
use crate::server::store::services::{self as service_rows, ServiceRow};
use crate::server::store::{Audit, Failure, IdKind, Tx, bookings as rows};
use crate::server::store::{catalogue, payments, rules, stations};

/// Holds packs for a customer: all or none. Confirmed at once, or requested where the station wants to say yes.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::NotFound`], [`Problem::StationClosed`], [`Problem::BatteryUnavailable`],
/// [`Problem::DuplicateBooking`], [`Problem::SubscriptionLimitExceeded`], [`Problem::IdempotencyMismatch`].
pub async fn book(
    app: &App,
    actor: &Actor,
    body: BookIn,
    key: Option<IdempotencyKey>,
) -> Result<BookingOut, Problem> {
    let order = Order::parse(&body)?;
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
        must_be_only_one(tx, &self.actor, self.order.vehicle.as_deref()).await?;
        let models = self.models(tx).await?;
        fit::must_fit(tx, self.actor.user, &self.order, &models).await?;
        let (method, packs) = (self.order.payment_method, self.order.packs());
        // Before the packs: who waits for a plan must not keep any from others meanwhile.
        let cover = Cover::of(tx, self.actor.user, &station, method, packs).await?;
        let claimed = self.claim_packs(tx, &station).await?;
        let parts = Parts {
            claimed,
            services: self.find_services(tx, station.id).await?,
            cover: cover.as_ref(),
            models: &models,
        };
        let id = self.insert(tx, &station, &parts).await?;
        if let Some(cover) = &cover {
            cover.note(tx, id).await?;
        }
        self.tell(tx, id).await?;
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
        parts: &Parts<'_>,
    ) -> Result<BookingId, Failure> {
        let now = tx.now();
        let timers = rules::timers_at(tx.connection(), station.id, station.operator, &self.timers).await?;
        let hold_for = self
            .order
            .hold_for
            .unwrap_or_else(|| timers.length(Timer::HoldTtl));
        let (state, wait) = if station.needs_approval {
            (BookingState::Requested, timers.length(Timer::RequestConfirmTtl))
        } else {
            (BookingState::Confirmed, hold_for)
        };
        let window = Window::from(now, wait, timers.length(Timer::Grace));
        let due_at = if state == BookingState::Confirmed {
            due_while_waiting(&timers, false, window, now)
        } else {
            window.deadline
        };
        let (rates, _) = payments::terms(tx.connection(), station.operator).await?;
        let bill = Bill::of(parts.subtotal(), rates);
        let payment_state = PaymentState::at_first(self.order.payment_method, bill.total());
        let (code, pin) = unused_secrets(tx, station.id).await?;
        let id = BookingId(tx.next_id(IdKind::Booking)?);
        tx.insert_booking(&NewBooking {
            id,
            user: self.actor.user,
            station: station.id,
            code,
            pin,
            state,
            window,
            hold_for,
            renew_step: timers.length(Timer::RenewStep),
            due_at,
            payment_method: self.order.payment_method,
            payment_state,
            bill,
            currency: parts.currency(),
            vehicle: self.order.vehicle.clone(),
        })
        .await?;
        self.insert_lines(tx, id, station.id, parts).await?;
        if payment_state == PaymentState::Due {
            tx.begin_payment(id).await?;
        }
        tx.audit(Audit {
            entity: "booking",
            entity_id: id.0,
            action: "book",
            to: Some(state.as_str()),
            ..Audit::default()
        })
        .await?;
        Ok(id)
    }

    async fn insert_lines(
        &self,
        tx: &mut Tx<'_>,
        booking: BookingId,
        station: StationId,
        parts: &Parts<'_>,
    ) -> Result<(), Failure> {
        let mut positions = 1..;
        for (one, position) in parts.claimed.iter().zip(&mut positions) {
            let (line, pack) = one;
            let (name, price) = parts.line(one);
            let item = NewItem {
                id: ItemId(tx.next_id(IdKind::Item)?),
                kind: line.kind,
                name,
                model: pack.model,
                battery: pack.battery,
                slot: pack.slot,
                price,
            };
            tx.insert_item(booking, position, &item).await?;
            tx.insert_hold(pack, booking, item.id).await?;
        }
        for ((service, wanted), position) in parts.services.iter().zip(positions) {
            let item = ItemId(tx.next_id(IdKind::Item)?);
            tx.insert_booked_service(booking, position, item, service).await?;
            let slot = services::take_place(tx, station, service.id, item, *wanted).await?;
            tx.plan_service(booking, item, slot).await?;
        }
        Ok(())
    }

    async fn find_services(
        &self,
        tx: &mut Tx<'_>,
        station: StationId,
    ) -> Result<Vec<(ServiceRow, Option<Timestamp>)>, Failure> {
        let mut found = Vec::with_capacity(self.order.services.len());
        for wanted in &self.order.services {
            let service = service_rows::find(tx.connection(), station, wanted.service).await?;
            let service = service.ok_or_else(|| Problem::not_found("service"))?;
            found.push((service, wanted.slot_at));
        }
        Ok(found)
    }

    async fn tell(&self, tx: &mut Tx<'_>, id: BookingId) -> Result<(), Failure> {
        let record = rows::find(tx.connection(), id)
            .await?
            .ok_or_else(|| Problem::not_found("booking"))?;
        if record.state == BookingState::Confirmed {
            tell_confirmed(tx, id).await?;
        }
        let message = text::new_booking(&record.station_name);
        tell_station(tx, &record, NotificationKind::NewBooking, &message).await
    }
}

/// What a booking is made of.
struct Parts<'a> {
    claimed: Vec<(Line, Claimed)>,
    services: Vec<(ServiceRow, Option<Timestamp>)>,
    cover: Option<&'a Cover>,
    models: &'a BTreeMap<BatteryModelId, BatteryModelOut>,
}

impl Parts<'_> {
    /// What people read of a line for a pack, and what it costs.
    fn line(&self, (line, pack): &(Line, Claimed)) -> (String, i64) {
        Cover::line(self.cover, line.kind, self.models.get(&pack.model))
    }

    fn subtotal(&self) -> i64 {
        let packs: i64 = self.claimed.iter().map(|one| self.line(one).1).sum();
        packs
            + self
                .services
                .iter()
                .map(|(service, _)| service.price)
                .sum::<i64>()
    }

    fn currency(&self) -> Currency {
        let of_pack = |(_, pack): &(Line, Claimed)| Some(self.models.get(&pack.model)?.currency);
        let of_service = || self.services.first().map(|(service, _)| service.currency);
        let found = self.claimed.first().and_then(of_pack).or_else(of_service);
        found.unwrap_or(Currency::INR)
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

/// How many packs of each model the order needs; a certain pack counts as one of its model.
fn demand(order: &Order, here: &StationInventory) -> Demand {
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
