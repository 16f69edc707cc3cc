//! Bays, who is called to which, and the line of those who are checked in and not served yet.
//!
//! How a bay is follows from what stands here and from the open session in it; nothing stores it.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::domain::{BayCondition, BayId, BayState, BookingId, OperatorId, SessionId, StationId, Timestamp};
use crate::protocol::Topic;
use crate::protocol::rest::{BayOut, BaySessionOut};
use crate::server::store::outbox::{self, Position};
use crate::server::store::row::Columns;
use crate::server::store::{StoreError, Tx};

/// What can change of a bay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BayNow {
    /// Where it is at its station.
    pub zone: Option<String>,
    /// What staff set.
    pub condition: BayCondition,
    /// Who is called there, and until when it is kept.
    pub called: Option<(BookingId, Timestamp)>,
    /// Until when it is made ready for the next one.
    pub turn_over_until: Option<Timestamp>,
}

/// A bay with the open session in it.
#[derive(Clone, Debug)]
pub struct BayRecord {
    /// Id.
    pub id: BayId,
    /// What it is called at its station.
    pub number: i64,
    /// Where.
    pub station: StationId,
    /// Whose station that is.
    pub operator: OperatorId,
    /// How it stands.
    pub now: BayNow,
    /// Rises with every change.
    pub version: i64,
    /// The swap there.
    pub session: Option<BaySessionOut>,
    position: Position,
}

impl BayRecord {
    /// How it is.
    pub fn state(&self) -> BayState {
        BayState::of(
            self.now.condition,
            self.session.is_some(),
            self.now.called.is_some(),
            self.now.turn_over_until.is_some(),
        )
    }

    /// The bay as staff see it.
    pub fn to_out(&self) -> BayOut {
        BayOut {
            id: self.id,
            number: self.number,
            station_id: self.station,
            zone: self.now.zone.clone(),
            state: self.state(),
            condition: self.now.condition,
            session: self.session.clone(),
            called_booking_id: self.now.called.map(|(booking, _)| booking),
            called_until: self.now.called.map(|(_, until)| until),
            turn_over_until: self.now.turn_over_until,
            version: self.version,
            epoch: self.position.epoch.clone(),
            seq: self.position.seq,
        }
    }
}

/// A place in the line.
#[derive(Clone, Copy, Debug)]
pub struct InLine {
    /// Who.
    pub booking: BookingId,
    /// How often the clock called her.
    pub calls: i64,
}

macro_rules! select_bays {
    ($rest:literal) => {
        concat!(
            "SELECT bay.id, bay.number, bay.station_id, station.operator_id, bay.zone, bay.condition,
                 bay.called_booking_id, bay.called_until, bay.turn_over_until, bay.version,
                 swap_session.id AS session_id, swap_session.code, swap_session.party_size,
                 swap_session.opened_at, swap_session.step, swap_session.needs_help, swap_session.alarm,
                 swap_session.booking_id
             FROM bay
             JOIN station ON station.id = bay.station_id
             LEFT JOIN swap_session ON swap_session.bay_id = bay.id AND swap_session.closed_at IS NULL ",
            $rest
        )
    };
}

macro_rules! select_states {
    ($which:literal) => {
        concat!(
            "SELECT bay.station_id, bay.condition, bay.called_booking_id, bay.turn_over_until,
                 CASE WHEN EXISTS (SELECT 1 FROM swap_session WHERE swap_session.bay_id = bay.id
                     AND swap_session.closed_at IS NULL) THEN 1 ELSE 0 END AS is_occupied
             FROM bay ",
            $which
        )
    };
}

/// One bay.
pub async fn find(connection: &mut AnyConnection, bay: BayId) -> Result<Option<BayRecord>, StoreError> {
    let row = sqlx::query(select_bays!("WHERE bay.id = $1"))
        .bind(bay.0)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let position = outbox::position(connection, Topic::Bay(bay)).await?;
    record(&row, position).map(Some)
}

