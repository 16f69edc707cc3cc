//! Asking for the inbox, and marking what was read.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{NotificationId, Problem, Timestamp};
use crate::protocol::rest::InboxOut;

/// A page of the inbox and what it takes to write its times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboxSheet {
    /// The messages.
    pub inbox: InboxOut,
    /// Offset of the network's zone from UTC, in minutes: that of its first station.
    pub offset: i32,
    /// The server's clock at this answer.
    pub now: Timestamp,
}

/// My messages, newest first; all of them or the unread ones.
#[server(prefix = "/call", endpoint = "inbox", output = Plain)]
pub async fn load_inbox(
    /// Where the page before ended.
    cursor: Option<String>,
    /// Only what was not read.
    unread_only: bool,
) -> Result<InboxSheet, Problem> {
    use crate::server::service::stations::{self, StationQuery};

    let (app, actor) = (super::app()?, super::actor()?);
    let inbox = gather(&app, &actor, cursor, unread_only)
        .await
        .map_err(super::told)?;
    let stations = stations::list(&app, StationQuery::default())
        .await
        .map_err(super::told)?
        .items;
    Ok(InboxSheet {
        inbox,
        offset: stations.first().map_or(0, |station| station.utc_offset_minutes),
        now: app.clock.now(),
    })
}

/// Marks one message as read; answers how many are unread now.
#[server(prefix = "/call", endpoint = "read_notification", output = Plain)]
pub async fn read_notification(
    /// Which.
    id: NotificationId,
) -> Result<i64, Problem> {
    use crate::server::service::notifications;

    let (app, actor) = (super::app()?, super::actor()?);
    notifications::read(&app, &actor, id).await.map_err(super::told)
}

/// Marks every message as read.
#[server(prefix = "/call", endpoint = "read_all_notifications", output = Plain)]
pub async fn read_all_notifications() -> Result<(), Problem> {
    use crate::server::service::notifications;

    let (app, actor) = (super::app()?, super::actor()?);
    notifications::read_all(&app, &actor).await.map_err(super::told)
}

/// One page of messages; of the unread ones as many as a few pages of the inbox have.
#[cfg(feature = "ssr")]
async fn gather(
    app: &crate::server::App,
    actor: &crate::server::service::Actor,
    cursor: Option<String>,
    unread_only: bool,
) -> Result<InboxOut, Problem> {
    use crate::server::service::notifications;

    const ENOUGH: usize = 20;
    const MOST_PAGES: usize = 10;
    let mut inbox = notifications::list(app, actor, cursor).await?;
    if !unread_only {
        return Ok(inbox);
    }
    inbox.items.retain(|row| !row.read);
    for _ in 1..MOST_PAGES {
        let Some(cursor) = inbox.next.clone() else { break };
        if inbox.items.len() >= ENOUGH {
            break;
        }
        let more = notifications::list(app, actor, Some(cursor)).await?;
        inbox.items.extend(more.items.into_iter().filter(|row| !row.read));
        inbox.next = more.next;
    }
    Ok(inbox)
}
