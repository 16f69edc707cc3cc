//! One open socket: lets its caller into a topic and then carries messages between the socket, the topic and
//! the rules of the session. Nothing here decides anything.

use std::future::pending;
use std::pin::Pin;
use std::time::{Duration, Instant};

use axum::extract::ws::WebSocket;
use metrics::counter;
use rand::RngExt;

use super::command::{self, Speaker};
use super::entrance::{self, Caller};
use super::wire::{Broken, Incoming, Wire};
use crate::domain::Problem;
use crate::protocol::ServerMessage;
use crate::server::App;
use crate::server::config::Switch;
use crate::server::live::closing::Closing;
use crate::server::live::follower::{Piece, written};
use crate::server::live::followers::Followers;
use crate::server::live::presence::Person;
use crate::server::live::session::{Input, Moment, Output};
use crate::server::live::{Seat, Session};
use crate::server::telemetry::Metric;

/// After a stop clients come back spread over a time in which so many a second can be taken in.
const COMING_BACK_PER_S: u64 = 2_000;
/// They spread over this long at least.
const LEAST_SPREAD: Duration = Duration::from_secs(1);

/// A server that stops waits so long for a client that takes nothing.
const LAST_WORDS: Duration = Duration::from_secs(2);

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
    let entered = match entrance::enter(&app, caller, &seat).await {
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
    let outcome = match greet(&mut wire, &entered.welcome, &entered.first).await {
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

async fn greet(wire: &mut Wire, welcome: &ServerMessage, first: &[ServerMessage]) -> Result<(), Broken> {
    for message in std::iter::once(welcome).chain(first) {
        say(wire, message).await?;
    }
    Ok(())
}

async fn say(wire: &mut Wire, message: &ServerMessage) -> Result<(), Broken> {
    for text in written(std::slice::from_ref(message)).unwrap_or_default() {
        wire.put(text).await?;
    }
    Ok(())
}

/// A caller in a topic.
struct Connection {
    app: App,
    seat: Seat,
    session: Session,
    follower: Followers,
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
                () = self.seat.outdated() => Input::Stopping(Duration::ZERO),
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
        let stopped = async {
            app.shutdown.cancelled().await;
            tokio::time::sleep(LAST_WORDS).await;
        };
        tokio::select! {
            done = doing => done,
            () = seat.ended() => Ok(Some(Closing::SignedOut)),
            () = stopped => Err(Broken::Gone),
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
