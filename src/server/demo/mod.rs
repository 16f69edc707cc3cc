//! The demo network, for `voltbay seed --demo`: loaded once, on purpose, in one transaction.
//!
//! It goes through the same store functions as everything else, so a server that is running meanwhile shows
//! it at once.

mod cast;
pub mod network;

pub use cast::{Cast, cast, packs_on_the_road};

use std::time::Duration;

use crate::domain::battery::MIN_DISPENSE_SOC;
use crate::domain::{
    BatteryId, BatteryModelId, BatteryState, Currency, OperatorId, Percent, PlanId, Position, Problem, Role,
    SlotNumber, StationId, StationStatus, UserId, VehicleTypeId,
};
use crate::protocol::rest::BatteryModelOut;
use crate::server::store::accounts::find_by_email;
use crate::server::store::demo::NewPerson;
use crate::server::store::plans::NewPlan;
use crate::server::store::stations::NewStation;
use crate::server::store::stock::{NewPack, Place};
use crate::server::store::{Audit, Cause, Connection, Failure, IdKind, StoreError, Tx, demo, stations};
use crate::server::{App, hours};
use network::{MODELS, OPERATOR, PEOPLE, PLANS, RIDERS, SERVICES, SITES, Stands, VEHICLES};

/// An account to try the demo with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// The address to sign in with.
    pub email: &'static str,
    /// Its password.
    pub password: &'static str,
    /// What it may do.
    pub role: Role,
}

/// No password has this hash.
const NO_PASSWORD: &str = "!";

/// Loads the demo network unless it is there already; answers the accounts to try it with.
///
/// # Errors
/// [`Problem::Forbidden`] where somebody registered under the address of a demo account.
pub async fn load(app: &App) -> Result<Vec<DemoAccount>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    if !demo::is_loaded(&mut snapshot).await? {
        refuse_taken_addresses(&mut snapshot).await?;
        drop(snapshot);
        plant(app).await?;
    }
    let account = |person: &network::Person| DemoAccount {
        email: person.email,
        password: network::PASSWORD,
        role: person.role,
    };
    Ok(PEOPLE.iter().map(account).collect())
}

async fn refuse_taken_addresses(snapshot: &mut Connection) -> Result<(), Problem> {
    for person in &PEOPLE {
        if find_by_email(snapshot, person.email).await?.is_some() {
            return Err(Problem::forbidden(&format!(
                "{} belongs to somebody here already. Load the demo into a database of its own.",
                person.email
            )));
        }
    }
    Ok(())
}

async fn plant(app: &App) -> Result<(), Problem> {
    let hash = app.auth.passwords.hash(parsed(network::PASSWORD)?).await?;
    // One block of each kind, so that ids come out as 1, 2, 3 in a fresh database.
    for (kind, count) in [
        (IdKind::Operator, 1),
        (IdKind::User, 16),
        (IdKind::Station, 8),
        (IdKind::Bay, 16),
        (IdKind::Service, 16),
        (IdKind::BatteryModel, 3),
        (IdKind::VehicleType, 5),
        (IdKind::Battery, 160),
        (IdKind::Plan, 4),
        (IdKind::Audit, 64),
    ] {
        app.db.reserve_ids(kind, count).await?;
    }
    app.db
        .write(Cause::system("demo"), move |tx| {
            let hash = hash.clone();
            Box::pin(async move { Planting::begin(tx).await?.everything(&hash).await })
        })
        .await
}

fn parsed(password: &str) -> Result<crate::domain::Password, Problem> {
    password.parse().map_err(|_| Problem::Internal)
}

/// The transaction, and what later rows refer to.
struct Planting<'t, 'c> {
    tx: &'t mut Tx<'c>,
    operator: OperatorId,
    models: Vec<BatteryModelId>,
}

impl<'t, 'c> Planting<'t, 'c> {
    async fn begin(tx: &'t mut Tx<'c>) -> Result<Self, StoreError> {
        let operator = OperatorId(tx.next_id(IdKind::Operator)?);
        tx.insert_operator(operator, OPERATOR, Currency::INR).await?;
        let mut models = Vec::with_capacity(MODELS.len());
        for model in &MODELS {
            let id = BatteryModelId(tx.next_id(IdKind::BatteryModel)?);
            let out = BatteryModelOut {
                id,
                name: model.name.to_owned(),
                maker: network::MAKER.to_owned(),
                nominal_voltage_v: model.volts,
                capacity_wh: model.watt_hours,
                price: model.price,
                currency: Currency::INR,
            };
            tx.insert_model(&out, model.percent_per_hour).await?;
            models.push(id);
        }
        for vehicle in &VEHICLES {
            let id = VehicleTypeId(tx.next_id(IdKind::VehicleType)?);
            tx.insert_vehicle_type(id, vehicle.maker, vehicle.name).await?;
            let fits = vehicle
                .fits
                .iter()
                .filter_map(|index| models.get(*index).copied());
            tx.set_fitting(id, &fits.collect::<Vec<_>>()).await?;
        }
        Ok(Self { tx, operator, models })
    }

    async fn everything(mut self, hash: &str) -> Result<(), Failure> {
        if !self.tx.claim_demo().await? {
            // Somebody else loads it at the same moment.
            return Err(Problem::Unavailable.into());
        }
        self.plans().await?;
        let mut people = Vec::with_capacity(PEOPLE.len());
        for person in &PEOPLE {
            people.push(
                self.person(person.email.to_owned(), person.name, hash, person.role)
                    .await?,
            );
        }
        let mut riders = Vec::with_capacity(RIDERS.len());
        for (number, name) in (1..).zip(RIDERS) {
            riders.push(
                self.person(cast::rider_email(number), name, NO_PASSWORD, Role::Customer)
                    .await?,
            );
        }
        for site in &SITES {
            let station = self.station(site).await?;
            for (person, user) in PEOPLE.iter().zip(&people) {
                if person.role == Role::Attendant {
                    self.tx.assign(*user, station).await?;
                }
            }
        }
        self.packs_on_the_road(&riders).await?;
        Ok(())
    }

