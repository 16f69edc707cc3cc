//! What keeps a page true after it was sent: lines to the server, the stores they fill, and the shared
//! clock. On the server all of it is inert.

pub mod booking;
pub mod clock;
pub mod cursor;
pub mod feed;
pub mod floor;
pub mod line;
pub mod messages;
pub mod notices;
pub mod queue;
pub mod ring;
#[cfg(feature = "hydrate")]
mod socket;
pub mod store;
#[cfg(feature = "hydrate")]
mod talk;
pub mod toaster;
pub mod toasts;
pub mod work;

pub use cursor::Bookmark;
pub use line::{Line, Link};
