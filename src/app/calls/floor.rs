//! The bays of a station and the swaps in them. Each call is one use case; a bare form is sent back to the page it
//! stood on, or on to the swap that it began.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{BayId, Problem, SessionId, Timestamp};
use crate::protocol::rest::{BatteryModelOut, BayOut, SessionOut};

/// Everything the page of a swap shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionPage {
    /// The swap.
    pub session: SessionOut,
    /// The types of packs, for a customer without a booking.
    pub models: Vec<BatteryModelOut>,
    /// The server's clock at this answer.
    pub as_of: Timestamp,
}

/// Everything the page of a bay shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BayPage {
    /// The bay.
    pub bay: BayOut,
    /// The station's offset from UTC.
    pub utc_offset_minutes: i32,
    /// The server's clock at this answer.
    pub as_of: Timestamp,
}

/// What is done with a bay in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BayStep {
    /// Call the next in line.
    Call,
    /// It is free again.
    Release,
    /// Something is in the way.
    Block,
    /// It is not used for now.
    TakeOut,
}

impl BayStep {
    /// The name in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Release => "release",
            Self::Block => "block",
            Self::TakeOut => "take_out",
        }
    }
}

/// What is done in a swap in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapStep {
    /// On to the next step.
    Next,
    /// A step back.
    Back,
    /// The customer brought no battery.
    NoPack,
    /// The customer took the battery.
    Taken,
    /// Nobody is served after all.
    Close,
    /// Somebody is needed.
    Help,
    /// Not any more.
    Helped,
}

impl SwapStep {
    /// The name in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Back => "back",
            Self::NoPack => "no_pack",
            Self::Taken => "taken",
            Self::Close => "close",
            Self::Help => "help",
            Self::Helped => "helped",
        }
    }
}

/// One bay.
#[server(prefix = "/call", endpoint = "bay", output = Plain)]
pub async fn see_bay(
    /// Which, as the address says.
    id: String,
) -> Result<BayPage, Problem> {
    use crate::server::service::{bays, stations};

    let (app, actor) = (super::app()?, super::actor()?);
    let bay = id.parse().map_err(|_| super::told(Problem::not_found("bay")))?;
    let as_of = app.clock.now();
    let bay = bays::get(&app, &actor, bay).await.map_err(super::told)?;
    let station = stations::get(&app, bay.station_id).await.map_err(super::told)?;
    Ok(BayPage {
        bay,
        utc_offset_minutes: station.utc_offset_minutes,
        as_of,
    })
}

/// One swap, for the staff who serve it.
#[server(prefix = "/call", endpoint = "swap", output = Plain)]
pub async fn see_session(
    /// Which, as the address says.
    id: String,
) -> Result<SessionPage, Problem> {
    use crate::server::service::{sessions, stations};

    let (app, actor) = (super::app()?, super::actor()?);
    let session = id
        .parse()
        .map_err(|_| super::told(Problem::not_found("session")))?;
    if !actor.role.is_staff() {
        return Err(super::told(Problem::forbidden(
            "Only staff of this station may do that.",
        )));
    }
    let as_of = app.clock.now();
    let session = sessions::get(&app, &actor, session).await.map_err(super::told)?;
    let models = stations::models(&app).await.map_err(super::told)?;
    Ok(SessionPage {
        session,
        models,
        as_of,
    })
}

/// Moves a bay on.
#[server(prefix = "/call", endpoint = "move_bay", output = Plain)]
pub async fn move_bay(
    /// Which.
    bay: BayId,
    /// How.
    step: BayStep,
) -> Result<BayOut, Problem> {
    use crate::domain::BayCondition;
    use crate::protocol::rest::{BayPatch, CallIn};
    use crate::server::service::bays;

    let (app, actor) = (super::app()?, super::actor()?);
    let set = |condition| BayPatch {
        condition: Some(condition),
        ..BayPatch::default()
    };
    match step {
        BayStep::Call => bays::call(&app, &actor, bay, CallIn::default()).await,
        BayStep::Release => bays::release(&app, &actor, bay).await,
        BayStep::Block => bays::update(&app, &actor, bay, set(BayCondition::Blocked)).await,
        BayStep::TakeOut => bays::update(&app, &actor, bay, set(BayCondition::OutOfService)).await,
    }
    .map_err(super::told)
}

/// Somebody drives into a bay: who was called there, or whoever has this code or PIN; with neither it is said later.
#[server(prefix = "/call", endpoint = "open_swap", output = Plain)]
pub async fn open_swap(
    /// Into which.
    bay: BayId,
    /// QR text, code or PIN.
    #[server(default)]
    shown: String,
) -> Result<SessionOut, Problem> {
    use crate::protocol::rest::SessionIn;
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    let body = if shown.trim().is_empty() {
        SessionIn::default()
    } else {
        whose(&shown)?
    };
    let session = sessions::open(&app, &actor, bay, body)
        .await
        .map_err(|problem| super::told(at_field("code", "shown", problem)))?;
    if super::plain_form() {
        super::see_other(&format!("/staff/sessions/{}", session.id));
    }
    Ok(session)
}

/// Whose swap it is.
#[server(prefix = "/call", endpoint = "name_customer", output = Plain)]
pub async fn name_customer(
    /// Of which.
    session: SessionId,
    /// QR text, code or PIN.
    shown: String,
) -> Result<SessionOut, Problem> {
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    sessions::identify(&app, &actor, session, whose(&shown)?)
        .await
        .map_err(|problem| super::told(at_field("code", "shown", problem)))
}

