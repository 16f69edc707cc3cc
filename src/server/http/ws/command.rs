//! Carries out what a client says on a socket, by the same use cases as the HTTP API.

use std::sync::Arc;

use serde_json::Value;

use super::staff;
use crate::domain::{BayId, BookingId, BookingState, Command, Problem, SessionId};
use crate::protocol::rest::{CancelIn, CollectIn, PartyIn, ReasonIn};
use crate::protocol::{ClientMessage, ServerMessage, Topic};
use crate::server::App;
use crate::server::live::Audience;
use crate::server::service::{Actor, bays, bookings, notifications, sessions};

/// Who speaks, where, and in which light.
#[derive(Clone)]
pub struct Speaker {
    /// Who.
    pub actor: Arc<Actor>,
    /// On which topic.
    pub topic: Topic,
    /// As whom.
    pub audience: Audience,
}

/// Carries out one command. `None` when the topic itself tells of its effect.
pub async fn carry_out(app: App, speaker: Speaker, command: ClientMessage) -> Option<ServerMessage> {
    let outcome = match speaker.topic {
        Topic::User(_) => on_inbox(&app, &speaker, command).await,
        Topic::Booking(booking) => on_booking(&app, &speaker, booking, command).await,
        Topic::Bay(bay) => on_bay(&app, &speaker.actor, bay, command).await,
        Topic::Session(session) => on_session(&app, &speaker.actor, session, command).await,
        topic if topic.is_for_staff() => staff::carry_out(&app, &speaker, command).await,
        _ => Err(Problem::forbidden("This socket takes no commands.")),
    };
    outcome.unwrap_or_else(|problem| Some(refusal(&problem)))
}

/// A problem as an error frame.
pub fn refusal(problem: &Problem) -> ServerMessage {
    let allowed = match problem {
        Problem::IllegalTransition { allowed, .. } => Some(allowed.iter().copied().map(name).collect()),
        _ => None,
    };
    ServerMessage::Error {
        message: problem.to_string(),
        code: problem.code().to_owned(),
        allowed,
    }
}

/// As the HTTP API writes it.
fn name(command: Command) -> String {
    let name = serde_json::to_value(command).ok();
    name.as_ref()
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

type Answer = Result<Option<ServerMessage>, Problem>;

async fn on_inbox(app: &App, speaker: &Speaker, command: ClientMessage) -> Answer {
    let ClientMessage::Ack { id } = command else {
        return Err(Problem::forbidden("This socket takes no such command."));
    };
    notifications::read(app, &speaker.actor, id).await?;
    Ok(Some(ServerMessage::Acked { id }))
}

async fn on_booking(app: &App, speaker: &Speaker, booking: BookingId, command: ClientMessage) -> Answer {
    let actor = &speaker.actor;
    match command {
        ClientMessage::GetStatus => {
            let data = bookings::get(app, actor, booking).await?;
            Ok(Some(ServerMessage::BookingStatus { data }))
        }
        ClientMessage::GetItems => {
            let items = bookings::get(app, actor, booking).await?.items;
            Ok(Some(ServerMessage::ItemsList { items }))
        }
        ClientMessage::UpdateStatus {
            status,
            reason,
            code,
            pin,
        } => {
            let proof = CollectIn { code, pin };
            update_status(app, speaker, booking, &status, reason, proof).await?;
            Ok(None)
        }
        _ => Err(Problem::forbidden("This socket takes no such command.")),
    }
}

async fn on_bay(app: &App, actor: &Actor, bay: BayId, command: ClientMessage) -> Answer {
    match command {
        ClientMessage::GetStatus => {
            let data = bays::get(app, actor, bay).await?;
            return Ok(Some(ServerMessage::BayStatus { data }));
        }
        ClientMessage::Occupy => bays::occupy(app, actor, bay).await?,
        ClientMessage::Release => bays::release(app, actor, bay).await?,
        _ => return Err(Problem::forbidden("This socket takes no such command.")),
    };
    Ok(None)
}

async fn on_session(app: &App, actor: &Actor, session: SessionId, command: ClientMessage) -> Answer {
    match command {
        ClientMessage::GetStatus => {
            let data = sessions::get(app, actor, session).await?;
            return Ok(Some(ServerMessage::SessionStatus { data }));
        }
        ClientMessage::UpdatePartySize { party_size } => {
            sessions::set_party_size(app, actor, session, PartyIn { party_size }).await?
        }
        ClientMessage::CloseSession => sessions::close(app, actor, session).await?,
        _ => return Err(Problem::forbidden("This socket takes no such command.")),
    };
    Ok(None)
}

async fn update_status(
    app: &App,
    speaker: &Speaker,
    booking: BookingId,
    status: &str,
    reason: Option<String>,
    proof: CollectIn,
) -> Result<(), Problem> {
    if speaker.audience != Audience::Staff {
        return Err(Problem::forbidden("Only staff of this station may do that."));
    }
    let wanted: BookingState = status
        .parse()
        .map_err(|_| Problem::invalid("status", "There is no such state of a booking."))?;
    let actor = &speaker.actor;
    match wanted {
        BookingState::Ready => bookings::ready(app, actor, booking).await,
        BookingState::CheckedIn => bookings::check_in(app, actor, booking, proof).await,
        BookingState::InService => bookings::start(app, actor, booking).await,
        BookingState::Completed => bookings::collect(app, actor, booking, proof).await,
        BookingState::Cancelled => bookings::cancel(app, actor, booking, CancelIn { reason }).await,
        BookingState::NoShow => bookings::no_show(app, actor, booking).await,
        BookingState::Confirmed => bookings::approve(app, actor, booking).await,
        BookingState::Declined => {
            let reason = reason.unwrap_or_default();
            bookings::decline(app, actor, booking, ReasonIn { reason }).await
        }
        BookingState::Failed => {
            let reason = reason.unwrap_or_default();
            bookings::abort(app, actor, booking, ReasonIn { reason }).await
        }
        BookingState::Requested | BookingState::Scheduled | BookingState::Expired => {
            Err(Problem::illegal(bookings::get(app, actor, booking).await?.state))
        }
    }?;
    Ok(())
}
