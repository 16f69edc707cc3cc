//! The door of a topic: whether there is one, who may go in, and what is said first.

use std::collections::HashMap;
use std::sync::Arc;

use super::bookmark;
use super::command::Speaker;
use crate::domain::{BayId, BookingId, Problem, Role, SessionId, StationId};
use crate::protocol::frame::Welcome;
use crate::protocol::{ServerMessage, Topic};
use crate::server::App;
use crate::server::live::follower::Follower;
use crate::server::live::followers::Followers;
use crate::server::live::hub::Subscription;
use crate::server::live::{Audience, Seat};
use crate::server::service::tasks::Place;
use crate::server::service::{Actor, accounts, bays, bookings, sessions, staffing, stations};

/// Who opened the socket and what for.
pub struct Caller {
    /// What it is for.
    pub wanted: Wanted,
    /// Who, where that matters.
    pub actor: Option<Actor>,
    /// From where.
    pub address: String,
    /// What the query of the address said.
    pub asked: HashMap<String, String>,
}

/// A topic as its address names it; whether there is one, the connection finds out.
pub enum Wanted {
    /// Every station.
    Stations,
    /// One station.
    Station(String),
    /// The caller's own messages.
    Notifications,
    /// One booking.
    Booking(String),
    /// One bay.
    Bay(String),
    /// One swap in a bay.
    Session(String),
    /// The work at some stations; nothing where the address names none.
    Staff(Option<Place>),
}

/// A caller who was let into a topic.
pub struct Entered {
    /// Which topic.
    pub topic: Topic,
    /// The first frame.
    pub welcome: ServerMessage,
    /// What is said after it, before anything is read.
    pub first: Vec<ServerMessage>,
    /// Reads the topic for the caller.
    pub follower: Followers,
    /// Speaks for the caller, where that matters.
    pub speaker: Option<Speaker>,
}

/// Who has no business there is refused before anything is opened; what does not exist, the connection finds out.
pub async fn check(app: &App, caller: &Caller) -> Result<(), Problem> {
    let known = match (&caller.wanted, &caller.actor) {
        (Wanted::Staff(place), Some(actor)) => super::staff::check(app, actor, *place).await,
        _ => admit(app, caller).await.map(|_| ()),
    };
    match known {
        Err(Problem::NotFound { .. }) => Ok(()),
        known => known,
    }
}

/// Lets a caller into the topic that is wanted, or says why not.
pub async fn enter(app: &App, caller: Caller, seat: &Seat) -> Result<Entered, Problem> {
    // Who signed out while shaking hands is not in the list of those whose sockets were closed.
    if let Some(actor) = &caller.actor
        && accounts::who_by_hash(app, actor.session.clone()).await?.is_none()
    {
        return Err(Problem::Unauthenticated);
    }
    if let Wanted::Staff(place) = caller.wanted {
        return super::staff::enter(app, caller, place, seat).await;
    }
    let (topic, audience, post) = admit(app, &caller).await?;
    if let Some(post) = post {
        seat.depends_on(post);
        // Who was called back before the seat said so is not in the list of those whose sockets were closed.
        admit_anew(app, &caller, post).await?;
    }
    let subscription = app.hub.subscribe(topic).await?;
    let welcome = welcome(app, topic, &subscription);
    let start = bookmark::start(topic, &caller.asked);
    let follower = Follower::new(Arc::clone(&app.hub), subscription, audience, start);
    let speaker = caller.actor.map(|actor| Speaker {
        actor: Arc::new(actor),
        topic,
        audience,
    });
    Ok(Entered {
        topic,
        welcome,
        first: Vec::new(),
        follower: follower.into(),
        speaker,
    })
}

/// Whether she is still assigned to the station.
async fn admit_anew(app: &App, caller: &Caller, post: StationId) -> Result<(), Problem> {
    let user = caller.actor.as_ref().map(|actor| actor.user);
    let post = user.map(|user| (user, post)).into_iter().collect();
    if staffing::ended_among(app, post).await?.is_empty() {
        Ok(())
    } else {
        Err(Problem::not_found("booking"))
    }
}

