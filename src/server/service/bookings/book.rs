//! Book: hold packs for a customer, all or none.

use std::collections::BTreeMap;

use super::order::{Line, Order};
use super::secrets::unused_secrets;
use super::shortage::{shortage, with_alternatives};
use super::wait::{Beginning, Wait, no_online_payments};
use super::{fit, must_be_only_one, schedule, tell_confirmed, tell_of_new};
use crate::domain::{
    BatteryModelId, Bill, BookingId, BookingState, Currency, ItemId, PaymentState, Problem, StationId, Timer,
    Timers, Timestamp,
};
use crate::protocol::rest::{BatteryModelOut, BookIn, BookingOut};
use crate::server::App;
use crate::server::service::plans::Cover;
use crate::server::service::{Actor, IdempotencyKey, payments, services};
use crate::server::store::batteries::{Claimed, Wanted};
use crate::server::store::bookings::{Audience, NewBooking, NewItem};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::inventory::StationRow;
use crate::server::store::payments::terms;
use crate::server::store::services::{self as service_rows, ServiceRow};
use crate::server::store::waitlist::EntryRecord;
use crate::server::store::{Audit, Failure, IdKind, Tx, bookings as rows};
use crate::server::store::{accounts, catalogue, rules, stations};

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
    let takes_online = app.provider().is_some();
    if order.payment_method.is_online() && !takes_online {
        return Err(no_online_payments());
    }
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /bookings", &body));
    let (who, what, timers) = (actor.clone(), order.clone(), app.timers.clone());
    let booked = app
        .db
        .write(actor.cause(), move |tx| {
            let booking = Booking {
                actor: who.clone(),
                order: what.clone(),
                timers: timers.clone(),
                takes_online,
                is_walk_in: false,
                offer: None,
            };
            let claim = claim.clone();
            Box::pin(async move { booking.make(tx, claim).await })
        })
        .await;
    match booked {
        Err(problem) => Err(with_alternatives(app, &order, problem).await),
        Ok(booking) if booking.awaits_payment => Ok(with_checkout(app, actor, booking).await),
        Ok(booking) => Ok(booking),
    }
}

/// The booking with the address at which it is paid. Where there is none yet, the booking's page asks again.
pub(super) async fn with_checkout(app: &App, actor: &Actor, booking: BookingOut) -> BookingOut {
    let sent = payments::online::begin(app, actor, booking.id, booking.payment_method).await;
    sent.unwrap_or(booking)
}

/// A booking being made.
pub(super) struct Booking {
    pub actor: Actor,
    pub order: Order,
    pub timers: std::sync::Arc<Timers>,
    /// There is a payment service.
    pub takes_online: bool,
    /// The customer stands in a bay: the station said yes by that.
    pub is_walk_in: bool,
    /// The place in line whose offer it takes: with its packs, and no others.
    pub offer: Option<EntryRecord>,
}

