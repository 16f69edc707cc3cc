//! How often one may try: every limit in one table, kept as a "theoretical arrival time" per limit and
//! person or address (the generic cell rate algorithm: a bucket that refills evenly, in one number).
//!
//! Counted in the memory of this process: several processes behind a proxy allow as many times more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;

use crate::domain::{Clock, Problem, Timestamp};
use crate::server::telemetry::Metric;

/// Something that may be done only so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Any request to the API, by person or address.
    Requests,
    /// Failed sign-ins from one address.
    SignInsFromAddress,
    /// Failed sign-ins to one account from one address: the guesser is stopped, its owner elsewhere is not.
    SignInsToAccountFromAddress,
    /// Failed sign-ins to one account from anywhere.
    SignInsToAccount,
    /// New accounts from one address.
    Registrations,
}

impl Limit {
    /// So many at once.
    const fn burst(self) -> u32 {
        match self {
            Self::Requests => 2_000,
            Self::SignInsFromAddress | Self::SignInsToAccount => 100,
            Self::SignInsToAccountFromAddress => 10,
            Self::Registrations => 300,
        }
    }

    /// Afterwards one in so long.
    const fn refill(self) -> Duration {
        match self {
            Self::Requests => Duration::from_millis(5),
            Self::SignInsFromAddress | Self::SignInsToAccount => Duration::from_secs(10),
            Self::SignInsToAccountFromAddress => Duration::from_mins(1),
            Self::Registrations => Duration::from_secs(2),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::SignInsFromAddress => "sign_ins_from_address",
            Self::SignInsToAccountFromAddress => "sign_ins_to_account_from_address",
            Self::SignInsToAccount => "sign_ins_to_account",
            Self::Registrations => "registrations",
        }
    }
}

/// Who did what how often.
pub struct Throttle {
    clock: Arc<dyn Clock>,
    on: bool,
    buckets: Mutex<Buckets>,
}

/// When each bucket will be full again, and how many there may be before the full ones are thrown away.
struct Buckets {
    full_at: HashMap<(Limit, String), Timestamp>,
    sweep_at: usize,
}

const SMALL: usize = 4_096;

impl Throttle {
    /// Nobody did anything yet. Switched off it lets everything pass.
    pub fn new(clock: Arc<dyn Clock>, on: bool) -> Self {
        let buckets = Buckets {
            full_at: HashMap::new(),
            sweep_at: SMALL,
        };
        Self {
            clock,
            on,
            buckets: Mutex::new(buckets),
        }
    }

    /// Counts one of `limit` for `who`, or says when to come back.
    pub fn take(&self, limit: Limit, who: &str) -> Result<(), Problem> {
        if !self.on {
            return Ok(());
        }
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.sweep(now);
        let full_at = buckets.full_at.entry((limit, who.to_owned())).or_insert(now);
        let next = (*full_at).max(now) + limit.refill();
        let too_early = next.since(now + limit.refill() * limit.burst());
        if too_early.is_zero() {
            *full_at = next;
            return Ok(());
        }
        counter!(Metric::Throttled.name(), "limit" => limit.name()).increment(1);
        let retry_after_s = too_early
            .as_millis()
            .div_ceil(1_000)
            .try_into()
            .unwrap_or(u64::MAX);
        Err(Problem::TooManyRequests { retry_after_s })
    }

    /// Takes back what [`Throttle::take`] counted, because it did not deserve to be counted.
    pub fn give_back(&self, limit: Limit, who: &str) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = buckets.full_at.get_mut(&(limit, who.to_owned())) {
            *full_at = *full_at - limit.refill();
        }
    }
}

impl Buckets {
    /// A full bucket is as good as none.
    fn sweep(&mut self, now: Timestamp) {
        if self.full_at.len() < self.sweep_at {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        self.sweep_at = SMALL.max(self.full_at.len() * 2);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Hands(AtomicI64);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::Relaxed))
        }
    }

    const LIMIT: Limit = Limit::SignInsToAccountFromAddress;

    #[test]
    fn after_the_burst_one_is_free_in_every_refill() {
        let hands = Arc::new(Hands::default());
        let throttle = Throttle::new(Arc::clone(&hands) as Arc<dyn Clock>, true);
        for _ in 0..LIMIT.burst() {
            assert_eq!(throttle.take(LIMIT, "a"), Ok(()));
        }
        let refused = Err(Problem::TooManyRequests { retry_after_s: 60 });
        assert_eq!(throttle.take(LIMIT, "a"), refused);
        assert_eq!(throttle.take(LIMIT, "b"), Ok(()), "others are not affected");
        hands.0.store(60_000_000, Ordering::Relaxed);
        assert_eq!(throttle.take(LIMIT, "a"), Ok(()));
        assert_eq!(throttle.take(LIMIT, "a"), refused);
    }

    #[test]
    fn what_is_given_back_was_never_counted() {
        let throttle = Throttle::new(Arc::new(Hands::default()), true);
        for _ in 0..10 * LIMIT.burst() {
            assert_eq!(throttle.take(LIMIT, "a"), Ok(()));
            throttle.give_back(LIMIT, "a");
        }
    }

    #[test]
    fn switched_off_it_lets_everything_pass() {
        let throttle = Throttle::new(Arc::new(Hands::default()), false);
        for _ in 0..10 * LIMIT.burst() {
            assert_eq!(throttle.take(LIMIT, "a"), Ok(()));
        }
    }

    #[test]
    fn full_buckets_are_thrown_away() {
        let hands = Arc::new(Hands::default());
        let throttle = Throttle::new(Arc::clone(&hands) as Arc<dyn Clock>, true);
        for who in 0..10 * SMALL {
            throttle.take(LIMIT, &who.to_string()).unwrap();
            hands.0.fetch_add(60_000_000, Ordering::Relaxed);
        }
        assert!(throttle.buckets.lock().unwrap().full_at.len() <= SMALL);
    }
}
