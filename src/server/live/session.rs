//! One connection's side of the contract, as a machine without a socket: something happens, and it says what
//! to do. What it knows of time it is told.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::Text;
use super::closing::Closing;
use super::heard::{Heard, understand};
use crate::domain::{Problem, Timestamp};
use crate::protocol::{ClientMessage, ServerMessage, Topic};

/// The high-water mark goes out so often.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// Protocol pings go out so often.
pub const PING: Duration = Duration::from_secs(25);
/// A peer that says nothing for so long is gone.
pub const SILENCE: Duration = Duration::from_mins(1);
/// Messages a second that a client may send in the long run, …
const RATE: f64 = 20.0;
/// … and at once.
const BURST: f64 = 40.0;
/// Messages too many before the connection is closed.
const STRIKES: u32 = 3;
/// Commands that may wait for their turn.
const MAX_WAITING: usize = 16;

/// What happens to a connection.
#[derive(Debug)]
pub enum Input {
    /// The client said this.
    Text(Text),
    /// The client sent bytes.
    Binary,
    /// The client sent a sign of life that says nothing.
    SignOfLife,
    /// The client said more than anybody may.
    TooLarge,
    /// These frames of the topic are next.
    Frames(Vec<Text>),
    /// The client was too slow for its topic.
    Lost,
    /// A command was carried out; some need no answer, because the topic tells of it.
    Answered(Option<Box<ServerMessage>>),
    /// What the topic needs cannot be read.
    Failed(Problem),
    /// The client takes nothing any more.
    Stuck,
    /// The person is not signed in any more.
    SignedOut,
    /// The server goes down; come back after so long.
    Stopping(Duration),
    /// Time passed. The topic's last number, if the client has everything up to it.
    Tick(Option<u64>),
}

/// When something happens.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// For measuring.
    pub instant: Instant,
    /// For telling.
    pub timestamp: Timestamp,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Output {
    /// Send this frame.
    Frame(Text),
    /// Send this message.
    Say(Box<ServerMessage>),
    /// Send a protocol ping.
    Ping,
    /// Carry out a command and come back with the answer. There is never more than one at work.
    Do(ClientMessage),
    /// Go on with the state of the topic in place of what was lost.
    Conflate,
    /// Close. Nothing follows.
    Close(Closing),
}

/// One connection.
#[derive(Debug)]
pub struct Session {
    topic: Topic,
    is_limited: bool,
    last_heard: Instant,
    next_heartbeat: Instant,
    next_ping: Instant,
    allowance: f64,
    allowance_at: Instant,
    strikes: u32,
    at_work: bool,
    waiting: std::collections::VecDeque<ClientMessage>,
    is_closed: bool,
}

impl Session {
    /// A connection that was just established. `is_limited` is whether its messages are counted.
    pub fn new(topic: Topic, is_limited: bool, now: Instant) -> Self {
        Self {
            topic,
            is_limited,
            last_heard: now,
            next_heartbeat: now + HEARTBEAT,
            next_ping: now + PING,
            allowance: BURST,
            allowance_at: now,
            strikes: 0,
            at_work: false,
            waiting: std::collections::VecDeque::new(),
            is_closed: false,
        }
    }

    /// When it wants to hear of the time next.
    pub fn next_tick(&self) -> Instant {
        let silent = self.last_heard + SILENCE;
        let next = self.next_ping.min(silent);
        if self.has_heartbeat() {
            next.min(self.next_heartbeat)
        } else {
            next
        }
    }

    /// Whether it said to close.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Something happens.
    pub fn on(&mut self, input: Input, now: Moment) -> Vec<Output> {
        if self.is_closed {
            return Vec::new();
        }
        match input {
            Input::Text(text) => self.hear(&text, now),
            Input::Binary => {
                self.last_heard = now.instant;
                self.counted(now.instant, || {
                    vec![error(
                        "unsupported_data",
                        "Send JSON as text; binary messages are not read.",
                    )]
                })
            }
            Input::SignOfLife => {
                self.last_heard = now.instant;
                Vec::new()
            }
            Input::TooLarge => self.close(Closing::TooLarge),
            Input::Frames(frames) => frames.into_iter().map(Output::Frame).collect(),
            Input::Lost if self.topic.may_conflate() => vec![Output::Conflate],
            Input::Lost | Input::Stuck => self.close(Closing::TooSlow),
            Input::Answered(answer) => self.answered(answer),
            Input::Failed(problem) => self.fail(&problem),
            Input::SignedOut => self.close(Closing::SignedOut),
            Input::Stopping(delay) => {
                let retry_after_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
                let mut outputs = vec![say(ServerMessage::ServerRestarting { retry_after_ms })];
                outputs.extend(self.close(Closing::Stopping));
                outputs
            }
            Input::Tick(head) => self.tick(head, now),
        }
    }

