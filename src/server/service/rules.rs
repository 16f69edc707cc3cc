//! Rules: a station's own count before its operator's, and those before the installation's.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Actor;
use super::form::Form;
use crate::domain::timer::parse_duration;
use crate::domain::{OperatorId, Problem, StationId, Timer, Timers};
use crate::protocol::rest::{RulesOut, RulesPatch, SetBy, TimerOut};
use crate::server::App;
use crate::server::store::inventory::StationRow;
use crate::server::store::rules::{Scope, timers_of};
use crate::server::store::{Audit, Connection, Failure, StoreError, Tx, bookings, payments, stations};

/// Nobody waits longer for anything at a station.
const LONGEST: Duration = Duration::from_hours(7 * 24);
/// No station hands out more packs in half an hour.
const MOST_PICKUPS: i64 = 100;

/// The rules of a station (its staff).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn of_station(app: &App, actor: &Actor, station: StationId) -> Result<RulesOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    let row = row.ok_or_else(|| Problem::not_found("station"))?;
    actor.must_staff(station, row.operator)?;
    Ok(in_force(&mut snapshot, &app.timers, row.operator, Some(&row)).await?)
}

/// The rules of an operator (itself, administrators).
///
/// # Errors
/// [`Problem::NotFound`] for another's.
pub async fn of_operator(app: &App, actor: &Actor, operator: OperatorId) -> Result<RulesOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    must_operate(&mut snapshot, actor, operator).await?;
    Ok(in_force(&mut snapshot, &app.timers, operator, None).await?)
}

/// Changes the rules of a station (its operator).
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Forbidden`], [`Problem::NotFound`].
pub async fn change_station(
    app: &App,
    actor: &Actor,
    station: StationId,
    patch: RulesPatch,
) -> Result<RulesOut, Problem> {
    for (field, given) in money_terms(&patch) {
        if given.is_some() {
            return Err(Problem::invalid(
                field,
                "The operator decides that for all its stations.",
            ));
        }
    }
    if let Some(capacity) = patch.pickup_capacity {
        let mut form = Form::default();
        form.number("pickup_capacity", capacity, 0..=MOST_PICKUPS);
        form.finish()?;
    }
    let lengths = lengths(&patch)?;
    let (who, installation) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, installation, lengths) = (who.clone(), installation.clone(), lengths.clone());
            Box::pin(async move {
                let row = stations::find(tx.connection(), station).await?;
                let mut row = row.ok_or_else(|| Problem::not_found("station"))?;
                if !actor.may_operate(row.operator) {
                    return Err(
                        Problem::forbidden("Only the station's operator may change its rules.").into(),
                    );
                }
                set_timers(tx, Scope::Station(station), &lengths).await?;
                if let Some(needs) = patch.needs_approval {
                    tx.set_needs_approval(station, needs).await?;
                    row.needs_approval = needs;
                }
                if let Some(needs) = patch.needs_prepayment {
                    tx.set_needs_prepayment(station, needs).await?;
                    row.needs_prepayment = needs;
                }
                if let Some(capacity) = patch.pickup_capacity {
                    tx.set_pickup_capacity(station, capacity).await?;
                }
                audit(tx, "station", station.0).await?;
                Ok(in_force(tx.connection(), &installation, row.operator, Some(&row)).await?)
            })
        })
        .await
}

/// Changes the rules of an operator (itself, administrators).
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::NotFound`] for another's.
pub async fn change_operator(
    app: &App,
    actor: &Actor,
    operator: OperatorId,
    patch: RulesPatch,
) -> Result<RulesOut, Problem> {
    let of_stations = [
        ("needs_approval", patch.needs_approval),
        ("needs_prepayment", patch.needs_prepayment),
    ];
    if let Some((field, _)) = of_stations.into_iter().find(|(_, given)| given.is_some()) {
        return Err(Problem::invalid(
            field,
            "Each station decides that for itself; send it to the station's rules.",
        ));
    }
    if patch.pickup_capacity.is_some() {
        return Err(Problem::invalid(
            "pickup_capacity",
            "Each station decides that for itself; send it to the station's rules.",
        ));
    }
    let lengths = lengths(&patch)?;
    let terms = checked(money_terms(&patch))?;
    let (who, installation) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, installation, lengths) = (who.clone(), installation.clone(), lengths.clone());
            Box::pin(async move {
                must_operate(tx.connection(), &actor, operator).await?;
                set_timers(tx, Scope::Operator(operator), &lengths).await?;
                let [(_, tax), (_, charge), (_, limit)] = terms;
                tx.set_payment_terms(operator, tax, charge, limit).await?;
                audit(tx, "operator", operator.0).await?;
                Ok(in_force(tx.connection(), &installation, operator, None).await?)
            })
        })
        .await
}

