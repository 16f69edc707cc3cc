//! A session begins: somebody drives into a bay, with a booking or without, and it is said whose swap it is.

use std::sync::Arc;

use uuid::Uuid;

use super::{answer, at_my_station, due_of, moved, must_be_at, save, timers_of};
use crate::domain::session::MAX_PARTY;
use crate::domain::{
    BayCommand, BayId, BookingId, DisplayName, Email, ItemKind, PaymentMethod, Problem, Role, SessionId,
    SessionStep, StationId, Timers,
};
use crate::protocol::rest::{BookIn, BookItemIn, CollectIn, SessionIn, SessionOut, WalkIn};
use crate::server::App;
use crate::server::service::bookings::{self, Order, Proof};
use crate::server::service::form::Form;
use crate::server::service::{Actor, bays};
use crate::server::store::accounts::{NewCustomer, UserRow};
use crate::server::store::bookings::BookingRecord;
use crate::server::store::floor::sessions::open_for;
use crate::server::store::floor::{BayNow, BayRecord, NewSession, SessionNow};
use crate::server::store::{
    Audit, Failure, IdKind, StoreError, Tx, accounts, bookings as booking_rows, rules,
};

/// Characters of a session's code.
const CODE_LENGTH: usize = 8;

/// Who stands there, as it was said.
#[derive(Clone, Debug)]
enum Whom {
    /// Who was called there; else that is said later.
    Called,
    /// This booking, proved where it is not checked in yet.
    Booking(BookingId, Option<Proof>),
    /// Whoever has this code or PIN.
    With(Proof),
    /// A customer without a booking.
    WalkIn(WalkIn),
}

impl Whom {
    fn parse(body: &SessionIn) -> Result<Self, Problem> {
        let has_proof = body.code.is_some() || body.pin.is_some();
        let proof = || {
            Proof::parse(CollectIn {
                code: body.code.clone(),
                pin: body.pin.clone(),
            })
        };
        match (body.booking_id, &body.walk_in) {
            (None, Some(walk_in)) if !has_proof => Ok(Self::WalkIn(walk_in.clone())),
            (_, Some(_)) => {
                let detail = "A walk-in has no booking yet: send it without code and booking.";
                Err(Problem::invalid("walk_in", detail))
            }
            (Some(id), None) => Ok(Self::Booking(
                BookingId(id),
                if has_proof { Some(proof()?) } else { None },
            )),
            (None, None) if has_proof => Ok(Self::With(proof()?)),
            (None, None) => Ok(Self::Called),
        }
    }
}

/// What was said besides.
#[derive(Clone, Debug)]
struct Asked {
    whom: Whom,
    party_size: i64,
    notes: Option<String>,
}

impl Asked {
    fn parse(body: &SessionIn) -> Result<Self, Problem> {
        let mut form = Form::default();
        let party_size = form.number("party_size", body.party_size.unwrap_or(1), 1..=MAX_PARTY);
        let notes = form.text_or_none("notes", body.notes.as_deref(), 200);
        form.finish()?;
        Ok(Self {
            whom: Whom::parse(body)?,
            party_size,
            notes,
        })
    }
}

/// Opens a session in a bay (staff). Whoever is named is checked in by it, and her swap begins.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::BayBusy`],
/// [`Problem::IllegalTransition`], [`Problem::TooLate`], [`Problem::WrongCode`], [`Problem::CodeLocked`]; for a
/// walk-in those of booking.
pub async fn open(app: &App, actor: &Actor, bay: BayId, body: SessionIn) -> Result<SessionOut, Problem> {
    let asked = Asked::parse(&body)?;
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, asked) = (who.clone(), timers.clone(), asked.clone());
            Box::pin(async move {
                let bay = bays::at_my_station(tx, &actor, bay).await?;
                if bay.state().after(BayCommand::Occupy).is_none() {
                    return Err(bays::busy(&bay).into());
                }
                let called = bay.now.called.map(|(booking, _)| booking);
                let found = find(tx, &actor, bay.station, &asked.whom, called, &timers).await?;
                if called.is_some() && called != found {
                    return Err(bays::busy(&bay).into());
                }
                let booking = match found {
                    None => None,
                    Some(id) => match admit(tx, &actor, bay.station, id, &asked.whom, &timers).await? {
                        Ok(booking) => Some(booking),
                        Err(problem) => return Ok(Err(problem)),
                    },
                };
                let session = insert(tx, &actor, &bay, booking.as_ref(), &asked, &timers).await?;
                if let Some(booking) = &booking {
                    bookings::begin(tx, booking, &timers).await?;
                }
                answer(tx, &actor, session).await.map(Ok)
            })
        })
        .await?
}

