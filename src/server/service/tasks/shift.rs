//! Who is at work at a station, and who has a screen of it open.

use super::my_station;
use crate::domain::{Problem, StationId, Timer, UserId};
use crate::protocol::rest::{OnDutyOut, ShiftIn};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::shifts::{self, OnDuty};
use crate::server::store::tasks::TaskRow;
use crate::server::store::{Audit, Cause, tasks};

/// I begin or end my work at a station of mine; answers who is there now. Once more changes nothing.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn turn_up(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: ShiftIn,
) -> Result<Vec<OnDutyOut>, Problem> {
    let (who, lease) = (actor.clone(), app.timers.length(Timer::PresenceLease));
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                my_station(tx.connection(), &actor, station).await?;
                let has_changed = if body.on {
                    // Who says so is here.
                    let until = tx.now() + lease;
                    tx.note_presence(actor.user, station, until).await?;
                    tx.begin_shift(actor.user, station).await?
                } else {
                    tx.end_shift(actor.user, station).await?
                };
                if has_changed {
                    tx.audit(Audit {
                        entity: "station",
                        entity_id: station.0,
                        action: if body.on { "begin_shift" } else { "end_shift" },
                        ..Audit::default()
                    })
                    .await?;
                }
                Ok(())
            })
        })
        .await?;
    on_duty(app, actor, station).await
}

/// Who is on shift at a station of mine or has a screen of it open, by name, with what they have.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn on_duty(app: &App, actor: &Actor, station: StationId) -> Result<Vec<OnDutyOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    my_station(&mut snapshot, actor, station).await?;
    let now = app.clock.now();
    let people = shifts::on_duty(&mut snapshot, station, now).await?;
    let rows = tasks::of_station(&mut snapshot, station, now).await?;
    Ok(people
        .into_iter()
        .map(|person| with_tasks(person, &rows))
        .collect())
}

fn with_tasks(person: OnDuty, rows: &[TaskRow]) -> OnDutyOut {
    let is_hers = |row: &&TaskRow| row.out.assignee_id == Some(person.user) && row.out.state.is_active();
    OnDutyOut {
        user_id: person.user,
        name: person.name,
        role: person.role,
        on_shift: person.since.is_some(),
        since: person.since,
        present: person.is_present,
        tasks: rows.iter().filter(is_hers).map(|row| row.out.clone()).collect(),
    }
}

/// These people have screens of these stations open: they count as present for one lease more.
///
/// # Errors
/// When the database does not answer.
pub async fn renew_presence(app: &App, screens: Vec<(UserId, StationId)>) -> Result<(), Problem> {
    if screens.is_empty() {
        return Ok(());
    }
    let lease = app.timers.length(Timer::PresenceLease);
    app.db
        .write(Cause::system("presence"), move |tx| {
            let screens = screens.clone();
            Box::pin(async move {
                let until = tx.now() + lease;
                for (user, station) in screens {
                    tx.note_presence(user, station, until).await?;
                }
                Ok(())
            })
        })
        .await
}
