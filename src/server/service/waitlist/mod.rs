//! Standing in line where a station is sold out: join, look, leave, answer an offer. Who gets the packs that become
//! free is decided where they become free (`store::waitlist`); taking an offer is a booking (`bookings::take_offer`).

mod due;
mod join;
mod leave;
mod look;

pub use due::{advance_due, next_due, serve_owing};
pub use join::join;
pub use leave::{decline, leave};
pub use look::{mine, of_station};

use super::Actor;
use crate::domain::{Problem, WaitlistEntryId};
use crate::server::store::waitlist::{self as rows, EntryRecord};
use crate::server::store::{Failure, Tx};

/// Her own place in line; for anybody else there is none.
async fn own(tx: &mut Tx<'_>, actor: &Actor, entry: WaitlistEntryId) -> Result<EntryRecord, Failure> {
    let found = rows::find(tx.connection(), entry).await?;
    let own = found.filter(|found| found.user == actor.user);
    own.ok_or_else(|| Problem::not_found("place in line").into())
}
