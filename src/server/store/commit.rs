//! The last step of every writing transaction: turns what was touched into the frames that every screen will
//! see, numbers them and stores them, in the same transaction.
//!
//! Topics are always advanced in the same order (stations, their staff, bays, sessions, bookings, people, each by id),
//! so that two transactions never wait for each other in a circle. A topic's row is locked before its state is read,
//! so the counts in a frame are those of its place in the order.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tx::{BookingChanges, Message, PackEvent, StationChanges, UserEvent};
use super::{StoreError, StoredEvent, Tx, bookings, inventory};
use crate::domain::{BookingId, InventoryAction, NotificationKind, StationId, Timestamp, UserId};
use crate::protocol::inventory::{BatteryEvent, InventoryUpdate};
use crate::protocol::{ServerMessage, Topic};

impl Tx<'_> {
    /// Writes the events of everything touched since the last time. What is read afterwards has the position
    /// these events led to. Call it last, if at all: topics are locked in one order within one settling.
    pub async fn settle(&mut self) -> Result<(), StoreError> {
        self.refill_touched().await?;
        self.touch_sessions_of_bookings().await?;
        self.follow_bookings().await?;
        self.follow_floor().await?;
        let mut events = std::mem::take(&mut self.settled);
        for (station, changes) in std::mem::take(&mut self.stations) {
            self.write_station(station, changes, &mut events).await?;
        }
        for (station, changes) in std::mem::take(&mut self.staff) {
            self.write_staff(station, changes, &mut events).await?;
        }
        for bay in std::mem::take(&mut self.bays) {
            self.write_bay(bay, &mut events).await?;
        }
        for session in std::mem::take(&mut self.sessions) {
            self.write_session(session, &mut events).await?;
        }
        for (booking, changes) in std::mem::take(&mut self.bookings) {
            self.write_booking(booking, changes, &mut events).await?;
        }
        for (user, messages) in std::mem::take(&mut self.users) {
            self.write_user(user, messages, &mut events).await?;
        }
        self.settled = events;
        Ok(())
    }

    /// Writes the events still unwritten; answers all of them in order.
    pub(super) async fn finish(mut self) -> Result<Vec<StoredEvent>, StoreError> {
        self.settle().await?;
        Ok(self.settled)
    }

    async fn write_station(
        &mut self,
        station: StationId,
        changes: StationChanges,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let topic = Topic::Station(station);
        let count = 1 + changes.packs.len() + usize::from(changes.status.is_some());
        let (epoch, mut seq) = self.advance(topic, count).await?;
        let (speed, now) = (self.charge_speed(), self.now());
        let Some(inventory) = inventory::of_station(self.connection(), station, speed).await? else {
            return Ok(());
        };
        for message in station_messages(&inventory, changes, now) {
            let message = numbered(message, seq);
            events.push(self.store_event(topic, &epoch, seq, &message).await?);
            seq += 1;
        }
        Ok(())
    }

    async fn write_booking(
        &mut self,
        booking: BookingId,
        changes: BookingChanges,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let topic = Topic::Booking(booking);
        let count = 1 + usize::from(changes.items) + usize::from(changes.deadline);
        let (epoch, first) = self.advance(topic, count).await?;
        let Some(record) = bookings::find(self.connection(), booking).await? else {
            return Ok(());
        };
        let now = self.now();
        // Public to the customer and the station alike: neither her secrets nor her name.
        let data = record.to_out(bookings::Audience::Both, now);
        let mut messages = vec![ServerMessage::BookingUpdate {
            seq: 0,
            data: data.clone(),
        }];
        if changes.items {
            messages.push(ServerMessage::ItemsUpdated {
                seq: 0,
                items: data.items,
            });
        }
        if changes.deadline {
            messages.push(ServerMessage::BookingTimer {
                seq: 0,
                deadline: data.deadline,
                server_time: now,
            });
        }
        for (message, seq) in messages.into_iter().zip(first..) {
            let message = numbered(message, seq);
            events.push(self.store_event(topic, &epoch, seq, &message).await?);
        }
        Ok(())
    }

    async fn write_user(
        &mut self,
        user: UserId,
        messages: Vec<UserEvent>,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let topic = Topic::User(user);
        let (epoch, first) = self.advance(topic, messages.len()).await?;
        for (event, seq) in messages.into_iter().zip(first..) {
            let message = match event {
                UserEvent::Message(message) => user_message(*message, seq, self.now()),
                UserEvent::Read { ids, unread } => ServerMessage::NotificationRead { seq, ids, unread },
            };
            events.push(self.store_event(topic, &epoch, seq, &message).await?);
        }
        Ok(())
    }
}

