//! What time does to packs in slots: they charge, and what came back is charged again when nobody objected.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::measured;
use crate::domain::{BatteryId, BatteryState, Percent, Problem, StationId, Timer, Timestamp};
use crate::server::App;
use crate::server::service::tasks::packs;
use crate::server::store::inventory::{self, PackRow};
use crate::server::store::stock::PackChange;
use crate::server::store::{Audit, Cause, Failure, StoreError, whereabouts};

/// A pack that gained at least one whole percent.
#[derive(Clone)]
struct Gain {
    battery: BatteryId,
    before: (BatteryState, Percent),
    after: (BatteryState, Percent),
    measured_at: Timestamp,
}

/// Charges every pack in a slot by what the time since its last measurement is worth; answers how many
/// stations changed. One transaction a station, and none where no pack gained a whole percent.
///
/// # Errors
/// When the database cannot be read; a station that could not be written is tried again the next time.
pub async fn charge(app: &App) -> Result<usize, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let packs = inventory::packs(&mut snapshot, None, app.db.charge_speed()).await?;
    drop(snapshot);
    let now = app.clock.now();
    let mut gains: BTreeMap<StationId, Vec<Gain>> = BTreeMap::new();
    for pack in &packs {
        if let Some(gain) = gain(pack, now) {
            gains.entry(pack.station).or_default().push(gain);
        }
    }
    // Together, so that they share a commit.
    let written = join_all(
        gains
            .into_iter()
            .map(|(station, gains)| record(app, station, gains)),
    )
    .await;
    for problem in written.iter().filter_map(|outcome| outcome.as_ref().err()) {
        tracing::warn!(%problem, "a station's charging was not written");
    }
    Ok(written.iter().flatten().filter(|changed| **changed).count())
}

async fn record(app: &App, station: StationId, gains: Vec<Gain>) -> Result<bool, Problem> {
    app.db
        .write(Cause::system("charging"), move |tx| {
            let gains = gains.clone();
            Box::pin(async move {
                let mut has_changed = false;
                for gain in gains {
                    has_changed |= tx
                        .record_charge(station, gain.battery, gain.before, gain.after, gain.measured_at)
                        .await?;
                }
                Ok(has_changed)
            })
        })
        .await
}

/// What a pack gained since it was measured: whole percents only, and the instant at which it had exactly
/// that many, so that nothing is lost or won however often one asks.
fn gain(pack: &PackRow, now: Timestamp) -> Option<Gain> {
    let charges = matches!(pack.state, BatteryState::Charging | BatteryState::Available);
    if !charges || pack.soc >= Percent::FULL {
        return None;
    }
    // Whole microseconds: what is left over after a percent is exact, however often one asks.
    let per_percent = micros_per_percent(pack.percent_per_hour);
    let elapsed = i64::try_from(now.since(pack.soc_at).as_micros()).unwrap_or(i64::MAX);
    let gained = (elapsed / per_percent).min(i64::from(Percent::FULL) - i64::from(pack.soc));
    if gained < 1 {
        return None;
    }
    let soc = Percent::clamped(i64::from(pack.soc) + gained);
    let measured_at = Timestamp::from_micros(pack.soc_at.micros() + per_percent * gained);
    Some(Gain {
        battery: pack.id,
        before: (pack.state, pack.soc),
        after: (measured(pack.state, soc, pack.soh), soc),
        measured_at,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float too large becomes the largest"
)]
fn micros_per_percent(percent_per_hour: f64) -> i64 {
    ((3.6e9 / percent_per_hour) as i64).max(1)
}

/// Puts returned packs on charge that nobody locked within the time for it; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn release_inspected(app: &App) -> Result<usize, Problem> {
    let until = app.clock.now() - app.timers.length(Timer::ReturnInspection);
    let mut snapshot = app.db.snapshot().await?;
    let due = whereabouts::returned_before(&mut snapshot, until).await?;
    drop(snapshot);
    for battery in &due {
        release(app, *battery).await?;
    }
    Ok(due.len())
}

