//! One live line of a page: its state for people to see, and the handle to close, retry or speak. What runs
//! behind it in the browser is [`super::socket`]; on the server a line stays waiting.

use leptos::prelude::*;

use super::cursor::{Bookmark, Cursor};
use crate::domain::Timestamp;
use crate::protocol::Envelope;
use crate::protocol::topic::Topic;

#[cfg(feature = "hydrate")]
use super::socket::Wire;

/// Ends its line when the component that opened it is gone.
#[cfg(feature = "hydrate")]
struct Holder(std::rc::Rc<Wire>);

#[cfg(feature = "hydrate")]
impl Drop for Holder {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// How a line is, in the words of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The page is fresh from the server; the socket is on its way.
    Waiting,
    /// Every change arrives.
    Live,
    /// Lost for more than three seconds; trying.
    Reconnecting,
    /// Lost for more than thirty seconds: what is shown may be wrong.
    Stale,
    /// Closed for good: signed out, or there is no such thing.
    Ended,
}

/// A frame was applied; or it could not be read, and the line begins again with the whole state.
pub type Taken = serde_json::Result<()>;

/// The line. Closes with the component that opened it.
#[derive(Clone, Copy)]
pub struct Line {
    pub(super) link: RwSignal<Link>,
    pub(super) as_of: RwSignal<Timestamp>,
    #[cfg(feature = "hydrate")]
    wire: StoredValue<Holder, LocalStorage>,
}

impl Line {
    /// Subscribes `topic` from `bookmark` on. `take` gets every frame that is to be applied, its outside and
    /// its text, once and in order, and reads of it what it needs; `as_of` is the server's clock when the page's state was read.
    pub fn open(
        topic: Topic,
        bookmark: Bookmark,
        as_of: Timestamp,
        take: impl Fn(&Envelope, &str) -> Taken + 'static,
    ) -> Self {
        let cursor = Cursor::new(topic, bookmark);
        let (link, as_of) = (RwSignal::new(Link::Waiting), RwSignal::new(as_of));
        #[cfg(feature = "hydrate")]
        {
            let wire = std::rc::Rc::new(Wire::new(link, as_of));
            Wire::start(&wire, cursor, take);
            Self {
                link,
                as_of,
                wire: StoredValue::new_local(Holder(wire)),
            }
        }
        #[cfg(not(feature = "hydrate"))]
        {
            drop((cursor, take));
            Self { link, as_of }
        }
    }

    /// How it is.
    pub fn link(self) -> Link {
        self.link.get()
    }

    /// The server's clock at the last sign of life.
    pub fn as_of(self) -> Timestamp {
        self.as_of.get()
    }

    /// Tries again at once.
    pub fn retry(self) {
        #[cfg(feature = "hydrate")]
        self.wire.with_value(|holder| holder.0.retry());
    }
}
