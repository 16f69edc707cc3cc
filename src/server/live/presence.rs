//! Who is connected: one seat for each connection. Counts them by address and by person, and ends those of
//! somebody who signed out.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::gauge;
use tokio_util::sync::CancellationToken;

use crate::domain::{StationId, UserId};
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
    /// She is connected as somebody who is assigned to these stations.
    posts: BTreeSet<StationId>,
    /// She has a staff screen of these stations open.
    floor: BTreeSet<StationId>,
    /// She follows every station that she is assigned to, as they were when she connected.
    everywhere: bool,
    ended: CancellationToken,
    outdated: CancellationToken,
}

/// A connection's place; free again when it is dropped.
pub struct Seat {
    presence: Arc<Presence>,
    number: u64,
    address: String,
    user: Option<UserId>,
    ended: CancellationToken,
    outdated: CancellationToken,
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
        let (number, ended, outdated) = (room.next, CancellationToken::new(), CancellationToken::new());
        room.next += 1;
        room.taken += 1;
        *room.addresses.entry(address.to_owned()).or_insert(0) += 1;
        if let Some(person) = person {
            let guest = Guest {
                session: person.session.clone(),
                posts: BTreeSet::new(),
                floor: BTreeSet::new(),
                everywhere: false,
                ended: ended.clone(),
                outdated: outdated.clone(),
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
            outdated,
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

    /// Ends the connections that one person has as somebody assigned to a station.
    pub fn end_post(&self, user: UserId, station: StationId) {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = room.people.get(&user).into_iter().flat_map(HashMap::values);
        guests
            .filter(|guest| guest.posts.contains(&station))
            .for_each(|guest| guest.ended.cancel());
    }

    /// Who follows every station that she is assigned to, and which ones those were when she connected.
    pub fn everywhere(&self) -> Vec<(UserId, BTreeSet<StationId>)> {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let of_person = |(user, guests): (&UserId, &HashMap<u64, Guest>)| {
            let guests = guests.values().filter(|guest| guest.everywhere);
            guests
                .map(|guest| (*user, guest.posts.clone()))
                .collect::<Vec<_>>()
        };
        room.people.iter().flat_map(of_person).collect()
    }

    /// Lets a person who follows all her stations connect anew: there are others now.
    pub fn outdate(&self, user: UserId) {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = room.people.get(&user).into_iter().flat_map(HashMap::values);
        guests
            .filter(|guest| guest.everywhere)
            .for_each(|guest| guest.outdated.cancel());
    }

    /// Who is connected as somebody assigned to which station.
    pub fn posts(&self) -> Vec<(UserId, StationId)> {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let of_person = |(user, guests): (&UserId, &HashMap<u64, Guest>)| {
            let posts: BTreeSet<StationId> = guests
                .values()
                .flat_map(|guest| guest.posts.iter().copied())
                .collect();
            posts.into_iter().map(|post| (*user, post)).collect::<Vec<_>>()
        };
        room.people.iter().flat_map(of_person).collect()
    }

    /// Who has a staff screen of which station open.
    pub fn on_floor(&self) -> Vec<(UserId, StationId)> {
        let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let of_person = |(user, guests): (&UserId, &HashMap<u64, Guest>)| {
            let floor: BTreeSet<StationId> = guests
                .values()
                .flat_map(|guest| guest.floor.iter().copied())
                .collect();
            floor
                .into_iter()
                .map(|station| (*user, station))
                .collect::<Vec<_>>()
        };
        room.people.iter().flat_map(of_person).collect()
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
    /// The connection is good as long as the person is assigned to this station.
    pub fn depends_on(&self, post: StationId) {
        let mut room = self.presence.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = self.user.and_then(|user| room.people.get_mut(&user));
        if let Some(guest) = guests.and_then(|guests| guests.get_mut(&self.number)) {
            guest.posts.insert(post);
        }
    }

    /// The connection follows whatever stations the person is assigned to.
    pub fn follows_assignments(&self) {
        let mut room = self.presence.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = self.user.and_then(|user| room.people.get_mut(&user));
        if let Some(guest) = guests.and_then(|guests| guests.get_mut(&self.number)) {
            guest.everywhere = true;
        }
    }

    /// The connection is a staff screen of these stations.
    pub fn stands_at(&self, stations: &[StationId]) {
        let mut room = self.presence.room.lock().unwrap_or_else(PoisonError::into_inner);
        let guests = self.user.and_then(|user| room.people.get_mut(&user));
        if let Some(guest) = guests.and_then(|guests| guests.get_mut(&self.number)) {
            guest.floor.extend(stations);
        }
    }

    /// Waits until the person is assigned to more stations than she follows here.
    pub async fn outdated(&self) {
        self.outdated.cancelled().await;
    }

    /// Waits until the person is not signed in any more, or has no right to be here.
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

    #[test]
    fn only_the_connections_of_the_post_end() {
        let limits = Limits {
            per_address: 9,
            per_user: 9,
        };
        let presence = Presence::new(limits);
        let seats =
            [(1, Some(7)), (1, Some(8)), (1, None), (7, Some(1)), (2, Some(7))].map(|(user, post)| {
                let seat = presence.seat("10.0.0.1", Some(&person(user, "a"))).expect("room");
                if let Some(post) = post {
                    seat.depends_on(StationId(post));
                }
                seat
            });
        let mut posts = presence.posts();
        posts.sort_unstable();
        let pair = |user, post| (UserId(user), StationId(post));
        assert_eq!(posts, [pair(1, 7), pair(1, 8), pair(2, 7), pair(7, 1)]);
        presence.end_post(UserId(1), StationId(7));
        let ended = seats.each_ref().map(|seat| seat.ended.is_cancelled());
        assert_eq!(ended, [true, false, false, false, false]);
    }
}
