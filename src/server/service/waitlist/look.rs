//! Lines as people see them: to her who waits, her place and when to expect her packs; to staff, who waits and why
//! nothing is offered to whom.

use crate::domain::waitlist::{MAX_OVERTAKEN, estimate, fits_before, offer_length};
use crate::domain::{Problem, StationId, StationStatus, Timestamp, WaitState, WaitlistEntryId};
use crate::protocol::rest::{BatteryModelOut, WaitItemOut, WaitlistOut};
use crate::server::service::Actor;
use crate::server::store::inventory::{self, StationInventory};
use crate::server::store::waitlist::{self as rows, EntryRecord, Free, Wish, enough};
use crate::server::store::{Connection, Failure, StoreError, Tx, catalogue, stations};
use crate::server::{App, hours};

/// Where somebody stands in line.
///
/// # Errors
/// When the database cannot be read.
pub async fn mine(app: &App, actor: &Actor) -> Result<Vec<WaitlistOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let mut places = Vec::new();
    for entry in rows::of_user(&mut snapshot, actor.user).await? {
        let now = app.clock.now();
        if let Some(line) = Line::read(&mut snapshot, entry.station, app.db.charge_speed(), now).await? {
            places.push(line.place(&entry));
        }
    }
    Ok(places)
}

/// Who stands in line at a station, first come first, and why nothing is offered to whom (its staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn of_station(app: &App, actor: &Actor, station: StationId) -> Result<Vec<WaitlistOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(row.id, row.operator)?;
    let line = Line::read(&mut snapshot, station, app.db.charge_speed(), app.clock.now()).await?;
    let line = line.ok_or_else(|| Problem::not_found("station"))?;
    let to_staff = |entry: &EntryRecord| WaitlistOut {
        user_id: Some(entry.user),
        customer_name: Some(entry.customer_name.clone()),
        why: line.why_not(entry),
        ..line.place(entry)
    };
    Ok(line.entries.iter().map(to_staff).collect())
}

/// One place as this transaction leaves it.
pub(super) async fn answer(tx: &mut Tx<'_>, entry: WaitlistEntryId) -> Result<WaitlistOut, Failure> {
    let (speed, now) = (tx.charge_speed(), tx.now());
    let found = rows::find(tx.connection(), entry).await?;
    let found = found.ok_or_else(|| Problem::not_found("place in line"))?;
    let line = Line::read(tx.connection(), found.station, speed, now).await?;
    let line = line.ok_or_else(|| Problem::not_found("station"))?;
    Ok(line.place(&found))
}

/// A station and who stands there.
struct Line {
    here: StationInventory,
    entries: Vec<EntryRecord>,
    models: Vec<BatteryModelOut>,
    now: Timestamp,
}

