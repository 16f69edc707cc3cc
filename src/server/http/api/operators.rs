//! Looking back: all bookings of my stations, the record of them as a table, and one booking's history.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{BookingId, BookingState, Problem};
use crate::protocol::rest::{BookingOut, Page, StepOut};
use crate::server::App;
use crate::server::days::Day;
use crate::server::http::extract::{Asked, Id, Staff, field};
use crate::server::http::openapi::Refused;
use crate::server::service::bookings;
use crate::server::service::operators::{self, BookingsQuery, Order};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_operator_bookings))
        .routes(routes!(download_record))
        .routes(routes!(get_timeline))
}

const DAY_HINT: &str = "Write a day like 2026-11-21.";

/// What is asked of the bookings of my stations.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OperatorBookingsAsked {
    /// Only at this station of mine
    station_id: Option<String>,
    /// Made on this day of the station's calendar or later, like `2026-11-21`
    from: Option<String>,
    /// Made on this day or earlier
    to: Option<String>,
    /// Only these states, separated by commas
    state: Option<String>,
    /// Words that occur in station, customer, vehicle or code
    q: Option<String>,
    /// `newest` (unless given), `oldest`, `dearest` or `cheapest` first
    sort: Option<String>,
    /// `next` of the page before
    cursor: Option<String>,
    /// Rows a page, 1 to 100; 20 unless given
    limit: Option<String>,
}

impl OperatorBookingsAsked {
    fn query(self) -> Result<BookingsQuery, Problem> {
        let states = self.state.as_deref().unwrap_or_default().split(',');
        let states = states.map(str::trim).filter(|state| !state.is_empty());
        let state = |state: &str| {
            let known = BookingState::ALL.map(BookingState::as_str).join(", ");
            let unknown = |_| Problem::invalid("state", format!("Write one or more of {known}."));
            state.parse::<BookingState>().map_err(unknown)
        };
        let station_hint = "Write the id of a station.";
        let limit_hint = "Write a number of rows from 1 to 100.";
        Ok(BookingsQuery {
            station: field("station_id", self.station_id.as_deref(), station_hint)?,
            from: field("from", self.from.as_deref(), DAY_HINT)?,
            to: field("to", self.to.as_deref(), DAY_HINT)?,
            states: states.map(state).collect::<Result<_, _>>()?,
            text: self.q,
            order: order(self.sort.as_deref())?,
            cursor: self.cursor,
            limit: field("limit", self.limit.as_deref(), limit_hint)?,
        })
    }
}

fn order(sort: Option<&str>) -> Result<Order, Problem> {
    match sort {
        None | Some("" | "newest") => Ok(Order::Newest),
        Some("oldest") => Ok(Order::Oldest),
        Some("dearest") => Ok(Order::Dearest),
        Some("cheapest") => Ok(Order::Cheapest),
        Some(_) => Err(Problem::invalid(
            "sort",
            "Write newest, oldest, dearest or cheapest.",
        )),
    }
}

/// The bookings of all my stations
#[utoipa::path(get, path = "/operators/me/bookings", tag = "Operators", params(OperatorBookingsAsked),
    responses((status = 200, description = "One page", body = Page<BookingOut>), Refused))]
async fn list_operator_bookings(
    State(app): State<App>,
    Staff(actor): Staff,
    Asked(asked): Asked<OperatorBookingsAsked>,
) -> Result<Json<Page<BookingOut>>, Problem> {
    operators::bookings(&app, &actor, asked.query()?).await.map(Json)
}

/// Which days of the record.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RecordAsked {
    /// First day on the clocks of each station, like `2026-11-21`
    from: Option<String>,
    /// Last day
    to: Option<String>,
}

/// What is on record about my stations, for spreadsheets; at most 20 000 rows
#[utoipa::path(get, path = "/operators/me/audit.csv", tag = "Operators", params(RecordAsked),
    responses((status = 200, description = "A table (RFC 4180)", body = String, content_type = "text/csv"), Refused))]
async fn download_record(
    State(app): State<App>,
    Staff(actor): Staff,
    Asked(asked): Asked<RecordAsked>,
) -> Result<Response, Problem> {
    let needed = |name: &str, text: Option<String>| {
        let day: Option<Day> = field(name, text.as_deref(), DAY_HINT)?;
        day.ok_or_else(|| Problem::invalid(name, DAY_HINT))
    };
    let (from, to) = (needed("from", asked.from)?, needed("to", asked.to)?);
    let table = operators::record(&app, &actor, from, to).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"voltbay-record.csv\""),
    ];
    Ok((headers, table).into_response())
}

/// Every step of a booking that is on record, oldest first, for the station's staff
#[utoipa::path(get, path = "/bookings/{id}/timeline", tag = "Bookings", params(("id" = i64, Path)),
    responses((status = 200, description = "All of them", body = Page<StepOut>), Refused))]
async fn get_timeline(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(booking): Id<BookingId>,
) -> Result<Json<Page<StepOut>>, Problem> {
    bookings::timeline(&app, &actor, booking).await.map(whole)
}
