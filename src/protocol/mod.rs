//! What crosses a wire, shared by the server that writes it and the browser that reads it.
//!
//! `topic` names what can be subscribed to, `frame` are the messages of the sockets, `envelope` what all of
//! these have in common, `rest` the bodies of the HTTP API. Shapes only: no rule of the business lives here.

pub mod envelope;
pub mod frame;
pub mod rest;
pub mod topic;

pub use envelope::Envelope;
pub use frame::{ClientMessage, Inventory, InventoryUpdate, ServerMessage, Snapshot};
pub use topic::Topic;
