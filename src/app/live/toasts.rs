//! The stack of toasts: which are seen, for how long, and which give way.
//!
//! Pure: it is told how much time went by and never asks. Where messages come from (`live::notices`) and how
//! a toast looks (`parts::toast`) is no matter of this file.

use crate::domain::{BookingId, NotificationId, Timestamp};

/// Most toasts that are seen at once; the style sheet shows one of them on a phone.
const MOST_SEEN: usize = 3;
/// More toasts than this within [`BURST_MS`] become one summary.
const BURST: usize = 5;
const BURST_MS: i64 = 2_000;

/// What a toast offers besides closing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A link.
    Open {
        /// Where to.
        href: String,
        /// What the link says.
        label: &'static str,
    },
    /// Moves the deadline of a booking on.
    Renew {
        /// Which booking.
        booking: BookingId,
    },
    /// Takes the cancellation of a booking back.
    UndoCancel {
        /// Which booking.
        booking: BookingId,
        /// Until when the server guarantees it.
        until: Timestamp,
    },
}

/// How it looks and sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Plain,
    /// Time is short, or something went another way.
    Warn,
    /// An action failed.
    Danger,
}

/// One toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// A toast with the same key is replaced, not stacked upon.
    pub key: String,
    /// Symbol in the sprite.
    pub icon: &'static str,
    /// How it looks.
    pub tone: Tone,
    /// What happened and what now.
    pub text: String,
    /// What can be done.
    pub offer: Option<Offer>,
    /// Stays until it is closed or moot.
    pub stays: bool,
    /// Interrupts a screen reader.
    pub urgent: bool,
    /// The inbox row behind it; closing the toast marks it as read.
    pub notification: Option<NotificationId>,
    /// The booking it is about.
    pub booking: Option<BookingId>,
}

impl Toast {
    /// A plain sentence with nothing to do.
    pub fn plain(key: impl Into<String>, icon: &'static str, text: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            icon,
            tone: Tone::Plain,
            text: text.into(),
            offer: None,
            stays: false,
            urgent: false,
            notification: None,
            booking: None,
        }
    }

    /// An action of this person failed: stays, and is told at once.
    pub fn failure(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Danger,
            stays: true,
            urgent: true,
            ..Self::plain(key, "alert", text)
        }
    }
}

/// How long toasts stay, as the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stay {
    /// Six seconds, twelve with something to do.
    #[default]
    Short,
    /// Twice as long.
    Long,
    /// Until closed.
    UntilClosed,
}

impl Stay {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Short, Self::Long, Self::UntilClosed];

    /// The name under which it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Short => "6",
            Self::Long => "12",
            Self::UntilClosed => "closed",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Short => "6 seconds",
            Self::Long => "12 seconds",
            Self::UntilClosed => "Until closed",
        }
    }

    /// By name; the default for anything else.
    pub fn named(name: &str) -> Self {
        let choice = Self::ALL.into_iter().find(|choice| choice.as_str() == name);
        choice.unwrap_or_default()
    }

    fn millis(self, toast: &Toast) -> Option<i64> {
        let base = match self {
            _ if toast.stays => return None,
            Self::Short => 6_000,
            Self::Long => 12_000,
            Self::UntilClosed => return None,
        };
        Some(if toast.offer.is_some() { 2 * base } else { base })
    }
}

/// A toast in the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Tells it from every other that was ever shown.
    pub number: u64,
    /// What it says.
    pub toast: Toast,
    left_ms: Option<i64>,
}

/// The stack, newest first.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    shown: Vec<Shown>,
    more: usize,
    numbers: u64,
    arrivals: Vec<i64>,
    stay: Stay,
}

impl Stack {
    /// How long the toasts that come from now on stay.
    pub fn set_stay(&mut self, stay: Stay) {
        self.stay = stay;
    }

    /// What is seen, newest first.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// How many gave way and are in the inbox only.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Puts a toast on top. `now_ms` is any clock that goes forward.
    pub fn push(&mut self, toast: Toast, now_ms: i64) {
        self.arrivals.retain(|at| now_ms - at < BURST_MS);
        self.arrivals.push(now_ms);
        if self.arrivals.len() > BURST && !toast.stays {
            return self.summarise(self.arrivals.len());
        }
        self.put(toast);
        while self.shown.len() > MOST_SEEN {
            self.drop_oldest();
        }
    }

    /// Takes one away and answers it.
    pub fn close(&mut self, number: u64) -> Option<Toast> {
        let index = self.shown.iter().position(|shown| shown.number == number)?;
        let closed = self.shown.remove(index);
        self.settle();
        Some(closed.toast)
    }

    /// Takes away what the person has read elsewhere.
    pub fn close_read(&mut self, read: &[NotificationId]) {
        self.close_where(|toast| toast.notification.is_some_and(|id| read.contains(&id)));
    }

    /// Takes away the toasts with this key: they are moot.
    pub fn close_key(&mut self, key: &str) {
        self.close_where(|toast| toast.key == key);
    }

