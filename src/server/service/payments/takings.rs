//! What came in: the lists of staff and operators, their sums, and what a day brings.

use crate::domain::{PaymentId, PaymentMethod, PaymentState, Problem, StationId};
use crate::protocol::rest::{PaymentOut, PaymentTotalOut, PaymentsOut, TakingsOut};
use crate::server::App;
use crate::server::days::Day;
use crate::server::service::Actor;
use crate::server::store::payments::{self as rows, Filter, PaymentRow};
use crate::server::store::{Connection, StoreError, plan_takings, stations};

/// Rows a page.
const PAGE: usize = 50;
/// Longest search text, in characters.
const MAX_TEXT: usize = 200;
/// Most days of which the takings are told at once.
pub const MOST_DAYS: i64 = 31;

/// What is asked of a list of payments.
#[derive(Clone, Debug, Default)]
pub struct PaymentQuery {
    /// Those of this station; all of my operator's unless given.
    pub station: Option<StationId>,
    /// Only these.
    pub state: Option<PaymentState>,
    /// Only those paid in this way.
    pub method: Option<PaymentMethod>,
    /// Begun on this day of the stations' calendar or later.
    pub from: Option<Day>,
    /// Begun on this day or earlier.
    pub to: Option<Day>,
    /// Words in the customer's name, a booking's code or a receipt's number.
    pub text: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<PaymentId>,
}

/// Payments, newest first, and what they come to: of a station for its staff, of all stations for their operator.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`], [`Problem::Invalid`].
pub async fn list(app: &App, actor: &Actor, query: PaymentQuery) -> Result<PaymentsOut, Problem> {
    let is_long = |text: &String| text.chars().count() > MAX_TEXT;
    if query.text.as_ref().is_some_and(is_long) {
        return Err(Problem::invalid("q", "Search for at most 200 characters."));
    }
    if query.from.zip(query.to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::invalid("to", "The last day lies before the first."));
    }
    let mut snapshot = app.db.snapshot().await?;
    let (mut filter, timezone) = allowed(&mut snapshot, actor, query.station).await?;
    filter.state = query.state;
    filter.method = query.method;
    filter.text = query.text.filter(|text| !text.trim().is_empty());
    filter.from = query.from.map(|day| day.begins(&timezone));
    filter.until = query.to.map(|day| day.ends(&timezone));
    let totals = totals(&mut snapshot, &filter).await?;
    filter.before = query.cursor;
    filter.limit = 51;
    let mut found: Vec<PaymentOut> = rows::list(&mut snapshot, &filter)
        .await?
        .iter()
        .map(PaymentRow::to_out)
        .collect();
    found.extend(plan_takings::list(&mut snapshot, &filter).await?);
    found.sort_by_key(|payment| std::cmp::Reverse((payment.created_at, payment.id)));
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().map(|row| row.id.to_string());
    Ok(PaymentsOut {
        next: if is_more { last } else { None },
        items: found,
        totals,
    })
}

/// What the payments that fit come to; those for plans, which belong to no station, after those for bookings.
async fn totals(connection: &mut Connection, filter: &Filter) -> Result<Vec<PaymentTotalOut>, StoreError> {
    let mut totals = rows::totals(connection, filter).await?;
    totals.extend(plan_takings::totals(connection, filter).await?);
    totals.sort_by_key(|total| (total.currency.to_string(), total.for_plans));
    Ok(totals)
}

/// What each of the last days brought, today last: of a station for its staff, of all stations for their operator.
///
/// # Errors
/// [`Problem::Forbidden`], [`Problem::NotFound`], [`Problem::Invalid`] for more than [`MOST_DAYS`].
pub async fn by_day(
    app: &App,
    actor: &Actor,
    station: Option<StationId>,
    days: i64,
) -> Result<Vec<TakingsOut>, Problem> {
    if !(1..=MOST_DAYS).contains(&days) {
        let detail = format!("Ask for 1 to {MOST_DAYS} days.");
        return Err(Problem::invalid("days", detail));
    }
    let mut snapshot = app.db.snapshot().await?;
    let (filter, timezone) = allowed(&mut snapshot, actor, station).await?;
    let today = Day::at(app.clock.now(), &timezone);
    let mut takings = Vec::new();
    for back in (0..days).rev() {
        let day = today.earlier(back);
        let of_day = Filter {
            from: Some(day.begins(&timezone)),
            until: Some(day.ends(&timezone)),
            ..filter.clone()
        };
        takings.push(TakingsOut {
            day: day.to_string(),
            totals: totals(&mut snapshot, &of_day).await?,
        });
    }
    Ok(takings)
}

/// What somebody may look at, and in which zone its days begin: that of the station, or of the first of several.
async fn allowed(
    connection: &mut Connection,
    actor: &Actor,
    station: Option<StationId>,
) -> Result<(Filter, String), Problem> {
    if let Some(station) = station {
        let row = stations::find(connection, station).await?;
        let row = row.ok_or_else(|| Problem::not_found("station"))?;
        actor.must_staff(station, row.operator)?;
        let filter = Filter {
            station: Some(station),
            ..Filter::default()
        };
        return Ok((filter, row.timezone));
    }
    if !actor.role.may_operate() {
        return Err(Problem::forbidden(
            "Say of which station; operators see all of theirs.",
        ));
    }
    let mut mine = stations::all(connection).await?;
    mine.retain(|station| actor.may_operate(station.operator));
    let filter = Filter {
        operator: actor.operator,
        ..Filter::default()
    };
    let timezone = mine.into_iter().next().map(|station| station.timezone);
    Ok((filter, timezone.unwrap_or_else(|| "UTC".to_owned())))
}
