//! What pages are made of: one part per file, each with a style sheet of the same name.

pub mod announce;
pub mod backdrop;
pub mod booking_card;
pub mod clock_time;
pub mod connection;
pub mod countdown;
pub mod decimal;
pub mod form;
pub mod frame;
pub mod gate;
pub mod icon;
pub mod note;
pub mod pack;
pub mod projection;
pub mod qr;
pub mod refusal;
pub mod slot_grid;
pub mod stars;
pub mod station_map;
pub mod station_state;
pub mod steps;
pub mod strip;
pub mod toast;
pub mod words;

pub use announce::LiveRegions;
pub use clock_time::ClockTime;
pub use connection::{LiveBar, LiveChip, StaleNote};
pub use frame::{Foot, Header};
pub use icon::Icon;
pub use note::Note;
pub use pack::{Pack, PackPatterns, Shape};
pub use slot_grid::{KeyToShapes, SlotGrid};
pub use station_map::StationMap;
pub use strip::Strip;
pub use toast::Toasts;
