//! The whole state of a topic with the position it stands for, read in one transaction.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::cursor::Bookmark;
use super::hub::Channel;
use crate::domain::{BayId, BookingId, Problem, SessionId, StationId, UserId};
use crate::protocol::frame::FloorState;
use crate::protocol::inventory::StationSnapshot;
use crate::protocol::{ServerMessage, Snapshot, Topic};
use crate::server::store::bookings::{self, Audience};
use crate::server::store::floor::{bays, sessions};
use crate::server::store::inventory::{self, StationInventory};
use crate::server::store::{Db, StoreError, notifications, outbox};

/// Rows of the inbox in a snapshot.
const INBOX_ROWS: i64 = 50;
/// A snapshot of more stations than this goes out in several frames, each with a part of them: a frame must
/// not outgrow what a connection may hold back.
const STATIONS_A_FRAME: usize = 50;

/// A state and its position.
#[derive(Clone, Debug)]
pub struct State {
    /// The position.
    pub at: Bookmark,
    /// The state, as frames.
    pub frames: Vec<ServerMessage>,
}

/// The last state read of a public topic: those who come at the same time read it once.
#[derive(Default)]
pub struct Cache(Mutex<Option<Arc<State>>>);

/// The state of a topic for a certain reader.
pub async fn read(db: &Db, channel: &Channel, audience: Audience) -> Result<Arc<State>, Problem> {
    if !channel.topic().may_conflate() {
        return Ok(Arc::new(of(db, channel.topic(), audience).await?));
    }
    let mut last = channel.snapshot.0.lock().await;
    if let Some(state) = last.as_ref().filter(|state| state.at == channel.read().heads()) {
        return Ok(Arc::clone(state));
    }
    let state = Arc::new(of(db, channel.topic(), audience).await?);
    *last = Some(Arc::clone(&state));
    Ok(state)
}

impl State {
    /// The same, for a reader that was too slow for the frames it stands for.
    pub fn conflated(&self) -> Vec<ServerMessage> {
        let mut frames = self.frames.clone();
        for frame in &mut frames {
            if let ServerMessage::Snapshot(snapshot) = frame {
                snapshot.conflated = true;
            }
        }
        frames
    }

    /// Only these stations of it.
    pub fn only(&self, wanted: &[Topic]) -> Vec<ServerMessage> {
        let mut frames = self.frames.clone();
        frames.retain_mut(|frame| {
            let ServerMessage::Snapshot(Snapshot {
                stations: Some(stations),
                ..
            }) = frame
            else {
                return true;
            };
            stations.retain(|station| wanted.contains(&Topic::Station(station.station_id)));
            !stations.is_empty()
        });
        frames
    }
}

async fn of(db: &Db, topic: Topic, audience: Audience) -> Result<State, Problem> {
    let state = match topic {
        Topic::Stations => of_network(db).await?,
        Topic::Station(station) => of_station(db, station).await?,
        Topic::User(user) => Some(of_inbox(db, user).await?),
        Topic::Booking(booking) => of_booking(db, booking, audience).await?,
        Topic::Bay(bay) => of_bay(db, bay).await?,
        Topic::Session(session) => of_session(db, session, audience).await?,
        Topic::StationStaff(_) => None,
    };
    state.ok_or_else(|| Problem::not_found(topic.kind()))
}

async fn of_network(db: &Db) -> Result<Option<State>, StoreError> {
    let mut snapshot = db.snapshot().await?;
    let heads = outbox::station_positions(&mut snapshot).await?;
    let at: Bookmark = heads
        .into_iter()
        .map(|(topic, position)| (topic, position.seq))
        .collect();
    let found = inventory::of_all(&mut snapshot, db.charge_speed()).await?;
    let describe = |station: &StationInventory| {
        let seq = at.get(&Topic::Station(station.station.id)).copied();
        station_snapshot(station, seq.unwrap_or(0), false)
    };
    let stations: Vec<StationSnapshot> = found.iter().map(describe).collect();
    let mut frames: Vec<ServerMessage> = stations
        .chunks(STATIONS_A_FRAME)
        .map(|part| stations_frame(db.epoch(), None, part.to_vec()))
        .collect();
    if frames.is_empty() {
        frames.push(stations_frame(db.epoch(), None, Vec::new()));
    }
    Ok(Some(State { at, frames }))
}