async fn must_operate(
    connection: &mut Connection,
    actor: &Actor,
    operator: OperatorId,
) -> Result<(), Problem> {
    let exists = stations::has_operator(connection, operator).await?;
    if exists && actor.may_operate(operator) {
        Ok(())
    } else {
        Err(Problem::not_found("operator"))
    }
}

type MoneyTerms = [(&'static str, Option<i64>); 3];

fn money_terms(patch: &RulesPatch) -> MoneyTerms {
    [
        ("tax_basis_points", patch.tax_basis_points),
        ("service_charge_basis_points", patch.service_charge_basis_points),
        ("cash_limit", patch.cash_limit),
    ]
}

fn checked(terms: MoneyTerms) -> Result<MoneyTerms, Problem> {
    const MOST: [i64; 3] = [10_000, 10_000, 1_000_000_000];
    let mut form = Form::default();
    for ((field, given), most) in terms.iter().zip(MOST) {
        if let Some(given) = given {
            form.number(field, *given, 0..=most);
        }
    }
    form.finish()?;
    Ok(terms)
}

type Lengths = Vec<(Timer, Option<Duration>)>;

fn lengths(patch: &RulesPatch) -> Result<Lengths, Problem> {
    let mut form = Form::default();
    let mut lengths = Lengths::new();
    for (key, text) in &patch.timers {
        let field = format!("timers.{key}");
        let Some(timer) = Timer::named(key).filter(|timer| timer.is_a_stations()) else {
            form.complain(&field, "There is no such timer, or not one that stations set.");
            continue;
        };
        match text.as_deref().map(parse_duration).transpose() {
            Ok(length) if length.is_none_or(|length| length <= LONGEST) => lengths.push((timer, length)),
            Ok(_) => form.complain(&field, "Nobody waits longer than seven days."),
            Err(complaint) => form.complain(&field, format!("{complaint}.")),
        }
    }
    form.finish()?;
    Ok(lengths)
}

async fn set_timers(tx: &mut Tx<'_>, scope: Scope, lengths: &Lengths) -> Result<(), StoreError> {
    for (timer, length) in lengths {
        tx.set_timer(scope, *timer, *length).await?;
    }
    Ok(())
}

async fn audit(tx: &mut Tx<'_>, entity: &str, entity_id: i64) -> Result<(), Failure> {
    tx.audit(Audit {
        entity,
        entity_id,
        action: "rules",
        ..Audit::default()
    })
    .await?;
    Ok(())
}

async fn in_force(
    connection: &mut Connection,
    installation: &Timers,
    operator: OperatorId,
    station: Option<&StationRow>,
) -> Result<RulesOut, StoreError> {
    let row = |timer: Timer, length: Duration, set_by, otherwise: Option<String>| {
        let length = written(length);
        let out = TimerOut {
            otherwise: otherwise.unwrap_or_else(|| length.clone()),
            length,
            set_by,
            meaning: timer.meaning().to_owned(),
        };
        (timer.key().to_owned(), out)
    };
    let before = |timers: &BTreeMap<String, TimerOut>, timer: Timer| {
        timers.get(timer.key()).map(|known| known.length.clone())
    };
    let theirs = Timer::ALL.into_iter().filter(|timer| timer.is_a_stations());
    let mut timers: BTreeMap<_, _> = theirs
        .map(|timer| row(timer, installation.length(timer), SetBy::Installation, None))
        .collect();
    for (timer, length) in timers_of(connection, Scope::Operator(operator)).await? {
        let otherwise = before(&timers, timer);
        timers.extend([row(timer, length, SetBy::Operator, otherwise)]);
    }
    if let Some(station) = station {
        for (timer, length) in timers_of(connection, Scope::Station(station.id)).await? {
            let otherwise = before(&timers, timer);
            timers.extend([row(timer, length, SetBy::Station, otherwise)]);
        }
    }
    let pickup_capacity = match station {
        Some(station) => Some(bookings::pickup_capacity(connection, station.id).await?),
        None => None,
    };
    let (rates, cash_limit) = payments::terms(connection, operator).await?;
    Ok(RulesOut {
        tax_basis_points: rates.tax,
        service_charge_basis_points: rates.charge,
        cash_limit,
        needs_approval: station.map(|station| station.needs_approval),
        needs_prepayment: station.map(|station| station.needs_prepayment),
        pickup_capacity,
        timers,
    })
}

/// As [`parse_duration`] reads it back.
fn written(length: Duration) -> String {
    let millis = length.as_millis();
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
        (1, "ms"),
    ];
    let mut left = millis;
    let mut text = String::new();
    for (size, unit) in units {
        if left >= size {
            text = format!("{text}{}{unit}", left / size);
            left %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_as_it_is_read() {
        for text in ["15m", "1h30m", "2d", "8s", "1s500ms", "0s"] {
            assert_eq!(written(parse_duration(text).unwrap()), text);
        }
    }
}