/// Says whose swap goes on in a session that was opened without (staff).
///
/// # Errors
/// As [`open`]; [`Problem::SessionBusy`] when that is known already.
pub async fn identify(
    app: &App,
    actor: &Actor,
    session: SessionId,
    body: SessionIn,
) -> Result<SessionOut, Problem> {
    let asked = Asked::parse(&body)?;
    if matches!(asked.whom, Whom::Called) {
        return Err(Problem::invalid(
            "code",
            "Scan or type the customer's code or PIN.",
        ));
    }
    let is_party_said = body.party_size.is_some();
    let (who, timers) = (actor.clone(), app.timers.clone());
    app.db
        .write(actor.cause(), move |tx| {
            let (actor, timers, asked) = (who.clone(), timers.clone(), asked.clone());
            Box::pin(async move {
                let record = at_my_station(tx, &actor, session).await?;
                must_be_at(&record, SessionStep::Open)?;
                let Some(id) = find(tx, &actor, record.station, &asked.whom, None, &timers).await? else {
                    return Err(no_such_code().into());
                };
                let booking = match admit(tx, &actor, record.station, id, &asked.whom, &timers).await? {
                    Ok(booking) => booking,
                    Err(problem) => return Ok(Err(problem)),
                };
                let here = timers_of(tx, &record, &timers).await?;
                let mut to = moved(&record, SessionStep::Identified, &here, tx.now());
                to.booking = Some(id);
                to.notes = asked.notes.clone().or(to.notes);
                if is_party_said {
                    to.party_size = asked.party_size;
                }
                save(tx, &record, &to, "identify", None).await?;
                bookings::begin(tx, &booking, &timers).await?;
                answer(tx, &actor, session).await.map(Ok)
            })
        })
        .await?
}

/// The booking that is meant; made now for a walk-in.
async fn find(
    tx: &mut Tx<'_>,
    actor: &Actor,
    station: StationId,
    whom: &Whom,
    called: Option<BookingId>,
    timers: &Arc<Timers>,
) -> Result<Option<BookingId>, Failure> {
    match whom {
        Whom::Called => Ok(called),
        Whom::Booking(booking, _) => Ok(Some(*booking)),
        Whom::With(proof) => {
            let found = booking_rows::by_code(tx.connection(), station, proof.text()).await?;
            found.map(Some).ok_or_else(|| no_such_code().into())
        }
        Whom::WalkIn(walk_in) => walk_in_booking(tx, actor, station, walk_in, timers)
            .await
            .map(Some),
    }
}

fn no_such_code() -> Problem {
    let detail = "No running booking at this station has that code or PIN.";
    Problem::invalid("code", detail)
}

/// The booking, if its swap may begin here. The inner error is told and the transaction stands: a wrong code counts.
async fn admit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    station: StationId,
    booking: BookingId,
    whom: &Whom,
    timers: &Timers,
) -> Result<Result<BookingRecord, Problem>, Failure> {
    let record = bookings::at_my_station(tx, actor, booking).await?;
    if record.station != station {
        return Err(Problem::not_found("booking").into());
    }
    if open_for(tx.connection(), booking).await?.is_some() {
        let detail = "The swap of this booking goes on already.".to_owned();
        return Err(Problem::SessionBusy { detail }.into());
    }
    let (proof, is_proved) = match whom {
        Whom::Booking(_, proof) => (proof.as_ref(), false),
        Whom::With(proof) => (Some(proof), false),
        // Nothing is proved by a code that was made a moment ago, or was asked for when she checked in.
        Whom::WalkIn(_) | Whom::Called => (None, true),
    };
    let admitted = bookings::may_begin(tx, &record, proof, is_proved, timers).await?;
    Ok(admitted.map(|()| record))
}

