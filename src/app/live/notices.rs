//! My notifications, live: keeps the unread badge and the inbox true, and decides what becomes a toast.
//!
//! A message is shown once on each device: the position of the last one shown is kept in the browser's
//! storage and moved on *before* a toast is shown, and of several tabs only the one that was seen last
//! shows any. Numbers in a topic rise by exactly one, so the position alone tells what is new.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::toaster::Toaster;
use super::toasts::{Offer, Toast, Tone, summary};
use super::{Bookmark, Line};
use crate::app::browser;
use crate::app::calls::notifications::{read_all_notifications, read_notification};
use crate::app::me::Me;
use crate::domain::{Level, NotificationId, NotificationKind, Problem, Timestamp, UserId};
use crate::protocol::rest::NotificationOut;
use crate::protocol::{ServerMessage, Snapshot, Topic};

/// After an absence more messages than this become one summary.
const MOST_AFTER_ABSENCE: usize = 2;

/// What came in since the page was opened, and what was read.
#[derive(Clone, Copy)]
pub struct Notices {
    arrived: RwSignal<Vec<NotificationOut>>,
    read: RwSignal<BTreeSet<NotificationId>>,
    all_read: RwSignal<bool>,
    feed: StoredValue<Feed>,
    /// Outlives every page: what listens for me belongs to it.
    owner: StoredValue<Option<Owner>>,
}

/// Where we are in my topic.
#[derive(Clone, Debug, Default)]
struct Feed {
    user: Option<UserId>,
    epoch: String,
    /// The unread badge stands for this position.
    counted: u64,
    /// What was there before we connected ends here.
    head: u64,
    /// This tab shows toasts.
    leads: bool,
    /// Came while another tab led, or before we caught up.
    waiting: Vec<(u64, NotificationOut)>,
}

