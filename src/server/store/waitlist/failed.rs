//! A pack that is claimed for somebody in line fails: another takes its place, or the offer is taken back and she
//! keeps hers.

use super::{EntryRecord, entry_offered, find};
use crate::domain::notification::text;
use crate::domain::{InventoryAction, Problem, ReleaseReason, WaitCommand, WaitState};
use crate::server::store::inventory::PackRow;
use crate::server::store::tx::PackEvent;
use crate::server::store::{Failure, StoreError, Tx, stations};

impl Tx<'_> {
    /// Ends the claim of an offer on a pack that cannot be handed out any more. Afterwards nobody holds the pack.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn lose_offered(&mut self, pack: &PackRow) -> Result<(), Failure> {
        let Some(hold) = pack.hold else { return Ok(()) };
        let Some(id) = entry_offered(self.connection(), hold).await? else {
            // It was accepted since the pack was read: a booking holds it now.
            return Err(StoreError::Overtaken.into());
        };
        let entry = find(self.connection(), id).await?;
        let mut entry = entry.ok_or_else(|| Problem::not_found("place in line"))?;
        self.lock_entry(&entry).await?;
        let Some(at) = entry.packs.iter().position(|one| one.hold == hold) else {
            return Err(StoreError::Overtaken.into());
        };
        let lost = entry.packs.remove(at);
        // Before the one that failed is nobody's, so that it is not chosen again.
        let other = self
            .claim_offered(pack.station, lost.position, lost.model)
            .await?;
        sqlx::query("DELETE FROM offered_pack WHERE hold_id = $1")
            .bind(hold.0)
            .execute(self.connection())
            .await?;
        self.unclaim(&lost).await?;
        let released = PackEvent::Released(ReleaseReason::Substituted);
        self.pack_event(pack.station, pack.id, InventoryAction::Update, released);
        match other {
            Some(other) => self.insert_offered(&entry, &other).await?,
            None => self.withdraw(&entry).await?,
        }
        Ok(())
    }

    /// Takes an offer back. What was only kept together for her waits on.
    async fn withdraw(&mut self, entry: &EntryRecord) -> Result<(), StoreError> {
        self.look_at_line(entry.station);
        if entry.state != WaitState::Offered {
            return Ok(());
        }
        self.end_entry(entry, WaitCommand::Withdraw).await?;
        if let Some(here) = stations::find(self.connection(), entry.station).await? {
            let message = text::waitlist_withdrawn(&here.name);
            self.tell_line(&here, entry.user, message).await?;
        }
        Ok(())
    }
}
