//! The use cases: one function each. It authorises, loads, asks the domain, and saves state, audit and
//! events in one transaction. Knows nothing of HTTP, pages or SQL.

pub mod accounts;
pub mod actor;
pub mod announce;
pub mod appoint;
pub mod batteries;
pub mod bays;
pub mod bookings;
pub mod cash_counts;
pub mod form;
pub mod notifications;
pub mod operators;
pub mod payments;
pub mod plans;
pub mod reviews;
pub mod rules;
pub mod services;
pub mod sessions;
pub mod sign_in;
pub mod staffing;
pub mod stations;
pub mod tasks;
pub mod vehicles;
pub mod waitlist;

pub use actor::{Actor, ClientAddress, Visitor};

/// A key that a client makes before it sends, so that a repeated request has one effect
/// (`Idempotency-Key`, 1 to 128 printable ASCII characters).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);
