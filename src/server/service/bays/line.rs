//! The line in front of the bays: who is checked in is called to the first bay that is free, first come first
//! served.

use serde_json::json;

use super::{busy, change, record};
use crate::domain::notification::text;
use crate::domain::{
    BayCommand, BayId, BookingId, BookingState, NotificationKind, OperatorId, Problem, StationId, Timer,
    Timers,
};
use crate::server::service::bookings;
use crate::server::store::bookings::BookingRecord;
use crate::server::store::floor::{BayNow, BayRecord, bays as rows};
use crate::server::store::notifications::Notice;
use crate::server::store::{Failure, Tx, rules};

/// So often the clock calls somebody who does not come; afterwards staff do.
pub(super) const MOST_CALLS: i64 = 2;

/// A customer checked in: she is in line, and called at once where a bay is free. Here a station's staff learn that
/// somebody is to be served.
pub async fn join(tx: &mut Tx<'_>, booking: &BookingRecord, installation: &Timers) -> Result<(), Failure> {
    tx.join_line(booking.id, booking.station).await?;
    call_next(tx, booking.station, booking.operator, installation).await
}

/// A customer is served, or not checked in any more: she is in no line, and no bay is kept for her.
pub async fn leave(tx: &mut Tx<'_>, booking: &BookingRecord, installation: &Timers) -> Result<(), Failure> {
    tx.leave_line(booking.id).await?;
    let Some(bay) = rows::called_for(tx.connection(), booking.id).await? else {
        return Ok(());
    };
    end_call(tx, bay).await?;
    call_next(tx, booking.station, booking.operator, installation).await
}

async fn end_call(tx: &mut Tx<'_>, bay: BayId) -> Result<(), Failure> {
    let record = record(tx, bay).await?;
    let to = BayNow {
        called: None,
        ..record.now.clone()
    };
    change(tx, &record, BayCommand::Release, &to).await
}

/// Calls whoever is next to the bays that are free.
pub async fn call_next(
    tx: &mut Tx<'_>,
    station: StationId,
    operator: OperatorId,
    installation: &Timers,
) -> Result<(), Failure> {
    while let Some(next) = rows::next_in_line(tx.connection(), station, MOST_CALLS).await? {
        let Some(bay) = rows::first_free(tx.connection(), station).await? else {
            return Ok(());
        };
        let bay = record(tx, bay).await?;
        let timers = rules::timers_at(tx.connection(), station, operator, installation).await?;
        call_to(tx, &bay, next.booking, &timers).await?;
        tx.count_call(next.booking).await?;
    }
    Ok(())
}

/// Calls somebody by hand: the one who is named, or the next in line however often she was called.
pub async fn call_by_hand(
    tx: &mut Tx<'_>,
    bay: &BayRecord,
    wanted: Option<BookingId>,
    installation: &Timers,
) -> Result<(), Failure> {
    if bay.state().after(BayCommand::Call).is_none() {
        return Err(busy(bay).into());
    }
    let booking = if let Some(booking) = wanted {
        booking
    } else {
        let next = rows::next_in_line(tx.connection(), bay.station, i64::MAX).await?;
        let nobody = || Problem::BayBusy {
            detail: "Nobody who is checked in waits to be called.".to_owned(),
        };
        next.ok_or_else(nobody)?.booking
    };
    let read = bookings::record(tx, booking).await?;
    if read.station != bay.station {
        return Err(Problem::not_found("booking").into());
    }
    if read.state != BookingState::CheckedIn {
        return Err(Problem::illegal(read.state).into());
    }
    // She goes to another bay than she was called to.
    if let Some(before) = rows::called_for(tx.connection(), booking).await? {
        end_call(tx, before).await?;
    }
    tx.join_line(booking, bay.station).await?;
    let timers = rules::timers_at(tx.connection(), bay.station, bay.operator, installation).await?;
    call_to(tx, bay, booking, &timers).await?;
    call_next(tx, bay.station, bay.operator, installation).await
}

async fn call_to(
    tx: &mut Tx<'_>,
    bay: &BayRecord,
    booking: BookingId,
    timers: &Timers,
) -> Result<(), Failure> {
    let until = tx.now() + timers.length(Timer::BayCallTtl);
    let to = BayNow {
        called: Some((booking, until)),
        ..bay.now.clone()
    };
    change(tx, bay, BayCommand::Call, &to).await?;
    let read = bookings::record(tx, booking).await?;
    let kind = NotificationKind::BayCalled;
    let notice = Notice {
        kind,
        message: text::bay_called(bay.number),
        level: kind.level(),
        booking: Some(booking),
        station: Some(bay.station),
        data: json!({ "station_name": read.station_name, "bay_number": bay.number, "until": until }),
    };
    tx.notify(read.user, notice).await?;
    Ok(())
}
