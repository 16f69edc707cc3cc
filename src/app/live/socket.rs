//! The socket behind a line, in the browser: connects, listens, notices silence and gaps, and connects
//! again from the bookmark. One reconnection per socket, whatever the browser reports about its end. Knows
//! nothing of what the frames mean.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures_util::future::{Either, select};
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::clock::Clock;
use super::cursor::{Cursor, Verdict, backoff_ms};
use super::line::{Link, Taken};
use super::talk::{BEHIND_MS, Ending, GOOD_MS, Talk};
use crate::app::browser;
use crate::domain::Timestamp;
use crate::protocol::Envelope;

/// A `ClientMessage::Ping`.
const PING: &str = r#"{"type":"ping"}"#;
const RECONNECTING_AFTER_MS: u32 = 3_000;
const STALE_AFTER_MS: u32 = 30_000;
/// Signed out, no such thing: coming back would not help.
const FINAL_CODES: [u16; 2] = [4401, 4404];

/// What the line and its running task share.
pub struct Wire {
    link: RwSignal<Link>,
    as_of: RwSignal<Timestamp>,
    clock: Clock,
    outbox: RefCell<VecDeque<&'static str>>,
    waker: RefCell<Option<Waker>>,
    rung: Cell<bool>,
    woken: Cell<bool>,
    closed: Cell<bool>,
    /// Counts the times the line came up, so that a late alarm about an older loss is ignored.
    ups: Cell<u32>,
    up: Cell<bool>,
}

/// What a connection waited for.
enum Event {
    Frame(Option<Result<Message, WebSocketError>>),
    Bell,
    Time,
}

impl Wire {
    pub(super) fn new(link: RwSignal<Link>, as_of: RwSignal<Timestamp>) -> Self {
        Self {
            link,
            as_of,
            clock: Clock::get(),
            outbox: RefCell::default(),
            waker: RefCell::default(),
            rung: Cell::new(false),
            woken: Cell::new(false),
            closed: Cell::new(false),
            ups: Cell::new(0),
            up: Cell::new(false),
        }
    }

    pub(super) fn start(wire: &Rc<Self>, cursor: Cursor, take: impl Fn(&Envelope, &str) -> Taken + 'static) {
        let task = Rc::clone(wire);
        spawn_local(async move { task.run(cursor, &take).await });
        let woken = Rc::clone(wire);
        let wakes = woken.clock;
        Effect::new(move |before: Option<u32>| {
            let wakes = wakes.wakes();
            if before.is_some() {
                woken.retry();
            }
            wakes
        });
    }

    pub(super) fn close(&self) {
        self.closed.set(true);
        self.ring();
    }

    pub(super) fn retry(&self) {
        self.woken.set(true);
        self.ring();
    }

