//! Whatever frees a pack offers it to whoever is first in line for it, in the same transaction, before anybody else
//! can see it: with the station's topic locked, after those whose own pack failed (see `lost_pack`).
//!
//! Who wants several packs is offered all or none. Meanwhile those behind her are served, three times at most; then
//! what becomes free is kept together for her.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sqlx::AnyConnection;

use super::change::EntryStep;
use super::{EntryRecord, OfferedPack, Wish};
use crate::domain::notification::text;
use crate::domain::waitlist::{GATHER, MAX_OVERTAKEN, fits_before, offer_length};
use crate::domain::{
    BatteryId, BatteryModelId, HoldId, InventoryAction, Level, NotificationKind, SlotNumber, StationId,
    StationStatus, Timestamp, UserId, WaitCommand, WaitState,
};
use crate::server::hours;
use crate::server::store::inventory::StationRow;
use crate::server::store::notifications::Notice;
use crate::server::store::row::Columns;
use crate::server::store::tx::PackEvent;
use crate::server::store::{IdKind, StoreError, Tx, stations};

/// Packs of each model that can be handed out and are nobody's.
pub type Free = BTreeMap<BatteryModelId, i64>;

/// Which models to claim for these wishes, each with the wish it is for: of those that will do, the one of which
/// there are most. All of them, or as many as there are.
pub fn enough(wishes: &[Wish], free: &Free) -> (Vec<(i64, BatteryModelId)>, bool) {
    let mut left = free.clone();
    let mut chosen = Vec::new();
    let mut wanted = 0;
    // Who is choosy chooses first.
    let mut wishes: Vec<&Wish> = wishes.iter().collect();
    wishes.sort_by_key(|wish| (wish.models.len(), wish.position));
    for wish in wishes {
        for _ in 0..wish.quantity {
            wanted += 1;
            let of = |model: &BatteryModelId| left.get(model).copied().unwrap_or(0);
            let best = wish.models.iter().copied().max_by_key(|model| of(model));
            let Some(model) = best.filter(|model| of(model) > 0) else {
                continue;
            };
            *left.entry(model).or_default() -= 1;
            chosen.push((wish.position, model));
        }
    }
    let is_all = chosen.len() == wanted;
    (chosen, is_all)
}

impl StationRow {
    /// When its hours close it next; `None` for never.
    pub fn closes_at(&self) -> Option<Timestamp> {
        self.hours_change_at.filter(|_| self.open_now)
    }
}

/// How somebody in line fared.
#[derive(PartialEq, Eq)]
enum Fared {
    Offered,
    Gathering,
    Nothing,
}

