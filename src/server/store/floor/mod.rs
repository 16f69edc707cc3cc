//! The floor of a station: bays, the line in front of them, and the swaps in them.

pub mod bays;
pub mod check;
mod frames;
pub mod returns;
mod session_change;
pub mod sessions;

pub use bays::{BayNow, BayRecord, InLine};
pub use returns::{CameBack, WaitingPack};
pub use session_change::NewSession;
pub use sessions::{SessionNow, SessionRecord};
