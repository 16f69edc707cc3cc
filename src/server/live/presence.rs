//! Who is connected: one seat for each connection. Counts them by address and by person, and ends those of
//! somebody who signed out.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::gauge;
use tokio_util::sync::CancellationToken;

use crate::domain::UserId;
use crate::server::telemetry::Metric;

/// Most sockets that one address or one person may have open.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From one address.
    pub per_address: usize,
    /// Of one person.
    pub per_user: usize,
}

/// A signed-in reader.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// Hash of the session's token.
    pub session: String,
}

/// Everybody who is connected.
pub struct Presence {
    limits: Limits,
    room: Mutex<Room>,
}

#[derive(Default)]
struct Room {
    next: u64,
    addresses: HashMap<String, usize>,
    people: HashMap<UserId, HashMap<u64, Guest>>,
    taken: usize,
}

struct Guest {
    session: String,
    ended: CancellationToken,
}

/// A connection's place; free again when it is dropped.
pub struct Seat {
    presence: Arc<Presence>,
    number: u64,
    address: String,
    user: Option<UserId>,
    ended: CancellationToken,
}

impl Presence {
    /// An empty room.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            room: Mutex::default(),
        })
    }

    /// A seat, unless the address or the person has too many.
    pub fn seat(self: &Arc<Self>, address: &str, person: Option<&Person>) -> Option<Seat> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = room.addresses.get(address).copied();
        let of_person = person
            .and_then(|person| room.people.get(&person.user))
            .map(HashMap::len);
        let is_full = of_address.unwrap_or(0) >= self.limits.per_address
            || of_person.unwrap_or(0) >= self.limits.per_user;
        if is_full {
            return None;
        }
        let (number, ended) = (room.next, CancellationToken::new());
        room.next += 1;
        room.taken += 1;
        *room.addresses.entry(address.to_owned()).or_insert(0) += 1;
        if let Some(person) = person {
            let guest = Guest {
                session: person.session.clone(),
                ended: ended.clone(),
            };
            room.people.entry(person.user).or_default().insert(number, guest);
        }
        count(room.taken);
        Some(Seat {
            presence: Arc::clone(self),
            number,
            address: address.to_owned(),
            user: person.map(|person| person.user),
            ended,
        })
    }

    /// Ends the connections of one session.
    pub fn end_session(&self, session: &str) {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = room.people.values().flat_map(HashMap::values);
        guests
            .filter(|guest| guest.session == session)
            .for_each(|guest| guest.ended.cancel());
    }

    /// Ends the connections of one person.
    pub fn end_user(&self, user: UserId) {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = room.people.get(&user).into_iter().flat_map(HashMap::values);
        guests.for_each(|guest| guest.ended.cancel());
    }

    /// The sessions that have connections.
    pub fn sessions(&self) -> Vec<String> {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = room.people.values().flat_map(HashMap::values);
        let sessions: BTreeSet<&String> = guests.map(|guest| &guest.session).collect();
        sessions.into_iter().cloned().collect()
    }

    /// How many connections there are.
    pub fn taken(&self) -> usize {
        self.room.lock().unwrap_or_else(PoisonError::into_inner).taken
    }
}

impl Seat {
    /// Waits until the person is not signed in any more.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = self.presence.room.lock().unwrap_or_else(PoisonError::into_inner);
        room.taken -= 1;
        if let Some(taken) = room.addresses.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                room.addresses.remove(&self.address);
            }
        }
        if let Some(user) = self.user
            && let Some(guests) = room.people.get_mut(&user)
        {
            guests.remove(&self.number);
            if guests.is_empty() {
                room.people.remove(&user);
            }
        }
        count(room.taken);
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 connections")]
fn count(taken: usize) {
    gauge!(Metric::WsConnections.name()).set(taken as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(user: i64, session: &str) -> Person {
        Person {
            user: UserId(user),
            session: session.to_owned(),
        }
    }

    #[test]
    fn a_seat_is_free_again_when_its_connection_is_gone() {
        let limits = Limits {
            per_address: 2,
            per_user: 1,
        };
        let presence = Presence::new(limits);
        let home = "10.0.0.1";
        let first = presence.seat(home, Some(&person(1, "a")));
        assert!(first.is_some());
        assert!(presence.seat(home, Some(&person(1, "b"))).is_none(), "one person");
        let second = presence.seat(home, None);
        assert!(second.is_some());
        assert!(presence.seat(home, None).is_none(), "one address");
        assert!(presence.seat("10.0.0.2", None).is_some());
        drop(first);
        assert!(presence.seat(home, Some(&person(1, "b"))).is_some());
        drop(second);
        assert_eq!(presence.taken(), 0);
    }

    #[test]
    fn only_the_connections_of_the_session_end() {
        let limits = Limits {
            per_address: 9,
            per_user: 9,
        };
        let presence = Presence::new(limits);
        let seats = [(1, "a"), (1, "b"), (2, "c")].map(|(user, session)| {
            presence
                .seat("10.0.0.1", Some(&person(user, session)))
                .expect("room")
        });
        let ended = || seats.each_ref().map(|seat| seat.ended.is_cancelled());
        presence.end_session("b");
        assert_eq!(ended(), [false, true, false]);
        presence.end_user(UserId(1));
        assert_eq!(ended(), [true, true, false]);
        assert_eq!(presence.sessions(), ["a", "b", "c"]);
    }
}