/// Which topic it is, in which light the caller sees it, and for who sees it only because of an assignment,
/// to which station.
async fn admit(app: &App, caller: &Caller) -> Result<(Topic, Audience, Option<StationId>), Problem> {
    match (&caller.wanted, &caller.actor) {
        (Wanted::Stations, _) => Ok((Topic::Stations, Audience::Both, None)),
        (Wanted::Station(id), _) => {
            let station = StationId(id.parse().map_err(|_| Problem::not_found("station"))?);
            let topic = Topic::Station(station);
            if !app.hub.is_watched(topic) {
                stations::get(app, station).await?;
            }
            Ok((topic, Audience::Both, None))
        }
        (Wanted::Notifications, Some(actor)) => Ok((Topic::User(actor.user), Audience::Both, None)),
        (Wanted::Booking(id), Some(actor)) => {
            let booking = BookingId(id.parse().map_err(|_| Problem::not_found("booking"))?);
            let seen = bookings::get(app, actor, booking).await?;
            let is_own = seen.code.is_some();
            let audience = if is_own {
                Audience::Customer
            } else {
                Audience::Staff
            };
            let post = (!is_own && is_assigned(actor)).then_some(seen.station_id);
            Ok((Topic::Booking(booking), audience, post))
        }
        (Wanted::Bay(id), Some(actor)) => {
            let bay = BayId(id.parse().map_err(|_| Problem::not_found("bay"))?);
            let seen = bays::get(app, actor, bay).await?;
            let post = is_assigned(actor).then_some(seen.station_id);
            Ok((Topic::Bay(bay), Audience::Staff, post))
        }
        (Wanted::Session(id), Some(actor)) => {
            let session = SessionId(id.parse().map_err(|_| Problem::not_found("session"))?);
            let (seen, audience) = sessions::look(app, actor, session).await?;
            let is_post = audience == Audience::Staff && is_assigned(actor);
            Ok((
                Topic::Session(session),
                audience,
                is_post.then_some(seen.station_id),
            ))
        }
        (Wanted::Notifications | Wanted::Booking(_) | Wanted::Bay(_) | Wanted::Session(_), None) => {
            Err(Problem::Unauthenticated)
        }
        (Wanted::Staff(_), _) => Err(Problem::not_found("station")),
    }
}

/// Whether she may work at stations only because somebody assigned her.
fn is_assigned(actor: &Actor) -> bool {
    matches!(actor.role, Role::Attendant | Role::Lead)
}

fn welcome(app: &App, topic: Topic, subscription: &Subscription) -> ServerMessage {
    let message = match topic {
        Topic::Stations => "Connected to stations_all".to_owned(),
        Topic::Station(id) => format!("Connected to station_{id}"),
        Topic::User(_) => "Connected to personal notifications".to_owned(),
        Topic::Booking(id) => format!("Connected to booking_{id}"),
        Topic::Bay(id) => format!("Connected to bay_{id}"),
        Topic::Session(id) => format!("Connected to session_{id}"),
        // They are welcomed at a door of their own.
        Topic::StationStaff(_) | Topic::Staff(_) | Topic::Operator(_) => format!("Connected to {topic}"),
    };
    ServerMessage::ConnectionEstablished(Welcome {
        message,
        station_id: match topic {
            Topic::Stations => Some(None),
            Topic::Station(id) => Some(Some(id)),
            _ => None,
        },
        user_id: match topic {
            Topic::User(id) => Some(id),
            _ => None,
        },
        booking_id: match topic {
            Topic::Booking(id) => Some(id),
            _ => None,
        },
        bay_id: match topic {
            Topic::Bay(id) => Some(id),
            _ => None,
        },
        session_id: match topic {
            Topic::Session(id) => Some(id),
            _ => None,
        },
        group: None,
        epoch: subscription.epoch().to_owned(),
        seq: subscription.joined().get(&topic).copied(),
        server_time: app.clock.now(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
