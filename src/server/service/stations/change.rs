//! Making and changing stations: who may, what must hold, who must be told.

use serde_json::json;

use crate::domain::notification::text;
use crate::domain::{
    BookingState, Level, NotificationKind, OperatorId, Position, Problem, Role, StationId, StationStatus,
};
use crate::protocol::Topic;
use crate::protocol::rest::{StationIn, StationOut, StationPatch};
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::inventory::{self, StationRow};
use crate::server::store::notifications::Notice;
use crate::server::store::stations::{NewStation, StationTerms};
use crate::server::store::{Audit, Failure, IdKind, StoreError, Tx, bookings, outbox, reviews, stations};
use crate::server::{App, hours};

const SLOTS: i64 = 24;
const MAX_SLOTS: i64 = 200;
const HOURS: &str = "24/7";
const ZONE: &str = "UTC";

/// Makes a station (operators, administrators).
pub async fn create(
    app: &App,
    actor: &Actor,
    body: StationIn,
    key: Option<IdempotencyKey>,
) -> Result<StationOut, Problem> {
    if !actor.role.may_operate() {
        return Err(Problem::forbidden(
            "Only operators and administrators may open a station.",
        ));
    }
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /stations", &body));
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, body, claim) = (actor.clone(), body.clone(), claim.clone());
            Box::pin(async move {
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let out = open_station(tx, &actor, body).await?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &out).await?;
                }
                Ok(out)
            })
        })
        .await
}

async fn open_station(tx: &mut Tx<'_>, actor: &Actor, body: StationIn) -> Result<StationOut, Failure> {
    let operator = operator_of(tx, actor, body.operator_id).await?;
    let id = StationId(tx.next_id(IdKind::Station)?);
    let new = new_station(tx, id, operator, body)?;
    tx.insert_station(&new).await?;
    let audit = Audit {
        entity: "station",
        entity_id: id.0,
        action: "create",
        to: Some(StationStatus::Online.as_str()),
        ..Audit::default()
    };
    tx.audit(audit).await?;
    answer(tx, id).await
}

/// An operator opens her own company's stations; the administrator says whose, where there is a choice.
async fn operator_of(tx: &mut Tx<'_>, actor: &Actor, asked: Option<i64>) -> Result<OperatorId, Failure> {
    const FIELD: &str = "operator_id";
    if actor.role != Role::Admin {
        let own = actor
            .operator
            .ok_or_else(|| Problem::forbidden("Your account belongs to no operator yet."))?;
        return match asked {
            Some(asked) if asked != own.0 => {
                Err(Problem::invalid(FIELD, "Only administrators choose the operator; leave it out.").into())
            }
            _ => Ok(own),
        };
    }
    if let Some(asked) = asked {
        let operator = OperatorId(asked);
        let is_known = stations::has_operator(tx.connection(), operator).await?;
        return is_known
            .then_some(operator)
            .ok_or_else(|| Problem::invalid(FIELD, "There is no such operator.").into());
    }
    let first = stations::operators(tx.connection()).await?.first().copied();
    first.ok_or_else(|| {
        Problem::invalid(
            FIELD,
            "There is no operator yet: make an operator's account first.",
        )
        .into()
    })
}

fn new_station(
    tx: &Tx<'_>,
    id: StationId,
    operator: OperatorId,
    body: StationIn,
) -> Result<NewStation, Problem> {
    let mut form = Form::default();
    let name = form.text("name", &body.name, 1..=80);
    let address = form.text("address", &body.address.unwrap_or_default(), 0..=200);
    let city = form.text("city", &body.city.unwrap_or_default(), 0..=80);
    let timezone = body.timezone.unwrap_or_else(|| ZONE.to_owned());
    if !hours::is_zone(&timezone) {
        form.complain("timezone", "Name a zone of the tz database, like Asia/Kolkata.");
    }
    let opening_hours = hours_of(&mut form, &body.opening_hours.unwrap_or_else(|| HOURS.to_owned()));
    let slots = form.number("slots", body.slots.unwrap_or(SLOTS), 1..=MAX_SLOTS);
    if !(-90.0..=90.0).contains(&body.latitude) {
        form.complain("latitude", "A latitude is a number of degrees from -90 to 90.");
    }
    if !(-180.0..=180.0).contains(&body.longitude) {
        form.complain(
            "longitude",
            "A longitude is a number of degrees from -180 to 180.",
        );
    }
    form.finish()?;
    let opening = hours::evaluate(&opening_hours, &timezone, tx.now());
    let position = Position {
        latitude: body.latitude,
        longitude: body.longitude,
    };
    Ok(NewStation {
        id,
        operator,
        name,
        address,
        city,
        position,
        timezone,
        opening_hours,
        opening,
        slots,
    })
}

fn hours_of(form: &mut Form, hours: &str) -> String {
    if let Err(complaint) = hours::check(hours) {
        form.complain("opening_hours", complaint);
    }
    hours.trim().to_owned()
}