    /// Takes away whatever is moot; answers whether anything was.
    pub fn close_where(&mut self, moot: impl Fn(&Toast) -> bool) -> bool {
        let before = self.shown.len();
        self.shown.retain(|shown| !moot(&shown.toast));
        self.settle();
        self.shown.len() != before
    }

    /// Time went by while nobody held the stack; answers whether anything went away.
    pub fn elapse(&mut self, millis: i64) -> bool {
        let before = self.shown.len();
        for shown in &mut self.shown {
            shown.left_ms = shown.left_ms.map(|left| left - millis);
        }
        self.shown
            .retain(|shown| shown.left_ms.is_none_or(|left| left > 0));
        self.settle();
        self.shown.len() != before
    }

    fn put(&mut self, toast: Toast) {
        let left_ms = self.stay.millis(&toast);
        let same = self.shown.iter_mut().find(|shown| shown.toast.key == toast.key);
        if let Some(same) = same {
            same.toast = toast;
            same.left_ms = left_ms;
            return;
        }
        self.numbers += 1;
        let shown = Shown {
            number: self.numbers,
            toast,
            left_ms,
        };
        self.shown.insert(0, shown);
    }

    /// The oldest gives way; what stays until it is moot gives way last.
    fn drop_oldest(&mut self) {
        let brief = self.shown.iter().rposition(|shown| !shown.toast.stays);
        self.shown.remove(brief.unwrap_or(self.shown.len() - 1));
        self.more += 1;
    }

    fn summarise(&mut self, count: usize) {
        self.shown.retain(|shown| shown.toast.stays);
        self.more = 0;
        self.put(summary(count));
    }

    fn settle(&mut self) {
        if self.shown.is_empty() {
            self.more = 0;
        }
    }
}

/// One toast in place of many.
pub fn summary(count: usize) -> Toast {
    Toast {
        offer: Some(Offer::Open {
            href: "/inbox".to_owned(),
            label: "Show activity",
        }),
        ..Toast::plain("summary", "bell", format!("{count} new messages in Activity."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(stack: &Stack) -> Vec<&str> {
        stack
            .shown()
            .iter()
            .map(|shown| shown.toast.text.as_str())
            .collect()
    }

    fn plain(text: &str) -> Toast {
        Toast::plain(text, "bell", text)
    }

    #[test]
    fn at_most_three_are_seen_and_the_rest_are_counted() {
        let mut stack = Stack::default();
        for (at, text) in ["a", "b", "c", "d"].into_iter().enumerate() {
            stack.push(plain(text), 10_000 * i64::try_from(at).unwrap());
        }
        assert_eq!(texts(&stack), ["d", "c", "b"]);
        assert_eq!(stack.more(), 1);
    }

    #[test]
    fn a_toast_that_stays_gives_way_last() {
        let mut stack = Stack::default();
        stack.push(Toast::failure("f", "failed"), 0);
        for text in ["a", "b", "c"] {
            stack.push(plain(text), 0);
        }
        assert_eq!(texts(&stack), ["c", "b", "failed"]);
        assert!(stack.elapse(60_000));
        assert_eq!(texts(&stack), ["failed"]);
    }

    #[test]
    fn the_same_key_changes_the_text_in_place() {
        let mut stack = Stack::default();
        stack.push(Toast::plain("expiring:1", "clock", "5 minutes"), 0);
        stack.push(plain("other"), 0);
        stack.push(Toast::plain("expiring:1", "clock", "1 minute"), 0);
        assert_eq!(texts(&stack), ["other", "1 minute"]);
    }

    #[test]
    fn a_burst_becomes_one_summary() {
        let mut stack = Stack::default();
        for number in 0..8 {
            stack.push(plain(&number.to_string()), 100 * number);
        }
        assert_eq!(texts(&stack), ["8 new messages in Activity."]);
        assert_eq!(stack.more(), 0);
    }

    #[test]
    fn something_to_do_stays_twice_as_long_and_the_person_may_choose_longer() {
        let mut stack = Stack::default();
        stack.push(plain("plain"), 0);
        stack.push(summary(2), 0);
        stack.elapse(6_000);
        assert_eq!(texts(&stack), ["2 new messages in Activity."]);
        stack.set_stay(Stay::UntilClosed);
        stack.push(plain("for ever"), 0);
        stack.elapse(600_000);
        assert_eq!(texts(&stack), ["for ever"]);
    }

    #[test]
    fn what_was_read_elsewhere_goes_away() {
        let mut stack = Stack::default();
        let toast = Toast {
            notification: Some(NotificationId(7)),
            ..plain("a")
        };
        stack.push(toast, 0);
        stack.close_read(&[NotificationId(8)]);
        assert_eq!(texts(&stack), ["a"]);
        stack.close_read(&[NotificationId(7)]);
        assert!(texts(&stack).is_empty());
    }
}