    fn ring(&self) {
        self.rung.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    async fn bell(&self) {
        poll_fn(|context| {
            if self.rung.replace(false) {
                return Poll::Ready(());
            }
            *self.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    async fn run(self: &Rc<Self>, mut cursor: Cursor, take: &impl Fn(&Envelope, &str) -> Taken) {
        let mut tries = 0;
        self.went_down();
        while !self.closed.get() {
            let wait = match self.talk(&mut cursor, take).await {
                _ if self.closed.get() => return,
                Ending::Final => {
                    self.link.set(Link::Ended);
                    return;
                }
                Ending::Restarting(wait) => wait,
                Ending::Gap if tries == 0 => 0,
                Ending::Dropped { lived_ms } if lived_ms > GOOD_MS => {
                    tries = 0;
                    backoff_ms(tries, browser::random())
                }
                Ending::Gap | Ending::Dropped { .. } => backoff_ms(tries, browser::random()),
            };
            tries += 1;
            self.went_down();
            self.pause(wait).await;
        }
    }

    /// Waits, unless somebody or something wakes us.
    async fn pause(&self, ms: u32) {
        let end = browser::now_ms() + f64::from(ms);
        while !self.closed.get() && !self.woken.replace(false) {
            let left = end - browser::now_ms();
            if left <= 0.0 {
                return;
            }
            select(Box::pin(self.bell()), sleep(left)).await;
        }
    }

    /// One connection, from its opening to its end.
    async fn talk(self: &Rc<Self>, cursor: &mut Cursor, take: &impl Fn(&Envelope, &str) -> Taken) -> Ending {
        let mut talk = Talk::new();
        let Ok(mut socket) = WebSocket::open(&cursor.address()) else {
            return talk.dropped();
        };
        loop {
            let ended = match self.wait(&mut socket, talk.patience_ms()).await {
                _ if self.closed.get() => Some(Ending::Final),
                Event::Frame(Some(Ok(Message::Text(text)))) => self.hear(&text, &mut talk, cursor, take),
                Event::Frame(Some(Ok(Message::Bytes(_)))) => None,
                Event::Frame(Some(Err(WebSocketError::ConnectionClose(close))))
                    if FINAL_CODES.contains(&close.code) =>
                {
                    Some(Ending::Final)
                }
                Event::Frame(_) => Some(talk.dropped()),
                Event::Bell => {
                    // Without a network the socket is dead, whatever the browser still believes of it.
                    let is_lost = || talk.is_silent() || !browser::is_online();
                    (self.woken.replace(false) && is_lost()).then(|| talk.dropped())
                }
                Event::Time => self.overdue(&mut talk),
            };
            if let Some(ending) = ended {
                return ending;
            }
            if talk.welcomed {
                self.speak(&mut socket).await;
            }
        }
    }

    fn hear(
        &self,
        text: &str,
        talk: &mut Talk,
        cursor: &mut Cursor,
        take: &impl Fn(&Envelope, &str) -> Taken,
    ) -> Option<Ending> {
        (talk.heard, talk.asked) = (browser::now_ms(), None);
        let Ok(frame) = Envelope::read(text) else {
            cursor.forget();
            return Some(talk.dropped());
        };
        if frame.kind == "server_restarting" {
            let wait = frame.retry_after_ms.unwrap_or_default();
            return Some(Ending::Restarting(u32::try_from(wait).unwrap_or(u32::MAX)));
        }
        match cursor.judge(&frame) {
            Verdict::Gap => return Some(Ending::Gap),
            Verdict::Behind => talk.behind = talk.behind.or(Some(talk.heard)),
            Verdict::Skip => talk.behind = None,
            Verdict::Take => {
                talk.behind = None;
                if take(&frame, text).is_err() {
                    // It cannot be read: begin again with the whole state.
                    cursor.forget();
                    return Some(talk.dropped());
                }
            }
        }
        talk.welcomed = true;
        self.came_up(&frame);
        None
    }

    /// Nothing came in time: an event that a heartbeat told of, an answer, or anything at all.
    fn overdue(&self, talk: &mut Talk) -> Option<Ending> {
        let now = browser::now_ms();
        if talk.behind.is_some_and(|behind| now - behind >= BEHIND_MS) {
            return Some(Ending::Gap);
        }
        if talk.asked.is_some() || !talk.welcomed {
            return Some(talk.dropped());
        }
        talk.asked = Some(now);
        self.outbox.borrow_mut().push_back(PING);
        self.ring();
        None
    }

    async fn wait(&self, socket: &mut WebSocket, ms: f64) -> Event {
        let quiet = select(Box::pin(self.bell()), sleep(ms));
        match select(socket.next(), quiet).await {
            Either::Left((frame, _)) => Event::Frame(frame),
            Either::Right((Either::Left(_), _)) => Event::Bell,
            Either::Right((Either::Right(_), _)) => Event::Time,
        }
    }

    async fn speak(&self, socket: &mut WebSocket) {
        loop {
            let Some(text) = self.outbox.borrow_mut().pop_front() else {
                return;
            };
            if socket.send(Message::Text(text.to_owned())).await.is_err() {
                return;
            }
        }
    }

    /// Something was heard: the line is up, and it is now as late as the server says.
    fn came_up(&self, frame: &Envelope) {
        if matches!(
            frame.kind.as_str(),
            "connection_established" | "heartbeat" | "pong"
        ) && let Some(time) = frame.server_time
        {
            self.clock.learn(time);
        }
        if !self.up.replace(true) {
            self.ups.set(self.ups.get() + 1);
        }
        if self.link.get_untracked() != Link::Live {
            self.link.set(Link::Live);
        }
        self.as_of.set(self.clock.measure());
    }

    /// The line is down. Nothing is shown for three seconds; then it is said, and after thirty warned of.
    fn went_down(self: &Rc<Self>) {
        if !self.up.replace(false) && self.ups.get() > 0 {
            return;
        }
        let ups = self.ups.get();
        for (ms, link) in [
            (RECONNECTING_AFTER_MS, Link::Reconnecting),
            (STALE_AFTER_MS, Link::Stale),
        ] {
            let wire = Rc::clone(self);
            let alarm = move || {
                let same = wire.ups.get() == ups && !wire.up.get();
                if same && !wire.closed.get() && wire.link.get_untracked() != Link::Ended {
                    wire.link.set(link);
                }
            };
            browser::after(ms, alarm).forget();
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most half a minute, clamped from below"
)]
fn sleep(ms: f64) -> TimeoutFuture {
    TimeoutFuture::new(ms.max(0.0) as u32)
}