async fn release(app: &App, battery: BatteryId) -> Result<(), Problem> {
    app.db
        .write(Cause::system("inspection"), move |tx| {
            Box::pin(async move {
                let (speed, now) = (tx.charge_speed(), tx.now());
                let pack = inventory::pack(tx.connection(), battery, speed).await?;
                let Some(pack) = pack.filter(|pack| pack.state == BatteryState::Returned) else {
                    return Ok(());
                };
                let to = PackChange {
                    state: measured(BatteryState::Charging, pack.soc, pack.soh),
                    soc: pack.soc,
                    soc_at: now,
                    soh: pack.soh,
                    slot: pack.slot,
                    note: None,
                };
                if !tx.change_pack(&pack, &to).await? {
                    return Err(Failure::from(StoreError::Overtaken));
                }
                packs::is_over(tx, battery).await?;
                tx.audit(Audit {
                    entity: "battery",
                    entity_id: battery.0,
                    action: "inspected",
                    from: Some(pack.state.as_str()),
                    to: Some(to.state.as_str()),
                    reason: None,
                })
                .await?;
                Ok(())
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BatteryModelId, SlotNumber};

    fn pack(state: BatteryState, soc: i64) -> PackRow {
        PackRow {
            id: BatteryId(1),
            station: StationId(1),
            slot: SlotNumber(1),
            model: BatteryModelId(1),
            model_name: "VB60".into(),
            state,
            soc: Percent::clamped(soc),
            soc_at: Timestamp::from_micros(0),
            soh: Percent::clamped(95),
            percent_per_hour: 48.0,
            hold: None,
            held_for: None,
            dispensable: false,
            serial: "1".into(),
            service_cycles: 0,
            note: None,
        }
    }

    fn after(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn nothing_is_written_before_a_whole_percent_is_gained() {
        // 48 % an hour: one percent in 75 seconds.
        assert!(gain(&pack(BatteryState::Charging, 40), after(74)).is_none());
        let one = gain(&pack(BatteryState::Charging, 40), after(76)).unwrap();
        assert_eq!((one.after.1.get(), one.measured_at), (41, after(75)));
    }

    #[test]
    fn a_pack_is_available_from_the_limit_on_and_stops_when_full() {
        let ready = gain(&pack(BatteryState::Charging, 88), after(151)).unwrap();
        assert_eq!(ready.after, (BatteryState::Available, Percent::clamped(90)));
        let full = gain(&pack(BatteryState::Available, 97), after(100_000)).unwrap();
        assert_eq!(full.after, (BatteryState::Available, Percent::FULL));
        assert!(gain(&pack(BatteryState::Available, 100), after(100_000)).is_none());
    }

    #[test]
    fn a_locked_pack_does_not_charge() {
        for state in [
            BatteryState::Quarantined,
            BatteryState::Maintenance,
            BatteryState::Returned,
        ] {
            assert!(gain(&pack(state, 40), after(100_000)).is_none());
        }
    }

    proptest::proptest! {
        #[test]
        fn asking_often_gives_what_asking_once_gives(
            asks in proptest::collection::vec(1_i64..4_000, 1..60),
            per_hour in 1.0..5_000.0_f64,
        ) {
            let often = pack(BatteryState::Charging, 5);
            let mut now = 0;
            let slow = |mut pack: PackRow| { pack.percent_per_hour = per_hour; pack };
            let mut often = slow(often);
            for seconds in asks {
                now += seconds;
                while let Some(gain) = gain(&often, after(now)) {
                    (often.state, often.soc) = gain.after;
                    often.soc_at = gain.measured_at;
                }
            }
            let once = gain(&slow(pack(BatteryState::Charging, 5)), after(now));
            let expected = once.map_or(Percent::clamped(5), |gain| gain.after.1);
            proptest::prop_assert_eq!(often.soc, expected);
        }
    }
}
