//! Everything that exists only on the server.
//!
//! `http` lets requests in, `service` carries out one use case each, `store` is the only room that knows
//! SQL, `live` brings committed events to every screen, `jobs` act when a deadline is due.

pub mod hours;
pub mod service;
pub mod state;
pub mod store;

pub use state::App;