/// The bays of a station, by number.
pub async fn of_station(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<BayRecord>, StoreError> {
    let rows = sqlx::query(select_bays!("WHERE bay.station_id = $1 ORDER BY bay.number"))
        .bind(station.0)
        .fetch_all(&mut *connection)
        .await?;
    let mut bays = Vec::with_capacity(rows.len());
    for row in rows {
        let bay = BayId(row.plain("id")?);
        let position = outbox::position(connection, Topic::Bay(bay)).await?;
        bays.push(record(&row, position)?);
    }
    Ok(bays)
}

/// How every bay of a station is; of all stations where none is named.
pub async fn states(
    connection: &mut AnyConnection,
    only: Option<StationId>,
) -> Result<Vec<(StationId, BayState)>, StoreError> {
    let query = match only {
        Some(station) => sqlx::query(select_states!("WHERE bay.station_id = $1")).bind(station.0),
        None => sqlx::query(select_states!("")),
    };
    let rows = query.fetch_all(connection).await?;
    let state = |row: &AnyRow| {
        let state = BayState::of(
            row.word("condition")?,
            row.flag("is_occupied")?,
            row.plain::<Option<i64>>("called_booking_id")?.is_some(),
            row.instant_or_null("turn_over_until")?.is_some(),
        );
        Ok((StationId(row.plain("station_id")?), state))
    };
    rows.iter().map(state).collect()
}

fn record(row: &AnyRow, position: Position) -> Result<BayRecord, StoreError> {
    let called = row.plain::<Option<i64>>("called_booking_id")?.map(BookingId);
    let until = row.instant_or_null("called_until")?;
    let session = match row.plain::<Option<i64>>("session_id")? {
        None => None,
        Some(id) => Some(BaySessionOut {
            id: SessionId(id),
            session_code: row.plain("code")?,
            party_size: row.plain("party_size")?,
            started_at: row.instant("opened_at")?,
            step: row.word("step")?,
            needs_help: row.flag("needs_help")?,
            alarm: row.word_or_null("alarm")?,
            booking_id: row.plain::<Option<i64>>("booking_id")?.map(BookingId),
        }),
    };
    Ok(BayRecord {
        id: BayId(row.plain("id")?),
        number: row.plain("number")?,
        station: StationId(row.plain("station_id")?),
        operator: OperatorId(row.plain("operator_id")?),
        now: BayNow {
            zone: row.plain("zone")?,
            condition: row.word("condition")?,
            called: called.zip(until),
            turn_over_until: row.instant_or_null("turn_over_until")?,
        },
        version: row.plain("version")?,
        session,
        position,
    })
}

/// The bay that a booking is called to.
pub async fn called_for(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<BayId>, StoreError> {
    let row = sqlx::query("SELECT id FROM bay WHERE called_booking_id = $1")
        .bind(booking.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(BayId(row.plain("id")?))).transpose()
}

/// The free bay of a station with the lowest number.
pub async fn first_free(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Option<BayId>, StoreError> {
    let bays = of_station(connection, station).await?;
    let free = bays.iter().find(|bay| bay.state() == BayState::Free);
    Ok(free.map(|bay| bay.id))
}

/// Who is next in the line of a station: checked in, not called, and not called in vain too often.
pub async fn next_in_line(
    connection: &mut AnyConnection,
    station: StationId,
    most_calls: i64,
) -> Result<Option<InLine>, StoreError> {
    let row = sqlx::query(
        "SELECT bay_line.booking_id, bay_line.calls
         FROM bay_line
         LEFT JOIN bay ON bay.called_booking_id = bay_line.booking_id
         WHERE bay_line.station_id = $1 AND bay_line.calls < $2 AND bay.id IS NULL
         ORDER BY bay_line.since, bay_line.booking_id
         LIMIT 1",
    )
    .bind(station.0)
    .bind(most_calls)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(InLine {
            booking: BookingId(row.plain("booking_id")?),
            calls: row.plain("calls")?,
        })
    })
    .transpose()
}

/// Stations where somebody waits in line whom the clock may call and a bay is free.
pub async fn stations_to_call(
    connection: &mut AnyConnection,
    most_calls: i64,
) -> Result<Vec<StationId>, StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT bay_line.station_id
         FROM bay_line
         JOIN bay ON bay.station_id = bay_line.station_id
         LEFT JOIN swap_session ON swap_session.bay_id = bay.id AND swap_session.closed_at IS NULL
         WHERE bay_line.calls < $1
           AND bay_line.booking_id NOT IN
               (SELECT called.called_booking_id FROM bay AS called WHERE called.called_booking_id IS NOT NULL)
           AND bay.condition = 'in_use' AND bay.called_booking_id IS NULL AND bay.turn_over_until IS NULL
           AND swap_session.id IS NULL
         ORDER BY bay_line.station_id",
    )
    .bind(most_calls)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok(StationId(row.plain("station_id")?)))
        .collect()
}

