//! The door of a topic: whether there is one, who may go in, and what is said first.

use std::collections::HashMap;
use std::sync::Arc;

use super::bookmark;
use super::command::Speaker;
use crate::domain::{BookingId, Problem, StationId};
use crate::protocol::frame::Welcome;
use crate::protocol::{ServerMessage, Topic};
use crate::server::App;
use crate::server::live::Audience;
use crate::server::live::follower::Follower;
use crate::server::live::hub::Subscription;
use crate::server::service::{Actor, accounts, bookings, stations};

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
}

/// A caller who was let into a topic.
pub struct Entered {
    /// Which topic.
    pub topic: Topic,
    /// The first frame.
    pub welcome: ServerMessage,
    /// Reads the topic for the caller.
    pub follower: Follower,
    /// Speaks for the caller, where that matters.
    pub speaker: Option<Speaker>,
}

/// Lets a caller into the topic that is wanted, or says why not.
pub async fn enter(app: &App, caller: Caller) -> Result<Entered, Problem> {
    // Who signed out while shaking hands is not in the list of those whose sockets were closed.
    if let Some(actor) = &caller.actor
        && accounts::who_by_hash(app, actor.session.clone()).await?.is_none()
    {
        return Err(Problem::Unauthenticated);
    }
    let (topic, audience) = admit(app, &caller).await?;
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
        follower,
        speaker,
    })
}

/// Which topic it is, and in which light the caller sees it.
async fn admit(app: &App, caller: &Caller) -> Result<(Topic, Audience), Problem> {
    match (&caller.wanted, &caller.actor) {
        (Wanted::Stations, _) => Ok((Topic::Stations, Audience::Both)),
        (Wanted::Station(id), _) => {
            let station = StationId(id.parse().map_err(|_| Problem::not_found("station"))?);
            let topic = Topic::Station(station);
            if !app.hub.is_watched(topic) {
                stations::get(app, station).await?;
            }
            Ok((topic, Audience::Both))
        }
        (Wanted::Notifications, Some(actor)) => Ok((Topic::User(actor.user), Audience::Both)),
        (Wanted::Booking(id), Some(actor)) => {
            let booking = BookingId(id.parse().map_err(|_| Problem::not_found("booking"))?);
            let seen = bookings::get(app, actor, booking).await?;
            let is_own = seen.code.is_some();
            let audience = if is_own {
                Audience::Customer
            } else {
                Audience::Staff
            };
            Ok((Topic::Booking(booking), audience))
        }
        (Wanted::Notifications | Wanted::Booking(_), None) => Err(Problem::Unauthenticated),
    }
}

fn welcome(app: &App, topic: Topic, subscription: &Subscription) -> ServerMessage {
    let message = match topic {
        Topic::Stations => "Connected to stations_all".to_owned(),
        Topic::Station(id) => format!("Connected to station_{id}"),
        Topic::User(_) => "Connected to personal notifications".to_owned(),
        Topic::Booking(id) => format!("Connected to booking_{id}"),
        Topic::StationStaff(id) => format!("Connected to station_staff_{id}"),
    };
    ServerMessage::ConnectionEstablished(Welcome {
        message,
        station_id: match topic {
            Topic::Stations => Some(None),
            Topic::Station(id) | Topic::StationStaff(id) => Some(Some(id)),
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
        epoch: subscription.epoch().to_owned(),
        seq: subscription.joined().get(&topic).copied(),
        server_time: app.clock.now(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
