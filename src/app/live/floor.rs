//! A bay or a swap, kept true by its socket: every frame carries the whole of it after the change.

use leptos::prelude::*;
use serde::Deserialize;

use super::{Bookmark, Line};
use crate::domain::Timestamp;
use crate::protocol::rest::{BayOut, SessionOut};
use crate::protocol::{Envelope, Topic};

#[derive(Deserialize)]
struct Told<T> {
    data: T,
}

/// Subscribes the bay from the position at which the page has it.
pub fn follow_bay(bay: RwSignal<BayOut>, as_of: Timestamp) -> Line {
    let (topic, bookmark) =
        bay.with_untracked(|bay| (Topic::Bay(bay.id), Bookmark::At(bay.epoch.clone(), bay.seq)));
    Line::open(topic, bookmark, as_of, move |outside, frame| {
        if tells_all(outside) {
            take_bay(bay, serde_json::from_str::<Told<BayOut>>(frame)?.data);
        }
        Ok(())
    })
}

/// Subscribes the swap from the position at which the page has it.
pub fn follow_session(session: RwSignal<SessionOut>, as_of: Timestamp) -> Line {
    let place = |session: &SessionOut| Bookmark::At(session.epoch.clone(), session.seq);
    let (id, bookmark) = session.with_untracked(|session| (session.id, place(session)));
    Line::open(Topic::Session(id), bookmark, as_of, move |outside, frame| {
        if tells_all(outside) {
            take_session(session, serde_json::from_str::<Told<SessionOut>>(frame)?.data);
        }
        Ok(())
    })
}

fn tells_all(outside: &Envelope) -> bool {
    matches!(
        outside.kind.as_str(),
        "snapshot" | "bay_status" | "bay_update" | "session_status" | "session_update"
    )
}

/// Takes over a newer state; an older one, overtaken on its way, is dropped.
pub fn take_bay(bay: RwSignal<BayOut>, fresh: BayOut) {
    bay.maybe_update(|held| {
        let is_newer = fresh.seq >= held.seq && *held != fresh;
        if is_newer {
            *held = fresh;
        }
        is_newer
    });
}

/// The same. What only staff may see is kept where a frame leaves it out.
pub fn take_session(session: RwSignal<SessionOut>, fresh: SessionOut) {
    session.maybe_update(|held| {
        if fresh.seq < held.seq || *held == fresh {
            return false;
        }
        let of_staff = (held.customer_name.take(), held.notes.take());
        let is_same = held.booking_id == fresh.booking_id;
        *held = fresh;
        if is_same {
            held.customer_name = held.customer_name.take().or(of_staff.0);
            held.notes = held.notes.take().or(of_staff.1);
        }
        true
    });
}
