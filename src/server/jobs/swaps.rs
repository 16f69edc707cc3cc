//! The simulator's swaps: a rider drives into a free bay and is led through the steps there, by the use cases that the
//! guided swap's page calls. Where no bay is free she is served at the counter.

use std::time::Duration;

use rand::RngExt;

use super::riders;
use crate::domain::{BayState, Problem, SessionId, SessionStep};
use crate::protocol::rest::{BookingItemOut, BookingOut, CashIn, ReturnIn, SessionIn, SessionOut, TakenIn};
use crate::server::App;
use crate::server::demo::Cast;
use crate::server::service::{bays, notifications, sessions};

/// A step takes at least so long.
const STEP: Duration = Duration::from_secs(3);

/// A swap begins; false where no bay is free.
pub async fn begin(app: &App, cast: &Cast, booking: &BookingOut) -> Result<bool, Problem> {
    let bays = bays::list(app, &cast.attendant, booking.station_id).await?;
    let Some(bay) = bays.into_iter().find(|bay| bay.state == BayState::Free) else {
        return Ok(false);
    };
    let whose = SessionIn {
        code: booking.code.clone(),
        ..SessionIn::default()
    };
    sessions::open(app, &cast.attendant, bay.id, whose).await?;
    Ok(true)
}

/// The swap goes one step on, when that is due.
pub async fn go_on(app: &App, cast: &Cast, booking: &BookingOut, session: SessionId) -> Result<(), Problem> {
    let attendant = &cast.attendant;
    let now = sessions::get(app, attendant, session).await?;
    if now
        .steps
        .last()
        .is_some_and(|step| app.clock.now() < step.at + STEP)
    {
        return Ok(());
    }
    match now.step {
        SessionStep::Open | SessionStep::Closed => {}
        SessionStep::Identified | SessionStep::PackAssigned | SessionStep::Review => {
            sessions::next(app, attendant, session).await?;
        }
        SessionStep::PackIn => {
            let brought = brought(app, &now, booking).await?;
            match sessions::take_in(app, attendant, session, brought).await {
                // All slots are taken, and she gets no pack whose slot is free then: she keeps hers for now.
                Err(Problem::NoFreeSlot) => sessions::take_in(app, attendant, session, none()).await,
                other => other,
            }?;
        }
        SessionStep::PaymentDue => {
            sessions::pay(app, attendant, session, CashIn::default()).await?;
        }
        SessionStep::PackOut => {
            sessions::taken(app, attendant, session, TakenIn::default()).await?;
            notifications::settle(app, booking.station_id, booking.id).await?;
        }
    }
    Ok(())
}

/// A pack that is worn down, whoever took it, or none.
async fn brought(app: &App, now: &SessionOut, booking: &BookingOut) -> Result<ReturnIn, Problem> {
    let is_outstanding = |item: &&BookingItemOut| {
        item.kind.brings_a_pack() && now.returns.iter().all(|one| one.item_id != item.id)
    };
    let line = booking.items.iter().find(is_outstanding);
    let model = line.and_then(|item| item.model_id);
    let worn_down = riders::away(app)
        .await?
        .into_iter()
        .find(|pack| Some(pack.model) == model);
    Ok(match worn_down {
        None => none(),
        Some(pack) => ReturnIn {
            serial: Some(pack.serial),
            soc: Some(rand::rng().random_range(10..=30)),
            confirm: true,
            ..ReturnIn::default()
        },
    })
}

fn none() -> ReturnIn {
    ReturnIn {
        none: true,
        ..ReturnIn::default()
    }
}