/// Changes a station: its operator everything, its staff the status.
pub async fn update(
    app: &App,
    actor: &Actor,
    station: StationId,
    patch: StationPatch,
) -> Result<StationOut, Problem> {
    let actor = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, patch) = (actor.clone(), patch.clone());
            Box::pin(async move {
                let read = stations::find(tx.connection(), station).await?;
                let read = read.ok_or_else(|| Problem::not_found("station"))?;
                authorise(&actor, &read, &patch)?;
                change_terms(tx, &read, &patch).await?;
                change_status(tx, &read, &patch).await?;
                answer(tx, station).await
            })
        })
        .await
}

fn touches_terms(patch: &StationPatch) -> bool {
    patch.name.is_some() || patch.address.is_some() || patch.city.is_some() || patch.opening_hours.is_some()
}

fn authorise(actor: &Actor, read: &StationRow, patch: &StationPatch) -> Result<(), Problem> {
    if touches_terms(patch) && !actor.may_operate(read.operator) {
        return Err(Problem::forbidden(
            "Only the station's operator may change its name, address and hours.",
        ));
    }
    actor.must_staff(read.id, read.operator)
}

async fn change_terms(tx: &mut Tx<'_>, read: &StationRow, patch: &StationPatch) -> Result<(), Failure> {
    if !touches_terms(patch) {
        return Ok(());
    }
    let mut form = Form::default();
    let name = form.text("name", patch.name.as_ref().unwrap_or(&read.name), 1..=80);
    let address = form.text(
        "address",
        patch.address.as_ref().unwrap_or(&read.address),
        0..=200,
    );
    let city = form.text("city", patch.city.as_ref().unwrap_or(&read.city), 0..=80);
    let opening_hours = hours_of(
        &mut form,
        patch.opening_hours.as_ref().unwrap_or(&read.opening_hours),
    );
    form.finish()?;
    let opening = hours::evaluate(&opening_hours, &read.timezone, tx.now());
    let terms = StationTerms {
        name,
        address,
        city,
        opening_hours,
        opening,
    };
    tx.change_station(read, &terms).await?;
    let audit = Audit {
        entity: "station",
        entity_id: read.id.0,
        action: "change",
        ..Audit::default()
    };
    tx.audit(audit).await?;
    if read.status() == StationStatus::Online && !opening.open_now {
        tell_holders(tx, read, StationStatus::Closed.sentence()).await?;
    }
    Ok(())
}

async fn change_status(tx: &mut Tx<'_>, read: &StationRow, patch: &StationPatch) -> Result<(), Failure> {
    if patch.status.is_none() && patch.message.is_none() {
        return Ok(());
    }
    let to = patch.status.unwrap_or(read.set_status);
    let mut form = Form::default();
    let message = form.text_or_none("message", patch.message.as_deref(), 200);
    form.finish()?;
    if to == read.set_status && message == read.status_message {
        return Ok(());
    }
    if !tx.set_status(read, to, message.clone()).await? {
        return Err(StoreError::Overtaken.into());
    }
    let audit = Audit {
        entity: "station",
        entity_id: read.id.0,
        action: "status",
        from: Some(read.set_status.as_str()),
        to: Some(to.as_str()),
        reason: message.as_deref(),
    };
    tx.audit(audit).await?;
    for booking in bookings::hit_by_closing(tx.connection(), read.id).await? {
        tx.retell_booking(booking);
    }
    if serves(read.set_status) && !serves(to) {
        tell_holders(tx, read, message.as_deref().unwrap_or(to.sentence())).await?;
    }
    Ok(())
}

/// A paused station hands out what is booked.
fn serves(status: StationStatus) -> bool {
    matches!(status, StationStatus::Online | StationStatus::Paused)
}

/// Tells everybody who has packs held at a station why she should not set out for it now.
pub async fn tell_holders(tx: &mut Tx<'_>, station: &StationRow, sentence: &str) -> Result<(), StoreError> {
    let waiting = bookings::Filter {
        station: Some(station.id),
        states: vec![
            BookingState::Requested,
            BookingState::Confirmed,
            BookingState::Ready,
        ],
        limit: 1_000,
        ..bookings::Filter::default()
    };
    for id in bookings::list(tx.connection(), &waiting).await? {
        let Some(booking) = bookings::find(tx.connection(), id).await? else {
            continue;
        };
        // A request for later holds nothing yet.
        if booking.state == BookingState::Requested && booking.pickup_at.is_some() {
            continue;
        }
        let notice = Notice {
            kind: NotificationKind::StationAlert,
            message: text::station_alert(&station.name, sentence, &booking.deadline_there()),
            level: Level::Warning,
            booking: Some(id),
            station: Some(station.id),
            data: json!({ "station_name": station.name, "deadline": booking.deadline }),
        };
        tx.notify(booking.user, notice).await?;
    }
    Ok(())
}

/// The station as this transaction leaves it.
pub(super) async fn answer(tx: &mut Tx<'_>, station: StationId) -> Result<StationOut, Failure> {
    tx.settle().await?;
    let (speed, now) = (tx.charge_speed(), tx.now());
    let found = inventory::of_station(tx.connection(), station, speed).await?;
    let inventory = found.ok_or_else(|| Problem::not_found("station"))?;
    let position = outbox::position(tx.connection(), Topic::Station(station)).await?;
    let rating = reviews::rating(tx.connection(), station).await?;
    Ok(super::station_out(&inventory, rating, position, now))
}
