//! A clock whose hands the test holds.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use voltbay::domain::{Clock, Timestamp};

/// Stands still until somebody moves it.
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    /// 2026-11-21T10:30:00Z, a Saturday morning.
    fn default() -> Self {
        Self(AtomicI64::new(1_795_257_000_000_000))
    }
}

impl TestClock {
    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