async fn of_station(db: &Db, station: StationId) -> Result<Option<State>, StoreError> {
    let topic = Topic::Station(station);
    let mut snapshot = db.snapshot().await?;
    let position = outbox::position(&mut snapshot, topic).await?;
    let found = inventory::of_station(&mut snapshot, station, db.charge_speed()).await?;
    Ok(found.map(|found| {
        let stations = vec![station_snapshot(&found, position.seq, true)];
        State {
            at: Bookmark::from([(topic, position.seq)]),
            frames: vec![stations_frame(&position.epoch, Some(position.seq), stations)],
        }
    }))
}

async fn of_inbox(db: &Db, user: UserId) -> Result<State, StoreError> {
    let topic = Topic::User(user);
    let mut snapshot = db.snapshot().await?;
    let position = outbox::position(&mut snapshot, topic).await?;
    let unread = notifications::unread(&mut snapshot, user).await?;
    let rows = notifications::recent(&mut snapshot, user, INBOX_ROWS).await?;
    let frame = Snapshot {
        unread: Some(unread),
        notifications: Some(rows),
        ..empty(&position.epoch, Some(position.seq))
    };
    Ok(State {
        at: Bookmark::from([(topic, position.seq)]),
        frames: vec![ServerMessage::Snapshot(frame)],
    })
}

async fn of_booking(db: &Db, booking: BookingId, audience: Audience) -> Result<Option<State>, StoreError> {
    let topic = Topic::Booking(booking);
    let mut snapshot = db.snapshot().await?;
    let found = bookings::find(&mut snapshot, booking).await?;
    Ok(found.map(|record| {
        let data = record.to_out(audience, db.now());
        let frame = Snapshot {
            data: Some(data.clone()),
            ..empty(&data.epoch, Some(data.seq))
        };
        State {
            at: Bookmark::from([(topic, data.seq)]),
            frames: vec![
                ServerMessage::BookingStatus { data },
                ServerMessage::Snapshot(frame),
            ],
        }
    }))
}

async fn of_bay(db: &Db, bay: BayId) -> Result<Option<State>, StoreError> {
    let mut snapshot = db.snapshot().await?;
    let found = bays::find(&mut snapshot, bay).await?;
    Ok(found.map(|record| {
        let data = record.to_out();
        let frame = Snapshot {
            floor: Some(FloorState::Bay(Box::new(data.clone()))),
            ..empty(&data.epoch, Some(data.seq))
        };
        State {
            at: Bookmark::from([(Topic::Bay(bay), data.seq)]),
            frames: vec![ServerMessage::BayStatus { data }, ServerMessage::Snapshot(frame)],
        }
    }))
}

async fn of_session(db: &Db, session: SessionId, audience: Audience) -> Result<Option<State>, StoreError> {
    let mut snapshot = db.snapshot().await?;
    let found = sessions::find(&mut snapshot, session).await?;
    Ok(found.map(|record| {
        let data = record.to_out(audience, db.now());
        let frame = Snapshot {
            floor: Some(FloorState::Session(Box::new(data.clone()))),
            ..empty(&data.epoch, Some(data.seq))
        };
        State {
            at: Bookmark::from([(Topic::Session(session), data.seq)]),
            frames: vec![
                ServerMessage::SessionStatus { data },
                ServerMessage::Snapshot(frame),
            ],
        }
    }))
}

fn station_snapshot(found: &StationInventory, seq: u64, with_packs: bool) -> StationSnapshot {
    let packs = || found.packs.iter().map(|pack| pack.to_out(false)).collect();
    StationSnapshot {
        station_id: found.station.id,
        station_name: found.station.name.clone(),
        seq,
        inventory: found.counts(),
        batteries: with_packs.then(packs),
    }
}

fn stations_frame(epoch: &str, seq: Option<u64>, stations: Vec<StationSnapshot>) -> ServerMessage {
    ServerMessage::Snapshot(Snapshot {
        stations: Some(stations),
        ..empty(epoch, seq)
    })
}

fn empty(epoch: &str, seq: Option<u64>) -> Snapshot {
    Snapshot {
        seq,
        epoch: epoch.to_owned(),
        stations: None,
        unread: None,
        notifications: None,
        data: None,
        floor: None,
        conflated: false,
    }
}
