//! The inbox.

use crate::domain::{BookingId, NotificationId, Problem, StationId};
use crate::protocol::Topic;
use crate::protocol::rest::InboxOut;
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::{Cause, bookings, notifications, outbox};

/// Messages a page.
const PAGE: i64 = 50;

/// My messages, newest first, with the position in my topic that they stand for.
///
/// # Errors
/// [`Problem::Invalid`] for a made-up cursor.
pub async fn list(app: &App, actor: &Actor, cursor: Option<String>) -> Result<InboxOut, Problem> {
    let wrong = |_| Problem::invalid("cursor", "Give back the cursor as it came.");
    let before = cursor.map(|cursor| cursor.parse().map_err(wrong)).transpose()?;
    // The first message opens the topic; a bookmark given before needs its epoch already.
    app.db.open_topic(Topic::User(actor.user)).await?;
    let mut snapshot = app.db.snapshot().await?;
    let mut items = notifications::before(&mut snapshot, actor.user, before, PAGE + 1).await?;
    let unread = notifications::unread(&mut snapshot, actor.user).await?;
    let position = outbox::position(&mut snapshot, Topic::User(actor.user)).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = items.len() > page;
    items.truncate(page);
    let last = items.last().map(|message| message.id.to_string());
    Ok(InboxOut {
        items,
        next: last.filter(|_| has_more),
        unread,
        epoch: position.epoch,
        seq: position.seq,
    })
}

/// Marks one as read; answers how many are unread now. A second time changes nothing.
///
/// # Errors
/// [`Problem::NotFound`] for somebody else's.
pub async fn read(app: &App, actor: &Actor, id: NotificationId) -> Result<i64, Problem> {
    let user = actor.user;
    app.db
        .write(actor.cause(), move |tx| {
            Box::pin(async move {
                if !notifications::is_mine(tx.connection(), user, id).await? {
                    return Err(Problem::not_found("notification").into());
                }
                Ok(tx.mark_read(user, Some(id)).await?)
            })
        })
        .await
}

/// Marks all as read.
///
/// # Errors
/// When the database does not answer.
pub async fn read_all(app: &App, actor: &Actor) -> Result<(), Problem> {
    let user = actor.user;
    app.db
        .write(actor.cause(), move |tx| {
            Box::pin(async move {
                tx.mark_read(user, None).await?;
                Ok(())
            })
        })
        .await
}

/// Marks what the people of a station were told of a booking as read: somebody took care of it.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(app: &App, station: StationId, booking: BookingId) -> Result<(), Problem> {
    app.db
        .write(Cause::system("inbox"), move |tx| {
            Box::pin(async move {
                for person in bookings::people_of_station(tx.connection(), station).await? {
                    tx.mark_read_about(person, booking).await?;
                }
                Ok(())
            })
        })
        .await
}
