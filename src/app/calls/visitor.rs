//! Who is looking, and what the header shows about her.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{BookingId, Problem, Timestamp};
use crate::protocol::rest::UserOut;

/// What the frame of every page needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorOut {
    /// Who is signed in, if anybody.
    pub user: Option<UserOut>,
    /// Unread rows of her inbox.
    pub unread: i64,
    /// Bookmark of that count in her notification topic: epoch and number.
    pub bookmark: Option<(String, u64)>,
    /// Her active booking with the nearest deadline.
    pub active: Option<ActiveBooking>,
    /// The server's clock at this answer.
    pub now: Timestamp,
}

/// A booking that still runs, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActiveBooking {
    /// Which.
    pub id: BookingId,
    /// Until when its packs are held.
    pub deadline: Timestamp,
}

/// Who looks at the page.
#[server(prefix = "/call", endpoint = "visitor", output = Plain)]
pub async fn load_visitor() -> Result<VisitorOut, Problem> {
    use crate::domain::BookingState;
    use crate::server::service::bookings::{self, BookingQuery};
    use crate::server::service::{accounts, notifications};

    let app = super::app()?;
    let now = app.clock.now();
    let Some(actor) = super::visitor() else {
        return Ok(VisitorOut {
            user: None,
            unread: 0,
            bookmark: None,
            active: None,
            now,
        });
    };
    let user = accounts::me(&app, &actor).await?;
    let inbox = notifications::list(&app, &actor, None).await?;
    let states = [
        BookingState::Requested,
        BookingState::Confirmed,
        BookingState::Ready,
    ];
    let query = BookingQuery {
        states: states.to_vec(),
        ..BookingQuery::default()
    };
    let running = bookings::list(&app, &actor, query).await?.items;
    let active = running.iter().min_by_key(|booking| booking.deadline);
    Ok(VisitorOut {
        user: Some(user),
        unread: inbox.unread,
        bookmark: Some((inbox.epoch, inbox.seq)),
        active: active.map(|booking| ActiveBooking {
            id: booking.id,
            deadline: booking.deadline,
        }),
        now,
    })
}
