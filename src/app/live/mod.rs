//! What keeps a page true after it was sent: lines to the server, the stores they fill, and the shared
//! clock. On the server all of it is inert.

pub mod clock;
pub mod cursor;
pub mod line;
#[cfg(feature = "hydrate")]
mod socket;
pub mod store;

pub use cursor::Bookmark;
pub use line::{Line, Link};