impl Tx<'_> {
    /// Packs of a station that can be handed out, without those that a booking for later has been waiting for since
    /// its time has come: it was promised them.
    pub async fn free_packs(&mut self, station: StationId) -> Result<Free, StoreError> {
        let rows = sqlx::query(
            "SELECT model_id, COUNT(*) AS packs FROM dispensable WHERE station_id = $1
             GROUP BY model_id ORDER BY model_id",
        )
        .bind(station.0)
        .fetch_all(self.connection())
        .await?;
        let promised = promised(self.connection(), station).await?;
        let free = rows.iter().map(|row| {
            let model = BatteryModelId(row.plain("model_id")?);
            let packs: i64 = row.plain("packs")?;
            let promised = promised.get(&model).copied().unwrap_or(0);
            Ok((model, (packs - promised).max(0)))
        });
        free.collect()
    }

    /// Gives what is free at a station to who stands in line for it.
    pub(in crate::server::store) async fn serve_line(
        &mut self,
        station: StationId,
    ) -> Result<(), StoreError> {
        let booked = self.lines.booked.remove(&station).unwrap_or_default();
        let line = self.lock_line(station).await?;
        if line.is_empty() {
            return Ok(());
        }
        let Some(here) = stations::find(self.connection(), station).await? else {
            return Ok(());
        };
        match here.status() {
            StationStatus::Online => self.offer_in_turn(&here, line, &booked).await,
            StationStatus::Maintenance | StationStatus::Closed => self.close_line(&here, &line).await,
            StationStatus::Paused | StationStatus::Offline => self.withdraw_offers(&here, &line).await,
        }
    }

    async fn close_line(&mut self, here: &StationRow, line: &[EntryRecord]) -> Result<(), StoreError> {
        for entry in line {
            self.end_entry(entry, WaitCommand::Close).await?;
            self.tell_line(here, entry.user, text::waitlist_closed(&here.name))
                .await?;
        }
        Ok(())
    }

    /// What the station cannot hand out is not kept from anybody. Nobody loses her place over it.
    async fn withdraw_offers(&mut self, here: &StationRow, line: &[EntryRecord]) -> Result<(), StoreError> {
        for entry in line {
            if entry.state == WaitState::Offered {
                self.end_entry(entry, WaitCommand::Withdraw).await?;
                self.tell_line(here, entry.user, text::waitlist_withdrawn(&here.name))
                    .await?;
            } else if !entry.packs.is_empty() {
                self.stop_gathering(entry).await?;
            }
        }
        Ok(())
    }

    async fn offer_in_turn(
        &mut self,
        here: &StationRow,
        line: Vec<EntryRecord>,
        booked: &BTreeSet<BatteryModelId>,
    ) -> Result<(), StoreError> {
        let (now, in_line) = (self.now(), line.len());
        let mut free = self.free_packs(here.id).await?;
        let mut waiting: Vec<EntryRecord> = line
            .into_iter()
            .filter(|entry| entry.state == WaitState::Waiting)
            .collect();
        // Who has just let an offer go by keeps her place, but the packs go on to the next.
        waiting.sort_by_key(|entry| (entry.missed_at == Some(now), entry.joined_at, entry.id));
        for entry in &mut waiting {
            if entry.wants_any_of(booked) {
                self.count_overtaken(entry).await?;
            }
        }
        for place in 0..waiting.len() {
            let (before, rest) = waiting.split_at_mut(place);
            let Some(entry) = rest.first_mut() else { break };
            let length = offer_length(in_line, entry.offer_for, entry.busy_offer_for);
            if !fits_before(here.closes_at(), now, length, entry.hold_for) {
                continue;
            }
            if self.serve_entry(here, entry, &mut free, now + length).await? != Fared::Offered {
                continue;
            }
            for passed in before {
                if passed.state == WaitState::Waiting && passed.competes_with(entry) {
                    self.count_overtaken(passed).await?;
                }
            }
        }
        Ok(())
    }

    /// Claims what she wants, all or none; some of it where she was overtaken often enough.
    async fn serve_entry(
        &mut self,
        here: &StationRow,
        entry: &mut EntryRecord,
        free: &mut Free,
        until: Timestamp,
    ) -> Result<Fared, StoreError> {
        let (chosen, is_all) = enough(&entry.missing(), free);
        if !is_all && (entry.overtaken < MAX_OVERTAKEN || chosen.is_empty()) {
            return Ok(Fared::Nothing);
        }
        let mut claimed = Vec::new();
        for (position, model) in &chosen {
            claimed.extend(self.claim_offered(here.id, *position, *model).await?);
        }
        let is_all = is_all && claimed.len() == chosen.len();
        if !is_all && entry.overtaken < MAX_OVERTAKEN {
            // Somebody reached for one of them at this very moment.
            for pack in &claimed {
                self.unclaim(pack).await?;
            }
            return Ok(Fared::Nothing);
        }
        for pack in claimed {
            self.insert_offered(entry, &pack).await?;
            *free.entry(pack.model).or_default() -= 1;
            entry.packs.push(pack);
        }
        if !is_all {
            self.gather(entry).await?;
            return Ok(Fared::Gathering);
        }
        self.offer(here, entry, until).await?;
        Ok(Fared::Offered)
    }

    pub(super) async fn claim_offered(
        &mut self,
        station: StationId,
        position: i64,
        model: BatteryModelId,
    ) -> Result<Option<OfferedPack>, StoreError> {
        let hold = HoldId(self.next_id(IdKind::Hold)?);
        let Some(row) = self.claim_any(station, model, hold).await? else {
            return Ok(None);
        };
        Ok(Some(OfferedPack {
            hold,
            position,
            battery: BatteryId(row.plain("id")?),
            model,
            slot: SlotNumber(row.plain("slot")?),
        }))
    }

    pub(super) async fn insert_offered(
        &mut self,
        entry: &EntryRecord,
        pack: &OfferedPack,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO offered_pack (hold_id, entry_id, position, battery_id, claimed_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(pack.hold.0)
        .bind(entry.id.0)
        .bind(pack.position)
        .bind(pack.battery.0)
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        self.pack_event(
            entry.station,
            pack.battery,
            InventoryAction::Book,
            PackEvent::Booked,
        );
        Ok(())
    }

    async fn offer(
        &mut self,
        here: &StationRow,
        entry: &mut EntryRecord,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let there = until.clock_time(hours::utc_offset_minutes(&here.timezone, until));
        let kind = NotificationKind::WaitlistOffer;
        let told = Notice {
            kind,
            message: text::waitlist_offer(entry.packs.len(), &here.name, &there),
            level: kind.level(),
            booking: None,
            station: Some(here.id),
            data: json!({ "station_name": here.name, "entry_id": entry.id, "deadline": until }),
        };
        let notice = self.notify(entry.user, told).await?;
        let step = EntryStep {
            offer_until: Some(until),
            notice: Some(notice),
            ..EntryStep::default()
        };
        self.step_entry(entry, WaitCommand::Offer, step).await?;
        entry.version += 1;
        entry.state = WaitState::Offered;
        Ok(())
    }

    /// From the first pack on that is kept for her there is a time to an end.
    async fn gather(&mut self, entry: &mut EntryRecord) -> Result<(), StoreError> {
        if entry.gather_until.is_some() {
            return Ok(());
        }
        let until = self.now() + GATHER;
        sqlx::query("UPDATE waitlist_entry SET gather_until = $2, version = version + 1 WHERE id = $1")
            .bind(entry.id.0)
            .bind(until.micros())
            .execute(self.connection())
            .await?;
        entry.version += 1;
        entry.gather_until = Some(until);
        Ok(())
    }

    async fn count_overtaken(&mut self, entry: &mut EntryRecord) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE waitlist_entry SET overtaken = overtaken + 1, version = version + 1 WHERE id = $1",
        )
        .bind(entry.id.0)
        .execute(self.connection())
        .await?;
        entry.version += 1;
        entry.overtaken += 1;
        Ok(())
    }

    /// News for somebody in line that are no offer.
    pub async fn tell_line(
        &mut self,
        here: &StationRow,
        user: UserId,
        message: String,
    ) -> Result<(), StoreError> {
        let told = Notice {
            kind: NotificationKind::StationAlert,
            message,
            level: Level::Warning,
            booking: None,
            station: Some(here.id),
            data: json!({ "station_name": here.name }),
        };
        self.notify(user, told).await?;
        Ok(())
    }
}

