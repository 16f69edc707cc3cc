//! My notifications, live: keeps the unread badge and the inbox true, and decides what becomes a toast.
//!
//! A message is shown once on each device: the position of the last one shown is kept in the browser's
//! storage and moved on *before* a toast is shown, and of several tabs only the one that was seen last
//! shows any. Numbers in a topic rise by exactly one, so the position alone tells what is new.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Line;
use super::feed::Feed;
use super::messages::{notification_in, toast_of};
use super::ring::ring_for;
use super::toaster::{Closed, Toaster};
use super::toasts::{Toast, summary};
use crate::app::browser;
use crate::app::calls::notifications::{read_all_notifications, read_notification};
use crate::app::me::Me;
use crate::domain::{NotificationId, NotificationKind, Problem, Timestamp, UserId};
use crate::protocol::rest::NotificationOut;
use crate::protocol::{ServerMessage, Snapshot, Topic};

/// After an absence more messages than this become one summary.
const MOST_AFTER_ABSENCE: usize = 2;

/// What came in since the page was opened, and what was read.
#[derive(Clone, Copy)]
pub struct Notices {
    arrived: RwSignal<Vec<NotificationOut>>,
    read: RwSignal<BTreeSet<NotificationId>>,
    read_up_to: RwSignal<Option<NotificationId>>,
    feed: StoredValue<Feed>,
    user: StoredValue<Option<UserId>>,
    line: RwSignal<Option<Line>>,
    me: Me,
    toaster: Toaster,
    /// Outlives every page: what listens for me belongs to it.
    owner: StoredValue<Option<Owner>>,
}

impl Notices {
    /// Provides it to the whole application.
    pub fn provide() {
        provide_context(Self {
            arrived: RwSignal::new(Vec::new()),
            read: RwSignal::new(BTreeSet::new()),
            read_up_to: RwSignal::new(None),
            feed: StoredValue::new(Feed::default()),
            user: StoredValue::new(None),
            line: RwSignal::new(None),
            me: Me::get(),
            toaster: Toaster::get(),
            owner: StoredValue::new(Owner::current()),
        });
    }

    /// The one of this application.
    pub fn get() -> Self {
        expect_context()
    }

    /// What came in since the page was opened, newest first.
    pub fn arrived(self) -> RwSignal<Vec<NotificationOut>> {
        self.arrived
    }

    /// The line behind it, once somebody is signed in and the page is alive.
    pub fn line(self) -> Option<Line> {
        self.line.get()
    }

    /// Whether this message was read, as far as we know by now.
    pub fn is_read(self, notification: &NotificationOut) -> bool {
        let id = notification.id;
        notification.read
            || self.read_up_to.get().is_some_and(|up_to| id <= up_to)
            || self.read.read().contains(&id)
    }

    /// Marks one as read: at once here, and taken back if the server says no.
    pub fn mark_read(self, id: NotificationId) {
        let unread = self.me.unread;
        if !self.read.try_update(|read| read.insert(id)).unwrap_or(false) {
            return;
        }
        self.toaster.stack().update(|stack| stack.close_read(&[id]));
        unread.update(|unread| *unread = (*unread - 1).max(0));
        spawn_local(async move {
            match read_notification(id).await {
                Ok(left) => unread.set(left),
                Err(problem) => {
                    self.read.update(|read| {
                        read.remove(&id);
                    });
                    unread.update(|unread| *unread += 1);
                    self.complain(&problem);
                }
            }
        });
    }

    /// The person closes a toast, the newest unless told which: what stands behind it is read. Answers
    /// whether there was one.
    pub fn close_toast(self, number: Option<u64>) -> bool {
        match self.toaster.close(number) {
            Closed::Nothing => return false,
            Closed::Toast(Some(id)) => self.mark_read(id),
            Closed::Toast(None) => {}
        }
        true
    }

    /// Marks all as read, of which `newest` is seen: at once here, and taken back if the server says no.
    pub fn mark_all_read(self, newest: Option<NotificationId>) {
        let (unread, read_up_to) = (self.me.unread, self.read_up_to);
        let before = (unread.get_untracked(), read_up_to.get_untracked());
        let arrived = self
            .arrived
            .with_untracked(|arrived| arrived.first().map(|mail| mail.id));
        read_up_to.update(|up_to| *up_to = (*up_to).max(newest).max(arrived));
        unread.set(0);
        spawn_local(async move {
            if let Err(problem) = read_all_notifications().await {
                unread.set(before.0);
                read_up_to.set(before.1);
                self.complain(&problem);
            }
        });
    }

    /// The person follows the link of a message: that is reading it.
    pub fn follow(self, id: NotificationId, unread: bool) {
        if unread {
            self.mark_read(id);
        }
    }