/// Bays whose call or turn-over is over at an instant.
pub async fn due(connection: &mut AnyConnection, now: Timestamp) -> Result<Vec<BayId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM bay WHERE called_until <= $1 OR turn_over_until <= $1 ORDER BY station_id, number LIMIT 100",
    )
    .bind(now.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(BayId(row.plain("id")?))).collect()
}

/// When the next call or turn-over is over.
pub async fn next_due(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT MIN(COALESCE(called_until, turn_over_until)) AS due_at
         FROM bay
         WHERE called_until IS NOT NULL OR turn_over_until IS NOT NULL",
    )
    .fetch_one(connection)
    .await?;
    row.instant_or_null("due_at")
}

impl Tx<'_> {
    /// Adds a bay with the next number.
    pub async fn add_bay(
        &mut self,
        bay: BayId,
        station: StationId,
        zone: Option<&str>,
    ) -> Result<(), StoreError> {
        let added = sqlx::query(
            "INSERT INTO bay (id, station_id, number, zone)
             VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM bay WHERE station_id = $2), $3)",
        )
        .bind(bay.0)
        .bind(station.0)
        .bind(zone.map(str::to_owned))
        .execute(self.connection())
        .await;
        added.map_err(overtaken_if_taken)?;
        self.touch_bay(bay);
        self.touch_counts(station);
        Ok(())
    }

    /// Changes a bay. False when it is no longer as it was read. Whoever is called, or is not any more, sees it on
    /// the booking.
    pub async fn change_bay(&mut self, read: &BayRecord, to: &BayNow) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE bay
             SET zone = $3, condition = $4, called_booking_id = $5, called_until = $6, turn_over_until = $7,
                 version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(read.id.0)
        .bind(read.version)
        .bind(to.zone.clone())
        .bind(to.condition.as_str())
        .bind(to.called.map(|(booking, _)| booking.0))
        .bind(to.called.map(|(_, until)| until.micros()))
        .bind(to.turn_over_until.map(Timestamp::micros))
        .execute(self.connection())
        .await
        .map_err(overtaken_if_taken)?
        .rows_affected();
        if changed == 1 {
            self.touch_bay(read.id);
            self.touch_counts(read.station);
            for (booking, _) in [read.now.called, to.called].into_iter().flatten() {
                self.touch_booking(booking);
            }
        }
        Ok(changed == 1)
    }

    /// Puts a booking at the end of the line; once it is there, only staff or its end take it out.
    pub async fn join_line(&mut self, booking: BookingId, station: StationId) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO bay_line (booking_id, station_id, since) VALUES ($1, $2, $3)
             ON CONFLICT (booking_id) DO UPDATE SET since = $3",
        )
        .bind(booking.0)
        .bind(station.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes that somebody in line was called by the clock.
    pub async fn count_call(&mut self, booking: BookingId) -> Result<(), StoreError> {
        sqlx::query("UPDATE bay_line SET calls = calls + 1 WHERE booking_id = $1")
            .bind(booking.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Takes a booking out of the line.
    pub async fn leave_line(&mut self, booking: BookingId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM bay_line WHERE booking_id = $1")
            .bind(booking.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

/// The unique indexes of numbers and calls: another transaction took it since we looked; run again, and the look
/// will see it.
fn overtaken_if_taken(error: sqlx::Error) -> StoreError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Overtaken,
        _ => error.into(),
    }
}
