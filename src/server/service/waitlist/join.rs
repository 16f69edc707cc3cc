//! Join the line: one place for each person and station, and only where she cannot be served at once.

use std::collections::BTreeSet;

use super::look;
use crate::domain::booking::MAX_PACKS_PER_BOOKING;
use crate::domain::{
    BatteryModelId, FieldError, Problem, Registration, StationId, Timer, Timers, UserId, WaitlistEntryId,
};
use crate::protocol::rest::{VehicleOut, WaitIn, WaitItemIn, WaitlistOut};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::inventory::StationRow;
use crate::server::store::waitlist::{self as rows, NewEntry, Wish, enough};
use crate::server::store::{Failure, IdKind, Tx, catalogue, rules, stations, vehicles};

/// Puts somebody at the end of the line.
///
/// # Errors
/// [`Problem::Invalid`], also where the station can serve her at once or she is in line there;
/// [`Problem::NotFound`], [`Problem::StationClosed`].
pub async fn join(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: WaitIn,
) -> Result<WaitlistOut, Problem> {
    let joining = Joining {
        user: actor.user,
        station,
        vehicle: vehicle(body.vehicle.as_deref())?,
        items: body.items,
    };
    check(&joining.items)?;
    let timers = app.timers.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (joining, timers) = (joining.clone(), timers.clone());
            Box::pin(async move { joining.join(tx, &timers).await })
        })
        .await
}

/// Who wants what.
#[derive(Clone)]
struct Joining {
    user: UserId,
    station: StationId,
    vehicle: Option<String>,
    items: Vec<WaitItemIn>,
}

impl Joining {
    async fn join(&self, tx: &mut Tx<'_>, installation: &Timers) -> Result<WaitlistOut, Failure> {
        let station = stations::find(tx.connection(), self.station).await?;
        let station = station.ok_or_else(|| Problem::not_found("station"))?;
        must_be_open(&station)?;
        let others = rows::of_user(tx.connection(), self.user).await?;
        if others.iter().any(|other| other.station == station.id) {
            let detail =
                "You are in line at this station already. Leave that place first to wait for something else.";
            return Err(Problem::invalid("items", detail).into());
        }
        let wishes = self.wishes(tx).await?;
        let free = tx.free_packs(station.id).await?;
        if let (_, true) = enough(&wishes, &free) {
            let detail = format!("{} has that ready now. Book it.", station.name);
            return Err(Problem::invalid("items", detail).into());
        }
        let timers = rules::timers_at(tx.connection(), station.id, station.operator, installation).await?;
        let id = WaitlistEntryId(tx.next_id(IdKind::WaitlistEntry)?);
        tx.insert_entry(&NewEntry {
            id,
            user: self.user,
            station: station.id,
            vehicle: self.vehicle.clone(),
            offer_for: timers.length(Timer::OfferTtl),
            busy_offer_for: timers.length(Timer::BusyOfferTtl),
            hold_for: timers.length(Timer::HoldTtl),
            wishes,
        })
        .await?;
        tx.settle().await?;
        look::answer(tx, id).await
    }

    async fn wishes(&self, tx: &mut Tx<'_>) -> Result<Vec<Wish>, Failure> {
        let known = catalogue::models(tx.connection()).await?;
        let known: BTreeSet<BatteryModelId> = known.into_iter().map(|model| model.id).collect();
        let rides = self.rides(tx).await?;
        let mut wishes = Vec::new();
        for ((index, item), position) in self.items.iter().enumerate().zip(1..) {
            wishes.push(Wish {
                position,
                kind: item.kind,
                quantity: item.quantity.unwrap_or(1),
                models: match item.model_id.map(BatteryModelId) {
                    Some(model) if !known.contains(&model) => {
                        return Err(Problem::not_found("battery model").into());
                    }
                    Some(model) => vec![self.fitting(index, model, &rides)?],
                    None => any_that_fits(&known, &rides),
                },
            });
        }
        Ok(wishes)
    }

    /// The vehicle she named, as far as it is one of her list; all of those where she named none.
    async fn rides(&self, tx: &mut Tx<'_>) -> Result<Vec<VehicleOut>, Failure> {
        match &self.vehicle {
            Some(registration) => {
                let found = vehicles::by_registration(tx.connection(), self.user, registration).await?;
                Ok(found.into_iter().collect())
            }
            None => Ok(vehicles::of_user(tx.connection(), self.user).await?),
        }
    }

    fn fitting(
        &self,
        index: usize,
        model: BatteryModelId,
        rides: &[VehicleOut],
    ) -> Result<BatteryModelId, Problem> {
        let named = rides.first().filter(|_| self.vehicle.is_some());
        match named.filter(|vehicle| !vehicle.vehicle_type.takes(model)) {
            Some(vehicle) => {
                let fitting = vehicle.vehicle_type.fitting();
                let detail = format!("That does not fit {}: it takes {fitting}.", vehicle.name);
                Err(Problem::invalid(format!("items[{index}].model_id"), detail))
            }
            None => Ok(model),
        }
    }
}

fn any_that_fits(known: &BTreeSet<BatteryModelId>, rides: &[VehicleOut]) -> Vec<BatteryModelId> {
    let fits = |model: &&BatteryModelId| {
        rides.is_empty() || rides.iter().any(|vehicle| vehicle.vehicle_type.takes(**model))
    };
    known.iter().filter(fits).copied().collect()
}

fn must_be_open(station: &StationRow) -> Result<(), Problem> {
    if station.status().takes_bookings() {
        return Ok(());
    }
    Err(Problem::StationClosed {
        station_id: station.id,
        station_name: station.name.clone(),
        status: station.status(),
        alternatives: Vec::new(),
    })
}

fn check(items: &[WaitItemIn]) -> Result<(), Problem> {
    let mut errors = Vec::new();
    if items.is_empty() {
        errors.push(FieldError::new("items", "Name at least one battery."));
    }
    let mut packs: i64 = 0;
    for (index, item) in items.iter().enumerate() {
        let quantity = item.quantity.unwrap_or(1);
        packs = packs.saturating_add(quantity);
        if !item.kind.takes_a_pack() {
            let detail = "Write \"swap\" or \"take\"; one waits in line for batteries only.";
            errors.push(FieldError::new(format!("items[{index}].kind"), detail));
        }
        if quantity < 1 {
            let detail = "Wait for at least one.";
            errors.push(FieldError::new(format!("items[{index}].quantity"), detail));
        }
    }
    if packs > MAX_PACKS_PER_BOOKING {
        let detail = format!("One booking holds at most {MAX_PACKS_PER_BOOKING} batteries.");
        errors.push(FieldError::new("items", detail));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Problem::Invalid { errors })
    }
}

fn vehicle(typed: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(typed) = typed else { return Ok(None) };
    match Registration::of(typed) {
        Ok(registration) => Ok(registration.map(Registration::into_string)),
        Err(complaint) => Err(Problem::invalid("vehicle", complaint)),
    }
}
