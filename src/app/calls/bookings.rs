//! Asking for bookings, and changing one's own.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use super::waitlist::Place;
use crate::domain::{Alternative, BookingId, BookingState, PaymentMethod, Problem, Timestamp};
use crate::protocol::rest::{BookingOut, Page, ReviewOut};

/// A booking and what its page needs besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingSheet {
    /// The booking.
    pub booking: BookingOut,
    /// Its code as a drawing; only for its customer.
    pub qr: Option<QrDrawing>,
    /// What its customer said about it.
    pub review: Option<ReviewOut>,
    /// Somebody takes cards and QR payments.
    pub pays_online: bool,
    /// When its packs are chosen, if that is still to come.
    pub packs_at: Option<Timestamp>,
    /// Where else there is what was booked, when this station cannot give it.
    pub alternatives: Vec<Alternative>,
    /// The server's clock at this answer.
    pub now: Timestamp,
}

/// A QR code as a path of an SVG.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QrDrawing {
    /// Modules a side.
    pub size: usize,
    /// The dark modules.
    pub d: String,
}

/// Which of my bookings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// Those that still run.
    Active,
    /// Those handed over.
    Collected,
    /// Those called off by anybody.
    Cancelled,
    /// Those whose time ran out.
    Expired,
}

impl Which {
    /// Every choice, in the order of the page.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Active,
        Self::Collected,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The name in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::Collected => "collected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Active => "Active",
            Self::Collected => "Collected",
            Self::Cancelled => "Cancelled",
            Self::Expired => "Expired",
        }
    }

    /// By the name in the address; all for anything else.
    pub fn named(name: &str) -> Self {
        let which = Self::ALL.into_iter().find(|which| which.as_str() == name);
        which.unwrap_or_default()
    }

    /// The states that belong to it; none means every state.
    pub fn states(self) -> Vec<BookingState> {
        let belongs = |state: &BookingState| match self {
            Self::All => false,
            Self::Active => !state.is_ended(),
            Self::Collected => *state == BookingState::Completed,
            Self::Cancelled => matches!(
                state,
                BookingState::Cancelled | BookingState::Declined | BookingState::Failed
            ),
            Self::Expired => matches!(state, BookingState::Expired | BookingState::NoShow),
        };
        BookingState::ALL.into_iter().filter(belongs).collect()
    }
}

/// One page of my bookings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// All that run, on the first page, where they are asked for.
    pub running: Vec<BookingOut>,
    /// Where I stand in line, on the first page.
    pub places: Vec<Place>,
    /// The others, newest first, and where they go on.
    pub page: Page<BookingOut>,
    /// The server's clock at this answer.
    pub now: Timestamp,
}

/// One booking with its QR code.
#[server(prefix = "/call", endpoint = "booking", output = Plain)]
pub async fn load_booking(
    /// Which.
    id: BookingId,
) -> Result<BookingSheet, Problem> {
    use crate::domain::booking::qr_text;
    use crate::server::qr;
    use crate::server::service::{bookings, reviews};

    let (app, actor) = (super::app()?, super::actor()?);
    let booking = bookings::get(&app, &actor, id).await.map_err(super::told)?;
    let drawing = booking.code.as_deref().and_then(|code| qr::draw(&qr_text(code)));
    let alternatives = if booking.looks_elsewhere() {
        bookings::alternatives(&app, &actor, id)
            .await
            .map_err(super::told)?
    } else {
        Vec::new()
    };
    Ok(BookingSheet {
        alternatives,
        review: reviews::of_booking(&app, &actor, id).await?,
        pays_online: app.provider().is_some(),
        packs_at: bookings::packs_at(&app, id).await?,
        qr: drawing.map(|qr| QrDrawing {
            size: qr.size,
            d: qr.d,
        }),
        booking,
        now: app.clock.now(),
    })
}

