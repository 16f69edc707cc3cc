//! What every test stands on.

#[macro_use]
pub mod each_engine;
pub mod app;
pub mod client;
pub mod clock;
pub mod demo;
pub mod floor;
pub mod plans;
pub mod process;
pub mod world;
pub mod ws;