/// A customer without a booking.
#[server(prefix = "/call", endpoint = "name_walk_in", output = Plain)]
pub async fn name_walk_in(
    /// In which.
    session: SessionId,
    /// The address of her account; empty for a guest.
    email: String,
    /// What to call a guest.
    name: String,
    /// Which type of pack.
    model: i64,
) -> Result<SessionOut, Problem> {
    use crate::protocol::rest::{SessionIn, WalkIn};
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    let body = SessionIn {
        walk_in: Some(WalkIn {
            email: Some(email),
            name: Some(name),
            model_id: model,
            quantity: None,
        }),
        ..SessionIn::default()
    };
    sessions::identify(&app, &actor, session, body)
        .await
        .map_err(|problem| {
            let problem = at_field("walk_in.email", "email", problem);
            super::told(at_field("walk_in.name", "name", problem))
        })
}

/// Moves a swap on.
#[server(prefix = "/call", endpoint = "swap_on", output = Plain)]
pub async fn swap_on(
    /// Which.
    session: SessionId,
    /// How.
    step: SwapStep,
    /// What stands on the pack that is taken; empty for not looked at.
    #[server(default)]
    serial: String,
) -> Result<SessionOut, Problem> {
    use crate::protocol::rest::{HelpIn, ReturnIn, TakenIn};
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    let help = |needs_help| HelpIn { needs_help };
    let none = ReturnIn {
        none: true,
        ..ReturnIn::default()
    };
    let taken = TakenIn { serial: Some(serial) };
    match step {
        SwapStep::Next => sessions::next(&app, &actor, session).await,
        SwapStep::Back => sessions::back(&app, &actor, session).await,
        SwapStep::NoPack => sessions::take_in(&app, &actor, session, none).await,
        SwapStep::Taken => sessions::taken(&app, &actor, session, taken).await,
        SwapStep::Close => sessions::close(&app, &actor, session).await,
        SwapStep::Help => sessions::ask_for_help(&app, &actor, session, help(true)).await,
        SwapStep::Helped => sessions::ask_for_help(&app, &actor, session, help(false)).await,
    }
    .map_err(super::told)
}

/// The customer's battery goes in.
#[server(prefix = "/call", endpoint = "bring_pack", output = Plain)]
pub async fn bring_pack(
    /// In which swap.
    session: SessionId,
    /// What stands on it.
    serial: String,
    /// Its charge, as typed; empty for not measured.
    #[server(default)]
    soc: String,
    /// What is broken; empty for nothing.
    #[server(default)]
    damage: String,
    /// Take it in although something is unexpected.
    #[server(default)]
    confirm: bool,
) -> Result<SessionOut, Problem> {
    use crate::protocol::rest::ReturnIn;
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    let soc = match soc.trim() {
        "" => None,
        typed => Some(
            typed
                .parse()
                .map_err(|_| super::told(Problem::invalid("soc", "Give a whole number from 0 to 100.")))?,
        ),
    };
    let body = ReturnIn {
        serial: Some(serial),
        soc,
        damage: Some(damage),
        confirm,
        ..ReturnIn::default()
    };
    sessions::take_in(&app, &actor, session, body)
        .await
        .map_err(super::told)
}

/// What was due is counted.
#[server(prefix = "/call", endpoint = "pay_swap", output = Plain)]
pub async fn pay_swap(
    /// Of which swap.
    session: SessionId,
    /// What the customer handed over, as people write it.
    received: String,
) -> Result<SessionOut, Problem> {
    use crate::domain::Money;
    use crate::protocol::rest::CashIn;
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    let hint = || super::told(Problem::invalid("received", "Write an amount, like 95 or 95.00."));
    let known = sessions::get(&app, &actor, session).await.map_err(super::told)?;
    let currency = known.currency.ok_or_else(hint)?;
    let received = Money::typed(&received, currency).ok_or_else(hint)?.minor;
    let body = CashIn {
        received: Some(received),
    };
    sessions::pay(&app, &actor, session, body)
        .await
        .map_err(super::told)
}

/// Breaks a swap off.
#[server(prefix = "/call", endpoint = "break_swap_off", output = Plain)]
pub async fn break_swap_off(
    /// Which.
    session: SessionId,
    /// Why; the customer reads it.
    reason: String,
) -> Result<SessionOut, Problem> {
    use crate::protocol::rest::ReasonIn;
    use crate::server::service::sessions;

    let (app, actor) = (super::app()?, super::actor()?);
    sessions::abort(&app, &actor, session, ReasonIn { reason })
        .await
        .map_err(super::told)
}

/// What was scanned or typed, as code or PIN.
#[cfg(feature = "ssr")]
fn whose(shown: &str) -> Result<crate::protocol::rest::SessionIn, Problem> {
    let proof = super::staff::proof_in("shown", shown)?;
    Ok(crate::protocol::rest::SessionIn {
        code: proof.code,
        pin: proof.pin,
        ..crate::protocol::rest::SessionIn::default()
    })
}

/// A complaint about a field of the API, about the one of the form.
#[cfg(feature = "ssr")]
fn at_field(theirs: &str, ours: &str, problem: Problem) -> Problem {
    match problem {
        Problem::Invalid { mut errors } => {
            for error in errors.iter_mut().filter(|error| error.field == theirs) {
                ours.clone_into(&mut error.field);
            }
            Problem::Invalid { errors }
        }
        other => other,
    }
}
