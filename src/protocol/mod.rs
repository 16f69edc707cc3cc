//! What crosses a wire, shared by the server that writes it and the browser that reads it.
//!
//! `topic` names what can be subscribed to, `frame` are the messages of the sockets, `envelope` what all of
//! these have in common, `inventory` what is said about packs, `staff` what is said to staff, `rest` the bodies of the HTTP API. Shapes only: no rule of the business lives here.

pub mod envelope;
pub mod frame;
pub mod inventory;
pub mod rest;
#[cfg(feature = "ssr")]
pub mod staff;
pub mod topic;

pub use envelope::Envelope;
pub use frame::{ClientMessage, ServerMessage, Snapshot};
pub use inventory::{Inventory, InventoryUpdate};
pub use topic::Topic;
