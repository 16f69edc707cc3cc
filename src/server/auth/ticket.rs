//! Socket tickets: a program that cannot send headers with its handshake trades its session for a word that
//! opens one socket within a minute. They live in memory only: a restart ends them, as it ends the sockets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::token;
use crate::domain::{Clock, Timestamp};

/// How long a ticket is good.
pub const LIFE: Duration = Duration::from_mins(1);

/// Tickets that were given out and not used yet: by their hash, for which session they stand.
pub struct Tickets {
    clock: Arc<dyn Clock>,
    open: Mutex<HashMap<String, Ticket>>,
}

struct Ticket {
    session: String,
    expires_at: Timestamp,
}

impl Tickets {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            open: Mutex::default(),
        }
    }

    /// A new ticket for the session with this hash, and until when it is good.
    pub fn issue(&self, session: &str) -> (String, Timestamp) {
        let ticket = token::fresh();
        let now = self.clock.now();
        let expires_at = now + LIFE;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, ticket| ticket.expires_at > now);
        let session = session.to_owned();
        open.insert(token::hash(&ticket), Ticket { session, expires_at });
        (ticket, expires_at)
    }

    /// The session this ticket stands for. It is worth nothing afterwards.
    pub fn redeem(&self, ticket: &str) -> Option<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = open.remove(&token::hash(ticket))?;
        (ticket.expires_at > self.clock.now()).then_some(ticket.session)
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

    #[test]
    fn a_ticket_is_good_once() {
        let tickets = Tickets::new(Arc::new(Hands::default()));
        let (ticket, _) = tickets.issue("session");
        assert_eq!(tickets.redeem(&ticket), Some("session".to_owned()));
        assert_eq!(tickets.redeem(&ticket), None);
        assert_eq!(tickets.redeem("made up"), None);
    }

    #[test]
    fn a_ticket_is_good_for_a_minute() {
        let hands = Arc::new(Hands::default());
        let tickets = Tickets::new(Arc::clone(&hands) as Arc<dyn Clock>);
        let (early, _) = tickets.issue("session");
        let (late, _) = tickets.issue("session");
        hands.0.store(59_999_999, Ordering::Relaxed);
        assert!(tickets.redeem(&early).is_some());
        hands.0.store(60_000_000, Ordering::Relaxed);
        assert_eq!(tickets.redeem(&late), None);
    }
}
