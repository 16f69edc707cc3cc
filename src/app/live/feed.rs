//! How far one person's messages were heard, counted and shown. Pure: what this device has shown is told to
//! it, and it tells what to remember.

use super::Bookmark;
use crate::domain::NotificationId;
use crate::protocol::rest::NotificationOut;

/// The place in one person's topic.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    epoch: String,
    /// The unread badge stands for this position.
    counted: u64,
    /// What was there before we connected ends here.
    head: u64,
    /// The last event that came in.
    heard: u64,
    /// This tab shows toasts.
    leads: bool,
    /// Came while another tab led, or before we caught up.
    waiting: Vec<(u64, NotificationOut)>,
}

/// What is to be shown now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fresh {
    /// Not shown on this device before, oldest first.
    pub messages: Vec<NotificationOut>,
    /// They came while nobody listened.
    pub missed: bool,
    /// The position to remember before they are shown, if it moved.
    pub remember: Option<u64>,
}

impl Feed {
    /// The log the positions belong to.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The server's HTML counts the unread messages up to this position.
    pub fn page_at(&mut self, epoch: String, seq: u64) {
        self.epoch = epoch;
        self.counted = self.counted.max(seq);
    }

    /// Where the socket should begin: at the last message that this device has `shown`, or on a new device
    /// at the state of the page.
    pub fn start(&mut self, shown: Option<u64>) -> Bookmark {
        self.head = self.counted;
        self.heard = shown.map_or(self.counted, |shown| shown.min(self.counted));
        if self.epoch.is_empty() {
            Bookmark::Start
        } else {
            Bookmark::At(self.epoch.clone(), self.heard)
        }
    }

    /// The socket is open, and there are events up to `head`.
    pub fn welcome(&mut self, epoch: &str, head: Option<u64>) {
        epoch.clone_into(&mut self.epoch);
        self.head = head.unwrap_or(self.head);
    }

    /// The whole state came instead of what was missed.
    pub fn start_over(&mut self, epoch: String, seq: u64) {
        self.epoch = epoch;
        (self.counted, self.head, self.heard) = (seq, seq, seq);
        self.waiting.clear();
    }

    /// An event came in. True when the badge does not stand for it yet; from now on it does.
    pub fn hear(&mut self, seq: u64) -> bool {
        let new = seq > self.counted;
        self.counted = self.counted.max(seq);
        self.heard = self.heard.max(seq);
        new
    }

    /// A message that may become a toast.
    pub fn wait(&mut self, seq: u64, message: NotificationOut) {
        self.waiting.push((seq, message));
    }

    /// These were read elsewhere.
    pub fn forget(&mut self, read: &[NotificationId]) {
        self.waiting.retain(|(_, message)| !read.contains(&message.id));
    }

    /// This tab shows toasts from now on, or no longer.
    pub fn lead(&mut self, leads: bool) {
        self.leads = leads;
    }

    /// What is to be shown now, of what this device has not `shown`; nothing while another tab leads or
    /// while we catch up.
    pub fn take(&mut self, shown: Option<u64>) -> Fresh {
        self.waiting
            .retain(|(seq, message)| !message.read && shown.is_none_or(|shown| *seq > shown));
        if !self.leads || self.heard < self.head {
            return Fresh::default();
        }
        let waiting = std::mem::take(&mut self.waiting);
        Fresh {
            messages: waiting.into_iter().map(|(_, message)| message).collect(),
            missed: self.heard <= self.head,
            remember: shown.is_none_or(|shown| shown < self.heard).then_some(self.heard),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::domain::{Level, NotificationKind, Timestamp};

    fn message(id: i64) -> NotificationOut {
        NotificationOut {
            id: NotificationId(id),
            event: NotificationKind::BookingReady,
            title: String::new(),
            message: String::new(),
            level: Level::Success,
            booking_id: None,
            station_id: None,
            data: Value::Null,
            read: false,
            timestamp: Timestamp::default(),
        }
    }

    fn leading(shown: Option<u64>, page: u64, head: u64) -> Feed {
        let mut feed = Feed::default();
        feed.page_at("e".into(), page);
        feed.start(shown);
        feed.welcome("e", Some(head));
        feed.lead(true);
        feed
    }

    fn hear(feed: &mut Feed, seq: u64) {
        feed.hear(seq);
        feed.wait(seq, message(i64::try_from(seq).unwrap()));
    }

    #[test]
    fn a_device_goes_on_where_it_stopped_showing_and_a_new_one_at_the_page() {
        let mut feed = Feed::default();
        feed.page_at("e".into(), 9);
        assert_eq!(feed.start(Some(5)), Bookmark::At("e".into(), 5));
        assert_eq!(feed.start(None), Bookmark::At("e".into(), 9));
        assert_eq!(Feed::default().start(None), Bookmark::Start);
    }

    #[test]
    fn what_was_missed_is_shown_together_once_all_of_it_is_here() {
        let mut feed = leading(Some(5), 7, 8);
        hear(&mut feed, 6);
        assert_eq!(feed.take(Some(5)), Fresh::default());
        feed.hear(7);
        hear(&mut feed, 8);
        let fresh = feed.take(Some(5));
        assert_eq!(fresh.messages.len(), 2);
        assert!(fresh.missed);
        assert_eq!(fresh.remember, Some(8));
    }

    #[test]
    fn a_tab_that_does_not_lead_keeps_what_comes_until_it_does() {
        let mut feed = leading(Some(5), 5, 5);
        feed.lead(false);
        hear(&mut feed, 6);
        hear(&mut feed, 7);
        assert_eq!(feed.take(Some(5)), Fresh::default());
        feed.lead(true);
        let fresh = feed.take(Some(6));
        assert_eq!(fresh.messages, [message(7)], "the other tab has shown 6");
        assert!(!fresh.missed);
    }

    #[test]
    fn the_badge_counts_every_event_once() {
        let mut feed = leading(Some(5), 7, 7);
        assert!(!feed.hear(6), "the page counted it");
        assert!(feed.hear(8));
        assert!(!feed.hear(8));
    }
}