    fn hear(&mut self, text: &Text, now: Moment) -> Vec<Output> {
        self.last_heard = now.instant;
        if let Some(refusal) = self.refuse(now.instant) {
            return refusal;
        }
        match understand(self.topic, text) {
            Heard::Message(ClientMessage::Ping { timestamp }) => vec![say(ServerMessage::Pong {
                timestamp,
                server_time: now.timestamp,
            })],
            Heard::Message(command) => self.command(command),
            Heard::Unknown(object) => vec![self.reply_to_unknown(object)],
            Heard::Senseless(why) => vec![error("invalid", why)],
            Heard::NotAnObject => vec![error("invalid_json", "Invalid JSON")],
        }
    }

    fn reply_to_unknown(&self, message: Value) -> Output {
        if self.topic.may_conflate() {
            return say(ServerMessage::Echo { message });
        }
        error("unknown_type", "This socket does not know that type of message.")
    }

    fn command(&mut self, command: ClientMessage) -> Vec<Output> {
        if !self.at_work {
            self.at_work = true;
            return vec![Output::Do(command)];
        }
        if self.waiting.len() >= MAX_WAITING {
            return vec![error(
                "too_many_requests",
                "Wait for the answers before you send more.",
            )];
        }
        self.waiting.push_back(command);
        Vec::new()
    }

    fn answered(&mut self, answer: Option<Box<ServerMessage>>) -> Vec<Output> {
        let mut outputs: Vec<Output> = answer.map(Output::Say).into_iter().collect();
        match self.waiting.pop_front() {
            Some(next) => outputs.push(Output::Do(next)),
            None => self.at_work = false,
        }
        outputs
    }

    fn fail(&mut self, problem: &Problem) -> Vec<Output> {
        let mut outputs = vec![error(problem.code(), &problem.to_string())];
        let closing = match problem {
            Problem::NotFound { .. } => Closing::NotFound,
            _ => Closing::Trouble,
        };
        outputs.extend(self.close(closing));
        outputs
    }

    fn tick(&mut self, head: Option<u64>, now: Moment) -> Vec<Output> {
        if now.instant >= self.last_heard + SILENCE {
            return self.close(Closing::TooSlow);
        }
        let mut outputs = Vec::new();
        if now.instant >= self.next_ping {
            self.next_ping = now.instant + PING;
            outputs.push(Output::Ping);
        }
        if self.has_heartbeat() && now.instant >= self.next_heartbeat {
            self.next_heartbeat = now.instant + HEARTBEAT;
            let server_time = now.timestamp;
            // A client that is still being caught up would take the mark for a loss.
            outputs.extend(head.map(|seq| say(ServerMessage::Heartbeat { seq, server_time })));
        }
        outputs
    }

    /// Several topics at once have no number of their own, so no mark either.
    fn has_heartbeat(&self) -> bool {
        !self.topic.is_union()
    }

    fn counted(&mut self, now: Instant, reply: impl FnOnce() -> Vec<Output>) -> Vec<Output> {
        self.refuse(now).unwrap_or_else(reply)
    }

    /// A token bucket; each message beyond it is a strike, forgiven when the bucket is full again.
    fn refuse(&mut self, now: Instant) -> Option<Vec<Output>> {
        if !self.is_limited {
            return None;
        }
        let earned = now.saturating_duration_since(self.allowance_at).as_secs_f64() * RATE;
        self.allowance = (self.allowance + earned).min(BURST);
        self.allowance_at = now;
        if self.allowance >= BURST {
            self.strikes = 0;
        }
        if self.allowance >= 1.0 {
            self.allowance -= 1.0;
            return None;
        }
        self.strikes += 1;
        let mut outputs = vec![error("too_many_requests", "Too many messages. Slow down.")];
        if self.strikes >= STRIKES {
            outputs.extend(self.close(Closing::TooMany));
        }
        Some(outputs)
    }

    fn close(&mut self, closing: Closing) -> Vec<Output> {
        self.is_closed = true;
        vec![Output::Close(closing)]
    }
}

fn say(message: ServerMessage) -> Output {
    Output::Say(Box::new(message))
}

fn error(code: &str, message: &str) -> Output {
    say(ServerMessage::Error {
        message: message.to_owned(),
        code: code.to_owned(),
        allowed: None,
    })
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
