//! What keeps a page true after it was sent: sockets, the stores they fill, and the shared clock. On the
//! server all of it is inert.

pub mod clock;
