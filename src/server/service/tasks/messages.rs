//! What a lead or the operator says to everybody at a station, and who has acknowledged it.

use super::{lead_station, my_station};
use crate::domain::{Problem, StaffMessageId, StationId, Timestamp};
use crate::protocol::rest::{StaffMessageIn, StaffMessageOut};
use crate::protocol::staff::StaffMessage;
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::staff_messages::{self as rows, NewMessage};
use crate::server::store::{Audit, bookings};

/// Longest message, in characters.
const MAX_MESSAGE: usize = 500;
/// So many messages are shown.
const SHOWN: i64 = 50;

/// Says something to everybody who works at a station (its leads and operator).
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`].
pub async fn say(
    app: &App,
    actor: &Actor,
    station: StationId,
    body: StaffMessageIn,
    key: Option<IdempotencyKey>,
) -> Result<StaffMessageOut, Problem> {
    let mut form = Form::default();
    let message = form.text("message", &body.message, 1..=MAX_MESSAGE);
    form.finish()?;
    let claim = key.map(|key| {
        Claim::new(
            actor.user,
            key.0,
            "POST /stations/{id}/messages",
            &(station, &body),
        )
    });
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, message, claim) = (who.clone(), message.clone(), claim.clone());
            Box::pin(async move {
                lead_station(tx.connection(), &actor, station).await?;
                if let Some(claim) = &claim
                    && let NextAction::Replay(answer) = tx.claim_key(claim).await?
                {
                    return Ok(serde_json::from_str(&answer)?);
                }
                let mut readers = bookings::people_of_station(tx.connection(), station).await?;
                // Who says it has heard it.
                readers.retain(|reader| *reader != actor.user);
                let new = NewMessage {
                    station,
                    kind: body.kind,
                    priority: body.priority,
                    message,
                    sender: actor.user,
                    from: actor.name.clone(),
                };
                let id = tx.say(&new, &readers).await?;
                tx.audit(Audit {
                    entity: "station",
                    entity_id: station.0,
                    action: body.kind.as_str(),
                    reason: Some(&new.message),
                    ..Audit::default()
                })
                .await?;
                let said = rows::find(tx.connection(), id).await?;
                let said = said.ok_or_else(no_such_message)?;
                if let Some(claim) = &claim {
                    tx.remember(claim, &said).await?;
                }
                Ok(said)
            })
        })
        .await
}

/// The newest messages at a station of mine, and who has acknowledged them.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn messages(app: &App, actor: &Actor, station: StationId) -> Result<Vec<StaffMessageOut>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    my_station(&mut snapshot, actor, station).await?;
    Ok(rows::recent(&mut snapshot, station, SHOWN).await?)
}

/// I have seen a message; answers since when. Once more changes nothing.
///
/// # Errors
/// [`Problem::NotFound`] also for whoever was not asked, [`Problem::Forbidden`].
pub async fn acknowledge(app: &App, actor: &Actor, id: StaffMessageId) -> Result<Timestamp, Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let place = rows::place_of(tx.connection(), id).await?;
                let place = place.ok_or_else(no_such_message)?;
                actor.must_staff(place.station, place.operator)?;
                if tx.note_receipt(id, actor.user).await? {
                    let at = tx.now();
                    tx.tell_staff(
                        place.station,
                        StaffMessage::Acknowledged {
                            task_id: None,
                            notification_id: Some(id),
                            by: actor.name.clone(),
                            at,
                            late_s: 0,
                        },
                    );
                    return Ok(at);
                }
                let before = rows::receipt(tx.connection(), id, actor.user).await?;
                before.ok_or_else(|| no_such_message().into())
            })
        })
        .await
}

fn no_such_message() -> Problem {
    Problem::not_found("message")
}