    async fn plans(&mut self) -> Result<(), StoreError> {
        for plan in &PLANS {
            let new = NewPlan {
                id: PlanId(self.tx.next_id(IdKind::Plan)?),
                operator: self.operator,
                key: plan.name.to_lowercase(),
                name: plan.name.to_owned(),
                swaps_per_month: plan.swaps_per_month,
                priority: plan.priority,
                price: plan.price,
            };
            self.tx.insert_plan(&new).await?;
        }
        Ok(())
    }

    async fn person(
        &mut self,
        email: String,
        name: &str,
        hash: &str,
        role: Role,
    ) -> Result<UserId, StoreError> {
        let person = NewPerson {
            id: UserId(self.tx.next_id(IdKind::User)?),
            email,
            name: name.to_owned(),
            password_hash: hash.to_owned(),
            role,
            operator: (role == Role::Operator).then_some(self.operator),
        };
        self.tx.insert_person(&person).await?;
        Ok(person.id)
    }

    async fn station(&mut self, site: &network::Site) -> Result<StationId, StoreError> {
        let station = StationId(self.tx.next_id(IdKind::Station)?);
        let new = NewStation {
            id: station,
            operator: self.operator,
            name: site.name.to_owned(),
            address: site.address.to_owned(),
            city: network::CITY.to_owned(),
            position: Position {
                latitude: site.latitude,
                longitude: site.longitude,
            },
            timezone: network::ZONE.to_owned(),
            opening_hours: site.hours.to_owned(),
            opening: hours::evaluate(site.hours, network::ZONE, self.tx.now()),
            slots: i64::try_from(site.slots.len()).unwrap_or(i64::MAX),
        };
        self.tx.insert_station(&new).await?;
        for number in 1..=2 {
            self.tx.insert_bay(station, number).await?;
        }
        for (name, price, minutes) in SERVICES {
            self.tx.insert_service(station, name, price, minutes).await?;
        }
        for (number, stands) in (1..).zip(site.slots) {
            self.slot(station, SlotNumber(number), stands).await?;
        }
        if let Some(message) = site.paused {
            let row = stations::find(self.tx.connection(), station).await?;
            let row = row.ok_or(StoreError::Overtaken)?;
            self.tx
                .set_status(&row, StationStatus::Paused, Some(message.to_owned()))
                .await?;
        }
        let audit = Audit {
            entity: "station",
            entity_id: station.0,
            action: "create",
            ..Audit::default()
        };
        self.tx.audit(audit).await?;
        Ok(station)
    }

    async fn slot(&mut self, station: StationId, slot: SlotNumber, stands: Stands) -> Result<(), StoreError> {
        let (model, soc, state, note) = match stands {
            Stands::Free => return Ok(()),
            Stands::Faulted => return self.tx.set_slot(station, slot, false).await,
            Stands::Ready(model, soc) => (model, soc, BatteryState::Available, None),
            Stands::Charging(model, soc) => (model, soc, BatteryState::Charging, None),
            Stands::Returned(model, soc) => (model, soc, BatteryState::Returned, None),
            Stands::Locked(model, soc, why) => (model, soc, BatteryState::Quarantined, Some(why)),
            Stands::Repair(model, soc, why) => (model, soc, BatteryState::Maintenance, Some(why)),
        };
        self.pack(model, soc, state, note, Place::Slot(station, slot))
            .await
    }

    async fn packs_on_the_road(&mut self, riders: &[UserId]) -> Result<(), StoreError> {
        let mut holders = riders.iter().cycle();
        for (index, model) in MODELS.iter().enumerate() {
            for number in 0..model.riding {
                if let Some(holder) = holders.next() {
                    let soc = 95 - number * 3;
                    self.pack(index, soc, BatteryState::InUse, None, Place::With(*holder))
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// A pack with a past that differs from its neighbours' and is the same every time.
    async fn pack(
        &mut self,
        model: usize,
        soc: i64,
        state: BatteryState,
        note: Option<&str>,
        place: Place,
    ) -> Result<(), StoreError> {
        let id = self.tx.next_id(IdKind::Battery)?;
        let now = self.tx.now();
        let soh = if note == Some(network::WORN) {
            64
        } else {
            74 + id * 37 % 26
        };
        let minutes = u64::try_from(10 + id * 13 % 170).unwrap_or_default();
        let seconds = u64::try_from(id * 7 % 70).unwrap_or_default();
        let is_charged = state == BatteryState::Available && soc >= i64::from(MIN_DISPENSE_SOC);
        let pack = NewPack {
            id: BatteryId(id),
            serial: format!("{}-{}", MODELS[model].name, 11_000 + id * 613 % 8_999),
            model: self.models[model],
            state,
            soc: Percent::clamped(soc),
            soc_at: now - Duration::from_secs(seconds),
            soh: Percent::clamped(soh),
            service_cycles: 20 + id * 41 % 480,
            full_since: is_charged.then(|| now - Duration::from_mins(minutes)),
            place,
            note: note.map(str::to_owned),
        };
        self.tx.insert_pack(&pack).await
    }
}
