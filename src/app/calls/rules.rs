//! A station's rules as its operator and its leads see them.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Problem, StationId};
use crate::protocol::rest::{BayOut, RulesOut};

/// The rules of a station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RulesPage {
    /// Which.
    pub station: StationId,
    /// Its name.
    pub station_name: String,
    /// The rules as they are in force.
    pub rules: RulesOut,
    /// I may change them.
    pub may_change: bool,
    /// Its bays.
    pub bays: Vec<BayOut>,
}

/// What the form says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RulesForm {
    /// Which station.
    pub station: i64,
    /// Ticked: somebody says yes to each booking.
    pub approval: Option<String>,
    /// Ticked: bookings are paid first.
    pub prepayment: Option<String>,
    /// Packs in half an hour, as typed.
    pub capacity: String,
    /// Lengths by the name of the timer, as typed; an empty one is the default's.
    pub t: BTreeMap<String, String>,
}

/// The rules of a station (its operator and leads).
#[server(prefix = "/call", endpoint = "station_rules", output = Plain)]
pub async fn load_rules(
    /// Which, as the address says.
    id: String,
) -> Result<RulesPage, Problem> {
    use crate::server::service::{bays, rules, stations};

    let (app, actor) = (super::app()?, super::actor()?);
    let no_such = |_| super::told(Problem::not_found("station"));
    let station = id.parse::<StationId>().map_err(no_such)?;
    if !actor.role.may_lead() {
        return Err(super::told(Problem::forbidden(
            "Only leads and operators see the rules of a station.",
        )));
    }
    let in_force = rules::of_station(&app, &actor, station)
        .await
        .map_err(super::told)?;
    let out = stations::get(&app, station).await.map_err(super::told)?;
    Ok(RulesPage {
        station,
        station_name: out.name,
        rules: in_force,
        may_change: actor.role.may_operate(),
        bays: bays::list(&app, &actor, station).await.map_err(super::told)?,
    })
}

/// Changes the rules of a station (its operator).
#[server(prefix = "/call", endpoint = "set_station_rules", output = Plain)]
pub async fn set_rules(
    /// The form.
    form: RulesForm,
) -> Result<(), Problem> {
    use crate::protocol::rest::RulesPatch;
    use crate::server::service::rules;

    let (app, actor) = (super::app()?, super::actor()?);
    let capacity = form.capacity.trim().parse();
    let hint = |_| {
        super::told(Problem::invalid(
            "pickup_capacity",
            "Give a whole number from 0 to 100.",
        ))
    };
    let own = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let patch = RulesPatch {
        needs_approval: Some(form.approval.is_some()),
        needs_prepayment: Some(form.prepayment.is_some()),
        pickup_capacity: Some(capacity.map_err(hint)?),
        timers: form
            .t
            .iter()
            .map(|(key, text)| (key.clone(), own(text)))
            .collect(),
        ..RulesPatch::default()
    };
    rules::change_station(&app, &actor, StationId(form.station), patch)
        .await
        .map(drop)
        .map_err(super::told)
}

/// Takes back every length that the station has of its own (its operator).
#[server(prefix = "/call", endpoint = "reset_station_rules", output = Plain)]
pub async fn reset_rules(
    /// Which station.
    station: StationId,
) -> Result<(), Problem> {
    use crate::domain::Timer;
    use crate::protocol::rest::RulesPatch;
    use crate::server::service::rules;

    let (app, actor) = (super::app()?, super::actor()?);
    let theirs = Timer::ALL.into_iter().filter(|timer| timer.is_a_stations());
    let patch = RulesPatch {
        timers: theirs.map(|timer| (timer.key().to_owned(), None)).collect(),
        ..RulesPatch::default()
    };
    rules::change_station(&app, &actor, station, patch)
        .await
        .map(drop)
        .map_err(super::told)
}
