//! The time that is left, counted down by the server's clock.
//!
//! The server writes the absolute time; once the page is alive it becomes minutes and seconds. It is worked
//! out anew at every beat from the deadline, never decremented, and decides nothing: at zero the page asks.

use std::time::Duration;

use leptos::prelude::*;

use super::announce::Announcer;
use super::decimal::decimal;
use crate::app::live::clock::Clock;
use crate::domain::Timestamp;

/// Crossing one of these is said aloud once.
const MILESTONES: [(u64, &str); 3] = [
    (300, "5 minutes left to collect."),
    (60, "1 minute left to collect."),
    (30, "30 seconds left to collect."),
];

/// How near the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// More than five minutes.
    Calm,
    /// At most five minutes.
    Soon,
    /// At most one minute.
    Now,
    /// The time is over; only the server knows what that means.
    Over,
}

impl Urgency {
    /// That of the time left.
    pub fn of(left: Duration) -> Self {
        match left.as_secs() {
            0 => Self::Over,
            1..=60 => Self::Now,
            61..=300 => Self::Soon,
            _ => Self::Calm,
        }
    }

    /// The value of `data-urgency`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Soon => "soon",
            Self::Now => "now",
            Self::Over => "over",
        }
    }
}

/// Whole seconds until the deadline, rounded up, so that the last second is still seen.
pub fn time_left(deadline: Timestamp, now: Timestamp) -> Duration {
    let left = deadline.since(now);
    Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0))
}

/// `12:41`, or `1:02:41` from one hour on.
pub fn minutes_and_seconds(left: Duration) -> String {
    let seconds = left.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// The same as an HTML duration, `PT12M41S`.
fn html_duration(left: Duration) -> String {
    let seconds = left.as_secs();
    format!("PT{}M{}S", seconds / 60, seconds % 60)
}

/// The big clock of a booking: until when, or how long still.
#[component]
pub fn Countdown(
    /// When the time is over.
    #[prop(into)]
    deadline: Signal<Timestamp>,
    /// The station's offset from UTC.
    offset: i32,
    /// The heading that names it.
    labelled_by: &'static str,
) -> impl IntoView {
    let clock = Clock::get();
    let left = Memo::new(move |_| time_left(deadline.get(), clock.now()));
    let text = move || {
        if !clock.is_ticking() {
            return deadline.get().clock_time(offset);
        }
        match left.get() {
            Duration::ZERO => "Checking…".to_owned(),
            left => minutes_and_seconds(left),
        }
    };
    let datetime = move || {
        if clock.is_ticking() {
            html_duration(left.get())
        } else {
            deadline.get().to_string()
        }
    };
    let urgency = move || clock.is_ticking().then(|| Urgency::of(left.get()).as_str());
    announce_milestones(clock, left);
    view! {
        <div role="timer" aria-labelledby=labelled_by>
            <time class="count-time" data-urgency=urgency datetime=datetime>
                {text}
            </time>
        </div>
    }
}

/// The milestone that lies between what was left and what is left now, in seconds: the nearest, if several do.
pub fn milestone(before: u64, now: u64) -> Option<(u64, &'static str)> {
    let mut nearest_first = MILESTONES.iter().rev();
    let crossed = nearest_first.find(|(at, _)| before > *at && now <= *at && now > 0);
    crossed.copied()
}

/// Says each milestone once, when it is crossed while the page is alive.
fn announce_milestones(clock: Clock, left: Memo<Duration>) {
    let announcer = Announcer::get();
    Effect::new(move |before: Option<Option<u64>>| {
        let now = clock.is_ticking().then(|| left.get().as_secs())?;
        let before = before.flatten().unwrap_or(now);
        match milestone(before, now) {
            Some((30, text)) => announcer.warn(text),
            Some((_, text)) => announcer.say(text),
            None => {}
        }
        Some(now)
    });
}

/// One cell for each minute of the hold; those that are spent are hollow. Decoration beside the clock.
#[component]
pub fn MinuteCells(
    /// When the hold began.
    from: Timestamp,
    /// When it ends.
    to: Timestamp,
    /// The present.
    #[prop(into)]
    now: Signal<Timestamp>,
) -> impl IntoView {
    let all = to.since(from).as_secs().div_ceil(60).clamp(1, 60);
    let left = Memo::new(move |_| to.since(now.get()).as_secs().div_ceil(10) * 10);
    view! {
        <svg class="minutes" aria-hidden="true" inner_html=move || cells(all, left.get())></svg>
    }
}

/// The cells as rectangles across the whole width, in percent.
fn cells(all: u64, left_s: u64) -> String {
    let (full, rest) = (left_s / 60, left_s % 60);
    let step = 100.0 / lossless(all);
    let width = step * 0.89;
    let cell = |class: &str, index: u64, part: f64| {
        let x = step.mul_add(lossless(index), step * 0.045);
        let (x, width) = (decimal(x, 2), decimal(width * part, 2));
        format!(r#"<rect class="{class}" x="{x}%" y="1" width="{width}%" height="18" rx="1"/>"#)
    };
    (0..all)
        .map(|index| match index {
            _ if index < full => cell("full", index, 1.0),
            _ if index == full && rest > 0 => {
                cell("half", index, 1.0) + &cell("full", index, lossless(rest) / 60.0)
            }
            _ => cell("spent", index, 1.0),
        })
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "at most 60 cells of at most 60 seconds"
)]
fn lossless(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_seen_and_zero_is_over() {
        let now = Timestamp::from_micros(0);
        let left = |micros| time_left(Timestamp::from_micros(micros), now);
        assert_eq!(minutes_and_seconds(left(1)), "0:01");
        assert_eq!(minutes_and_seconds(left(761_000_000)), "12:41");
        assert_eq!(minutes_and_seconds(left(3_761_000_000)), "1:02:41");
        assert_eq!(Urgency::of(left(-5)), Urgency::Over);
        assert_eq!(Urgency::of(left(60_000_000)), Urgency::Now);
        assert_eq!(Urgency::of(left(60_000_001)), Urgency::Soon);
    }

    #[test]
    fn spent_minutes_are_hollow() {
        let drawn = cells(15, 12 * 60 + 40);
        assert_eq!(drawn.matches("full").count(), 13);
        assert_eq!(drawn.matches("half").count(), 1);
        assert_eq!(drawn.matches("spent").count(), 2);
    }
}
