//! One open socket: lets its caller into a topic and then carries messages between the socket, the topic and
//! the rules of the session. Nothing here decides anything.

use std::collections::HashMap;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::WebSocket;
use metrics::counter;
use rand::RngExt;

use super::bookmark;
use super::command::{self, Speaker};
use super::wire::{Broken, Incoming, Wire};
use crate::domain::{BookingId, Problem, StationId};
use crate::protocol::frame::Welcome;
use crate::protocol::{ServerMessage, Topic};
use crate::server::App;
use crate::server::config::Switch;
use crate::server::live::follower::{Follower, Piece, written};
use crate::server::live::hub::Subscription;
use crate::server::live::presence::Person;
use crate::server::live::session::{Closing, Input, Moment, Output};
use crate::server::live::{Audience, Seat, Session};
use crate::server::service::{Actor, accounts, bookings, stations};
use crate::server::telemetry::Metric;

/// After a stop clients come back spread over a time in which so many a second can be taken in.
const COMING_BACK_PER_S: u64 = 2_000;
/// They spread over this long at least.
const LEAST_SPREAD: Duration = Duration::from_secs(1);

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

/// A command at work.
type Work = Pin<Box<dyn Future<Output = Option<ServerMessage>> + Send>>;

/// Serves one socket until it ends.
pub async fn serve(app: App, socket: WebSocket, caller: Caller) {
    let mut wire = Wire::new(socket);
    let person = caller.actor.as_ref().map(|actor| Person {
        user: actor.user,
        session: actor.session.clone(),
    });
    let Some(seat) = app.presence.seat(&caller.address, person.as_ref()) else {
        let problem = Problem::TooManyRequests {
            retry_after_s: LEAST_SPREAD.as_secs(),
        };
        return refuse(wire, &problem, Closing::TooMany).await;
    };
    let entered = match enter(&app, caller).await {
        Ok(entered) => entered,
        Err(problem) => {
            let closing = match problem {
                Problem::NotFound { .. } => Closing::NotFound,
                Problem::Unauthenticated => Closing::SignedOut,
                _ => Closing::Trouble,
            };
            return refuse(wire, &problem, closing).await;
        }
    };
    let mut connection = Connection {
        session: Session::new(entered.topic, app.config.rate_limit == Switch::On, Instant::now()),
        follower: entered.follower,
        speaker: entered.speaker,
        work: None,
        app,
        seat,
    };
    let outcome = match say(&mut wire, &entered.welcome).await {
        Ok(()) => connection.converse(&mut wire).await,
        Err(broken) => Err(broken),
    };
    match outcome {
        Ok(Some(closing)) => wire.close(closing).await,
        Ok(None) | Err(Broken::Gone) => {}
        Err(Broken::Stuck) => wire.close(Closing::TooSlow).await,
    }
}

async fn refuse(mut wire: Wire, problem: &Problem, closing: Closing) {
    if say(&mut wire, &command::refusal(problem)).await.is_ok() && wire.send().await.is_ok() {
        wire.close(closing).await;
    }
}

async fn say(wire: &mut Wire, message: &ServerMessage) -> Result<(), Broken> {
    for text in written(std::slice::from_ref(message)).unwrap_or_default() {
        wire.put(text).await?;
    }
    Ok(())
}

/// A caller who was let into a topic.
struct Entered {
    topic: Topic,
    welcome: ServerMessage,
    follower: Follower,
    speaker: Option<Speaker>,
}

async fn enter(app: &App, caller: Caller) -> Result<Entered, Problem> {
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
        epoch: subscription.epoch(),
        seq: subscription.head(),
        server_time: app.clock.now(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// A caller in a topic.
struct Connection {
    app: App,
    seat: Seat,
    session: Session,
    follower: Follower,
    speaker: Option<Speaker>,
    work: Option<Work>,
}

impl Connection {
    /// Goes on until somebody closes. `None` when the client did.
    async fn converse(&mut self, wire: &mut Wire) -> Result<Option<Closing>, Broken> {
        wire.send().await?;
        let alarm = tokio::time::sleep_until(self.session.next_tick().into());
        tokio::pin!(alarm);
        loop {
            let input = tokio::select! {
                () = self.seat.ended() => Input::SignedOut,
                () = self.app.shutdown.cancelled() => Input::Stopping(self.come_back_in()),
                answer = finished(&mut self.work) => {
                    self.work = None;
                    Input::Answered(answer.map(Box::new))
                }
                piece = self.follower.next() => match piece {
                    Ok(Piece::Frames(frames)) => Input::Frames(frames),
                    Ok(Piece::Lost) => Input::Lost,
                    Err(problem) => Input::Failed(problem),
                },
                incoming = wire.next() => match incoming {
                    Incoming::Input(input) => input,
                    Incoming::Nothing => continue,
                    Incoming::Gone => return Ok(None),
                },
                () = &mut alarm => Input::Tick(self.follower.settled_head()),
            };
            if let Some(closing) = self.take(wire, input).await? {
                return Ok(Some(closing));
            }
            let next = self.session.next_tick().into();
            if alarm.deadline() != next {
                alarm.as_mut().reset(next);
            }
        }
    }

    /// Gives the session what happened and does what it says. Who is signed out meanwhile is not waited for.
    async fn take(&mut self, wire: &mut Wire, input: Input) -> Result<Option<Closing>, Broken> {
        let now = Moment {
            instant: Instant::now(),
            timestamp: self.app.clock.now(),
        };
        let outputs = self.session.on(input, now);
        let Self {
            app,
            seat,
            follower,
            speaker,
            work,
            ..
        } = self;
        let doing = async {
            for output in outputs {
                match output {
                    Output::Frame(text) => wire.put(text).await?,
                    Output::Say(message) => say(wire, &message).await?,
                    Output::Ping => wire.ping().await?,
                    Output::Conflate => {
                        counter!(Metric::WsConflations.name()).increment(1);
                        follower.conflate();
                    }
                    Output::Do(command) => {
                        let speaker = speaker.clone();
                        *work = speaker.map(|speaker| -> Work {
                            Box::pin(command::carry_out(app.clone(), speaker, command))
                        });
                    }
                    Output::Close(closing) => return Ok(Some(closing)),
                }
            }
            wire.send().await?;
            Ok(None)
        };
        tokio::select! {
            done = doing => done,
            () = seat.ended() => Ok(Some(Closing::SignedOut)),
        }
    }

    fn come_back_in(&self) -> Duration {
        let connections = self.app.presence.taken() as u64;
        let spread = Duration::from_millis(connections * 1_000 / COMING_BACK_PER_S).max(LEAST_SPREAD);
        spread.mul_f64(rand::rng().random_range(0.0..1.0))
    }
}

async fn finished(work: &mut Option<Work>) -> Option<ServerMessage> {
    match work {
        Some(work) => work.await,
        None => pending().await,
    }
}
