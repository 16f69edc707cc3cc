//! Which bookings there are, and whom they concern.

use sqlx::AnyConnection;

use crate::domain::{BookingId, BookingState, StationId, Timestamp, UserId};
use crate::server::store::StoreError;
use crate::server::store::row::Columns;

/// Which bookings a list asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this customer.
    pub user: Option<UserId>,
    /// At this station.
    pub station: Option<StationId>,
    /// In these states; all where empty.
    pub states: Vec<BookingState>,
    /// Words in station name, vehicle or code; for staff also the customer's name.
    pub text: Option<String>,
    /// Only older than this one.
    pub before: Option<BookingId>,
    /// At most so many.
    pub limit: i64,
}

/// Ids of the bookings a list asks for, newest first.
pub async fn list(connection: &mut AnyConnection, filter: &Filter) -> Result<Vec<BookingId>, StoreError> {
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let text = filter
        .text
        .as_ref()
        .map(|text| format!("%{}%", escape_like(&text.trim().to_lowercase())));
    let rows = sqlx::query(
        "SELECT booking.id
         FROM booking
         JOIN station ON station.id = booking.station_id
         JOIN users ON users.id = booking.user_id
         WHERE (CAST($1 AS BIGINT) IS NULL OR booking.user_id = $1)
           AND (CAST($2 AS BIGINT) IS NULL OR booking.station_id = $2)
           AND ($3 = '' OR ',' || $3 || ',' LIKE '%,' || booking.state || ',%')
           AND (CAST($4 AS TEXT) IS NULL
                OR LOWER(station.name) LIKE $4 ESCAPE '!'
                OR LOWER(COALESCE(booking.vehicle, '')) LIKE $4 ESCAPE '!'
                OR LOWER(booking.code) LIKE $4 ESCAPE '!'
                OR (CAST($1 AS BIGINT) IS NULL AND LOWER(users.name) LIKE $4 ESCAPE '!'))
           AND (CAST($5 AS BIGINT) IS NULL
                OR (booking.created_at, booking.id) < (SELECT created_at, id FROM booking WHERE id = $5))
         ORDER BY booking.created_at DESC, booking.id DESC
         LIMIT $6",
    )
    .bind(filter.user.map(|user| user.0))
    .bind(filter.station.map(|station| station.0))
    .bind(states.join(","))
    .bind(text)
    .bind(filter.before.map(|booking| booking.0))
    .bind(filter.limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// The active booking of a station with this code or PIN. None also when a PIN fits more than one.
pub async fn by_code(
    connection: &mut AnyConnection,
    station: StationId,
    code: &str,
) -> Result<Option<BookingId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id
         FROM booking
         WHERE station_id = $1
           AND (code = $2 OR pin = $2)
           AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service')
         ORDER BY id
         LIMIT 2",
    )
    .bind(station.0)
    .bind(code.to_owned())
    .fetch_all(connection)
    .await?;
    match rows.as_slice() {
        [only] => Ok(Some(BookingId(only.plain("id")?))),
        _ => Ok(None),
    }
}

/// Whether an active booking of the station has this code or PIN.
pub async fn is_code_taken(
    connection: &mut AnyConnection,
    station: StationId,
    code: &str,
    pin: &str,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT id
         FROM booking
         WHERE station_id = $1
           AND (code = $2 OR pin = $3)
           AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service')
         ORDER BY id
         LIMIT 1",
    )
    .bind(station.0)
    .bind(code.to_owned())
    .bind(pin.to_owned())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// The active booking for this vehicle.
pub async fn active_for_vehicle(
    connection: &mut AnyConnection,
    vehicle: &str,
) -> Result<Option<BookingId>, StoreError> {
    let row = sqlx::query(
        "SELECT id
         FROM booking
         WHERE vehicle = $1
           AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service')",
    )
    .bind(vehicle.to_owned())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(BookingId(row.plain("id")?))).transpose()
}

/// Bookings for which something happens by itself at or before an instant, earliest first.
pub async fn due(
    connection: &mut AnyConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<BookingId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM booking WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2")
        .bind(now.micros())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(BookingId(row.plain("id")?))).collect()
}

/// When something happens by itself next to any booking.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query("SELECT MIN(due_at) AS due_at FROM booking WHERE due_at IS NOT NULL")
        .fetch_one(connection)
        .await?;
    row.instant_or_null("due_at")
}

/// Whom a new booking concerns at its station: the people assigned to it and its operator's.
pub async fn people_of_station(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(
        "SELECT users.id
         FROM users
         JOIN assignment ON assignment.user_id = users.id
         WHERE assignment.station_id = $1 AND users.active = 1 AND users.role IN ('attendant', 'lead')
         UNION
         SELECT users.id
         FROM users
         JOIN station ON station.operator_id = users.operator_id
         WHERE station.id = $1 AND users.active = 1 AND users.role = 'operator'
         ORDER BY id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(UserId(row.plain("id")?))).collect()
}
