//! A transaction that writes: the connection, the cause, and what it has touched so far.
//!
//! Store functions that change packs, slots, stations or bookings report it here ([`Tx::touch_station`],
//! [`Tx::touch_booking`]); the frames that every screen must see follow from that by themselves at commit
//! (see `commit`), so no code path can forget them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sqlx::AnyConnection;

use super::tasks::StaffChanges;
use super::waitlist::LineChanges;
use super::{Db, Engine, IdKind, StoreError, StoredEvent};
use crate::domain::{
    BatteryId, BayId, BookingId, InventoryAction, Level, NotificationId, NotificationKind, ReleaseReason,
    SessionId, StationId, Timers, Timestamp, UserId,
};

/// Who or what is behind a transaction: goes into every audit row.
#[derive(Clone, Debug)]
pub struct Cause {
    /// The person, if it was one.
    pub actor: Option<UserId>,
    /// Her role, or `system`.
    pub role: &'static str,
    /// The request or job it belongs to.
    pub request_id: String,
}

impl Cause {
    /// A job of the server itself.
    pub fn system(job: &str) -> Self {
        Self {
            actor: None,
            role: "system",
            request_id: job.to_owned(),
        }
    }
}

/// What happened to one pack, for everybody to see.
#[derive(Clone, Copy, Debug)]
pub(super) enum PackEvent {
    Booked,
    Collected,
    Added,
    Removed,
    Returned,
    Released(ReleaseReason),
}

/// What a transaction did to one station so far.
#[derive(Debug, Default)]
pub(super) struct StationChanges {
    pub action: Option<InventoryAction>,
    pub changed: BTreeSet<BatteryId>,
    pub packs: Vec<(BatteryId, PackEvent)>,
    /// Afterwards a pack may be free that was not before.
    pub may_free: bool,
    /// A sentence to go with the new status.
    #[expect(
        clippy::option_option,
        reason = "whether it changes, and whether a sentence goes with it"
    )]
    pub status: Option<Option<String>>,
}

/// What a transaction did to one booking so far.
#[derive(Debug, Default)]
pub(super) struct BookingChanges {
    pub items: bool,
    pub deadline: bool,
}

/// A message on its way into somebody's inbox.
#[derive(Debug)]
pub(super) enum UserEvent {
    Message(Box<Message>),
    Read { ids: Vec<NotificationId>, unread: i64 },
}

/// One row of the inbox, before it has a number in the person's topic.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: NotificationId,
    /// Of what it tells.
    pub kind: NotificationKind,
    /// Heading.
    pub title: String,
    /// What people read.
    pub text: String,
    /// How urgent.
    pub level: Level,
    /// About which booking.
    pub booking: Option<BookingId>,
    /// About which station.
    pub station: Option<StationId>,
    /// More, by kind. `station_name` and `battery_info` are taken from here.
    pub data: Value,
}

/// One step of something's history.
#[derive(Clone, Debug, Default)]
pub struct Audit<'a> {
    /// What kind of thing, like `booking`.
    pub entity: &'a str,
    /// Which one.
    pub entity_id: i64,
    /// What was done.
    pub action: &'a str,
    /// State before.
    pub from: Option<&'a str>,
    /// State after.
    pub to: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
}

