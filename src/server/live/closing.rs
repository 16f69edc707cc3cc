//! Why the server closes a socket: the codes of the contract. A client decides by them whether and how it
//! comes back.

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The server goes down.
    Stopping,
    /// A message was too large.
    TooLarge,
    /// Something on our side does not work now.
    Trouble,
    /// Signed out or deactivated.
    SignedOut,
    /// There is no such thing.
    NotFound,
    /// The client reads too slowly, or not at all.
    TooSlow,
    /// Too many messages or connections.
    TooMany,
}

impl Closing {
    /// The code on the wire.
    pub fn code(self) -> u16 {
        match self {
            Self::Stopping => 1001,
            Self::TooLarge => 1009,
            Self::Trouble => 1013,
            Self::SignedOut => 4401,
            Self::NotFound => 4404,
            Self::TooSlow => 4408,
            Self::TooMany => 4429,
        }
    }

    /// The same for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Stopping => "the server restarts",
            Self::TooLarge => "a message was too large",
            Self::Trouble => "try again later",
            Self::SignedOut => "signed out",
            Self::NotFound => "there is no such thing",
            Self::TooSlow => "too slow; come back with your bookmark",
            Self::TooMany => "too many messages or connections",
        }
    }
}