/// One `inventory_update`, then what happened to single packs, then the new status.
fn station_messages(
    inventory: &inventory::StationInventory,
    changes: StationChanges,
    timestamp: Timestamp,
) -> Vec<ServerMessage> {
    let (station_id, station_name) = (inventory.station.id, inventory.station.name.clone());
    let packs: BTreeMap<_, _> = inventory.packs.iter().map(|pack| (pack.id, pack)).collect();
    let (here, gone): (Vec<_>, Vec<_>) = changes.changed.into_iter().partition(|id| packs.contains_key(id));
    let counts = inventory.counts();
    let (available_batteries, booked_batteries) = (counts.available_batteries, counts.booked_batteries);
    let mut messages = vec![ServerMessage::InventoryUpdate(InventoryUpdate {
        seq: 0,
        timestamp,
        station_id,
        station_name: station_name.clone(),
        action: changes.action.unwrap_or(InventoryAction::Update),
        inventory: counts,
        batteries: here
            .iter()
            .filter_map(|id| packs.get(id))
            .map(|pack| pack.to_out(false))
            .collect(),
        gone,
    })];
    for (battery_id, event) in changes.packs {
        let reason = if let PackEvent::Released(reason) = event {
            Some(reason)
        } else {
            None
        };
        let body = BatteryEvent {
            seq: 0,
            timestamp,
            station_id,
            station_name: station_name.clone(),
            battery_id,
            available_batteries,
            booked_batteries,
            total_batteries: available_batteries + booked_batteries,
            user: matches!(event, PackEvent::Booked).then_some(Value::Null),
            reason,
        };
        messages.push(match event {
            PackEvent::Booked => ServerMessage::BatteryBooked(body),
            PackEvent::Collected => ServerMessage::BatteryCollected(body),
            PackEvent::Added => ServerMessage::BatteryAdded(body),
            PackEvent::Removed => ServerMessage::BatteryRemoved(body),
            PackEvent::Returned => ServerMessage::BatteryReturned(body),
            PackEvent::Released(_) => ServerMessage::BatteryReleased(body),
        });
    }
    if let Some(said) = changes.status {
        let status = inventory.station.status();
        let message = said.unwrap_or_else(|| status.sentence().to_owned());
        messages.push(ServerMessage::StationStatus {
            seq: 0,
            timestamp,
            station_id,
            station_name,
            status,
            message,
        });
    }
    messages
}

/// Puts the number into a message made before its number was known.
fn numbered(mut message: ServerMessage, number: u64) -> ServerMessage {
    match &mut message {
        ServerMessage::InventoryUpdate(update) => update.seq = number,
        ServerMessage::BatteryBooked(event)
        | ServerMessage::BatteryCollected(event)
        | ServerMessage::BatteryAdded(event)
        | ServerMessage::BatteryRemoved(event)
        | ServerMessage::BatteryReturned(event)
        | ServerMessage::BatteryReleased(event) => event.seq = number,
        ServerMessage::StationStatus { seq, .. }
        | ServerMessage::BookingUpdate { seq, .. }
        | ServerMessage::ItemsUpdated { seq, .. }
        | ServerMessage::BookingTimer { seq, .. } => *seq = number,
        _ => {}
    }
    message
}

fn user_message(message: Message, seq: u64, timestamp: Timestamp) -> ServerMessage {
    let text = |key: &str| {
        message
            .data
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (id, read) = (message.id, false);
    match (message.kind, message.booking) {
        (NotificationKind::BookingConfirmed, Some(booking_id)) => ServerMessage::BookingConfirmed {
            seq,
            id,
            read,
            booking_id,
            station_name: text("station_name"),
            battery_info: text("battery_info"),
            message: message.text,
            timestamp,
        },
        (NotificationKind::BookingReady, Some(booking_id)) => ServerMessage::BookingReady {
            seq,
            id,
            read,
            booking_id,
            station_name: text("station_name"),
            message: message.text,
            timestamp,
        },
        (event, booking_id) => ServerMessage::Notification {
            seq,
            id,
            read,
            event,
            title: message.title,
            message: message.text,
            level: message.level,
            booking_id,
            station_id: message.station,
            data: message.data,
            timestamp,
        },
    }
}
