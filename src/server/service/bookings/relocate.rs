//! Another station of the same operator serves a booking: packs of the same models are claimed there, those held here
//! are freed, and everybody concerned is told.

use std::collections::BTreeMap;

use serde_json::json;

use super::schedule::{must_suffice, take_places, terms_of};
use super::secrets::unused_secrets;
use super::{due_while_waiting, grace_of, notice};
use crate::domain::notification::text;
use crate::domain::{
    BatteryModelId, BookingState, ItemId, ItemKind, Level, NotificationKind, Problem, ReleaseReason, Timers,
    Timestamp,
};
use crate::server::half_hours::Choice;
use crate::server::store::batteries::Wanted;
use crate::server::store::bookings::{BookingRecord, Move, Window};
use crate::server::store::inventory::StationRow;
use crate::server::store::{Audit, Failure, StoreError, Tx, bookings as rows, rules, stations};

/// Where a booking goes, and what is said about why.
pub struct Relocation<'a> {
    /// Where it is.
    pub from: &'a StationRow,
    /// Where it goes.
    pub to: &'a StationRow,
    /// Why, as one sentence.
    pub sentence: &'a str,
    /// The field of the request that names the other station.
    pub field: &'a str,
    /// The installation's timers.
    pub timers: &'a Timers,
}