/// Packs that bookings for later have been waiting for since their time came.
async fn promised(connection: &mut AnyConnection, station: StationId) -> Result<Free, StoreError> {
    let rows = sqlx::query(
        "SELECT booking_item.model_id, COUNT(*) AS packs
         FROM booking
         JOIN booking_item ON booking_item.booking_id = booking.id
         WHERE booking.station_id = $1 AND booking.state = 'scheduled' AND booking.shortage > 0
           AND booking_item.kind IN ('swap', 'take') AND booking_item.state = 'pending'
         GROUP BY booking_item.model_id
         ORDER BY booking_item.model_id",
    )
    .bind(station.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((BatteryModelId(row.plain("model_id")?), row.plain("packs")?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ItemKind;

    fn wish(position: i64, quantity: i64, models: &[i64]) -> Wish {
        Wish {
            position,
            kind: ItemKind::Swap,
            quantity,
            models: models.iter().copied().map(BatteryModelId).collect(),
        }
    }

    fn free(counts: &[(i64, i64)]) -> Free {
        counts
            .iter()
            .map(|(model, packs)| (BatteryModelId(*model), *packs))
            .collect()
    }

    #[test]
    fn who_is_choosy_chooses_first() {
        let (chosen, is_all) = enough(&[wish(1, 1, &[1, 2]), wish(2, 1, &[1])], &free(&[(1, 1), (2, 1)]));
        assert!(is_all);
        assert_eq!(chosen, [(2, BatteryModelId(1)), (1, BatteryModelId(2))]);
    }

    #[test]
    fn what_is_short_is_said() {
        let (chosen, is_all) = enough(&[wish(1, 3, &[1])], &free(&[(1, 2), (2, 9)]));
        assert!(!is_all);
        assert_eq!(chosen.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_chosen_that_is_not_there(
            quantities in proptest::collection::vec((1_i64..4, 1_i64..4), 1..4),
            packs in proptest::collection::vec(0_i64..5, 3),
        ) {
            let free = free(&[(1, packs[0]), (2, packs[1]), (3, packs[2])]);
            let wishes: Vec<Wish> = quantities
                .iter()
                .zip(1..)
                .map(|((quantity, first), position)| wish(position, *quantity, &[*first, 3]))
                .collect();
            let (chosen, is_all) = enough(&wishes, &free);
            for (model, packs) in &free {
                let taken = chosen.iter().filter(|(_, one)| one == model).count();
                proptest::prop_assert!(i64::try_from(taken).unwrap() <= *packs);
            }
            let wanted: i64 = quantities.iter().map(|(quantity, _)| quantity).sum();
            proptest::prop_assert_eq!(is_all, i64::try_from(chosen.len()).unwrap() == wanted);
        }
    }
}
