//! The sockets as their clients see them, rule by rule of the wire contract.

mod bookings;
mod contract;
mod limits;
mod notifications;
mod privacy;
mod resume;
mod slow;