impl Relocation<'_> {
    /// Moves a booking.
    ///
    /// # Errors
    /// [`Problem::Invalid`] about the field, where the other station cannot serve it.
    pub async fn carry_out(&self, tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
        let state = record
            .state
            .after_moving()
            .ok_or_else(|| self.no("The customer is here: serve her, or take the check-in back first."))?;
        let works = |item: &&rows::ItemRecord| item.kind == ItemKind::Service && !item.state.is_over();
        if let Some(service) = record.items.iter().find(works) {
            let detail = format!(
                "{} is done at this station only. Keep the booking, cancel it, or decline the service first.",
                service.name
            );
            return Err(self.no(detail).into());
        }
        tx.keep_open(self.to.id).await?;
        self.must_be_open(tx, record).await?;
        let timers = rules::timers_at(tx.connection(), self.to.id, self.to.operator, self.timers).await?;
        let (window, due_at) = terms(record, &timers, tx.now());
        let (code, pin) = self.secrets(tx, record).await?;
        let there = Move {
            station: self.to.id,
            state,
            window,
            due_at,
            code,
            pin,
        };
        if !tx.move_booking(record, &there).await? {
            return Err(StoreError::Overtaken.into());
        }
        match record.pickup_at.filter(|_| record.confirmed_at().is_none()) {
            Some(at) => self.move_places(tx, record, at).await?,
            None => self.move_packs(tx, record).await?,
        }
        tx.audit(Audit {
            entity: "booking",
            entity_id: record.id.0,
            action: "move",
            from: Some(record.state.as_str()),
            to: Some(state.as_str()),
            reason: Some(self.sentence),
        })
        .await?;
        self.tell(tx, record).await
    }

    fn no(&self, detail: impl Into<String>) -> Problem {
        Problem::invalid(self.field, detail)
    }

    async fn must_be_open(&self, tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
        let name = &self.to.name;
        // As it is now that nobody can close it any more.
        let now = stations::find(tx.connection(), self.to.id).await?;
        let now = now.ok_or_else(|| Problem::not_found("station"))?;
        let later = record.pickup_at.filter(|_| record.confirmed_at().is_none());
        let status = if later.is_some() {
            now.set_status
        } else {
            now.status()
        };
        if !status.takes_bookings() {
            return Err(self.no(format!("{name} takes no bookings right now.")).into());
        }
        if let Some(at) = later {
            let choice = Choice::new(&now.opening_hours, &now.timezone, self.timers, tx.now());
            if !choice.is_open(at) {
                return Err(self.no(format!("{name} is closed at that time.")).into());
            }
        }
        Ok(())
    }

    /// Her own, unless somebody else has them there.
    async fn secrets(&self, tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(String, String), Failure> {
        let (code, pin) = (record.code.clone(), record.pin.clone());
        if rows::is_code_taken(tx.connection(), self.to.id, &code, &pin).await? {
            return unused_secrets(tx, self.to.id).await;
        }
        Ok((code, pin))
    }

    async fn move_packs(&self, tx: &mut Tx<'_>, record: &BookingRecord) -> Result<(), Failure> {
        tx.release_held(record.id, ReleaseReason::Substituted).await?;
        // One that was made for later has its places still.
        tx.leave_pickup(record.id).await?;
        for (item, model) in lines(record) {
            let Some(claimed) = tx.claim_pack(self.to.id, Wanted::Model(model)).await? else {
                let detail = format!("{} has too few charged batteries free for it.", self.to.name);
                return Err(self.no(detail).into());
            };
            tx.move_item(record.id, item, &claimed).await?;
        }
        Ok(())
    }

    /// A booking for later holds no packs, but places in its half hour.
    async fn move_places(
        &self,
        tx: &mut Tx<'_>,
        record: &BookingRecord,
        at: Timestamp,
    ) -> Result<(), Failure> {
        tx.leave_pickup(record.id).await?;
        let items: Vec<ItemId> = lines(record).map(|(item, _)| item).collect();
        let mut wanted: BTreeMap<BatteryModelId, i64> = BTreeMap::new();
        for (_, model) in lines(record) {
            *wanted.entry(model).or_default() += 1;
        }
        let in_words = |failure| match failure {
            Failure::Refused(problem) => Failure::Refused(self.no(format!("{}: {problem}", self.to.name))),
            Failure::Store(error) => Failure::Store(error),
        };
        take_places(tx, self.to.id, at, &items).await.map_err(in_words)?;
        must_suffice(tx, self.to, at, &wanted).await.map_err(in_words)
    }

    async fn tell(&self, tx: &mut Tx<'_>, before: &BookingRecord) -> Result<(), Failure> {
        let found = rows::find(tx.connection(), before.id).await?;
        let record = found.ok_or(StoreError::Overtaken)?;
        let until = match record.state {
            BookingState::Requested => "where it waits for an answer".to_owned(),
            BookingState::Scheduled => record.pickup_there().unwrap_or_default(),
            _ => format!("held until {}", record.deadline_there()),
        };
        let kind = NotificationKind::StationAlert;
        let message = text::booking_moved(&self.from.name, self.sentence, &self.to.name, &until);
        let mut alert = notice(&record, kind, kind.level(), message);
        alert.data = json!({ "station_name": record.station_name, "deadline": record.deadline,
            "moved_from": self.from.id });
        tx.notify(record.user, alert).await?;
        let message = text::booking_moved_between(record.id.0, &self.from.name, &self.to.name);
        let here = rows::people_of_station(tx.connection(), self.from.id).await?;
        for person in &here {
            let mut moved = notice(&record, kind, Level::Info, message.clone());
            moved.station = Some(self.from.id);
            tx.notify(*person, moved).await?;
        }
        let there = rows::people_of_station(tx.connection(), self.to.id).await?;
        for person in there.into_iter().filter(|person| !here.contains(person)) {
            let new = notice(
                &record,
                NotificationKind::NewBooking,
                Level::Info,
                message.clone(),
            );
            tx.notify(person, new).await?;
        }
        Ok(())
    }
}

/// The lines that need a pack.
fn lines(record: &BookingRecord) -> impl Iterator<Item = (ItemId, BatteryModelId)> {
    let needs = |item: &&rows::ItemRecord| item.kind.takes_a_pack() && !item.state.is_over();
    let line = |item: &rows::ItemRecord| Some((item.id, item.model?));
    record.items.iter().filter(needs).filter_map(line)
}

/// Until when it can be collected there: who has to go elsewhere has all of her time again.
fn terms(record: &BookingRecord, timers: &Timers, now: Timestamp) -> (Window, Option<Timestamp>) {
    match (record.state, record.pickup_at) {
        (BookingState::Requested, _) => (record.window(), record.due_at),
        (BookingState::Scheduled, Some(at)) => {
            let (window, due_at) = terms_of(record, at, timers);
            (window, Some(due_at))
        }
        _ => {
            let anew = Window::from(now, record.hold_for, grace_of(record, timers));
            let window = if anew.deadline > record.deadline {
                anew
            } else {
                record.window()
            };
            (window, Some(due_while_waiting(timers, false, window, now)))
        }
    }
}
