//! The simulator's bad luck: now and then a pack gets too hot, held or not, is locked, repaired and charged again.
//! Staff of the demo do it by the use cases that real staff use.

use std::time::Duration;

use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::domain::{BatteryState, Problem, Timestamp};
use crate::protocol::rest::BatteryPatch;
use crate::server::App;
use crate::server::demo::{self, Cast};
use crate::server::service::batteries;
use crate::server::store::inventory::{self, PackRow};

const TICK: Duration = Duration::from_secs(2);
/// What the attendant writes; by this the simulator knows its own from what real staff locked.
const NOTE: &str = "Too hot: 58 °C";
/// Packs that are locked at the same time at most.
const MOST_LOCKED: usize = 3;
/// A station keeps at least so many other packs that are ready.
const LEFT_READY: usize = 3;
/// Between two faults at speed 1, on average, and at least.
const PACE: (Duration, Duration) = (Duration::from_mins(30), Duration::from_secs(30));
/// Each step of a repair takes so long.
const REPAIR: Duration = Duration::from_secs(45);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut faults = Faults::starting(app.clock.now(), app.charge_speed);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(problem) = faults.step(&app).await {
            tracing::debug!(%problem, "a simulated fault did not happen");
        }
    }
}

/// The faults of one simulation.
#[derive(Debug)]
pub struct Faults {
    /// When the next one happens.
    next_fault: Timestamp,
    /// When the next step of a repair is done.
    next_repair: Timestamp,
}

impl Faults {
    /// The first one comes as long after now as any other after the one before.
    pub fn starting(now: Timestamp, speed: f64) -> Self {
        Self {
            next_fault: now + pause(speed),
            next_repair: now + REPAIR,
        }
    }

    /// Lets happen what is due now.
    ///
    /// # Errors
    /// What a use case refused: real staff were faster.
    pub async fn step(&mut self, app: &App) -> Result<(), Problem> {
        let now = app.clock.now();
        if now < self.next_fault.min(self.next_repair) {
            return Ok(());
        }
        let Some(cast) = demo::cast(app).await? else {
            return Ok(());
        };
        let mut snapshot = app.db.snapshot().await?;
        let packs = inventory::packs(&mut snapshot, None, app.db.charge_speed()).await?;
        drop(snapshot);
        if now >= self.next_repair {
            self.next_repair = now + REPAIR;
            repair(app, &cast, &packs).await?;
        }
        if now >= self.next_fault {
            self.next_fault = now + pause(app.charge_speed);
            fail_one(app, &cast, &packs).await?;
        }
        Ok(())
    }
}

/// Until the next fault: shorter the faster packs charge, and never regular.
fn pause(speed: f64) -> Duration {
    let (pace, least) = PACE;
    pace.div_f64(speed.max(1.0))
        .max(least)
        .mul_f64(rand::rng().random_range(0.5..1.5))
}

/// Takes every pack that the simulator locked one step on.
async fn repair(app: &App, cast: &Cast, packs: &[PackRow]) -> Result<(), Problem> {
    for pack in packs.iter().filter(|pack| is_ours(pack)) {
        let state = match pack.state {
            BatteryState::Quarantined => BatteryState::Maintenance,
            _ => BatteryState::Charging,
        };
        set(app, cast, pack, state).await?;
    }
    Ok(())
}

/// A pack that is ready, promised or not, gets too hot.
async fn fail_one(app: &App, cast: &Cast, packs: &[PackRow]) -> Result<(), Problem> {
    if packs.iter().filter(|pack| is_ours(pack)).count() >= MOST_LOCKED {
        return Ok(());
    }
    let others_ready = |pack: &PackRow| {
        let ready = packs
            .iter()
            .filter(|other| other.station == pack.station && other.dispensable);
        ready.count() > LEFT_READY
    };
    let may_fail: Vec<_> = packs
        .iter()
        .filter(|pack| pack.state == BatteryState::Available && others_ready(pack))
        .collect();
    let Some(pack) = may_fail.choose(&mut rand::rng()) else {
        return Ok(());
    };
    set(app, cast, pack, BatteryState::Quarantined).await
}

fn is_ours(pack: &PackRow) -> bool {
    let is_locked = matches!(pack.state, BatteryState::Quarantined | BatteryState::Maintenance);
    is_locked && pack.note.as_deref() == Some(NOTE)
}

async fn set(app: &App, cast: &Cast, pack: &PackRow, state: BatteryState) -> Result<(), Problem> {
    let patch = BatteryPatch {
        state: Some(state),
        note: (state == BatteryState::Quarantined).then(|| NOTE.to_owned()),
        ..BatteryPatch::default()
    };
    batteries::update(app, &cast.attendant, pack.id, patch).await?;
    Ok(())
}