impl Booking {
    pub async fn make(&self, tx: &mut Tx<'_>, claim: Option<Claim>) -> Result<BookingOut, Failure> {
        if let Some(claim) = &claim
            && let NextAction::Replay(answer) = tx.claim_key(claim).await?
        {
            return Ok(serde_json::from_str(&answer)?);
        }
        let id = self.place(tx).await?;
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

    pub async fn place(&self, tx: &mut Tx<'_>) -> Result<BookingId, Failure> {
        let station = self.open_station(tx).await?;
        let timers = rules::timers_at(tx.connection(), station.id, station.operator, &self.timers).await?;
        if let Some(at) = self.order.pickup_at {
            schedule::check_time(&station, &timers, at, tx.now())?;
        }
        must_be_only_one(tx, &self.actor, self.order.vehicle.as_deref()).await?;
        let wait = if self.is_walk_in {
            Wait::default()
        } else {
            Wait::of(tx, &self.order, self.actor.user, &station, self.takes_online).await?
        };
        let models = self.models(tx).await?;
        fit::must_fit(tx, self.actor.user, &self.order, &models).await?;
        let (method, packs) = (self.order.payment_method, self.order.packs());
        // Before the packs: who waits for a plan must not keep any from others meanwhile.
        let cover = Cover::of(tx, self.actor.user, &station, method, packs).await?;
        let parts = Parts {
            packs: match (&self.offer, self.order.pickup_at) {
                (Some(offer), _) => offered_packs(tx, offer).await?,
                (None, None) => self.claim_packs(tx, &station).await?,
                (None, Some(_)) => self.packs_for_later(),
            },
            timers,
            services: self.find_services(tx, station.id).await?,
            cover: cover.as_ref(),
            models: &models,
        };
        let id = self.insert(tx, &station, &parts, wait).await?;
        if let Some(cover) = &cover {
            cover.note(tx, id).await?;
        }
        self.tell(tx, id).await?;
        Ok(id)
    }

    async fn open_station(&self, tx: &mut Tx<'_>) -> Result<StationRow, Failure> {
        tx.keep_open(self.order.station).await?;
        let station = stations::find(tx.connection(), self.order.station)
            .await?
            .ok_or_else(|| Problem::not_found("station"))?;
        // For later it does not matter whether it is closed by its hours now.
        let status = match self.order.pickup_at {
            None => station.status(),
            Some(_) => station.set_status,
        };
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
    async fn claim_packs(&self, tx: &mut Tx<'_>, station: &StationRow) -> Result<Vec<Pack>, Failure> {
        let mut lines = self.order.lines.clone();
        lines.sort_by_key(|line| match line.wanted {
            Wanted::Battery(battery) => (0, battery.0),
            Wanted::Model(model) => (1, model.0),
        });
        let mut claimed = Vec::with_capacity(lines.len());
        for line in lines {
            match tx.claim_pack(station.id, line.wanted).await? {
                Some(pack) => claimed.push(Pack {
                    line,
                    model: pack.model,
                    claimed: Some(pack),
                }),
                None => return Err(shortage(tx, station, line.wanted).await?.into()),
            }
        }
        Ok(claimed)
    }

    /// Which ones they are is decided when their time has come.
    fn packs_for_later(&self) -> Vec<Pack> {
        let pack = |line: &Line| match line.wanted {
            Wanted::Model(model) => Some(Pack {
                line: *line,
                model,
                claimed: None,
            }),
            Wanted::Battery(_) => None,
        };
        self.order.lines.iter().filter_map(pack).collect()
    }

    async fn insert(
        &self,
        tx: &mut Tx<'_>,
        station: &StationRow,
        parts: &Parts<'_>,
        wait: Wait,
    ) -> Result<BookingId, Failure> {
        let now = tx.now();
        let timers = &parts.timers;
        let hold_for = self
            .order
            .hold_for
            .unwrap_or_else(|| timers.length(Timer::HoldTtl));
        let (rates, _) = terms(tx.connection(), station.operator).await?;
        let bill = Bill::of(parts.subtotal(), rates);
        let wait = wait.for_bill(bill);
        let Beginning {
            state,
            window,
            due_at,
        } = wait.beginning(timers, self.order.pickup_at, hold_for, now);
        let payment_state = PaymentState::at_first(self.order.payment_method, bill.total());
        let wants_help = match self.order.wants_help {
            Some(said) => said,
            None => accounts::find(tx.connection(), self.actor.user)
                .await?
                .is_some_and(|user| user.wants_help),
        };
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
            awaits_approval: wait.approval,
            awaits_payment: wait.payment,
            bill,
            currency: parts.currency(),
            vehicle: self.order.vehicle.clone(),
            wants_help,
            pickup_at: self.order.pickup_at,
        })
        .await?;
        self.insert_lines(tx, id, station, parts).await?;
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
        station: &StationRow,
        parts: &Parts<'_>,
    ) -> Result<(), Failure> {
        let mut positions = 1..;
        let mut items = Vec::new();
        for (pack, position) in parts.packs.iter().zip(&mut positions) {
            let (name, price) = parts.line(pack);
            let item = NewItem {
                id: ItemId(tx.next_id(IdKind::Item)?),
                kind: pack.line.kind,
                name,
                model: pack.model,
                pack: pack.claimed.map(|claimed| (claimed.battery, claimed.slot)),
                price,
            };
            tx.insert_item(booking, position, &item).await?;
            if let Some(claimed) = &pack.claimed {
                tx.insert_hold(claimed, booking, item.id).await?;
            }
            items.push(item.id);
        }
        if let Some(at) = self.order.pickup_at {
            schedule::take_places(tx, station.id, at, &items).await?;
            schedule::must_suffice(tx, station, at, &self.order.models()).await?;
        }
        for ((service, wanted), position) in parts.services.iter().zip(positions) {
            let item = ItemId(tx.next_id(IdKind::Item)?);
            tx.insert_booked_service(booking, position, item, service).await?;
            let wanted = wanted.or(self.order.pickup_at);
            let slot = services::take_place(tx, station.id, service.id, item, wanted).await?;
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
        match record.state {
            BookingState::Confirmed => tell_confirmed(tx, id).await?,
            BookingState::Scheduled => schedule::tell_scheduled(tx, id).await?,
            _ => {}
        }
        // Of one that nobody has paid the station hears when somebody has.
        if record.awaits_payment {
            return Ok(());
        }
        tell_of_new(tx, &record).await
    }
}

/// The packs of an offer, claimed as they are.
async fn offered_packs(tx: &mut Tx<'_>, offer: &EntryRecord) -> Result<Vec<Pack>, Failure> {
    let taken = tx.take_offered(offer).await?;
    let packs = taken.into_iter().map(|(kind, claimed)| Pack {
        line: Line {
            kind,
            wanted: Wanted::Battery(claimed.battery),
            item: 0,
        },
        model: claimed.model,
        claimed: Some(claimed),
    });
    Ok(packs.collect())
}

/// A pack: claimed now, or of a model and chosen later.
struct Pack {
    line: Line,
    model: BatteryModelId,
    claimed: Option<Claimed>,
}

/// What a booking is made of.
struct Parts<'a> {
    packs: Vec<Pack>,
    /// As they run at the station.
    timers: Timers,
    services: Vec<(ServiceRow, Option<Timestamp>)>,
    cover: Option<&'a Cover>,
    models: &'a BTreeMap<BatteryModelId, BatteryModelOut>,
}

impl Parts<'_> {
    /// What people read of a line for a pack, and what it costs.
    fn line(&self, pack: &Pack) -> (String, i64) {
        Cover::line(self.cover, pack.line.kind, self.models.get(&pack.model))
    }

    fn subtotal(&self) -> i64 {
        let packs: i64 = self.packs.iter().map(|one| self.line(one).1).sum();
        packs
            + self
                .services
                .iter()
                .map(|(service, _)| service.price)
                .sum::<i64>()
    }

    fn currency(&self) -> Currency {
        let of_pack = |pack: &Pack| Some(self.models.get(&pack.model)?.currency);
        let of_service = || self.services.first().map(|(service, _)| service.currency);
        let found = self.packs.first().and_then(of_pack).or_else(of_service);
        found.unwrap_or(Currency::INR)
    }
}