impl Line {
    async fn read(
        connection: &mut Connection,
        station: StationId,
        charge_speed: f64,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let Some(here) = inventory::of_station(connection, station, charge_speed).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            here,
            entries: rows::of_station(connection, station).await?,
            models: catalogue::models(connection).await?,
            now,
        }))
    }

    fn place(&self, entry: &EntryRecord) -> WaitlistOut {
        let station = &self.here.station;
        let is_offered = entry.state == WaitState::Offered;
        WaitlistOut {
            id: entry.id,
            station_id: station.id,
            station_name: station.name.clone(),
            utc_offset_minutes: self.offset(self.now),
            state: entry.state,
            position: i64::try_from(self.before(entry).count()).unwrap_or(i64::MAX - 1) + 1,
            items: entry.wishes.iter().map(|wish| self.item(wish)).collect(),
            vehicle: entry.vehicle.clone(),
            joined_at: entry.joined_at,
            estimated_at: self.estimate(entry).filter(|_| !is_offered),
            offer_until: entry.offer_until,
            slots: entry
                .packs
                .iter()
                .filter(|_| is_offered)
                .map(|pack| pack.slot.label())
                .collect(),
            missed: entry.missed,
            server_time: self.now,
            user_id: None,
            customer_name: None,
            why: None,
        }
    }

    fn offset(&self, at: Timestamp) -> i32 {
        hours::utc_offset_minutes(&self.here.station.timezone, at)
    }

    fn clock(&self, at: Timestamp) -> String {
        at.clock_time(self.offset(at))
    }

    /// Those who came before and want one of the same models.
    fn before<'l>(&'l self, entry: &'l EntryRecord) -> impl Iterator<Item = &'l EntryRecord> {
        let order = (entry.joined_at, entry.id);
        let is_before = move |other: &&EntryRecord| (other.joined_at, other.id) < order;
        self.entries
            .iter()
            .filter(is_before)
            .filter(|other| other.competes_with(entry))
    }

    fn item(&self, wish: &Wish) -> WaitItemOut {
        let name = |model| {
            let known = self.models.iter().find(|one| one.id == model);
            known.map_or("", |one| one.name.as_str())
        };
        let names: Vec<&str> = wish.models.iter().copied().map(name).collect();
        WaitItemOut {
            kind: wish.kind,
            quantity: wish.quantity,
            model_ids: wish.models.clone(),
            name: names.join(" or "),
        }
    }

    /// Packs that she could be given now.
    fn free(&self) -> Free {
        let mut free = Free::new();
        for pack in self.here.packs.iter().filter(|pack| pack.dispensable) {
            *free.entry(pack.model).or_default() += 1;
        }
        free
    }

    /// Rests on what charges, and on everybody before her getting hers first.
    fn estimate(&self, entry: &EntryRecord) -> Option<Timestamp> {
        let to_come = |other: &EntryRecord| other.missing().iter().map(|wish| wish.quantity).sum::<i64>();
        let needed = self.before(entry).map(to_come).sum::<i64>() + to_come(entry);
        let free: i64 = self
            .free()
            .iter()
            .filter(|(model, _)| entry.wants_any_of([*model]))
            .map(|(_, packs)| packs)
            .sum();
        let charging = self.here.packs.iter().filter(|pack| pack.hold.is_none());
        let ready_at = charging
            .filter(|pack| entry.wants_any_of([&pack.model]))
            .filter_map(|pack| pack.eta(crate::domain::battery::MIN_DISPENSE_SOC))
            .collect();
        estimate(
            self.now,
            ready_at,
            usize::try_from((needed - free).max(0)).unwrap_or(usize::MAX),
        )
    }

    /// Why nothing is offered to her now; `None` while something is.
    fn why_not(&self, entry: &EntryRecord) -> Option<String> {
        if entry.state != WaitState::Waiting {
            return None;
        }
        let status = self.here.station.status();
        if status != StationStatus::Online {
            return Some(status.sentence().to_owned());
        }
        let length = offer_length(self.entries.len(), entry.offer_for, entry.busy_offer_for);
        let closes_at = self.here.station.closes_at();
        if let Some(closes_at) =
            closes_at.filter(|_| !fits_before(closes_at, self.now, length, entry.hold_for))
        {
            let closes = self.clock(closes_at);
            return Some(format!(
                "The station closes at {closes}, before an offer and its booking would be over."
            ));
        }
        let wanted = entry.quantity();
        if let Some(until) = entry.gather_until {
            let kept = entry.packs.len();
            let until = self.clock(until);
            return Some(format!(
                "{kept} of {wanted} batteries are kept together for this place until {until}."
            ));
        }
        let (chosen, is_all) = enough(&entry.missing(), &self.free());
        if is_all {
            return Some("It is offered next.".to_owned());
        }
        let ready = chosen.len();
        let passed = match entry.overtaken {
            0 => String::new(),
            times => format!(" Served past it: {times} of {MAX_OVERTAKEN} times."),
        };
        Some(format!("{wanted} wanted, {ready} ready.{passed}"))
    }
}
