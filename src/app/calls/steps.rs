//! How staff move a booking on. Each call is one use case; a bare form is sent back to the page it stood on.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{BookingId, ItemId, Problem};
use crate::protocol::rest::BookingOut;

/// A step that needs nothing besides the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlainStep {
    /// Say yes to a request.
    Approve,
    /// The swap begins.
    Start,
    /// The check-in was a mistake.
    UndoCheckIn,
    /// The customer came late after all.
    UndoNoShow,
}

impl PlainStep {
    /// The name in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Start => "start",
            Self::UndoCheckIn => "undo_check_in",
            Self::UndoNoShow => "undo_no_show",
        }
    }
}

/// Moves a booking on.
#[server(prefix = "/call", endpoint = "move_on", output = Plain)]
pub async fn move_on(
    /// Which.
    booking: BookingId,
    /// By which step.
    step: PlainStep,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    match step {
        PlainStep::Approve => bookings::approve(&app, &actor, booking).await,
        PlainStep::Start => bookings::start(&app, &actor, booking).await,
        PlainStep::UndoCheckIn => bookings::undo_check_in(&app, &actor, booking).await,
        PlainStep::UndoNoShow => bookings::undo_no_show(&app, &actor, booking).await,
    }
    .map_err(super::told)
}

/// Says no to a request.
#[server(prefix = "/call", endpoint = "decline_booking", output = Plain)]
pub async fn decline_booking(
    /// Which.
    booking: BookingId,
    /// Why; the customer reads it.
    reason: String,
) -> Result<BookingOut, Problem> {
    use crate::protocol::rest::ReasonIn;
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::decline(&app, &actor, booking, ReasonIn { reason })
        .await
        .map_err(super::told)
}

/// Breaks a swap off.
#[server(prefix = "/call", endpoint = "break_off", output = Plain)]
pub async fn break_off(
    /// Which.
    booking: BookingId,
    /// Why; the customer reads it.
    reason: String,
) -> Result<BookingOut, Problem> {
    use crate::protocol::rest::ReasonIn;
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    bookings::abort(&app, &actor, booking, ReasonIn { reason })
        .await
        .map_err(super::told)
}

/// The customer is here.
#[server(prefix = "/call", endpoint = "check_in_booking", output = Plain)]
pub async fn check_in_booking(
    /// Which.
    booking: BookingId,
    /// What the customer showed: QR text, code or PIN.
    shown: String,
) -> Result<BookingOut, Problem> {
    use crate::server::service::bookings;

    let (app, actor) = (super::app()?, super::actor()?);
    let shown = super::staff::proof_in("shown", &shown)?;
    bookings::check_in(&app, &actor, booking, shown)
        .await
        .map_err(super::told)
}

/// A step of a service that needs nothing besides the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStep {
    /// It is begun.
    Start,
    /// It is done.
    Finish,
    /// It is left out.
    Skip,
}

impl ServiceStep {
    /// The name in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Finish => "finish",
            Self::Skip => "skip",
        }
    }
}

/// Moves a service on.
#[server(prefix = "/call", endpoint = "serve_item", output = Plain)]
pub async fn serve_item(
    /// Which line of a booking.
    item: ItemId,
    /// By which step.
    step: ServiceStep,
) -> Result<BookingOut, Problem> {
    use crate::server::service::services::{self, Deed};

    let (app, actor) = (super::app()?, super::actor()?);
    let deed = match step {
        ServiceStep::Start => Deed::Start,
        ServiceStep::Finish => Deed::Finish,
        ServiceStep::Skip => Deed::Skip,
    };
    services::act(&app, &actor, item, deed).await.map_err(super::told)
}
