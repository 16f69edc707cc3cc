//! Closing a station down while people have bookings there. A bare form is sent on to the page that says what became
//! of them; our WASM goes there by itself.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::Problem;
use crate::protocol::rest::{LiveBookingsOut, StationOut};

/// The station, and the bookings that would be hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloseDownPage {
    /// The station.
    pub station: StationOut,
    /// The bookings, and where each could be served.
    pub live: LiveBookingsOut,
}

/// What the form says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Closing {
    /// Which station.
    pub station: i64,
    /// To which status.
    pub status: String,
    /// A sentence for customers.
    pub message: String,
    /// In how many minutes it is expected back; empty when nobody knows.
    pub minutes: String,
    /// By booking: `keep`, `cancel`, or `move-` and the id of the other station.
    pub choice: BTreeMap<String, String>,
}

/// What closing a station down would hit.
#[server(prefix = "/call", endpoint = "close_down_page", output = Plain)]
pub async fn load_close_down(
    /// Which, as the address says.
    id: String,
) -> Result<CloseDownPage, Problem> {
    use crate::domain::StationId;
    use crate::server::service::stations;

    let (app, actor) = (super::app()?, super::actor()?);
    let no_such = |_| super::told(Problem::not_found("station"));
    let station = id.parse::<StationId>().map_err(no_such)?;
    Ok(CloseDownPage {
        live: stations::live_bookings(&app, &actor, station)
            .await
            .map_err(super::told)?,
        station: stations::get(&app, station).await.map_err(super::told)?,
    })
}

/// Closes the station down; answers the address that tells what became of its bookings.
#[server(prefix = "/call", endpoint = "close_down", output = Plain)]
pub async fn close_station_down(
    /// The form.
    form: Closing,
) -> Result<String, Problem> {
    use crate::domain::{Outcome, StationId};
    use crate::server::service::stations;

    let (app, actor) = (super::app()?, super::actor()?);
    let station = StationId(form.station);
    let body = read(&form, app.clock.now()).map_err(super::told)?;
    let ids: Vec<i64> = body.bookings.iter().map(|row| row.booking_id).collect();
    let done = stations::close_down(&app, &actor, station, body)
        .await
        .map_err(|problem| super::told(beside_rows(problem, &ids)))?;
    let count = |outcome: Outcome| done.bookings.iter().filter(|row| row.outcome == outcome).count();
    let path = format!(
        "/staff/stations/{station}/close-down?done={}&kept={}&moved={}&cancelled={}",
        done.station.inventory.status.as_str(),
        count(Outcome::Kept),
        count(Outcome::Moved),
        count(Outcome::Cancelled),
    );
    if super::plain_form() {
        super::see_other(&path);
    }
    Ok(path)
}

/// The form as the service wants it.
#[cfg(feature = "ssr")]
fn read(
    form: &Closing,
    now: crate::domain::Timestamp,
) -> Result<crate::protocol::rest::CloseDownIn, Problem> {
    use std::time::Duration;

    use crate::domain::Choice;
    use crate::protocol::rest::{ChoiceIn, CloseDownIn};

    let row = |(id, word): (&String, &String)| {
        let complain = || Problem::invalid(format!("choice-{id}"), "Choose one of these.");
        let (choice, to) = match word.strip_prefix("move-") {
            Some(to) => (Choice::Move, Some(to.parse().map_err(|_| complain())?)),
            None => (word.parse().map_err(|_| complain())?, None),
        };
        Ok(ChoiceIn {
            booking_id: id.parse().map_err(|_| complain())?,
            choice,
            to,
        })
    };
    let until = match form.minutes.trim() {
        "" => None,
        minutes => {
            let minutes = minutes.parse::<u32>();
            let minutes = minutes.map_err(|_| Problem::invalid("minutes", "Choose a time."))?;
            Some(now + Duration::from_mins(minutes.into()))
        }
    };
    let status = form.status.parse();
    Ok(CloseDownIn {
        status: status.map_err(|_| Problem::invalid("status", "Choose a status."))?,
        message: Some(form.message.clone()),
        until,
        bookings: form.choice.iter().map(row).collect::<Result<_, Problem>>()?,
    })
}

/// What is wrong with a row, or with the sentence, told beside it.
#[cfg(feature = "ssr")]
fn beside_rows(problem: Problem, ids: &[i64]) -> Problem {
    let Problem::Invalid { mut errors } = problem else {
        return problem;
    };
    for error in &mut errors {
        if error.field == "message" {
            "form[message]".clone_into(&mut error.field);
        }
        let index = error.field.strip_prefix("bookings[").and_then(|rest| {
            let (index, _) = rest.split_once(']')?;
            index.parse::<usize>().ok()
        });
        if let Some(id) = index.and_then(|index| ids.get(index)) {
            error.field = format!("choice-{id}");
        }
    }
    Problem::Invalid { errors }
}
