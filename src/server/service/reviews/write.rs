//! Writing, changing and deleting the review of a booking: by its customer alone.

use crate::domain::review::{MAX_TEXT, STARS};
use crate::domain::{BookingId, BookingState, Problem, ReviewId};
use crate::protocol::rest::{ReviewIn, ReviewOut, ReviewPatch};
use crate::server::App;
use crate::server::service::form::Form;
use crate::server::service::{Actor, IdempotencyKey};
use crate::server::store::bookings::{self, BookingRecord};
use crate::server::store::idempotency::{Claim, NextAction};
use crate::server::store::reviews::{self as rows, NewReview};
use crate::server::store::{Audit, Failure, IdKind, StoreError, Tx};

/// Reviews a booking that was handed over; once.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::IllegalTransition`], [`Problem::Invalid`],
/// [`Problem::AlreadyReviewed`].
pub async fn write(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    body: ReviewIn,
    key: Option<IdempotencyKey>,
) -> Result<ReviewOut, Problem> {
    let claim = key.map(|key| Claim::new(actor.user, key.0, "POST /bookings/{id}/review", &(booking, &body)));
    let actor = actor.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let (actor, body, claim) = (actor.clone(), body.clone(), claim.clone());
        Box::pin(async move {
            if let Some(claim) = &claim
                && let NextAction::Replay(answer) = tx.claim_key(claim).await?
            {
                return Ok(serde_json::from_str(&answer)?);
            }
            let record = mine(tx, &actor, booking).await?;
            if record.state != BookingState::Completed {
                return Err(Problem::illegal(record.state).into());
            }
            let (rating, text) = checked(body.rating, &body.text)?;
            let review = NewReview {
                id: ReviewId(tx.next_id(IdKind::Review)?),
                booking,
                user: record.user,
                station: record.station,
                rating,
                text,
            };
            if !tx.insert_review(&review).await? {
                return Err(Problem::AlreadyReviewed.into());
            }
            audit(tx, review.id, "write").await?;
            let out = found(tx, booking).await?;
            if let Some(claim) = &claim {
                tx.remember(claim, &out).await?;
            }
            Ok(out)
        })
    });
    work.await
}

/// Changes my review.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`].
pub async fn change(
    app: &App,
    actor: &Actor,
    booking: BookingId,
    patch: ReviewPatch,
) -> Result<ReviewOut, Problem> {
    let actor = actor.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let (actor, patch) = (actor.clone(), patch.clone());
        Box::pin(async move {
            let record = mine(tx, &actor, booking).await?;
            let before = found(tx, booking).await?;
            let text = patch.text.as_deref().unwrap_or(&before.text);
            let (rating, text) = checked(patch.rating.unwrap_or(before.rating), text)?;
            if !tx
                .update_review(booking, record.station, &before, rating, &text)
                .await?
            {
                return Err(StoreError::Overtaken.into());
            }
            audit(tx, before.id, "change").await?;
            found(tx, booking).await
        })
    });
    work.await
}

/// Deletes my review; another can be written then.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn remove(app: &App, actor: &Actor, booking: BookingId) -> Result<(), Problem> {
    let actor = actor.clone();
    let work = app.db.write(actor.cause(), move |tx| {
        let actor = actor.clone();
        Box::pin(async move {
            let record = mine(tx, &actor, booking).await?;
            let before = found(tx, booking).await?;
            if !tx.delete_review(booking, record.station, &before).await? {
                return Err(StoreError::Overtaken.into());
            }
            audit(tx, before.id, "delete").await
        })
    });
    work.await
}

/// My booking. Staff of its station learn that this is the customer's.
async fn mine(tx: &mut Tx<'_>, actor: &Actor, booking: BookingId) -> Result<BookingRecord, Failure> {
    let record = bookings::find(tx.connection(), booking).await?;
    let record = record.ok_or_else(|| Problem::not_found("booking"))?;
    if record.user == actor.user {
        Ok(record)
    } else if actor.may_staff(record.station, record.operator) {
        Err(Problem::forbidden("Only the customer of this booking reviews it.").into())
    } else {
        Err(actor.no_business_with("booking").into())
    }
}

fn checked(rating: i64, text: &str) -> Result<(i64, String), Problem> {
    let mut form = Form::default();
    let rating = form.number("rating", rating, STARS);
    let text = form.paragraphs("text", text, 1..=MAX_TEXT);
    form.finish()?;
    Ok((rating, text))
}

async fn found(tx: &mut Tx<'_>, booking: BookingId) -> Result<ReviewOut, Failure> {
    let found = rows::of_booking(tx.connection(), booking).await?;
    found.ok_or_else(|| Problem::not_found("review").into())
}

async fn audit(tx: &mut Tx<'_>, review: ReviewId, action: &str) -> Result<(), Failure> {
    let step = Audit {
        entity: "review",
        entity_id: review.0,
        action,
        ..Audit::default()
    };
    Ok(tx.audit(step).await?)
}
