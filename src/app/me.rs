//! Who looks at the page, for the header and for whoever shows a badge. One instance for the whole visit.

use leptos::prelude::*;

use super::calls::visitor::{ActiveBooking, VisitorOut, load_visitor};
use crate::domain::Problem;

/// The person in front of the page. Badges are signals, so that live notifications can move them.
#[derive(Clone, Copy)]
pub struct Me {
    /// What the server says; ask again with [`Me::reload`].
    pub visitor: Resource<Result<VisitorOut, Problem>>,
    /// Unread rows of the inbox.
    pub unread: RwSignal<i64>,
    /// The booking whose deadline comes first, if one is active.
    pub active: RwSignal<Option<ActiveBooking>>,
}

impl Me {
    /// Provides it to the whole application.
    pub fn provide() {
        provide_context(Self {
            visitor: Resource::new_blocking(|| (), |()| load_visitor()),
            unread: RwSignal::new(0),
            active: RwSignal::new(None),
        });
    }

    /// The one of this application.
    pub fn get() -> Self {
        expect_context()
    }

    /// Takes over what the server said into the badges.
    pub fn show(self, visitor: &VisitorOut) {
        self.unread.set(visitor.unread);
        self.active.set(visitor.active.clone());
    }

    /// Asks the server again: after signing in or out, or a new booking.
    pub fn reload(self) {
        self.visitor.refetch();
    }
}
