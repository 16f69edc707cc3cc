//! Reviews: written by the customer of a booking once the packs were handed over, read by everybody.

mod look;
mod write;

pub use look::{of_booking, of_station};
pub use write::{change, remove, write};