/// A transaction that writes.
pub struct Tx<'c> {
    connection: &'c mut AnyConnection,
    db: &'c Db,
    cause: Cause,
    now: Timestamp,
    pub(super) stations: BTreeMap<StationId, StationChanges>,
    pub(super) bays: BTreeSet<BayId>,
    pub(super) sessions: BTreeSet<SessionId>,
    pub(super) staff: BTreeMap<StationId, StaffChanges>,
    pub(super) bookings: BTreeMap<BookingId, BookingChanges>,
    pub(super) users: BTreeMap<UserId, Vec<UserEvent>>,
    pub(super) lines: LineChanges,
    pub(super) settled: Vec<StoredEvent>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c mut AnyConnection, db: &'c Db, cause: Cause) -> Self {
        Self {
            connection,
            db,
            cause,
            now: db.now(),
            stations: BTreeMap::new(),
            bays: BTreeSet::new(),
            sessions: BTreeSet::new(),
            staff: BTreeMap::new(),
            bookings: BTreeMap::new(),
            users: BTreeMap::new(),
            lines: LineChanges::default(),
            settled: Vec::new(),
        }
    }

    /// The connection, for reading in this transaction.
    pub fn connection(&mut self) -> &mut AnyConnection {
        self.connection
    }

    /// The one instant that this whole transaction happens at.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The name of this database's log.
    pub(super) fn epoch(&self) -> &'c str {
        self.db.epoch()
    }

    /// Which engine runs.
    pub(super) fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Who or what is behind this.
    pub(super) fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The timers of this installation.
    pub(super) fn timers(&self) -> &'c Timers {
        self.db.timers()
    }

    /// How many times faster than in reality packs charge here.
    pub fn charge_speed(&self) -> f64 {
        self.db.charge_speed()
    }

    /// The next id of a kind.
    pub fn next_id(&self, kind: IdKind) -> Result<i64, StoreError> {
        self.db.0.ids.next(kind)
    }

    /// The station's counts, or what its packs look like, change by this transaction because of `action`.
    /// Among several reasons the one most telling for the public wins (their order is the enum's, with
    /// plain updates last).
    pub(super) fn touch_station(
        &mut self,
        station: StationId,
        action: InventoryAction,
    ) -> &mut StationChanges {
        let changes = self.stations.entry(station).or_default();
        changes.may_free |= !matches!(
            action,
            InventoryAction::Book
                | InventoryAction::Collect
                | InventoryAction::Remove
                | InventoryAction::Return
                | InventoryAction::Test
        );
        let is_weaker = |other| matches!(other, InventoryAction::Update | InventoryAction::Charge);
        changes.action = Some(match changes.action {
            None => action,
            Some(before) if is_weaker(before) => action,
            Some(before) => before,
        });
        changes
    }

    /// Something else than its packs changes the station's counts by this transaction.
    pub(super) fn touch_counts(&mut self, station: StationId) {
        self.stations.entry(station).or_default();
    }

    /// One pack of the station changes by this transaction.
    pub(super) fn touch_pack(&mut self, station: StationId, battery: BatteryId, action: InventoryAction) {
        self.touch_station(station, action).changed.insert(battery);
    }

    /// Something happens to one pack that has a message of its own.
    pub(super) fn pack_event(
        &mut self,
        station: StationId,
        battery: BatteryId,
        action: InventoryAction,
        event: PackEvent,
    ) {
        let changes = self.touch_station(station, action);
        changes.changed.insert(battery);
        changes.packs.push((battery, event));
    }

    /// The booking changes by this transaction.
    pub(super) fn touch_booking(&mut self, booking: BookingId) -> &mut BookingChanges {
        self.bookings.entry(booking).or_default()
    }

    /// Something for one person's topic.
    pub(super) fn user_event(&mut self, user: UserId, event: UserEvent) {
        self.users.entry(user).or_default().push(event);
    }

    /// Sends the true counts of a station to everybody who watches it, although nothing changed
    /// (`voltbay test-broadcast`).
    pub fn announce(&mut self, station: StationId) {
        self.touch_station(station, InventoryAction::Test);
    }

    /// Writes one step of something's history.
    pub async fn audit(&mut self, step: Audit<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit (id, at, actor_id, role, entity, entity_id, action, from_state, to_state, reason,
                 request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(self.next_id(IdKind::Audit)?)
        .bind(self.now.micros())
        .bind(self.cause.actor.map(|user| user.0))
        .bind(self.cause.role)
        .bind(step.entity.to_owned())
        .bind(step.entity_id)
        .bind(step.action.to_owned())
        .bind(step.from.map(str::to_owned))
        .bind(step.to.map(str::to_owned))
        .bind(step.reason.map(str::to_owned))
        .bind(self.cause.request_id.clone())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}