    /// Listens for `user` as long as the page lives; the unread badge stands for `bookmark`.
    pub fn begin(self, user: UserId, bookmark: Option<(String, u64)>, now: Timestamp) {
        if let Some((epoch, seq)) = bookmark {
            self.feed.update_value(|feed| feed.page_at(epoch, seq));
        }
        if self.user.get_value().is_some() {
            return;
        }
        self.user.set_value(Some(user));
        browser::lead_tabs(move |leads| {
            self.feed.update_value(|feed| feed.lead(leads));
            self.show_waiting();
        });
        let shown = self.shown();
        let from = self
            .feed
            .try_update_value(|feed| feed.start(shown))
            .unwrap_or_default();
        let open = || {
            Line::open(Topic::User(user), from, now, move |_, frame| {
                self.hear(&ServerMessage::read(frame)?);
                Ok(())
            })
        };
        let line = match self.owner.get_value() {
            Some(owner) => owner.with(open),
            None => open(),
        };
        self.line.set(Some(line));
    }

    /// A frame of my socket.
    fn hear(self, frame: &ServerMessage) {
        match frame {
            ServerMessage::ConnectionEstablished(welcome) => {
                self.feed
                    .update_value(|feed| feed.welcome(&welcome.epoch, welcome.seq));
            }
            ServerMessage::Snapshot(snapshot) => self.start_over(snapshot.clone()),
            ServerMessage::NotificationRead { seq, ids, unread } => self.read_elsewhere(*seq, ids, *unread),
            frame => {
                if let Some((seq, notification)) = notification_in(frame.clone()) {
                    self.receive(seq, notification);
                }
            }
        }
        self.show_waiting();
    }

    fn receive(self, seq: u64, notification: NotificationOut) {
        let known = self
            .arrived
            .read_untracked()
            .iter()
            .any(|other| other.id == notification.id);
        if !known {
            self.arrived
                .update(|arrived| arrived.insert(0, notification.clone()));
        }
        let counts = self.feed.try_update_value(|feed| feed.hear(seq)).unwrap_or(false);
        if counts && !notification.read {
            self.me.unread.update(|unread| *unread += 1);
        }
        if counts && notification.booking_id.is_some() {
            self.me.reload();
        }
        self.feed.update_value(|feed| feed.wait(seq, notification));
    }

    /// Shows what waits, if this tab leads and has caught up.
    fn show_waiting(self) {
        let shown = self.shown();
        let fresh = self
            .feed
            .try_update_value(|feed| feed.take(shown))
            .unwrap_or_default();
        if let Some(seq) = fresh.remember {
            self.remember(seq);
        }
        if fresh.missed && fresh.messages.len() > MOST_AFTER_ABSENCE {
            return self.toaster.offer(summary(fresh.messages.len()));
        }
        for message in fresh.messages {
            settle(self.toaster, &message);
            ring_for(message.event);
            self.toaster.offer(toast_of(&message));
        }
    }

    /// The last position shown on this device, if it is one of this log.
    fn shown(self) -> Option<u64> {
        let kept = browser::recall(&self.key()?)?;
        let (epoch, seq) = kept.split_once(':')?;
        let same = self.feed.with_value(|feed| feed.epoch() == epoch);
        seq.parse().ok().filter(|_| same)
    }

    fn remember(self, seq: u64) {
        if let Some(key) = self.key() {
            let epoch = self.feed.with_value(|feed| feed.epoch().to_owned());
            browser::remember(&key, &format!("{epoch}:{seq}"));
        }
    }

    fn key(self) -> Option<String> {
        let user = self.user.get_value()?;
        Some(format!("cur:{user}:{}", Topic::User(user)))
    }

    fn start_over(self, snapshot: Snapshot) {
        let seq = snapshot.seq.unwrap_or(0);
        self.feed
            .update_value(|feed| feed.start_over(snapshot.epoch, seq));
        self.me.unread.set(snapshot.unread.unwrap_or(0));
        let rows = snapshot.notifications.unwrap_or_default();
        self.arrived.update(|arrived| {
            let known: BTreeSet<_> = arrived.iter().map(|other| other.id).collect();
            let fresh = rows.into_iter().filter(|row| !known.contains(&row.id));
            arrived.splice(0..0, fresh.collect::<Vec<_>>());
        });
    }

    fn read_elsewhere(self, seq: u64, ids: &[NotificationId], unread: i64) {
        let counts = self.feed.try_update_value(|feed| feed.hear(seq)).unwrap_or(false);
        if counts {
            self.me.unread.set(unread);
        }
        self.read.update(|read| read.extend(ids));
        self.feed.update_value(|feed| feed.forget(ids));
        self.toaster.stack().update(|stack| stack.close_read(ids));
    }

    fn complain(self, problem: &Problem) {
        let text = format!("Not marked as read. {problem}");
        self.toaster.offer(Toast::failure("mark-read", text));
    }
}

/// Takes away the toasts that this message makes moot: a booking that ended does not expire any more.
fn settle(toaster: Toaster, notification: &NotificationOut) {
    let Some(booking) = notification.booking_id else {
        return;
    };
    if notification.event != NotificationKind::BookingExpiring {
        let moot = format!("{}:{booking}", NotificationKind::BookingExpiring.as_str());
        toaster.stack().update(|stack| stack.close_key(&moot));
    }
}
