//! Live delivery: how a committed event gets onto every screen.
//!
//! The promise: for every topic every subscriber sees every committed change exactly once, in the order of
//! commits, or gets a snapshot that says which position it stands for. Nothing is lost silently.
//!
//! - [`outbox`] hears of commits and brings them to the [`hub`]; what it does not hear of, [`relay`] finds in
//!   the database, because another process committed it.
//! - [`topic`] keeps the newest events of one topic in order, as far as there is [`room`]. A reader is only a
//!   [`cursor`] in it: there is no queue per connection that a slow one could fill.
//! - [`follower`] leads one reader from its bookmark over the stored events into the live ones, or over a
//!   [`snapshot`].
//! - [`session`] is one connection's side of the contract, as a pure machine; [`heard`] reads what the client
//!   says, [`closing`] are the reasons to end it, [`presence`] knows who is connected.
//!
//! Knows nothing of HTTP and of the use cases: the glue to both is `http::ws`.

pub mod closing;
pub mod cursor;
pub mod follower;
pub mod followers;
pub mod heard;
pub mod hub;
pub mod outbox;
pub mod presence;
pub mod relay;
pub mod room;
pub mod session;
pub mod snapshot;
pub mod topic;

/// A frame, written once and shared by everybody it goes to: the very type that the socket sends, so that no
/// connection copies it.
pub use axum::extract::ws::Utf8Bytes as Text;
pub use follower::Follower;
pub use hub::Hub;
pub use presence::{Presence, Seat};
pub use session::Session;

/// In which light a reader sees a booking.
pub use crate::server::store::bookings::Audience;
