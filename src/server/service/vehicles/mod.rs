//! Vehicles: mine, the catalogue of types, and whether one can be booked for.

mod check;
mod mine;
mod types;

pub use check::check;
pub use mine::{add, change, list, remove};
pub use types::{add_type, change_type, types};
