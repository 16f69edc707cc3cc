//! What operators see and do: the bookings of all their stations, and who works where.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Problem, StationId, Timestamp, UserId};
use crate::protocol::rest::{BookingOut, Page, StaffOut, StationOut, TaskOut};

/// What an operator looks for; the query of the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Looked {
    /// At this station.
    pub station: Option<i64>,
    /// From this day on, like `2026-11-21`.
    pub from: Option<String>,
    /// Up to this day.
    pub to: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Words in customer, vehicle, code or station.
    pub q: Option<String>,
    /// `newest`, `oldest`, `dearest` or `cheapest` first.
    pub sort: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A station and its name, to choose from.
pub type Named = (StationId, String);

/// One page of bookings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// The rows, and where they go on.
    pub page: Page<BookingOut>,
    /// The stations to choose from, by name.
    pub stations: Vec<Named>,
    /// The days of the record that the page offers to download.
    pub record: (String, String),
    /// The server's clock at this answer.
    pub now: Timestamp,
}

/// Who works at one station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Which.
    pub station: Named,
    /// Who works there, by name.
    pub people: Vec<StaffOut>,
}

/// Days of the record that are offered when the page asks for no others.
#[cfg(feature = "ssr")]
const RECORD_DAYS: i64 = 30;

/// My stations as they stand, and what nobody there has taken up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The stations.
    pub stations: Vec<StationOut>,
    /// Tasks that were raised up to me, most urgent first.
    pub raised: Vec<TaskOut>,
}

/// The overview of my stations.
#[server(prefix = "/call", endpoint = "operator_stations", output = Plain)]
pub async fn load_overview() -> Result<Overview, Problem> {
    use crate::domain::TaskState;
    use crate::domain::task::OPERATOR_LEVEL;
    use crate::server::service::{operators, tasks};

    let (app, actor) = (super::app()?, super::actor()?);
    let stations = operators::stations(&app, &actor).await.map_err(super::told)?;
    let places: Vec<StationId> = stations.iter().map(|station| station.id).collect();
    let floor = tasks::floor(&app, &actor, &places).await?;
    let is_raised = |task: &TaskOut| task.level >= OPERATOR_LEVEL && task.state == TaskState::Open;
    Ok(Overview {
        raised: floor.tasks.into_iter().filter(is_raised).collect(),
        stations,
    })
}

/// The bookings of my stations.
#[server(prefix = "/call", endpoint = "operator_bookings", output = Plain)]
pub async fn load_ledger(
    /// Which of them.
    #[server(default)]
    looked: Looked,
) -> Result<Ledger, Problem> {
    use crate::server::days::Day;
    use crate::server::service::operators::{self, BookingsQuery, Order};

    fn word<T: std::str::FromStr>(name: &str, text: Option<&str>, hint: &str) -> Result<Option<T>, Problem> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| Problem::invalid(name, hint)),
        }
    }

    const DAY: &str = "Choose a day.";
    let (app, actor) = (super::app()?, super::actor()?);
    let asked = || -> Result<BookingsQuery, Problem> {
        Ok(BookingsQuery {
            station: looked.station.map(StationId),
            from: word("from", looked.from.as_deref(), DAY)?,
            to: word("to", looked.to.as_deref(), DAY)?,
            states: word("state", looked.state.as_deref(), "Choose a state.")?
                .into_iter()
                .collect(),
            text: looked.q.clone(),
            order: match looked.sort.as_deref() {
                Some("oldest") => Order::Oldest,
                Some("dearest") => Order::Dearest,
                Some("cheapest") => Order::Cheapest,
                _ => Order::Newest,
            },
            cursor: looked.cursor.clone(),
            limit: None,
        })
    };
    let asked = asked().map_err(super::told)?;
    let page = operators::bookings(&app, &actor, asked.clone())
        .await
        .map_err(super::told)?;
    let mine = operators::stations(&app, &actor).await.map_err(super::told)?;
    let now = app.clock.now();
    let zone = mine.first().map_or("UTC", |station| station.timezone.as_str());
    let to = asked.to.unwrap_or_else(|| Day::at(now, zone));
    let from = asked.from.unwrap_or_else(|| to.earlier(RECORD_DAYS));
    Ok(Ledger {
        page,
        record: (from.to_string(), to.to_string()),
        stations: mine
            .into_iter()
            .map(|station| (station.id, station.name))
            .collect(),
        now,
    })
}

/// Who works at each of my stations.
#[server(prefix = "/call", endpoint = "rosters", output = Plain)]
pub async fn load_rosters() -> Result<Vec<Roster>, Problem> {
    use crate::server::service::{operators, staffing};

    let (app, actor) = (super::app()?, super::actor()?);
    let mine = operators::stations(&app, &actor).await.map_err(super::told)?;
    let mut rosters = Vec::with_capacity(mine.len());
    for station in mine {
        let people = staffing::list(&app, &actor, station.id)
            .await
            .map_err(super::told)?;
        rosters.push(Roster {
            station: (station.id, station.name),
            people,
        });
    }
    Ok(rosters)
}

/// Assigns somebody to a station of mine.
#[server(prefix = "/call", endpoint = "assign_staff", output = Plain)]
pub async fn assign_staff(
    /// Where, as chosen.
    station: String,
    /// The address she signs in with.
    email: String,
) -> Result<StaffOut, Problem> {
    use crate::protocol::rest::StaffIn;
    use crate::server::service::staffing;

    let (app, actor) = (super::app()?, super::actor()?);
    let station = station
        .parse()
        .map_err(|_| super::told(Problem::invalid("station", "Choose a station.")))?;
    let body = StaffIn {
        email: Some(email),
        user_id: None,
    };
    staffing::assign(&app, &actor, station, body)
        .await
        .map_err(super::told)
}

/// Takes somebody away from a station of mine.
#[server(prefix = "/call", endpoint = "take_staff_away", output = Plain)]
pub async fn take_staff_away(
    /// From where.
    station: StationId,
    /// Whom.
    user: UserId,
) -> Result<(), Problem> {
    use crate::server::service::staffing;

    let (app, actor) = (super::app()?, super::actor()?);
    staffing::take_away(&app, &actor, station, user)
        .await
        .map_err(super::told)
}