impl Notices {
    /// Provides it to the whole application.
    pub fn provide() {
        provide_context(Self {
            arrived: RwSignal::new(Vec::new()),
            read: RwSignal::new(BTreeSet::new()),
            all_read: RwSignal::new(false),
            feed: StoredValue::new(Feed::default()),
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

    /// Whether this message was read, as far as we know by now.
    pub fn is_read(self, notification: &NotificationOut) -> bool {
        notification.read || self.all_read.get() || self.read.read().contains(&notification.id)
    }

    /// Marks one as read: at once here, and taken back if the server says no.
    pub fn mark_read(self, id: NotificationId) {
        let unread = Me::get().unread;
        if !self.read.try_update(|read| read.insert(id)).unwrap_or(false) {
            return;
        }
        Toaster::get().stack().update(|stack| stack.close_read(&[id]));
        unread.update(|unread| *unread = (*unread - 1).max(0));
        spawn_local(async move {
            match read_notification(id).await {
                Ok(left) => unread.set(left),
                Err(problem) => {
                    self.read.update(|read| {
                        read.remove(&id);
                    });
                    unread.update(|unread| *unread += 1);
                    complain(&problem);
                }
            }
        });
    }

    /// Marks all as read: at once here, and taken back if the server says no.
    pub fn mark_all_read(self) {
        let unread = Me::get().unread;
        let before = unread.get_untracked();
        self.all_read.set(true);
        unread.set(0);
        spawn_local(async move {
            if let Err(problem) = read_all_notifications().await {
                self.all_read.set(false);
                unread.set(before);
                complain(&problem);
            }
        });
    }

    /// The person follows the link of a message: that is reading it.
    pub fn follow(self, id: NotificationId, unread: bool) {
        if unread {
            self.mark_read(id);
        }
    }

    /// Listens for `user` as long as the page lives; the badge stands for `bookmark`.
    pub fn begin(self, user: UserId, bookmark: Option<(String, u64)>, now: Timestamp) {
        if self.feed.with_value(|feed| feed.user.is_some()) {
            return;
        }
        self.feed.update_value(|feed| {
            feed.user = Some(user);
            if let Some((epoch, seq)) = bookmark {
                feed.epoch = epoch;
                feed.counted = seq;
                feed.head = seq;
            }
        });
        browser::lead_tabs(move |leads| self.lead(leads));
        let from = self.feed.with_value(Feed::position);
        let open = || Line::open(Topic::User(user), from, now, move |frame| self.hear(frame));
        match self.owner.get_value() {
            Some(owner) => owner.with(open),
            None => open(),
        };
    }

    /// A frame of my socket.
    fn hear(self, frame: &ServerMessage) {
        match frame {
            ServerMessage::ConnectionEstablished(welcome) => self.feed.update_value(|feed| {
                feed.epoch.clone_from(&welcome.epoch);
                feed.head = welcome.seq.unwrap_or(feed.head);
            }),
            ServerMessage::Snapshot(snapshot) => self.start_over(snapshot.clone()),
            ServerMessage::NotificationRead { seq, ids, unread } => self.read_elsewhere(*seq, ids, *unread),
            frame => {
                if let Some((seq, notification)) = notification_in(frame.clone()) {
                    self.receive(seq, notification);
                }
            }
        }
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
            self.all_read.set(false);
        }
        let counts = self
            .feed
            .try_update_value(|feed| feed.count(seq))
            .unwrap_or(false);
        if counts && !notification.read {
            Me::get().unread.update(|unread| *unread += 1);
        }
        if counts && notification.booking_id.is_some() {
            Me::get().reload();
        }
        self.feed
            .update_value(|feed| feed.waiting.push((seq, notification)));
        self.show_waiting();
    }

    /// Shows what waits, if this tab leads and has caught up.
    fn show_waiting(self) {
        let fresh = self.feed.try_update_value(Feed::take_fresh).unwrap_or_default();
        let live = self
            .feed
            .with_value(|feed| fresh.last().is_some_and(|(seq, _)| *seq > feed.head));
        let unread: Vec<_> = fresh
            .into_iter()
            .map(|(_, notification)| notification)
            .filter(|n| !n.read)
            .collect();
        let toaster = Toaster::get();
        if !live && unread.len() > MOST_AFTER_ABSENCE {
            return toaster.offer(summary(unread.len()));
        }
        for notification in unread {
            settle(toaster, &notification);
            toaster.offer(toast_of(&notification));
        }
    }

    fn start_over(self, snapshot: Snapshot) {
        let unread = snapshot.unread.unwrap_or(0);
        let seq = snapshot.seq.unwrap_or(0);
        self.feed.update_value(|feed| {
            feed.epoch = snapshot.epoch;
            feed.counted = seq;
            feed.head = seq;
            feed.waiting.clear();
            if feed.leads {
                feed.keep(seq);
            }
        });
        Me::get().unread.set(unread);
        let known: BTreeSet<_> = self
            .arrived
            .read_untracked()
            .iter()
            .map(|other| other.id)
            .collect();
        let rows = snapshot.notifications.unwrap_or_default();
        let fresh: Vec<_> = rows.into_iter().filter(|row| !known.contains(&row.id)).collect();
        self.arrived.update(|arrived| {
            arrived.splice(0..0, fresh);
        });
    }

    fn read_elsewhere(self, seq: u64, ids: &[NotificationId], unread: i64) {
        let counts = self
            .feed
            .try_update_value(|feed| feed.count(seq))
            .unwrap_or(false);
        if counts {
            Me::get().unread.set(unread);
        }
        self.read.update(|read| read.extend(ids));
        self.feed
            .update_value(|feed| feed.waiting.retain(|(_, waiting)| !ids.contains(&waiting.id)));
        Toaster::get().stack().update(|stack| stack.close_read(ids));
    }

    fn lead(self, leads: bool) {
        self.feed.update_value(|feed| feed.leads = leads);
        if leads {
            self.show_waiting();
        }
    }
}

impl Feed {
    /// The position from which the socket should go on: the last message that this device has shown, or on
    /// a new device the state of the page.
    fn position(&self) -> Bookmark {
        match self.shown() {
            Some((epoch, seq)) if epoch == self.epoch => Bookmark::At(epoch, seq),
            _ if self.epoch.is_empty() => Bookmark::Start,
            _ => Bookmark::At(self.epoch.clone(), self.counted),
        }
    }

    /// Whether the badge does not stand for this event yet; from now on it does.
    fn count(&mut self, seq: u64) -> bool {
        let new = seq > self.counted;
        self.counted = self.counted.max(seq);
        new
    }

    /// What may be shown now and was not shown on this device, oldest first.
    fn take_fresh(&mut self) -> Vec<(u64, NotificationOut)> {
        let last = self.waiting.last().map_or(0, |(seq, _)| *seq);
        if !self.leads || last < self.head {
            return Vec::new();
        }
        let shown = self
            .shown()
            .filter(|(epoch, _)| *epoch == self.epoch)
            .map_or(0, |(_, seq)| seq);
        let waiting = std::mem::take(&mut self.waiting);
        self.keep(last.max(shown));
        waiting.into_iter().filter(|(seq, _)| *seq > shown).collect()
    }

    fn key(&self) -> Option<String> {
        let user = self.user?;
        Some(format!("cur:{user}:user:{user}"))
    }

    /// The last position shown on this device.
    fn shown(&self) -> Option<(String, u64)> {
        let kept = browser::recall(&self.key()?)?;
        let (epoch, seq) = kept.split_once(':')?;
        Some((epoch.to_owned(), seq.parse().ok()?))
    }

    fn keep(&self, seq: u64) {
        if let Some(key) = self.key() {
            browser::remember(&key, &format!("{}:{seq}", self.epoch));
        }
    }
}

fn complain(problem: &Problem) {
    Toaster::get().offer(Toast::failure(
        "mark-read",
        format!("Not marked as read. {problem}"),
    ));
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

/// The toast of a message.
pub fn toast_of(notification: &NotificationOut) -> Toast {
    use NotificationKind as Kind;

    let offer = notification.booking_id.map(|booking| Offer::Open {
        href: format!("/bookings/{booking}"),
        label: "Show booking",
    });
    let about = notification
        .booking_id
        .map_or(notification.id.0, |booking| booking.0);
    Toast {
        tone: match notification.level {
            Level::Info | Level::Success => Tone::Plain,
            Level::Warning => Tone::Warn,
            Level::Error => Tone::Danger,
        },
        offer,
        stays: notification.event == Kind::BookingExpiring || notification.level == Level::Error,
        urgent: matches!(
            notification.event,
            Kind::BookingCancelled | Kind::BookingDeclined | Kind::BookingNoShow | Kind::BookingRenewFailed
        ),
        notification: Some(notification.id),
        booking: notification.booking_id,
        ..Toast::plain(
            format!("{}:{about}", notification.event.as_str()),
            icon_of(notification.event),
            notification.message.replace('!', "."),
        )
    }
}

/// The symbol of a kind of message, in the toast and in the inbox.
pub fn icon_of(kind: NotificationKind) -> &'static str {
    use NotificationKind as Kind;

    match kind {
        Kind::BookingConfirmed | Kind::NewBooking => "booking",
        Kind::BookingReady | Kind::BookingCompleted => "check",
        Kind::BookingExpiring | Kind::BookingRenewed => "clock",
        Kind::BookingCancelled => "undo",
        Kind::BookingExpired
        | Kind::BookingNoShow
        | Kind::BookingRenewFailed
        | Kind::BookingDeclined
        | Kind::StationAlert => "alert",
    }
}

/// The message in a frame, as the inbox shows it, and its number.
fn notification_in(frame: ServerMessage) -> Option<(u64, NotificationOut)> {
    let booking = |kind: NotificationKind, id, read, booking_id, message, timestamp| NotificationOut {
        id,
        event: kind,
        title: kind.title().to_owned(),
        message,
        level: kind.level(),
        booking_id: Some(booking_id),
        station_id: None,
        data: Value::Null,
        read,
        timestamp,
    };
    match frame {
        ServerMessage::BookingConfirmed {
            seq,
            id,
            read,
            booking_id,
            message,
            timestamp,
            ..
        } => Some((
            seq,
            booking(
                NotificationKind::BookingConfirmed,
                id,
                read,
                booking_id,
                message,
                timestamp,
            ),
        )),
        ServerMessage::BookingReady {
            seq,
            id,
            read,
            booking_id,
            message,
            timestamp,
            ..
        } => Some((
            seq,
            booking(
                NotificationKind::BookingReady,
                id,
                read,
                booking_id,
                message,
                timestamp,
            ),
        )),
        ServerMessage::Notification {
            seq,
            id,
            read,
            event,
            title,
            message,
            level,
            booking_id,
            station_id,
            data,
            timestamp,
        } => {
            let row = NotificationOut {
                id,
                event,
                title,
                message,
                level,
                booking_id,
                station_id,
                data,
                read,
                timestamp,
            };
            Some((seq, row))
        }
        _ => None,
    }
}