/// A booking for a customer who has none, of which staff ask nothing more.
async fn walk_in_booking(
    tx: &mut Tx<'_>,
    actor: &Actor,
    station: StationId,
    walk_in: &WalkIn,
    timers: &Arc<Timers>,
) -> Result<BookingId, Failure> {
    let customer = match walk_in.email.as_deref().map(str::trim) {
        None | Some("") => guest(tx, walk_in.name.as_deref()).await?,
        Some(email) => with_account(tx, email).await?,
    };
    let order = Order::parse(&BookIn {
        station_id: station.0,
        items: vec![BookItemIn {
            kind: ItemKind::Swap,
            model_id: Some(walk_in.model_id),
            battery_id: None,
            service_id: None,
            quantity: walk_in.quantity,
            slot_at: None,
        }],
        payment_method: PaymentMethod::Cash,
        vehicle: None,
        wants_help: None,
        pickup_at: None,
        hold_minutes: None,
    })?;
    let customer = Actor {
        user: customer.id,
        name: customer.name,
        email: customer.email,
        role: customer.role,
        operator: None,
        stations: Vec::new(),
        session: String::new(),
        request_id: actor.request_id.clone(),
    };
    bookings::for_walk_in(tx, customer, order, timers).await
}

async fn with_account(tx: &mut Tx<'_>, typed: &str) -> Result<UserRow, Failure> {
    let email = typed.parse::<Email>().map(Email::into_string).unwrap_or_default();
    let customer = accounts::find_by_email(tx.connection(), &email).await?;
    let customer = customer.filter(|customer| customer.active && customer.role == Role::Customer);
    customer.ok_or_else(|| {
        let detail = "No customer has an account with this address.";
        Problem::invalid("walk_in.email", detail).into()
    })
}

/// Somebody without an account: nobody can sign in as her, and nothing is known of her but what she is called.
async fn guest(tx: &mut Tx<'_>, name: Option<&str>) -> Result<UserRow, Failure> {
    let name = match name.map(str::trim) {
        None | Some("") => "Guest".to_owned(),
        Some(name) => {
            let name = name.parse::<DisplayName>();
            name.map_err(|complaint| Problem::invalid("walk_in.name", complaint))?
                .into_string()
        }
    };
    let new = NewCustomer {
        email: format!("guest:{}", Uuid::now_v7()),
        name,
        phone: None,
        password_hash: String::new(),
    };
    let id = tx.insert_customer(&new).await?.ok_or(StoreError::Overtaken)?;
    let guest = accounts::find(tx.connection(), id).await?;
    guest.ok_or_else(|| StoreError::Overtaken.into())
}

async fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    bay: &BayRecord,
    booking: Option<&BookingRecord>,
    asked: &Asked,
    installation: &Timers,
) -> Result<SessionId, Failure> {
    let timers = rules::timers_at(tx.connection(), bay.station, bay.operator, installation).await?;
    let id = SessionId(tx.next_id(IdKind::Session)?);
    let step = match booking {
        Some(_) => SessionStep::Identified,
        None => SessionStep::Open,
    };
    let mut now = SessionNow {
        booking: booking.map(|booking| booking.id),
        party_size: asked.party_size,
        step,
        step_at: tx.now(),
        needs_help: false,
        alarm: None,
        notes: asked.notes.clone(),
        dispense_until: None,
        due_at: None,
        ended: None,
    };
    now.due_at = due_of(&now, tx.now(), &timers);
    let free = BayNow {
        called: None,
        ..bay.now.clone()
    };
    // The bay's row first: who is about to block it waits for this, and then sees it.
    bays::change(tx, bay, BayCommand::Occupy, &free).await?;
    tx.open_session(&NewSession {
        id,
        code: bookings::random_code(CODE_LENGTH),
        bay: bay.id,
        station: bay.station,
        opened_by: actor.user,
        now,
    })
    .await?;
    tx.audit(Audit {
        entity: "session",
        entity_id: id.0,
        action: "open",
        to: Some(step.as_str()),
        ..Audit::default()
    })
    .await?;
    Ok(id)
}