/// Stations nearby that have what was booked.
#[server(prefix = "/call", endpoint = "booking_alternatives", output = Plain)]
pub async fn load_alternatives(
    /// In place of which booking.
    id: BookingId,
) -> Result<Vec<Alternative>, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::alternatives(&app, &actor, id)
        .await
        .map_err(super::told)
}

/// So many bookings that run are shown at most: a page of the API's.
#[cfg(feature = "ssr")]
const MOST_RUNNING: i64 = 100;

/// My bookings: all that run, and the others, newest first.
#[server(prefix = "/call", endpoint = "bookings", output = Plain)]
pub async fn load_history(
    /// Which of them.
    which: Which,
    /// Words that must occur.
    text: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
) -> Result<History, Problem> {
    use crate::server::service::bookings::{self, BookingQuery};

    let (app, actor) = (super::app()?, super::actor()?);
    let list = async |states, text, cursor, limit| {
        let query = BookingQuery {
            states,
            text,
            cursor,
            limit,
            ..BookingQuery::default()
        };
        bookings::list(&app, &actor, query).await.map_err(super::told)
    };
    let is_search = text.is_some();
    let shows_running = cursor.is_none() && matches!(which, Which::All | Which::Active);
    let running = if shows_running {
        list(Which::Active.states(), text.clone(), None, Some(MOST_RUNNING))
            .await?
            .items
    } else {
        Vec::new()
    };
    let ended = || BookingState::ALL.into_iter().filter(|state| state.is_ended());
    let page = match which {
        Which::Active => Page {
            items: Vec::new(),
            next: None,
        },
        Which::All => list(ended().collect(), text, cursor, None).await?,
        which => list(which.states(), text, cursor, None).await?,
    };
    let places = if shows_running && !is_search {
        super::waitlist::places(&app, &actor).await?
    } else {
        Vec::new()
    };
    Ok(History {
        running,
        places,
        page,
        now: app.clock.now(),
    })
}

/// Calls my booking off.
#[server(prefix = "/call", endpoint = "cancel_booking", output = Plain)]
pub async fn cancel_booking(
    /// Which.
    id: BookingId,
) -> Result<BookingOut, Problem> {
    use crate::protocol::rest::CancelIn;
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::cancel(&app, &actor, id, CancelIn::default())
        .await
        .map_err(super::told)
}

/// Takes the cancellation back.
#[server(prefix = "/call", endpoint = "undo_cancel_booking", output = Plain)]
pub async fn undo_cancel_booking(
    /// Which.
    id: BookingId,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::undo_cancel(&app, &actor, id).await.map_err(super::told)
}

/// Moves my deadline on.
#[server(prefix = "/call", endpoint = "renew_booking", output = Plain)]
pub async fn renew_booking(
    /// Which.
    id: BookingId,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::renew(&app, &actor, id).await.map_err(super::told)
}

/// I pay now.
#[server(prefix = "/call", endpoint = "pay_booking", output = Plain)]
pub async fn pay_booking(
    /// Which.
    id: BookingId,
    /// How.
    method: PaymentMethod,
) -> Result<BookingOut, Problem> {
    use crate::protocol::rest::PayIn;
    use crate::server::service::payments;

    let (app, actor) = (super::app()?, super::actor()?);
    payments::pay(&app, &actor, id, PayIn { method })
        .await
        .map_err(super::told)
}

/// The receipt of a booking.
#[server(prefix = "/call", endpoint = "receipt", output = Plain)]
pub async fn load_receipt(
    /// Of which.
    id: BookingId,
) -> Result<crate::protocol::rest::ReceiptOut, Problem> {
    use crate::server::service::payments;

    let (app, actor) = (super::app()?, super::actor()?);
    payments::receipt(&app, &actor, id).await.map_err(super::told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_under_exactly_one_choice() {
        for state in BookingState::ALL {
            let choices = Which::ALL
                .into_iter()
                .filter(|which| which.states().contains(&state));
            assert_eq!(choices.count(), 1, "{state}");
        }
    }
}
