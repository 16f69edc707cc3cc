//! The means of proving who somebody is: passwords, secrets, one-use tickets, and limits on how often one
//! may try. What is stored where, and who may do what, is decided elsewhere.

pub mod password;
pub mod throttle;
pub mod ticket;
pub mod token;

use std::sync::Arc;

pub use password::Passwords;
pub use throttle::{Limit, Throttle};
pub use ticket::Tickets;

use crate::domain::Clock;
use crate::server::config::{Config, Switch};

/// What of authentication lives in memory.
pub struct Auth {
    /// Hashes and checks passwords, a few at a time.
    pub passwords: Passwords,
    /// Counts attempts and requests.
    pub throttle: Throttle,
    /// Socket tickets that were not used yet.
    pub tickets: Tickets,
}

impl Auth {
    /// Knows nobody yet.
    pub fn new(config: &Config, clock: Arc<dyn Clock>) -> Self {
        Self {
            passwords: Passwords::default(),
            throttle: Throttle::new(Arc::clone(&clock), config.rate_limit == Switch::On),
            tickets: Tickets::new(clock),
        }
    }
}
